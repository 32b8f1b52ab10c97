"""Documented outcomes on demand, from emulators that were given the documents."""

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pytest_keyauth.answers import DocumentedOutcomes
from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.keyfax import HostDefinition, KeyfaxEmulator
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.errors import UnknownOutcomeError
from pytest_keyauth.outcomes import Outcome, load_catalogue
from pytest_keyauth.recording.library import Library

USER = "0b9a6d1e-2f4c-4d7b-8a53-6e1f0c2d9b87"
NOW = datetime(2016, 3, 24, 11, 45, 24, tzinfo=UTC)


@pytest.fixture
def keytrac(tmp_path: Path) -> KeytracEmulator:
    documents = DocumentedOutcomes("keytrac", Library(tmp_path))
    return KeytracEmulator(Clock(NOW.timestamp), Random(1), documents=documents)


@pytest.fixture
def keyfax(tmp_path: Path) -> KeyfaxEmulator:
    return KeyfaxEmulator(random=Random(1), documents=DocumentedOutcomes("keyfax", Library(tmp_path)))


def outcomes(provider: str) -> list[Any]:
    return [pytest.param(outcome, id=outcome.name) for outcome in load_catalogue(provider)]


def ask(emulator: KeytracEmulator | KeyfaxEmulator, provider: str, operation: str, root: str = "") -> Response:
    """Call an operation with nothing that it needs."""
    found = {item.name: item for item in load_catalogue(provider).operations}[operation]
    path = found.path.replace("{user_identifier}", USER)
    assert "{" not in path
    return emulator.handle(Request(found.method, root + path, headers=(("Content-Type", "application/json"),)))


@pytest.mark.parametrize("outcome", outcomes("keytrac"))
def test_every_outcome_of_keytrac_can_be_had_by_its_name(keytrac: KeytracEmulator, outcome: Outcome) -> None:
    keytrac.answer(outcome.name)
    response = ask(keytrac, "keytrac", outcome.operation)
    assert outcome.has_status(response.status)
    assert outcome.has_body(response.json())
    assert keytrac.requests[-1].outcome == outcome.name
    assert ask(keytrac, "keytrac", outcome.operation).json() == {"error": "Authentication token missing"}


@pytest.mark.parametrize("outcome", outcomes("keyfax"))
def test_every_outcome_of_keyfax_can_be_had_by_its_name(keyfax: KeyfaxEmulator, outcome: Outcome) -> None:
    keyfax.answer(outcome.name)
    response = ask(keyfax, "keyfax", outcome.operation, "/interview")
    assert outcome.has_status(response.status)
    assert keyfax.requests[-1].outcome == outcome.name


def test_the_identifiers_of_a_request_come_back(keytrac: KeytracEmulator) -> None:
    keytrac.answer("listUsers/200/listed")
    assert ask(keytrac, "keytrac", "listUsers").json()
    keytrac.answer("createUser/2XX/created", times=2)
    first, second = (ask(keytrac, "keytrac", "createUser").json()["id"] for _ in range(2))
    assert first != second


def test_a_success_that_the_rules_allow_is_done(keytrac: KeytracEmulator) -> None:
    keytrac.answer("createUser/2XX/created")
    headers = (("Authorization", keytrac.token),)
    user_id = keytrac.handle(Request("POST", "/users", headers=headers)).json()["id"]
    assert keytrac.handle(Request("GET", f"/users/{user_id}", headers=headers)).status == 200


def test_nothing_is_done_with_an_error(keytrac: KeytracEmulator) -> None:
    headers = (("Authorization", keytrac.token),)
    user_id = keytrac.handle(Request("POST", "/users", headers=headers)).json()["id"]
    keytrac.answer("deleteUser/500/delete-user", user=user_id)
    assert keytrac.handle(Request("DELETE", f"/users/{USER}", headers=headers)).status == 404
    assert keytrac.handle(Request("DELETE", f"/users/{user_id}", headers=headers)).status == 500
    assert keytrac.handle(Request("GET", f"/users/{user_id}", headers=headers)).status == 200


def test_a_user_is_known_by_the_body_too(keytrac: KeytracEmulator) -> None:
    keytrac.answer("enrolAnytext/500/enroll-profile", user=USER)
    other, named = (json.dumps({"user_id": user}).encode() for user in ("other", USER))
    assert keytrac.handle(Request("POST", "/anytext/enrol", body=other)).status == 401
    assert keytrac.handle(Request("POST", "/anytext/enrol", body=b"\xff")).status == 401
    assert keytrac.handle(Request("POST", "/anytext/enrol", body=named)).status == 500


def test_a_name_that_is_not_documented_is_refused_with_the_nearest(keytrac: KeytracEmulator) -> None:
    with pytest.raises(UnknownOutcomeError, match="the nearest are: deleteUser/500/delete-user"):
        keytrac.answer("deleteUser/500/deleted-user")
    with pytest.raises(UnknownOutcomeError):
        keytrac.answer("createToken/500/failed")  # the other provider's


def test_an_emulator_without_documents_says_where_there_are_some() -> None:
    with pytest.raises(ValueError, match="those of the fixtures and of keyauth serve have them"):
        KeytracEmulator().answer("deleteUser/500/delete-user")
    with pytest.raises(ValueError, match="those of the fixtures and of keyauth serve have them"):
        KeyfaxEmulator([HostDefinition("LIVE")]).answer("createToken/500/failed")


@pytest.mark.parametrize("emulator", ["keytrac", "keyfax"])
def test_a_transport_fault_of_an_operation_that_there_is_not_is_refused(
    request: pytest.FixtureRequest, emulator: str
) -> None:
    with pytest.raises(ValueError, match="no operation 'enrol'; there are: "):
        request.getfixturevalue(emulator).fail_transport("reset", operation="enrol")


def test_a_keyfax_path_can_be_meant_alone(keyfax: KeyfaxEmulator) -> None:
    keyfax.answer("createToken/500/failed", path="/interview/api/v1/token")
    assert ask(keyfax, "keyfax", "createToken", "/interview").status == 500
