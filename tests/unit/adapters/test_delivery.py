"""Answers through a real socket, that were told to go wrong on their way."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
import requests

from pytest_keyauth.adapters.asgi import read_body, read_request
from pytest_keyauth.adapters.delivery import deliver
from pytest_keyauth.emulator.disturbance import KINDS, Disturbance, Loss
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.network.authority import Authority
from pytest_keyauth.network.server import NetworkServer

STATUS = b'{"overview":{"users_created":0,"enrolments":0,"authentications":0}}'


@pytest.fixture
def emulator() -> KeytracEmulator:
    return KeytracEmulator()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def port(emulator: KeytracEmulator, authority: Authority) -> Iterator[int]:
    """A server on loopback that speaks HTTP and HTTPS."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = await read_body(receive)
        assert body is not None
        await deliver(emulator.handle(read_request(scope, body)), scope, receive, send)

    with closing(NetworkServer(application, authority.server_context())) as server:
        yield server.port


@pytest.fixture
def read(port: int, emulator: KeytracEmulator) -> Callable[[], bytes]:
    """Sends a request, and reads to the end of the connection what comes."""

    def read_all() -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            head = f"GET /status HTTP/1.1\r\nHost: here\r\nAuthorization: {emulator.token}\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode())
            parts = []
            while part := connection.recv(10_000):
                parts.append(part)
            return b"".join(parts)

    return read_all


def test_an_answer_without_a_disturbance_is_whole(read: Callable[[], bytes]) -> None:
    head, _, body = read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == STATUS


def test_an_answer_that_comes_late_is_whole(read: Callable[[], bytes], emulator: KeytracEmulator) -> None:
    emulator.fail_transport("latency", seconds=0.05)
    started = time.monotonic()
    assert read().endswith(STATUS)
    assert time.monotonic() - started >= 0.05


def test_an_answer_that_drips_is_whole_at_its_end(read: Callable[[], bytes], emulator: KeytracEmulator) -> None:
    emulator.fail_transport("slow-drip", seconds=0.1)
    started = time.monotonic()
    assert read().endswith(STATUS)
    assert time.monotonic() - started >= 0.1


def test_a_truncated_body_ends_before_its_length(read: Callable[[], bytes], emulator: KeytracEmulator) -> None:
    emulator.fail_transport("truncated-body")
    head, _, body = read().partition(b"\r\n\r\n")
    assert b"Content-Length: %d" % len(STATUS) in head
    assert body == STATUS[: len(STATUS) // 2]


def test_a_malformed_chunk_has_a_length_that_is_no_number(read: Callable[[], bytes], emulator: KeytracEmulator) -> None:
    emulator.fail_transport("malformed-chunk")
    head, _, body = read().partition(b"\r\n\r\n")
    half = STATUS[: len(STATUS) // 2]
    assert b"Transfer-Encoding: chunked" in head
    assert body == b"%x\r\n%b\r\nno number\r\n" % (len(half), half)


def test_garbage_is_no_http(read: Callable[[], bytes], emulator: KeytracEmulator) -> None:
    emulator.fail_transport("garbage")
    assert b"HTTP/" not in read()


def test_a_reset_connection_says_no_farewell(read: Callable[[], bytes], emulator: KeytracEmulator) -> None:
    emulator.fail_transport("reset")
    with pytest.raises(ConnectionResetError):
        read()
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("kind", ["latency", "slow-drip"])
def test_a_client_that_went_away_is_not_waited_for(
    emulator: KeytracEmulator, authority: Authority, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing waits in the server when it is closed, which would be said at the end of a run."""
    over: list[bool] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await read_body(receive)
        await deliver(emulator.handle(read_request(scope, b"")), scope, receive, send)
        over.append(True)

    emulator.fail_transport(kind, seconds=600)
    with closing(NetworkServer(application, authority.server_context())) as server:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"http://127.0.0.1:{server.port}/status", timeout=0.2, trust_env=False)
        server.hang_up()
        deadline = time.monotonic() + 5
        while not over and time.monotonic() < deadline:
            time.sleep(0.01)
    assert over == [True]
    assert caplog.records == []


@pytest.mark.parametrize(("lost", "recorded"), [("answer", 1), ("request", 0)])
def test_what_never_comes_is_waited_for_in_vain(
    port: int, emulator: KeytracEmulator, lost: Loss, recorded: int
) -> None:
    emulator.fail_transport("timeout", lost=lost)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"http://127.0.0.1:{port}/status", timeout=0.1, trust_env=False)
    assert len(emulator.requests) == recorded
    assert httpx.get(f"http://127.0.0.1:{port}/status", trust_env=False).status_code == 401


@pytest.mark.parametrize("kind", [kind for kind in KINDS if Disturbance(kind).breaks])
def test_the_same_goes_wrong_over_tls(port: int, emulator: KeytracEmulator, authority: Authority, kind: str) -> None:
    emulator.fail_transport(kind)
    context = ssl.create_default_context(cadata=authority.certificate.decode())
    with httpx.Client(verify=context, timeout=0.3, trust_env=False) as client:
        with pytest.raises(httpx.TransportError):
            client.get(f"https://localhost:{port}/status")
        assert client.get(f"https://localhost:{port}/status").status_code == 401


def test_requests_calls_it_what_it_is(port: int, emulator: KeytracEmulator) -> None:
    errors = {
        "reset": requests.ConnectionError,
        "garbage": requests.ConnectionError,
        "truncated-body": requests.exceptions.ChunkedEncodingError,
        "malformed-chunk": requests.exceptions.ChunkedEncodingError,
        "timeout": requests.ReadTimeout,
    }
    for kind, error in errors.items():
        emulator.fail_transport(kind)
        with pytest.raises(error):
            requests.get(f"http://127.0.0.1:{port}/status", timeout=0.3)


def test_a_server_that_gives_no_connections_cannot_break_any() -> None:
    emulator = KeytracEmulator()
    emulator.fail_transport("reset")
    response = emulator.handle(read_request(_scope(), b""))
    with pytest.raises(RuntimeError, match="does not give its connections, so that reset cannot be had"):
        asyncio.run(deliver(response, _scope(), None, None))  # type: ignore[arg-type]


def _scope() -> dict[str, Any]:
    return {"method": "GET", "raw_path": b"/status", "query_string": b"", "headers": [], "scheme": "http"}
