"""The way out of a process: functions of the standard library, replaced for as long as somebody asks for it.

A host's address is looked up, a connection made, TLS spoken: at each of these stages a guarded host is refused, and a
diverted one is led to a server on this machine. So it makes no difference which client library it is, nor when a client
was built; and nobody's own contexts, pools or environment are changed. The event loops of asyncio and uvloop are known,
and that resolver of aiohttp which asks none of these functions.

It imports nothing but its neighbours, and needs no more than Python 3.9: child processes are given it as a file.
"""

from __future__ import annotations

import _socket
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from errno import ECONNREFUSED
from functools import partial
from typing import Any
from weakref import ref

from . import functions
from .detour import LOOPBACK_HOSTS, Detour, is_loopback, make_loopback_address, read_host
from .imports import ImportWatch
from .replacing import Function, Replacements

__all__ = ["Wire"]

#: What is seen to as soon as somebody has imported it: a function, its class and module, and what makes ours of it.
LATE = (
    ("ssl", "SSLContext", "wrap_socket", functions.make_wrap_socket),
    ("ssl", "SSLContext", "wrap_bio", functions.make_wrap_bio),
    ("asyncio.base_events", "BaseEventLoop", "create_connection", functions.make_create_connection),
    ("uvloop", "Loop", "create_connection", functions.make_create_connection),
    ("uvloop", "Loop", "getaddrinfo", functions.make_loop_getaddrinfo),
    ("aiohttp.resolver", "AsyncResolver", "resolve", functions.make_resolve),
)

#: Addresses of loopback that are nobody's, and stand for the names of diverted hosts: 127.75.89.1 and so on.
FIRST_BLOCK, PER_BLOCK = 89, 200


class Wire:
    """Replaces functions from `install` to `remove`; guards hosts all the time, and takes a detour while one is set.

    :param guarded: the names of hosts that are refused; more may be added.
    :param error: makes the error that refuses a host, of its name.
    """

    def __init__(self, guarded: set[str], error: Callable[[str], Exception]) -> None:
        self.guarded = guarded
        self.refused: list[str] = []
        self._error = error
        self._detour: Detour | None = None
        self._addresses: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._connections: list[tuple[Any, Any]] = []
        self._is_installed = False
        self._lock = threading.Lock()
        self._replacements = Replacements()
        self._imports = ImportWatch((module for module, *_ in LATE), self.install)

    def __repr__(self) -> str:
        return f"<Wire: {'installed' if self._is_installed else 'not installed'}, {self._detour}>"

    def install(self) -> None:
        """Replace what is not, or no longer, ours."""
        self._is_installed = True
        self._imports.begin()
        for owner, name, make in _points():
            self._replacements.put(owner, name, partial(make, self))

    def remove(self) -> None:
        """Put everything back as it was. What has kept a function of ours finds it idle."""
        self._is_installed = False
        self._imports.end()
        for owner, name, _ in _points():
            self._replacements.put_back(owner, name)

    def take(self, detour: Detour | None) -> None:
        """Divert so from now on; None: refuse only, and hang up what was diverted."""
        self._detour = detour
        if detour is None:
            connections, self._connections = self._connections, []
            for loop, find in connections:
                _abort(loop, find())

    def _refuse(self, name: str) -> None:
        self.refused.append(name)
        raise self._error(name)

    def _refuse_address(self, name: str) -> None:
        """In the way of sockets: who tries several addresses at once loses every other error."""
        self.refused.append(name)
        error = self._error(name)
        raise ConnectionRefusedError(ECONNREFUSED, str(error)) from error

    def check(self, name: str) -> None:
        """Let a host pass that is neither guarded nor unwanted."""
        if not self._is_installed or is_loopback(name):
            return
        if name in self.guarded:
            self._refuse(name)
        if self._detour is not None and name:
            self._detour.refuse(name)

    def find_address(self, host: object) -> str | None:
        """The address of a diverted host: of loopback, and nobody's; None where others are to be asked for it."""
        if not self._is_installed:
            return None
        name, detour = read_host(host), self._detour
        if detour is None or is_loopback(name) or not detour.has_address(name):
            self.check(name)
            return None
        if name not in self._addresses:
            with self._lock:
                block, number = divmod(len(self._names), PER_BLOCK)
                address = f"127.75.{FIRST_BLOCK + block}.{1 + number}"
                self._names[address], self._addresses[name] = name, address
        return self._addresses[name]

    def divert(self, connection: socket.socket, address: Any) -> Any:
        """Where a connection really goes."""
        internet = connection.family in (socket.AF_INET, socket.AF_INET6)
        if not (self._is_installed and internet and isinstance(address, tuple) and len(address) > 1):
            return address
        if connection.type != socket.SOCK_STREAM:
            return address
        return self.find_way(address[0], address[1], connection.family) or address

    def find_way(self, host: object, port: object, family: int) -> tuple[Any, ...] | None:
        """The address of the server for a connection that is diverted; None for one that goes where it went."""
        if not self._is_installed:
            return None
        name = read_host(host)
        known = self._names.get(name.removeprefix("::ffff:"))
        if self._detour is not None:
            ours = self._detour.find_port(known or name, port)
            if ours is not None:
                return make_loopback_address(ours, family)
            if known is not None and self._detour.has_address(known):  # something else at a proxy's host
                return (known, port)
        if known is not None:  # somebody has kept the address from an earlier test
            self._refuse_address(known)
        self.check(name)
        return None

    def stand_in(self, context: Any, server_side: bool, server_name: Any, connection: Any = None) -> Any:
        """The context that TLS is to be spoken with in the place of a client's; None for that itself."""
        if server_side or not self._is_installed:
            return None
        name, detour, peer = read_host(server_name), self._detour, _peer_port(connection)
        if detour is not None:
            if name in detour.hosts:
                if peer is not None and not detour.is_ours(peer):  # through a proxy that the code itself has named
                    self._refuse(name)
                return detour.client_context(context)
            is_ours = detour.is_ours(peer) if connection is not None else name in LOOPBACK_HOSTS
            if is_ours and detour.loopback_context is not None:
                return detour.loopback_context(context)
        self.check(name)
        return None

    def note(self, loop: Any, transport: Any) -> None:
        """Note what is connected to the server, to be hung up before the loop has looked at it again."""
        peer = transport.get_extra_info("peername")
        if self._detour is not None and isinstance(peer, tuple) and self._detour.is_ours(peer[1]):
            with suppress(TypeError):  # some cannot be referred to weakly, and are not to be kept from their end
                self._connections.append((loop, ref(transport)))


def _points() -> Iterator[tuple[Any, str, Callable[[Wire, Function], Function]]]:
    """The functions that are replaced, by their owners, and what makes ours of them."""
    yield _socket, "getaddrinfo", functions.make_getaddrinfo  # socket's calls it, also where somebody has kept that
    yield socket, "gethostbyname", functions.make_gethostbyname
    yield socket, "gethostbyname_ex", functions.make_gethostbyname_ex
    # Another plugin may have put a class of its own there.
    own = next(kind for kind in reversed(socket.socket.__mro__) if kind.__module__ == "socket")
    yield own, "connect", functions.make_connect
    yield own, "connect_ex", functions.make_connect
    for module, kind, name, make in LATE:
        if (owner := getattr(sys.modules.get(module), kind, None)) is not None:
            yield owner, name, make


def _peer_port(connection: Any) -> int | None:
    """The port that a socket is connected to; None where it is not, or is no socket of the internet."""
    try:
        peer = connection.getpeername()
    except (AttributeError, OSError):
        return None
    return peer[1] if isinstance(peer, tuple) else None


def _abort(loop: Any, transport: Any) -> None:
    """Close an asynchronous connection: a pool whose loop stands still would take it for open."""
    if transport is None or loop.is_closed():
        return
    if loop.is_running():
        loop.call_soon_threadsafe(transport.abort)
    else:
        transport.abort()
