import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.exchange import RecordedRequest
from pytest_keyauth.recording.matching import Question, Sequences, differences, generalize

URL = "https://api.keytrac.net/users"


def ask(url: str = URL, body: str = "", method: str = "POST", given_out: tuple[str, ...] = ()) -> Question:
    return Question.of(RecordedRequest(method, url, (), body), frozenset(given_out))


def test_who_asks_and_with_which_client_is_no_part_of_a_question() -> None:
    plain = RecordedRequest("GET", URL, (), "")
    dressed = RecordedRequest("GET", URL, (("Authorization", "<token:2>"), ("Accept", "text/html")), "")
    assert Question.of(plain, frozenset()) == Question.of(dressed, frozenset())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{URL}?a=1&b=2", f"{URL}?b=2&a=1"),
        (f"{URL}?a=x+y", f"{URL}?a=x%20y"),
        (f"{URL}?a=1#part", f"{URL}?a=1"),
    ],
)
def test_a_query_may_be_written_in_any_order_and_encoding(one: str, other: str) -> None:
    assert ask(one) == ask(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{URL}?a=1&a=2", f"{URL}?a=2&a=1"),
        (f"{URL}?a=", URL),
        (f"{URL}/", URL),
        (f"{URL}?a=1", f"{URL}?A=1"),
        ("https://api.keytrac.net/Users", URL),
        ("http://api.keytrac.net/users", URL),
    ],
)
def test_what_may_mean_something_else_is_another_question(one: str, other: str) -> None:
    assert ask(one) != ask(other)


def test_json_may_be_written_in_any_order_and_spacing() -> None:
    assert ask(body='{"a":1,"b":"\\u00e9"}') == ask(body='{ "b": "é", "a": 1 }')
    assert ask(body='{"a": 1}') != ask(body='{"a": "1"}')
    assert ask(body="[1, 2]") != ask(body="[2, 1]")


def test_bodies_that_nobody_could_read_are_told_apart_by_their_digest_if_one_was_recorded() -> None:
    one, other = (f"<unreadable body of 3 bytes, digest {digest}: it is no JSON>" for digest in ("0a", "0b"))
    assert not ask(body=one).fits(ask(body=other))
    assert [part for part, _, _ in differences(ask(body=one), ask(body=other))] == ["body"]
    undigested = ask(body="<unreadable body of 5 bytes: it is no JSON>")
    assert undigested.fits(ask(body=one))
    assert not undigested.fits(ask(body=""))


def test_what_was_given_out_must_be_the_same_and_anything_else_may_be_anything() -> None:
    given_out = ("<user-id:1>", "<user-id:2>")
    own = ask(body='{"user_id": "<user-id:3>"}', given_out=given_out)
    assert own == ask(body='{"user_id": "<user-id:*>"}', given_out=given_out)
    first = ask(body='{"user_id": "<user-id:1>"}', given_out=given_out)
    assert first != own
    assert first != ask(body='{"user_id": "<user-id:2>"}', given_out=given_out)
    assert first != ask(body='{"user_id": "<user-id:1:hex>"}', given_out=given_out)


@pytest.mark.parametrize(
    ("reference", "compared"),
    [
        (("user-id", "1", None), "<user-id:1>"),
        (("user-id", "1", "hex"), "<user-id:1:hex>"),
        (("user-id", "2", None), "<anything>"),
        (("user-id", "*", None), "<anything>"),
        (("host", "1", None), "<anything>"),
    ],
)
def test_a_reference_is_compared_where_it_was_given_out(reference: tuple[str, str, str | None], compared: str) -> None:
    assert generalize(*reference, frozenset({"<user-id:1>", "<host:1>"})) == compared


# Sequences

QUESTIONS = [ask(f"{URL}/{number}") for number in range(4)]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(QUESTIONS)), st.lists(st.sampled_from(QUESTIONS)))
def test_each_recorded_one_is_taken_once_in_the_order_of_its_question(
    recorded: list[Question], asked: list[Question]
) -> None:
    sequences = Sequences(recorded)
    left: list[Question | None] = list(recorded)  # a second way to tell: look for the first one that is left
    for question in asked:
        expected = left.index(question) if question in left else None
        assert sequences.take(question) == expected
        if expected is not None:
            left[expected] = None
    assert sequences.unplayed == [index for index, question in enumerate(left) if question is not None]
    assert all(sequences.count(question) == recorded.count(question) for question in QUESTIONS)


def test_one_that_says_it_in_its_own_way_is_found_after_all_that_say_it_alike() -> None:
    noted = [ask(body=f'{{"number": {number}, "note": "it is <secret:{number}> ok"}}') for number in (1, 1, 2)]
    sequences = Sequences([*noted, ask(body='{"note": 1}')])
    sent = ask(body='{"number": 1, "note": "it is me ok"}')
    assert sequences.take(sent) is None
    assert sequences.take(noted[0]) == 0
    assert [sequences.take_fitting(sent) for _ in range(2)] == [1, None]
    assert sequences.count(sent) == 2
    assert sequences.take(noted[0]) is None
    assert sequences.unplayed == [2, 3]


@pytest.mark.parametrize(
    ("recorded", "asked", "is_fit"),
    [
        ("/<user-id:1>/x?a=<secret:1>", "/anna/x?a=me", True),
        ("/<user-id:1>", "/anna/x", False),
        ("?a=<secret:1>", "?b=me", False),
        ("?a=<secret:1>", "?a=me&a=me", False),
        ("?a=my+<secret:1>", "?a=his+own", False),
    ],
)
def test_a_question_fits_part_by_part(recorded: str, asked: str, is_fit: bool) -> None:
    assert ask(URL + recorded).fits(ask(URL + asked)) is is_fit
    assert not ask(URL + asked).fits(ask(URL + recorded))


def test_a_reference_in_xml_stays_escaped() -> None:
    body = "<r><id>&lt;user-id:1&gt;</id><to>&lt;user-id:2&gt;</to></r>"
    assert (
        ask(body=body, given_out=("<user-id:1>",)).body == "<r><id>&lt;user-id:1&gt;</id><to>&lt;anything&gt;</to></r>"
    )


def test_a_thousand_questions_are_each_looked_up_at_one_place() -> None:
    questions = [ask(f"{URL}/{number}") for number in range(1_000)]
    sequences = Sequences(questions)
    compared = 0
    compare = Question.__eq__

    def count(self: Question, other: object) -> bool:
        nonlocal compared
        compared += 1
        return bool(compare(self, other))

    again = [ask(f"{URL}/{number}") for number in reversed(range(1_000))]
    with patch.object(Question, "__eq__", count):
        assert [sequences.take(question) for question in again] == [*reversed(range(1_000))]
    assert 1_000 <= compared <= 1_100  # one each, but for hashes that happen to be equal


def test_the_nearest_has_most_in_common_and_of_equals_one_that_was_not_played() -> None:
    far, near, same = ask(body='{"a": 1, "b": 2}'), ask(body='{"a": 1, "b": 3}'), ask(body='{"a": 1, "b": 3}')
    sequences = Sequences([far, near, same])
    assert sequences.nearest(ask(body='{"a": 9, "b": 3}')) == 1
    sequences.take(near)
    assert sequences.nearest(ask(body='{"a": 9, "b": 3}')) == 2
    assert Sequences([]).nearest(far) is None


# Differences


@pytest.mark.parametrize(
    ("recorded", "asked", "parts"),
    [
        (ask(method="GET"), ask(method="PUT"), [("method", "GET", "PUT")]),
        (ask(URL), ask(f"{URL}/1"), [("address", URL, f"{URL}/1")]),
        (ask(f"{URL}?a=1&b=2"), ask(f"{URL}?a=3&c=4"), "query a: 1 3, query b: 2 (nothing), query c: (nothing) 4"),
        (
            ask(body='{"a": {"b": [1, "x"]}, "c": {}}'),
            ask(body='{"a": {"b": [1, "y", null]}}'),
            'body /a/b/1: "x" "y", body /c: {} (nothing), body /a/b/2: (nothing) null',
        ),
        (ask(body="a=1&b=1"), ask(body="a=1&b=2&c=3"), "body b: 1 2, body c: (nothing) 3"),
        (ask(body="<r><a>1</a><b>1</b></r>"), ask(body="<r><a>1</a><b>2</b></r>"), "body /r/b: 1 2"),
        (ask(body="<r x='1'/>"), ask(body="<r x='2'/>"), "body /r/@x: 1 2"),
        (ask(body='{"a": "<user-id:1> x", "b": 1}'), ask(body='{"a": "anna x", "b": 2}'), "body /b: 1 2"),
        (ask(f"{URL}?a=1&a=2"), ask(f"{URL}?a=1&a=3"), "query a (2): 2 3"),
        (ask(body="plain"), ask(body="text"), [("body", "plain", "text")]),
        (ask(), ask(), []),
    ],
)
def test_differences_are_told_part_by_part(recorded: Question, asked: Question, parts: Any) -> None:
    found = differences(recorded, asked)
    assert (
        found if isinstance(parts, list) else ", ".join(f"{name}: {old} {new}" for name, old, new in found)
    ) == parts


PARAMETERS = st.lists(st.sampled_from(["a=1", "a=2", "b=1", "b"]), max_size=3).map("&".join)
BODIES = st.recursive(
    st.sampled_from([None, 1, "x"]),
    lambda data: st.lists(data, max_size=2) | st.dictionaries(st.sampled_from(["a", "0", "a/0", ""]), data, max_size=2),
    max_leaves=4,
)
ANY_QUESTION = st.builds(
    lambda query, body: ask(f"{URL}?{query}", json.dumps(body)),
    PARAMETERS,
    BODIES,
)


@settings(max_examples=150)
@given(ANY_QUESTION, ANY_QUESTION)
def test_questions_that_differ_differ_somewhere_and_equal_ones_nowhere(one: Question, other: Question) -> None:
    assert (differences(one, other) == []) == (one == other)
