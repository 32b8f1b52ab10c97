"""Answers that go wrong on their way to an httpx client in this process, where there is no socket to go wrong.

The client gets what httpx would make of the same thing on a socket. What takes longer than its time-out runs into it.
"""

import time
from collections.abc import AsyncIterator, Iterator
from typing import NoReturn

import anyio
import httpx

from pytest_keyauth.emulator.message import Response

__all__ = ["DisturbedAnswer"]


class DisturbedAnswer(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An answer with a disturbance: :meth:`open` or :meth:`aopen` it for what the client gets.

    :raises httpx.TransportError: where the client would get one.
    """

    def __init__(self, request: httpx.Request, response: Response) -> None:
        assert response.disturbance is not None  # for the type checker
        self._request = request
        self._response = response
        self._disturbance = response.disturbance
        self._timeout_s: float | None = request.extensions.get("timeout", {}).get("read")

    def open(self) -> httpx.Response:
        """Begin to answer a sync client."""
        if self._disturbance.kind == "latency":
            time.sleep(self._wait(self._disturbance.seconds))
        return self._begin()

    async def aopen(self) -> httpx.Response:
        """Begin to answer an async client."""
        if self._disturbance.kind == "latency":
            await anyio.sleep(self._wait(self._disturbance.seconds))
        return self._begin()

    def _wait(self, seconds: float) -> float:
        """How long to wait.

        :raises httpx.ReadTimeout: at once where the client would not wait so long: nobody learns from waiting.
        """
        if self._timeout_s is not None and seconds > self._timeout_s:
            self._time_out()
        return seconds

    def _time_out(self) -> NoReturn:
        raise httpx.ReadTimeout("The read operation timed out", request=self._request)

    def _begin(self) -> httpx.Response:
        kind, response = self._disturbance.kind, self._response
        if kind == "timeout":
            self._time_out()
        if kind == "reset":
            raise httpx.ReadError("[Errno 104] Connection reset by peer", request=self._request)
        if kind == "garbage":
            raise httpx.RemoteProtocolError("illegal status line", request=self._request)
        if kind == "malformed-chunk":
            headers = [*response.headers, ("Transfer-Encoding", "chunked")]
        else:
            headers = [*response.headers, ("Content-Length", str(len(response.body)))]
        return httpx.Response(response.status, headers=headers, stream=self)

    def __iter__(self) -> Iterator[bytes]:
        for pause_s, part in self._parts():
            time.sleep(pause_s)
            yield part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for pause_s, part in self._parts():
            await anyio.sleep(pause_s)
            yield part

    def _parts(self) -> Iterator[tuple[float, bytes]]:
        """The parts of the body, each with how long it lets the client wait."""
        body, kind = self._response.body, self._disturbance.kind
        if kind == "latency":
            yield 0.0, body
        elif kind == "slow-drip":
            pause_s = self._wait(self._disturbance.seconds / max(len(body), 1))
            yield from ((pause_s, body[index : index + 1]) for index in range(len(body)))
        else:
            half = body[: len(body) // 2]
            yield 0.0, half
            raise httpx.RemoteProtocolError(self._describe(len(half), len(body)), request=self._request)

    def _describe(self, received: int, expected: int) -> str:
        if self._disturbance.kind == "malformed-chunk":
            return "illegal chunk header: bytearray(b'no number')"
        return (
            "peer closed connection without sending complete message body "
            f"(received {received} bytes, expected {expected})"
        )
