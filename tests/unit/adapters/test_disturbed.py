"""Answers to httpx in this process, that were told to go wrong on their way: as httpx tells them from a socket."""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest

from pytest_keyauth.adapters.in_process import EmulatorTransport
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.keytrac import HOST

Ask = Callable[..., httpx.Response]

ERRORS = {
    "reset": (httpx.ReadError, "Connection reset by peer"),
    "timeout": (httpx.ReadTimeout, "timed out"),
    "garbage": (httpx.RemoteProtocolError, "illegal status line"),
    "truncated-body": (
        httpx.RemoteProtocolError,
        "without sending complete message body .received 33 bytes, expected 67.",
    ),
    "malformed-chunk": (httpx.RemoteProtocolError, "illegal chunk header"),
}


@pytest.fixture
def emulator() -> KeytracEmulator:
    return KeytracEmulator()


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, emulator: KeytracEmulator) -> Ask:
    """Asks for the status with a client of httpx."""
    transport, headers = EmulatorTransport(emulator.handle), {"Authorization": emulator.token}

    def get(timeout_s: float = 5) -> httpx.Response:
        with httpx.Client(base_url=HOST, transport=transport, headers=headers, timeout=timeout_s) as client:
            return client.get("/status")

    def get_async(timeout_s: float = 5) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(
                base_url=HOST, transport=transport, headers=headers, timeout=timeout_s
            ) as client:
                return await client.get("/status")

        return asyncio.run(send())

    return get if request.param == "sync" else get_async


@pytest.mark.parametrize("kind", ERRORS)
def test_a_client_gets_the_error_that_it_gets_from_a_socket(ask: Ask, emulator: KeytracEmulator, kind: str) -> None:
    emulator.fail_transport(kind)
    error, message = ERRORS[kind]
    with pytest.raises(error, match=message):
        ask()
    assert len(emulator.requests) == 1
    assert ask().status_code == 200


@pytest.mark.parametrize("kind", ["latency", "slow-drip"])
def test_what_takes_its_time_comes_whole(ask: Ask, emulator: KeytracEmulator, kind: str) -> None:
    whole = ask()
    emulator.fail_transport(kind, seconds=0.03)
    started = time.monotonic()
    late = ask()
    assert time.monotonic() - started >= 0.03
    assert (late.content, late.headers) == (whole.content, whole.headers)


def test_a_client_that_would_not_wait_so_long_is_not_kept_waiting(ask: Ask, emulator: KeytracEmulator) -> None:
    emulator.fail_transport("latency", seconds=3000)
    with pytest.raises(httpx.ReadTimeout):
        ask()
    emulator.fail_transport("slow-drip", seconds=3000)
    with pytest.raises(httpx.ReadTimeout):
        ask()


def test_a_lost_request_is_not_in_the_journal(ask: Ask, emulator: KeytracEmulator) -> None:
    emulator.fail_transport("reset", lost="request")
    with pytest.raises(httpx.ReadError):
        ask()
    assert len(emulator.requests) == 0
