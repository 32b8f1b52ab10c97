"""The emulators behind a socket: uvicorn with httptools, handing header names on as they were sent."""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pytest_keyauth.adapters.delivery import CONNECTION

__all__ = ["HeaderCaseProtocol", "bind", "serve"]

#: How long a client that does not read its answer may keep a server that was told to stop.
STOP_TIMEOUT_S = 1


class HeaderCaseProtocol(HttpToolsProtocol):
    """uvicorn's protocol, but for two things.

    Header names keep the case in which they were sent: KeyTrac's document tells ``Authorization`` from
    ``authorization``, and uvicorn lower-cases both. And the application is given the connection, so that answers can be
    told to go wrong on their way.
    """

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {CONNECTION: self.transport}  # type: ignore[dict-item]  # in this process alone

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header from the parser."""
        if len(name) == 6 and name.lower() == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))


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


def serve(application: Any, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve an ASGI application on a bound socket until SIGINT or SIGTERM; ``announce`` is called once it listens."""
    config = uvicorn.Config(
        application,
        http=HeaderCaseProtocol,
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
