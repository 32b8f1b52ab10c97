import asyncio
import base64
import hmac
import http.server
import pickle
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.errors import CredentialsError
from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxCredentials, SignedRequest
from pytest_keyauth.keyfax.basic import sent_url

START = ("POST", "/api/v1/startup", {"json": {"mode": {"value": "RD"}}})


@pytest.fixture
def basic(credentials: KeyfaxCredentials) -> KeyfaxBasic:
    return KeyfaxBasic(credentials)


class Remembering:
    """A second scheme, of a consumer's own making: it remembers what it was given, and signs with BLAKE2."""

    def __init__(self) -> None:
        self.signed: list[SignedRequest] = []

    def sign(self, request: SignedRequest, signing_key: str) -> str:
        self.signed.append(request)
        return hmac.new(base64.b64decode(signing_key), request.body + request.nonce.encode(), "blake2s").hexdigest()


def test_a_request_carries_host_api_key_signature_nonce_and_time_stamp(
    credentials: KeyfaxCredentials, wire: Any, ask: Any, verifies: Any
) -> None:
    basic = KeyfaxBasic(credentials, clock=lambda: 1_700_000_000.9, nonce=lambda: "only-this-once")
    line = wire()
    ask(line, basic, START)
    host, api_key, _signature, nonce, time_stamp = line.sent[0].parts
    assert (host, api_key, nonce, time_stamp) == ("LIVE", credentials.api_key, "only-this-once", "1700000000")
    assert line.sent[0].body == b'{"mode":{"value":"RD"}}'
    assert verifies(line.sent[0])


def test_the_whole_header_is_the_one_made_by_hand_with_openssl(
    credentials: KeyfaxCredentials, wire: Any, ask: Any
) -> None:
    # The vector POST_JSON of test_signature.py.
    basic = KeyfaxBasic(credentials, clock=lambda: 1_700_000_000, nonce=lambda: "00112233445566778899aabbccddeeff")
    line = wire()
    ask(line, basic, START)
    assert line.sent[0].authorization == (
        "Basic LIVE:0123456789abcdef0123456789abcdef:QMzWb33RUx4LDMR5NuJfvFBoWSk2DXrjinjfrH8+uFk="
        ":00112233445566778899aabbccddeeff:1700000000"
    )


def test_each_request_has_a_nonce_of_its_own_of_32_hex_characters(basic: KeyfaxBasic, wire: Any, ask: Any) -> None:
    line = wire()
    ask(line, basic, *[("GET", "/api/v1/startup")] * 20)
    nonces = {sent.parts[3] for sent in line.sent}
    assert len(nonces) == 20
    assert all(re.fullmatch("[0-9a-f]{32}", nonce) for nonce in nonces)


def test_the_time_stamp_is_that_of_each_request(credentials: KeyfaxCredentials, wire: Any, ask: Any) -> None:
    times = iter([100.0, 200.0])
    line = wire()
    ask(line, KeyfaxBasic(credentials, clock=lambda: next(times)), START, START)
    assert [sent.parts[4] for sent in line.sent] == ["100", "200"]


def test_without_auth_nothing_is_signed(basic: KeyfaxBasic, wire: Any, ask: Any) -> None:
    line = wire()
    ask(line, basic, ("GET", "/api/v1/startup", {"auth": None}))
    assert line.sent[0].authorization is None


def test_an_authorization_that_the_caller_gave_is_what_is_sent(basic: KeyfaxBasic, wire: Any, ask: Any) -> None:
    line = wire()
    ask(line, basic, ("GET", "/api/v1/startup", {"headers": {"authorization": "Basic LIVE:x"}}))
    assert line.sent[0].request.headers.get_list("Authorization") == ["Basic LIVE:x"]


def test_a_request_that_is_sent_a_second_time_is_signed_anew(credentials: KeyfaxCredentials) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["Authorization"])
        return httpx.Response(200)

    with httpx.Client(transport=httpx.MockTransport(answer), auth=KeyfaxBasic(credentials)) as client:
        request = client.build_request("GET", "http://localhost:8088/interview/api/v1/startup")
        client.send(request)
        client.send(request)
    assert sent[0] != sent[1]


@pytest.mark.parametrize("nonce", ["a=", "YQ==", "n0nce=x"])
def test_a_nonce_that_could_be_taken_for_part_of_the_body_is_refused(
    credentials: KeyfaxCredentials, nonce: str
) -> None:
    basic = KeyfaxBasic(credentials, nonce=lambda: nonce)
    with pytest.raises(CredentialsError, match="nonce holds an equals sign"):
        basic.sign(httpx.Request("GET", "http://localhost:8088/interview/api/v1/startup"))


def test_an_empty_query_is_signed_as_none(credentials: KeyfaxCredentials) -> None:
    assert sent_url(httpx.Request("GET", "http://localhost:8088/interview/api/v1/startup?")) == (
        "http://localhost:8088/interview/api/v1/startup"
    )


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"content": b""},
        {"content": b"\x00\xff\r\n"},
        {"content": "Grüße"},
        {"json": {"name": "Grüße"}},
        {"data": {"a": "b c"}},
        {"data": {"a": "b"}, "files": {"file": ("x.bin", b"\x00" * 70_000)}},
    ],
    ids=["nothing", "empty", "bytes", "text", "json", "form", "multipart"],
)
def test_a_body_is_signed_as_it_is_sent(
    basic: KeyfaxBasic, wire: Any, ask: Any, verifies: Any, content: dict[str, Any]
) -> None:
    line = wire()
    ask(line, basic, ("POST", "/api/v1/startup", content))
    assert verifies(line.sent[0])


def test_a_body_from_a_generator_is_signed_and_sent_whole(basic: KeyfaxBasic, wire: Any, verifies: Any) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"one, "
        yield b"two"

    line = wire()
    with httpx.Client(transport=line, auth=basic) as client:
        client.post("http://localhost/", content=chunks())
    assert line.sent[0].body == b"one, two"
    assert verifies(line.sent[0])


def test_a_body_from_an_async_generator_is_signed_and_sent_whole(basic: KeyfaxBasic, wire: Any, verifies: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one, "
        await asyncio.sleep(0)
        yield b"two"

    line = wire()

    async def send() -> None:
        async with httpx.AsyncClient(transport=line, auth=basic) as client:
            await client.post("http://localhost/", content=chunks())

    asyncio.run(send())
    assert line.sent[0].body == b"one, two"
    assert verifies(line.sent[0])


@pytest.mark.parametrize(
    ("url", "headers", "signed"),
    [
        ("http://Localhost:80/A", {}, "http://localhost/A"),
        ("https://localhost:443/", {}, "https://localhost/"),
        ("https://localhost:80", {}, "https://localhost:80/"),
        ("http://[::1]:8088/a", {}, "http://[::1]:8088/a"),
        ("http://bücher.example/ä?ö=ü", {}, "http://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC"),
        ("http://me:secret@localhost/a#fragment", {}, "http://localhost/a"),
        ("http://localhost/a/../b//c%2fd?", {}, "http://localhost/b//c%2fd"),
        ("http://localhost/a%20b?c=d+e&c=%2B&f", {}, "http://localhost/a%20b?c=d+e&c=%2B&f"),
        ("http://127.0.0.1:9000/a", {"Host": "Keyfax.example"}, "http://keyfax.example/a"),
        ("https://127.0.0.1:9000/a", {"Host": "keyfax.example:443"}, "https://keyfax.example/a"),
    ],
)
def test_the_url_is_signed_as_the_server_sees_it(
    credentials: KeyfaxCredentials, wire: Any, ask: Any, url: str, headers: dict[str, str], signed: str
) -> None:
    scheme = Remembering()
    line = wire()
    ask(line, KeyfaxBasic(credentials, signature=scheme), ("GET", url, {"headers": headers}))
    assert scheme.signed[0].url == signed
    assert signed.endswith(line.sent[0].target.removesuffix("?"))


SEGMENT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
METHOD = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "post"])


@settings(max_examples=300, deadline=None)
@given(
    method=METHOD,
    body=st.binary(max_size=64),
    path=st.lists(SEGMENT, max_size=3),
    query=st.dictionaries(SEGMENT, SEGMENT, max_size=3),
    raw=st.text("abcXYZ0189-._~!$&'()*+,;=:@%2f%C3/? \"<>[]{}|^`\\ü", max_size=20),
)
def test_whatever_is_sent_is_what_was_signed(
    method: str,
    body: bytes,
    path: list[str],
    query: dict[str, str],
    raw: str,
) -> None:
    credentials = KeyfaxCredentials("LIVE", "0123456789abcdef0123456789abcdef", "c2lnbmluZyBrZXk=")
    seen: list[tuple[str, str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode() if request.url.query else request.url.raw_path.decode().removesuffix("?")
        url = f"{request.url.scheme}://{request.headers['Host']}{target}"
        seen.append((request.method, url, b"".join(request.stream)))  # type: ignore[arg-type]
        return httpx.Response(200)

    scheme = Remembering()
    url = "https://keyfax.example:8443/" + "/".join(quote(part, safe="") for part in path) + raw
    with httpx.Client(transport=httpx.MockTransport(answer), auth=KeyfaxBasic(credentials, signature=scheme)) as client:
        client.request(method, url, content=body, params=query or None)
    assert [(one.method, one.url, one.body) for one in scheme.signed] == seen


@settings(max_examples=200, deadline=None)
@given(method=METHOD, body=st.binary(max_size=64), query=st.dictionaries(SEGMENT, SEGMENT, max_size=3))
def test_whatever_is_sent_verifies_by_a_second_writing_of_the_scheme(
    verifies: Any, wire: Any, credentials: KeyfaxCredentials, method: str, body: bytes, query: dict[str, str]
) -> None:
    line = wire()
    with httpx.Client(transport=line, auth=KeyfaxBasic(credentials)) as client:
        client.request(method, "http://localhost:8088/interview", content=body, params=query)
    assert verifies(line.sent[0])
    assert not verifies(line.sent[0], "b3RoZXIga2V5")


class Recording(http.server.BaseHTTPRequestHandler):
    """Keeps the bytes of each request line, the Host header and the body as they came off a socket."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        record = (self.raw_requestline, self.headers["Host"], self.headers["Authorization"], body)
        self.server.records.append(record)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def socket_server() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recording) as server:
        server.records = []  # type: ignore[attr-defined]
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_the_signed_bytes_are_those_that_arrive_at_a_socket(
    socket_server: Any, basic: KeyfaxBasic, verifies: Any, streamed: bool
) -> None:
    body = bytes(range(256)) * 300
    content: Any = (body[start : start + 1000] for start in range(0, len(body), 1000)) if streamed else body
    with httpx.Client(auth=basic, trust_env=False) as client:
        client.post(
            f"http://127.0.0.1:{socket_server.server_port}/interview/ä b/%2f?x=1&y=~'(!)&z=a%20b+c#f", content=content
        )
    [(line, host, authorization, arrived)] = socket_server.records
    method, target, _version = line.decode("ascii").split()
    assert target == "/interview/%C3%A4%20b/%2f?x=1&y=~'(!)&z=a%20b+c"
    assert arrived == body
    assert verifies(as_sent(method, f"http://{host}{target}", authorization, arrived))


def test_the_signed_bytes_arrive_from_an_async_client_too(
    socket_server: Any, basic: KeyfaxBasic, verifies: Any
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(100):
            yield bytes([number]) * 999

    async def send() -> None:
        async with httpx.AsyncClient(auth=basic, trust_env=False) as client:
            await client.post(f"http://127.0.0.1:{socket_server.server_port}/a?b=c", content=chunks())

    asyncio.run(send())
    [(line, host, authorization, arrived)] = socket_server.records
    assert line == b"POST /a?b=c HTTP/1.1\r\n"
    assert len(arrived) == 99_900
    assert verifies(as_sent("POST", f"http://{host}/a?b=c", authorization, arrived))


def as_sent(method: str, url: str, authorization: str, body: bytes) -> SimpleNamespace:
    parts = authorization.partition(" ")[2].split(":")
    return SimpleNamespace(method=method, url=url, authorization=authorization, parts=parts, body=body)


class Verifying:
    """Refuses what does not verify and each nonce that was there before; sends on what `moved` names."""

    def __init__(self, verifies: Callable[[Any], bool], moved: dict[str, tuple[int, str]]) -> None:
        self.verifies = verifies
        self.moved = moved
        self.nonces: set[str] = set()
        self.accepted: list[Any] = []

    def __call__(self, sent: Any) -> httpx.Response:
        if not self.verifies(sent) or sent.parts[3] in self.nonces:
            return httpx.Response(401)
        self.nonces.add(sent.parts[3])
        self.accepted.append(sent)
        if sent.url in self.moved:
            status, location = self.moved[sent.url]
            return httpx.Response(status, headers={"Location": location})
        return httpx.Response(200)


@pytest.mark.parametrize(
    ("status", "method", "body"), [(307, "POST", b"{}"), (308, "POST", b"{}"), (303, "GET", b""), (302, "GET", b"")]
)
def test_a_redirect_that_httpx_follows_is_signed_anew(
    basic: KeyfaxBasic, wire: Any, ask: Any, verifies: Any, status: int, method: str, body: bytes
) -> None:
    keyfax = Verifying(verifies, {"http://localhost:8088/old": (status, "/new?x=1")})
    [answer] = ask(
        wire(keyfax), basic, ("POST", "http://localhost:8088/old", {"content": b"{}"}), follow_redirects=True
    )
    assert answer.status_code == 200
    assert [(sent.method, sent.target, sent.body) for sent in keyfax.accepted] == [
        ("POST", "/old", b"{}"),
        (method, "/new?x=1", body),
    ]
    assert len(keyfax.nonces) == 2


def test_a_streamed_body_survives_a_chain_of_redirects(basic: KeyfaxBasic, wire: Any, verifies: Any) -> None:
    keyfax = Verifying(
        verifies, {f"http://localhost/{number}": (307, f"http://localhost/{number + 1}") for number in range(4)}
    )

    async def chunks() -> AsyncIterator[bytes]:
        yield b"one, "
        yield b"two"

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=wire(keyfax), auth=basic, follow_redirects=True) as client:
            return await client.post("http://localhost/0", content=chunks())

    assert asyncio.run(send()).status_code == 200
    assert [(sent.target, sent.body) for sent in keyfax.accepted] == [
        (f"/{number}", b"one, two") for number in range(5)
    ]


def test_a_redirect_from_http_to_https_of_the_same_host_is_signed_anew(
    basic: KeyfaxBasic, wire: Any, ask: Any, verifies: Any
) -> None:
    keyfax = Verifying(verifies, {"http://keyfax.example/a": (308, "https://keyfax.example/a")})
    [answer] = ask(wire(keyfax), basic, ("GET", "http://keyfax.example/a"), follow_redirects=True)
    assert answer.status_code == 200
    assert [sent.url for sent in keyfax.accepted] == ["http://keyfax.example/a", "https://keyfax.example/a"]


def test_another_origin_gets_neither_signature_nor_api_key(
    basic: KeyfaxBasic, wire: Any, ask: Any, verifies: Any
) -> None:
    keyfax = Verifying(verifies, {"http://localhost/a": (307, "http://elsewhere.example/a")})
    line = wire(keyfax)
    [answer] = ask(line, basic, ("POST", "http://localhost/a", {"content": b"{}"}), follow_redirects=True)
    assert answer.status_code == 401
    assert [(sent.host, sent.authorization is None) for sent in line.sent] == [
        ("localhost", False),
        ("elsewhere.example", True),
    ]


def test_redirects_in_a_circle_end(basic: KeyfaxBasic, wire: Any, ask: Any, verifies: Any) -> None:
    keyfax = Verifying(verifies, {"http://localhost/a": (307, "/a")})
    with pytest.raises(httpx.TooManyRedirects):
        ask(wire(keyfax), basic, ("GET", "http://localhost/a"), follow_redirects=True)


def test_a_redirect_that_the_caller_follows_is_signed_anew(basic: KeyfaxBasic, wire: Any, verifies: Any) -> None:
    keyfax = Verifying(verifies, {"http://localhost/old": (307, "/new")})
    with httpx.Client(transport=wire(keyfax), auth=basic) as client:
        first = client.post("http://localhost/old", content=b"{}")
        assert first.next_request is not None
        assert client.send(first.next_request).status_code == 200
    assert [sent.target for sent in keyfax.accepted] == ["/old", "/new"]


def test_a_refusal_without_a_redirect_is_not_tried_again(basic: KeyfaxBasic, wire: Any, ask: Any) -> None:
    line = wire(lambda _sent: httpx.Response(401))
    [answer] = ask(line, basic, START)
    assert answer.status_code == 401
    assert len(line.sent) == 1


def test_the_same_request_sent_again_is_signed_anew(basic: KeyfaxBasic, wire: Any, verifies: Any) -> None:
    keyfax = Verifying(verifies, {})
    with httpx.Client(transport=wire(keyfax), auth=basic) as client:
        request = client.build_request("POST", "http://localhost/", content=iter([b"a", b"b"]))
        assert [client.send(request).status_code for _ in range(3)] == [200, 200, 200]
    assert len(keyfax.nonces) == 3


def test_a_transport_that_tries_again_can_sign_anew(basic: KeyfaxBasic, wire: Any, verifies: Any) -> None:
    keyfax = Verifying(verifies, {})
    failures = iter([httpx.Response(503), httpx.Response(503)])

    class Retrying(httpx.BaseTransport):
        line = wire(lambda sent: keyfax(sent) and next(failures, httpx.Response(200)))

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            while (response := self.line.handle_request(request)).status_code == 503:
                basic.sign(request)
            return response

    with httpx.Client(transport=Retrying(), auth=basic) as client:
        assert client.post("http://localhost/", content=iter([b"a", b"b"])).status_code == 200
    assert len(keyfax.nonces) == len(keyfax.accepted) == 3


def test_a_second_signature_scheme_can_be_plugged_in(credentials: KeyfaxCredentials, wire: Any, ask: Any) -> None:
    scheme = Remembering()
    line = wire()
    basic = KeyfaxBasic(credentials, signature=scheme, clock=lambda: 5, nonce=lambda: "n")
    ask(line, basic, ("PUT", "/api/v1/startup", {"content": b"body"}))
    [signed] = scheme.signed
    assert (signed.method, signed.url) == ("PUT", "http://localhost:8088/interview/api/v1/startup")
    assert (signed.body, signed.api_key) == (b"body", credentials.api_key)
    assert (signed.time_stamp, signed.nonce) == (5, "n")
    expected = hmac.new(base64.b64decode(credentials.signing_key), b"bodyn", "blake2s").hexdigest()
    assert line.sent[0].authorization == f"Basic LIVE:{credentials.api_key}:{expected}:n:5"


@pytest.mark.parametrize(
    ("nonce", "signature", "message"),
    [
        ("", "s", "the nonce is missing"),
        ("a:b", "s", "the nonce holds a colon"),
        ("n\r\n", "s", "the nonce holds what a header cannot carry"),
        ("n", "", "the signature is missing"),
        ("n", "a:b", "the signature holds a colon"),
        ("n", "ä", "the signature holds what a header cannot carry"),
    ],
)
def test_what_would_not_stay_one_part_of_the_header_is_refused(
    credentials: KeyfaxCredentials, wire: Any, nonce: str, signature: str, message: str
) -> None:
    class Constant:
        def sign(self, request: SignedRequest, signing_key: str) -> str:
            return signature

    line = wire()
    basic = KeyfaxBasic(credentials, signature=Constant(), nonce=lambda: nonce)
    with httpx.Client(transport=line, auth=basic) as client, pytest.raises(CredentialsError) as caught:
        client.get("http://localhost/")
    assert message in str(caught.value)
    assert credentials.api_key not in str(caught.value)
    assert line.sent == []


def test_a_body_that_has_not_been_read_is_not_signed_as_empty(basic: KeyfaxBasic) -> None:
    with pytest.raises(httpx.RequestNotRead):
        basic.sign(httpx.Request("POST", "http://localhost/", content=iter([b"a"])))


def test_a_signed_request_shows_no_secret(basic: KeyfaxBasic, credentials: KeyfaxCredentials) -> None:
    request = httpx.Request("POST", "http://localhost/", content=b"{}")
    basic.sign(request)
    assert credentials.api_key not in repr(request) + repr(request.headers)
    assert credentials.signing_key.encode() not in pickle.dumps(request)


def test_one_auth_signs_for_many_threads(basic: KeyfaxBasic, wire: Any, verifies: Any) -> None:
    keyfax = Verifying(verifies, {})
    line = wire(keyfax)

    def send(number: int) -> None:
        with httpx.Client(transport=line, auth=basic) as client:
            for _ in range(10):
                client.post(f"http://localhost/{number}", content=str(number))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keyfax.accepted) == 80
    assert all(urlsplit(sent.url).path == f"/{sent.body.decode()}" for sent in keyfax.accepted)


def test_time_that_is_frozen_is_what_a_signer_that_was_made_before_signs(
    basic: KeyfaxBasic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_935_990_489.5)
    request = httpx.Request("GET", "http://localhost/interview/api/v1/token")
    basic.sign(request)
    assert request.headers["Authorization"].endswith(":1935990489")
