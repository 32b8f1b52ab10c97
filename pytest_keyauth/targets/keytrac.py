"""Which KeyTrac answers a test."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Protocol

import httpx

from pytest_keyauth.adapters.in_process import EmulatorTransport
from pytest_keyauth.adapters.origin import Origin
from pytest_keyauth.control import KeytracControl
from pytest_keyauth.emulator.documents import Documents
from pytest_keyauth.emulator.journal import Exchange
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.keytrac import HOST, KeytracToken
from pytest_keyauth.ledger import Observation, Traffic
from pytest_keyauth.live import TIMEOUT_S, CreatedUsers, LiveServer
from pytest_keyauth.remote import RemoteKeytrac

__all__ = ["EmulatedKeytrac", "KeytracReach", "KeytracTarget", "LiveKeytrac"]


@dataclass(frozen=True, slots=True)
class KeytracReach:
    """How clients reach a KeyTrac: where it is, as whom, and over which transports."""

    url: str
    token: str = field(repr=False)
    transport: httpx.BaseTransport = field(repr=False)
    async_transport: httpx.AsyncBaseTransport = field(repr=False)

    def _arguments(self) -> dict[str, Any]:
        return {
            "base_url": self.url,
            "auth": KeytracToken(self.token),
            "headers": {"Accept": "application/json"},
            "timeout": TIMEOUT_S,
            "trust_env": False,
        }

    def client(self) -> httpx.Client:
        """A client with base URL and token set."""
        return httpx.Client(transport=self.transport, **self._arguments())

    def async_client(self) -> httpx.AsyncClient:
        """The same, async."""
        return httpx.AsyncClient(transport=self.async_transport, **self._arguments())


class KeytracTarget(Protocol):
    """A KeyTrac for one test: how to reach it, and the means to steer it."""

    @property
    def reach(self) -> KeytracReach:
        """How clients reach it."""

    @property
    def control(self) -> KeytracControl | None:
        """What steers it; None where nothing does."""

    def close(self) -> None:
        """Leave nothing behind."""


class EmulatedKeytrac:
    """A fresh emulator in this process; identifiers follow from the seed, and the token where none is given."""

    def __init__(
        self, seed: str, traffic: Traffic, documents: Documents | None = None, *, token: str | None = None
    ) -> None:
        self.control = KeytracEmulator(random=Random(seed), token=token, documents=documents)
        self.control.requests.observer = _observer(traffic)
        transport = EmulatorTransport(self.control.handle, Origin(HOST))
        self.reach = KeytracReach(HOST, self.control.token, transport, transport)

    def close(self) -> None:
        """Nothing is left behind by values."""


def _observer(traffic: Traffic) -> Callable[[Exchange], None]:
    def observe(exchange: Exchange) -> None:
        request, response = exchange.request, exchange.response
        if not response.is_broken:  # what no client gets, no test has seen
            traffic.observe(Observation("keytrac", request.method, request.path, response.status, response.body))

    return observe


class LiveKeytrac:
    """A live server, with the account of the environment; or, for a test that steers, with an account of its own."""

    def __init__(self, server: LiveServer, token: str, traffic: Traffic, *, steered: bool) -> None:
        self._server = server
        self._traffic = traffic
        plane = server.control_plane if steered else None
        self.control = RemoteKeytrac(plane) if plane is not None else None
        self.reach = KeytracReach(
            server.url,
            self.control.token if self.control is not None else token,
            server.transport(self._observe),
            server.async_transport(self._observe),
        )
        self._created = CreatedUsers()

    def _observe(self, method: str, path: str, status: int, body: bytes) -> None:
        self._traffic.observe(Observation("keytrac", method, path, status, body))
        self._created.observe(method, path, status, body)

    def close(self) -> None:
        """Remove the users that this test created, unobserved: what we clean up, the test has not witnessed."""
        unobserved = replace(self.reach, transport=self._server.transport(lambda *_: None))
        self._created.remove(unobserved.client())
