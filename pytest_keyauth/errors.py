"""What can go wrong, and whose fault it is.

::

    KeyauthError
    ├── KeyauthUsageError          we, or what we were given, are wrong
    │   ├── SettingsError          an option, ini value or environment variable
    │   ├── UnknownOutcomeError    an outcome's name that no OpenAPI document has
    │   ├── ControlPlaneError      the control plane of an emulator refused a command
    │   ├── CassetteError          a cassette that is missing, or is none
    │   │   ├── CassetteMismatch   a cassette has no answer to a request
    │   │   └── BypassError        a request went past what records or plays
    │   ├── BudgetExceeded         a live run may send no more requests
    │   ├── HostBlockedError       a test wanted no other hosts than the providers'
    │   ├── ProviderBlockedError   a real provider would have been reached by accident
    │   ├── OutcomeNotAskedFor     a test that is run for each outcome has not asked for it
    │   ├── SecretFoundError       a recording would have held a secret, and was not kept
    │   ├── CredentialsError       credentials, or a header made of them, cannot be sent
    │   └── ForeignHostError       a request is for a host that the client is not for
    ├── TokenError                 Keyfax gave no token to bear
    ├── CleaningError              a live provider does not remove what a run has made
    ├── ProviderUnreachable        a live provider does not answer, and nobody should wait for it
    └── ContractFailure            the provider is wrong (also an AssertionError)
        ├── OutcomeNotWitnessed    a test's traffic did not show the outcome that the test is for
        └── FuzzingFailure         fuzzing found answers that nothing explains
"""

__all__ = [
    "BudgetExceeded",
    "BypassError",
    "CassetteError",
    "CassetteMismatch",
    "CleaningError",
    "ContractFailure",
    "ControlPlaneError",
    "CredentialsError",
    "ForeignHostError",
    "FuzzingFailure",
    "HostBlockedError",
    "KeyauthError",
    "KeyauthUsageError",
    "OutcomeNotAskedFor",
    "OutcomeNotWitnessed",
    "ProviderBlockedError",
    "ProviderUnreachable",
    "SecretFoundError",
    "SettingsError",
    "TokenError",
    "UnknownOutcomeError",
]


class KeyauthError(Exception):
    """The root of all errors that this package raises for its users."""


class KeyauthUsageError(KeyauthError):
    """We, or what we were given, are wrong; nothing is said about the provider."""


class SettingsError(KeyauthUsageError):
    """An option, an ini value or an environment variable cannot be used."""


class UnknownOutcomeError(KeyauthUsageError):
    """No OpenAPI document has an outcome of that name."""

    def __init__(self, name: str, nearest: list[str]) -> None:
        super().__init__(name, nearest)
        self.name = name
        self.nearest = nearest

    def __str__(self) -> str:
        hint = f"; the nearest are: {', '.join(self.nearest)}" if self.nearest else ""
        return f"no documented outcome is named {self.name!r} (expected operation/status/name){hint}"


class ControlPlaneError(KeyauthUsageError):
    """The control plane of an emulator refused a command."""


class CassetteError(KeyauthUsageError):
    """A cassette is missing, or a file is none."""


class CassetteMismatch(CassetteError):
    """A cassette has no answer to a request; the message says what differs from the nearest recorded one."""


class BypassError(CassetteError):
    """A request went past what records a test or plays its recording; nothing was sent."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(what, reason)
        self.what = what
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"{self.what} was refused, and nothing was sent: {self.reason}, and vcrpy has not seen it. "
            "Use a client library that vcrpy knows, and let it open its connections within the test"
        )


class BudgetExceeded(KeyauthUsageError):
    """A live run has sent as many requests as it may; this one was not sent."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        return (
            f"this run may send {self.most} requests (--keyauth-max-requests) and has sent them; this one was not "
            "sent. Raise it, or run fewer tests"
        )


class HostBlockedError(KeyauthUsageError):
    """A test asked for no other hosts than the providers', and its code connects to another; nothing was sent."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host

    def __str__(self) -> str:
        return (
            f"a connection to {self.host} was refused, and nothing was sent: the test has keyauth_network with "
            "block_others. Leave that out, or do without this host"
        )


class ProviderBlockedError(KeyauthUsageError):
    """A test that was not meant to reach a real provider would have reached it; nothing was sent."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host

    def __str__(self) -> str:
        return (
            f"a connection to {self.host} was refused, and nothing was sent: no test reaches a provider by accident. "
            "Let the emulators answer (fixture or marker keyauth_network) or recordings (keyauth_replay); "
            f"only --keyauth-target=live with --keyauth-allow-host={self.host} reaches it"
        )


class OutcomeNotAskedFor(KeyauthUsageError):
    """A test that is run once for each outcome has passed, and nobody got the outcome."""

    def __init__(self, outcome: str, seen: list[str]) -> None:
        super().__init__(outcome, seen)
        self.outcome = outcome
        self.seen = seen

    def __str__(self) -> str:
        operation = self.outcome.partition("/")[0]
        seen = "\n".join(f"  - {line}" for line in self.seen) or "  - no request at all"
        return (
            f"this run of the test is for {self.outcome}, and nobody asked for it: its traffic showed\n{seen}\n"
            f"Let the code under test call {operation} once, or leave this outcome out (keyauth_outcomes has status=… "
            "and without=…)"
        )


class SecretFoundError(KeyauthUsageError):
    """What was to be recorded still held a secret, or what looks like one, after redaction; nothing was written."""


class ForeignHostError(KeyauthUsageError):
    """A request of a fixture's client is for a host that the client is not for; it was not sent."""

    def __init__(self, url: str, origin: str) -> None:
        super().__init__(url, origin)
        self.url = url
        self.origin = origin

    def __str__(self) -> str:
        return (
            f"this client is for {self.origin} and carries its credentials; a request to {self.url} was not sent. "
            "Check the URL, or send the request with a client of your own"
        )


class CredentialsError(KeyauthUsageError):
    """Credentials, or a header made of them, cannot be sent; the message shows no secret."""


class TokenError(KeyauthError):
    """Keyfax gave no token to bear.

    ``status`` is the answer's; ``body`` its text, which the message leaves out: it is not ours to vouch that it holds
    no secret.
    """

    def __init__(self, reason: str, status: int | None = None, body: str = "") -> None:
        super().__init__(reason, status)
        self.reason = reason
        self.status = status
        self.body = body

    def __str__(self) -> str:
        return self.reason


class CleaningError(KeyauthError):
    """A live provider does not remove what a run has made; the message says what it answered."""


class ProviderUnreachable(KeyauthError):
    """A live provider has not answered several requests in a row, or wants to be left alone; this one was not sent.

    ``pause_s``: for how many seconds it has asked; None where it does not answer.
    """

    def __init__(self, origin: str, troubles: int = 0, pause_s: float | None = None) -> None:
        super().__init__(origin, troubles, pause_s)
        self.origin = origin
        self.troubles = troubles
        self.pause_s = pause_s

    def __str__(self) -> str:
        if self.pause_s is not None:
            return f"{self.origin} has asked to be left alone for another {self.pause_s:.0f} s; this one was not sent"
        return f"{self.origin} has not answered {self.troubles} requests in a row; this one was not sent"


class ContractFailure(KeyauthError, AssertionError):
    """The provider does not do what its document says."""


class OutcomeNotWitnessed(ContractFailure):
    """A test passed, but its traffic did not show the outcome that it is for."""

    def __init__(self, claimed: list[str], seen: list[str]) -> None:
        super().__init__(claimed, seen)
        self.claimed = claimed
        self.seen = seen

    def __str__(self) -> str:
        seen = "\n".join(f"  - {line}" for line in self.seen) or "  - no request at all"
        return (
            f"this test is for {', '.join(self.claimed)}, but its traffic showed:\n{seen}\n"
            "Either the answer is not the documented one, or the marker keyauth_outcome names the wrong outcome."
        )


class FuzzingFailure(ContractFailure):
    """Fuzzing found answers that nothing explains; the message tells how to get them again, and shows no secret."""
