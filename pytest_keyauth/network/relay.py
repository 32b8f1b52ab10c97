"""A proxy that stands before the one that the environment names: clients that were built before ask it all the same.

What is for an emulator stays here, and all else goes on to the proxy that it was meant for.
"""

import asyncio
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pytest_keyauth.network.replacing import find_innermost

__all__ = ["Asked", "Relay", "find_proxies", "read_asked"]

VARIABLES = ("http_proxy", "https_proxy", "all_proxy")
HEAD_LIMIT = 65536
CHUNK = 65536
CONNECT_TIMEOUT_S = 10.0

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"

Proxy = tuple[str, int]
"""Its host, ``localhost`` where that is this machine, and its port."""


def find_proxies(environ: Mapping[str, str], loopback: frozenset[str]) -> frozenset[Proxy]:
    """The HTTP proxies that the environment names, in small letters or capitals."""
    named = [environ.get(case(name), "") for name in VARIABLES for case in (str.lower, str.upper)]
    found = set()
    for url in filter(None, named):
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme == "http" and parts.hostname:
            host = "localhost" if parts.hostname in loopback else parts.hostname
            found.add((host, parts.port or 80))
    return frozenset(found)


@dataclass(frozen=True)
class Asked:
    """What a client asks a proxy for, by the first request of a connection: a tunnel to a host, or a URL of its."""

    host: str
    port: int
    is_tunnel: bool


def read_asked(head: bytes) -> Asked | None:
    """Read the head of a request; None where it is for no other host."""
    method, _, rest = head.partition(b" ")
    target = rest.partition(b" ")[0].decode("latin-1")
    try:
        parts = urlsplit(f"//{target}" if method == b"CONNECT" else target)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return Asked(host.rstrip("."), port or 80, method == b"CONNECT") if host else None


def _close_after(head: bytes) -> bytes:
    """The head of a request after which the connection ends: its next one might be for another host."""
    lines = re.sub(rb"\r\n(?:proxy-)?connection:[^\r]*", b"", head[:-4], flags=re.IGNORECASE)
    return lines + b"\r\nConnection: close\r\n\r\n"


class Relay:
    """Takes a connection that was meant for a proxy.

    :param proxy: the proxy that all other hosts are reached through.
    :param is_here: whether a host is an emulator's, at that port.
    :param find_refusal: why a host is not to be reached; None where it is.
    """

    def __init__(
        self, proxy: Proxy, is_here: Callable[[str, int], bool], find_refusal: Callable[[str], str | None]
    ) -> None:
        self._proxy = proxy
        self._is_here = is_here
        self._find_refusal = find_refusal

    async def take(self, connection: socket.socket) -> bytes | None:
        """Give what a client has said that is now the server's; None where the connection went on, or ended."""
        loop = asyncio.get_running_loop()
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = await loop.sock_recv(connection, CHUNK)
            head += chunk
            if not chunk or len(head) > HEAD_LIMIT:
                connection.close()
                return None
        end = head.index(b"\r\n\r\n") + 4
        head, rest = head[:end], head[end:]
        asked = read_asked(head)
        if asked is None or self._is_here(asked.host, asked.port):
            if asked is not None and asked.is_tunnel:
                await loop.sock_sendall(connection, ESTABLISHED)
                return rest
            return _close_after(head) + rest
        refusal = self._find_refusal(asked.host)
        with connection:
            if refusal is None:
                await self._go_on(connection, (head if asked.is_tunnel else _close_after(head)) + rest)
            else:
                text = refusal.encode()  # as the reason, too: clients show no more of a tunnel that they do not get
                answer = b"HTTP/1.1 403 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                await loop.sock_sendall(connection, answer % (text, len(text), text))
        return None

    async def _go_on(self, connection: socket.socket, said: bytes) -> None:
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in self._proxy[0] else socket.AF_INET
        connect = find_innermost(socket.socket.connect)  # ours would lead it back to here
        with socket.socket(family, socket.SOCK_STREAM) as onward:
            onward.settimeout(CONNECT_TIMEOUT_S)
            await loop.run_in_executor(None, connect, onward, self._proxy)
            onward.setblocking(False)
            await loop.sock_sendall(onward, said)
            ways = [loop.create_task(_pump(*pair)) for pair in ((connection, onward), (onward, connection))]
            try:
                await asyncio.gather(*ways)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)


async def _pump(source: socket.socket, sink: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while chunk := await loop.sock_recv(source, CHUNK):
        await loop.sock_sendall(sink, chunk)
    sink.shutdown(socket.SHUT_WR)
