"""What the tests of the Keyfax clients share: a wire that records what is sent, sync and async, and a Keyfax of sorts.

Neither uses the signer: `verifies` is a second writing of the assumed scheme, with other means.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from pytest_keyauth.keyfax import KeyfaxCredentials

API_KEY = "0123456789abcdef0123456789abcdef"
SIGNING_KEY = "dGhpcnR5LXR3byBieXRlcyBmb3Igb3VyIHZlY3RvcnM="
ROOT = "http://localhost:8088/interview"
NOW = 1_700_000_000


@dataclass(frozen=True)
class Sent:
    """One request as the wire saw it: its own bytes, not what httpx remembers of them."""

    method: str
    scheme: str
    host: str
    target: str
    authorization: str | None
    body: bytes
    request: httpx.Request

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.target}"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def parts(self) -> list[str]:
        """The parts of the Authorization header after its scheme."""
        assert self.authorization is not None
        return self.authorization.partition(" ")[2].split(":")


def as_from_a_socket(response: httpx.Response) -> httpx.Response:
    """The same answer with its body still to be read, as real transports give it."""
    return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(response.content))


class Wire(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers by a function, after a pause, and records the bytes of each request."""

    def __init__(self, answer: Callable[[Sent], httpx.Response], pause_s: float = 0.0) -> None:
        self.answer = answer
        self.pause_s = pause_s
        self.sent: list[Sent] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        sent = self._record(request, b"".join(request.stream))
        time.sleep(self.pause_s)
        return as_from_a_socket(self.answer(sent))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        sent = self._record(request, b"".join([chunk async for chunk in request.stream]))
        await asyncio.sleep(self.pause_s)
        return as_from_a_socket(self.answer(sent))

    def _record(self, request: httpx.Request, body: bytes) -> Sent:
        sent = Sent(
            request.method,
            request.url.scheme,
            request.headers["Host"],
            request.url.raw_path.decode("ascii"),
            request.headers.get("Authorization"),
            body,
            request,
        )
        self.sent.append(sent)
        return sent

    @property
    def lines(self) -> list[str]:
        return [f"{sent.method} {sent.target}" for sent in self.sent]


def is_signed(sent: Sent, signing_key: str = SIGNING_KEY) -> bool:
    """Whether a request carries the signature of the assumed scheme over what was sent: not made with the signer."""
    if not (sent.authorization or "").startswith("Basic ") or len(sent.parts) != 5:
        return False
    _, api_key, signature, nonce, time_stamp = sent.parts
    body = base64.encodebytes(hashlib.md5(sent.body).digest()).strip() if sent.body else b""
    uri = re.sub(rb"[^A-Za-z0-9_.!*()-]", lambda match: b"%%%02x" % ord(match[0]), sent.url.lower().encode())
    message = api_key.encode() + sent.method.encode() + uri + time_stamp.encode() + nonce.encode() + body
    mac = hmac.new(base64.decodebytes(signing_key.encode()), message, hashlib.sha256)
    return base64.decodebytes(signature.encode()) == mac.digest()


def make_token(number: int, expires_at: float | None) -> str:
    """A JSON Web Token in shape; nobody here verifies its signature."""

    def encode(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims: dict[str, Any] = {"apiKey": API_KEY, "number": number}
    if expires_at is not None:
        claims["exp"] = expires_at
    return f"{encode({'alg': 'HS256', 'typ': 'JWT'})}.{encode(claims)}.c2lnbmF0dXJl"


class TokenGiver:
    """Answers like Keyfax: gives tokens to signed requests, renews them, and accepts those that are alive."""

    def __init__(self) -> None:
        self.now = float(NOW)
        self.lifetime_s: float | None = 86_400.0
        self.alive: set[str] = set()
        self.given: list[str] = []
        self.failures: dict[str, httpx.Response] = {}
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def answer(self, sent: Sent) -> httpx.Response:
        key = f"{sent.method} token" if sent.path == "/interview/api/v1/token" else "other"
        if key in self.failures:
            return self.failures[key]
        if key == "GET token":
            return self.give() if is_signed(sent) else httpx.Response(401)
        if sent.authorization not in {f"Bearer LIVE:{token}" for token in self.alive}:
            return httpx.Response(401, json={"message": "no"})
        return self.give() if key == "POST token" else httpx.Response(200, json={"path": sent.path})

    def give(self) -> httpx.Response:
        with self._lock:
            token = make_token(len(self.given) + 1, self.lifetime_s and self.now + self.lifetime_s)
            self.given.append(token)
            self.alive.add(token)
        return httpx.Response(200, json={"company": "AbcHousing_Staff_Live", "token": token})


@pytest.fixture(scope="session")
def credentials() -> KeyfaxCredentials:
    return KeyfaxCredentials("LIVE", API_KEY, SIGNING_KEY)


@pytest.fixture
def root() -> str:
    return ROOT


@pytest.fixture
def now() -> int:
    """The time at which the clocks of these tests stand, in Unix seconds."""
    return NOW


@pytest.fixture(scope="session")
def wire() -> Callable[..., Wire]:
    """Makes a wire: wire(answer, pause_s=0.0); without an answer everything is 200."""

    def make(answer: Callable[[Sent], httpx.Response] = lambda _sent: httpx.Response(200), **options: Any) -> Wire:
        return Wire(answer, **options)

    return make


@pytest.fixture(scope="session")
def verifies() -> Callable[..., bool]:
    return is_signed


@pytest.fixture
def token_of() -> Callable[[int, float | None], str]:
    return make_token


@pytest.fixture
def giver() -> TokenGiver:
    return TokenGiver()


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Callable[..., list[httpx.Response]]:
    """Sends requests one after the other: ask(wire, auth, ("GET", url), …, **options of the client)."""

    def ask_sync(wire: Wire, auth: httpx.Auth, *requests: Any, **options: Any) -> list[httpx.Response]:
        with httpx.Client(transport=wire, auth=auth, base_url=ROOT, **options) as client:
            return [client.request(method, url, **dict(*rest)) for method, url, *rest in requests]

    async def send_async(wire: Wire, auth: httpx.Auth, *requests: Any, **options: Any) -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=wire, auth=auth, base_url=ROOT, **options) as client:
            return [await client.request(method, url, **dict(*rest)) for method, url, *rest in requests]

    def ask_async(*args: Any, **options: Any) -> list[httpx.Response]:
        return asyncio.run(send_async(*args, **options))

    return ask_sync if request.param == "sync" else ask_async
