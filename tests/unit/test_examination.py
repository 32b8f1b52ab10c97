"""Which outcome has drifted, and where: each made-up answer is judged by the provider's document."""

import json
from typing import Any

import pytest

from pytest_keyauth.examination import Ending, Examiner
from pytest_keyauth.findings import Finding
from pytest_keyauth.ledger import Observation, Sent, Traffic, Trouble
from pytest_keyauth.outcomes import find_outcome, load_catalogue
from pytest_keyauth.recording.addresses import Addresses

TOKEN = "2283404c-7bfa-41ef-85ab-b9ce6d72bad8"
USER = "8f5a2308-90b5-4afa-8847-ebf2b99f4082"
SAMPLE = "firefox/38.0#m=0#2016-01-29 17:50:51|0d68|80u68|40d69|70u69|60d70|90u70|50d71|60u71"
JSON = (("Content-Type", "application/json"),)
FAILED = Ending("failed", "AssertionError: assert (1, 2) == (3, 4)")
CATALOGUES = [load_catalogue(provider) for provider in ("keytrac", "keyfax")]


def answered(
    method: str, path: str, status: int, body: Any, headers: Any = JSON, sent: bytes = b"", provider: str = "keytrac"
) -> Observation:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = (("Authorization", TOKEN), ("Content-Type", "application/json"), ("User-Agent", "python-httpx"))
    base = "https://api.keytrac.net" if provider == "keytrac" else "http://localhost:8088/interview"
    return Observation(provider, method, path, status, data, headers, Sent(base + path, asked, sent))


def examine(outcome: str, ending: Ending, *observations: Observation, **more: Any) -> Finding:
    troubles = more.pop("troubles", [])
    examiner = Examiner("contracts/x.py::test_a_thing_is_so[1]", Addresses(), secrets=[("token", TOKEN)], **more)
    return examiner.examine(find_outcome(outcome, CATALOGUES), ending, Traffic(list(observations), troubles))


def places(finding: Finding) -> list[tuple[str, str, str, str]]:
    return [(item.place, item.kind, item.expected, item.actual) for item in finding.deviations]


CREATED = answered("POST", "/users", 201, {"id": USER})
MISSING = "showUser/404/user-not-found"


def test_an_answer_that_is_the_documented_one_confirms() -> None:
    finding = examine(MISSING, Ending("passed"), CREATED, answered("GET", "/users/7", 404, {"error": "User not found"}))
    assert (finding.result, finding.deviations, finding.notes, finding.evidence) == ("confirmed", (), (), None)


def test_what_the_document_leaves_open_is_a_note() -> None:
    body = {
        "overview": {"enrolment_count": 3, "authentication_count": 232},
        "method": {"face": {"last_activity": "never"}},
    }
    finding = examine("showUser/200/shown", Ending("passed"), answered("GET", f"/users/{USER}", 200, body))
    assert [(note.place, note.kind) for note in finding.notes] == [("body /method/face", "added")]


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (410, {"error": "User not found"}, JSON, [("status", "value", "404", "410")]),
        (404, {"error": "Gone"}, JSON, [("body /error", "value", '"User not found"', '"Gone"')]),
        (404, {"error": 404}, JSON, [("body /error", "type", '"User not found"', "404")]),
        (404, {}, JSON, [("body /error", "missing", '"User not found"', "")]),
        (404, {"error": "User not found", "hint": "x"}, JSON, [("body /hint", "added", "", '"x"')]),
        (404, [], JSON, [("body", "type", '{"error": "User not found"}', "[]")]),
        (
            404,
            {"error": "User not found"},
            (("content-type", "text/plain; charset=utf-8"),),
            [("header content-type", "value", "application/json", "text/plain")],
        ),
        (404, {"error": "User not found"}, (), [("header content-type", "value", "application/json", "none")]),
    ],
)
def test_an_answer_that_is_not_the_documented_one_has_drifted_at_its_place(
    status: int, body: Any, headers: Any, expected: list[tuple[str, str, str, str]]
) -> None:
    finding = examine(MISSING, FAILED, CREATED, answered("GET", "/users/7", status, body, headers))
    assert (finding.result, places(finding)) == ("drifted", expected)


def test_a_page_in_the_place_of_json_is_told_as_one() -> None:
    page = answered("GET", "/users/7", 404, b"<h1>Not here</h1>", (("Content-Type", "text/html"),))
    finding = examine(MISSING, FAILED, page)
    assert [item.place for item in finding.deviations] == ["header content-type", "body"]


def test_a_verdict_that_is_flipped_has_drifted_where_it_stands() -> None:
    accepted = {"authenticated": True, "score": 97}
    answer = answered("POST", "/anytext/authenticate", 200, accepted)
    finding = examine("authenticateAnytext/2XX/rejected", FAILED, answer)
    assert ("body /authenticated", "value", "false", "true") in places(finding)


def test_an_undocumented_answer_that_another_outcome_is_nearer_to_was_in_the_way() -> None:
    """The enrolment that should have succeeded is answered with another status; the contract is for a refusal."""
    enrolled = answered("POST", "/anytext/enrol", 302, {"OK": True})
    finding = examine("enrolAnytext/400/mixed-device-types", FAILED, CREATED, enrolled)
    assert (finding.result, finding.cause) == ("unreachable", "blocked")
    assert "nearest: enrolAnytext/2XX/enrolled" in finding.reason


def test_another_operation_s_undocumented_answer_was_in_the_way() -> None:
    finding = examine(MISSING, FAILED, answered("POST", "/users", 409, {"error": "Too many users"}))
    assert (finding.result, finding.cause) == ("unreachable", "blocked")
    assert "POST /users, on which it depends" in finding.reason


def test_what_was_never_asked_for_has_not_drifted() -> None:
    finding = examine(MISSING, FAILED, answered("POST", "/users", 403, {"error": "Account is not verified"}))
    assert (finding.result, finding.cause) == ("unreachable", "blocked")


def test_no_answer_is_no_drift() -> None:
    trouble = Trouble("keytrac", "GET", "/users/7", "ReadTimeout: timed out")
    finding = examine(MISSING, FAILED, CREATED, troubles=[trouble])
    assert (finding.result, finding.cause) == ("unreachable", "trouble")
    assert finding.reason == "GET /users/7: ReadTimeout: timed out"


def test_what_each_answer_says_may_be_right_and_what_they_say_together_not() -> None:
    finding = examine(MISSING, FAILED, answered("GET", "/users/7", 404, {"error": "User not found"}))
    assert finding.result == "drifted"
    assert [(item.place, item.expected) for item in finding.deviations] == [("behaviour", "a thing is so")]


def test_what_was_skipped_says_why() -> None:
    finding = examine("showStatus/500/calculate-status", Ending("skipped", "needs a fault"))
    assert (finding.result, finding.reason) == ("unprovokable", "needs a fault")


def test_a_body_that_the_document_leaves_open_deviates_in_its_status_alone() -> None:
    answer = answered("GET", "/api/v1/token", 403, {"message": "no"}, provider="keyfax")
    assert places(examine("createToken/401/unauthorized", FAILED, answer)) == [("status", "value", "401", "403")]


def test_a_finding_shows_no_secret_and_how_to_ask_again() -> None:
    sent = json.dumps({"user_id": USER, "samples": [SAMPLE], "password": "swordfish-27"}).encode()
    answer = answered(
        "POST", "/anytext/enrol", 400, {"error": f"{SAMPLE} by {TOKEN}", "token": "tok-1234567"}, sent=sent
    )
    ending = Ending("failed", f"AssertionError: {TOKEN} {SAMPLE} swordfish-27\nand more")
    finding = examine("enrolAnytext/400/mixed-device-types", ending, answer)
    shown = json.dumps(finding.to_plain(), ensure_ascii=False)
    assert not [secret for secret in (TOKEN, SAMPLE, SAMPLE[-20:], "swordfish-27", "tok-1234567") if secret in shown]
    assert finding.evidence is not None
    assert '-H "Authorization: $KEYAUTH_KEYTRAC_TOKEN"' in finding.evidence.curl
    assert '"$KEYAUTH_KEYTRAC_URL/anytext/enrol"' in finding.evidence.curl
    assert "<sample: anytext m=0>" in finding.evidence.curl
    assert "User-Agent" not in finding.evidence.curl
    assert Finding.from_plain(json.loads(shown)) == finding


def test_evidence_of_what_is_as_documented_is_kept_for_who_wants_it() -> None:
    answer = answered("GET", "/users/7", 404, {"error": "User not found"})
    finding = examine(MISSING, Ending("passed"), answer, keeps_evidence=True)
    assert finding.evidence is not None
    assert finding.evidence.actual is not None
    assert json.loads(finding.evidence.actual.body) == {"error": "User not found"}
