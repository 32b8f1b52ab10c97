from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_keyauth.markers import OUTCOME, REPLAY, check_markers, named_outcomes

NOT_ENROLLED = "authenticateAnytext/404/not-enrolled"


@dataclass
class Item:
    """As much of a test as the markers need."""

    nodeid: str
    marks: tuple[pytest.Mark, ...]

    def iter_markers(self, name: str) -> Iterator[pytest.Mark]:
        return (mark for mark in self.marks if mark.name == name)


def item(*marks: Any, nodeid: str = "t.py::t") -> Any:
    return Item(nodeid, tuple(mark.mark for mark in marks))


def test_the_outcomes_of_all_markers_are_named_in_order() -> None:
    marked = item(pytest.mark.keyauth_replay("a", "b"), pytest.mark.skip, pytest.mark.keyauth_replay("c"))
    assert named_outcomes(marked, REPLAY) == ["a", "b", "c"]
    assert named_outcomes(marked, OUTCOME) == []


def test_a_marker_that_names_none_has_an_empty_name() -> None:
    assert named_outcomes(item(pytest.mark.keyauth_replay), REPLAY) == [""]
    assert named_outcomes(item(pytest.mark.keyauth_replay(outcome="a")), REPLAY) == ["a"]


def test_markers_that_name_documented_outcomes_pass() -> None:
    check_markers([item(pytest.mark.keyauth_replay(NOT_ENROLLED)), item()], REPLAY, ["keytrac"])


def test_all_offenders_are_told_at_once_with_what_is_nearest() -> None:
    items = [
        item(pytest.mark.keyauth_replay("authenticateAnytext/404/not-enroled", NOT_ENROLLED), nodeid="t.py::a"),
        item(pytest.mark.keyauth_replay, nodeid="t.py::b"),
        item(pytest.mark.keyauth_outcome("nonsense"), nodeid="t.py::c"),
    ]
    with pytest.raises(pytest.UsageError) as caught:
        check_markers(items, REPLAY, ["keytrac", "keyfax"])
    first, a, b = str(caught.value).splitlines()
    assert first == "the marker keyauth_replay names outcomes that are not documented:"
    assert a.startswith("t.py::a: no documented outcome is named 'authenticateAnytext/404/not-enroled'")
    assert NOT_ENROLLED in a
    assert b == 't.py::b: the marker names none, expected keyauth_replay("operation/status/name")'


def test_an_outcome_of_another_provider_is_none_of_this_ones() -> None:
    with pytest.raises(pytest.UsageError):
        check_markers([item(pytest.mark.keyauth_outcome(NOT_ENROLLED))], OUTCOME, ["keyfax"])
