"""A proxy before a served emulator changes one thing at a time: each change gets its verdict, at its place."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from .meddling import Meddle, Meddler, Passing, meddling

DRIFT, OUTAGE, USAGE, FINE = 1, 69, 4, 0

#: Few contracts, which take half a second.
SOME = "contracts/keytrac/test_show_user.py"


Stand = Callable[[Meddle], AbstractContextManager[Meddler]]


@pytest.fixture
def before(served: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Stand:
    """Stand before the served emulators, and let the environment say so."""

    @contextmanager
    def stand(meddle: Meddle) -> Iterator[Meddler]:
        with meddling(served["KEYAUTH_KEYTRAC_URL"], meddle) as meddler:
            for name, value in served.items():
                monkeypatch.setenv(name, value)
            monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", meddler.url)
            monkeypatch.setenv("KEYAUTH_KEYFAX_URL", f"{meddler.url}/interview")
            yield meddler

    return stand


def check(pytester: pytest.Pytester, *arguments: str, contracts: str = SOME) -> tuple[int, dict[str, Any]]:
    """Run contracts live and give the exit status, and the verdicts by outcome."""
    options = ("--keyauth-target=live", "--keyauth-contracts=keytrac", "--keyauth-report=report.json", "-q")
    result = pytester.runpytest(*options, *arguments, contracts)
    report = json.loads(Path("report.json").read_text())
    found = {verdict["outcome"]: verdict for verdict in report["verdicts"] if verdict["word"] != "unchecked"}
    return int(result.ret), found


def places(verdict: dict[str, Any]) -> list[tuple[str, str]]:
    return [(deviation["place"], deviation["kind"]) for deviation in verdict["deviations"]]


def is_for_a_missing_user(passing: Passing) -> bool:
    return passing.method == "GET" and passing.path.startswith("/users/") and passing.status == 404


def is_for_a_shown_user(passing: Passing) -> bool:
    return passing.method == "GET" and passing.path.startswith("/users/") and passing.status == 200


def changed(where: Callable[[Passing], bool], change: Callable[[Passing], Passing | None]) -> Meddle:
    return lambda passing: change(passing) if where(passing) else passing


def edited(edit: Callable[[dict[str, Any]], object]) -> Callable[[Passing], Passing]:
    def change(passing: Passing) -> Passing:
        body = json.loads(passing.body)
        edit(body)
        return replace(passing, body=json.dumps(body).encode())

    return change


def typed(media_type: str) -> Callable[[Passing], Passing]:
    def change(passing: Passing) -> Passing:
        kept = [(name, value) for name, value in passing.headers if name.lower() != "content-type"]
        return replace(passing, headers=[*kept, ("Content-Type", media_type)])

    return change


MISSING, SHOWN = "showUser/404/user-not-found", "showUser/200/shown"

DRIFTS = [
    pytest.param(
        changed(is_for_a_missing_user, lambda passing: replace(passing, status=410)),
        MISSING,
        [("status", "value")],
        id="a-status",
        marks=pytest.mark.slow,
    ),
    pytest.param(
        changed(is_for_a_missing_user, lambda passing: passing.saying(b"User not found", b"No such user")),
        MISSING,
        [("body /error", "value")],
        id="a-text",
    ),
    pytest.param(
        changed(is_for_a_shown_user, edited(lambda body: body["overview"].pop("enrolment_count"))),
        SHOWN,
        [("body /overview/enrolment_count", "missing")],
        id="a-missing-field",
    ),
    pytest.param(
        changed(is_for_a_missing_user, edited(lambda body: body.update(code=7))),
        MISSING,
        [("body /code", "added")],
        id="an-added-field",
    ),
    pytest.param(
        changed(is_for_a_shown_user, edited(lambda body: body["overview"].update(authentication_count="0"))),
        SHOWN,
        [("body /overview/authentication_count", "type")],
        id="a-type",
        marks=pytest.mark.slow,
    ),
    pytest.param(
        changed(is_for_a_missing_user, typed("text/html")),
        MISSING,
        [("header content-type", "value")],
        id="a-header",
        marks=pytest.mark.slow,
    ),
    pytest.param(
        changed(is_for_a_missing_user, lambda passing: replace(typed("text/html")(passing), body=b"<h1>gone</h1>")),
        MISSING,
        [("header content-type", "value"), ("body", "type")],
        id="a-page",
    ),
]


@pytest.mark.parametrize(("meddle", "outcome", "deviations"), DRIFTS)
def test_a_changed_answer_is_a_drift_at_its_place(
    pytester: pytest.Pytester, before: Stand, meddle: Meddle, outcome: str, deviations: list[tuple[str, str]]
) -> None:
    with before(meddle):
        status, found = check(pytester)
    assert [name for name, verdict in found.items() if verdict["word"] == "drifted"] == [outcome]
    assert places(found[outcome]) == deviations
    assert {verdict["word"] for name, verdict in found.items() if name != outcome} <= {"confirmed", "unprovokable"}
    assert status == DRIFT


def test_without_a_change_what_can_be_asked_is_confirmed_and_the_rest_told_why_not(
    pytester: pytest.Pytester, before: Stand
) -> None:
    with before(lambda passing: passing):
        status, found = check(pytester)
    words = {name: verdict["word"] for name, verdict in found.items()}
    assert words == {SHOWN: "confirmed", MISSING: "confirmed", "showUser/500/calculate-status": "unprovokable"}
    assert "no control plane" in found["showUser/500/calculate-status"]["reason"]
    assert status == FINE


def test_a_field_that_is_added_where_the_document_leaves_the_body_open_is_a_note(
    pytester: pytest.Pytester, before: Stand
) -> None:
    add = edited(lambda body: body["method"].update(smartcard={"last_activity": "never"}))
    with before(changed(is_for_a_shown_user, add)):
        status, found = check(pytester)
    assert found[SHOWN]["word"] == "confirmed"
    assert ("body /method/smartcard", "added") in [(note["place"], note["kind"]) for note in found[SHOWN]["notes"]]
    assert status == FINE


def slow(seconds: float) -> Callable[[Passing], Passing]:
    def change(passing: Passing) -> Passing:
        time.sleep(seconds)
        return passing

    return change


def test_an_answer_that_is_slow_is_an_answer(pytester: pytest.Pytester, before: Stand) -> None:
    with before(changed(is_for_a_missing_user, slow(0.2))):
        status, found = check(pytester, "-k", "no-uuid", "--keyauth-timeout=5")
    assert (status, found[MISSING]["word"]) == (FINE, "confirmed")


OUTAGES = [
    pytest.param(changed(is_for_a_missing_user, slow(0.4)), "ReadTimeout", id="too-slow", marks=pytest.mark.slow),
    pytest.param(changed(is_for_a_missing_user, lambda _passing: None), "RemoteProtocolError", id="dropped"),
    pytest.param(
        changed(
            is_for_a_missing_user,
            lambda passing: replace(typed("text/html")(passing), status=503, body=b"<h1>Back soon</h1>"),
        ),
        "503 Service Unavailable",
        id="gateway",
    ),
]


@pytest.mark.parametrize(("meddle", "reason"), OUTAGES)
def test_no_answer_of_the_provider_is_an_outage_and_no_drift(
    pytester: pytest.Pytester, before: Stand, meddle: Meddle, reason: str
) -> None:
    with before(meddle):
        status, found = check(pytester, "-k", "no-uuid", "--keyauth-timeout=0.2")
    assert (status, found[MISSING]["word"]) == (OUTAGE, "unreachable")
    assert reason in found[MISSING]["reason"]


def test_what_depends_on_a_drifted_answer_is_not_a_drift_itself(pytester: pytest.Pytester, before: Stand) -> None:
    def refuse(passing: Passing) -> Passing:
        is_new = (passing.method, passing.path) == ("POST", "/users")
        return replace(passing, status=409, body=b'{"error":"Too many users"}') if is_new else passing

    with before(refuse):
        status, found = check(pytester, "-k", "enrolled_user")
    assert (status, found[SHOWN]["word"]) == (OUTAGE, "unreachable")
    assert "POST /users, on which it depends, was not answered as documented" in found[SHOWN]["reason"]


def test_a_page_in_the_place_of_every_answer_is_an_outage(pytester: pytest.Pytester, before: Stand) -> None:
    def replace_all(passing: Passing) -> Passing:
        is_first = passing.path == "/status"  # which is asked before anything else
        return passing if is_first else replace(typed("text/html")(passing), status=500, body=b"<h1>Oops</h1>")

    with before(replace_all):
        asked = ("-k", "without_a_token or nobody or unknown_resource")
        status, found = check(pytester, *asked, contracts="contracts/keytrac/test_every_operation.py")
    assert {verdict["word"] for verdict in found.values()} <= {"unreachable", "unprovokable"}
    assert status == OUTAGE


def test_credentials_that_are_refused_are_a_usage_error_before_any_contract(
    pytester: pytest.Pytester, before: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    with before(lambda passing: passing) as meddler:
        monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", "0" * 36)
        result = pytester.runpytest("--keyauth-target=live", "--keyauth-contracts=keytrac", SOME)
    assert int(result.ret) == USAGE
    assert "keytrac refuses the credentials of the environment (GET /status was answered with 401)" in str(
        result.stderr
    )
    assert [passing.path for passing in meddler.passed] == ["/status", "/users"]


def test_a_server_that_is_not_there_is_an_outage_that_is_soon_known(
    pytester: pytest.Pytester, served: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", served["KEYAUTH_KEYTRAC_TOKEN"])
    status, found = check(pytester, "-k", "no-uuid or new_user")
    assert {verdict["word"] for verdict in found.values()} == {"unreachable"}
    assert status == OUTAGE


def test_a_budget_that_does_not_suffice_is_a_usage_error_and_is_never_exceeded(
    pytester: pytest.Pytester, before: Stand
) -> None:
    with before(lambda passing: passing) as meddler:
        status, found = check(pytester, "--keyauth-max-requests=9")
    made = [passing for passing in meddler.passed if (passing.method, passing.path) == ("POST", "/users")]
    removed = [passing for passing in meddler.passed if passing.method == "DELETE"]
    assert status == USAGE
    assert "may send 9 requests" in str([verdict["reason"] for verdict in found.values()])
    assert len(removed) == len(made)  # for that there is always one more
    assert len(meddler.passed) - len(removed) <= 9 + 2  # the probe, and who was there before


@pytest.mark.slow
def test_a_budget_holds_across_workers(pytester: pytest.Pytester, before: Stand) -> None:
    with before(lambda passing: passing) as meddler:
        status, _ = check(pytester, "--keyauth-max-requests=20", "-n2", contracts="contracts/keytrac")
    asked = [passing for passing in meddler.passed if passing.method != "DELETE"]
    assert status == USAGE
    assert len(asked) <= 20 + 3


@pytest.mark.slow
def test_all_outcomes_are_confirmed_where_a_control_plane_provokes_them(
    pytester: pytest.Pytester, reaching: dict[str, str]
) -> None:
    options = ("--keyauth-target=live", "--keyauth-contracts=all", "--keyauth-report=report.json", "-q", "-n2")
    result = pytester.runpytest(*options, "contracts")
    report = json.loads(Path("report.json").read_text())
    assert {verdict["word"] for verdict in report["verdicts"]} == {"confirmed"}
    assert (int(result.ret), len(report["verdicts"])) == (FINE, 145)
