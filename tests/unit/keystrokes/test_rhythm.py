"""What the levels, clocks and speeds of people are, over many of them."""

from itertools import accumulate
from statistics import fmean, median, pstdev

import pytest

from pytest_keyauth.keystrokes.grammar import parse
from pytest_keyauth.keystrokes.keyboard import GERMAN
from pytest_keyauth.keystrokes.population import DISTINCT, PASSWORD, REALISTIC, Population
from pytest_keyauth.keystrokes.rhythm import Rhythm, deviation, standing
from pytest_keyauth.keystrokes.texts import sentence
from pytest_keyauth.keystrokes.typist import Typist

COUNT = 300
PEOPLE = [f"person {number}" for number in range(COUNT)]


def test_standings_are_evenly_spread_and_no_two_traits_go_together() -> None:
    ones, others = ([standing(seed, trait) for seed in PEOPLE] for trait in ("one", "other"))
    assert all(0 < place < 1 for place in ones)
    assert fmean(ones) == pytest.approx(0.5, abs=0.05)
    assert pstdev(ones) == pytest.approx(12**-0.5, abs=0.03)
    together = fmean((one - 0.5) * (other - 0.5) for one, other in zip(ones, others, strict=True)) * 12
    assert abs(together) < 0.17  # 3 standard errors


def test_nobody_deviates_by_more_than_two_and_a_half_standard_deviations() -> None:
    deviations = [deviation(f"{seed}", "trait") for seed in range(2000)]
    assert (min(deviations), max(deviations)) == (-2.5, 2.5)


@pytest.mark.parametrize(("mobile", "hold", "interval"), [(False, 4.65, 4.96), (True, 4.35, 5.2)])
def test_levels_of_realistic_people_are_the_stated_ones(mobile: bool, hold: float, interval: float) -> None:
    rhythms = [Rhythm.drawn(seed, mobile, REALISTIC) for seed in PEOPLE]
    holds, intervals = [one.hold_level for one in rhythms], [one.interval_level for one in rhythms]
    assert (fmean(holds), pstdev(holds)) == (pytest.approx(hold, abs=0.05), pytest.approx(0.21, abs=0.04))
    assert (fmean(intervals), pstdev(intervals)) == (pytest.approx(interval, abs=0.06), pytest.approx(0.31, abs=0.05))


def test_realistic_people_gain_at_every_pair_of_a_password_and_distinct_ones_nothing() -> None:
    before, after = GERMAN.strokes("ki")
    for seed in PEOPLE[:50]:
        realistic, distinct = (
            Rhythm.drawn(seed, False, population).interval(before, after, PASSWORD.interval)
            for population in (REALISTIC, DISTINCT)
        )
        assert realistic.practice > 0
        assert distinct.practice == 0


@pytest.mark.parametrize("population", [DISTINCT, REALISTIC])
@pytest.mark.parametrize("mobile", [False, True])
def test_who_is_to_type_60_words_per_minute_types_about_60(population: Population, mobile: bool) -> None:
    speeds = []
    for number, seed in enumerate(PEOPLE[:20]):
        text = sentence(number)
        minutes = sum(parse(Typist(seed, population, mobile=mobile, pace=60).types(text)).delays_ms[1:]) / 60_000
        speeds.append(len(text) / 5 / minutes)
    assert fmean(speeds) == pytest.approx(60, rel=0.25)


@pytest.mark.parametrize("population", [DISTINCT, REALISTIC])
def test_people_type_about_as_fast_as_they_say(population: Population) -> None:
    shares = []
    for number, seed in enumerate(PEOPLE[:30]):
        typist, text = Typist(seed, population), sentence(number)
        minutes = sum(parse(typist.types(text)).delays_ms[1:]) / 60_000
        shares.append(len(text) / 5 / minutes / typist.words_per_minute)
    assert median(shares) == pytest.approx(1, rel=0.25)


@pytest.mark.parametrize("resolution_ms", [8, 16])
def test_a_coarse_clock_is_read_at_its_ticks_give_or_take_a_millisecond(resolution_ms: int) -> None:
    times_ms = [
        time_ms
        for seed in range(10)
        for time_ms in accumulate(parse(Typist(seed, resolution_ms=resolution_ms).types(sentence(seed))).delays_ms)
    ]
    after_tick_ms = [(time_ms + 1) % resolution_ms - 1 for time_ms in times_ms]
    assert set(after_tick_ms) == {-1, 0, 1}
    assert after_tick_ms.count(0) / len(times_ms) == pytest.approx(0.88, abs=0.03)


def test_a_person_with_a_coarse_clock_records_with_it() -> None:
    coarse = next(seed for seed in PEOPLE if Rhythm.drawn(seed, False, REALISTIC).clock_ms == 8)
    times_ms = accumulate(parse(Typist(coarse, REALISTIC).types(sentence(1))).delays_ms)
    assert {(time_ms + 1) % 8 for time_ms in times_ms} == {0, 1, 2}
