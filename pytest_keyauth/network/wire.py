"""Where this process's connections go: three functions of the standard library, replaced while somebody asks for it.

``socket.getaddrinfo`` answers an address of loopback that nobody else uses for a diverted host; ``connect`` turns that
address, with whatever port, into the server's own; ``SSLContext.wrap_socket`` and ``wrap_bio`` speak TLS with a context
that trusts this run's authority. So it makes no difference which client library it is, nor when a client was built; and
nobody's own contexts, pools or environment are changed.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Detour", "diverted"]

#: Loopback, and nobody's: 127.0.0.1 is everybody's.
SENTINEL = "127.75.89.84"
_MAPPED = f"::ffff:{SENTINEL}"

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Detour:
    """What is diverted, and where to.

    ``hosts``: names that are diverted at any port. ``ports``: those of loopback that are, for a service that is
    said to be at localhost. ``refuses``: raises an error for a host that must not be reached; called for each other.
    """

    def __init__(
        self,
        hosts: frozenset[str],
        ports: frozenset[int],
        server_port: int,
        client_context: Callable[[bool], ssl.SSLContext],
        refuse: Callable[[str], None],
    ) -> None:
        self.hosts = hosts
        self.ports = ports
        self.server_port = server_port
        self.client_context = client_context
        self.refuse = refuse

    def resolve(self, host: object, port: object, family: int) -> tuple[int, tuple[Any, ...]] | None:
        """The family and address of a diverted host; None for any other."""
        name = _read_name(host)
        if name not in self.hosts:
            if name and name not in _LOOPBACK_HOSTS:
                self.refuse(name)
            return None
        number = port if isinstance(port, int) else int(str(port)) if str(port).isdigit() else 443
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


def _read_name(host: object) -> str:
    if isinstance(host, bytes | bytearray):
        host = bytes(host).decode("ascii", "replace")
    return str(host or "").rstrip(".").lower()


@contextmanager
def diverted(detour: Detour) -> Iterator[None]:
    """Divert the connections of this process, and put everything back as it was."""
    resolve, wrap_socket, wrap_bio = socket.getaddrinfo, ssl.SSLContext.wrap_socket, ssl.SSLContext.wrap_bio
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def getaddrinfo(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:  # noqa: A002
        found = detour.resolve(host, port, family)
        if found is None:
            return resolve(host, port, family, type, proto, flags)
        kind = type or socket.SOCK_STREAM
        return [(socket.AddressFamily(found[0]), socket.SocketKind(kind), proto or socket.IPPROTO_TCP, "", found[1])]

    def connect_diverted(self: socket.socket, address: Any) -> None:
        return connect(self, detour.divert(address))

    def connect_ex_diverted(self: socket.socket, address: Any) -> int:
        return connect_ex(self, detour.divert(address))

    def wrap_socket_trusting(self: ssl.SSLContext, sock: socket.socket, *arguments: Any, **keywords: Any) -> Any:
        context = _context_for(detour, self, keywords.get("server_hostname"), server_side=keywords.get("server_side"))
        return wrap_socket(context, sock, *arguments, **keywords)

    def wrap_bio_trusting(self: ssl.SSLContext, incoming: Any, outgoing: Any, *arguments: Any, **keywords: Any) -> Any:
        name = keywords.get("server_hostname", arguments[1] if len(arguments) > 1 else None)
        side = keywords.get("server_side", arguments[0] if arguments else False)
        return wrap_bio(_context_for(detour, self, name, server_side=side), incoming, outgoing, *arguments, **keywords)

    changes: list[tuple[Any, str, Any]] = [
        (socket, "getaddrinfo", getaddrinfo),
        (socket.socket, "connect", connect_diverted),
        (socket.socket, "connect_ex", connect_ex_diverted),
        (ssl.SSLContext, "wrap_socket", wrap_socket_trusting),
        (ssl.SSLContext, "wrap_bio", wrap_bio_trusting),
    ]
    with _replaced(changes):
        yield


@contextmanager
def _replaced(changes: list[tuple[Any, str, Any]]) -> Iterator[None]:
    """Set attributes, and take each back to what it was: also to being inherited."""
    before = [(owner, name, name in vars(owner), vars(owner).get(name)) for owner, name, _ in changes]
    for owner, name, value in changes:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, was_own, value in reversed(before):
            if was_own:
                setattr(owner, name, value)
            else:
                delattr(owner, name)


def _context_for(detour: Detour, context: ssl.SSLContext, name: object, *, server_side: object) -> ssl.SSLContext:
    host = _read_name(name)
    if server_side or host not in detour.hosts:
        return context
    return detour.client_context(context.verify_mode is not ssl.CERT_NONE)
