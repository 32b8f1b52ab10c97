import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from pytest_keyauth.reports.page import render_page
from pytest_keyauth.verdicts import Verdict

from .made_up import CATALOGUES, DRIFTS, HOSTILE, a_hostile_night, a_night

VOID = {"meta", "input", "wbr", "br", "link", "img"}


class Page(HTMLParser):
    """A page's elements and their texts; refuses elements that are not closed as they were opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self.texts: list[str] = []
        self.style = self.script = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("style", "script"):
            setattr(self, self._open[-1], data)
        else:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


NIGHT = render_page(a_night())
PAGE = Page(NIGHT)
HOSTILE_PAGE = Page(render_page(a_hostile_night()))


def digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def test_the_same_report_is_the_same_page() -> None:
    assert render_page(a_night()) == NIGHT


def test_the_page_lets_itself_load_nothing_but_its_own_style_and_script() -> None:
    [policy] = [item["content"] for item in PAGE.all("meta") if item.get("http-equiv") == "Content-Security-Policy"]
    directives = dict(directive.strip().split(" ", 1) for directive in policy.split(";"))
    assert directives == {
        "default-src": "'none'",
        "style-src": f"'{digest(PAGE.style)}'",
        "script-src": f"'{digest(PAGE.script)}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


@pytest.mark.parametrize("page", [PAGE, HOSTILE_PAGE], ids=["night", "hostile"])
def test_nothing_in_it_is_outside_of_it_or_runs_but_its_script(page: Page) -> None:
    assert {tag for tag, _ in page.elements} & {"img", "link", "iframe", "object", "embed", "base", "svg"} == set()
    assert len(page.all("script")) == 1
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "action")], tag
        assert attributes.get("href", "#").startswith("#")
    assert "url(" not in page.style
    assert "@import" not in page.style


def test_every_outcome_has_one_entry_and_one_mark_that_leads_to_it() -> None:
    entries = [item["id"] for item in PAGE.all("details")]
    marks = [item["href"].removeprefix("#") for item in PAGE.all("a")]
    names = [f"outcome-{verdict.outcome.name}" for verdict in a_night().verdicts]
    assert sorted(entries) == sorted(marks) == sorted(names)


def test_no_id_is_there_twice_and_every_label_is_there() -> None:
    ids = [attributes["id"] for _, attributes in PAGE.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {item["aria-labelledby"] for _, item in PAGE.elements if "aria-labelledby" in item} <= set(ids)


def test_only_drifts_are_open() -> None:
    opened = {item["id"].removeprefix("outcome-") for item in PAGE.all("details") if "open" in item}
    assert opened == set(DRIFTS)


def test_a_mark_says_in_words_what_its_colour_says() -> None:
    for mark in PAGE.all("a"):
        assert mark["class"].removeprefix("mark ") in mark["aria-label"]


@pytest.mark.parametrize(
    "told",
    [
        "A provider does not do what its document says: 3 of 145 documented outcomes are not as documented",
        "https://api.keytrac.net as token 2283…",
        "2026-11-24 03:30 UTC",
        "3 min 20 s",
        "The oldest confirmation is 12 days old; 38 were never confirmed live",
        "confirmed live 12 days ago",
        "Submitted sample no. 1 is corrupt or not in the format which KeyTrac requires.",
        "No answer within 30 s, three times",
        "Needs a fault, and the server has no control plane.",
        "Accepted until 2026-12-31: they know.",
    ],
)
def test_it_says(told: str) -> None:
    assert told in PAGE.text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strangers_text_is_a_text(name: str) -> None:
    plain = Page(render_page(a_hostile_night({name: "harmless"})))
    hostile = Page(render_page(a_hostile_night({name: HOSTILE[name]})))
    kept = {"td", "tr", "del", "ins", "mark"}  # a text of several lines has more of them
    assert [item for item in hostile.elements if item[0] not in kept] == [
        item for item in plain.elements if item[0] not in kept
    ]


def test_a_strangers_markup_is_shown() -> None:
    assert HOSTILE["script"] in HOSTILE_PAGE.text
    assert HOSTILE["entity"] in HOSTILE_PAGE.text
    assert "user\\u202egnp.exe" in HOSTILE_PAGE.text


def test_nothing_invisible_is_left_and_it_can_be_written() -> None:
    page = render_page(a_hostile_night())
    assert re.search("[\u200b\u202e\u2066\ufeff\x00\x1b\ud83d]", page) is None
    page.encode()


def test_without_javascript_there_are_no_filters_and_no_buttons() -> None:
    [toolbar] = PAGE.all("form")
    assert "hidden" in toolbar
    assert all("hidden" in button for button in PAGE.all("button") if button.get("class") == "copy")


def test_very_long_answers_make_no_endless_page() -> None:
    report = a_hostile_night({"long": "x" * 1_000_000, "lines": "line\n" * 100_000})
    assert len(render_page(report)) < 1_000_000


def test_a_run_without_verdicts_and_one_of_emulators_have_a_page() -> None:
    assert "0 of 0 documented outcomes are confirmed" in Page(render_page(a_night("confirmed", verdicts=()))).text
    fresh = (
        *(Verdict(item, "confirmed") for item in CATALOGUES[0]),
        Verdict(CATALOGUES[1].outcomes[0], "unprovokable"),
    )
    page = Page(render_page(a_night("confirmed", target="emulator", verdicts=fresh, servers={})))
    assert "not provokable" in page.text
    assert " live" not in page.text
