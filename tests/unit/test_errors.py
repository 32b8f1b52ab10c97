import inspect
import pickle
import re

import pytest

from pytest_keyauth import errors
from pytest_keyauth.errors import KeyauthError, OutcomeNotWitnessed, SettingsError, UnknownOutcomeError

DEFINED = {
    name: value for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)
}


def drawn_tree() -> dict[str, str | None]:
    """Each error of the tree in the module's docstring, with the one above it."""
    parents: dict[str, str | None] = {}
    above: list[str] = []
    for indent, name in re.findall(r"^ {4}([│├└─ ]*)(\w+)", errors.__doc__ or "", re.MULTILINE):
        depth = len(indent) // 4
        del above[depth:]
        parents[name] = above[-1] if above else None
        above.append(name)
    return parents


def test_the_tree_in_the_docstring_names_every_error_and_no_other() -> None:
    assert drawn_tree().keys() == DEFINED.keys() == set(errors.__all__)


@pytest.mark.parametrize(("name", "parent"), drawn_tree().items())
def test_an_error_is_what_the_tree_says(name: str, parent: str | None) -> None:
    assert DEFINED[name].__bases__[0].__name__ == (parent or "Exception")


@pytest.mark.parametrize("name", DEFINED)
def test_every_error_has_the_one_root_and_says_what_it_is_for(name: str) -> None:
    assert issubclass(DEFINED[name], KeyauthError)
    assert DEFINED[name].__doc__


@pytest.mark.parametrize("name", DEFINED)
def test_only_what_the_provider_does_wrong_is_a_failed_assertion(name: str) -> None:
    failures = {"ContractFailure", "OutcomeNotWitnessed", "FuzzingFailure"}
    assert issubclass(DEFINED[name], AssertionError) is (name in failures)


def test_an_unknown_outcome_is_told_with_the_nearest_names() -> None:
    error = UnknownOutcomeError("enrol/400/x", ["enrolAnytext/400/a", "enrolAnytext/400/b"])
    assert str(error) == (
        "no documented outcome is named 'enrol/400/x' (expected operation/status/name); "
        "the nearest are: enrolAnytext/400/a, enrolAnytext/400/b"
    )


def test_an_outcome_that_was_not_witnessed_is_told_with_what_was_seen() -> None:
    error = OutcomeNotWitnessed(["showUser/404/user-not-found"], ["GET /users -> 200 [] (listUsers/200/listed)"])
    assert str(error) == (
        "this test is for showUser/404/user-not-found, but its traffic showed:\n"
        "  - GET /users -> 200 [] (listUsers/200/listed)\n"
        "Either the answer is not the documented one, or the marker keyauth_outcome names the wrong outcome."
    )


def test_a_test_without_a_request_is_told_so() -> None:
    assert "  - no request at all\n" in str(OutcomeNotWitnessed(["a/200/b", "c/200/d"], []))
    assert str(OutcomeNotWitnessed(["a/200/b", "c/200/d"], [])).startswith("this test is for a/200/b, c/200/d, but")


@pytest.mark.parametrize(
    "error",
    [
        SettingsError("--keyauth-seed=x: expected a whole number"),
        UnknownOutcomeError("x", ["y"]),
        OutcomeNotWitnessed(["x"], ["y"]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_can_travel_between_processes(error: KeyauthError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
