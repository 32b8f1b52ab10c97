"""A load generator: keep-alive connections that send the same bytes again and again, and read the answers.

It does as little as it can for each answer, so that it mostly waits for the server, and not the server for it.
"""

import re
import selectors
import socket
import time

CONNECTIONS = 16
TIMEOUT_S = 30  # without any answer

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


class _Connection:
    """Sends one request after the other; each answer must be a 200 with a Content-Length."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self._request = request
        self._received = b""

    def send(self) -> None:
        self.socket.sendall(self._request)

    def receive(self) -> bool:
        """Read what is there. Whether it completes an answer."""
        chunk = self.socket.recv(65536)
        received = self._received = self._received + chunk
        head = received.find(b"\r\n\r\n")
        length = _LENGTH.search(received, 0, head + 2)
        if not chunk or (head >= 0 and (length is None or not received.startswith(b"HTTP/1.1 200 "))):
            raise SystemExit(f"unexpected answer: {received[:300]!r}")
        if length is None or len(received) < head + 4 + int(length[1]):
            return False
        self._received = b""
        return True


def requests_per_second(port: int, request: bytes, count: int) -> float:
    """Send a request to a server on this machine `count` times or a few more, over 16 connections."""
    connections = [_Connection(port, request) for _ in range(CONNECTIONS)]
    try:
        return _answers_per_second(connections, count)
    finally:
        for connection in connections:
            connection.socket.close()


def _answers_per_second(connections: list[_Connection], count: int) -> float:
    answers = 0
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        started = time.perf_counter()
        for connection in connections:
            connection.send()
        while answers < count:
            ready = selector.select(TIMEOUT_S)
            if not ready:
                raise SystemExit(f"no answer within {TIMEOUT_S} s")
            for key, _ in ready:
                if key.data.receive():
                    answers += 1
                    key.data.send()
        return answers / (time.perf_counter() - started)
