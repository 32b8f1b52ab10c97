"""A live target: a real server, and its control plane where it has one."""

import ssl
from functools import cached_property
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from pytest_keyauth.adapters.origin import Origin
from pytest_keyauth.adapters.watched import WatchedAsyncTransport, WatchedTransport, Watcher
from pytest_keyauth.live.budget import Budget
from pytest_keyauth.live.patience import Patience
from pytest_keyauth.live.patient import PatientAsyncTransport, PatientTransport
from pytest_keyauth.remote import ControlPlane

__all__ = ["Listener", "LiveServer"]


class Listener(Protocol):
    """Is told what a client says to a server, and what comes back. Paths are below the server's URL."""

    def ask(self, path: str, request: httpx.Request) -> None:
        """A request is about to be sent."""

    def hear(self, path: str, request: httpx.Request, response: httpx.Response) -> None:
        """It was answered; the answer is read."""

    def miss(self, path: str, request: httpx.Request, error: Exception) -> None:
        """It got no whole answer."""


class _Connection(httpx.HTTPTransport):
    """Connects past whatever patches httpx's class for a test, such as vcrpy.

    What our clients say is recorded at their own transports: it would be noted twice, and what no test asks with it.
    """

    handle_request = httpx.HTTPTransport.handle_request


class _AsyncConnection(httpx.AsyncHTTPTransport):
    """The same for async clients."""

    handle_async_request = httpx.AsyncHTTPTransport.handle_async_request


class LiveServer:
    """One server at one URL: connections to it that are watched and keep to a budget, and its control plane.

    :param connection: an open one to share; the server opens its own where there is none.
    """

    def __init__(self, url: str, budget: Budget | None = None, connection: httpx.BaseTransport | None = None) -> None:
        self.url = url
        parts = urlsplit(url)
        self._origin, self._prefix = Origin(url), parts.path
        self._budget = budget
        self._shared_connection = connection

    def beside(self, path: str) -> "LiveServer":
        """The same server at another path, over the same connection."""
        return LiveServer(f"{self._origin}{path}", self._budget, self.connection)

    @cached_property
    def _tls(self) -> ssl.SSLContext | bool:
        # A TLS context costs 20 ms, so one serves all; a server without TLS needs none.
        return httpx.create_ssl_context() if self.url.startswith("https:") else False

    def transport(self, listener: Listener, *, repeats: bool = True) -> httpx.BaseTransport:
        """A transport for a sync client.

        :param repeats: whether what went wrong is tried again where that is safe.
        """
        connection = self.connection
        if self._budget is not None:
            connection = PatientTransport(connection, Patience(self._budget, str(self._origin), repeats=repeats))
        return WatchedTransport(connection, self._origin, _Below(self._prefix, listener))

    def async_transport(self, listener: Listener, *, repeats: bool = True) -> httpx.AsyncBaseTransport:
        """The same for an async client. It keeps no connection, since it cannot know whose event loop will be left."""
        connection: httpx.AsyncBaseTransport = _AsyncConnection(
            verify=self._tls, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        if self._budget is not None:
            connection = PatientAsyncTransport(connection, Patience(self._budget, str(self._origin), repeats=repeats))
        return WatchedAsyncTransport(connection, self._origin, _Below(self._prefix, listener))

    @cached_property
    def connection(self) -> httpx.BaseTransport:
        """What reaches it, unwatched."""
        return self._shared_connection or _Connection(verify=self._tls, trust_env=False)

    @cached_property
    def control_plane(self) -> ControlPlane | None:
        """The server's control plane; None where it has none, as no real provider has."""
        plane = ControlPlane(str(self._origin), self.connection)
        return plane if plane.is_there() else None

    def close(self) -> None:
        """Close the connections."""
        self.connection.close()


class _Below(Watcher):
    """Tells a listener paths below a server's own."""

    def __init__(self, prefix: str, listener: Listener) -> None:
        self._prefix = prefix
        self._listener = listener

    def _path(self, request: httpx.Request) -> str:
        return request.url.path.removeprefix(self._prefix)

    def ask(self, request: httpx.Request) -> None:
        self._listener.ask(self._path(request), request)

    def hear(self, request: httpx.Request, response: httpx.Response) -> None:
        self._listener.hear(self._path(request), request, response)

    def miss(self, request: httpx.Request, error: Exception) -> None:
        self._listener.miss(self._path(request), request, error)
