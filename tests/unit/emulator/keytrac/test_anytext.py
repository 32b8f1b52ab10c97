from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp, log
from random import Random

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keytrac.anytext import (
    MOST_SLOTS,
    AnytextStatistics,
    Residuals,
    Rhythm,
    anybody,
    calibrate,
    compare_anytext,
)
from pytest_keyauth.emulator.keytrac.slots import CLASS_SHIFT, CLASSES, KINDS, dwell_slot, interval_slot
from pytest_keyauth.emulator.keytrac.timing import Timing, measure
from pytest_keyauth.keystrokes import Typist, cast
from pytest_keyauth.keystrokes.grammar import parse

WithDelays = Callable[[str, Callable[[list[int]], list[int]]], str]

#: The text of the document's own samples.
TEXT = "Die benutzte Methode besteht in der Messung der Luft."
HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"


def rhythm(sample: str) -> Rhythm:
    return Rhythm.of(measure(parse(sample)))


def hold(key: str, dwell_ms: int, follower: str = "") -> Residuals:
    return Rhythm.of(Timing([], [(key, dwell_ms)], [follower])).dwells


def score(enrolled: list[str], attempt: list[str]) -> float:
    statistics = AnytextStatistics()
    for sample in enrolled:
        statistics.add(rhythm(sample))
    return compare_anytext(statistics, [rhythm(sample) for sample in attempt])


# What is read of a recording


def test_a_rhythm_has_the_holds_of_the_keys_and_the_intervals_between_them() -> None:
    read = rhythm(f"{HEADER}|336dRSHIFT|80d68|64uRSHIFT|32u68|32d73|80u73")
    holds = [dwell_slot("RSHIFT", "68"), dwell_slot("68", "73"), dwell_slot("73", "")]
    assert [slot for slot, _ in read.dwells] == [slot for slot, _ in holds]
    intervals = [interval_slot("RSHIFT", "68"), interval_slot("68", "73")]
    assert [slot for slot, _ in read.intervals] == [slot for slot, _ in intervals]


def test_what_follows_a_key_is_what_went_down_next_however_long_it_is_held() -> None:
    """Shift is held until after the third key went down."""
    read = rhythm(f"{HEADER}|0d65|50d66|50d67|50u66|50u67|50u65")
    holds = [dwell_slot("66", "67"), dwell_slot("67", ""), dwell_slot("65", "66")]
    assert [slot for slot, _ in read.dwells] == [slot for slot, _ in holds]


def test_a_key_that_is_held_twice_as_long_differs_by_the_logarithm_of_two() -> None:
    ((_, short),), ((_, long),) = hold("68", 60), hold("68", 120)
    assert long - short == pytest.approx(log(2))


@pytest.mark.parametrize("dwell_ms", [0, 14, 801, 999_999_999])
def test_a_hold_that_is_too_short_or_too_long_to_be_true_does_not_count(dwell_ms: int) -> None:
    assert hold("68", dwell_ms) == []


@pytest.mark.parametrize("interval_ms", [0, 14, 1501, 999_999_999])
def test_an_interval_that_is_too_short_or_a_pause_does_not_count(interval_ms: int) -> None:
    assert Rhythm.of(Timing([("68", 5), ("69", 5 + interval_ms)], [])).intervals == []


def test_the_shortest_and_the_longest_times_count() -> None:
    ((_, short),), ((_, long),) = hold("68", 15), hold("68", 800)
    assert short < 0 < long
    (_, short), (_, long) = Rhythm.of(Timing([("68", 0), ("69", 15), ("70", 1515)], [])).intervals
    assert short < 0 < long


def test_an_extraordinary_time_is_taken_for_the_most_extraordinary_that_counts() -> None:
    ((_, slow),), ((_, slower),) = hold("68", 700), hold("68", 800)
    assert slow == slower


def test_a_key_that_repeats_while_it_is_held_was_pressed_once() -> None:
    repeated = rhythm(f"{HEADER}|0d68|100d68|30d68|30u68|50d69|60u69")
    once = rhythm(f"{HEADER}|0d68|160u68|50d69|60u69")
    assert repeated == once


def test_a_key_that_comes_up_without_having_gone_down_says_nothing() -> None:
    assert rhythm(f"{HEADER}|0u68|50d69|60u69") == rhythm(f"{HEADER}|50d69|60u69")


# What is kept of a person


#: Slots of several classes, kinds and hands.
HOLDS = [dwell_slot(*keys)[0] for keys in (("68", "74"), ("70", "74"), ("68", "69"), ("32", "68"), ("16", "68"))]
INTERVALS = [interval_slot(*keys)[0] for keys in (("68", "74"), ("70", "74"), ("68", "32"), ("32", "68"), ("8", "8"))]
BY_KIND = (HOLDS, INTERVALS)


def learnt(*recordings: Residuals, kind: int = 0) -> AnytextStatistics:
    statistics = AnytextStatistics()
    for residuals in recordings:
        statistics.add(Rhythm(residuals, []) if kind == 0 else Rhythm([], residuals))
    return statistics


def test_of_each_slot_the_count_and_the_total_are_kept_and_of_all_together_how_uneven_they_are() -> None:
    """0.5, -0.25 and 0.2 have the mean 0.15, and 0.285 is the sum of their squared distances from it: noise 0.205."""
    letter, space = HOLDS[0], HOLDS[3]
    statistics = learnt([(letter, 0.5), (space, 0.25)], [(letter, -0.25), (letter, 0.2)])
    assert statistics.slots == {letter: (3.0, 0.45), space: (1.0, 0.25)}
    assert statistics.unevenness == [pytest.approx((0.285 / 0.205**2, 2.0)), (0.0, 0.0)]


def test_what_fades_weighs_less_than_what_is_learnt_after_it() -> None:
    """Half a value of 0.5 and one of 0.2 have the mean 0.3: 0.02 and 0.01 from it, squared and weighed."""
    statistics = learnt([(HOLDS[0], 0.5)])
    statistics.fade(0.5)
    statistics.add(Rhythm([(HOLDS[0], 0.2)], []))
    count, total = statistics.slots[HOLDS[0]]
    assert count / statistics.weight == pytest.approx(1.5)
    assert total / statistics.weight == pytest.approx(0.25 + 0.2)
    deviations, degrees = statistics.unevenness[0]
    assert deviations / statistics.weight == pytest.approx(0.03 / 0.205**2)
    assert degrees / statistics.weight == pytest.approx(0.5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.floats(-0.7, 0.7), st.integers(0, 3)), min_size=1, max_size=80))
def test_unevenness_is_what_lies_between_each_value_and_the_mean_of_its_slot(
    typed: list[tuple[int, float, int]],
) -> None:
    """Learnt one by one, and worked out here from all weighted values; a hundredth fades so many times before each."""
    slots, statistics, weight = [HOLDS[0], HOLDS[3]], AnytextStatistics(), 1.0
    weighted: dict[int, list[tuple[float, float]]] = {0: [], 1: []}
    for place, value, fades in typed:
        for _ in range(fades):
            statistics.fade(0.99)
            weight /= 0.99
        statistics.add(Rhythm([(slots[place], value)], []))
        weighted[place].append((weight, value))
    expected = 0.0
    for values, noise in ((weighted[0], 0.205), (weighted[1], 0.19)):
        mean = sum(w * value for w, value in values) / (sum(w for w, _ in values) or 1.0)
        expected += sum(w * (value - mean) ** 2 for w, value in values) / noise**2
    assert statistics.unevenness[0][0] / statistics.weight == pytest.approx(expected / weight, abs=1e-9)


def test_what_has_faded_away_is_forgotten_and_what_is_typed_again_and_again_is_not() -> None:
    statistics = learnt([(HOLDS[0], 0.5), (HOLDS[3], 0.5)])
    for _ in range(100):
        statistics.fade(0.9)
        statistics.add(Rhythm([(HOLDS[0], 0.5)], []))
    assert list(statistics.slots) == [HOLDS[0]]
    count, total = statistics.slots[HOLDS[0]]
    assert count / statistics.weight == pytest.approx(10, rel=0.01)  # 1 + 0.9 + 0.81 + …
    assert total / count == pytest.approx(0.5)


def test_it_makes_no_difference_whether_the_past_counts_less_or_the_present_more() -> None:
    slot = HOLDS[0]
    statistics = learnt([(slot, 0.5), (slot, 0.3)])
    statistics.fade(0.5)
    same = AnytextStatistics({slot: (1.0, 0.4)}, [(0.01 / 0.205**2, 0.5), (0.0, 0.0)])
    for found, expected in zip(statistics.estimate().classes, same.estimate().classes, strict=True):
        assert found == pytest.approx(expected)
    assert statistics.estimate().noise == pytest.approx(same.estimate().noise)


def test_a_profile_does_not_grow_beyond_what_people_type() -> None:
    keys = [str(code) for code in range(100)]
    slots = [interval_slot(first, second)[0] for first in keys for second in keys]
    statistics = learnt([(slot, 0.5) for slot in slots], [(slots[0], 0.5), (slots[-1], 0.5)], kind=1)
    assert len(statistics.slots) == MOST_SLOTS
    assert statistics.slots[slots[0]] == (2.0, 1.0)


# What is expected of a person. The model says how any two values of a person vary together: by the person's level, the
# person's own mean in their class if it is one class, in their slot if it is one slot, and noise. So all values are one
# Gaussian vector, and what the code works out level by level follows from its covariances by one system of equations.


def covariances(kind: int, first: Sequence[int], second: Sequence[int]) -> numpy.ndarray:
    """Of values in these slots, without their noise."""
    shared = numpy.full((len(first), len(second)), KINDS[kind].person_variance)
    for row, one in enumerate(first):
        for column, other in enumerate(second):
            slot_class = CLASSES[one >> CLASS_SHIFT]
            if one >> CLASS_SHIFT == other >> CLASS_SHIFT:
                shared[row, column] += slot_class.person_variance
            if one == other:
                shared[row, column] += slot_class.slot_variance
    return shared


def noises(slots: Sequence[int]) -> numpy.ndarray:
    return numpy.array([CLASSES[slot >> CLASS_SHIFT].noise_variance for slot in slots])


values = st.floats(-0.7, 0.7)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([0, 1]), st.data())
def test_the_next_value_is_expected_as_the_model_says(kind: int, data: st.DataObject) -> None:
    slots = data.draw(st.lists(st.sampled_from(BY_KIND[kind]), max_size=12))
    typed = [(slot, data.draw(values)) for slot in slots]
    statistics = learnt(typed, kind=kind)
    person = replace(statistics.estimate(), noise=[1.0, 1.0])  # how evenly the person types is another matter
    seen = covariances(kind, slots, slots) + numpy.diag(noises(slots))
    for slot in BY_KIND[kind]:
        together = covariances(kind, [slot], slots)[0]
        by_value = numpy.linalg.solve(seen, together)
        variance = covariances(kind, [slot], [slot])[0, 0] - by_value @ together + noises([slot])[0]
        expected = by_value @ numpy.array([value for _, value in typed]), variance
        assert person.expect(statistics, [slot]) == {slot: pytest.approx(expected, abs=1e-9)}


def test_who_types_a_key_less_evenly_is_expected_to() -> None:
    """40 values of average noise and one degree of freedom; 0.1 and 0.5 lie 0.08 from their mean, squared and added."""
    slot = HOLDS[0]
    statistics = learnt([(slot, 0.1), (slot, 0.5)])
    person = statistics.estimate()
    assert person.noise == pytest.approx([(40 + 0.08 / 0.205**2) / 41, 1.0])
    even = replace(person, noise=[1.0, 1.0])
    (mean, variance), (even_mean, even_variance) = (each.expect(statistics, [slot])[slot] for each in (person, even))
    assert mean == even_mean
    assert variance - even_variance == pytest.approx((person.noise[0] - 1) * 0.205**2)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([0, 1]), st.data())
def test_an_unknown_person_may_have_any_level(kind: int, data: st.DataObject) -> None:
    """All values vary together by the level, and each by itself by slot and noise."""
    typed = data.draw(st.lists(st.tuples(st.sampled_from(BY_KIND[kind]), values), min_size=1, max_size=12))
    classes = [CLASSES[slot >> CLASS_SHIFT] for slot, _ in typed]
    alone = numpy.diag([each.slot_variance + each.noise_variance for each in classes])
    covariance = alone + KINDS[kind].person_variance
    vector = numpy.array([value for _, value in typed])
    misfit = numpy.linalg.slogdet(covariance)[1] + vector @ numpy.linalg.solve(covariance, vector)
    assert anybody(kind, typed) == pytest.approx(misfit, abs=1e-9)


# The score


@pytest.mark.parametrize(
    ("logit", "expected"), [(0, 50), (log(3), 75), (-log(3), 25), (log(99), 99), (-1e308, 0), (1e308, 100)]
)
def test_a_logit_becomes_a_percentage(logit: float, expected: float) -> None:
    assert calibrate(logit) == pytest.approx(expected)


def test_the_documents_own_attempt_is_of_the_same_person(anytext_enrolment: list[str], anytext_attempt: str) -> None:
    assert score(anytext_enrolment, [anytext_attempt]) >= 80


@pytest.mark.parametrize("enrolled", [0, 1])
def test_each_of_the_documents_samples_is_enough_to_enrol(
    anytext_enrolment: list[str], anytext_attempt: str, enrolled: int
) -> None:
    assert score([anytext_enrolment[enrolled]], [anytext_attempt]) >= 80


@pytest.mark.parametrize("typist", cast(8, "impostors"), ids=lambda typist: typist.name)
def test_other_people_who_type_the_documents_text_are_not(anytext_enrolment: list[str], typist: Typist) -> None:
    assert score(anytext_enrolment, [typist.types(TEXT)]) <= 20


@pytest.mark.parametrize("factor", [0.5, 0.67, 0.8, 1.25, 1.5, 2, 3])
def test_the_same_keys_at_another_pace_score_lower(
    anytext_enrolment: list[str], anytext_attempt: str, with_delays: WithDelays, factor: float
) -> None:
    scaled = with_delays(anytext_attempt, lambda delays_ms: [round(factor * delay_ms) for delay_ms in delays_ms])
    assert score(anytext_enrolment, [scaled]) < score(anytext_enrolment, [anytext_attempt])


@pytest.mark.parametrize("factor", [0.5, 2])
def test_half_and_twice_the_pace_are_another_person(
    anytext_enrolment: list[str], anytext_attempt: str, with_delays: WithDelays, factor: float
) -> None:
    scaled = with_delays(anytext_attempt, lambda delays_ms: [round(factor * delay_ms) for delay_ms in delays_ms])
    assert score(anytext_enrolment, [scaled]) < 50


@pytest.mark.parametrize("seed", range(8))
def test_the_same_delays_at_other_keys_score_lower(
    anytext_enrolment: list[str], anytext_attempt: str, with_delays: WithDelays, seed: int
) -> None:
    shuffled = with_delays(anytext_attempt, lambda delays_ms: Random(seed).sample(delays_ms, len(delays_ms)))
    assert score(anytext_enrolment, [shuffled]) < score(anytext_enrolment, [anytext_attempt])


@pytest.mark.parametrize("kind", [0, 1])
def test_holds_and_intervals_count_alike_however_many_there_are(
    anytext_enrolment: list[str], anytext_attempt: str, kind: int
) -> None:
    """The evidence of each kind is divided by the root of the number of values; 2.0 and 0.8 make a percentage of it."""
    statistics = AnytextStatistics()
    statistics.add(rhythm(anytext_enrolment[0]))
    person = statistics.estimate()
    logit = 0.8
    one = rhythm(anytext_attempt)
    typed = Rhythm(one.dwells[:9], one.intervals[:25]) if kind else Rhythm(one.dwells[:25], one.intervals[:9])
    for number, residuals in enumerate((typed.dwells, typed.intervals)):
        known = 0.0
        for slot, value in residuals:
            mean, variance = person.expect(statistics, [slot])[slot]
            known += log(variance) + (value - mean) ** 2 / variance
        logit += 2.0 * (anybody(number, residuals) - known) / 2 / len(residuals) ** 0.5
    assert compare_anytext(statistics, [typed]) == pytest.approx(100 / (1 + exp(-logit)))
    assert 1 < compare_anytext(statistics, [typed]) < 99.9


def test_several_recordings_are_compared_as_if_they_were_one(
    anytext_enrolment: list[str], anytext_attempt: str
) -> None:
    statistics = AnytextStatistics()
    statistics.add(rhythm(anytext_enrolment[0]))
    first, second = rhythm(anytext_enrolment[1]), rhythm(anytext_attempt)
    joined = Rhythm(first.dwells + second.dwells, first.intervals + second.intervals)
    assert compare_anytext(statistics, [first, second]) == compare_anytext(statistics, [joined])


def test_a_profile_of_numbers_that_are_none_cannot_be_compared_with(anytext_attempt: str) -> None:
    statistics = AnytextStatistics()
    statistics.add(rhythm(anytext_attempt))
    statistics.slots[dwell_slot("68", "73")[0]] = (float("nan"), 0.0)
    with pytest.raises(ValueError, match="not finite"):
        compare_anytext(statistics, [rhythm(anytext_attempt)])


keys = st.sampled_from(["65", "68", "69", "73", "8", "9", "190", "49", "SPACE", "RSHIFT", "LSHIFT", "ENTER"])


@st.composite
def typing(draw: st.DrawFn) -> str:
    """A sample of complete strokes one after the other, with holds and pauses that count."""
    strokes = draw(st.lists(st.tuples(keys, st.integers(15, 800), st.integers(0, 700)), min_size=4, max_size=40))
    return HEADER + "".join(f"|{pause_ms}d{key}|{dwell_ms}u{key}" for key, dwell_ms, pause_ms in strokes)


@settings(max_examples=60, deadline=None)
@given(st.lists(typing(), min_size=1, max_size=3), st.lists(typing(), min_size=1, max_size=3))
def test_every_score_is_a_percentage(enrolled: list[str], attempt: list[str]) -> None:
    assert 0 <= score(enrolled, attempt) <= 100
