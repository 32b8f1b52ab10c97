"""What stands in the place of functions that look up addresses, connect, or begin TLS: each asks the wire first.

It imports nothing but its neighbours, and needs no more than Python 3.9: child processes are given it as a file.
"""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Any

from .detour import describe_address, read_host
from .replacing import Function, find_innermost

if TYPE_CHECKING:
    from .wire import Wire


def make_getaddrinfo(wire: Wire, resolve: Function) -> Function:
    """``_socket.getaddrinfo``: a diverted host has one address."""

    def getaddrinfo(
        host: Any,
        port: Any,
        family: int = 0,
        type: int = 0,  # noqa: A002  # callers name it so
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        address = wire.find_address(host)
        if address is None:
            return resolve(host, port, family, type, proto, flags)
        return describe_address(address, port, family, type, proto)

    return getaddrinfo


def make_gethostbyname(wire: Wire, resolve: Function) -> Function:
    """``socket.gethostbyname``."""
    return lambda host: wire.find_address(host) or resolve(host)


def make_gethostbyname_ex(wire: Wire, resolve: Function) -> Function:
    """``socket.gethostbyname_ex``."""

    def gethostbyname_ex(host: Any) -> Any:
        address = wire.find_address(host)
        return resolve(host) if address is None else (read_host(host), [], [address])

    return gethostbyname_ex


def make_connect(wire: Wire, connect: Function) -> Function:
    """``socket.socket.connect`` and ``connect_ex``."""
    return lambda connection, address: connect(connection, wire.divert(connection, address))


def make_wrap_socket(wire: Wire, wrap: Function) -> Function:
    """``ssl.SSLContext.wrap_socket``: with a diverted host another context speaks."""

    def wrap_socket(
        context: Any,
        sock: Any,
        server_side: bool = False,  # the names and the order are the standard library's
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: Any = None,
        session: Any = None,
    ) -> Any:
        stand_in = wire.stand_in(context, server_side, server_hostname, sock)
        given = (sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname)
        return wrap(context, *given, session) if stand_in is None else find_innermost(wrap)(stand_in, *given)

    return wrap_socket


def make_wrap_bio(wire: Wire, wrap: Function) -> Function:
    """``ssl.SSLContext.wrap_bio``, which asyncio and uvloop use."""

    def wrap_bio(
        context: Any,
        incoming: Any,
        outgoing: Any,
        server_side: bool = False,  # the names and the order are the standard library's
        server_hostname: Any = None,
        session: Any = None,
    ) -> Any:
        stand_in = wire.stand_in(context, server_side, server_hostname)
        given = (incoming, outgoing, server_side, server_hostname)
        return wrap(context, *given, session) if stand_in is None else find_innermost(wrap)(stand_in, *given)

    return wrap_bio


def make_create_connection(wire: Wire, create: Function) -> Function:
    """``create_connection`` of an event loop: uvloop asks none of the other functions."""

    async def create_connection(loop: Any, factory: Any, host: Any = None, port: Any = None, **wishes: Any) -> Any:
        there = None if host is None else wire.find_way(host, port, wishes.get("family", 0))
        if there is not None:
            if wishes.get("ssl") and wishes.get("server_hostname") is None:
                wishes["server_hostname"] = host
            host, port = there[:2]
        made = await create(loop, factory, host, port, **wishes)
        wire.note(loop, made[0])
        return made

    return create_connection


def make_loop_getaddrinfo(wire: Wire, resolve: Function) -> Function:
    """``getaddrinfo`` of an event loop that has one of its own."""

    async def getaddrinfo(loop: Any, host: Any, port: Any, **wishes: Any) -> Any:
        address = wire.find_address(host)
        if address is None:
            return await resolve(loop, host, port, **wishes)
        return describe_address(address, port, *(wishes.get(name, 0) for name in ("family", "type", "proto")))

    return getaddrinfo


def make_resolve(wire: Wire, resolve: Function) -> Function:
    """``resolve`` of the resolver of aiohttp that speaks DNS itself: a diverted host is left to the other one."""

    async def resolve_threaded(resolver: Any, host: str, port: int = 0, family: Any = socket.AF_INET) -> Any:
        if wire.find_address(host) is None:
            return await resolve(resolver, host, port, family)
        threaded = sys.modules["aiohttp.resolver"].ThreadedResolver()
        return await threaded.resolve(host, port, family)

    return resolve_threaded
