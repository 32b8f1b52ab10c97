from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pytest_keyauth import __version__
from pytest_keyauth.access import KeytracAccess
from pytest_keyauth.errors import CassetteError, CassetteMismatch, SecretFoundError
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.cassette import Cassette, Origin
from pytest_keyauth.recording.exchange import Request, Response
from pytest_keyauth.recording.library import Library
from pytest_keyauth.settings import Settings
from pytest_keyauth.takes import RecordingTake, ReplayingTake, TestText, find_origin

URL = "https://api.keytrac.net"
USER = "f0d0c6f4-8f53-4a2e-a52f-1d7f4ab2fb1d"
TOKEN = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"
NODE_ID = "test_a.py::test_a"
JSON = (("Content-Type", "application/json"),)
EMULATOR = Origin("emulator", "0.1.0")
ASKED = Request("GET", f"{URL}/users/{USER}", (("Authorization", TOKEN),))
SAID = Response(404, JSON, b'{"error": "User not found"}')


@pytest.fixture
def test_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestText:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "test_a.py"
    path.write_text("def test_a():\n    assert True\n")
    return TestText(NODE_ID, path, "test_a", ("showUser/404/user-not-found",))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "cassettes")


def recording(test: TestText, library: Library, told: list[Any] | None = None) -> RecordingTake:
    def tell(*secret: str) -> None:
        if told is not None:
            told.append(secret)

    return RecordingTake(test, library, Addresses(), EMULATOR, keeps_samples=True, tell=tell)


def replaying(test: TestText, library: Library) -> ReplayingTake:
    return ReplayingTake(test, library, Addresses())


def record(test: TestText, library: Library) -> None:
    take = recording(test, library)
    take.recorder.note(ASKED, SAID)
    take.finish()


def test_a_recording_is_kept_when_it_is_finished(test_text: TestText, library: Library) -> None:
    told: list[Any] = []
    take = recording(test_text, library, told)
    take.recorder.know("token", TOKEN)
    take.recorder.note(ASKED, SAID)
    assert not library.has_own(NODE_ID)
    expected = {"test": NODE_ID, "recorded": "cassettes/test_a/test_a.yaml", "origin": "emulator 0.1.0"}
    assert take.finish() == expected
    cassette, _ = library.find_test(NODE_ID)
    assert (cassette.test, cassette.origin, cassette.contract) == (NODE_ID, EMULATOR, test_text.digest())
    assert cassette.claims == ("showUser/404/user-not-found",)
    assert told == [("token", TOKEN)]


def test_a_test_that_has_said_nothing_leaves_no_cassette(test_text: TestText, library: Library) -> None:
    assert recording(test_text, library).finish() == {"test": NODE_ID, "recorded": None}
    assert not library.has_own(NODE_ID)


def test_a_recording_with_a_secret_in_it_is_not_kept(test_text: TestText, library: Library) -> None:
    take = recording(test_text, library)
    take.recorder.know("host", "some host")
    take.recorder.note(Request("GET", f"{URL}/status", (("X-geheim123", "a"),)), SAID)
    take.recorder.know("token", "X-geheim123")  # in a header's name nobody would look for it
    with pytest.raises(SecretFoundError):
        take.finish()
    assert not library.has_own(NODE_ID)


def test_what_was_recorded_is_played(test_text: TestText, library: Library) -> None:
    record(test_text, library)
    take = replaying(test_text, library)
    assert take.answer(ASKED) == SAID
    take.check()
    assert take.finish() == {
        "test": NODE_ID,
        "played": "cassettes/test_a/test_a.yaml",
        "origin": "emulator 0.1.0",
        "unplayed": [],
        "stale": False,
    }


def test_a_cassette_that_was_not_opened_is_not_missed(test_text: TestText, library: Library) -> None:
    take = replaying(test_text, library)
    take.check()
    assert take.finish() is None
    with pytest.raises(CassetteError, match=f"there is no cassette of {NODE_ID}"):
        take.answer(ASKED)


def test_what_was_not_played_is_told(test_text: TestText, library: Library) -> None:
    record(test_text, library)
    take = replaying(test_text, library)
    assert take.player.cassette.test == NODE_ID
    finished = take.finish()
    assert finished is not None
    assert finished["unplayed"] == [f"GET {URL}/users/<user-id:1>"]


def test_a_mismatch_that_was_swallowed_is_raised_at_the_end_the_first_of_several(
    test_text: TestText, library: Library
) -> None:
    record(test_text, library)
    take = replaying(test_text, library)
    for path in ("first", "second"):
        with pytest.raises(CassetteMismatch):
            take.answer(Request("GET", f"{URL}/{path}"))
    assert take.answer(ASKED) == SAID
    with pytest.raises(CassetteMismatch, match=f"has no answer to GET {URL}/first"):
        take.check()


def test_a_cassette_of_another_text_of_the_test_is_stale(test_text: TestText, library: Library, tmp_path: Path) -> None:
    record(test_text, library)
    changed = tmp_path / "changed.py"  # a module is read once in a process
    changed.write_text("def test_a():\n    assert 1\n")
    take = replaying(TestText(NODE_ID, changed, "test_a"), library)
    take.answer(ASKED)
    finished = take.finish()
    assert finished is not None
    assert finished["stale"] is True


def test_a_cassette_that_does_not_tell_its_test_is_not_stale(test_text: TestText, library: Library) -> None:
    library.keep(Cassette(NODE_ID, EMULATOR, ()), {})
    take = replaying(test_text, library)
    assert take.player.unplayed == []
    finished = take.finish()
    assert finished is not None
    assert finished["stale"] is False


# Who answers


class Server:
    """A live server that may have a control plane."""

    def __init__(self, version: str | None) -> None:
        self.control_plane = self if version is not None else None
        self._version = version
        self.closed = 0

    def version(self) -> str | None:
        return self._version

    def close(self) -> None:
        self.closed += 1


def origin(monkeypatch: pytest.MonkeyPatch, url: str, version: str | None) -> Origin:
    server = Server(version)
    monkeypatch.setattr("pytest_keyauth.takes.LiveServer", lambda url: server)
    found = find_origin(Settings(target="live", keytrac=KeytracAccess(url, TOKEN)))
    assert server.closed == 1
    return found


def test_an_emulator_in_this_process_is_of_this_version() -> None:
    assert find_origin(Settings()) == Origin("emulator", __version__)


def test_a_server_with_a_control_plane_is_an_emulator_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert origin(monkeypatch, "https://emulator.example", "7.8") == Origin("emulator", "7.8")


def test_what_is_on_this_machine_is_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    found = origin(monkeypatch, "http://127.0.0.1:9000", None)
    assert (found.target, found.is_observed) == ("loopback", False)


def test_only_a_providers_own_host_is_live_and_has_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    found = origin(monkeypatch, URL, None)
    assert (found.target, found.is_observed, found.version) == ("live", True, None)
    assert date.fromisoformat(found.recorded or "")
