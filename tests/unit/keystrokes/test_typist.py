import pickle
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.keystrokes.grammar import Recording, parse
from pytest_keyauth.keystrokes.keyboard import GERMAN, HELD, SHIFTS, US, Layout, UntypeableCharacterError
from pytest_keyauth.keystrokes.population import DISTINCT, REALISTIC, Population
from pytest_keyauth.keystrokes.rhythm import Rhythm
from pytest_keyauth.keystrokes.typist import RecordingTimes, Typist

SENTENCE = "Die Bäume im GARTEN blühen; wer hätte das im März gedacht? Otto, Anna & Ellen nicht!"


def held_in(keys: Iterable[str]) -> frozenset[str]:
    """What is held among these keys; either shift will do."""
    return frozenset("shift" if key in SHIFTS else key for key in keys if key in HELD)


def what_it_wrote(recording: Recording, layout: Layout = GERMAN) -> str:
    """What a computer with this layout would have written: keys write as they go down, by the keys held.

    Fails where a key goes down that is down, or comes up that is up, or is never let go of.
    """
    characters = {
        tuple((stroke.key, held_in(stroke.held)) for stroke in layout.find(character) or ()): character
        for character in layout.characters
    }
    down: set[str] = set()
    struck: list[tuple[str, frozenset[str]]] = []  # more than one after a dead key
    text = ""
    for event in recording.events:
        if event.action == "u":
            down.remove(event.key)
            continue
        assert event.key not in down
        if event.key not in HELD:
            struck.append((event.key, held_in(down)))
            if tuple(struck) in characters:
                text += characters[tuple(struck)]
                struck.clear()
        down.add(event.key)
    assert not down
    assert not struck
    return text


@pytest.mark.parametrize("seed", range(20))
def test_a_sample_writes_the_text_that_was_typed(seed: int) -> None:
    assert what_it_wrote(parse(Typist(seed).types(SENTENCE))) == SENTENCE


@settings(max_examples=50, deadline=None)
@given(st.text(GERMAN.characters, min_size=1), st.integers(), st.booleans())
def test_any_text_of_the_layout_is_written_as_it_is(text: str, seed: int, mobile: bool) -> None:
    assert what_it_wrote(parse(Typist(seed, mobile=mobile).types(text))) == text


def test_a_typist_with_another_layout_writes_on_that() -> None:
    text = "user@example.com is [not] ~here~"
    assert what_it_wrote(parse(Typist(1, layout=US).types(text)), US) == text


@pytest.mark.parametrize("seed", range(20))
def test_what_needs_altgr_or_a_dead_key_is_written_too(seed: int) -> None:
    text = "Crème brûlée für 5 €; Émile@example.org {^}"
    assert what_it_wrote(parse(Typist(seed).types(text))) == text


@pytest.mark.parametrize("seed", range(20))
def test_shift_goes_down_before_its_letter_and_comes_up_before_the_next(seed: int) -> None:
    events = parse(Typist(seed).types("xAx")).events
    pressed = [(event.action, event.key) for event in events if event.action == "d" or event.key in SHIFTS]
    assert pressed == [("d", "88"), ("d", "RSHIFT"), ("d", "65"), ("u", "RSHIFT"), ("d", "88")]


def test_shift_stays_down_over_a_run_of_capitals() -> None:
    keys = parse(Typist(1).types("GMBH")).keys
    assert sum(key in SHIFTS for key in keys) == 2


@pytest.mark.parametrize("seed", range(20))
def test_a_repeated_key_comes_up_before_it_goes_down_again(seed: int) -> None:
    events = parse(Typist(seed).types("eeeeeeee")).events
    assert [event.action for event in events] == ["d", "u"] * 8
    assert all(event.delay_ms > 0 for event in events)


@pytest.mark.parametrize("seed", range(20))
def test_a_repeated_key_of_a_password_does_not_overlap_either(seed: int) -> None:
    events = parse(Typist(seed).password("eeEE")).events
    assert [event.action for event in events] == ["d", "u"] * 4


def test_a_masked_sample_shows_positions_and_the_length_but_no_keys() -> None:
    recording = parse(Typist(1).password("Geheim7 ß€😀"))
    assert recording.masked
    assert recording.length == "11"
    for action in "du":
        positions = [event.key for event in recording.events if event.action == action]
        assert {int(position[1:]) for position in positions} == set(range(11))
        assert len(positions) == 11
    pressed = [event.key for event in recording.events if event.action == "d"]
    assert pressed == [f"I{number}" for number in range(11)]


def test_times_are_those_of_a_person() -> None:
    for seed in range(20):
        recording = parse(Typist(seed).types(SENTENCE))
        assert all(0 <= delay_ms <= 4000 for delay_ms in recording.delays_ms)
        assert 5_000 < sum(recording.delays_ms) < 80_000


def test_some_keys_go_down_before_the_last_one_is_up() -> None:
    actions = "".join(parse(Typist(seed).types(SENTENCE)).actions for seed in range(10))
    rolled_over = actions.count("dd") / actions.count("d")
    assert 0.05 < rolled_over < 0.6


def test_every_recording_is_a_new_one() -> None:
    typist = Typist(1)
    recordings = [parse(typist.password("kiesel-27")) for _ in range(20)]
    assert len({recording.delays_ms for recording in recordings}) == 20
    stamps = [recording.recorded_at for recording in recordings]
    assert stamps == sorted(set(stamps))


def test_the_same_seed_types_the_same_and_another_seed_does_not() -> None:
    first, again, other = Typist(1), Typist(1), Typist(2)
    samples = [first.types(SENTENCE), first.password("geheim7")]
    assert [again.types(SENTENCE), again.password("geheim7")] == samples
    assert other.types(SENTENCE) != samples[0]


def test_the_same_person_types_differently_where_the_recordings_follow_from_something_else() -> None:
    alma, alma_again, alma_elsewhere = (Typist(1, recordings=test) for test in ("one", "one", "another"))
    assert alma == alma_elsewhere
    assert alma.rhythm == alma_elsewhere.rhythm
    first = alma.types("Ja!")
    assert alma_again.types("Ja!") == first
    assert alma_elsewhere.types("Ja!") != first


def test_a_person_who_changes_the_layout_is_not_confused_by_the_one_before() -> None:
    on_german_first = [Typist("either", layout=layout).types("azaz") for layout in (GERMAN, US)]
    Rhythm.drawn.cache_clear()
    on_us_first = [Typist("either", layout=layout).types("azaz") for layout in (US, GERMAN)]
    assert on_us_first == on_german_first[::-1]


def test_what_a_seed_types_is_the_same_on_every_python() -> None:
    assert Typist(1).types("Ja!") == (
        "firefox/38.0#m=0#2026-01-05 09:00:00|362dLSHIFT|51d74|36uLSHIFT|52d65|18u74|90u65|274dRSHIFT|69d49"
        "|23uRSHIFT|45u49"
    )
    assert Typist(1).password("Ja!") == "firefox/38.0#m=0#2026-01-05 09:00:00|l=3|186dI0|92dI1|10uI0|52uI1|147dI2|50uI2"
    assert (
        Typist(1, REALISTIC).password("Ja!")
        == "firefox/38.0#m=0#2026-01-05 09:00:00|l=3|183dI0|81uI0|152dI1|96uI1|465dI2|151uI2"
    )


def test_a_phone_is_another_device_and_slower() -> None:
    desktop, phone = Typist(1), Typist(1, mobile=True)
    assert not parse(desktop.types("Ja")).mobile
    assert parse(phone.types("Ja")).mobile
    assert phone.rhythm.interval_level > desktop.rhythm.interval_level


def test_the_clock_can_be_given() -> None:
    seconds = count()
    typist = Typist(1, clock=lambda: datetime(2031, 12, 31, 23, 59, next(seconds)))
    assert parse(typist.types("Ja")).recorded_at == "2031-12-31 23:59:00"
    assert parse(typist.password("Ja")).recorded_at == "2031-12-31 23:59:01"


def test_recording_times_go_on_by_five_minutes() -> None:
    times = RecordingTimes(datetime(2026, 1, 31, 23, 58))
    assert [times(), times()] == [datetime(2026, 1, 31, 23, 58), datetime(2026, 2, 1, 0, 3)]


def test_typists_are_compared_by_person() -> None:
    typist = Typist(1)
    typist.types("Ja")
    assert typist == Typist(1)
    assert typist != Typist(2)
    assert repr(typist).startswith("Typist(seed=1, population=DISTINCT, layout=Layout(name='German', language='de'), ")


def test_a_typist_can_be_copied_and_sent_to_a_worker() -> None:
    typist = Typist(1)
    copies = [deepcopy(typist), pickle.loads(pickle.dumps(typist))]
    assert copies == [typist, typist]
    assert len({copy.types("Ja") for copy in [typist, *copies]}) == 1


def test_a_copy_goes_on_as_the_typist_would_whatever_was_typed_before() -> None:
    typist = Typist(1, REALISTIC)
    for _ in range(3):
        typist.password("geheim7")
    copies = [deepcopy(typist), pickle.loads(pickle.dumps(typist))]
    assert len({copy.password("geheim7") for copy in [typist, *copies]}) == 1


def test_a_typist_can_move_to_another_keyboard() -> None:
    typist = replace(Typist(1), layout=US)
    assert typist != Typist(1)
    assert what_it_wrote(parse(typist.types("a@b")), US) == "a@b"


@pytest.mark.parametrize("method", ["types", "password"])
@pytest.mark.parametrize("nothing", ["", None, 5, b"bytes"])
def test_what_is_no_text_cannot_be_typed(method: str, nothing: Any) -> None:
    with pytest.raises(ValueError, match=r"cannot type .*: expected a text of at least one character"):
        getattr(Typist(1), method)(nothing)


def test_a_text_that_the_keyboard_does_not_have_is_refused() -> None:
    with pytest.raises(UntypeableCharacterError, match=r"'漢'.* at position 2 of the text"):
        Typist(1).types("ab漢")


@settings(deadline=None)
@given(st.text(), st.booleans(), st.sampled_from([DISTINCT, REALISTIC]))
def test_any_seed_is_a_person_within_human_bounds(seed: str, mobile: bool, population: Population) -> None:
    rhythm = Rhythm.drawn(seed, mobile, population)
    assert population.hold_range[0] <= rhythm.hold_level <= population.hold_range[1]
    assert population.interval_range[0] <= rhythm.interval_level <= population.interval_range[1]
    assert rhythm.hold_level - rhythm.interval_level <= population.most_hold_over_interval + 1e-9
    assert 0 <= rhythm.mistakes <= 0.3


def test_nobody_is_at_a_distance_from_themselves_and_distance_has_no_direction() -> None:
    alma, bruno = Rhythm.drawn("1", False, DISTINCT), Rhythm.drawn("2", False, DISTINCT)
    assert alma.distance(alma) == 0
    assert alma.distance(bruno) == bruno.distance(alma) > 0


def test_the_same_person_on_a_later_day_can_be_pickled() -> None:
    later = Typist(1).later(2).later(1)
    assert pickle.loads(pickle.dumps(later)).types("Hallo") == later.types("Hallo")


def test_no_strokes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one stroke"):
        Typist(1).strikes([])
