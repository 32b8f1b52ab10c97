"""Vcrpy's patches, kept in place for all threads, and a belt below them.

While vcrpy makes a real connection it takes its patches back, in the whole process: what another thread sends meanwhile
is neither answered nor noted. Here they stay. The few classes that look for themselves by name, and would find vcrpy's,
are given their own. What reaches a provider all the same, in whatever thread, is refused and told.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import FunctionType, SimpleNamespace
from typing import Any
from unittest import mock

import vcr.patch

from pytest_keyauth.errors import BypassError
from pytest_keyauth.recording.addresses import Addresses

__all__ = ["Belt", "patches_that_stay"]

_THIS_THREAD = threading.local()

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "::ffff:127.0.0.1"})

_PORTS = {"http": "80", "https": "443"}
_IN_A_REPLAY = "while recordings answer nothing reaches a provider"
_IN_A_RECORDING = "it would not be recorded"


@contextmanager
def patches_that_stay() -> Iterator[None]:
    """Let vcrpy make real connections without taking its patches back."""
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(vcr.patch, "force_reset", _speak_for_a_stub))
        for real, names in _seekers_of_themselves():
            start = vars(real).get("__init__")
            if isinstance(start, FunctionType):
                stack.enter_context(mock.patch.object(real, "__init__", _with_names(start, names)))
        yield


@contextmanager
def _speak_for_a_stub() -> Iterator[None]:
    """Remember that what this thread sends now was seen by vcrpy."""
    before = _speaks_for_a_stub()
    _THIS_THREAD.speaks = True
    try:
        yield
    finally:
        _THIS_THREAD.speaks = before


def _speaks_for_a_stub() -> bool:
    return getattr(_THIS_THREAD, "speaks", False)


def _seekers_of_themselves() -> Iterator[tuple[type, Mapping[str, Any]]]:
    """Connection classes whose constructors name classes that vcrpy replaces, with what they mean."""
    plain, tls = vcr.patch._HTTPConnection, vcr.patch._HTTPSConnection
    yield tls, {"HTTPSConnection": tls}
    if hasattr(vcr.patch, "_HTTPSConnectionWithTimeout"):  # where httplib2 is installed
        yield (
            vcr.patch._HTTPConnectionWithTimeout,
            {"http": SimpleNamespace(client=SimpleNamespace(HTTPConnection=plain))},
        )
        tls = vcr.patch._HTTPSConnectionWithTimeout
        yield tls, {"HTTPSConnectionWithTimeout": tls}


def _with_names(function: FunctionType, names: Mapping[str, Any]) -> FunctionType:
    """The same function, for which some global names mean something else."""
    same = FunctionType(
        function.__code__,
        {**function.__globals__, **names},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    same.__kwdefaults__ = function.__kwdefaults__
    return same


class Belt:
    """Refuses what is sent to a provider past vcrpy: in a replay all that is really sent, else what would not be noted.

    ``escaped``: the first that was refused; the code under test may have swallowed it.
    """

    def __init__(self, addresses: Addresses, *, replays: bool) -> None:
        self._addresses = addresses
        self._replays = replays
        self._closed = addresses.origins() if replays else frozenset()
        self.escaped: BypassError | None = None

    @contextmanager
    def on(self) -> Iterator[None]:
        """Watch; what was refused is raised at the end once more."""
        plain = vcr.patch._HTTPConnection
        changes: list[tuple[Any, str, Any]] = [(plain, "putrequest", self._watch_request(plain.putrequest))]
        if self._closed:
            changes += [
                (socket, "getaddrinfo", self._watch_look_up(socket.getaddrinfo)),
                (socket.socket, "connect", self._watch_connection(socket.socket.connect)),
                (socket.socket, "connect_ex", self._watch_connection(socket.socket.connect_ex)),
            ]
        with ExitStack() as stack:
            for change in changes:
                stack.enter_context(mock.patch.object(*change))
            yield
        if self.escaped is not None:
            raise self.escaped

    def _watch_request(self, send: Callable[..., Any]) -> Callable[..., Any]:
        def putrequest_watched(connection: Any, method: str, url: str, *arguments: Any, **keywords: Any) -> Any:
            if self._replays or not _speaks_for_a_stub():
                address = _address(connection, url)
                if self._addresses.is_providers(address):
                    self._refuse(f"{method} {self._addresses.canonical(address).partition('?')[0]}")
            return send(connection, method, url, *arguments, **keywords)

        return putrequest_watched

    def _watch_look_up(self, resolve: Callable[..., Any]) -> Callable[..., Any]:
        def getaddrinfo_watched(host: Any, port: Any, *arguments: Any, **keywords: Any) -> Any:
            self._check_origin(host, port)
            return resolve(host, port, *arguments, **keywords)

        return getaddrinfo_watched

    def _watch_connection(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        def connect_watched(connection: socket.socket, address: Any) -> Any:
            if isinstance(address, tuple) and len(address) > 1:
                self._check_origin(address[0], address[1])
            return connect(connection, address)

        return connect_watched

    def _check_origin(self, host: Any, port: Any) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        name = name.rstrip(".").lower()
        name, number = "localhost" if name in _LOOPBACK else name, _PORTS.get(port, str(port))
        if (name, number) in self._closed:
            self._refuse(f"a connection to {name}:{number}")

    def _refuse(self, what: str) -> None:
        error = BypassError(what, _IN_A_REPLAY if self._replays else _IN_A_RECORDING)
        self.escaped = self.escaped or error
        raise error


def _address(connection: Any, url: str) -> str:
    """The address of a request that a connection is about to send; through a proxy it is given whole."""
    if not url.startswith("/"):
        return url
    scheme, usual = ("https", 443) if connection.default_port == 443 else ("http", 80)
    tunnel = connection._tunnel_host
    host, port = (tunnel, connection._tunnel_port) if tunnel else (connection.host, connection.port)
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}{'' if port in (usual, None) else f':{port}'}{url}"
