"""A transport to a real server that tells what was asked and answered."""

from typing import Protocol

import httpx

from pytest_keyauth.adapters.origin import Origin

__all__ = ["WatchedAsyncTransport", "WatchedTransport", "Watcher"]


class Watcher(Protocol):
    """Is told of each request, and what became of it."""

    def ask(self, request: httpx.Request) -> None:
        """It is about to be sent."""

    def hear(self, request: httpx.Request, response: httpx.Response) -> None:
        """It was answered; the answer is read."""

    def miss(self, request: httpx.Request, error: Exception) -> None:
        """It got no whole answer."""


class WatchedTransport(httpx.BaseTransport):
    """Sends to one origin, through another transport, and tells a watcher."""

    def __init__(self, transport: httpx.BaseTransport, origin: Origin, watcher: Watcher) -> None:
        self._transport = transport
        self._origin = origin
        self._watcher = watcher

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        self._origin.check(request)
        request.read()
        self._watcher.ask(request)
        try:
            response = self._transport.handle_request(request)
            response.read()
        except Exception as error:
            self._watcher.miss(request, error)
            raise
        self._watcher.hear(request, response)
        return response


class WatchedAsyncTransport(httpx.AsyncBaseTransport):
    """The same for async clients."""

    def __init__(self, transport: httpx.AsyncBaseTransport, origin: Origin, watcher: Watcher) -> None:
        self._transport = transport
        self._origin = origin
        self._watcher = watcher

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        self._origin.check(request)
        await request.aread()
        self._watcher.ask(request)
        try:
            response = await self._transport.handle_async_request(request)
            await response.aread()
        except Exception as error:
            self._watcher.miss(request, error)
            raise
        self._watcher.hear(request, response)
        return response

    async def aclose(self) -> None:
        """Close the transport underneath."""
        await self._transport.aclose()
