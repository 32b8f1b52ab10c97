import pytest

from pytest_keyauth.ledger import Coverage
from pytest_keyauth.outcomes import Outcome
from pytest_keyauth.settings import Settings
from pytest_keyauth.summary import passes_gate, summarize


def missing(*names: str) -> tuple[Outcome, ...]:
    return tuple(Outcome("keytrac", *name.split("/"), "", None, False, {}) for name in names)


THREE_OF_FOUR = Coverage("keytrac", 4, missing("showUser/404/user-not-found"))


def test_a_provider_of_which_everything_was_witnessed_has_one_line() -> None:
    assert list(summarize(Settings(), [Coverage("keytrac", 119, ())])) == ["keytrac 119/119 outcomes"]


def test_what_was_not_witnessed_is_named_operation_by_operation() -> None:
    names = missing("showUser/404/user-not-found", "showUser/500/calculate-status", "showStatus/400/only-to")
    assert list(summarize(Settings(), [Coverage("keytrac", 119, names)])) == [
        "keytrac 116/119 outcomes",
        "  not witnessed:",
        "    showUser/ 404/user-not-found, 500/calculate-status",
        "    showStatus/ 400/only-to",
    ]


def test_many_names_are_wrapped_between_names_and_lined_up() -> None:
    names = missing(*(f"showUser/404/user-not-found-{number:02}" for number in range(8)))
    lines = list(summarize(Settings(), [Coverage("keytrac", 119, names)]))[2:]
    assert len(lines) == 3
    assert all(len(line) <= 100 for line in lines)
    assert lines[0].startswith("    showUser/ 404/user-not-found-00, ")
    assert lines[1].startswith("              404/user-not-found-0")
    assert " ".join(line.strip() for line in lines).count("404/user-not-found-") == 8


def test_without_a_gate_nothing_is_said_of_one() -> None:
    assert not any("fail-under" in line for line in summarize(Settings(), [THREE_OF_FOUR]))
    assert passes_gate(Settings(), [THREE_OF_FOUR])


@pytest.mark.parametrize(
    ("fail_under", "passes", "line"),
    [
        (0, True, "75.0 % witnessed, --keyauth-fail-under=0 reached"),
        (74.9, True, "75.0 % witnessed, --keyauth-fail-under=74.9 reached"),
        (75, True, "75.0 % witnessed, --keyauth-fail-under=75 reached"),
        (75.1, False, "75.0 % witnessed, --keyauth-fail-under=75.1 FAILED: too few outcomes were witnessed"),
        (100, False, "75.0 % witnessed, --keyauth-fail-under=100 FAILED: too few outcomes were witnessed"),
    ],
)
def test_the_gate_says_whether_it_was_reached(fail_under: float, passes: bool, line: str) -> None:
    settings = Settings(fail_under=fail_under)
    assert passes_gate(settings, [THREE_OF_FOUR]) is passes
    assert list(summarize(settings, [THREE_OF_FOUR]))[-1] == line


def test_a_run_of_which_nothing_is_expected_says_nothing() -> None:
    assert list(summarize(Settings(), [])) == []
