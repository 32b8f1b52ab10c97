"""How a test steers an emulator, whether it runs in this process or behind ``keyauth serve``."""

from typing import Protocol

__all__ = ["KeytracControl"]


class KeytracControl(Protocol):
    """Settings and real faults of a KeyTrac account of the test's own.

    Methods of a user are ``"anytext"`` and ``"password"``.
    """

    @property
    def token(self) -> str:
        """The account's token of 36 characters."""

    def configure(self, **changes: object) -> None:
        """Change the account's settings, as in the provider's console.

        ``verified`` (True), ``minimum_text_length`` (40 characters), ``minimum_password_samples`` (1).
        """

    def fail_store(self, action: str, times: int = 1) -> None:
        """Let the account's store fail the next ``times`` times at one action.

        Actions: ``list-users``, ``delete-user``, ``read-activity``, ``write-profile``, ``scan-profiles``.
        """

    def damage_profile(self, user_id: str, method: str) -> None:
        """Cut a stored profile short, so that it cannot be deserialized."""

    def distort_profile(self, user_id: str, method: str) -> None:
        """Replace a stored profile's numbers by such that nothing can be computed with."""

    def restore_profile(self, user_id: str, method: str) -> None:
        """Put back the profile that was damaged or distorted."""

    def open_account(self) -> str:
        """Open another, empty account and return its token."""
