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

    def answer(
        self,
        outcome: str,
        *,
        times: int | None = 1,
        after: int = 0,
        user: str | None = None,
        path: str | None = None,
        probability: float = 1.0,
    ) -> None:
        """Answer an operation with one of its documented outcomes: ``authenticateAnytext/500/adapt-profile``.

        For ``times`` requests (None: all from now on), ``after`` so many, of one user or path alone, each with a seeded
        probability. An error is answered and nothing is done; a success is done where it can be.
        """

    def fail_transport(
        self,
        fault: str,
        *,
        seconds: object = None,
        lost: str = "answer",
        operation: str | None = None,
        times: int | None = 1,
        after: int = 0,
        user: str | None = None,
        path: str | None = None,
        probability: float = 1.0,
    ) -> None:
        """Let an answer go wrong on its way.

        ``latency`` and ``slow-drip`` take ``seconds``: ``0.2``, ``(0.1, 0.5)`` or ``{"median": 0.2, "sigma": 0.5}``.
        The others are ``truncated-body``, ``malformed-chunk``, ``garbage``, ``reset``, ``timeout``; of the last three
        ``lost`` says whether what was asked was done (``"answer"``) or not (``"request"``).
        """

    def decide(self, user_id: str | None = None, *, score: int | None) -> None:
        """Let all attempts of a user, or of everybody, have a score from 0 to 100; None: the one of the typing."""

    def accept(self, user_id: str | None = None) -> None:
        """Accept all attempts of a user, or of everybody."""

    def reject(self, user_id: str | None = None) -> None:
        """Reject all attempts of a user, or of everybody."""


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

    def answer(
        self,
        outcome: str,
        *,
        times: int | None = 1,
        after: int = 0,
        path: str | None = None,
        probability: float = 1.0,
    ) -> None:
        """Answer an operation with one of its documented outcomes, as with KeyTrac: ``createToken/500/failed``."""

    def fail_transport(
        self,
        fault: str,
        *,
        seconds: object = None,
        lost: str = "answer",
        operation: str | None = None,
        times: int | None = 1,
        after: int = 0,
        path: str | None = None,
        probability: float = 1.0,
    ) -> None:
        """Let an answer go wrong on its way, as with KeyTrac."""

    def deliveries(self, host: str) -> list[dict[str, str]]:
        """What was delivered for a host, oldest first: kind, destination, hostName, apiKey, signingKey."""
