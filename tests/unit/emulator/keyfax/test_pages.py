"""The launch page, as a browser sees it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keyfax import KeyfaxEmulator
from pytest_keyauth.emulator.message import Request, Response

FORM = "application/x-www-form-urlencoded"
COMPANY = "AbcHousing_Staff_Live"

Ask = Callable[..., Response]
Launch = Callable[..., dict[str, str]]


class Page(HTMLParser):
    """What is on a page: its tags in order, and its text."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(response.body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def find(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def browse(ask: Ask) -> Callable[[str], Response]:
    """Opens a launch URL."""

    def open_url(url: str) -> Response:
        parts = urlsplit(url)
        assert parts.path.startswith("/interview")
        return ask("GET", parts.path.removeprefix("/interview"), query=parts.query)

    return open_url


@pytest.fixture
def press(ask: Ask) -> Callable[..., Response]:
    """Presses a button of the page: press(guid, "1")."""

    def send_form(guid: str, status: str, company: str = COMPANY) -> Response:
        body = urlencode({"co": company, "guid": guid, "status": status}).encode()
        return ask("POST", "/launch/finish", body=body, Content_Type=FORM)

    return send_form


def header(response: Response, name: str) -> str | None:
    return dict(response.headers).get(name)


def test_a_launch_url_opens_a_page_with_two_buttons(launch: Launch, browse: Callable[[str], Response]) -> None:
    launched = launch()
    response = browse(launched["launchUrl"])
    assert (response.status, header(response, "Content-Type")) == (200, "text/html; charset=utf-8")
    page = Page(response)
    assert page.find("form") == [{"method": "post", "action": "/interview/launch/finish"}]
    assert [(field["name"], field["value"]) for field in page.find("input")] == [
        ("co", COMPANY),
        ("guid", launched["guid"]),
    ]
    assert [(button["name"], button["value"]) for button in page.find("button")] == [("status", "1"), ("status", "2")]
    assert "Complete" in page.text
    assert "Cancel" in page.text


def test_the_page_is_accessible_and_loads_nothing(launch: Launch, browse: Callable[[str], Response]) -> None:
    response = browse(launch()["launchUrl"])
    page = Page(response)
    assert page.find("html") == [{"lang": "en"}]
    assert [len(page.find(tag)) for tag in ("title", "main", "h1")] == [1, 1, 1]
    for tag in ("script", "img", "link", "style", "iframe"):
        assert page.find(tag) == []
    assert not re.search(rb"(src|href)=", response.body)
    assert header(response, "Content-Security-Policy") == "default-src 'none'; base-uri 'none'"
    assert header(response, "Cache-Control") == "no-store"


@pytest.mark.parametrize(("button", "status"), [("1", 1), ("2", 2)])
def test_a_button_ends_the_session_and_leads_to_the_return_url(
    emulator: KeyfaxEmulator, launch: Launch, press: Callable[..., Response], button: str, status: int
) -> None:
    guid = launch(returnUrl={"value": "https://consumer.example/done?s={0}&g={2}&u={3}&c={1}"})["guid"]
    response = press(guid, button)
    assert (response.status, response.body) == (303, b"")
    target = f"https://consumer.example/done?s={status}&g={guid}&u=jane.doe&c={COMPANY}"
    assert header(response, "Location") == target
    assert emulator.sessions[guid].status == status


def test_without_a_return_url_a_page_says_that_it_is_done(launch: Launch, press: Callable[..., Response]) -> None:
    first, second = press(launch()["guid"], "1"), press(launch()["guid"], "2")
    assert (first.status, second.status) == (200, 200)
    assert "The session is complete." in Page(first).text
    assert "The session is cancelled." in Page(second).text


def test_opening_the_page_puts_the_session_under_way_once(
    emulator: KeyfaxEmulator, launch: Launch, browse: Callable[[str], Response], ask: Ask
) -> None:
    launched = launch()
    body = f'{{"guid": "{launched["guid"]}"}}'.encode()
    assert emulator.sessions[launched["guid"]].status is None
    before = ask("POST", "/api/v1/results", body=body)
    browse(launched["launchUrl"])
    assert emulator.sessions[launched["guid"]].status == -2
    after = ask("POST", "/api/v1/results", body=body)
    assert (before.status, after.status) == (422, 422)
    assert "its launch URL was not opened" in before.json()["message"]
    assert "launched and under way (status -2)" in after.json()["message"]
    emulator.fail_store("write-session")
    assert browse(launched["launchUrl"]).status == 200


def test_a_session_that_has_ended_stays_as_it_ended(
    emulator: KeyfaxEmulator, launch: Launch, press: Callable[..., Response], browse: Callable[[str], Response]
) -> None:
    launched = launch(returnUrl={"value": "https://consumer.example/done"})
    press(launched["guid"], "1")
    emulator.clock.advance(hours=1)
    again = press(launched["guid"], "2")
    assert header(again, "Location") == f"https://consumer.example/done?status=1&guid={launched['guid']}"
    session = emulator.sessions[launched["guid"]]
    assert session.finished_at is not None
    assert (session.status, session.finished_at.isoformat()) == (1, "2016-03-24T11:45:24+00:00")
    page = Page(browse(launched["launchUrl"]))
    assert page.find("button") == []
    assert "The session is complete." in page.text


def test_what_came_in_is_escaped(emulator: KeyfaxEmulator, launch: Launch, browse: Callable[[str], Response]) -> None:
    company = "\"><script>alert('1')</script>&amp;"
    emulator.configure(companies=[company])
    launched = launch(company={"value": company}, userName={"value": "<b>jane"}, scriptSet={"value": "'\"<i>"})
    assert parse_qs(urlsplit(launched["launchUrl"]).query)["co"] == [company]
    page = Page(browse(launched["launchUrl"]))
    assert [page.find(tag) for tag in ("script", "b", "i")] == [[], [], []]
    assert page.find("input")[0]["value"] == company
    assert "<b>jane" in page.text
    assert "geheim-7" not in page.text


@pytest.mark.parametrize(
    "query", ["", "co=AbcHousing_Staff_Live", "co={co}&guid=nope", "co=Other&guid={guid}", "guid={guid}"]
)
def test_there_is_no_page_for_what_was_not_launched(ask: Ask, launch: Launch, query: str) -> None:
    response = ask("GET", "/launch", query=query.format(guid=launch()["guid"], co=COMPANY))
    assert response.status == 404
    assert "There is no such session." in Page(response).text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"guid={guid}&status=1",
        b"co=Other&guid={guid}&status=1",
        b"co={co}&guid=nope&status=1",
        b"a=1&" * 20 + b"co={co}&guid={guid}&status=1",
        b'{"co": "{co}"}',
        b"x" * 1_000_000,
    ],
    ids=lambda body: body[:20].decode("latin-1") + str(len(body)),
)
def test_a_form_of_no_session_ends_none(emulator: KeyfaxEmulator, ask: Ask, launch: Launch, body: bytes) -> None:
    guid = launch()["guid"]
    sent = body.replace(b"{guid}", guid.encode()).replace(b"{co}", COMPANY.encode())
    assert ask("POST", "/launch/finish", body=sent, Content_Type=FORM).status == 404
    assert emulator.sessions[guid].status is None


@pytest.mark.parametrize("status", ["", "0", "3", "-2", "01", "1.0", "complete"])
def test_a_form_without_a_known_button_ends_nothing(
    emulator: KeyfaxEmulator, launch: Launch, press: Callable[..., Response], status: str
) -> None:
    guid = launch()["guid"]
    assert press(guid, status).status == 400
    assert emulator.sessions[guid].status is None


def test_a_store_that_fails_changes_nothing(
    emulator: KeyfaxEmulator, launch: Launch, press: Callable[..., Response], browse: Callable[[str], Response]
) -> None:
    launched = launch()
    emulator.fail_store("write-session", 2)
    assert browse(launched["launchUrl"]).status == 500
    assert press(launched["guid"], "1").status == 500
    assert emulator.sessions[launched["guid"]].status is None
    assert press(launched["guid"], "1").status == 200


@pytest.mark.parametrize(("method", "path", "allow"), [("POST", "/launch", "GET"), ("GET", "/launch/finish", "POST")])
def test_a_page_has_its_one_method(ask: Ask, method: str, path: str, allow: str) -> None:
    response = ask(method, path)
    assert (response.status, header(response, "Allow")) == (405, allow)


def test_pages_are_no_operations(emulator: KeyfaxEmulator, launch: Launch, press: Callable[..., Response]) -> None:
    press(launch()["guid"], "1")
    assert [exchange.operation for exchange in emulator.requests] == ["launchSession", None]


@given(st.text(), st.binary(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_query_and_no_form_raises(query: str, body: bytes) -> None:
    emulator = KeyfaxEmulator()
    for text in (query, quote(query, errors="replace")):
        assert emulator.handle(Request("GET", "/interview/launch", text)).status == 404
    assert emulator.handle(Request("POST", "/interview/launch/finish", "", (), body)).status == 404
