"""What the journal tells of calls, and how it explains that there were not those that a test expects."""

import json
from typing import Any
from unittest.mock import ANY

import pytest

from pytest_keyauth.emulator.journal import Exchange, Journal
from pytest_keyauth.emulator.message import Request, Response

OPERATIONS = ("authenticateAnytext", "createUser")


def call(operation: str = "authenticateAnytext", value: Any = None, status: int = 200, answer: Any = None) -> Exchange:
    body = b"" if value is None else json.dumps(value).encode()
    request = Request("POST", f"/{operation}", body=body)
    response = Response(status, body=json.dumps(answer).encode())
    return Exchange(request, response, operation, lambda name, got: f"{name}/{got.status}/named")


@pytest.fixture
def journal() -> Journal:
    journal = Journal(operations=OPERATIONS)
    journal.record(call("createUser", answer={"id": "anna"}))
    journal.record(call(value={"user_id": "anna", "samples": ["one", "two"]}, answer={"authenticated": True}))
    journal.record(call(value={"user_id": "bert", "samples": ["one"]}, status=404, answer={"error": "none"}))
    return journal


def explain(journal: Journal, *arguments: Any, **keywords: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        journal.assert_called(*arguments, **keywords)
    return str(caught.value)


def test_an_exchange_tells_its_bodies_parsed_its_status_and_its_outcome(journal: Journal) -> None:
    exchange = journal[1]
    assert exchange.json == {"user_id": "anna", "samples": ["one", "two"]}
    assert (exchange.status, exchange.answer) == (200, {"authenticated": True})
    assert exchange.outcome == "authenticateAnytext/200/named"


def test_a_body_that_is_no_json_is_none_and_what_is_no_operation_has_no_outcome() -> None:
    exchange = Exchange(Request("POST", "/", body=b"a=b"), Response(404, body=b"\xff"), None)
    assert (exchange.json, exchange.answer, exchange.outcome) == (None, None, None)


def test_calls_that_are_as_expected_are_given(journal: Journal) -> None:
    assert journal.assert_called("authenticateAnytext", times=2) == [journal[1], journal[2]]
    assert journal.assert_called("authenticateAnytext", json={"user_id": "bert"}) == [journal[2]]
    assert journal.assert_called("authenticateAnytext", json={"samples": ANY}, status=200) == [journal[1]]
    assert journal.assert_called("authenticateAnytext", outcome="authenticateAnytext/404/named") == [journal[2]]
    assert journal.assert_called("createUser", times=0, json={"user_id": "anna"}) == []


def test_what_differs_is_told_of_the_nearest_call_first(journal: Journal) -> None:
    said = explain(journal, "authenticateAnytext", times=1, json={"user_id": "anna", "samples": ["one"]}, status=404)
    expected, *calls = said.splitlines()
    assert expected == (
        'expected authenticateAnytext to be called once with {"user_id": "anna", "samples": ["one"]} '
        "with status 404; it was called twice, and so never"
    )
    assert calls == [
        "  call 2: POST /authenticateAnytext -> 404 (authenticateAnytext/404/named)",
        '    json /user_id: expected "anna", sent "bert"',
        "  call 1: POST /authenticateAnytext -> 200 (authenticateAnytext/200/named)",
        '    json /samples: expected ["one"], sent ["one", "two"]',
        "    status: expected 404, answered 200",
        "  other calls: createUser once",
    ]


def test_a_call_that_never_was_is_told_with_the_calls_that_were(journal: Journal) -> None:
    journal.clear()
    journal.record(Exchange(Request("GET", "/nowhere"), Response(404), None))
    assert explain(journal, "createUser") == (
        "expected createUser to be called; it was called never, and so never\n  other calls: GET /nowhere once"
    )


def test_a_call_that_should_not_have_been_is_told(journal: Journal) -> None:
    assert explain(journal, "createUser", times=0).startswith(
        "expected createUser not to be called; it was called once, and so once\n  call 1: POST /createUser -> 200"
    )


def test_a_member_that_is_missing_and_an_outcome_that_is_another_are_told(journal: Journal) -> None:
    said = explain(journal, "createUser", json={"name": "anna"}, outcome="createUser/500/other")
    assert "json /: expected" in said
    said = explain(journal, "authenticateAnytext", json={"limit": 3}, outcome="createUser/500/other")
    assert "json /limit: expected 3, sent nothing of that name" in said
    assert "outcome: expected createUser/500/other, answered authenticateAnytext/200/named" in said


def test_an_explanation_shows_no_secret_and_nothing_endless() -> None:
    journal = Journal()
    for _ in range(7):
        journal.record(call(value={"password": "hunter-2-hunter", "samples": ["x" * 500]}))
    said = explain(journal, "authenticateAnytext", json={"password": "hunter-3-hunter", "samples": ["y" * 500]})
    assert "hunter" not in said
    assert "… (504 characters)" in said or "… (502 characters)" in said
    assert "  and 2 more" in said


def test_an_operation_that_there_is_not_is_a_wrong_call(journal: Journal) -> None:
    with pytest.raises(ValueError, match="no operation 'authenticate'; there are: authenticateAnytext, createUser"):
        journal.assert_called("authenticate")
