"""A provider on loopback that answers in all the ways that a server may, and counts what it is asked."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread

#: They are recorded as they are, in an order that neither a set nor an alphabet has.
HEADERS = ("Vary", "Allow", "Pragma", "Cache-Control", "Retry-After", "Content-Language")

GREETING = {"text": "Grüße, müde Welt"}


def tell_time() -> dict[str, object]:
    """What time it is, in many forms, and tokens."""
    now = datetime.now(UTC)
    return {
        "iso": now.isoformat(),
        "local": now.astimezone(timezone(timedelta(hours=2))).isoformat(timespec="seconds"),
        "text": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
        "basic": f"{now:%Y%m%dT%H%M%SZ}",
        "http": formatdate(usegmt=True),
        "unix": int(now.timestamp()),
        "float": now.timestamp(),
        "milliseconds": str(int(now.timestamp() * 1000)),
        "tokens": [{"token": token_urlsafe(size)} for size in (24, 24, 32)],
    }


class Provider(BaseHTTPRequestHandler):
    """Answers in all the ways that a server may, and counts its requests by path."""

    protocol_version = "HTTP/1.1"
    timeout = 5
    wbufsize = -1  # so that head and body are sent in one go
    disable_nagle_algorithm = True
    server: "CountingServer"

    def do_GET(self) -> None:
        self.server.count[self.path] += 1
        body = json.dumps(GREETING, ensure_ascii=False).encode()
        if self.path == "/gzip":
            self.answer(200, gzip.compress(body, mtime=0), ("Content-Encoding", "gzip"))
        elif self.path == "/chunked":
            self.answer(200, body, ("Transfer-Encoding", "chunked"))
        elif self.path == "/gzip-chunked":
            packed = gzip.compress(body, mtime=0)
            self.answer(200, packed, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
        elif self.path == "/log-in":
            cookie = ("Set-Cookie", "visit=c0ffee-and-cake; Path=/")
            self.answer(302, b"", cookie, ("Location", "/welcome?from=log-in"))
        elif self.path == "/plain":
            self.answer(200, b"pong", kind="text/plain")
        elif self.path == "/headers":
            self.answer(200, body, *((name, "x") for name in HEADERS))
        elif self.path == "/now":
            cookie = ("Set-Cookie", f"visit={token_urlsafe(24)}; Path=/; Expires={formatdate(usegmt=True)}")
            self.answer(200, json.dumps(tell_time()).encode(), cookie)
        elif self.path.startswith("/welcome"):
            self.answer(200, json.dumps({"cookie": "visit=" in self.headers.get("Cookie", "")}).encode())
        else:
            self.answer(404, b"{}")

    def do_POST(self) -> None:
        """Say what was sent."""
        self.server.count[self.path] += 1
        sent = self.read()
        if self.path.startswith("/dropped"):
            self.close_connection = True
            return
        if self.headers.get("Content-Encoding") == "gzip":
            sent = gzip.decompress(sent)
        self.answer(200, json.dumps({"sent": sent.decode()}).encode())

    def read(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while length := int(self.rfile.readline(), 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, status: int, body: bytes, *headers: tuple[str, str], kind: str = "application/json") -> None:
        chunked = ("Transfer-Encoding", "chunked") in headers
        self.send_response(status)
        for name, value in (*headers, ("Content-Type", kind)):
            self.send_header(name, value)
        if not chunked:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if chunked:
            cut = body.find(b"\xbc") if b"\xbc" in body else 5  # within a character where it can be
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:cut], body[cut:], b""))
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


class CountingServer(ThreadingHTTPServer):
    """A server on loopback that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Provider)
        self.count: Counter[str] = Counter()
        self.url = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def counting() -> Iterator[CountingServer]:
    with CountingServer() as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
