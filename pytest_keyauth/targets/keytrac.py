"""Which KeyTrac answers a test."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

import httpx

from pytest_keyauth.access import KeytracAccess
from pytest_keyauth.adapters.in_process import EmulatorTransport
from pytest_keyauth.adapters.origin import Origin
from pytest_keyauth.control import KeytracControl
from pytest_keyauth.emulator.documents import Documents
from pytest_keyauth.emulator.journal import Exchange
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request
from pytest_keyauth.errors import KeyauthError
from pytest_keyauth.keytrac import HOST, KeytracToken
from pytest_keyauth.ledger import Observation, Sent, Traffic
from pytest_keyauth.live.creations import USER
from pytest_keyauth.live.made import MadeUsers
from pytest_keyauth.live.run import LiveRun, account_of
from pytest_keyauth.remote import RemoteKeytrac
from pytest_keyauth.targets.listening import Learn, TrafficListener

#: How long a client waits for an answer.
TIMEOUT_S = 30.0

__all__ = ["TIMEOUT_S", "EmulatedKeytrac", "KeytracReach", "KeytracTarget", "LiveKeytrac"]


@dataclass(frozen=True, slots=True)
class KeytracReach:
    """How clients reach a KeyTrac: where it is, as whom, and over which transports."""

    url: str
    token: str = field(repr=False)
    transport: httpx.BaseTransport = field(repr=False)
    async_transport: httpx.AsyncBaseTransport = field(repr=False)
    timeout_s: float = TIMEOUT_S

    def _arguments(self) -> dict[str, Any]:
        return {
            "base_url": self.url,
            "auth": KeytracToken(self.token),
            "headers": {"Accept": "application/json"},
            "timeout": self.timeout_s,
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
            sent = Sent(_locate(request), request.headers, request.body)
            traffic.observe(
                Observation(
                    "keytrac", request.method, request.path, response.status, response.body, response.headers, sent
                )
            )

    return observe


def _locate(request: Request) -> str:
    query = f"?{request.query}" if request.query else ""
    return f"{HOST}{request.path}{query}"


class LiveKeytrac:
    """A live server, with the account of the environment; or, for a test that steers, with an account of its own."""

    def __init__(self, run: LiveRun, access: KeytracAccess, traffic: Traffic, learn: Learn, *, steered: bool) -> None:
        server = run.connect(access.url)
        plane = server.control_plane if steered else None
        self._run = run
        self.control = RemoteKeytrac(plane) if plane is not None else None
        is_own = self.control is not None
        self._made = MadeUsers(None if is_own else run.creations, account_of(access), self._remember_users)
        listener = TrafficListener("keytrac", traffic, learn, self._made)
        self.reach = KeytracReach(
            server.url,
            self.control.token if self.control is not None else access.token,
            server.transport(listener, repeats=not is_own),
            server.async_transport(listener, repeats=not is_own),
            run.timeout_s,
        )
        self._account = account_of(access)

    def _remember_users(self) -> None:
        """Write down, once a run, who was there before: whoever else is found after it may be ours."""
        creations, users = self._run.creations, self._run.users
        if creations.knows(self._account, USER) or users is None:
            return
        with self._run.exclusive("users"), suppress(KeyauthError):
            if not creations.knows(self._account, USER):
                creations.remember(self._account, USER, (user.identifier for user in users.find_all()))

    def close(self) -> None:
        """Remove the users that this test created, unobserved: what we clean up, the test has not witnessed.

        Who cannot be removed now is in the ledger, and the end of the run tries again. An account of the test's own
        goes with all that is in it.
        """
        if self.control is not None:
            self.control.close()
            return
        for identifier in tuple(self._made.identifiers):
            with suppress(KeyauthError):
                self._run.users.remove(identifier)
                self._run.creations.remove_named(self._account, USER, identifier)
