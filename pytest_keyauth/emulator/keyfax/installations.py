"""Several Keyfax installations on one server: each has its own root, hosts, settings, clock and faults."""

from collections.abc import Callable

from pytest_keyauth.emulator.keyfax.emulator import KeyfaxEmulator

__all__ = ["Installations"]


class Installations:
    """The installation that a server begins with, and those that tests have made beside it for themselves.

    :param make: makes a fresh installation at a root.
    """

    def __init__(self, first: KeyfaxEmulator, make: Callable[[str], KeyfaxEmulator]) -> None:
        self.first = first
        self._make = make
        self._by_root = {first.root: first}
        self._made = 0

    def find(self, path: str) -> KeyfaxEmulator | None:
        """Find the installation that a path is below of; the first segment of the path tells."""
        return self._by_root.get("/" + path[1:].partition("/")[0])

    def get(self, root: str | None) -> KeyfaxEmulator:
        """Give the installation at a root; the first one where none is named.

        :raises ValueError: where there is none.
        """
        installation = self.first if root is None else self._by_root.get(root)
        if installation is None:
            raise ValueError(f"no installation at {root!r}; the command installations makes one")
        return installation

    def add(self) -> KeyfaxEmulator:
        """Make an installation at a root of its own."""
        self._made += 1
        installation = self._make(f"{self.first.root}-{self._made}")
        self._by_root[installation.root] = installation
        return installation

    def remove(self, root: str) -> None:
        """Remove an installation that was added.

        :raises ValueError: for the first one, or one that is not there.
        """
        if self.get(root) is self.first:
            raise ValueError(f"the installation at {root!r} is the server's own; reset it instead")
        del self._by_root[root]

    def reset(self) -> None:
        """Remove what was added, and reset the first one."""
        self._by_root = {self.first.root: self.first}
        self.first.reset()
