"""One server on loopback for everything that is diverted: HTTP, HTTPS, and a proxy for child processes."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from pytest_keyauth.adapters.server import EmulatorProtocol, bind

__all__ = ["NetworkServer"]

TLS_HANDSHAKE = 0x16
FIRST_BYTE_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 5.0

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class NetworkServer:
    """Serves an ASGI application in a thread of its own. Whoever says TLS first is answered in TLS.

    :param context: the server's side of TLS.
    """

    def __init__(self, application: Application, context: ssl.SSLContext) -> None:
        self._context = context
        self._config = uvicorn.Config(
            application,
            interface="asgi3",
            http=EmulatorProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="error",
            server_header=False,
            date_header=False,
            proxy_headers=False,
        )
        self._config.load()
        self._state = ServerState()
        self._listener = bind("127.0.0.1", 0)
        self._listener.listen(1024)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="keyauth-network", daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        return f"<NetworkServer at 127.0.0.1:{self.port}>"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._accept())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _accept(self) -> None:
        self._stopped = asyncio.Event()
        self._openings: set[asyncio.Task[None]] = set()
        accepting = self._loop.create_task(self._accept_all())
        await self._stopped.wait()
        accepting.cancel()
        for opening in self._openings:
            opening.cancel()
        await asyncio.gather(accepting, *self._openings, return_exceptions=True)
        self._hang_up()
        while self._state.connections:
            await asyncio.sleep(0)
        self._listener.close()

    async def _accept_all(self) -> None:
        while True:
            connection, _ = await self._loop.sock_accept(self._listener)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opening = self._loop.create_task(self._open(connection))
            self._openings.add(opening)
            opening.add_done_callback(self._openings.discard)

    async def _open(self, connection: socket.socket) -> None:
        """Look at the first byte, without taking it, and speak what the client speaks."""
        try:
            first = await asyncio.wait_for(self._peek(connection), FIRST_BYTE_TIMEOUT_S)
            context = self._context if first and first[0] == TLS_HANDSHAKE else None
            await self._loop.connect_accepted_socket(self._make_protocol, connection, ssl=context)
        except (OSError, TimeoutError, asyncio.CancelledError):  # a client that went away, or does not trust us
            connection.close()

    async def _peek(self, connection: socket.socket) -> bytes:
        ready = self._loop.create_future()
        self._loop.add_reader(connection, _set, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(connection)
        return connection.recv(1, socket.MSG_PEEK)

    def _make_protocol(self) -> asyncio.Protocol:
        return EmulatorProtocol(self._config, self._state, {}, self._loop)

    def _hang_up(self) -> None:
        for connection in tuple(self._state.connections):
            connection.transport.abort()  # an idle client is not waited for until it says goodbye

    def hang_up(self) -> None:
        """Close all connections, and wait for it: a client that keeps one has to open another."""
        done = threading.Event()

        def hang_up() -> None:
            self._hang_up()
            self._loop.call_soon(done.set)

        self._loop.call_soon_threadsafe(hang_up)
        done.wait(STOP_TIMEOUT_S)

    def close(self) -> None:
        """Stop, and leave no thread and no socket."""
        self._loop.call_soon_threadsafe(lambda: self._stopped.set())
        self._thread.join(STOP_TIMEOUT_S)


def _set(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
