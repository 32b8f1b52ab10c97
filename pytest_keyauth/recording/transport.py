"""Cassettes behind httpx transports, and beside them."""

from collections.abc import Callable, Iterable

import httpx

from pytest_keyauth.recording.exchange import Headers, Request, Response

__all__ = ["CassetteTransport", "RecordingAsyncTransport", "RecordingTransport"]

Note = Callable[[Request, Response], None]
Hear = Callable[[Request], None]


class CassetteTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers httpx requests, sync and async, without a server.

    :param check: lets a request pass, or raises an error for one that is not to be answered.
    """

    def __init__(self, answer: Callable[[Request], Response], check: Callable[[httpx.Request], None]) -> None:
        self._answer = answer
        self._check = check

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client."""
        return self._handle(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        return self._handle(request, await request.aread())

    def _handle(self, request: httpx.Request, body: bytes) -> httpx.Response:
        self._check(request)
        answer = self._answer(_read_request(request, body))
        kept = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
        headers = [*kept, ("Content-Length", str(len(answer.body)))]
        return httpx.Response(answer.status, headers=_write_headers(headers), content=answer.body)


class RecordingTransport(httpx.BaseTransport):
    """Sends through another transport, lets each request be heard before, and notes each exchange after it."""

    def __init__(self, transport: httpx.BaseTransport, note: Note, hear: Hear = lambda request: None) -> None:
        self._transport = transport
        self._note = note
        self._hear = hear

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        sent = _read_request(request, request.read())
        self._hear(sent)
        response = self._transport.handle_request(request)
        self._note(sent, _read_response(response, response.read()))
        return response

    def close(self) -> None:
        """Close the transport underneath."""
        self._transport.close()


class RecordingAsyncTransport(httpx.AsyncBaseTransport):
    """The same for async clients."""

    def __init__(self, transport: httpx.AsyncBaseTransport, note: Note, hear: Hear = lambda request: None) -> None:
        self._transport = transport
        self._note = note
        self._hear = hear

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        sent = _read_request(request, await request.aread())
        self._hear(sent)
        response = await self._transport.handle_async_request(request)
        self._note(sent, _read_response(response, await response.aread()))
        return response

    async def aclose(self) -> None:
        """Close the transport underneath."""
        await self._transport.aclose()


def _read_request(request: httpx.Request, body: bytes) -> Request:
    return Request(request.method, str(request.url), _read_headers(request.headers), body)


def _read_response(response: httpx.Response, body: bytes) -> Response:
    # httpx has decoded the body; the header that says how it was encoded is still there.
    headers = tuple(item for item in _read_headers(response.headers) if item[0].lower() != "content-encoding")
    return Response(response.status_code, headers, body)


def _write_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """The bytes of headers as they were read: left to itself, httpx takes none that is not ASCII."""
    return [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers]


def _read_headers(headers: httpx.Headers) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)
