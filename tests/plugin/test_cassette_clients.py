"""Cassettes with any client library, and beside other plugins that record or answer requests."""

import gzip
import json
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import aiohttp  # noqa: F401  # a run of pytest in this process forgets what it was the first to import
import httpx
import pytest
import requests  # noqa: F401
import vcr
import vcr.stubs.aiohttp_stubs
import vcr.stubs.httpx_stubs
import vcr.stubs.requests_stubs
import vcr.stubs.urllib3_stubs

from pytest_keyauth.keystrokes.casting import cast

LIBRARIES = ("requests", "httpx", "httpx-async", "aiohttp", "urllib3", "urllib")
RECORD = ("--keyauth-target=live", "--keyauth-record=all")
REPLAY = ("--keyauth-target=cassettes", "--keyauth-strict-cassettes")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest("-W", "error", "--strict-markers", "-p", "no:randomly", *arguments)


@pytest.fixture
def consumer(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with client libraries, and samples that a person has typed."""
    pytester.syspathinsert()
    shutil.copy(Path(__file__).with_name("client_libraries.py"), pytester.path)
    [typist] = cast(1, "consumers", recordings="consumers")
    samples = [
        typist.types(text) for text in ("Jeder tippt anders.", "Wer lange tippt, hat einen Rhythmus.", "Und nun?")
    ]
    pytester.path.joinpath("samples.json").write_text(json.dumps(samples), encoding="utf-8")
    return pytester


@pytest.fixture
def account(reaching: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment reaches a `keyauth serve`: an account and an installation of the test's own."""

    def tell(command: str, **arguments: str) -> Any:
        url = f"{reaching['KEYAUTH_KEYTRAC_URL']}/_keyauth/{command}"
        return httpx.post(url, json=arguments, trust_env=False, verify=False).raise_for_status().json()

    root = tell("installations")["root"]
    tell("hosts", name="OURS", root=root)
    keys = tell("keys", host="OURS", root=root)
    monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", tell("accounts")["token"])
    monkeypatch.setenv("KEYAUTH_KEYFAX_URL", reaching["KEYAUTH_KEYTRAC_URL"] + root)
    monkeypatch.setenv("KEYAUTH_KEYFAX_HOST", "OURS")
    monkeypatch.setenv("KEYAUTH_KEYFAX_API_KEY", keys["apiKey"])
    monkeypatch.setenv("KEYAUTH_KEYFAX_SIGNING_KEY", keys["signingKey"])


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call it to forget the environment, and to let nobody connect but to the given ports."""

    def cut_off(*ports: int) -> None:
        for name in (
            "KEYTRAC_URL",
            "KEYTRAC_TOKEN",
            "KEYFAX_URL",
            "KEYFAX_HOST",
            "KEYFAX_API_KEY",
            "KEYFAX_SIGNING_KEY",
        ):
            monkeypatch.delenv(f"KEYAUTH_{name}", raising=False)
        connect = socket.socket.connect

        def connect_there(self: socket.socket, address: Any) -> None:
            assert address[1] in ports, f"connects to {address}"
            connect(self, address)

        monkeypatch.setattr(socket.socket, "connect", connect_there)

    return cut_off


def read_cassettes(folder: Path) -> dict[str, dict[str, Any]]:
    """All cassettes below a folder, by name."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.rglob("*.yaml"))}


# Every library against every other

CONVERSATION = """
    import json
    import os
    from itertools import product
    from pathlib import Path

    import httpx
    import pytest
    from client_libraries import CLIENTS, opened
    from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxCredentials

    IS_RECORDED = "KEYAUTH_KEYTRAC_URL" in os.environ
    KEYTRAC = os.environ.get("KEYAUTH_KEYTRAC_URL", "https://api.keytrac.net")
    KEYFAX = os.environ.get("KEYAUTH_KEYFAX_URL", "https://keyfax.customer.example/interview")
    TOKEN = {"Authorization": os.environ.get("KEYAUTH_KEYTRAC_TOKEN", "9b" * 18)}
    KEYS = KeyfaxCredentials(
        host=os.environ.get("KEYAUTH_KEYFAX_HOST", "OURS"),
        api_key=os.environ.get("KEYAUTH_KEYFAX_API_KEY", "6f1c2a9d" * 4),
        signing_key=os.environ.get("KEYAUTH_KEYFAX_SIGNING_KEY", "bWFkZS11cA=="),
    )
    SAMPLES = json.loads(Path("samples.json").read_text(encoding="utf-8"))

    PAIRS = [(name, name) for name in CLIENTS] if IS_RECORDED else list(product(CLIENTS, CLIENTS))

    def sign(method, url):
        request = httpx.Request(method, url)
        KeyfaxBasic(KEYS).sign(request)
        return {"Authorization": request.headers["Authorization"]}

    def submit(client, action, user_id, samples):
        return client.post(f"{KEYTRAC}/anytext/{action}", TOKEN, json={"user_id": user_id, "samples": samples})

    @pytest.mark.keyauth_cassette
    @pytest.mark.parametrize(("recorder", "player"), PAIRS)
    def test_it(recorder, player):
        with opened(recorder if IS_RECORDED else player) as client:
            one, other = (client.post(f"{KEYTRAC}/users", TOKEN).json()["id"] for _ in range(2))
            assert one != other
            assert submit(client, "enrol", one, SAMPLES[:2]).status == 200
            assert submit(client, "authenticate", one, SAMPLES[2:]).json()["authenticated"] is True
            refused = submit(client, "authenticate", other, SAMPLES[2:])
            assert (refused.status, refused.json()["error"][:24]) == (404, "User is not yet enrolled")
            assert client.get(f"{KEYTRAC}/users/{one}?since=today", TOKEN).status == 200
            answer = client.get(f"{KEYFAX}/api/v1/token", sign("GET", f"{KEYFAX}/api/v1/token"))
            token = answer.json()["token"]
            assert answer.headers["content-type"].startswith("application/json")
            bearer = {"Authorization": f"Bearer {KEYS.host}:{token}"}
            assert client.get(f"{KEYFAX}/api/v1/startup", bearer).status == 200
"""


def test_what_one_library_records_each_can_replay_and_all_record_the_same(
    consumer: pytest.Pytester, account: None, cut_off: Any
) -> None:
    consumer.makepyfile(CONVERSATION)
    count = len(LIBRARIES)
    run(consumer, *RECORD).assert_outcomes(passed=count)
    recordings = [simplify(cassette) for cassette in read_cassettes(consumer.path / "cassettes").values()]
    assert len(recordings) == count
    assert all(recording == recordings[0] for recording in recordings)
    for recorder in LIBRARIES:
        [recorded] = consumer.path.glob(f"cassettes/*/test_it[[]{recorder}-{recorder}].yaml")
        for player in set(LIBRARIES) - {recorder}:
            shutil.copy(recorded, recorded.with_name(f"test_it[{recorder}-{player}].yaml"))
    cut_off()
    replayed = run(consumer, *REPLAY)
    replayed.assert_outcomes(passed=count**2)
    assert f"{count**2} cassettes played, recorded from emulator" in replayed.stdout.str()


def simplify(cassette: dict[str, Any], *left_out: str) -> list[Any]:
    """The interactions of a cassette, with the names of headers in small letters: vcrpy sees httpx's so."""
    return [
        (
            {**request, "headers": {name: values for name, values in fold(request) if name not in left_out}},
            {**response, "headers": dict(fold(response))},
        )
        for request, response in ((pair["request"], pair["response"]) for pair in cassette["interactions"])
    ]


def fold(message: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    return ((name.lower(), values) for name, values in message["headers"].items())


# Bodies, cookies, redirects, and other hosts

GREETING = {"text": "Grüße, müde Welt"}


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
        elif self.path.startswith("/welcome"):
            self.answer(200, json.dumps({"cookie": "visit=" in self.headers.get("Cookie", "")}).encode())
        else:
            self.answer(404, b"{}")

    def do_POST(self) -> None:
        """Say what was sent."""
        self.server.count[self.path] += 1
        sent = self.read()
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

    def answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        chunked = ("Transfer-Encoding", "chunked") in headers
        self.send_response(status)
        for name, value in (*headers, ("Content-Type", "application/json")):
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


ALL_KINDS_OF_BODIES = """
    import gzip
    import json
    import os

    import pytest
    from client_libraries import CLIENTS, opened

    IS_RECORDED = "KEYAUTH_KEYTRAC_URL" in os.environ
    BASE = os.environ.get("KEYAUTH_KEYTRAC_URL", "https://api.keytrac.net")
    ELSEWHERE = os.environ["ELSEWHERE"]
    JSON = {"Content-Type": "application/json"}

    @pytest.mark.keyauth_cassette
    @pytest.mark.parametrize(("recorder", "player"), list(zip(CLIENTS, [*list(CLIENTS)[1:], *CLIENTS])))
    def test_it(recorder, player):
        library = recorder if IS_RECORDED else player
        with opened(library) as client:
            for path in ("gzip", "chunked", "gzip-chunked"):
                assert client.get(f"{BASE}/{path}").json() == {"text": "Grüße, müde Welt"}

            def send(**body):
                return client.post(f"{BASE}/echo", **body).json()["sent"]

            assert json.loads(send(json={"name": "Müller", "list": [1, None]})) == {"name": "Müller", "list": [1, None]}
            assert json.loads(send(json=["one"])) == ["one"]
            form = {"name": "Müller & Söhne", "city": "Köln"}
            assert send(form=form) == "name=M%C3%BCller+%26+S%C3%B6hne&city=K%C3%B6ln"
            packed = gzip.compress('{"packed": "müde"}'.encode(), mtime=0)
            assert json.loads(send(content=packed, headers={**JSON, "Content-Encoding": "gzip"})) == {"packed": "müde"}
            chunks = [b'{"strea', b'med": "m\\xc3', b'\\xbcde"}']
            assert json.loads(send(chunks=chunks, headers=JSON)) == {"streamed": "müde"}
            assert client.get(f"{ELSEWHERE}/gzip").json() == {"text": "Grüße, müde Welt"}
            assert client.post(f"{ELSEWHERE}/echo", json={"token": "elsewhere"}).status == 200
            welcome = client.get(f"{BASE}/log-in")
            assert (welcome.status, welcome.json()["cookie"]) == (200, recorder != "urllib3")
"""


def test_bodies_cookies_and_redirects_of_any_library_are_recorded_readable_and_other_hosts_not_at_all(
    consumer: pytest.Pytester, cut_off: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer.makepyfile(ALL_KINDS_OF_BODIES)
    count = len(LIBRARIES)
    with counting() as elsewhere:
        monkeypatch.setenv("ELSEWHERE", elsewhere.url)
        with counting() as provider:
            monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", provider.url)
            monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", "9b" * 18)
            run(consumer, *RECORD).assert_outcomes(passed=count)
            assert provider.count["/echo"] == 5 * count
            assert elsewhere.count == {"/gzip": count, "/echo": count}
        cut_off(elsewhere.server_port)
        run(consumer, *REPLAY).assert_outcomes(passed=count)
        assert elsewhere.count == {"/gzip": 2 * count, "/echo": 2 * count}
    recordings = [simplify(cassette, "cookie") for cassette in read_cassettes(consumer.path / "cassettes").values()]
    assert len(recordings) == count
    for *conversation, welcome in recordings:
        assert conversation == recordings[0][:-1]
        assert welcome[0]["uri"] == "https://api.keytrac.net/welcome?from=log-in"
    said = [(request["body"], response["body"]["string"]) for request, response in recordings[0]]
    greeting = json.dumps(GREETING, ensure_ascii=False)
    assert said[:3] == [(None, greeting)] * 3
    assert [sent for sent, _ in said[3:8]] == [
        '{"name": "Müller", "list": [1, null]}',
        '["one"]',
        "name=M%C3%BCller+%26+S%C3%B6hne&city=K%C3%B6ln",
        '{"packed": "müde"}',
        '{"streamed": "müde"}',
    ]
    assert "Content-Encoding" not in json.dumps(recordings)
    assert "c0ffee" not in json.dumps(recordings)


# Beside vcrpy and other plugins

SHIPPED = Path(__file__).parents[2] / "cassettes/outcomes/keytrac/showStatus/200/overview.yaml"

NEIGHBOURS = """
    import os

    import httpx
    import pytest
    import requests

    BASE = os.environ.get("KEYAUTH_KEYTRAC_URL", "https://api.keytrac.net")
    ELSEWHERE = os.environ["ELSEWHERE"]
    SHIPPED = os.environ["SHIPPED"]
    MODES = {"record_mode": os.environ["MODE"]}

    @pytest.mark.keyauth_cassette
    def test_ours():
        assert requests.get(f"{BASE}/gzip").json()["text"].startswith("Gr")

    @pytest.mark.vcr(**MODES)
    def test_of_pytest_recording():
        assert requests.get(f"{ELSEWHERE}/gzip").json()["text"].startswith("Gr")

    @pytest.mark.vcr(SHIPPED)
    def test_of_pytest_recording_with_a_cassette_of_ours():
        assert "users_created" in httpx.get("https://api.keytrac.net/status").json()["overview"]

    def test_of_respx(respx_mock):
        respx_mock.get("https://api.keytrac.net/users").respond(json=["respx"])
        assert httpx.get("https://api.keytrac.net/users").json() == ["respx"]

    def test_of_pytest_httpx(httpx_mock):
        httpx_mock.add_response(url="https://api.keytrac.net/users", json=["pytest-httpx"])
        assert httpx.get("https://api.keytrac.net/users").json() == ["pytest-httpx"]
"""


#: What these tests are about is loaded in their runs; this process has imported what it would rewrite.
BESIDE = ("-W", "ignore::pytest.PytestAssertRewriteWarning")


@pytest.fixture
def neighbours(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs have all plugins that are installed."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")


def test_marked_tests_run_beside_pytest_recording_respx_and_pytest_httpx(
    consumer: pytest.Pytester, neighbours: None, cut_off: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer.makepyfile(test_neighbours=NEIGHBOURS)
    monkeypatch.setenv("SHIPPED", str(SHIPPED))
    ours = consumer.path / "ours"
    with counting() as elsewhere, counting() as provider:
        monkeypatch.setenv("ELSEWHERE", elsewhere.url)
        monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", provider.url)
        monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", "9b" * 18)
        monkeypatch.setenv("MODE", "all")
        run(consumer, *RECORD, *BESIDE, f"--keyauth-cassettes={ours}").assert_outcomes(passed=5)
        assert (provider.count["/gzip"], elsewhere.count["/gzip"]) == (1, 1)
    assert [path.stem for path in ours.rglob("*.yaml")] == ["test_ours"]
    assert [path.stem for path in (consumer.path / "cassettes").rglob("*.yaml")] == ["test_of_pytest_recording"]
    cut_off()
    monkeypatch.setenv("MODE", "none")
    replayed = run(consumer, *REPLAY, *BESIDE, f"--keyauth-cassettes={ours}")
    replayed.assert_outcomes(passed=5)
    assert "1 cassette played, recorded from loopback" in replayed.stdout.str()
    monkeypatch.setenv("SHIPPED", str(ours / "test_neighbours/test_ours.yaml"))
    consumer.makepyfile(test_neighbours=OF_A_CONSUMER)
    run(consumer, *BESIDE).assert_outcomes(passed=2)


OF_A_CONSUMER = """
    import os

    import pytest
    import requests
    import vcr

    SHIPPED = os.environ["SHIPPED"]

    @pytest.mark.vcr(SHIPPED)
    def test_in_pytest_recording():
        assert requests.get("https://api.keytrac.net/gzip").json() == {"text": "Grüße, müde Welt"}

    def test_in_vcrpy():
        for serializer in ("yaml", "json"):
            with vcr.use_cassette(SHIPPED, record_mode="none", serializer=serializer):
                assert requests.get("https://api.keytrac.net/gzip").json() == {"text": "Grüße, müde Welt"}
"""


def test_a_test_that_is_marked_for_two_recorders_is_refused_at_collection(
    pytester: pytest.Pytester, neighbours: None
) -> None:
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.vcr

        @pytest.mark.keyauth_cassette
        def test_recorded(): pass

        @pytest.mark.keyauth_replay("showStatus/200/overview")
        def test_replayed(): pass

        def test_left_alone(): pass
        """
    )
    result = run(pytester, *BESIDE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = result.stderr.str()
    assert "leave one of the markers out" in said
    assert "::test_recorded: vcr and keyauth_cassette" in said
    assert "::test_replayed: vcr and keyauth_replay" in said
    assert "test_left_alone" not in said


@pytest.mark.parametrize("serializer", ["yaml", "json"])
def test_cassettes_load_and_play_in_plain_vcrpy(serializer: str) -> None:
    with (
        vcr.use_cassette(str(SHIPPED), record_mode="none", serializer=serializer) as cassette,
        httpx.Client(verify=False, trust_env=False) as client,
    ):
        status = client.get("https://api.keytrac.net/status")
    assert (status.status_code, cassette.all_played) == (200, True)
    assert status.json()["overview"].keys() == {"users_created", "enrolments", "authentications"}


# Replay by outcome

OUTCOMES = """
    import asyncio
    import os

    import aiohttp
    import httpx
    import pytest
    from client_libraries import CLIENTS, opened
    from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxCredentials

    KEYTRAC = "https://api.keytrac.net"
    ELSEWHERE = os.environ["ELSEWHERE"]
    TOKEN = {"Authorization": "9b" * 18}
    USER = "0b9a6d1e-2f4c-4d7b-8a53-6e1f0c2d9b87"
    ATTEMPT = {"user_id": USER, "samples": ["whatever was typed"]}

    @pytest.fixture(scope="module")
    def clients():
        made = {library: opened(library) for library in CLIENTS}
        yield {library: manager.__enter__() for library, manager in made.items()}
        for manager in made.values():
            manager.__exit__(None, None, None)

    @pytest.fixture(params=CLIENTS)
    def client(request, clients):  # built before anything is replayed
        return clients[request.param]

    def attempt(client):
        answer = client.post(f"{KEYTRAC}/anytext/authenticate", TOKEN, json=ATTEMPT)
        return answer.status, answer.json()

    NOT_ENROLLED = (404, {"error": "User is not yet enrolled for this authentication type"})

    @pytest.mark.keyauth_replay("authenticateAnytext/404/not-enrolled")
    def test_marked(client):
        assert [attempt(client), attempt(client)] == [NOT_ENROLLED, NOT_ENROLLED]
        shown = client.get(f"{KEYTRAC}/users/{USER}", TOKEN)  # another operation is answered with its success
        assert (shown.status, shown.json().keys() >= {"overview"}) == (200, True)

    def test_called(client, keyauth_replay):
        names = ("500/deserialize-profile", "404/not-enrolled", "2XX/accepted")
        keyauth_replay(*(f"authenticateAnytext/{name}" for name in names))
        statuses = [attempt(client)[0] for _ in range(2)]
        assert statuses == [500, 404]
        assert all(attempt(client)[1]["authenticated"] is True for _ in range(2))
        keyauth_replay("authenticateAnytext/404/not-enrolled")
        assert attempt(client) == NOT_ENROLLED

    @pytest.mark.keyauth_replay("createToken/500/failed")
    def test_keyfax_at_a_host_of_its_own(client, keyauth_replay):
        url = "https://keyfax.customer.example/interview/api/v1/token"
        request = httpx.Request("GET", url)
        KeyfaxBasic(KeyfaxCredentials("OURS", "6f1c2a9d" * 4, "bWFkZS11cA==")).sign(request)
        signed = {"Authorization": request.headers["Authorization"]}
        assert client.get(url, signed).status == 500
        keyauth_replay("createToken/200/token")
        assert client.get(url, signed).json()["token"].count(".") == 2

    @pytest.mark.keyauth_replay("authenticateAnytext/404/not-enrolled")
    def test_fixture_clients(keytrac):
        assert keytrac.post("/anytext/authenticate", json=ATTEMPT).status_code == 404

    def test_aiohttp_with_a_base_url(keyauth_replay):
        keyauth_replay("showStatus/200/overview")

        async def ask():
            async with aiohttp.ClientSession(KEYTRAC) as session, session.get("/status") as answer:
                return await answer.json()

        assert asyncio.run(ask()).keys() == {"overview"}

    @pytest.mark.keyauth_replay("authenticateAnytext/404/not-enrolled")
    def test_aiohttp_with_a_file():
        async def ask():
            form = aiohttp.FormData({"user_id": USER})
            form.add_field("samples", b"whatever was typed", filename="samples.txt")
            async with aiohttp.ClientSession() as session:
                async with session.post(f"{KEYTRAC}/anytext/authenticate", data=form) as answer:
                    return answer.status

        assert asyncio.run(ask()) == 404

    def test_other_hosts_are_left_alone(client, keyauth_replay):
        keyauth_replay("showStatus/200/overview")
        assert client.get(f"{ELSEWHERE}/gzip").json() == {"text": "Grüße, müde Welt"}
"""


def test_named_outcomes_answer_any_client_and_count_as_witnessed(
    consumer: pytest.Pytester, cut_off: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer.makepyfile(OUTCOMES)
    with counting() as elsewhere:
        monkeypatch.setenv("ELSEWHERE", elsewhere.url)
        cut_off(elsewhere.server_port)
        result = run(consumer, "--keyauth-fail-under=4")
        assert elsewhere.count == {"/gzip": len(LIBRARIES)}
    result.assert_outcomes(passed=4 * len(LIBRARIES) + 3)
    assert result.ret == pytest.ExitCode.OK
    # Of KeyTrac not-enrolled, deserialize-profile, accepted, shown and overview; of Keyfax failed and token.
    counted = [line for line in result.stdout.lines if line.startswith(("keytrac ", "keyfax "))]
    assert [line.split(" outcomes")[0] for line in counted] == ["keytrac 5/119", "keyfax 2/26"]


def test_an_outcome_that_is_not_documented_is_refused_at_collection_with_the_nearest(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.keyauth_replay("authenticateAnytext/404/not-enroled")
        def test_it(): pass
        """
    )
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*::test_it: *not-enroled*authenticateAnytext/404/not-enrolled*"])
