"""How a test steers an emulator, whether it runs in this process or behind ``keyauth serve``."""

from typing import Protocol

__all__ = ["KeyfaxControl", "KeyfaxKeys", "KeytracControl"]


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


class KeyfaxKeys(Protocol):
    """The keys of a Keyfax host: what signs for it. ``signing_key`` is base64."""

    @property
    def host(self) -> str:
        """The host's name, as configuration defines it."""

    @property
    def api_key(self) -> str:
        """The key that is sent along."""

    @property
    def signing_key(self) -> str:
        """The key that is never sent, in base64."""


class KeyfaxControl(Protocol):
    """Hosts, settings and real faults of a Keyfax, with a host of the test's own."""

    @property
    def host(self) -> str:
        """The test's own host: it is defined, and its keys were issued."""

    def name_host(self) -> str:
        """Make up the name of a host that is not defined."""

    def define_host(self, name: str, web_hook: str | None = None, email: str | None = None) -> None:
        """Define a host in the configuration, without keys, with where new keys are delivered."""

    def issue_keys(self, host: str) -> KeyfaxKeys:
        """Give a defined host keys that work at once."""

    def configure(self, **changes: object) -> None:
        """Change settings: ``companies``, ``api_key_method``."""

    def fail_store(self, action: str, times: int = 1) -> None:
        """Let the store fail the next ``times`` times at one action.

        Actions: ``write-key``, ``delete-key``, ``read-key``, ``write-session``, ``read-session``.
        """

    def damage_signing_key(self, host: str) -> None:
        """Damage the stored signing key of a host, so that nothing can be signed or verified with it."""

    def finish_session(self, guid: str, status: int = 1) -> None:
        """Finish a launched session: 1 is completed, 2 cancelled."""

    def deliveries(self, host: str) -> list[dict[str, str]]:
        """What was delivered for a host, oldest first: kind, destination, hostName, apiKey, signingKey."""
