"""A live target: a real server, its control plane where it has one, and what a run made there.

Only loopback hosts so far (see ``settings``).
"""

import json
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx

from pytest_keyauth.adapters.watched import WatchedAsyncTransport, WatchedTransport
from pytest_keyauth.errors import ControlPlaneError

__all__ = ["ControlPlane", "CreatedUsers", "LiveServer", "RemoteKeytrac"]

TIMEOUT_S = 30.0

Observe = Callable[[str, str, int, bytes], None]
"""Called with method, path below the server's URL, status and body of each answer."""


class LiveServer:
    """One server at one URL: connections to it that are watched, and its control plane."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._prefix = urlsplit(url).path

    @cached_property
    def _tls(self) -> ssl.SSLContext | bool:
        # A TLS context costs 20 ms, so one serves all; a server without TLS needs none.
        return httpx.create_ssl_context() if self.url.startswith("https:") else False

    def transport(self, observe: Observe) -> WatchedTransport:
        """A transport for a sync client."""
        return WatchedTransport(self._connection, self._observer(observe))

    def async_transport(self, observe: Observe) -> WatchedAsyncTransport:
        """The same for an async client. It keeps no connection, since it cannot know whose event loop will be left."""
        connection = httpx.AsyncHTTPTransport(
            verify=self._tls, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        return WatchedAsyncTransport(connection, self._observer(observe))

    @cached_property
    def _connection(self) -> httpx.HTTPTransport:
        return httpx.HTTPTransport(verify=self._tls, trust_env=False)

    def _observer(self, observe: Observe) -> Callable[[httpx.Request, int, bytes], None]:
        def watch(request: httpx.Request, status: int, body: bytes) -> None:
            observe(request.method, request.url.path.removeprefix(self._prefix), status, body)

        return watch

    @cached_property
    def control_plane(self) -> "ControlPlane | None":
        """The server's control plane; None where it has none, as no real provider has."""
        plane = ControlPlane(self.url, self._connection)
        return plane if plane.is_there() else None

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()


class ControlPlane:
    """Sends commands to ``/_keyauth/`` of a ``keyauth serve``."""

    def __init__(self, url: str, transport: httpx.BaseTransport) -> None:
        self._client = httpx.Client(
            base_url=f"{url}/_keyauth/", transport=transport, timeout=TIMEOUT_S, trust_env=False
        )

    def is_there(self) -> bool:
        """Whether the server answers as a control plane."""
        response = self._client.get("")
        return response.status_code == 200 and b'"commands"' in response.content

    def command(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Send one command and return its answer.

        :raises ControlPlaneError: where it is refused; says what the control plane said.
        """
        response = self._client.post(name, json=arguments)
        if response.status_code != 200:
            raise ControlPlaneError(f"POST /_keyauth/{name}: {response.status_code} {response.text}")
        answer: dict[str, Any] = response.json()
        return answer


class RemoteKeytrac:
    """A KeyTrac account of a test's own behind a control plane (see ``control.KeytracControl``)."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._token = self.open_account()

    def __repr__(self) -> str:
        return "<RemoteKeytrac: an account of this test's own>"

    @property
    def token(self) -> str:
        """The account's token."""
        return self._token

    def _command(self, name: str, **arguments: object) -> None:
        self._plane.command(name, {"token": self._token, **arguments})

    def configure(self, **changes: object) -> None:
        """Change the account's settings."""
        self._command("configure", settings=changes)

    def fail_store(self, action: str, times: int = 1) -> None:
        """Let the account's store fail."""
        self._command("fault", fault="fail-store", action=action, times=times)

    def damage_profile(self, user_id: str, method: str) -> None:
        """Cut a stored profile short."""
        self._command("fault", fault="damage-profile", user_id=user_id, method=method)

    def distort_profile(self, user_id: str, method: str) -> None:
        """Make a stored profile useless."""
        self._command("fault", fault="distort-profile", user_id=user_id, method=method)

    def restore_profile(self, user_id: str, method: str) -> None:
        """Put a damaged or distorted profile back."""
        self._command("fault", fault="restore-profile", user_id=user_id, method=method)

    def open_account(self) -> str:
        """Open another account and return its token."""
        return str(self._plane.command("accounts", {})["token"])


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
