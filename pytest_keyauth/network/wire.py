"""Where this process's connections go: five functions of the standard library, replaced while somebody asks for it.

``socket.getaddrinfo`` answers an address of loopback that nobody else uses for a diverted host; ``connect`` turns that
address, with whatever port, into the server's own; ``SSLContext.wrap_socket`` and ``wrap_bio`` speak TLS with a context
that trusts this run's authority. So it makes no difference which client library it is, nor when a client was built; and
nobody's own contexts, pools or environment are changed. An event loop that is not Python's own (uvloop) is not seen.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import unwrap
from typing import Any

from pytest_keyauth.network.guard import read_host, replaced

__all__ = ["Detour", "diverted"]

#: Loopback, and nobody's: 127.0.0.1 is everybody's.
SENTINEL = "127.75.89.84"
_MAPPED = f"::ffff:{SENTINEL}"

LOOPBACK_HOSTS = frozenset({"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"})  # noqa: S104  # to be told apart


@dataclass(frozen=True)
class Detour:
    """What is diverted, and where to.

    ``hosts``: names that are diverted, at any port. ``ports``: those of loopback that are, for a service that is said
    to be at localhost. ``client_context``: makes the client's side of TLS, verifying or not. ``refuse``: is called with
    the name of every other host but loopback, and raises an error where it must not be reached.
    """

    hosts: frozenset[str]
    ports: frozenset[int]
    server_port: int
    client_context: Callable[[bool], ssl.SSLContext] = field(repr=False)
    refuse: Callable[[str], None] = field(repr=False)

    def resolve(self, host: object, port: object, family: int) -> tuple[int, tuple[Any, ...]] | None:
        """The family and address of a diverted host; None for any other."""
        name = read_host(host)
        if name not in self.hosts:
            if name not in LOOPBACK_HOSTS and name != SENTINEL:
                self.refuse(name)
            return None
        number = int(str(port)) if str(port).isdigit() else {"http": 80}.get(str(port), 443)
        if family == socket.AF_INET6:
            return socket.AF_INET6, (_MAPPED, number, 0, 0)
        return socket.AF_INET, (SENTINEL, number)

    def divert(self, address: Any) -> Any:
        """Where a connection really goes."""
        if not isinstance(address, tuple) or len(address) < 2:
            return address
        host, port = address[0], address[1]
        if host == SENTINEL or (host == "127.0.0.1" and port in self.ports):
            return ("127.0.0.1", self.server_port)
        if host == _MAPPED or (host == "::1" and port in self.ports):
            return ("::ffff:127.0.0.1", self.server_port, 0, 0)
        return address

    def is_diverted(self, name: object, *, server_side: object) -> bool:
        """Whether TLS is to be spoken with a diverted host."""
        return not server_side and read_host(name) in self.hosts

    def context_for(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """What stands in for a client's context: it verifies if that does."""
        return self.client_context(context.verify_mode is not ssl.CERT_NONE)


@contextmanager
def diverted(detour: Detour) -> Iterator[None]:
    """Divert the connections of this process, and put everything back as it was.

    What guards the real hosts does not see TLS with a diverted one.
    """
    resolve, wrap_socket, wrap_bio = socket.getaddrinfo, ssl.SSLContext.wrap_socket, ssl.SSLContext.wrap_bio
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def getaddrinfo_diverted(
        host: Any,
        port: Any,
        family: int = 0,
        type: int = 0,  # noqa: A002  # callers name it so
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        found = detour.resolve(host, port, family)
        if found is None:
            return resolve(host, port, family, type, proto, flags)
        kind = socket.SocketKind(type or socket.SOCK_STREAM)
        return [(socket.AddressFamily(found[0]), kind, proto or socket.IPPROTO_TCP, "", found[1])]

    def connect_diverted(self: socket.socket, address: Any) -> None:
        return connect(self, detour.divert(address))

    def connect_ex_diverted(self: socket.socket, address: Any) -> int:
        return connect_ex(self, detour.divert(address))

    def wrap_socket_trusting(
        self: ssl.SSLContext,
        sock: socket.socket,
        server_side: bool = False,  # as in the standard library
        *arguments: Any,
        **keywords: Any,
    ) -> Any:
        if detour.is_diverted(keywords.get("server_hostname"), server_side=server_side):
            return unwrap(wrap_socket)(detour.context_for(self), sock, server_side, *arguments, **keywords)
        return wrap_socket(self, sock, server_side, *arguments, **keywords)

    def wrap_bio_trusting(
        self: ssl.SSLContext,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # as in the standard library
        server_hostname: Any = None,
        session: Any = None,
    ) -> Any:
        if detour.is_diverted(server_hostname, server_side=server_side):
            context = detour.context_for(self)
            return unwrap(wrap_bio)(context, incoming, outgoing, server_side, server_hostname, session)
        return wrap_bio(self, incoming, outgoing, server_side, server_hostname, session)

    with replaced(
        (socket, "getaddrinfo", getaddrinfo_diverted),
        (socket.socket, "connect", connect_diverted),
        (socket.socket, "connect_ex", connect_ex_diverted),
        (ssl.SSLContext, "wrap_socket", wrap_socket_trusting),
        (ssl.SSLContext, "wrap_bio", wrap_bio_trusting),
    ):
        yield
