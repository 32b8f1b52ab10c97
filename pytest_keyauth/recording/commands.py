"""How a test steers an emulator, recorded and played: what it asked, and what it was told.

A replay has no emulator, so that settings and faults are in the recorded answers already; but tokens, hosts and keys
that an emulator gave out are needed, and are the same ones as in those answers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, NoReturn, cast

from pytest_keyauth.control import KeyfaxControl, KeyfaxKeys, KeytracControl
from pytest_keyauth.recording.player import Player
from pytest_keyauth.recording.recorder import Recorder

__all__ = ["ReplayedKeyfax", "ReplayedKeytrac", "recorded_keyfax", "recorded_keytrac"]


def recorded_keytrac(control: KeytracControl, recorder: Recorder) -> KeytracControl:
    """The same emulator, whose answers to commands are recorded."""
    return cast("KeytracControl", _Recorded(control, recorder, "keytrac", KeytracControl))


def recorded_keyfax(control: KeyfaxControl, recorder: Recorder) -> KeyfaxControl:
    """The same emulator, whose answers to commands are recorded."""
    return cast("KeyfaxControl", _Recorded(control, recorder, "keyfax", KeyfaxControl))


class _Recorded:
    """Hands everything on, and notes the commands that any emulator has."""

    def __init__(self, control: Any, recorder: Recorder, provider: str, protocol: type) -> None:
        self._control = control
        self._recorder = recorder
        self._provider = provider
        self._protocol = protocol
        self._commands = {name for name, member in vars(protocol).items() if callable(member) and name[0] != "_"}

    def __repr__(self) -> str:
        return f"<recorded {self._control!r}>"

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._control, name)
        return self._noted(name, value) if name in self._commands else value

    def _noted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def command(*arguments: Any, **keywords: Any) -> Any:
            result = call(*arguments, **keywords)
            asked = _bind(self._protocol, name, arguments, keywords)
            self._recorder.note_command(self._provider, name, asked, _plain(result))
            return result

        return command


def _plain(result: Any) -> Any:
    if hasattr(result, "signing_key"):
        return {"hostName": result.host, "apiKey": result.api_key, "signingKey": result.signing_key}
    return result


def _bind(protocol: type, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a command by name, however they were given: the name says which of them is a host."""
    bound = signature(getattr(protocol, name)).bind(None, *arguments, **keywords).arguments
    asked = {key: value for key, value in bound.items() if key != "self"}
    if name == "define_host":
        asked["host"] = asked.pop("name")
    return asked


class _Replayed:
    """Answers commands from a cassette."""

    provider: str
    protocol: type

    def __init__(self, player: Player) -> None:
        self._player = player

    def __getattr__(self, name: str) -> NoReturn:
        there = ", ".join(item for item in dir(type(self)) if item[0] != "_" and item not in ("provider", "protocol"))
        raise AttributeError(
            f"{name!r} is out of reach where cassettes are played (--keyauth-target=cassettes); there are: {there}"
        )

    def _command(self, name: str, *arguments: Any, **keywords: Any) -> Any:
        return self._player.command(self.provider, name, _bind(self.protocol, name, arguments, keywords))


class ReplayedKeytrac(_Replayed):
    """A KeyTrac account in a cassette (see ``control.KeytracControl``)."""

    provider = "keytrac"
    protocol = KeytracControl

    @property
    def token(self) -> str:
        """The account's token."""
        return self._player.credential("<token:1>")

    def configure(self, **changes: object) -> None:
        """Change the account's settings: the recorded answers are those of an account that was changed so."""
        self._command("configure", **changes)

    def fail_store(self, action: str, *arguments: int, **keywords: int) -> None:
        """Let the account's store fail, as it did."""
        self._command("fail_store", action, *arguments, **keywords)

    def damage_profile(self, user_id: str, method: str) -> None:
        """Cut a stored profile short, as it was."""
        self._command("damage_profile", user_id, method)

    def distort_profile(self, user_id: str, method: str) -> None:
        """Make a stored profile useless, as it was."""
        self._command("distort_profile", user_id, method)

    def restore_profile(self, user_id: str, method: str) -> None:
        """Put a profile back, as it was."""
        self._command("restore_profile", user_id, method)

    def answer(self, outcome: str, **plan: Any) -> None:
        """Answer with a documented outcome, as was done."""
        self._command("answer", outcome, **plan)

    def fail_transport(self, fault: str, **plan: Any) -> None:
        """Let an answer go wrong on its way: it comes at once where it came late; one that was lost is not there."""
        self._command("fail_transport", fault, **plan)

    def decide(self, *user_id: str | None, **score: Any) -> None:
        """Decide on a score, as was done."""
        self._command("decide", *user_id, **score)

    def accept(self, *user_id: str | None) -> None:
        """Accept attempts, as was done."""
        self._command("accept", *user_id)

    def reject(self, *user_id: str | None) -> None:
        """Reject attempts, as was done."""
        self._command("reject", *user_id)

    def open_account(self) -> str:
        """Open the account that was opened, and return its token."""
        return str(self._command("open_account"))


@dataclass(frozen=True, slots=True)
class _Keys:
    host: str
    api_key: str = field(repr=False)
    signing_key: str = field(repr=False)


class ReplayedKeyfax(_Replayed):
    """A Keyfax in a cassette (see ``control.KeyfaxControl``)."""

    provider = "keyfax"
    protocol = KeyfaxControl

    @property
    def host(self) -> str:
        """The test's own host."""
        return self._player.credential("<host:1>")

    def name_host(self) -> str:
        """The name that was made up."""
        return str(self._command("name_host"))

    def define_host(self, name: str, *arguments: str | None, **keywords: str | None) -> None:
        """Define a host, as it was."""
        self._command("define_host", name, *arguments, **keywords)

    def issue_keys(self, host: str) -> KeyfaxKeys:
        """The keys that were issued."""
        keys = self._command("issue_keys", host)
        return _Keys(keys["hostName"], keys["apiKey"], keys["signingKey"])

    def configure(self, **changes: object) -> None:
        """Change settings, as they were."""
        self._command("configure", **changes)

    def fail_store(self, action: str, *arguments: int, **keywords: int) -> None:
        """Let the store fail, as it did."""
        self._command("fail_store", action, *arguments, **keywords)

    def damage_signing_key(self, host: str) -> None:
        """Damage a stored signing key, as it was."""
        self._command("damage_signing_key", host)

    def answer(self, outcome: str, **plan: Any) -> None:
        """Answer with a documented outcome, as was done."""
        self._command("answer", outcome, **plan)

    def fail_transport(self, fault: str, **plan: Any) -> None:
        """Let an answer go wrong on its way: it comes at once where it came late; one that was lost is not there."""
        self._command("fail_transport", fault, **plan)

    def finish_session(self, guid: str, *arguments: int, **keywords: int) -> None:
        """Finish a session, as it was."""
        self._command("finish_session", guid, *arguments, **keywords)

    def deliveries(self, host: str) -> list[dict[str, str]]:
        """What was delivered."""
        deliveries: list[dict[str, str]] = self._command("deliveries", host)
        return deliveries
