import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from pytest_keyauth.adapters.asgi import EmulatorApplication
from pytest_keyauth.emulator.keyfax import KeyfaxEmulator
from pytest_keyauth.emulator.keyfax.installations import Installations
from pytest_keyauth.emulator.keytrac import KeytracEmulator

Message = dict[str, Any]
Exchange = Callable[..., list[Message]]


@pytest.fixture
def emulator() -> KeytracEmulator:
    return KeytracEmulator()


@pytest.fixture
def keyfax() -> KeyfaxEmulator:
    return KeyfaxEmulator(root="/interview")


@pytest.fixture
def application(emulator: KeytracEmulator, keyfax: KeyfaxEmulator) -> EmulatorApplication:
    return EmulatorApplication(emulator, Installations(keyfax, lambda root: KeyfaxEmulator(root=root)))


@pytest.fixture
def exchange(application: EmulatorApplication, emulator: KeytracEmulator) -> Exchange:
    """Plays the server: exchange("GET", "/status") sends a request, and gives the messages that come back."""

    def play(
        method: str,
        path: str,
        query: str = "",
        headers: dict[str, str] | None = None,
        messages: list[Message] | None = None,
    ) -> list[Message]:
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [
                (name.encode("latin-1"), value.encode("latin-1"))
                for name, value in (headers or {"Authorization": emulator.token}).items()
            ],
        }
        incoming = iter(messages or [{"type": "http.request", "body": b"", "more_body": False}])
        sent: list[Message] = []

        async def receive() -> Message:
            return next(incoming)

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(application(scope, receive, send))
        return sent

    return play


def test_a_request_is_answered_with_a_start_and_a_body(exchange: Exchange) -> None:
    start, body = exchange("GET", "/status")
    expected = b'{"overview":{"users_created":0,"enrolments":0,"authentications":0}}'
    assert start == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"Content-Type", b"application/json"), (b"content-length", b"%d" % len(expected))],
    }
    assert body == {"type": "http.response.body", "body": expected}


def test_a_body_that_comes_in_pieces_is_read_whole(exchange: Exchange, emulator: KeytracEmulator) -> None:
    exchange(
        "POST",
        "/anytext/enrol",
        messages=[
            {"type": "http.request", "body": b'{"user', "more_body": True},
            {"type": "http.request", "more_body": True},
            {"type": "http.request", "body": b'_id":1}', "more_body": False},
        ],
    )
    assert emulator.requests[-1].request.body == b'{"user_id":1}'


def test_a_client_that_goes_away_before_its_body_is_complete_is_not_answered(
    exchange: Exchange, emulator: KeytracEmulator
) -> None:
    sent = exchange(
        "POST",
        "/users",
        messages=[{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}],
    )
    assert sent == []
    assert len(emulator.requests) == 0
    assert exchange("POST", "/users", messages=[{"type": "http.disconnect"}]) == []


def test_path_query_and_headers_reach_the_emulator_as_they_were_sent(
    exchange: Exchange, emulator: KeytracEmulator
) -> None:
    headers = {"Authorization": emulator.token, "x-small": "1", "X-Umlaut": "ä"}
    exchange("GET", "/users/a%2Fb", "from=%C3%A4&to", headers)
    request = emulator.requests[-1].request
    assert (request.method, request.path, request.query) == ("GET", "/users/a%2Fb", "from=%C3%A4&to")
    assert request.headers == tuple(headers.items())


def test_a_token_in_small_letters_is_missing_here_too(exchange: Exchange, emulator: KeytracEmulator) -> None:
    start, body = exchange("GET", "/status", headers={"authorization": emulator.token})
    assert start["status"] == 401
    assert json.loads(body["body"]) == {"error": "Authentication token missing"}


def test_the_control_plane_is_below_its_prefix_and_needs_no_token(
    exchange: Exchange, emulator: KeytracEmulator
) -> None:
    start, body = exchange("GET", "/_keyauth/", headers={"Accept": "*/*"})
    assert start["status"] == 200
    assert "keytrac" in json.loads(body["body"])["providers"]
    assert len(emulator.requests) == 0


@pytest.mark.parametrize("path", ["/_keyauths", "/_KEYAUTH/", "//_keyauth/", "/users/_keyauth/", "/%5Fkeyauth/"])
def test_any_other_path_is_keytracs(exchange: Exchange, emulator: KeytracEmulator, path: str) -> None:
    start, _ = exchange("GET", path)
    assert start["status"] == 404
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("path", ["/interview", "/interview/api/v1/startup", "/interview/"])
def test_what_is_below_a_root_of_keyfax_is_keyfaxs(
    exchange: Exchange, emulator: KeytracEmulator, keyfax: KeyfaxEmulator, path: str
) -> None:
    exchange("GET", path)
    assert len(emulator.requests) == 0
    assert keyfax.requests[-1].request.path == path


def test_a_path_that_only_begins_like_a_root_of_keyfax_is_keytracs(
    exchange: Exchange, emulator: KeytracEmulator, keyfax: KeyfaxEmulator
) -> None:
    exchange("GET", "/interviews")
    assert (len(emulator.requests), len(keyfax.requests)) == (1, 0)


def test_the_control_plane_steers_the_emulator(exchange: Exchange) -> None:
    start, _ = exchange(
        "POST",
        "/_keyauth/configure",
        headers={"Content-Type": "application/json"},
        messages=[{"type": "http.request", "body": b'{"settings":{"verified":false}}', "more_body": False}],
    )
    assert start["status"] == 200
    assert exchange("GET", "/status")[0]["status"] == 403


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_anything_but_http_is_refused(application: EmulatorApplication, kind: str) -> None:
    async def nothing(*_: object) -> Any:
        raise AssertionError("nothing is received or sent")

    with pytest.raises(RuntimeError, match=f"the emulators speak HTTP only, not {kind}"):
        asyncio.run(application({"type": kind}, nothing, nothing))
