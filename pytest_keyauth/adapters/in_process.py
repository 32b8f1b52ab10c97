"""An emulator behind an httpx transport: no socket, no thread, no event loop of its own."""

from collections.abc import Callable

import httpx

from pytest_keyauth.adapters.disturbed import DisturbedAnswer
from pytest_keyauth.adapters.origin import Origin
from pytest_keyauth.emulator.message import Request, Response

__all__ = ["EmulatorTransport"]


class EmulatorTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers httpx requests, sync and async, from an emulator in this process.

    It is a transport of its own kind, so recorders that patch httpx's transports leave it alone.

    :param origin: the only one that it answers for; any where there is none.
    """

    def __init__(self, handle: Callable[[Request], Response], origin: Origin | None = None) -> None:
        self._handle = handle
        self._origin = origin

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client."""
        response = self._answer(request, request.read())
        return _whole(response) if response.disturbance is None else DisturbedAnswer(request, response).open()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        response = self._answer(request, await request.aread())
        return _whole(response) if response.disturbance is None else await DisturbedAnswer(request, response).aopen()

    def _answer(self, request: httpx.Request, body: bytes) -> Response:
        if self._origin is not None:
            self._origin.check(request)
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
        return self._handle(Request(request.method, path, query, headers, body, request.url.scheme))


def _whole(response: Response) -> httpx.Response:
    headers = [*response.headers, ("Content-Length", str(len(response.body)))]
    return httpx.Response(response.status, headers=headers, content=response.body)
