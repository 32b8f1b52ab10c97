"""One server on loopback for everything that is diverted: HTTP, HTTPS, and a proxy for child processes."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from pytest_keyauth.adapters.server import EmulatorProtocol, bind
from pytest_keyauth.network.relay import Relay

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
        self._listeners: list[socket.socket] = []
        self.port = self._listen()
        self._loop = asyncio.new_event_loop()
        self._loop.set_debug(False)  # nobody wants to read of it, also where the user debugs their own
        self._stopped = asyncio.Event()
        self._acceptors: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="keyauth-network", daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        return f"<NetworkServer at 127.0.0.1:{self.port}>"

    def _listen(self) -> int:
        listener = bind("127.0.0.1", 0)
        listener.listen(1024)
        listener.setblocking(False)
        self._listeners.append(listener)
        port: int = listener.getsockname()[1]
        return port

    def add_relay(self, relay: Relay) -> int:
        """Listen for what is meant for a proxy; gives the port."""
        port = self._listen()
        self._loop.call_soon_threadsafe(self._accept_at, self._listeners[-1], relay)
        return port

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._accept())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _accept(self) -> None:
        self._accept_at(self._listeners[0], None)
        await self._stopped.wait()
        for acceptor in self._acceptors:
            acceptor.cancel()
        await asyncio.gather(*self._acceptors, return_exceptions=True)
        await self._hang_up()
        for listener in self._listeners:
            listener.close()

    def _accept_at(self, listener: socket.socket, relay: Relay | None) -> None:
        self._acceptors.append(self._loop.create_task(self._accept_all(listener, relay)))

    async def _accept_all(self, listener: socket.socket, relay: Relay | None) -> None:
        while True:
            connection, _ = await self._loop.sock_accept(listener)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = self._loop.create_task(self._take(connection, relay))
            self._tasks.add(task)
            task.add_done_callback(partial(self._forget, connection))

    def _forget(self, connection: socket.socket, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if task.cancelled():  # before it has begun
            connection.close()

    async def _take(self, connection: socket.socket, relay: Relay | None) -> None:
        try:
            said = await relay.take(connection) if relay is not None else b""
            if said is not None:
                await self._open(connection, said)
        except (OSError, TimeoutError, asyncio.CancelledError):  # a client that went away, or does not trust us
            connection.close()

    async def _open(self, connection: socket.socket, said: bytes) -> None:
        """Look at the first byte, without taking it, and speak what the client speaks.

        :param said: what it has said already.
        """
        first = said or await asyncio.wait_for(self._peek(connection), FIRST_BYTE_TIMEOUT_S)
        context = self._context if first and first[0] == TLS_HANDSHAKE else None
        _, protocol = await self._loop.connect_accepted_socket(self._make_protocol, connection, ssl=context)
        if said:
            protocol.data_received(said)

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

    async def _hang_up(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in tuple(self._state.connections):
            connection.transport.abort()  # an idle client is not waited for until it says goodbye
        while self._state.connections:
            await asyncio.sleep(0)

    def hang_up(self) -> None:
        """Close all connections, and wait for it: a client that keeps one has to open another."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(STOP_TIMEOUT_S)

    def close(self) -> None:
        """Stop, and leave no thread and no socket."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(STOP_TIMEOUT_S)


def _set(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
