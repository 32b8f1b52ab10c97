"""What is diverted on its way out of a process, and where to.

It imports nothing of this package, and needs no more than Python 3.9: child processes are given it as a file.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

__all__ = [
    "LOOPBACK_HOSTS",
    "Detour",
    "describe_address",
    "is_loopback",
    "make_client_context",
    "make_loopback_address",
    "make_loopback_context",
    "read_host",
]

LOOPBACK_HOSTS = frozenset({"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"})  # noqa: S104  # to be told apart


def read_host(host: object) -> str:
    """The name of a host as it is compared, whatever a client library gives: text, bytes, None."""
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("ascii", "replace")
    return str(host or "").rstrip(".").lower()


def is_loopback(host: str) -> bool:
    """Whether that is this machine."""
    return host in LOOPBACK_HOSTS or host.startswith(("127.", "::ffff:127."))


def describe_address(address: str, port: object, family: int, kind: int, proto: int) -> list[tuple[Any, ...]]:
    """What ``getaddrinfo`` answers for an address of IPv4; the same as one of IPv6 comes second."""
    number = int(str(port)) if str(port).isdigit() else {"http": 80, "https": 443}.get(str(port), 0)
    kind = socket.SocketKind(kind or socket.SOCK_STREAM)
    proto = proto or (socket.IPPROTO_TCP if kind == socket.SOCK_STREAM else 0)
    found: list[tuple[Any, ...]] = []
    if family in (socket.AF_UNSPEC, socket.AF_INET):
        found.append((socket.AF_INET, kind, proto, "", (address, number)))
    if family == socket.AF_INET6 or (family == socket.AF_UNSPEC and socket.has_ipv6):
        found.append((socket.AF_INET6, kind, proto, "", (f"::ffff:{address}", number, 0, 0)))
    return found


@dataclass(frozen=True)
class Detour:
    """What is diverted, and where to.

    ``hosts``: names that are diverted, at any port. ``ports``: those of loopback that are, for a service that is said
    to be at localhost. ``relays``: by host and port of a proxy, the port that stands for it.
    ``client_context``: makes of a client's context one that the server can be trusted with; ``loopback_context``, if
    there is one, the same for TLS with this machine.
    ``refuse``: is called with every other host but loopback, and raises an error where it must not be reached.
    """

    hosts: frozenset[str]
    ports: frozenset[int]
    server_port: int
    client_context: Callable[[ssl.SSLContext], ssl.SSLContext] = field(repr=False)
    refuse: Callable[[str], None] = field(repr=False)
    loopback_context: Callable[[ssl.SSLContext], ssl.SSLContext] | None = field(default=None, repr=False)
    relays: Mapping[tuple[str, object], int] = field(default_factory=dict)

    def has_address(self, name: str) -> bool:
        """Whether a name is not looked up: a diverted host's, or that of a proxy which others stand for."""
        return name in self.hosts or (bool(self.relays) and any(name == host for host, _ in self.relays))

    def find_port(self, name: str, port: object) -> int | None:
        """Ours that a connection to there goes to; None where it goes there."""
        host = "localhost" if name in LOOPBACK_HOSTS else name
        if name in self.hosts or (host == "localhost" and port in self.ports):
            return self.server_port
        return self.relays.get((host, port))

    def is_ours(self, port: int | None) -> bool:
        """Whether that is a port of ours."""
        return port == self.server_port or port in self.relays.values()


def make_loopback_address(port: int, family: int) -> tuple[Any, ...]:
    """An address of this machine, for a socket of that family: one of IPv6 reaches it by its mapped address."""
    return ("::ffff:127.0.0.1", port, 0, 0) if family == socket.AF_INET6 else ("127.0.0.1", port)


def make_client_context(certificate: str, *, checks_name: bool) -> ssl.SSLContext:
    """A client's context that trusts the authority of this certificate, and nobody else.

    It does so also where it stands in for one that checks nothing: nobody but our server is to be spoken to.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = checks_name
    context.load_verify_locations(cadata=certificate)
    return context


def make_loopback_context(own: ssl.SSLContext, certificate: str) -> ssl.SSLContext:
    """A client's context that trusts the authority beside those that its own one trusts: localhost has others, too."""
    context = make_client_context(certificate, checks_name=own.check_hostname)
    context.verify_mode = own.verify_mode
    authorities = b"".join(own.get_ca_certs(binary_form=True))
    if authorities:
        context.load_verify_locations(cadata=authorities)
    return context
