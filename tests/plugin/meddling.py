"""A proxy before a provider that hands everything on but for one thing, and has no control plane."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Passing:
    """A request that passes with its answer; None for an answer that never comes."""

    method: str
    path: str
    sent: bytes
    status: int
    headers: Headers
    body: bytes
    asked: Headers = field(default_factory=list)
    """The request's headers."""

    def saying(self, old: bytes, new: bytes) -> "Passing":
        """The same answer with another text."""
        return replace(self, body=self.body.replace(old, new))


Meddle = Callable[[Passing], Passing | None]


@dataclass
class Meddler:
    """Where the proxy is, what has passed, and what it does to answers."""

    url: str
    meddle: Meddle
    passed: list[Passing] = field(default_factory=list)
    shows_control_plane: bool = False


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    target: str
    meddler: Meddler

    def handle_error(self, *_: object) -> None:
        """A client that was dropped has not been harmed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for the one before
    server: _Server

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        meddler = self.server.meddler
        if self.path.startswith("/_keyauth") and not meddler.shows_control_plane:
            self.reply(404, [], b"")
            return
        passing = self.ask(body)
        meddler.passed.append(passing)
        changed = meddler.meddle(passing)
        if changed is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.reply(changed.status, changed.headers, changed.body)

    def ask(self, body: bytes) -> Passing:
        parts = urlsplit(self.server.target)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        try:
            headers, asked = response.getheaders(), list(self.headers.items())
            return Passing(self.command, self.path, body, response.status, headers, response.read(), asked)
        finally:
            connection.close()

    def reply(self, status: int, headers: Headers, body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if status == 304 else body)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = do_OPTIONS = handle_any  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def meddling(target: str, meddle: Meddle = lambda passing: passing) -> Iterator[Meddler]:
    """Begin to stand before a server."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.target = target
    server.meddler = Meddler(f"http://127.0.0.1:{server.server_port}", meddle)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.meddler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
