"""What hostile or broken clients send to `keyauth serve`: it refuses, or hangs up, and serves all others meanwhile."""

import json
import re
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from .conftest import TOKEN, Serving

MOST_BODY, MOST_HEAD, MOST_SECONDS = 100_000, 8_000, 0.4
HEADERS = f"Host: localhost\r\nAuthorization: {TOKEN}\r\n".encode()
STATUS = b"GET /status HTTP/1.1\r\n" + HEADERS + b"\r\n"
SMUGGLED = b"0\r\n\r\n" + STATUS
SOON_S = 5.0


def post(*headers: str, body: bytes = b"", path: str = "/users") -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"POST {path} HTTP/1.1\r\n".encode() + HEADERS + lines.encode() + b"\r\n" + body


def get(target: str, *headers: bytes) -> bytes:
    return f"GET {target} HTTP/1.1\r\n".encode() + HEADERS + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


def sent_whole(path: str, body: bytes, content_type: str = "application/json") -> bytes:
    return post(
        f"Content-Type: {content_type}", f"Content-Length: {len(body)}", "Connection: close", body=body, path=path
    )


@pytest.fixture(scope="module")
def server(start_serving: Callable[..., Serving]) -> str:
    """The URL of a server with narrow limits."""
    limits = ("--max-body", str(MOST_BODY), "--max-head", str(MOST_HEAD), "--max-seconds", str(MOST_SECONDS))
    return start_serving(*limits)[1]["KEYAUTH_KEYTRAC_URL"]


@pytest.fixture
def connect(server: str) -> Iterator[Callable[[], socket.socket]]:
    """Open a connection, which ends with the test."""
    address = urlsplit(server)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(socket.create_connection((address.hostname, address.port), SOON_S))


@pytest.fixture
def well_behaved(server: str) -> Iterator[Callable[[], None]]:
    """Asserts that a client that does nothing wrong is answered soon."""
    with httpx.Client(base_url=server, headers={"Authorization": TOKEN}, timeout=SOON_S, trust_env=False) as client:

        def ask() -> None:
            answer = client.get("/status")
            assert answer.status_code == 200
            assert set(answer.json()) == {"overview"}

        yield ask
        ask()


def read(connection: socket.socket) -> bytes:
    """All that comes until the other end hangs up; nothing where it does so hard."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


#: What is sent, and the status with which it is refused before the connection ends.
REFUSED = {
    "no-http": (b"\x00\xff\x01 lalala\r\n\r\n", 400),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "http-2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "version-that-there-is-not": (b"GET /status HTTP/9.9\r\n" + HEADERS + b"\r\n", 400),
    "bare-line-feeds": (b"GET /status HTTP/1.1\nHost: localhost\n\n", 400),
    "method-in-small-letters": (b"get /status HTTP/1.1\r\n" + HEADERS + b"\r\n", 400),
    "tunnel": (b"CONNECT evil.example:443 HTTP/1.1\r\n" + HEADERS + b"\r\n", 400),
    "header-without-colon": (get("/status", b"broken"), 400),
    "header-folded": (get("/status", b"X-Folded: a", b" b"), 400),
    "header-with-null": (get("/status", b"X-Null: a\x00b"), 400),
    "name-with-space": (get("/status", b"X Name: a"), 400),
    "space-before-colon": (post("Content-Length : 5", body=b"abcde"), 400),
    "length-and-chunks": (post("Content-Length: 5", "Transfer-Encoding: chunked", body=SMUGGLED), 400),
    "chunks-and-length": (post("Transfer-Encoding: chunked", "Content-Length: 5", body=SMUGGLED), 400),
    "encoding-twice": (post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body=SMUGGLED), 400),
    "encoding-unknown": (post("Transfer-Encoding: xchunked", body=SMUGGLED), 400),
    "length-twice": (post("Content-Length: 0", "Content-Length: 5", body=b"abcde"), 400),
    "length-negative": (post("Content-Length: -1"), 400),
    "length-with-sign": (post("Content-Length: +5", body=b"abcde"), 400),
    "length-in-hex": (post("Content-Length: 0x5", body=b"abcde"), 400),
    "length-beyond-numbers": (post(f"Content-Length: {'9' * 30}"), 400),
    "length-beyond-limit": (post(f"Content-Length: {MOST_BODY + 1}"), 413),
    "length-beyond-limit-asking-first": (post(f"Content-Length: {MOST_BODY + 1}", "Expect: 100-continue"), 413),
    "chunk-without-number": (post("Transfer-Encoding: chunked", body=b"zz\r\n\r\n"), 400),
    "chunk-beyond-numbers": (post("Transfer-Encoding: chunked", body=b"f" * 17 + b"\r\n"), 400),
    "chunk-without-end": (post("Transfer-Encoding: chunked", body=b"5\r\nabcdeXX"), 400),
    "chunks-beyond-limit": (post("Transfer-Encoding: chunked", body=(b"5000\r\n" + b"a" * 0x5000 + b"\r\n") * 5), 413),
    "target-beyond-limit": (get("/" + "a" * MOST_HEAD), 414),
    "header-beyond-limit": (get("/status", b"X-Long: " + b"a" * MOST_HEAD), 431),
    "headers-beyond-limit": (get("/status", *(b"X-%d: y" % number for number in range(101))), 431),
    "request-that-never-ends": (b"GET /status HTTP/1.1\r\n" + HEADERS, 408),
    "body-that-never-comes": (post("Content-Length: 10", body=b"abc"), 408),
    "line-ends-only": (b"\r\n" * 10, 408),
    "nothing-at-all": (b"", 408),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_time_and_the_connection_ends(
    connect: Callable[[], socket.socket], well_behaved: Callable[[], None], case: str
) -> None:
    content, status = REFUSED[case]
    connection = connect()
    connection.sendall(content)
    well_behaved()  # while the other one is waited for, or not
    answer = read(connection)
    # What is refused before all of it was read may end hard, so that nothing is read of the refusal.
    assert statuses(answer) in ([status], [] if len(content) > MOST_HEAD else [status])
    assert TOKEN.encode() not in answer


#: What is right, however odd it looks, and its status.
ANSWERED = {
    "old-version": (b"GET /status HTTP/1.0\r\n" + HEADERS + b"\r\n", 200),
    "no-version": (b"GET /status\r\n\r\n", 401),
    "absolute-target": (get("http://evil.example/status", b"Connection: close"), 200),
    "asterisk": (b"OPTIONS * HTTP/1.1\r\n" + HEADERS + b"Connection: close\r\n\r\n", 404),
    "upgrade": (get("/status", b"Connection: upgrade, close", b"Upgrade: websocket"), 200),
    "path-traversal": (get("/users/../../../etc/passwd", b"Connection: close"), 404),
    "path-traversal-encoded": (get("/users/%2e%2e%2f%2e%2e%2fetc%2fpasswd", b"Connection: close"), 404),
    "path-traversal-keyfax": (get("/interview/../_keyauth/requests", b"Connection: close"), 404),
    "path-with-null": (get("/users/%00", b"Connection: close"), 404),
    "path-with-line-end": (get("/users/%0d%0aSet-Cookie:%20a=b", b"Connection: close"), 404),
    "path-that-is-no-utf-8": (get("/users/%ff%fe", b"Connection: close"), 404),
    "query-with-everything": (get("/status?from=%00&to=%ff&%F0%9F%92%A9=%0d%0a", b"Connection: close"), 400),
    "header-that-is-no-ascii": (get("/status", b"X-Odd: \xff\xf0\x9f\x92\xa9", b"Connection: close"), 200),
    "json-nested-too-deep": (sent_whole("/anytext/enrol", b"[" * 40_000 + b"]" * 40_000), 500),
    "json-with-a-long-number": (sent_whole("/anytext/enrol", b'{"user_id": ' + b"9" * 50_000 + b"}"), 400),
    "json-with-lone-surrogates": (sent_whole("/anytext/enrol", b'{"user_id": "\\ud800", "samples": ["\\udfff"]}'), 404),
    "json-in-utf-16": (sent_whole("/anytext/enrol", json.dumps({"user_id": "a"}).encode("utf-16")), 500),
}


@pytest.mark.parametrize("case", ANSWERED)
def test_what_is_odd_is_answered(
    connect: Callable[[], socket.socket], well_behaved: Callable[[], None], case: str
) -> None:
    content, status = ANSWERED[case]
    connection = connect()
    connection.sendall(content)
    answer = read(connection)
    assert statuses(answer) == [status]
    assert b"Set-Cookie" not in answer
    assert b"root:" not in answer


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "a-billion-laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><StartUpData><Mode>&a9;</Mode></StartUpData>',
    "an-external-entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><StartUpData><Mode>&e;</Mode></StartUpData>',
    "an-external-document-type": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><StartUpData/>',
    "depth": "<a>" * 10_000 + "</a>" * 10_000,
    "attributes": "<StartUpData " + " ".join(f'a{n}="b"' for n in range(8_000)) + "/>",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_an_xml_bomb_does_not_go_off(
    connect: Callable[[], socket.socket], well_behaved: Callable[[], None], bomb: str
) -> None:
    connection = connect()
    content = sent_whole("/interview/api/v1/startup", BOMBS[bomb].encode(), "application/xml")
    connection.sendall(content.replace(f"Authorization: {TOKEN}\r\n".encode(), b""))
    answer = read(connection)
    assert statuses(answer) == [500]  # the documented status of start-up data that are invalid
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "shape",
    ["1d" * 10, "|" * 20, "9" * 20, "|1d65" * 4 + "x", "#m=" * 6, "|999999d" * 3, "l=" * 10, "|1dRSHIFT" * 2],
)
def test_a_sample_that_a_careless_pattern_would_look_at_again_and_again_is_answered(
    connect: Callable[[], socket.socket], well_behaved: Callable[[], None], shape: str
) -> None:
    sample = f"firefox/38.0#m=0#2016-04-25 09:22:52|{shape * (90_000 // len(shape))}"
    connection = connect()
    connection.sendall(sent_whole("/anytext/identify", json.dumps({"samples": [sample]}).encode()))
    assert statuses(read(connection)) == [400]


def test_pipelined_requests_are_answered_in_their_order(
    connect: Callable[[], socket.socket], well_behaved: Callable[[], None]
) -> None:
    connection = connect()
    connection.sendall(get("/status") * 50 + get("/nowhere") + get("/status", b"Connection: close"))
    assert statuses(read(connection)) == [200] * 50 + [404, 200]


def test_a_client_that_has_closed_its_half_is_answered(connect: Callable[[], socket.socket]) -> None:
    connection = connect()
    connection.sendall(STATUS)
    connection.shutdown(socket.SHUT_WR)
    assert statuses(read(connection)) == [200]


def test_a_client_that_sends_a_byte_at_a_time_is_given_no_more_time(
    connect: Callable[[], socket.socket], well_behaved: Callable[[], None]
) -> None:
    connection, sent = connect(), 0
    try:
        for byte in STATUS:
            connection.sendall(bytes([byte]))
            sent += 1
            time.sleep(MOST_SECONDS / 20)
    except ConnectionError:
        pass
    well_behaved()
    assert sent < len(STATUS)


def test_a_client_that_does_not_read_keeps_nobody_waiting(
    connect: Callable[[], socket.socket], well_behaved: Callable[[], None]
) -> None:
    connection = connect()
    connection.setblocking(False)
    try:
        for _ in range(200):
            connection.send(get("/interview/api/v1/startup") * 100)
    except BlockingIOError:
        pass
    well_behaved()


@pytest.mark.parametrize("number", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_idle_connections_keep_nobody_waiting(start_serving: Callable[..., Serving], number: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number + 500:
        pytest.skip(f"a process may have {hard} files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, number + 500), hard))
    url = start_serving("--max-seconds", "20")[1]["KEYAUTH_KEYTRAC_URL"]
    address = urlsplit(url)
    try:
        with ExitStack() as stack:
            idle = [
                stack.enter_context(socket.create_connection((address.hostname, address.port), SOON_S))
                for _ in range(number)
            ]
            for connection in idle[::2]:
                connection.sendall(b"GET /sta")
            answer = httpx.get(f"{url}/status", headers={"Authorization": TOKEN}, timeout=SOON_S, trust_env=False)
            assert answer.status_code == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_a_web_page_cannot_steer_it(server: str, headers: dict[str, str]) -> None:
    """What a page in a browser on the same machine can send without being asked (Fetch, CORS), or by its own name."""
    with httpx.Client(base_url=server, headers={"Content-Type": "application/json"}, trust_env=False) as client:
        before = client.get("/_keyauth/requests").json()
        assert client.post("/_keyauth/reset", content=b"{}", headers=headers).status_code in (400, 403)
        assert client.get("/_keyauth/requests").json() == before
        assert client.get("/_keyauth/reset").status_code == 404


def test_what_is_said_of_its_address_is_that_of_this_machine(server: str) -> None:
    assert urlsplit(server).hostname == "127.0.0.1"
