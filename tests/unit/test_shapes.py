"""What a body differs in from the documented one, by place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_keyauth.shapes import Shape

EXAMPLE: dict[str, Any] = {
    "value": {
        "id": "a",
        "score": 87,
        "error": "Sample #1 is corrupted",
        "overview": {"count": 1, "last": "today"},
        "users": [{"name": "a", "seen": "x"}, {"name": "b"}],
        "pair": [1, 2],
    },
    "x-keyauth-varies": ["/id", "/score", "/users/*/name", "/users/*/seen"],
    "x-keyauth-optional": ["/overview/last", "/users/*/seen"],
    "x-keyauth-open": ["/overview"],
    "x-keyauth-placeholders": {"#1": "#[1-9]"},
}


def changed(**changes: Any) -> dict[str, Any]:
    return {**EXAMPLE["value"], **changes}


def told(body: Any) -> list[tuple[str, str, bool]]:
    return [(item.pointer, item.kind, item.allowed) for item in Shape(EXAMPLE).differences(body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (changed(), []),
        (changed(id="other", score=3, error="Sample #7 is corrupted", users=[]), []),
        (changed(users=[{"name": "c"}] * 3), []),
        (changed(error="Sample #0 is corrupted"), [("/error", "value", False)]),
        (changed(id=7), [("/id", "type", False)]),
        (changed(score=True), [("/score", "type", False)]),
        (changed(score=None), [("/score", "type", False)]),
        (changed(more=1), [("/more", "added", False)]),
        (changed(overview={"count": 2}), [("/overview/count", "value", False), ("/overview/last", "missing", True)]),
        (changed(overview={"count": 1, "last": "today", "new": 1}), [("/overview/new", "added", True)]),
        (changed(users=[{"name": "c", "seen": 1}]), [("/users/0/seen", "type", False)]),
        (changed(users=[{"name": "c"}, {}]), [("/users/1/name", "missing", False)]),
        (changed(users={}), [("/users", "type", False)]),
        (changed(pair=[1]), [("/pair", "length", False)]),
        (changed(pair=[2, 1]), [("/pair/0", "value", False), ("/pair/1", "value", False)]),
        (changed(**{"a/b~c": 1}), [("/a~1b~0c", "added", False)]),
        ([], [("", "type", False)]),
    ],
)
def test_each_difference_is_told_with_its_place(body: Any, expected: list[tuple[str, str, bool]]) -> None:
    assert told(body) == expected
    assert Shape(EXAMPLE).fits(body) == all(allowed for _, _, allowed in expected)


def test_a_difference_has_both_values_and_shows_neither() -> None:
    [difference] = Shape({"value": {"token": "one"}}).differences({"token": "two"})
    assert (difference.expected, difference.actual) == ("one", "two")
    assert "one" not in repr(difference)
    assert "two" not in repr(difference)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def canonical(value: Any) -> str:
    """1 is not True in JSON, and the order of members is nothing."""
    return json.dumps(value, sort_keys=True)


@given(JSON, JSON)
def test_a_body_differs_from_any_other_and_not_from_itself(one: Any, other: Any) -> None:
    shape = Shape({"value": one})
    assert list(shape.differences(one)) == []
    assert shape.fits(other) == (canonical(one) == canonical(other))
