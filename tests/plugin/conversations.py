"""Many connections to one server at once, each with a conversation that looks at every answer before it goes on."""

import json
import re
import selectors
import socket
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

TIMEOUT_S = 60  # without any answer

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


Conversation = Generator[bytes, Answer, None]
"""Gives the next request, and is given its answer."""


def write_request(method: str, path: str, authorization: str = "", value: object = None, host: str = "x") -> bytes:
    """One request, with a body in JSON where there is a value."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n"
    if authorization:
        head += f"Authorization: {authorization}\r\n"
    if value is None:
        return f"{head}\r\n".encode()
    body = json.dumps(value).encode()
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class _Connection:
    """One conversation on a connection of its own. What it says next is sent when it is told to speak."""

    def __init__(self, port: int, conversation: Conversation) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._conversation = conversation
        self._next = next(conversation)
        self._received = b""

    def speak(self) -> None:
        self.socket.sendall(self._next)

    def listen(self) -> bool:
        """Read what is there. Whether it completes an answer; the conversation has then heard it."""
        chunk = self.socket.recv(1 << 18)
        assert chunk, f"the server hung up, after {self._next[:500]!r}"
        received = self._received = self._received + chunk
        head = received.find(b"\r\n\r\n")
        length = _LENGTH.search(received, 0, head + 2) if head >= 0 else None
        assert head < 0 or length is not None, received[:500]
        if length is None or len(received) < head + 4 + int(length[1]):
            return False
        self._received = b""
        self._next = self._conversation.send(Answer(int(received[9:12]), received[head + 4 :]))
        return True


class Conversations:
    """Conversations with a server on this machine, which can be stopped between two answers, and gone on with."""

    def __init__(self, port: int, conversations: Sequence[Conversation]) -> None:
        self._connections = [_Connection(port, conversation) for conversation in conversations]

    def close(self) -> None:
        for connection in self._connections:
            connection.socket.close()

    def go_on(self, count: int) -> float:
        """Send so many requests in all, hear all their answers, and tell how many that were in a second."""
        started, to_send, under_way = time.perf_counter(), count, 0
        with selectors.DefaultSelector() as selector:
            for connection in self._connections:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            for connection in self._connections[:to_send]:
                connection.speak()
                to_send, under_way = to_send - 1, under_way + 1
            while under_way:
                ready = selector.select(TIMEOUT_S)
                assert ready, f"no answer within {TIMEOUT_S} s"
                for key, _ in ready:
                    if key.data.listen():
                        under_way -= 1
                        if to_send:
                            key.data.speak()
                            to_send, under_way = to_send - 1, under_way + 1
        return count / (time.perf_counter() - started)
