"""A transport to a real server that tells what it answered."""

from collections.abc import Callable

import httpx

from pytest_keyauth.adapters.origin import Origin

__all__ = ["Observer", "WatchedAsyncTransport", "WatchedTransport"]

Observer = Callable[[httpx.Request, int, bytes], None]
"""Called with each request, its answer's status, and the answer's whole body."""


class WatchedTransport(httpx.BaseTransport):
    """Sends to one origin, through another transport, and tells an observer of each whole answer."""

    def __init__(self, transport: httpx.BaseTransport, origin: Origin, observer: Observer) -> None:
        self._transport = transport
        self._origin = origin
        self._observer = observer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        self._origin.check(request)
        response = self._transport.handle_request(request)
        self._observer(request, response.status_code, response.read())
        return response


class WatchedAsyncTransport(httpx.AsyncBaseTransport):
    """The same for async clients."""

    def __init__(self, transport: httpx.AsyncBaseTransport, origin: Origin, observer: Observer) -> None:
        self._transport = transport
        self._origin = origin
        self._observer = observer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        self._origin.check(request)
        response = await self._transport.handle_async_request(request)
        self._observer(request, response.status_code, await response.aread())
        return response

    async def aclose(self) -> None:
        """Close the transport underneath."""
        await self._transport.aclose()
