import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from pytest_keyauth.adapters.in_process import EmulatorTransport
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.keytrac import HOST, KeytracToken


@pytest.fixture
def emulator() -> KeytracEmulator:
    return KeytracEmulator()


@pytest.fixture
def client(emulator: KeytracEmulator) -> httpx.Client:
    transport = EmulatorTransport(emulator.handle)
    return httpx.Client(base_url=HOST, auth=KeytracToken(emulator.token), transport=transport)


@pytest.fixture
def run(emulator: KeytracEmulator) -> Callable[..., httpx.Response]:
    """Sends one request with an async client."""

    def send_and_wait(method: str, path: str, **arguments: object) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = EmulatorTransport(emulator.handle)
            auth = KeytracToken(emulator.token)
            async with httpx.AsyncClient(base_url=HOST, auth=auth, transport=transport) as client:
                return await client.request(method, path, **arguments)  # type: ignore[arg-type]

        return asyncio.run(send())

    return send_and_wait


def test_a_sync_client_is_answered(client: httpx.Client) -> None:
    response = client.get("/status")
    assert response.status_code == 200
    assert response.json() == {"overview": {"users_created": 0, "enrolments": 0, "authentications": 0}}
    assert response.headers["Content-Type"] == "application/json"


def test_an_async_client_gets_the_same_answer(client: httpx.Client, run: Callable[..., httpx.Response]) -> None:
    answer = run("GET", "/status")
    assert answer.content == client.get("/status").content
    assert answer.headers == client.get("/status").headers


def test_the_length_of_the_answer_is_told_in_bytes(client: httpx.Client) -> None:
    masked = {"samples": ["firefox/38.0#m=0#2016-04-25 09:22:52|l=4|0dI0"]}
    response = client.post("/anytext/identify", json=masked)
    assert "can’t" in response.text
    assert response.headers["Content-Length"] == str(len(response.text.encode()))


def test_path_and_query_reach_the_emulator_as_they_were_sent(client: httpx.Client, emulator: KeytracEmulator) -> None:
    client.get("/users/a%2Fb%20c?from=1&to=%C3%A4")
    request = emulator.requests[-1].request
    assert (request.path, request.query) == ("/users/a%2Fb%20c", "from=1&to=%C3%A4")


def test_a_request_without_a_query_has_an_empty_one(client: httpx.Client, emulator: KeytracEmulator) -> None:
    client.get("/status")
    assert emulator.requests[-1].request.query == ""


def test_header_names_keep_the_letters_in_which_they_were_sent(client: httpx.Client, emulator: KeytracEmulator) -> None:
    client.get("/status", headers={"X-Lower": "1", "x-lower-still": "2"})
    names = [name for name, _ in emulator.requests[-1].request.headers]
    assert "Authorization" in names
    assert "X-Lower" in names
    assert "x-lower-still" in names


def test_a_token_in_small_letters_is_missing_here_too(client: httpx.Client, emulator: KeytracEmulator) -> None:
    response = client.get("/status", auth=None, headers={"authorization": emulator.token})
    assert (response.status_code, response.json()) == (401, {"error": "Authentication token missing"})


def test_a_body_that_comes_in_pieces_is_read_whole(client: httpx.Client, emulator: KeytracEmulator) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"user'
        yield b'_id":"x"}'

    client.post("/anytext/enrol", content=pieces())
    assert emulator.requests[-1].request.body == b'{"user_id":"x"}'


def test_a_body_that_comes_in_pieces_is_read_whole_by_an_async_client_too(
    run: Callable[..., httpx.Response], emulator: KeytracEmulator
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"user'
        yield b'_id":"x"}'

    run("POST", "/anytext/enrol", content=pieces())
    assert emulator.requests[-1].request.body == b'{"user_id":"x"}'


def test_the_answers_headers_reach_the_client(client: httpx.Client) -> None:
    assert client.put("/users").headers["Allow"] == "POST, GET"


def test_the_handler_gets_the_method_as_it_is() -> None:
    seen: list[Request] = []

    def handle(request: Request) -> Response:
        seen.append(request)
        return Response(204)

    with httpx.Client(transport=EmulatorTransport(handle)) as client:
        response = client.request("BREW", "http://example.org/pot")
    assert seen[0].method == "BREW"
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("patched", ["HTTPTransport", "MockTransport", "ASGITransport", "WSGITransport"])
def test_it_is_a_transport_of_its_own_that_recorders_leave_alone(patched: str) -> None:
    assert not issubclass(EmulatorTransport, getattr(httpx, patched))
