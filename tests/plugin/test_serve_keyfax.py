"""Keyfax from outside: keys that are really delivered, and a session in a real browser."""

import json
import shutil
import subprocess
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aiosmtpd.controller import Controller

from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxCredentials

KEYAUTH = Path(sysconfig.get_path("scripts"), "keyauth")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

ITEMS = {
    "mode": "RD",
    "userName": "made-up",
    "password": "made-up",
    "company": "AbcHousing_Staff_Live",
    "scriptSet": "S",
}


@dataclass
class WebHook:
    """A real HTTP server that keeps what is sent to it. While it is `down`, it answers 503."""

    down: bool = False
    posted: "Queue[tuple[str, Any]]" = field(default_factory=Queue)
    visited: "Queue[str]" = field(default_factory=Queue)
    url: str = ""


@pytest.fixture
def web_hook() -> Iterator[WebHook]:
    hook = WebHook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not hook.down:
                hook.posted.put((self.headers["Content-Type"], json.loads(body)))
            self.send_response(503 if hook.down else 204)
            self.end_headers()

        def do_GET(self) -> None:
            hook.visited.put(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><title>back</title><h1>back at the consumer</h1>")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        hook.url = f"http://127.0.0.1:{server.server_port}"
        yield hook
        server.shutdown()
        thread.join()


class Mailbox:
    """Takes what a mail server is handed."""

    def __init__(self) -> None:
        self.received: Queue[tuple[list[str], str]] = Queue()

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        content = message_from_bytes(envelope.content).get_payload(decode=True)
        self.received.put((envelope.rcpt_tos, content.decode()))
        return "250 taken"


@contextmanager
def mail_server(mailbox: Mailbox, port: int = 0) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return server.server_port


@contextmanager
def serving(*arguments: str) -> Iterator[dict[str, str]]:
    """A `keyauth serve` in a process of its own, and what it exports."""
    command = [KEYAUTH, "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    exports: dict[str, str] = {}
    try:
        while "KEYAUTH_KEYFAX_SIGNING_KEY" not in exports:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                exports[name] = value
        yield exports
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=10)
    assert errors == ""


def credentials(exports: dict[str, str]) -> KeyfaxCredentials:
    names = ("KEYAUTH_KEYFAX_HOST", "KEYAUTH_KEYFAX_API_KEY", "KEYAUTH_KEYFAX_SIGNING_KEY")
    return KeyfaxCredentials(*(exports[name] for name in names))


def client(exports: dict[str, str], keys: KeyfaxCredentials | None = None) -> httpx.Client:
    auth = KeyfaxBasic(keys or credentials(exports))
    return httpx.Client(base_url=exports["KEYAUTH_KEYFAX_URL"], auth=auth, trust_env=False)


def configuration(folder: Path, **attributes: str) -> str:
    """A KfServerConfig.xml with one host, LIVE."""
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    path = folder / "KfServerConfig.xml"
    path.write_text(f'<Configuration><WebApi><KeyGen name="LIVE" {written}/></WebApi></Configuration>')
    return str(path)


def read_mail(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def test_a_reset_posts_the_key_result_to_the_web_hook_and_sends_the_signing_key_by_mail(
    tmp_path: Path, web_hook: WebHook
) -> None:
    mailbox = Mailbox()
    config = configuration(tmp_path, webHookUrl=f"{web_hook.url}/keys", email="keys@consumer.example")
    with (
        mail_server(mailbox) as port,
        serving("--keyfax-config", config, "--deliver", "--smtp", f"127.0.0.1:{port}") as exports,
    ):
        with client(exports) as keyfax:
            answer = keyfax.post("/api/v1/key")
        assert answer.status_code == 201
        content_type, result = web_hook.posted.get(timeout=5)
        recipients, mail = mailbox.received.get(timeout=5)
        assert content_type.partition(";")[0] == "application/json"
        assert result["signingKey"] not in answer.text
        assert answer.json()["apiKey"] == result["apiKey"] == read_mail(mail)["apiKey"]
        assert recipients == ["keys@consumer.example"]
        assert read_mail(mail)["signingKey"] == result["signingKey"]
        with client(exports, KeyfaxCredentials("LIVE", result["apiKey"], result["signingKey"])) as renewed:
            assert renewed.get("/api/v1/token").status_code == 200
        with client(exports) as old:
            assert old.get("/api/v1/token").status_code == 401


@pytest.mark.slow
def test_with_web_hook_and_mail_server_down_the_keys_are_stored_and_delivered_later(
    tmp_path: Path, web_hook: WebHook
) -> None:
    mailbox, port = Mailbox(), free_port()
    web_hook.down = True
    config = configuration(tmp_path, webHookUrl=f"{web_hook.url}/keys", email="keys@consumer.example")
    with (
        serving("--keyfax-config", config, "--deliver", "--smtp", f"127.0.0.1:{port}") as exports,
        client(exports) as keyfax,
    ):
        assert keyfax.post("/api/v1/key").status_code == 201
        assert keyfax.get("/api/v1/token").status_code == 200  # the old keys work on
        with pytest.raises(Empty):
            web_hook.posted.get(timeout=0.3)
        web_hook.down = False
        with mail_server(mailbox, port):
            clock = {"provider": "keyfax", "minutes": 5}
            origin = exports["KEYAUTH_KEYTRAC_URL"]
            httpx.post(f"{origin}/_keyauth/clock", json=clock, trust_env=False).raise_for_status()
            _, result = web_hook.posted.get(timeout=5)
            _, mail = mailbox.received.get(timeout=5)
        assert read_mail(mail)["signingKey"] == result["signingKey"]


@pytest.mark.slow
def test_keys_are_rotated_while_requests_are_under_way_and_two_callers_reset_at_once() -> None:
    """Before the first use of new keys all is taken, after it nothing that is signed with older ones."""
    taken: list[tuple[float, float, int]] = []
    over = threading.Event()

    def go_on(exports: dict[str, str]) -> None:
        with client(exports) as keyfax:
            while not over.is_set():
                began = time.perf_counter()
                status = keyfax.get("/api/v1/token").status_code
                taken.append((began, time.perf_counter(), status))

    def reset(exports: dict[str, str]) -> Any:
        with client(exports) as keyfax:
            return keyfax.post("/api/v1/key").raise_for_status().json()["apiKey"]

    with serving() as exports, ThreadPoolExecutor(6) as threads:
        futures = [threads.submit(go_on, exports) for _ in range(4)]
        try:
            over.wait(0.5)
            made = {threads.submit(reset, exports), threads.submit(reset, exports)}
            api_keys = {future.result(10) for future in made}
            url = f"{exports['KEYAUTH_KEYTRAC_URL']}/_keyauth/deliveries"
            command = {"provider": "keyfax", "host": exports["KEYAUTH_KEYFAX_HOST"]}
            delivered = httpx.post(url, json=command, trust_env=False).raise_for_status().json()["deliveries"]
            assert {delivery["apiKey"] for delivery in delivered} == api_keys
            over.wait(0.5)
            newest = KeyfaxCredentials(*(delivered[-1][name] for name in ("hostName", "apiKey", "signingKey")))
            with client(exports, newest) as renewed:
                began = time.perf_counter()
                assert renewed.get("/api/v1/token").status_code == 200
                ended = time.perf_counter()
            over.wait(0.5)
        finally:
            over.set()
        for future in futures:
            future.result(10)
        older = KeyfaxCredentials(*(delivered[0][name] for name in ("hostName", "apiKey", "signingKey")))
        with client(exports, older) as dead:
            assert dead.get("/api/v1/token").status_code == 401
    before = [status for _, end, status in taken if end < began]
    after = [status for begin, _, status in taken if begin > ended]
    assert (set(before), set(after)) == ({200}, {401})
    assert min(len(before), len(after)) > 20


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: `make browser` installs Debian's")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=[*options, "--disable-sync", "--no-first-run"])
        yield browser
        browser.close()


@pytest.fixture
def browser_page(browser: Any) -> Iterator[Any]:
    """A page that knows nothing of those before it."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("button", "status"), [("Complete", 1), pytest.param("Cancel", 2, marks=pytest.mark.slow)])
def test_a_session_in_chromium_comes_back_with_status_and_guid_and_has_results(
    browser_page: Any, web_hook: WebHook, button: str, status: int
) -> None:
    browser_problems: list[str] = []
    requested: list[str] = []
    browser_page.on("console", lambda message: browser_problems.append(message.text))
    browser_page.on("pageerror", lambda error: browser_problems.append(str(error)))
    browser_page.on("request", lambda request: requested.append(request.url))
    start_up = {name: {"value": value} for name, value in ITEMS.items()}
    start_up["returnUrl"] = {"value": f"{web_hook.url}/back?s={{0}}&c={{1}}&g={{2}}&u={{3}}"}
    with serving() as exports, client(exports) as keyfax:
        launch = (
            keyfax.post("/api/v1/startup", json={**start_up, "customData": {"value": "4711"}}).raise_for_status().json()
        )
        wanted = {"guid": launch["guid"], "company": launch["company"]}
        assert keyfax.post("/api/v1/results", json=wanted).status_code == 422
        browser_page.goto(launch["launchUrl"])
        assert keyfax.post("/api/v1/results", json=wanted).status_code == 422
        browser_page.get_by_role("button", name=button).click()
        browser_page.wait_for_url(f"{web_hook.url}/back**")
        assert browser_page.get_by_role("heading").inner_text() == "back at the consumer"
        came_back = parse_qs(urlsplit(browser_page.url).query)
        assert came_back["s"] == [str(status)]
        assert came_back["c"] == [launch["company"]]
        assert came_back["g"] == [launch["guid"]]
        results = keyfax.post("/api/v1/results", json=wanted).raise_for_status().json()
    assert results["status"] == status
    assert results["customData"] == {"value": "4711"}
    assert browser_problems == []
    hosts = {urlsplit(url).netloc for url in requested if not url.endswith("favicon.ico")}
    assert hosts <= {urlsplit(exports["KEYAUTH_KEYFAX_URL"]).netloc, urlsplit(web_hook.url).netloc}


def test_a_header_of_a_proxy_does_not_change_what_is_verified() -> None:
    with serving() as exports, client(exports) as keyfax:
        for name in ("x-forwarded-proto", "X-Forwarded-Proto", "X-Forwarded-Host"):
            assert keyfax.get("/api/v1/token", headers={name: "https"}).status_code == 200


def test_the_exported_keys_work_again_after_a_reset() -> None:
    with serving() as exports, client(exports) as keyfax:
        assert keyfax.delete("/api/v1/key", params={"hostName": "LIVE"}).status_code == 200
        assert keyfax.get("/api/v1/token").status_code == 401
        url = f"{exports['KEYAUTH_KEYTRAC_URL']}/_keyauth/reset"
        httpx.post(url, json={}, trust_env=False).raise_for_status()
        assert keyfax.get("/api/v1/token").status_code == 200


def test_a_configuration_without_a_host_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    path = tmp_path / "empty.xml"
    path.write_text("<Configuration/>")
    command = [KEYAUTH, "serve", "--port", "0", "--keyfax-config", path]
    run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert run.returncode == 2
    assert "expected <WebApi><KeyGen name=" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("smtp", ["localhost", ":25", "localhost:mail"])
def test_a_mail_server_without_host_and_port_is_refused(smtp: str) -> None:
    run = subprocess.run([KEYAUTH, "serve", "--smtp", smtp], capture_output=True, text=True, timeout=20, check=False)
    assert run.returncode == 2
    assert "expected HOST:PORT" in run.stderr


def ask(function: Callable[[], httpx.Response]) -> int:
    return function().status_code


def test_requests_of_a_web_page_do_not_steer_keyfax() -> None:
    with serving() as exports:
        url = f"{exports['KEYAUTH_KEYTRAC_URL']}/_keyauth/keys"
        page = {"Origin": "http://evil.example"}
        assert ask(lambda: httpx.post(url, json={"host": "LIVE"}, headers=page, trust_env=False)) == 403
        assert (
            ask(lambda: httpx.post(url, content="{}", headers={"Content-Type": "text/plain"}, trust_env=False)) == 400
        )
