"""What the tests of the Keyfax emulator share: one at a known time with known keys, and a signer of the tests' own."""

import json
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import pytest

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.keyfax import HostDefinition, KeyfaxEmulator, KeyPair
from pytest_keyauth.emulator.message import Request, Response

from .signing import NOW_S, write_basic

HOST_HEADER = ("Host", "localhost:8088")


class KnownRandom(Random):
    """Gives the first key pair that is made known values: those of the vectors made with openssl."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self._known_bits = [0x0123456789ABCDEF0123456789ABCDEF]
        self._known_bytes = [bytes(range(32))]

    def getrandbits(self, k: int) -> int:
        return self._known_bits.pop() if k == 128 and self._known_bits else super().getrandbits(k)

    def randbytes(self, n: int) -> bytes:
        return self._known_bytes.pop() if n == 32 and self._known_bytes else super().randbytes(n)


@pytest.fixture
def emulator() -> KeyfaxEmulator:
    """An emulator on 2016-03-24 at 11:45:24 UTC with the hosts LIVE and TEST, which have no keys yet."""
    hosts = (
        HostDefinition("LIVE", email="keys@consumer.example"),
        HostDefinition("TEST", web_hook="http://hook.example/"),
    )
    return KeyfaxEmulator(hosts, clock=Clock(lambda: float(NOW_S)), random=KnownRandom())


@pytest.fixture
def keys(emulator: KeyfaxEmulator) -> KeyPair:
    """The initial keys of LIVE: API key 0123456789abcdef twice, signing key the bytes 0 to 31."""
    return emulator.issue_keys("LIVE")


@pytest.fixture
def ask(emulator: KeyfaxEmulator) -> Callable[..., Response]:
    """Asks the emulator: ask("POST", "/api/v1/startup", body=b"…", Authorization="…", Content_Type="…")."""

    def ask_emulator(method: str, path: str, *, query: str = "", body: bytes = b"", **headers: str | None) -> Response:
        sent = tuple((name.replace("_", "-"), value) for name, value in headers.items() if value is not None)
        return emulator.handle(Request(method, f"/interview{path}", query, (HOST_HEADER, *sent), body))

    return ask_emulator


@pytest.fixture
def sign() -> Callable[..., str]:
    """Writes a Basic header: sign(keys, "GET", "/api/v1/token"); each has a nonce of its own."""
    numbers = count(1)

    def sign_request(
        keys: KeyPair,
        method: str,
        path: str,
        *,
        query: str = "",
        body: bytes = b"",
        host: str | None = None,
        nonce: str | None = None,
        time_stamp: int | str = NOW_S,
    ) -> str:
        nonce = f"{next(numbers):032x}" if nonce is None else nonce
        return write_basic(keys, method, path, nonce, query=query, body=body, host=host, time_stamp=time_stamp)

    return sign_request


@pytest.fixture
def send(ask: Callable[..., Response], sign: Callable[..., str]) -> Callable[..., Response]:
    """Asks with a right Basic header: send(keys, "GET", "/api/v1/token")."""

    def send_signed(
        keys: KeyPair, method: str, path: str, *, query: str = "", body: bytes = b"", **headers: str
    ) -> Response:
        header = sign(keys, method, path, query=query, body=body)
        return ask(method, path, query=query, body=body, Authorization=header, **headers)

    return send_signed


@pytest.fixture
def startup() -> Callable[..., bytes]:
    """Start-up data in JSON; startup(mode={"value": "FL"}, guid=None) changes items, None takes one out."""

    def write_startup(**changes: Any) -> bytes:
        values = {
            "mode": "RD",
            "userName": "jane.doe",
            "password": "geheim-7",
            "company": "AbcHousing_Staff_Live",
            "scriptSet": "Staff",
        }
        members = {name: {"value": value} for name, value in values.items()} | changes
        return json.dumps({name: member for name, member in members.items() if member is not None}).encode()

    return write_startup


@pytest.fixture
def launch(ask: Callable[..., Response], startup: Callable[..., bytes]) -> Callable[..., dict[str, str]]:
    """Launches a session and gives its launch data: launch(returnUrl={"value": "https://…"})."""

    def launch_session(**changes: Any) -> dict[str, str]:
        response = ask("POST", "/api/v1/startup", body=startup(**changes), Content_Type="application/json")
        assert response.status == 200, response.body
        launched: dict[str, str] = response.json()
        return launched

    return launch_session
