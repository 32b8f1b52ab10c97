"""The matrix of a test and outcomes: the marker `keyauth_outcomes` runs a test once for each outcome of operations."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from pytest_keyauth.markers import OUTCOMES

if TYPE_CHECKING:
    from pytest_keyauth.outcomes import Outcome

__all__ = ["ARGUMENT", "check_matrix", "matrix_outcome", "matrix_times", "parametrize_outcomes"]

#: The fixture that gets the outcome of each run.
ARGUMENT = "keyauth_outcome"

USAGE = 'expected keyauth_outcomes("operation", …, status=…, without=…, times=1)'


def parametrize_outcomes(metafunc: pytest.Metafunc, providers: Sequence[str]) -> None:
    """Run a marked test once for each outcome that its markers name."""
    marks = list(metafunc.definition.iter_markers(OUTCOMES))
    if not marks:
        return
    try:
        found = [outcome for mark in marks for outcome in _choose(mark, providers)]
    except ValueError as error:
        pytest.fail(f"{metafunc.definition.nodeid}: the marker {OUTCOMES}: {error}", pytrace=False)
    outcomes = list(dict.fromkeys(found))
    alone = len({outcome.operation for outcome in outcomes}) == 1
    ids = [f"{item.status}/{item.label}" if alone else item.name for item in outcomes]
    if ARGUMENT not in metafunc.fixturenames:
        metafunc.fixturenames.append(ARGUMENT)
    metafunc.parametrize(ARGUMENT, outcomes, indirect=True, ids=ids)


def _choose(mark: pytest.Mark, providers: Sequence[str]) -> "Iterator[Outcome]":
    """The outcomes of one marker.

    :raises ValueError: for what names none; says what was expected.
    """
    from pytest_keyauth.outcomes import load_catalogue

    wishes = dict(mark.kwargs)
    statuses, without = _texts(wishes.pop("status", ())), _texts(wishes.pop("without", ()))
    wishes.pop("times", None)
    if wishes:
        raise ValueError(f"there is no {next(iter(wishes))}=…: {USAGE}")
    catalogues = [load_catalogue(provider) for provider in providers]
    known = {operation.name: catalogue for catalogue in catalogues for operation in catalogue.operations}
    if not mark.args:
        raise ValueError(f"it names no operation: {USAGE}")
    for name in mark.args:
        if name not in known:
            raise ValueError(_unknown(str(name), list(known)))
        outcomes = [outcome for outcome in known[name] if outcome.operation == name]
        _check_labels(without, outcomes, mark.args)
        chosen = [item for item in outcomes if _has_status(item, statuses) and item.label not in without]
        if not chosen:
            raise ValueError(f"{name} has no outcome with status={', '.join(statuses)}: {_statuses(outcomes)}")
        yield from chosen


def _texts(value: Any) -> tuple[str, ...]:
    """One text or number, or several of them."""
    values = (value,) if isinstance(value, str | int) else value
    return tuple(str(item).upper() if str(item)[1:].upper() == "XX" else str(item) for item in values)


def _has_status(outcome: "Outcome", statuses: Sequence[str]) -> bool:
    """Whether an outcome has one of these statuses, of which ``4XX`` is all of 400 to 499; any where there are none."""
    return not statuses or any(outcome.status == item or outcome.status[0] + "XX" == item for item in statuses)


def _statuses(outcomes: "Sequence[Outcome]") -> str:
    return f"there are {', '.join(dict.fromkeys(outcome.status for outcome in outcomes))}"


def _check_labels(without: Sequence[str], outcomes: "Sequence[Outcome]", operations: Sequence[str]) -> None:
    labels = [outcome.label for outcome in outcomes]
    unknown = [label for label in without if label not in labels] if len(operations) == 1 else []
    if unknown:
        raise ValueError(f"{operations[0]} has no outcome {unknown[0]!r}; there are: {', '.join(labels)}")


def _unknown(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    nearest = get_close_matches(name, known, n=3, cutoff=0.5)
    return f"no operation {name!r}; {'the nearest are' if nearest else 'there are'}: {', '.join(nearest or known)}"


def check_matrix(items: Sequence[pytest.Item]) -> None:
    """Refuse marked tests that cannot be run more than once.

    :raises pytest.UsageError: names each of them.
    """
    marked = [item for item in items if item.get_closest_marker(OUTCOMES) is not None]
    offenders = [item.nodeid for item in marked if matrix_outcome(item) is None]
    if offenders:
        reason = (
            f"the marker {OUTCOMES} runs a test once for each outcome, which methods of unittest.TestCase cannot be:"
        )
        raise pytest.UsageError("\n".join([reason, *offenders]))


def matrix_outcome(item: pytest.Item) -> "Outcome | None":
    """The outcome that this run of a marked test is for; None where it is for none."""
    callspec = getattr(item, "callspec", None)
    outcome: Outcome | None = callspec.params.get(ARGUMENT) if callspec is not None else None
    return outcome


def matrix_times(item: pytest.Item) -> int | None:
    """For how many requests the outcome is the answer: 1, unless the marker says otherwise."""
    mark = item.get_closest_marker(OUTCOMES)
    times: int | None = mark.kwargs.get("times", 1) if mark is not None else 1
    return times
