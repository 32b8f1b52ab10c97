import unicodedata
from collections import Counter
from itertools import groupby
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_keyauth.keystrokes.keyboard import Layout, UntypeableCharacterError
from pytest_keyauth.keystrokes.layouts import GERMAN, LAYOUTS, US
from pytest_keyauth.keystrokes.mistakes import HIGHEST_RATE, with_mistakes
from pytest_keyauth.keystrokes.texts import SENTENCES

TEXT = "\n".join(SENTENCES)


def left_in_the_field(typed: str) -> str:
    """What a text field holds when all of this was typed. Fails where a backspace had nothing to delete."""
    field: list[str] = []
    for character in typed:
        if character == "\b":
            field.pop()
        else:
            field.append(character)
    return "".join(field)


def type_often(rate: float, times: int = 60, text: str = TEXT) -> str:
    random = Random("what is typed here is always the same")
    return "".join(with_mistakes(text, GERMAN, random, rate) for _ in range(times))


def corrections(typed: str) -> list[tuple[str, str]]:
    """What was typed before each run of backspaces and deleted by it, and what was typed after it."""
    runs = [(deletes, "".join(run)) for deletes, run in groupby(typed, lambda character: character == "\b")]
    return [
        (runs[index - 1][1][-len(runs[index][1]) :], runs[index + 1][1])
        for index in range(1, len(runs) - 1)
        if runs[index][0] and len(runs[index - 1][1]) >= len(runs[index][1])
    ]


@given(st.sampled_from([*LAYOUTS.values()]), st.data(), st.integers(), st.floats(0, HIGHEST_RATE))
def test_what_is_left_is_exactly_the_text(layout: Layout, data: st.DataObject, seed: int, rate: float) -> None:
    text = data.draw(st.text(layout.characters))
    typed = with_mistakes(text, layout, Random(seed), rate)
    assert left_in_the_field(typed) == unicodedata.normalize("NFC", text)
    layout.strokes(typed)  # wrong characters can be typed, too


@pytest.mark.parametrize("text", ["", "a", TEXT, "Cre\u0300me"])
def test_at_rate_0_nobody_mistypes(text: str) -> None:
    assert with_mistakes(text, GERMAN, Random(1), 0) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("rate", [0.02, 0.047, 0.15, 0.3])
def test_backspaces_have_the_share_that_was_asked_for(rate: float) -> None:
    typed = type_often(rate, times=max(20, round(4 / rate)))
    assert typed.count("\b") / len(typed) == pytest.approx(rate, rel=0.06)


def test_the_same_random_numbers_make_the_same_mistakes() -> None:
    first, again, other = (with_mistakes(TEXT, GERMAN, Random(seed), 0.1) for seed in (1, 1, 2))
    assert first == again != other


def test_runs_of_backspaces_are_as_long_as_peoples() -> None:
    runs = Counter(len(list(run)) for key, run in groupby(type_often(0.02)) if key == "\b")
    shares = [runs[length] / runs.total() for length in (1, 2, 3, 4)]
    assert shares == pytest.approx([0.55, 0.25, 0.10, 0.05], abs=0.06)
    assert max(runs) <= 10  # slips of at most 2 + 3 characters, now and then two in a row


@pytest.mark.parametrize(
    "typed",
    ["kos\b\biste", "kid\bste", "kias\b\bste", "kst\b\biste", "ksit\b\b\biste", "kii\bste"],
    ids=["a neighbouring key", "another", "one too many", "one left out", "two in the wrong order", "one twice"],
)
def test_every_kind_of_slip_happens(typed: str) -> None:
    assert typed in {with_mistakes("kiste", GERMAN, Random(seed), 0.1) for seed in range(3000)}


def test_two_equal_characters_cannot_be_in_the_wrong_order() -> None:
    assert not any(with_mistakes("ee", GERMAN, Random(seed), 0.3).startswith("ee\b\b") for seed in range(500))


def test_a_wrong_key_is_beside_the_right_one() -> None:
    wrong = [(deleted, after) for deleted, after in corrections(type_often(0.02)) if len(deleted) == 1]
    beside = sum(deleted in GERMAN.neighbours(after[0]) for deleted, after in wrong)
    assert 0.5 < beside / len(wrong) < 0.9  # the rest are doubled, or of the next character


def test_no_slip_spans_the_end_of_a_line_or_a_tab() -> None:
    typed = type_often(HIGHEST_RATE, times=100, text="ab\nc\td\n\n e")
    for deleted, _ in corrections(typed):
        assert not set(deleted) & {"\n", "\t"}
    assert typed.count("\n") == 300
    assert typed.count("\t") == 100


def test_backspaces_that_are_in_the_text_stay_and_do_no_harm() -> None:
    for seed in range(200):
        assert left_in_the_field(with_mistakes("abx\bc", US, Random(seed), 0.3)) == "abc"


def test_the_first_character_can_be_mistyped_too() -> None:
    assert "s\ba" in {with_mistakes("a", US, Random(seed), 0.3) for seed in range(50)}


def test_where_no_slip_is_possible_there_is_none() -> None:
    assert {with_mistakes(" ", US, Random(seed), 0.3) for seed in range(50)} == {" "}


@pytest.mark.parametrize("rate", [-0.01, 0.31, 1, float("nan")])
def test_a_rate_at_which_nobody_types_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=r"share of .* backspaces; the rate has to be 0 to 0\.3$"):
        with_mistakes("ja", US, Random(1), rate)


def test_what_the_layout_does_not_have_is_refused_where_it_is_in_the_text() -> None:
    with pytest.raises(UntypeableCharacterError, match=r"'漢' .* at position 5 "):
        with_mistakes("u\u0308ber漢", GERMAN, Random(1), HIGHEST_RATE)
