from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_keyauth.control import KeyfaxControl, KeytracControl
from pytest_keyauth.errors import CassetteMismatch
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.cassette import Cassette, Command, Origin
from pytest_keyauth.recording.commands import ReplayedKeyfax, ReplayedKeytrac, recorded_keyfax, recorded_keytrac
from pytest_keyauth.recording.player import Player
from pytest_keyauth.recording.recorder import Recorder

NOW = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)
TOKEN = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"


class Keys:
    host, api_key, signing_key = "HOST-2", "0123456789abcdef0123456789abcdef", "c2l4dGVlbiBieXRlcyBpdA=="


class Emulator:
    """Whatever it is told, it notes."""

    token = TOKEN
    beyond = "what only this emulator has"

    def __init__(self) -> None:
        self.told: list[Any] = []

    def __repr__(self) -> str:
        return "<Emulator>"

    def configure(self, **changes: object) -> None:
        self.told.append(("configure", changes))

    def fail_store(self, action: str, times: int = 1) -> None:
        self.told.append(("fail_store", action, times))

    def open_account(self) -> str:
        return TOKEN

    def define_host(self, name: str, web_hook: str | None = None, email: str | None = None) -> None:
        self.told.append(("define_host", name, web_hook, email))

    def issue_keys(self, host: str) -> Keys:
        self.told.append(("issue_keys", host))
        return Keys()

    def forget(self) -> str:
        return "done"


def recorder() -> Recorder:
    return Recorder(NOW, Addresses(), "keep", lambda kind, value: None)


def commands(recording: Recorder) -> tuple[Command, ...]:
    return recording.make_cassette("t", Origin("emulator"), None, ()).commands


def player(*recorded: Command) -> Player:
    return Player(Cassette("t", Origin("emulator"), (), commands=recorded), "place", NOW, Addresses())


# Recording


def test_a_command_goes_to_the_emulator_and_into_the_recording() -> None:
    emulator, recording = Emulator(), recorder()
    control: Any = recorded_keytrac(emulator, recording)  # type: ignore[arg-type]
    control.configure(verified=False)
    control.fail_store("list-users", times=2)
    assert control.open_account() == TOKEN
    assert emulator.told == [("configure", {"verified": False}), ("fail_store", "list-users", 2)]
    assert commands(recording) == (
        Command("keytrac", "configure", {"changes": {"verified": False}}, None),
        Command("keytrac", "fail_store", {"action": "list-users", "times": 2}, None),
        Command("keytrac", "open_account", {}, "<token:1>"),
    )


def test_hosts_and_keys_are_recorded_as_references_however_they_are_given() -> None:
    recording = recorder()
    control: Any = recorded_keyfax(Emulator(), recording)  # type: ignore[arg-type]
    control.define_host(name="HOST-2", email="a@b.example")
    keys = control.issue_keys("HOST-2")
    assert isinstance(keys, Keys)
    defined, issued = commands(recording)
    assert defined.arguments == {"host": "<host:1>", "email": "a@b.example"}
    assert issued.arguments == {"host": "<host:1>"}
    result = {"hostName": "<host:1>", "apiKey": "<api-key:1>", "signingKey": "<signing-key:1>"}
    assert issued.result == result


def test_what_is_no_command_of_every_emulator_is_handed_on_unrecorded() -> None:
    recording = recorder()
    control: Any = recorded_keytrac(Emulator(), recording)  # type: ignore[arg-type]
    assert (control.token, control.beyond, control.forget()) == (TOKEN, Emulator.beyond, "done")
    assert commands(recording) == ()
    assert repr(control) == "<recorded <Emulator>>"


# Replaying


def public(kind: type) -> set[str]:
    return {name for name in vars(kind) if name[0] != "_"}


@pytest.mark.parametrize(("protocol", "replayed"), [(KeytracControl, ReplayedKeytrac), (KeyfaxControl, ReplayedKeyfax)])
def test_a_replayed_emulator_has_every_command_and_no_other(protocol: type, replayed: type) -> None:
    assert public(replayed) - {"provider", "protocol"} == public(protocol)


#: A call of every command, as a test writes it, with its arguments as they are recorded.
CALLS: dict[tuple[type, str], tuple[tuple[Any, ...], dict[str, Any], dict[str, Any]]] = {
    (ReplayedKeytrac, "configure"): ((), {"verified": True}, {"changes": {"verified": True}}),
    (ReplayedKeytrac, "fail_store"): (("list-users", 2), {}, {"action": "list-users", "times": 2}),
    (ReplayedKeytrac, "damage_profile"): (("<u>", "anytext"), {}, {"user_id": "<u>", "method": "anytext"}),
    (ReplayedKeytrac, "distort_profile"): (("<u>", "anytext"), {}, {"user_id": "<u>", "method": "anytext"}),
    (ReplayedKeytrac, "restore_profile"): ((), {"user_id": "<u>", "method": "x"}, {"user_id": "<u>", "method": "x"}),
    (ReplayedKeytrac, "open_account"): ((), {}, {}),
    (ReplayedKeytrac, "answer"): (("a/500/b",), {"times": None}, {"outcome": "a/500/b", "times": None}),
    (ReplayedKeytrac, "fail_transport"): (
        ("latency",),
        {"seconds": (0.1, 0.5), "operation": "showUser"},
        {"fault": "latency", "seconds": [0.1, 0.5], "operation": "showUser"},
    ),
    (ReplayedKeytrac, "decide"): ((), {"score": 42}, {"score": 42}),
    (ReplayedKeytrac, "accept"): (("<u>",), {}, {"user_id": "<u>"}),
    (ReplayedKeytrac, "reject"): ((), {}, {}),
    (ReplayedKeyfax, "name_host"): ((), {}, {}),
    (ReplayedKeyfax, "answer"): (("a/500/b",), {"after": 1}, {"outcome": "a/500/b", "after": 1}),
    (ReplayedKeyfax, "fail_transport"): (("reset",), {"lost": "request"}, {"fault": "reset", "lost": "request"}),
    (ReplayedKeyfax, "define_host"): (("A",), {"email": "a@b"}, {"host": "<host:2>", "email": "a@b"}),
    (ReplayedKeyfax, "issue_keys"): (("A",), {}, {"host": "<host:2>"}),
    (ReplayedKeyfax, "configure"): ((), {"companies": ["a"]}, {"changes": {"companies": ["a"]}}),
    (ReplayedKeyfax, "fail_store"): ((), {"action": "write-key"}, {"action": "write-key"}),
    (ReplayedKeyfax, "damage_signing_key"): (("A",), {}, {"host": "<host:2>"}),
    (ReplayedKeyfax, "finish_session"): (("g", 2), {}, {"guid": "g", "status": 2}),
    (ReplayedKeyfax, "deliveries"): (("A",), {}, {"host": "<host:2>"}),
}


def test_there_is_a_call_of_each_command() -> None:
    both = ((ReplayedKeytrac, KeytracControl), (ReplayedKeyfax, KeyfaxControl))
    assert CALLS.keys() == {(kind, name) for kind, protocol in both for name in public(protocol) - {"token", "host"}}


@pytest.mark.parametrize(("kind", "name"), CALLS, ids=lambda value: getattr(value, "__name__", value))
def test_a_command_is_answered_once_with_what_it_resulted_in(kind: type, name: str) -> None:
    arguments, keywords, recorded = CALLS[kind, name]
    results: dict[str, Any] = {
        "open_account": "<token:2>",
        "name_host": "<host:2>",
        "issue_keys": {"hostName": "<host:2>", "apiKey": "<api-key:2>", "signingKey": "<signing-key:2>"},
        "deliveries": [{"kind": "mail", "apiKey": "<api-key:2>"}],
    }
    playing = player(Command(kind.provider, name, recorded, results.get(name)))  # type: ignore[attr-defined]
    call = getattr(kind(playing), name)
    answer = call(*arguments, **keywords)
    expected: Any = {
        "open_account": playing.credential("<token:2>"),
        "name_host": playing.credential("<host:2>"),
        "deliveries": [{"kind": "mail", "apiKey": playing.credential("<api-key:2>")}],
    }
    if name == "issue_keys":
        values = [playing.credential(f"<{part}:2>") for part in ("host", "api-key", "signing-key")]
        assert [answer.host, answer.api_key, answer.signing_key] == values
        assert values[2] not in repr(answer)
    else:
        assert answer == expected.get(name)
    with pytest.raises(CassetteMismatch):
        call(*arguments, **keywords)


def test_a_replayed_emulator_has_the_credentials_of_its_cassette() -> None:
    playing = player()
    assert ReplayedKeytrac(playing).token == playing.credential("<token:1>")
    assert ReplayedKeyfax(playing).host == playing.credential("<host:1>")


def test_what_only_an_emulator_has_is_said_to_be_out_of_reach_with_what_there_is() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = ReplayedKeytrac(player()).clock
    assert str(caught.value) == (
        "'clock' is out of reach where cassettes are played (--keyauth-target=cassettes); there are: accept, "
        "answer, configure, damage_profile, decide, distort_profile, fail_store, fail_transport, open_account, reject, "
        "restore_profile, token"
    )


def test_a_command_with_wrong_arguments_is_a_wrong_call() -> None:
    with pytest.raises(TypeError):
        ReplayedKeytrac(player()).fail_store("list-users", 1, 2)
