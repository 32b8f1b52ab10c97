from collections.abc import Callable
from math import exp, log, pi
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keytrac.anytext import (
    AnytextStatistics,
    Feature,
    Rhythm,
    SlotSums,
    calibrate,
    compare_anytext,
)
from pytest_keyauth.emulator.keytrac.timing import Timing, measure
from pytest_keyauth.keystrokes import Typist, cast
from pytest_keyauth.keystrokes.grammar import parse

WithDelays = Callable[[str, Callable[[list[int]], list[int]]], str]

#: The text of the document's own samples.
TEXT = "Die benutzte Methode besteht in der Messung der Luft."
HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"


def rhythm(sample: str) -> Rhythm:
    return Rhythm.of(measure(parse(sample)))


def score(enrolled: list[str], attempt: list[str]) -> float:
    statistics = AnytextStatistics()
    for sample in enrolled:
        statistics.add(rhythm(sample))
    return compare_anytext(statistics, [rhythm(sample) for sample in attempt])


# What is read of a recording


def test_a_rhythm_has_the_holds_of_the_keys_and_the_intervals_between_them() -> None:
    read = rhythm(f"{HEADER}|336dRSHIFT|80d68|64uRSHIFT|32u68|32d73|80u73")
    assert [slot for slot, _ in read.dwells] == ["RSHIFT", "68", "73"]
    assert [slot for slot, _ in read.intervals] == ["RSHIFT 68", "68 73"]


def test_a_key_that_is_held_twice_as_long_differs_by_the_logarithm_of_two() -> None:
    ((_, short),) = Rhythm.of(Timing([], [("68", 60)])).dwells
    ((_, long),) = Rhythm.of(Timing([], [("68", 120)])).dwells
    assert long - short == pytest.approx(log(2))


#: By how much (in ln ms) anybody is slower than on average, from one key to the next: measured on public typing data.
OFFSETS = {
    "the other hand": ("68", "74", 0.045),
    "the other hand, inner keys": ("71", "72", 0.045),
    "the same hand, left": ("65", "71", 0.15),
    "the same hand, right": ("72", "80", 0.15),
    "the same finger": ("70", "84", 0.34),
    "the same finger, right": ("89", "77", 0.34),
    "the same key": ("68", "68", 0.11),
    "a letter, then space": ("68", "SPACE", 0.09),
    "space, then a letter": ("SPACE", "68", 0.54),
    "a digit, then space": ("49", "32", 0.45),
    "to backspace": ("68", "8", 1.05),
    "backspace again": ("8", "BACKSPACE", 0.13),
    "backspace, then a letter": ("8", "68", 0.47),
    "shift, then a letter": ("RSHIFT", "68", 0.20),
    "to shift": ("68", "LSHIFT", 0.5),
    "a digit": ("68", "49", 0.45),
    "a digit, then a letter": ("49", "68", 0.45),
}


@pytest.mark.parametrize(("first", "second", "offset"), OFFSETS.values(), ids=OFFSETS)
def test_what_takes_anybody_longer_counts_as_less_slow(first: str, second: str, offset: float) -> None:
    ((slot, residual),) = Rhythm.of(Timing([(first, 0), (second, 200)], [])).intervals
    assert slot == f"{first} {second}"
    assert residual == pytest.approx(log(200) - 4.971 - offset)


@pytest.mark.parametrize(
    ("key", "offset"), [("68", 0), ("SPACE", 0), ("RSHIFT", 0.87), ("16", 0.87), ("8", -0.29), ("BACKSPACE", -0.29)]
)
def test_what_anybody_holds_longer_counts_as_less_long(key: str, offset: float) -> None:
    ((_, residual),) = Rhythm.of(Timing([], [(key, 100)])).dwells
    assert residual == pytest.approx(log(100) - 4.648 - offset)


@pytest.mark.parametrize("dwell_ms", [0, 14, 801, 999_999_999])
def test_a_hold_that_is_too_short_or_too_long_to_be_true_does_not_count(dwell_ms: int) -> None:
    assert Rhythm.of(Timing([], [("68", dwell_ms)])).dwells == []


@pytest.mark.parametrize("interval_ms", [0, 14, 1501, 999_999_999])
def test_an_interval_that_is_too_short_or_a_pause_does_not_count(interval_ms: int) -> None:
    assert Rhythm.of(Timing([("68", 5), ("69", 5 + interval_ms)], [])).intervals == []


def test_the_shortest_and_the_longest_times_count() -> None:
    (_, short), (_, long) = Rhythm.of(Timing([], [("68", 15), ("68", 800)])).dwells
    assert short < 0 < long
    (_, short), (_, long) = Rhythm.of(Timing([("68", 0), ("69", 15), ("70", 1515)], [])).intervals
    assert short < 0 < long


def test_an_extraordinary_time_is_taken_for_the_most_extraordinary_that_counts() -> None:
    (_, slow), (_, slower) = Rhythm.of(Timing([], [("68", 700), ("68", 800)])).dwells
    assert slow == slower


def test_a_key_that_repeats_while_it_is_held_was_pressed_once() -> None:
    repeated = rhythm(f"{HEADER}|0d68|100d68|30d68|30u68|50d69|60u69")
    once = rhythm(f"{HEADER}|0d68|160u68|50d69|60u69")
    assert repeated == once


def test_a_key_that_comes_up_without_having_gone_down_says_nothing() -> None:
    assert rhythm(f"{HEADER}|0u68|50d69|60u69") == rhythm(f"{HEADER}|50d69|60u69")


# What is kept of a person


@pytest.fixture
def plain() -> Feature:
    """A kind of timing whose numbers make the arithmetic easy: every variance is 1."""
    return Feature(0.0, 1.0, 1.0, 1.0, 1, 1000, 9.0)


def test_of_each_key_the_count_the_sum_and_the_sum_of_squares_are_kept(plain: Feature) -> None:
    sums = SlotSums(plain)
    sums.add([("68", 0.5), ("69", 1.0)])
    sums.add([("68", -0.25)])
    assert sums.slots == {"68": (2.0, 0.25, 0.3125), "69": (1.0, 1.0, 1.0)}


def test_what_fades_weighs_less(plain: Feature) -> None:
    sums = SlotSums(plain, {"68": (2.0, 0.25, 0.3125)})
    sums.fade(0.5)
    assert sums.slots == {"68": (1.0, 0.125, 0.15625)}


def test_what_has_faded_away_is_forgotten(plain: Feature) -> None:
    sums = SlotSums(plain, {"68": (1.0, 0.3, 0.09), "69": (0.5, 0.3, 0.09)})
    sums.fade(0.1)
    assert list(sums.slots) == ["68"]


# The likelihood ratio, worked out by hand with all variances 1: of one value 2 in one slot, the person's level is
# 2/3 with variance 2/3. The slot's mean is then 4/3 with variance 5/3; a slot that was not seen has mean 2/3 and
# variance 8/3. An unknown person's value has mean 0 and variance 3.


@pytest.mark.parametrize(
    ("slot", "value", "expected"),
    [
        ("seen", 2.0, (log(3 / (5 / 3)) + 4 / 3 - (2 / 3) ** 2 / (5 / 3)) / 2),
        ("seen", -2.0, (log(3 / (5 / 3)) + 4 / 3 - (10 / 3) ** 2 / (5 / 3)) / 2),
        ("unseen", 2.0, (log(3 / (8 / 3)) + 4 / 3 - (4 / 3) ** 2 / (8 / 3)) / 2),
        ("unseen", 0.0, (log(3 / (8 / 3)) + 0 - (2 / 3) ** 2 / (8 / 3)) / 2),
    ],
)
def test_the_likelihood_ratio_of_one_value_is_the_one_worked_out_by_hand(
    plain: Feature, slot: str, value: float, expected: float
) -> None:
    sums = SlotSums(plain)
    sums.add([("seen", 2.0)])
    assert sums.likelihood_ratio([(slot, value)]) == pytest.approx(expected)


def test_the_likelihood_ratio_tells_the_kinds_of_variance_apart() -> None:
    """Between people 4, between keys 2, within 1. The level is 8/7 with variance 12/7; the slot 12/7 with 13/7."""
    sums = SlotSums(Feature(0.0, 4.0, 2.0, 1.0, 1, 1000, 9.0))
    sums.add([("seen", 2.0)])
    expected = (log(7) + 4 / 7 - log(13 / 7) - (2 / 7) ** 2 / (13 / 7)) / 2
    assert sums.likelihood_ratio([("seen", 2.0)]) == pytest.approx(expected)


def test_who_types_a_key_less_evenly_is_expected_to(plain: Feature) -> None:
    """Of 1 and 3 in one slot the level is 4/5 with variance 3/5, the noise 32/31 (2 and 30 times 1), the slot 8/5."""
    sums = SlotSums(plain)
    sums.add([("uneven", 1.0), ("uneven", 3.0)])
    variance = 1 / 3 + 32 / 31 + 3 / 5 / 9
    expected = (log(3) - log(variance) - (8 / 5) ** 2 / variance) / 2
    assert sums.likelihood_ratio([("uneven", 0.0)]) == pytest.approx(expected)


def test_without_evidence_there_is_no_ratio(plain: Feature) -> None:
    assert SlotSums(plain, {"68": (3.0, 1.0, 2.0)}).likelihood_ratio([]) == 0


@pytest.mark.parametrize("value", [-3.0, 0.0, 0.7, 9.0])
def test_one_value_does_not_tell_a_person_of_whom_nothing_is_known_from_anybody(plain: Feature, value: float) -> None:
    assert SlotSums(plain).likelihood_ratio([("68", value)]) == pytest.approx(0)


def test_an_unknown_person_may_have_any_level() -> None:
    """The integral over all levels, which the code has in closed form, is here a sum of narrow strips."""
    values = [0.5, 1.5, -0.25]

    def density(value: float, mean: float, variance: float) -> float:
        return exp(-((value - mean) ** 2) / (2 * variance)) / (2 * pi * variance) ** 0.5

    anybody, width = 0.0, 0.001
    for strip in range(-10_000, 10_000):
        level = strip * width
        likelihood = density(level, 0, 0.5) * width
        for value in values:
            likelihood *= density(value, level, 3)
        anybody += likelihood
    nobody = 1.0
    for value in values:
        nobody *= density(value, 0, 3.5)
    sums = SlotSums(Feature(0.0, 0.5, 2.0, 1.0, 1, 1000, 9.0))
    ratio = sums.likelihood_ratio([(str(value), value) for value in values])
    assert ratio == pytest.approx(log(nobody / anybody), abs=1e-6)


# The score


@pytest.mark.parametrize(
    ("logit", "expected"), [(0, 50), (log(3), 75), (-log(3), 25), (log(99), 99), (-1e308, 0), (1e308, 100)]
)
def test_a_logit_becomes_a_percentage(logit: float, expected: float) -> None:
    assert calibrate(logit) == pytest.approx(expected)


def test_the_documents_own_attempt_is_of_the_same_person(anytext_enrolment: list[str], anytext_attempt: str) -> None:
    assert score(anytext_enrolment, [anytext_attempt]) >= 50


@pytest.mark.parametrize("enrolled", [0, 1])
def test_each_of_the_documents_samples_is_enough_to_enrol(
    anytext_enrolment: list[str], anytext_attempt: str, enrolled: int
) -> None:
    assert score([anytext_enrolment[enrolled]], [anytext_attempt]) >= 50


@pytest.mark.parametrize("typist", cast(8, "impostors"), ids=lambda typist: typist.name)
def test_other_people_who_type_the_documents_text_are_not(anytext_enrolment: list[str], typist: Typist) -> None:
    assert score(anytext_enrolment, [typist.types(TEXT)]) < 50


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


def test_holds_and_intervals_count_alike_however_many_there_are(
    anytext_enrolment: list[str], anytext_attempt: str, with_delays: WithDelays
) -> None:
    """The mean evidence of each, as measured on public typing data: 2.49 and 0.86 make a percentage of it."""
    statistics = AnytextStatistics()
    statistics.add(rhythm(anytext_enrolment[0]))
    typed = rhythm(with_delays(anytext_attempt, lambda delays_ms: [round(1.3 * delay_ms) for delay_ms in delays_ms]))
    similarity = statistics.dwell.likelihood_ratio(typed.dwells) / len(typed.dwells) ** 0.5
    similarity += statistics.interval.likelihood_ratio(typed.intervals) / len(typed.intervals) ** 0.5
    expected = 100 / (1 + exp(-(2.49 * similarity + 0.86)))
    assert compare_anytext(statistics, [typed]) == pytest.approx(expected)
    assert 1 < expected < 99


def test_a_profile_of_numbers_that_are_none_cannot_be_compared_with(anytext_attempt: str) -> None:
    statistics = AnytextStatistics()
    statistics.add(rhythm(anytext_attempt))
    statistics.dwell.slots["68"] = (float("nan"), 0.0, 0.0)
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
