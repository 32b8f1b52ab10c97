from datetime import UTC, date, datetime
from typing import get_args

import pytest

from pytest_keyauth.reports.sentences import (
    HEADLINES,
    PHRASES,
    SYMBOLS,
    conclude,
    tell_age,
    tell_counts,
    tell_duration,
)
from pytest_keyauth.verdicts import WORDS, Conclusion, Verdict

from .made_up import a_night, outcome


def test_every_verdict_has_a_sign_of_its_own_and_a_phrase() -> None:
    assert set(SYMBOLS) == set(PHRASES) == set(WORDS)
    assert len(set(SYMBOLS.values())) == len(WORDS)


@pytest.mark.parametrize("conclusion", get_args(Conclusion))
def test_every_conclusion_is_a_sentence_with_figures(conclusion: Conclusion) -> None:
    assert HEADLINES[conclusion]
    told = conclude(a_night(conclusion))
    assert told.endswith(": 3 of 145 documented outcomes are not as documented, 14 unreachable, 93 confirmed.")


def test_a_run_that_asked_nothing_says_so() -> None:
    nothing = a_night("confirmed", verdicts=(Verdict(outcome("listUsers/200/listed"), "unchecked"),))
    assert conclude(nothing) == "All that was asked is as documented: 0 of 1 documented outcome are confirmed."


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (None, "never"),
        (date(2026, 11, 25), "today"),
        (date(2026, 11, 24), "today"),
        (date(2026, 11, 23), "yesterday"),
        (date(2026, 11, 12), "12 days ago"),
    ],
)
def test_ages_are_counted_to_the_day_of_the_run(day: date | None, told: str) -> None:
    assert tell_age(day, datetime(2026, 11, 24, 0, 1, tzinfo=UTC)) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.84, "0.8 s"), (9.96, "10 s"), (59.6, "1 min"), (200.4, "3 min 20 s"), (3_600, "1 h"), (3_900, "1 h 5 min")],
)
def test_durations_are_in_the_units_that_one_says(seconds: float, told: str) -> None:
    assert tell_duration(seconds) == told


def test_only_a_live_run_speaks_of_live() -> None:
    verdicts = (Verdict(outcome("listUsers/403/not-verified"), "unprovokable"),)
    assert list(tell_counts(a_night(verdicts=verdicts), "keytrac")) == [("unprovokable", "1 not provokable live")]
    emulated = a_night(verdicts=verdicts, target="emulator")
    assert list(tell_counts(emulated, "keytrac")) == [("unprovokable", "1 not provokable")]
