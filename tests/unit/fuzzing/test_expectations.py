"""What a general check must not expect, and why."""

import pytest

from pytest_keyauth.fuzzing.expectations import EXCEPTIONS, StatusException, expected_statuses
from pytest_keyauth.outcomes import load_catalogue

OUTCOMES = [outcome for provider in ("keytrac", "keyfax") for outcome in load_catalogue(provider)]


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda item: f"{item.operation}-{item.status}")
def test_every_exception_is_for_a_documented_answer_and_has_its_reason(exception: StatusException) -> None:
    documented = {(outcome.operation, outcome.status) for outcome in OUTCOMES}
    assert (exception.operation, exception.status) in documented
    assert exception.reason


def test_a_server_error_is_expected_only_where_a_request_provokes_it() -> None:
    parts = [*expected_statuses(load_catalogue("keytrac")), *expected_statuses(load_catalogue("keyfax"))]
    expecting = {part["include-operation-id"] for part in parts if "not_a_server_error" in part["checks"]}
    assert expecting == {
        *("enrolAnytext", "enrolPassword", "authenticateAnytext", "authenticatePassword", "identifyAnytext"),
        *("launchSession", "getResults"),
    }


def test_what_schemathesis_expects_by_itself_is_still_expected() -> None:
    [part] = [
        part for part in expected_statuses(load_catalogue("keyfax")) if part["include-operation-id"] == "createKey"
    ]
    statuses = part["checks"]["positive_data_acceptance"]["expected-statuses"]
    assert statuses == ["2xx", "3xx", "401", "403", "404", "409", "429", "5xx", "400"]
