"""Which Keyfax answers a test."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

import httpx

from pytest_keyauth.access import KeyfaxAccess
from pytest_keyauth.adapters.in_process import EmulatorTransport
from pytest_keyauth.adapters.origin import Origin
from pytest_keyauth.control import KeyfaxControl
from pytest_keyauth.emulator.documents import Documents
from pytest_keyauth.emulator.journal import Exchange
from pytest_keyauth.emulator.keyfax import HostDefinition, KeyfaxEmulator, SignedMessage
from pytest_keyauth.keyfax import (
    HmacSha256Signature,
    KeyfaxBasic,
    KeyfaxBearer,
    KeyfaxCredentials,
    RequestSignature,
    SignedRequest,
)
from pytest_keyauth.ledger import Observation, Sent, Traffic
from pytest_keyauth.live.run import LiveRun
from pytest_keyauth.remote import RemoteKeyfax
from pytest_keyauth.targets.keytrac import TIMEOUT_S
from pytest_keyauth.targets.listening import Learn, TrafficListener

__all__ = ["EmulatedKeyfax", "KeyfaxReach", "KeyfaxTarget", "LiveKeyfax", "define_spare_host"]

#: Keyfax is installed at its customers'; this is the host of the document's examples.
DEFAULT_URL = "http://localhost:8088/interview"

#: The host whose keys the clients of an emulated Keyfax use.
HOST = HostDefinition("LIVE", email="keys@consumer.example")


@dataclass(frozen=True, slots=True)
class KeyfaxReach:
    """How clients reach a Keyfax: its URL (which ends before ``/api/v1``), as whom, and over which transports."""

    url: str
    credentials: KeyfaxCredentials
    transport: httpx.BaseTransport = field(repr=False)
    async_transport: httpx.AsyncBaseTransport = field(repr=False)
    signature: RequestSignature
    timeout_s: float = TIMEOUT_S

    def _arguments(self) -> dict[str, Any]:
        return {"base_url": self.url, "timeout": self.timeout_s, "trust_env": False}

    def _basic(self) -> KeyfaxBasic:
        return KeyfaxBasic(self.credentials, signature=self.signature)

    def client(self) -> httpx.Client:
        """A client that signs every request."""
        return httpx.Client(transport=self.transport, auth=self._basic(), **self._arguments())

    def async_client(self) -> httpx.AsyncClient:
        """The same, async."""
        return httpx.AsyncClient(transport=self.async_transport, auth=self._basic(), **self._arguments())

    def bearer_client(self) -> httpx.Client:
        """A client with a token that renews itself."""
        auth = KeyfaxBearer(self.credentials, self.url, signature=self.signature)
        return httpx.Client(transport=self.transport, auth=auth, **self._arguments())


class KeyfaxTarget(Protocol):
    """A Keyfax for one test: how to reach it, and the means to steer it."""

    @property
    def reach(self) -> KeyfaxReach:
        """How clients reach it."""

    @property
    def control(self) -> KeyfaxControl | None:
        """What steers it; None where nothing does."""

    def spare_host(self) -> AbstractContextManager[str | None]:
        """A host that is defined and has no keys, for whoever makes some; None where there is none."""

    def close(self) -> None:
        """Leave nothing behind."""


class EmulatedKeyfax:
    """A fresh emulator in this process, with keys for one host; keys and identifiers follow from the seed.

    :param url: where it is said to be; it ends before ``/api/v1``.
    """

    def __init__(
        self,
        seed: str,
        traffic: Traffic,
        signature: RequestSignature | None = None,
        url: str = DEFAULT_URL,
        documents: Documents | None = None,
    ) -> None:
        self.control = KeyfaxEmulator(
            [HOST],
            random=Random(seed),
            signature=_SchemeOf(signature) if signature else None,
            root=httpx.URL(url).path.rstrip("/"),
            documents=documents,
        )
        keys = self.control.issue_keys(HOST.name)
        self.control.requests.observer = _observer(traffic, self.control.root, str(Origin(url)))
        transport = EmulatorTransport(self.control.handle, Origin(url))
        credentials = KeyfaxCredentials(keys.host, keys.api_key, keys.signing_key)
        self.reach = KeyfaxReach(url, credentials, transport, transport, signature or HmacSha256Signature())

    @contextmanager
    def spare_host(self) -> Iterator[str | None]:
        """A host of the emulator's that has no keys."""
        yield define_spare_host(self.control)

    def close(self) -> None:
        """Nothing is left behind by values."""


@dataclass(frozen=True, slots=True)
class _SchemeOf:
    """A consumer's own scheme at the emulator's end: what a signature covers is handed over by value."""

    signature: RequestSignature

    def sign(self, message: SignedMessage, signing_key: str, /) -> str:
        """Compute the signature of a message."""
        request = SignedRequest(
            message.method, message.url, message.body, message.api_key, message.time_stamp, message.nonce
        )
        return self.signature.sign(request, signing_key)


def _observer(traffic: Traffic, root: str, origin: str) -> Callable[[Exchange], None]:
    def observe(exchange: Exchange) -> None:
        request, response = exchange.request, exchange.response
        path = request.path.removeprefix(root)
        if not response.is_broken:  # what no client gets, no test has seen
            query = f"?{request.query}" if request.query else ""
            sent = Sent(f"{origin}{request.path}{query}", request.headers, request.body)
            traffic.observe(
                Observation("keyfax", request.method, path, response.status, response.body, response.headers, sent)
            )

    return observe


class LiveKeyfax:
    """A live server, with the host of the environment; or, for a test that steers, an installation of its own."""

    def __init__(
        self,
        run: LiveRun,
        access: KeyfaxAccess,
        traffic: Traffic,
        learn: Learn,
        *,
        steered: bool,
        signature: RequestSignature | None = None,
    ) -> None:
        server, credentials = (
            run.connect(access.url),
            KeyfaxCredentials(access.host, access.api_key, access.signing_key),
        )
        plane = server.control_plane if steered else None
        self._run = run
        self._access = access
        self.control = RemoteKeyfax(plane) if plane is not None else None
        if self.control is not None:
            credentials, server = self.control.credentials, server.beside(self.control.root)
        listener, repeats = TrafficListener("keyfax", traffic, learn), self.control is None
        self.reach = KeyfaxReach(
            server.url,
            credentials,
            server.transport(listener, repeats=repeats),
            server.async_transport(listener, repeats=repeats),
            signature or HmacSha256Signature(),
            run.timeout_s,
        )

    @contextmanager
    def spare_host(self) -> Iterator[str | None]:
        """The host that is set aside, without keys, for one test at a time; None where there is none."""
        if self.control is not None:
            yield define_spare_host(self.control)
        elif self._access.spare_host is None:
            yield None
        else:
            with self._run.exclusive("spare-host"), self._run.lend_host(self._access.spare_host) as host:
                yield host

    def close(self) -> None:
        """Remove this test's own installation."""
        if self.control is not None:
            self.control.close()


def define_spare_host(control: KeyfaxControl) -> str:
    """Define a host that has no keys, and give its name."""
    name = control.name_host()
    control.define_host(name, email="keys@consumer.example")
    return name
