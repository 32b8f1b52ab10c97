import json
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.cassette import Cassette, Command, Origin
from pytest_keyauth.recording.exchange import Interaction, RecordedRequest, RecordedResponse, Request, Response
from pytest_keyauth.recording.recorder import Recorder, without_unused

NOW = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)
TOKEN = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"
USER = "f0d0c6f4-8f53-4a2e-a52f-1d7f4ab2fb1d"
SIGNING_KEY = "dGhpcnR5LXR3byBieXRlcyBmb3Igb3VyIHZlY3RvcnM="  # "thirty-two bytes for our vectors"
URL = "http://127.0.0.1:8480"
JSON = (("Content-Type", "application/json"),)


class Told(list[tuple[str, str]]):
    def __call__(self, kind: str, value: str) -> None:
        self.append((kind, value))


def recorder(told: Told | None = None) -> Recorder:
    recording = Recorder(NOW, Addresses(), "keep", told if told is not None else Told())
    recording.know_url("keytrac", URL)
    return recording


def make(recording: Recorder) -> Cassette:
    return recording.make_cassette("t.py::t", Origin("emulator", "0.1.0"), "digest", ["a/200/b"])


def asked(path: str, body: Any = None, headers: Any = JSON) -> Request:
    return Request("POST", URL + path, headers, b"" if body is None else json.dumps(body).encode())


def answered(body: Any) -> Response:
    return Response(200, JSON, json.dumps(body).encode())


def test_a_recording_tells_what_was_exchanged_and_where_it_came_from() -> None:
    recording = recorder()
    recording.note(asked(f"/users/{USER}", {"name": "text"}), answered({"id": USER}))
    assert len(recording) == 1
    assert make(recording) == Cassette(
        test="t.py::t",
        origin=Origin("emulator", "0.1.0"),
        interactions=(
            Interaction(
                RecordedRequest("POST", "https://api.keytrac.net/users/<user-id:1>", JSON, '{"name": "text"}'),
                RecordedResponse(200, JSON, '{"id": "<user-id:1>"}'),
            ),
        ),
        contract="digest",
        claims=("a/200/b",),
    )


def test_what_is_a_secret_by_its_place_later_is_one_in_all_that_was_before() -> None:
    recording = recorder()
    recording.note(asked("/status", {"note": "it is geheim123"}), answered({"note": "geheim123!"}))
    recording.note(asked("/status", {"password": "geheim123"}), answered({}))
    assert b"geheim" not in make(recording).write()


def test_a_secret_that_is_known_before_it_travels_is_the_first_of_its_kind() -> None:
    told = Told()
    recording = recorder(told)
    recording.know("token", TOKEN)
    recording.note(asked("/status", headers=(("Authorization", TOKEN), *JSON)), answered({}))
    assert make(recording).interactions[0].request.headers[0] == ("Authorization", "<token:1>")
    assert told[0] == ("token", TOKEN)
    assert recording.secrets()["token"] == [TOKEN]


def test_the_same_exchanges_make_the_same_bytes() -> None:
    written = set()
    for _ in range(2):
        recording = recorder()
        recording.note(asked("/users", {"token": TOKEN}), answered({"id": USER, "other": TOKEN}))
        recording.note_command("keytrac", "open_account", {}, TOKEN)
        written.add(make(recording).write())
    assert len(written) == 1


def test_commands_are_recorded_with_references_too() -> None:
    recording = recorder()
    recording.note_command("keytrac", "open_account", {}, TOKEN)
    recording.note_command("keytrac", "damage_profile", {"user_id": USER, "method": "anytext"}, None)
    recording.note_command("keyfax", "name_host", {}, "SOME HOST")
    assert make(recording).commands == (
        Command("keytrac", "open_account", {}, "<token:1>"),
        Command("keytrac", "damage_profile", {"user_id": "<user-id:1>", "method": "anytext"}, None),
        Command("keyfax", "name_host", {}, "<host:1>"),
    )


def test_unusual_forms_and_what_tokens_say_are_told_beside_the_interactions() -> None:
    recording = recorder()
    recording.know("signing-key", SIGNING_KEY)
    claims = {"exp": int(NOW.timestamp()) + 600, "user_id": USER}
    signed = jwt.encode(claims, b"thirty-two bytes for our vectors", "HS256")
    recording.note(asked("/token"), answered({"token": signed, "apiKey": TOKEN}))
    cassette = make(recording)
    assert cassette.tokens == {
        "<jwt:1>": {
            "header": {"alg": "HS256", "typ": "JWT"},
            "claims": {"exp": "<now+10min:unix>", "user_id": "<user-id:1>"},
            "signed-with": "<signing-key:1>",
        }
    }
    assert cassette.forms == {"<api-key:1>": "uuid"}


def test_what_two_threads_exchange_is_noted_whole() -> None:
    recording = recorder()
    count = 40

    def note(name: str) -> None:
        for number in range(count):
            recording.note(asked(f"/{name}/{number}"), answered([name, number]))

    with ThreadPoolExecutor(2) as threads:
        for noted in [threads.submit(note, name) for name in ("a", "b")]:
            noted.result()
    said = [(item.request.url, item.response.body) for item in make(recording).interactions]
    expected = [(f"https://api.keytrac.net/{name}/{n}", f'["{name}", {n}]') for name in "ab" for n in range(count)]
    assert sorted(said) == sorted(expected)


@pytest.mark.parametrize("number", ["1e400", str(10**400)])
def test_a_token_with_a_number_beyond_all_times_is_recorded(number: str) -> None:
    recording = recorder()
    parts = ('{"alg":"HS256"}', f'{{"exp":{number}}}', "signature")
    signed = ".".join(urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
    recording.note(asked("/token"), answered({"token": signed}))
    assert make(recording).interactions[0].response.body == '{"token": "<jwt:1>"}'


def test_a_recorder_shows_nothing_of_what_it_has_noted() -> None:
    recording = recorder()
    recording.note(asked("/status", {"password": "geheim123"}), answered({}))
    assert repr(recording) == "<Recorder: 1 exchanges>"


def test_what_is_said_of_references_that_do_not_occur_is_left_out() -> None:
    answer = RecordedResponse(200, (), '"<jwt:1> <id:1:base64>"')
    token = {"header": {}, "claims": {"jti": "<id:2>"}, "signed-with": None}
    cassette = Cassette(
        test="t",
        origin=Origin("live"),
        interactions=(Interaction(RecordedRequest("GET", "/", (), ""), answer),),
        forms={"<id:1>": "hex:8", "<id:2>": "hex:8", "<id:3>": "hex:8", "<id:4>": "hex:8", "<token:1>": "hex:8"},
        tokens={"<jwt:1>": token, "<jwt:2>": {**token, "claims": {"jti": "<id:4>"}}},
    )
    kept = without_unused(cassette)
    assert kept.tokens == {"<jwt:1>": token}
    assert kept.forms.keys() == {"<id:1>", "<id:2>", "<token:1>"}  # the first token is what the target is reached with


def test_what_is_sent_is_told_before_it_is_answered() -> None:
    told = Told()
    recording = recorder(told)
    recording.hear(asked("/status?token=Secret-7-of-url", {"password": "Secret-7-of-body"}))
    assert told == [("token", "Secret-7-of-url"), ("secret", "Secret-7-of-body")]
    assert len(recording) == 0


def test_what_an_identifier_was_and_a_secret_is_is_told_and_found_in_texts() -> None:
    told = Told()
    recording = recorder(told)
    recording.note(asked("/users"), answered({"id": "tok_9f8e7d6c5b"}))
    recording.note(asked("/users"), answered({"token": "tok_9f8e7d6c5b", "note": "it is tok_9f8e7d6c5b"}))
    assert ("token", "tok_9f8e7d6c5b") in told
    assert json.loads(make(recording).interactions[1].response.body) == {
        "token": "<user-id:1>",
        "note": "it is <user-id:1>",
    }
