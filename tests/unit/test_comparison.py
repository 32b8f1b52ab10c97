import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_keyauth.comparison import compare
from pytest_keyauth.findings import Answer, Evidence
from pytest_keyauth.outcomes import find_outcome, load_catalogue
from pytest_keyauth.verdicts import Report, Verdict

CATALOGUES = [load_catalogue(provider) for provider in ("keytrac", "keyfax")]


def report(
    outcome: str, status: str, body: Any, media_type: str = "application/json", word: str = "confirmed"
) -> Report:
    answer = Answer(status, media_type, body if isinstance(body, str) else json.dumps(body))
    evidence = Evidence("curl", Answer(status, media_type, ""), answer)
    verdict = Verdict(find_outcome(outcome, CATALOGUES), word, evidence=evidence if word == "confirmed" else None)  # type: ignore[arg-type]
    return Report("1", "emulator", 0, datetime(2026, 11, 24, tzinfo=UTC), 1, "confirmed", (verdict,))


def contrasts(first: Report, second: Report) -> list[tuple[str, str, str]]:
    return [(item.place, item.first, item.second) for item in compare(first, second)]


MISSING, TOKEN, LAUNCHED = "showUser/404/user-not-found", "createToken/200/token", "launchSession/200/launched"


@pytest.mark.parametrize(
    ("outcome", "one", "two"),
    [
        (MISSING, {"error": "User not found"}, {"error": "User not found"}),
        ("createUser/2XX/created", {"id": "<user-id:1>"}, {"id": "<user-id:7>"}),
        (TOKEN, {"company": "A", "token": "<jwt:1>"}, {"company": "B", "token": "<jwt:3>"}),
        (LAUNCHED, {"at": "2026-11-24 20:36:01 UTC"}, {"at": "2026-11-24 20:36:08 UTC"}),
        (LAUNCHED, {"at": "29/11/2026 20:36:01"}, {"at": "29/11/2026 20:36:08"}),
        (LAUNCHED, "&lt;guid:1&gt;", "&lt;guid:2&gt;"),
    ],
)
def test_what_differs_from_answer_to_answer_is_no_difference(outcome: str, one: Any, two: Any) -> None:
    assert contrasts(report(outcome, "200", one), report(outcome, "200", two)) == []


def test_each_difference_is_told_at_its_place() -> None:
    one = report(MISSING, "404", {"error": "User not found"})
    two = report(MISSING, "410", {"error": "Gone", "more": 1}, "text/json")
    assert contrasts(one, two) == [
        ("status", "404", "410"),
        ("header content-type", "application/json", "text/json"),
        ("body /error", "User not found", "Gone"),
        ("body /more", "", "1"),
    ]


def test_open_bodies_are_compared_too() -> None:
    one, two = report(LAUNCHED, "200", {"guid": "<guid:1>"}), report(LAUNCHED, "200", {"id": "<guid:1>"})
    assert contrasts(one, two) == [("body /guid", "<guid>", ""), ("body /id", "", "<guid>")]


def test_who_could_not_be_asked_is_told() -> None:
    one = report(MISSING, "404", {"error": "User not found"})
    assert contrasts(one, report(MISSING, "", "", word="unreachable")) == [("verdict", "confirmed", "unreachable")]
