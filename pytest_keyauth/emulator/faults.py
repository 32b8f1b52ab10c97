"""Real failures on request: an emulator's store breaks where it is told to, and whoever called must cope."""

from collections.abc import Iterable

__all__ = ["Faults", "StoreFailure"]


class StoreFailure(Exception):
    """The store could not do what it was asked to; nothing was changed."""


class Faults:
    """Which actions of a store are to fail, and how many more times each."""

    def __init__(self, actions: Iterable[str]) -> None:
        self._left = dict.fromkeys(actions, 0)

    def place(self, action: str, times: int = 1) -> None:
        """Let the next ``times`` attempts at one action fail; 0 mends it.

        :raises ValueError: for an action that the store does not have, or a number below 0.
        """
        if action not in self._left:
            raise ValueError(f"no store action {action!r}; there are: {', '.join(self._left)}")
        if times < 0:
            raise ValueError(f"times={times}: expected 0 (mend) or more")
        self._left[action] = times

    def attempt(self, action: str) -> None:
        """Begin one action.

        :raises StoreFailure: where it is to fail.
        """
        if self._left[action]:
            self._left[action] -= 1
            raise StoreFailure(action)
