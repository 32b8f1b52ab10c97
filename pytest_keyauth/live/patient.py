"""Transports that keep to a budget, and try again where that is safe."""

import time
from itertools import count

import anyio
import httpx

from pytest_keyauth.live.patience import Patience

__all__ = ["PatientAsyncTransport", "PatientTransport"]


class PatientTransport(httpx.BaseTransport):
    """Sends through another transport. Its answers are whole: what breaks off within a body is an error, too."""

    def __init__(self, transport: httpx.BaseTransport, patience: Patience) -> None:
        self._transport = transport
        self._patience = patience

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, perhaps several times."""
        for tries in count(1):
            for turn in self._patience.begin():
                time.sleep(turn)
            try:
                response = self._transport.handle_request(request)
                response.read()
            except httpx.TransportError as error:
                pause = self._patience.after_error(request, error, tries)
                if pause is None:
                    raise
            else:
                pause = self._patience.after_answer(request, response, tries)
                if pause is None:
                    return response
            time.sleep(pause)
        raise AssertionError("the last try has returned or raised")


class PatientAsyncTransport(httpx.AsyncBaseTransport):
    """The same for async clients."""

    def __init__(self, transport: httpx.AsyncBaseTransport, patience: Patience) -> None:
        self._transport = transport
        self._patience = patience

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, perhaps several times."""
        for tries in count(1):
            for turn in self._patience.begin():
                await anyio.sleep(turn)
            try:
                response = await self._transport.handle_async_request(request)
                await response.aread()
            except httpx.TransportError as error:
                pause = self._patience.after_error(request, error, tries)
                if pause is None:
                    raise
            else:
                pause = self._patience.after_answer(request, response, tries)
                if pause is None:
                    return response
            await anyio.sleep(pause)
        raise AssertionError("the last try has returned or raised")

    async def aclose(self) -> None:
        """Close the transport underneath."""
        await self._transport.aclose()
