"""Chromium for tests, and a consumer as there are: a web application that has its visitors' typing recorded."""

import asyncio
import json
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

TIMEOUT_S = 30

Scenario = Callable[[Any], Awaitable[Any]]

# The script as in the provider's quick start; where the host is a variable, consumers have it in their configuration.
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Who is there?</title><link rel="icon" href="data:,"></head>
<body>
<form method="post">
<input type="text" id="text" name="text" autocomplete="off">
<input type="password" id="password" name="password" autocomplete="off">
<button type="submit">Send</button>
</form>
<script src="{api}/keytrac.js"></script>
<script>KeyTrac.configure({{anytextFields: ['#text'], passwordFields: ['#password']}});</script>
</body>
</html>"""


def import_playwright(name: str) -> Any:
    """One of Playwright's two interfaces; the test is skipped where there is no browser for it."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: `make browser` installs Debian's")
    return pytest.importorskip(f"playwright.{name}", reason="playwright is not installed")


class Chromium:
    """Headless Chromium by Playwright's async API, in a thread of its own: so several people can type at a time."""

    def __init__(self, portal: BlockingPortal, context: Any) -> None:
        self._portal = portal
        self._context = context

    def play(self, scenario: Scenario, timeout_s: float = TIMEOUT_S) -> Any:
        """Play a scenario in the browser's context, and close the pages that it has opened there."""
        return self._portal.call(self._play, scenario, timeout_s)

    async def _play(self, scenario: Scenario, timeout_s: float) -> Any:
        try:
            return await asyncio.wait_for(scenario(self._context), timeout_s)
        finally:
            for page in self._context.pages:
                await page.close()


@contextmanager
def open_chromium() -> Iterator[Chromium]:
    """Start Chromium, and end it."""
    api = import_playwright("async_api")
    with start_blocking_portal() as portal:
        engine = portal.call(api.async_playwright().start)
        try:
            options = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
            browser = portal.call(lambda: engine.chromium.launch(executable_path=CHROMIUM, args=options))
            yield Chromium(portal, portal.call(browser.new_context))
            portal.call(browser.close)
        finally:
            portal.call(engine.stop)


class Consumer:
    """Asks the API about the typing in its forms: ``POST /<method>/<operation>`` for the user of the account.

    It reads the sample as public consumers do, from ``keytrac_`` and the id of the input.
    """

    fields: ClassVar = {"anytext": "text", "password": "password"}

    def __init__(self, api: str, token: str) -> None:
        self.api = api
        self.pages = {"/": PAGE.format(api=api)}
        self.received: list[dict[str, str]] = []
        self.url = ""
        self._client = httpx.Client(base_url=api, headers={"Authorization": token}, trust_env=False)
        self._user_id = self._client.post("/users").raise_for_status().json()["id"]

    def answer(self, path: str, form: dict[str, str]) -> str:
        """What the page after a form says: the API's answer."""
        self.received.append(form)
        _, method, operation = path.split("/")
        sample = form[f"keytrac_{self.fields[method]}"]
        asked = {"user_id": self._user_id, "samples": [sample]}
        return self._client.post(f"/{method}/{operation}", json=asked).text

    def close(self) -> None:
        """Leave no connection."""
        self._client.close()


@contextmanager
def serve_consumer(api: str, token: str) -> Iterator[Consumer]:
    """A consumer behind a socket."""
    consumer = Consumer(api, token)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send("text/html", consumer.pages.get(self.path, consumer.pages["/"]))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()}
            self._send("application/json", consumer.answer(self.path, form))

        def _send(self, kind: str, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        consumer.url = f"http://127.0.0.1:{server.server_port}"
        yield consumer
        server.shutdown()
        thread.join()
        consumer.close()


async def send(page: Any) -> Any:
    """Send the form of a page, and give what the consumer says."""
    await page.bring_to_front()  # nothing is clicked in a tab behind others
    await page.click("button")
    await page.wait_for_load_state()
    return json.loads(await page.inner_text("body"))
