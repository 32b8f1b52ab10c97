import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.fields import ANYTHING, fields_of, fits, fits_body


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ('{"a": {"b": [1, "x"]}, "c": {}}', {"/a/b/0": "1", "/a/b/1": '"x"', "/c": "{}"}),
        ('"text"', {"": '"text"'}),
        ("a=1&b=x+y", {"a": "1", "b": "x y"}),
        ("a=1&a=2&b=", {"a": "1", "a (2)": "2", "b": "(empty)"}),
        ("<r><a>1</a><b>2</b></r>", {"/r/a": "1", "/r/b": "2"}),
        ('<r x="0"><a>1</a><a y="2"/></r>', {"/r/@x": "0", "/r/a[1]": "1", "/r/a[2]/@y": "2", "/r/a[2]": "(empty)"}),
        ("<r>one <b>two</b> three</r>", {"/r": "one ", "/r/b": "two", "/r (2)": " three"}),
        ("<r>&lt;anything&gt;</r>", {"/r": "<anything>"}),
        ("<unreadable body of 3 bytes: it is no JSON>", {"": "<unreadable body of 3 bytes: it is no JSON>"}),
        ("<r>", {"": "<r>"}),
        ("plain", {"": "plain"}),
    ],
)
def test_a_body_is_told_field_by_field(body: str, fields: dict[str, str]) -> None:
    assert fields_of(body) == fields


RECORDED = st.lists(st.sampled_from(["a", "b", "ab", ANYTHING]), max_size=6).map("".join)


@settings(max_examples=300)
@given(RECORDED, st.text("ab", max_size=8))
@example(f"a{ANYTHING}ab", "aab")
@example(f"{ANYTHING}{ANYTHING}", "a")
@example(ANYTHING, "")
def test_anything_stands_for_any_text_but_none(recorded: str, asked: str) -> None:
    pattern = ".+".join(map(re.escape, recorded.split(ANYTHING)))  # a second way to tell
    assert fits(recorded, asked) is (re.fullmatch(pattern, asked) is not None)


def test_a_long_text_with_many_places_is_compared_in_one_pass() -> None:
    assert not fits(f"{ANYTHING}a" * 40 + "b", "a" * 20_000)  # to try all ways would take years


DATA = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["x", ANYTHING, f"x {ANYTHING}"]),
    lambda data: st.lists(data, max_size=3) | st.dictionaries(st.sampled_from(["a", "0", "a/0"]), data, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200)
@given(DATA)
def test_data_fit_with_any_text_in_the_places_for_it_and_with_no_other_change(data: Any) -> None:
    recorded = json.dumps(data)
    assert fits_body(recorded, recorded.replace(ANYTHING, "whatever"))
    assert not fits_body(recorded, json.dumps([data, 1]))
    assert not fits_body(recorded, f'{{"more": {recorded}}}')


@pytest.mark.parametrize(
    ("recorded", "asked", "is_fit"),
    [
        (f"a={ANYTHING}&b=it+is+{ANYTHING}", "a=1&b=it+is+me", True),
        (f"a={ANYTHING}&b=it+is+{ANYTHING}", "a=1&b=it+was+me", False),
        (f"a={ANYTHING}&b=1", "b=1&a=x", False),
        (f"a={ANYTHING}", "a=1&b=2", False),
        ("<r><a>&lt;anything&gt;</a></r>", "<r><a>me</a></r>", True),
        ("<r><a>&lt;anything&gt;</a><b/></r>", "<r><a>me</a><c/></r>", False),
        ('<r a="&lt;anything&gt;"/>', '<r a="me"/>', True),
        ('["<anything>"]', '{"0": "me"}', False),
        ('["<anything>", 1]', '["me", true]', False),
        ('["<anything>"]', "[7]", False),
        ('["<anything>"]', "<r>me</r>", False),
        (f"plain {ANYTHING}", "plain text", True),
        (f"plain {ANYTHING}", "other text", False),
    ],
)
def test_forms_and_xml_fit_field_by_field(recorded: str, asked: str, is_fit: bool) -> None:
    assert fits_body(recorded, asked) is is_fit
