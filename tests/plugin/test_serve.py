"""`keyauth serve`, a process of its own: contracts and consumers against it, its sockets, its end."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest

KEYAUTH = (sys.executable, "-c", "import sys; from pytest_keyauth.cli import main; sys.exit(main())")
TOKEN = "2c7e1d40-93b5-4f6a-8d02-51c9e6b7a8f3"
OVERVIEW = {"overview": {"users_created": 0, "enrolments": 0, "authentications": 0}}
LIVE = ("--keyauth-contracts=keytrac", "--keyauth-target=live")

Serving = tuple[subprocess.Popen[str], dict[str, str]]
Start = Callable[..., Serving]


def client_of(served: dict[str, str]) -> httpx.Client:
    """A client for the account whose token was printed."""
    headers = {"Authorization": served["KEYAUTH_KEYTRAC_TOKEN"]}
    return httpx.Client(base_url=served["KEYAUTH_KEYTRAC_URL"], headers=headers, trust_env=False, verify=False)


@pytest.fixture
def account(served: dict[str, str]) -> Iterator[httpx.Client]:
    """A client for an empty account of the test's own."""
    with client_of(served) as client:
        client.headers["Authorization"] = client.post("/_keyauth/accounts", json={}).json()["token"]
        yield client


def say(served: dict[str, str], *lines: str, body: bytes = b"") -> list[tuple[int, dict[str, str], bytes]]:
    """Send bytes as they are over one connection, and read all answers until the server hangs up."""
    with connect(served) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return list(split_answers(receive(connection)))


def connect(served: dict[str, str]) -> socket.socket:
    address = urlsplit(served["KEYAUTH_KEYTRAC_URL"])
    return socket.create_connection((address.hostname, address.port), timeout=5)


def receive(connection: socket.socket, end: bytes = b"") -> bytes:
    """Read until the server has sent `end`, or, without one, until it hangs up."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
        if end and received.endswith(end):
            break
    return received


def split_answers(received: bytes) -> Iterator[tuple[int, dict[str, str], bytes]]:
    """Split what a server sent into status, headers (names in small letters) and body of each answer."""
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", 0))
        yield int(status_line.split()[1]), headers, rest[:length]
        received = rest[length:]


# The contracts, from another process


@pytest.mark.slow
def test_all_contracts_pass_from_another_process_and_leave_the_account_as_it_was(
    pytester: pytest.Pytester, reaching: dict[str, str]
) -> None:
    with client_of(reaching) as client:
        users = [client.post("/users").json()["id"] for _ in range(2)]
        before = client.get("/users").json()
        result = pytester.runpytest_subprocess("-p", "pytest_keyauth", *LIVE, "--keyauth-fail-under=100", "-W", "error")
        assert result.ret == pytest.ExitCode.OK
        assert set(result.parseoutcomes()) == {"passed"}
        assert "keytrac 119/119 outcomes" in result.stdout.lines
        assert client.get("/users").json() == before
        for user_id in users:
            assert client.delete(f"/users/{user_id}").is_success


class WithoutControlPlane(BaseHTTPRequestHandler):
    """Hands requests on to a `keyauth serve`, but those for its control plane: no provider has one."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # so that head and body are sent in one go
    disable_nagle_algorithm = True
    address: tuple[str, int]

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/_keyauth/"):
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        with closing(HTTPConnection(*self.address, timeout=5)) as upstream:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                upstream.putheader(name, value)
            upstream.endheaders(body)
            response = upstream.getresponse()
            self.send_response(response.status)
            for name, value in response.getheaders():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response.read())

    do_GET = do_POST = do_DELETE = answer  # noqa: N815  # the standard library's names

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider(start_serving: Start, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment variables that reach a server without a control plane; they are set."""
    _, served = start_serving()
    address = urlsplit(served["KEYAUTH_KEYTRAC_URL"])
    monkeypatch.setattr(WithoutControlPlane, "address", (address.hostname, address.port), raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), WithoutControlPlane) as server:
        Thread(target=server.serve_forever, args=(0.02,)).start()
        exports = {**served, "KEYAUTH_KEYTRAC_URL": f"http://127.0.0.1:{server.server_port}"}
        for name, value in exports.items():
            monkeypatch.setenv(name, value)
        yield exports
        server.shutdown()


def test_without_a_control_plane_what_needs_it_is_skipped_by_name_and_the_rest_passes(
    pytester: pytest.Pytester, provider: dict[str, str]
) -> None:
    with client_of(provider) as client:
        kept = client.post("/users").json()["id"]
        result = pytester.runpytest(*LIVE, "-rs", "-v", "-k", "show_status or list_users or create_user or show_user")
        assert [user["identifier"] for user in client.get("/users").json()] == [kept]
    outcomes = result.parseoutcomes()
    assert result.ret == pytest.ExitCode.OK
    assert set(outcomes) == {"passed", "skipped", "deselected"}
    assert min(outcomes["passed"], outcomes["skipped"]) > 10
    skipped = re.findall(r"::(\w+)\S* SKIPPED", result.stdout.str())
    assert "test_a_status_that_cannot_be_calculated_is_an_error_and_can_be_asked_for_again" in skipped
    assert "test_an_account_without_users_has_an_empty_list" in skipped
    reasons = re.findall(r"^SKIPPED \[(\d+)\] .*?: (.*)$", result.stdout.str(), re.MULTILINE)
    assert sum(int(count) for count, _ in reasons) == outcomes["skipped"]
    for _, reason in reasons:
        assert re.match(
            "needs a setting, a fault or an empty account, and the live server has no control plane", reason
        )


@pytest.mark.slow
def test_without_a_control_plane_all_other_outcomes_are_witnessed(
    pytester: pytest.Pytester, provider: dict[str, str]
) -> None:
    result = pytester.runpytest(*LIVE)
    assert result.ret == pytest.ExitCode.OK
    assert set(result.parseoutcomes()) == {"passed", "skipped"}
    [line] = [line for line in result.stdout.lines if line.startswith("keytrac ")]
    witnessed = int(re.match(r"keytrac (\d+)/119 outcomes", line)[1])
    assert 70 < witnessed < 119


# A consumer


def test_the_users_of_a_test_are_gone_after_it_whether_it_passes_or_not(
    pytester: pytest.Pytester, reaching: dict[str, str]
) -> None:
    pytester.makepyfile(
        """
        import asyncio

        def test_passes(keytrac):
            users = [keytrac.post("/users").json()["id"] for _ in range(3)]
            keytrac.delete(f"/users/{users[0]}").raise_for_status()

        def test_fails(keytrac):
            keytrac.post("/users").raise_for_status()
            assert False

        def test_async(async_keytrac):
            asyncio.run(async_keytrac.post("/users")).raise_for_status()
        """
    )
    with client_of(reaching) as client:
        before = client.get("/users").json()
        pytester.runpytest("--keyauth-target=live").assert_outcomes(passed=2, failed=1)
        assert client.get("/users").json() == before


def test_a_test_that_steers_works_on_an_account_of_its_own(pytester: pytest.Pytester, reaching: dict[str, str]) -> None:
    pytester.makepyfile(
        """
        def test_it(keytrac, keytrac_emulator):
            assert keytrac.get("/users").json() == []
            keytrac_emulator.configure(verified=False)
            assert keytrac.get("/users").status_code == 403
        """
    )
    with client_of(reaching) as client:
        user_id = client.post("/users").json()["id"]
        pytester.runpytest("--keyauth-target=live").assert_outcomes(passed=1)
        assert client.delete(f"/users/{user_id}").status_code == 200


def test_accounts_that_a_test_had_are_closed_after_it(pytester: pytest.Pytester, reaching: dict[str, str]) -> None:
    pytester.makepyfile(
        """
        from pathlib import Path

        def test_it(keytrac_emulator):
            Path("tokens").write_text(f"{keytrac_emulator.token} {keytrac_emulator.open_account()}")
            keytrac_emulator.configure(verified=False)
        """
    )
    pytester.runpytest("--keyauth-target=live").assert_outcomes(passed=1)
    with client_of(reaching) as client:
        for token in (pytester.path / "tokens").read_text().split():
            answer = client.get("/status", headers={"Authorization": token})
            assert (answer.status_code, answer.json()) == (401, {"error": "Client unauthorized"})


def test_a_token_that_the_server_does_not_know_fails_the_tests_with_its_answer(
    pytester: pytest.Pytester, reaching: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", "5e0c9a36-1f7b-4d7e-9b63-c2f1a8d04e97")
    pytester.makepyfile("def test_it(keytrac): assert keytrac.get('/users').json() == []")
    result = pytester.runpytest("--keyauth-target=live")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *unauthorized*"])
    assert "5e0c9a36" not in result.stdout.str()


def test_a_server_that_is_not_there_is_an_error_without_delay(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", TOKEN)
    pytester.makepyfile("def test_it(keytrac): keytrac.get('/users')\ndef test_steered(keytrac_emulator): pass")
    began = time.monotonic()
    result = pytester.runpytest("--keyauth-target=live")
    assert time.monotonic() - began < 5
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["*ConnectError*"])


@pytest.fixture
def silent_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port that somebody listens on, who must hear nothing; nor must a host's name be looked up."""
    looked_up: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        look_up = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest: looked_up.append(host) or look_up(host, *rest))
        yield listener.getsockname()[1]
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert not looked_up


@pytest.mark.parametrize(
    ("url", "token"),
    [
        pytest.param("http://127.0.0.1:{port}", None, id="no-token"),
        pytest.param("http://127.0.0.1:{port}", TOKEN[:-1], id="token-too-short"),
        pytest.param("http://127.0.0.1:{port}", f"Bearer {TOKEN}", id="token-with-bearer"),
        pytest.param("http://anna:geheim7@127.0.0.1:{port}", TOKEN, id="credentials-in-url"),
        pytest.param("http://api.keytrac.net:{port}", TOKEN, id="far-host"),
        pytest.param("https://api.keytrac.net", TOKEN, id="provider"),
        pytest.param("http://0.0.0.0:{port}", TOKEN, id="any-host"),
        pytest.param("127.0.0.1:{port}", TOKEN, id="no-scheme"),
    ],
)
def test_where_the_environment_is_wrong_nothing_is_sent(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, silent_port: int, url: str, token: str | None
) -> None:
    monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", url.format(port=silent_port))
    if token is not None:
        monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", token)
    pytester.makepyfile("def test_it(keytrac): keytrac.get('/users')")
    result = pytester.runpytest("--keyauth-target=live")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: KEYAUTH_KEYTRAC_*" if token else "ERROR: *KEYAUTH_KEYTRAC_TOKEN not set*"])


# Beginning and end


@pytest.mark.skipif(shutil.which("sh") is None, reason="sh is not installed")
def test_what_it_prints_can_be_evaluated_by_a_shell() -> None:
    command = [*KEYAUTH, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        printed = "".join(process.stdout.readline() for _ in range(3))
        evaluated = ["sh", "-c", 'eval "$1"; echo "$KEYAUTH_KEYTRAC_URL $KEYAUTH_KEYTRAC_TOKEN"', "sh", printed]
        url, token = subprocess.run(evaluated, capture_output=True, text=True, check=True).stdout.split()
        with client_of({"KEYAUTH_KEYTRAC_URL": url, "KEYAUTH_KEYTRAC_TOKEN": token}) as client:
            assert client.get("/status").json() == OVERVIEW
        process.terminate()


BUSY = {
    "idle": [],
    "kept-alive": ["GET /status HTTP/1.1", "Host: localhost", f"Authorization: {TOKEN}", "", ""],
    "half-a-head": ["GET /status HTTP/1.1", "Ho"],
    "half-a-body": ["POST /users HTTP/1.1", f"Authorization: {TOKEN}", "Content-Length: 10", "", "abc"],
}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("busy", BUSY)
@pytest.mark.parametrize(
    ("number", "codes"), [(signal.SIGINT, {0, 130}), (signal.SIGTERM, {0, 143, -15})], ids=["ctrl-c", "terminate"]
)
def test_it_stops_at_once_and_in_silence(
    start_serving: Start, number: signal.Signals, codes: set[int], busy: str
) -> None:
    process, served = start_serving()
    with connect(served) as connection:
        connection.sendall("\r\n".join(BUSY[busy]).encode())
        assert status_with(served, "Authorization") == [(200, OVERVIEW)]  # so it has read what was sent before
        told = time.monotonic()
        process.send_signal(number)
        _, errors = process.communicate(timeout=5)
        assert time.monotonic() - told < 2
    assert process.returncode in codes
    assert errors == ""


def test_a_port_in_use_is_an_error_that_names_it(served: dict[str, str]) -> None:
    port = str(urlsplit(served["KEYAUTH_KEYTRAC_URL"]).port)
    ended = serve_in_vain("--port", port)
    assert f"cannot listen on 127.0.0.1:{port}: " in ended
    assert "in use" in ended
    assert "--port 0" in ended


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "99999"], "cannot listen on 127.0.0.1:99999"),
        (["--port", "-1"], "cannot listen on 127.0.0.1:-1"),
        (["--port", "http"], "invalid int value: 'http'"),
        (["--host", "host.invalid"], "cannot listen on host.invalid:8480"),
        (["--keytrac-token", "short"], "the KeyTrac token has 5 characters, expected 36"),
        (["--keytrac-tokens", TOKEN], "unrecognized arguments: --keytrac-tokens"),
    ],
)
def test_a_wrong_argument_is_an_error_that_names_it(arguments: list[str], said: str) -> None:
    assert said in serve_in_vain(*arguments)


def serve_in_vain(*arguments: str) -> str:
    """Start a server that cannot be, and return what it says."""
    ended = subprocess.run([*KEYAUTH, "serve", *arguments], capture_output=True, text=True, timeout=10, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr


# Its sockets


def status_with(served: dict[str, str], name: str) -> list[tuple[int, object]]:
    head = ["GET /status HTTP/1.1", "Host: localhost", "Connection: close", f"{name}: {TOKEN}"]
    return [(status, json.loads(body)) for status, _, body in say(served, *head)]


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION", "authorizatioN"])
def test_a_token_under_a_header_in_other_letters_is_missing(served: dict[str, str], name: str) -> None:
    assert status_with(served, name) == [(401, {"error": "Authentication token missing"})]


def test_a_token_under_the_documented_header_is_taken(served: dict[str, str]) -> None:
    [(status, body)] = status_with(served, "Authorization")
    assert status == 200
    assert set(body) == {"overview"}


def test_the_case_of_headers_can_be_made_to_matter_no_longer(start_serving: Start) -> None:
    _, served = start_serving()
    assert status_with(served, "authorization")[0][0] == 401
    with client_of(served) as client:
        settings = {"settings": {"case_sensitive_headers": False}}
        assert client.post("/_keyauth/configure", json=settings).status_code == 200
    for name in ("authorization", "AUTHORIZATION", "Authorization"):
        assert status_with(served, name) == [(200, OVERVIEW)]
    with client_of(served) as client:
        client.post("/_keyauth/reset", json={})
    assert status_with(served, "authorization")[0][0] == 401


def test_requests_sent_in_one_go_are_answered_in_order(served: dict[str, str], account: httpx.Client) -> None:
    token = account.headers["Authorization"]
    lines = [
        *("POST /users HTTP/1.1", "Host: localhost", f"Authorization: {token}", "Content-Length: 0", ""),
        *("GET /status HTTP/1.1", "Host: localhost", f"Authorization: {token}", ""),
        *("GET /nowhere HTTP/1.1", "Host: localhost", f"Authorization: {token}", ""),
        *("GET /status HTTP/1.1", "Host: localhost", "Connection: close"),
    ]
    answers = say(served, *lines)
    assert [status for status, _, _ in answers] == [200, 200, 404, 401]
    assert json.loads(answers[1][2])["overview"]["users_created"] == 1


def test_a_body_sent_in_chunks_is_read_whole(served: dict[str, str], account: httpx.Client) -> None:
    token = account.headers["Authorization"]
    text = json.dumps({"user_id": "nobody", "samples": ["müde"]}, ensure_ascii=False).encode()
    chunks = [text[:7], text[7:44], text[44:]]  # the second cut is within a character
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])
    head = [
        *("POST /anytext/authenticate HTTP/1.1", "Host: localhost", "Connection: close", f"Authorization: {token}"),
        *("Content-Type: application/json", "Transfer-Encoding: chunked"),
    ]
    [(status, _, answer)] = say(served, *head, body=body)
    assert (status, json.loads(answer)) == (404, {"error": "Entity not found"})
    exchange = account.get("/_keyauth/requests").json()[-1]
    assert exchange["body"] == text.decode()


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(served: dict[str, str], account: httpx.Client) -> None:
    head = [
        *("POST /users HTTP/1.1", "Host: localhost", f"Authorization: {account.headers['Authorization']}"),
        *("Expect: 100-continue", "Content-Length: 2", "Connection: close", "", ""),
    ]
    with connect(served) as connection:
        connection.sendall("\r\n".join(head).encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"{}")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_offers_http_2_is_answered_in_http_1(served: dict[str, str]) -> None:
    head = [
        *("GET /status HTTP/1.1", "Host: localhost", f"Authorization: {TOKEN}"),
        *("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__", "", ""),
    ]
    with connect(served) as connection:
        connection.sendall("\r\n".join(head).encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_head_is_not_allowed_and_its_answer_has_no_body(served: dict[str, str]) -> None:
    head = ["HEAD /users HTTP/1.1", "Host: localhost", "Connection: close", f"Authorization: {TOKEN}"]
    with connect(served) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        received = receive(connection)
    assert received.startswith(b"HTTP/1.1 405 ")
    assert received.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/users", {"GET", "POST"}),
        ("PATCH", "/users/8f5a2308-90b5-4afa-8847-ebf2b99f4082", {"GET", "DELETE"}),
        ("GET", "/anytext/enrol", {"POST"}),
        ("DELETE", "/status", {"GET"}),
        ("OPTIONS", "/status", {"GET"}),
        ("TRACE", "/status", {"GET"}),
    ],
)
def test_a_method_that_a_path_does_not_have_is_405_and_the_right_ones_are_named(
    account: httpx.Client, method: str, path: str, allowed: set[str]
) -> None:
    response = account.request(method, path)
    assert (response.status_code, response.json()) == (405, {"error": "Method not allowed"})
    assert set(response.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET /status HTTP/9.9\r\n\r\n",
        b"POST /users HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"GET /status HTTP/1.1\r\nno colon\r\n\r\n",
    ],
    ids=["tls", "no-path", "odd-version", "odd-length", "odd-header"],
)
def test_what_is_no_http_is_400_and_harms_nobody(
    served: dict[str, str], account: httpx.Client, nonsense: bytes
) -> None:
    with connect(served) as connection:
        connection.sendall(nonsense)
        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")
    assert account.get("/status").json() == OVERVIEW


def test_a_large_body_is_read_whole(account: httpx.Client) -> None:
    attempt = {"user_id": "nobody", "samples": ["x" * 3_000_000]}
    response = account.post("/anytext/authenticate", json=attempt)
    assert (response.status_code, response.json()) == (404, {"error": "Entity not found"})


def test_a_web_page_cannot_steer_it(account: httpx.Client) -> None:
    response = account.post("/_keyauth/reset", json={}, headers={"Origin": "https://example.com"})
    assert response.status_code == 403
    assert account.post("/_keyauth/reset", content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 400
    assert account.get("/status").json() == OVERVIEW  # the account is still there


def test_its_journal_shows_what_was_asked_and_no_token(account: httpx.Client) -> None:
    account.get("/users", headers={"X-Mark": "the-last-one"})
    journal = account.get("/_keyauth/requests")
    [exchange] = [exchange for exchange in journal.json() if ["X-Mark", "the-last-one"] in exchange["headers"]]
    assert (exchange["operation"], exchange["status"], exchange["answer"]) == ("listUsers", 200, "[]")
    assert ["Authorization", "…"] in exchange["headers"]
    assert account.headers["Authorization"] not in journal.text
