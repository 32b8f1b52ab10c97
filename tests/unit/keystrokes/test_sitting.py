"""The same person in other sittings, and on other days."""

from itertools import accumulate
from statistics import fmean, pstdev

import pytest

from pytest_keyauth.keystrokes.grammar import parse
from pytest_keyauth.keystrokes.keyboard import GERMAN
from pytest_keyauth.keystrokes.population import DISTINCT, PASSWORD, REALISTIC, TEXT, Population
from pytest_keyauth.keystrokes.rhythm import Rhythm
from pytest_keyauth.keystrokes.sitting import Sitting
from pytest_keyauth.keystrokes.typist import Typist

KEYS = GERMAN.strokes("eanstrihdlucgmo")


def level(sitting: Sitting) -> float:
    """The mean of all holds (ln ms)."""
    return fmean(sitting.hold(key).middle for key in KEYS)


def sittings_of(seed: int, population: Population, count: int = 12) -> list[Sitting]:
    rhythm = Rhythm.drawn(f"person {seed}", False, population)
    return [Sitting(rhythm, TEXT, number, 0.0) for number in range(count)]


def test_levels_differ_from_sitting_to_sitting_by_as_much_as_is_stated() -> None:
    spreads = [pstdev(level(sitting) for sitting in sittings_of(seed, REALISTIC)) for seed in range(60)]
    assert fmean(spreads) == pytest.approx(TEXT.hold.sitting, rel=0.2)


def test_distinct_people_are_steadier() -> None:
    for seed in range(10):
        distinct, realistic = (
            pstdev(level(sitting) for sitting in sittings_of(seed, population)) for population in (DISTINCT, REALISTIC)
        )
        assert distinct == pytest.approx(0.3 * realistic)


def test_in_text_a_sitting_moves_all_keys_alike_and_in_a_password_each_by_itself_too() -> None:
    rhythm = Rhythm.drawn("person 1", False, REALISTIC)

    def moves(task_is_password: bool) -> list[float]:
        task = PASSWORD if task_is_password else TEXT
        one, other = Sitting(rhythm, task, 1, 0.0), Sitting(rhythm, task, 2, 0.0)
        return [other.hold(key).middle - one.hold(key).middle for key in KEYS]

    assert pstdev(moves(task_is_password=False)) < 1e-9
    assert pstdev(moves(task_is_password=True)) > 0.02


def test_passwords_of_realistic_people_are_in_another_rhythm_later() -> None:
    changes = []
    for seed in range(12):
        now = Typist(seed, REALISTIC).practised("kiesel-27", 1000)
        later = now.later(1)
        first, again, next_day = (mean_times_ms(typist) for typist in (now, now, later))
        changes.append((distance(first, next_day), distance(first, again)))
    assert fmean(change for change, _ in changes) > 1.3 * fmean(same for _, same in changes)


def mean_times_ms(typist: Typist, count: int = 12) -> list[float]:
    """The mean time of each key's going down in a password."""
    recordings = [parse(typist.password("kiesel-27")) for _ in range(count)]
    rows = [
        [
            time_ms
            for time_ms, event in zip(accumulate((0, *recording.delays_ms[1:])), recording.events, strict=True)
            if event.action == "d"
        ]
        for recording in recordings
    ]
    return [fmean(column) for column in zip(*rows, strict=True)]


def distance(one: list[float], other: list[float]) -> float:
    return fmean(abs(first - second) for first, second in zip(one, other, strict=True))
