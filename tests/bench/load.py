"""A load generator: connections that send one request after the other, and read the answers.

It does as little as it can for each answer, so that it mostly waits for the server, and not the server for it. It is
the same for all servers: where one hangs up after its answer, the next request is sent on a new connection, which is
part of what that request takes.
"""

import math
import re
import selectors
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat

CONNECTIONS = 16
TIMEOUT_S = 30  # without any answer

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class Load:
    """How a server did under load: answers a second, and the time within which 99 of 100 came."""

    rate: float
    p99_ms: float


class _Connection:
    """Sends one request after the other; each answer must be a 200 with a Content-Length."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._received = b""
        self._hung_up = False
        self.started = 0.0
        self.socket = self._connect()

    def _connect(self) -> socket.socket:
        connected = socket.create_connection(("127.0.0.1", self._port), timeout=TIMEOUT_S)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def send(self, request: bytes, selector: selectors.BaseSelector) -> None:
        self.started = time.perf_counter()
        if self._hung_up:
            selector.unregister(self.socket)
            self.socket.close()
            self.socket = self._connect()
            selector.register(self.socket, selectors.EVENT_READ, self)
            self._hung_up = False
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what is there. Whether it completes an answer."""
        chunk = self.socket.recv(1 << 18)
        received = self._received = self._received + chunk
        head = received.find(b"\r\n\r\n")
        length = _LENGTH.search(received, 0, head + 2)
        if not chunk or (head >= 0 and (length is None or received[8:13] != b" 200 ")):
            raise SystemExit(f"unexpected answer: {received[:300]!r}")
        if length is None or len(received) < head + 4 + int(length[1]):
            return False
        self._hung_up = received.startswith(b"HTTP/1.0") or _CLOSES.search(received, 0, head + 2) is not None
        self._received = b""
        return True


def requests_per_second(port: int, request: bytes, count: int) -> float:
    """Send a request to a server on this machine `count` times, over 16 connections."""
    return put_load(port, repeat(request, count)).rate


def put_load(port: int, requests: Iterable[bytes], connections: int = CONNECTIONS, seconds: float = math.inf) -> Load:
    """Send requests to a server on this machine, one at a time over each connection, and wait for all answers.

    :param seconds: after which no more are sent.
    """
    opened = [_Connection(port) for _ in range(connections)]
    try:
        return _measure(opened, iter(requests), seconds)
    finally:
        for connection in opened:
            connection.socket.close()


def _measure(connections: list[_Connection], requests: Iterator[bytes], seconds: float) -> Load:
    durations_s: list[float] = []
    with selectors.DefaultSelector() as selector:
        started = time.perf_counter()
        under_way = 0
        for connection, request in zip(connections, requests, strict=False):
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(request, selector)
            under_way += 1
        while under_way:
            ready = selector.select(TIMEOUT_S)
            if not ready:
                raise SystemExit(f"no answer within {TIMEOUT_S} s")
            for key, _ in ready:
                if key.data.receive():
                    now = time.perf_counter()
                    durations_s.append(now - key.data.started)
                    following = next(requests, None) if now - started < seconds else None
                    if following is None:
                        under_way -= 1
                        selector.unregister(key.data.socket)
                        key.data.socket.close()  # werkzeug waits for it
                    else:
                        key.data.send(following, selector)
        duration_s = time.perf_counter() - started
    durations_s.sort()
    return Load(len(durations_s) / duration_s, durations_s[math.ceil(0.99 * len(durations_s)) - 1] * 1000)
