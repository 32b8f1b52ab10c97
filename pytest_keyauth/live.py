"""A live target: a real server, its control plane where it has one, and what a run made there.

Only loopback hosts so far (see ``settings``).
"""

import json
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from urllib.parse import urlsplit

import httpx

from pytest_keyauth.adapters.origin import Origin
from pytest_keyauth.adapters.watched import WatchedAsyncTransport, WatchedTransport
from pytest_keyauth.remote import ControlPlane

__all__ = ["TIMEOUT_S", "CreatedUsers", "LiveServer"]

TIMEOUT_S = 30.0

Observe = Callable[[str, str, int, bytes], None]
"""Called with method, path below the server's URL, status and body of each answer."""


class LiveServer:
    """One server at one URL: connections to it that are watched, and its control plane.

    :param connection: an open one to share; the server opens its own where there is none.
    """

    def __init__(self, url: str, connection: httpx.BaseTransport | None = None) -> None:
        self.url = url
        parts = urlsplit(url)
        self._origin, self._prefix = Origin(url), parts.path
        self._shared_connection = connection

    def beside(self, path: str) -> "LiveServer":
        """The same server at another path, over the same connection."""
        return LiveServer(f"{self._origin}{path}", self._connection)

    @cached_property
    def _tls(self) -> ssl.SSLContext | bool:
        # A TLS context costs 20 ms, so one serves all; a server without TLS needs none.
        return httpx.create_ssl_context() if self.url.startswith("https:") else False

    def transport(self, observe: Observe) -> WatchedTransport:
        """A transport for a sync client."""
        return WatchedTransport(self._connection, self._origin, self._observer(observe))

    def async_transport(self, observe: Observe) -> WatchedAsyncTransport:
        """The same for an async client. It keeps no connection, since it cannot know whose event loop will be left."""
        connection = httpx.AsyncHTTPTransport(
            verify=self._tls, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        return WatchedAsyncTransport(connection, self._origin, self._observer(observe))

    @cached_property
    def _connection(self) -> httpx.BaseTransport:
        return self._shared_connection or httpx.HTTPTransport(verify=self._tls, trust_env=False)

    def _observer(self, observe: Observe) -> Callable[[httpx.Request, int, bytes], None]:
        def watch(request: httpx.Request, status: int, body: bytes) -> None:
            observe(request.method, request.url.path.removeprefix(self._prefix), status, body)

        return watch

    @cached_property
    def control_plane(self) -> ControlPlane | None:
        """The server's control plane; None where it has none, as no real provider has."""
        plane = ControlPlane(str(self._origin), self._connection)
        return plane if plane.is_there() else None

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()


class CreatedUsers:
    """Remembers the users that a test created, so that they can be removed after it."""

    def __init__(self) -> None:
        self._identifiers: list[str] = []

    def observe(self, method: str, path: str, status: int, body: bytes) -> None:
        """Note a created user. An answer without an identifier is the contracts' business."""
        if (method, path) == ("POST", "/users") and status // 100 == 2:
            with suppress(ValueError, TypeError, KeyError):
                self._identifiers.append(str(json.loads(body)["id"]))

    def remove(self, client: httpx.Client) -> None:
        """Delete them all; one that the test has deleted itself is fine."""
        for identifier in self._identifiers:
            client.delete(f"/users/{identifier}")
        self._identifiers.clear()
