"""What goes down and comes up: held keys, and one key twice, for fast people and coarse clocks too."""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from random import Random
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.keystrokes.grammar import Recording, parse
from pytest_keyauth.keystrokes.keyboard import HELD, Layout, Stroke
from pytest_keyauth.keystrokes.layouts import GERMAN, LAYOUTS
from pytest_keyauth.keystrokes.performance import Form, perform, press_held
from pytest_keyauth.keystrokes.population import DISTINCT, PASSWORD, REALISTIC, TEXT, Population, Task
from pytest_keyauth.keystrokes.rhythm import Rhythm
from pytest_keyauth.keystrokes.sitting import Sitting
from pytest_keyauth.keystrokes.texts import sentence
from pytest_keyauth.keystrokes.typist import Typist


def written(recording: Recording, layout: Layout) -> str:
    """What is left in the field: keys write as they go down, by the keys held; a backspace deletes."""
    characters = {
        tuple((stroke.key, sides(stroke.held)) for stroke in layout.find(character) or ()): character
        for character in layout.characters
    }
    down: set[str] = set()
    struck: list[tuple[str, frozenset[str]]] = []  # more than one after a dead key
    field: list[str] = []
    for event in recording.events:
        if event.action == "u":
            down.remove(event.key)
            continue
        assert event.key not in down, "a key goes down that is down"
        if event.key == "8":
            field.pop()
        elif event.key not in HELD:
            struck.append((event.key, sides(down)))
            if tuple(struck) in characters:
                field.append(characters[tuple(struck)])
                struck.clear()
        down.add(event.key)
    assert not down, "a key is never let go of"
    return "".join(field)


def sides(keys: Iterator[str] | set[str] | tuple[str, ...]) -> frozenset[str]:
    """What is held among these keys; either shift will do."""
    return frozenset(key.removeprefix("L").removeprefix("R") for key in keys if key in HELD)


def altgr_gaps_ms(recording: Recording) -> list[int]:
    """By how much the second code of AltGr went down after the first, each time."""
    times_ms = list(accumulate(recording.delays_ms))
    first, second = (
        [
            time_ms
            for time_ms, event in zip(times_ms, recording.events, strict=True)
            if (event.action, event.key) == ("d", code)
        ]
        for code in ("17", "18")
    )
    return [after_ms - before_ms for before_ms, after_ms in zip(first, second, strict=True)]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([*LAYOUTS.values()]),
    st.data(),
    st.integers(),
    st.sampled_from([DISTINCT, REALISTIC]),
    st.sampled_from([1, 8, 16]),
    st.sampled_from([None, 10, 150]),
    st.sampled_from([0.0, 0.3]),
)
def test_what_anybody_types_on_any_layout_is_the_text(
    layout: Layout,
    data: st.DataObject,
    seed: int,
    population: Population,
    resolution_ms: int,
    pace: float | None,
    mistakes: float,
) -> None:
    characters = sorted(set(layout.characters) - {"\b"})
    text = data.draw(st.text(characters, min_size=1, max_size=15))
    typist = Typist(seed, population, layout=layout, resolution_ms=resolution_ms, pace=pace)
    assert written(parse(typist.types(text, mistakes=mistakes)), layout) == normalize("NFC", text)


@pytest.mark.parametrize("population", [DISTINCT, REALISTIC])
def test_a_sentence_with_many_mistakes_is_that_sentence_in_the_end(population: Population) -> None:
    for number in range(60):  # slips that are noticed late are rare
        recording = parse(Typist(number, population).types(sentence(number), mistakes=0.3))
        assert written(recording, GERMAN) == sentence(number)


@pytest.mark.parametrize("resolution_ms", [1, 8, 16])
@pytest.mark.parametrize("population", [DISTINCT, REALISTIC])
def test_the_two_codes_of_altgr_go_down_within_2_ms(population: Population, resolution_ms: int) -> None:
    for seed in range(60):
        typist = Typist(seed, population, resolution_ms=resolution_ms, pace=150)
        gaps_ms = altgr_gaps_ms(parse(typist.types("@a@a@ e{e}")))
        assert len(gaps_ms) == 5
        assert max(gaps_ms) <= 2
        assert min(gaps_ms) >= 0


def test_the_two_codes_of_altgr_stay_together_where_it_is_needed_again_at_once() -> None:
    strokes, spans = press_held(GERMAN.strokes("@a@a@"))
    long_holds_at_speed = Form(hold=1.2, interval=-1.2)
    for seed in range(20):
        sitting = Sitting(Rhythm.drawn(f"{seed}", False, REALISTIC), TEXT, 0, 0.0)
        presses = perform(sitting, strokes, spans, long_holds_at_speed, 0.0, Random(seed))
        first, second = ([press.down_ms for press in presses if press.key == code] for code in ("17", "18"))
        assert second == pytest.approx(first, abs=2)


@pytest.mark.parametrize("task", [TEXT, PASSWORD], ids=["text", "password"])
@pytest.mark.parametrize("population", [DISTINCT, REALISTIC])
def test_one_key_is_up_for_10_ms_before_it_goes_down_again(population: Population, task: Task) -> None:
    random = Random(1)
    for seed in range(40):
        sitting = Sitting(Rhythm.drawn(f"{seed}", False, population, 150), task, 0, 0.0)
        presses = perform(sitting, GERMAN.strokes("eaeeaae"), {}, Form(0.0, 0.0), 0.0, random)
        for key in ("69", "65"):
            own = [press for press in presses if press.key == key]
            assert all(after.down_ms - before.up_ms > 9.999 for before, after in pairwise(own))


def test_held_keys_come_before_the_run_that_needs_them_and_one_shift_serves_both_hands() -> None:
    strokes, spans = press_held(GERMAN.strokes("aAJ@b"))
    assert [stroke.key for stroke in strokes] == ["65", "RSHIFT", "65", "74", "17", "18", "81", "66"]
    assert spans == {1: 3, 4: 6, 5: 6}  # shift until J, AltGr until the key of Q


def test_nothing_is_held_for_plain_keys() -> None:
    strokes: list[Stroke] = GERMAN.strokes("nebel")
    assert press_held(strokes) == (strokes, {})
