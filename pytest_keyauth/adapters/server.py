"""The emulators behind a socket: uvicorn with httptools, handing header names on as they were sent."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.client import responses
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from pytest_keyauth.adapters.delivery import CONNECTION
from pytest_keyauth.adapters.limits import Limits, Refused

__all__ = ["EmulatorProtocol", "bind", "serve"]

#: How long a client that does not read its answer may keep a server that was told to stop.
STOP_TIMEOUT_S = 1

DEFAULT_LIMITS = Limits()


class EmulatorProtocol(HttpToolsProtocol):
    """uvicorn's protocol, but for three things.

    Header names keep the case in which they were sent: KeyTrac's document tells ``Authorization`` from
    ``authorization``, and uvicorn lower-cases both. The application is given the connection, so that answers can be
    told to go wrong on their way. And a request that is larger or slower than the limits say is refused.
    """

    def __init__(self, *arguments: Any, limits: Limits = DEFAULT_LIMITS, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._limits = limits
        self._refused: Refused | None = None
        self._head_bytes = self._body_bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self._timer is None:
            self._wait()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self._limits.request_s, self._time_out)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self._refused = Refused(408, f"the request did not arrive in {self._limits.request_s:g} s")
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._head_bytes = self._body_bytes = 0
        self.scope["extensions"] = {CONNECTION: self.transport}  # type: ignore[dict-item]  # in this process alone

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        super().on_url(url)
        self._check(partial(self._limits.check_target, len(self.url)))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header from the parser."""
        lower = name.lower() if len(name) in (6, 14) else b""
        if lower == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))
        self._head_bytes += len(name) + len(value)
        self._check(partial(self._limits.check_headers, len(self.headers), self._head_bytes))
        if lower == b"content-length" and value.isdigit():
            self._check(partial(self._limits.check_body, int(value)))

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._body_bytes += len(body)
        self._check(partial(self._limits.check_body, self._body_bytes))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._stop_waiting()
        super().on_message_complete()

    def _check(self, check: Callable[[], None]) -> None:
        try:
            check()
        except Refused as refused:
            self._refused = refused  # the parser makes an error of its own of it, and uvicorn a call of what follows
            raise

    def send_400_response(self, msg: str) -> None:
        """Refuse a request, and hang up: what else comes on this connection cannot be told from it."""
        refused = self._refused or Refused(400, msg)
        self._stop_waiting()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            body = refused.reason.encode()
            status = f"{refused.status} {responses[refused.status]}"
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
            self.transport.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        self.transport.close()


class _AnnouncingServer(uvicorn.Server):
    """Says that it listens once it does, so that whoever waits for it need not poll."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then announce it."""
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and hang up: every request that is complete has been answered already."""
        for connection in tuple(self.server_state.connections):
            connection.transport.close()
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    """Bind a socket; port 0 takes a free one.

    :raises OSError: where the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: asyncio turns Nagle's delay of 40 ms off only for sockets that say that they are TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def serve(
    application: Any, listener: socket.socket, announce: Callable[[], None], limits: Limits = DEFAULT_LIMITS
) -> None:
    """Serve an ASGI application on a bound socket until SIGINT or SIGTERM; ``announce`` is called once it listens."""
    config = uvicorn.Config(
        application,
        http=partial(EmulatorProtocol, limits=limits),  # type: ignore[arg-type]  # it is called, and nothing else
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="error",  # its warnings are about clients, and recommend packages
        server_header=False,
        proxy_headers=False,  # a header must not change the URL that a signature is verified over
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    with suppress(KeyboardInterrupt):  # uvicorn raises Ctrl-C again once it has stopped
        _AnnouncingServer(config, announce).run(sockets=[listener])
