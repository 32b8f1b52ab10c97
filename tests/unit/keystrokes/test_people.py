"""What changes in a person: practice, sittings, months; mistakes, clocks and speed."""

import math
import subprocess
import sys
from statistics import NormalDist, fmean, median, pstdev

import pytest

from pytest_keyauth.emulator.keytrac.account import AccountSettings
from pytest_keyauth.emulator.keytrac.refusal import Refusal
from pytest_keyauth.emulator.keytrac.submission import read_submission
from pytest_keyauth.keystrokes.grammar import Recording, parse
from pytest_keyauth.keystrokes.keyboard import GERMAN
from pytest_keyauth.keystrokes.noise import DEVIATES, HESITATING, LEANING, REACH, STEADY, STEPS, TOUCHING, Shape, bend
from pytest_keyauth.keystrokes.population import DISTINCT, PASSWORD, REALISTIC
from pytest_keyauth.keystrokes.rhythm import Rhythm
from pytest_keyauth.keystrokes.sitting import Sitting
from pytest_keyauth.keystrokes.typist import Typist

SENTENCE = "der nebel liegt noch auf den wiesen und anna sieht die ersten boote am anderen ufer des sees"


def duration_ms(text: str) -> int:
    """From the first key down to the last key up."""
    return sum(parse(text).delays_ms[1:])


def people(count: int) -> list[Typist]:
    return [Typist(f"person {number}", REALISTIC) for number in range(count)]


def left_in_the_field(recording: Recording) -> int:
    """How many characters are there when the backspaces have done their work."""
    count = 0
    for event in recording.events:
        if event.action == "d" and event.key not in ("LSHIFT", "RSHIFT", "17", "18"):
            count += -1 if event.key == "8" else 1
    return count


# Practice


def test_a_new_password_is_typed_faster_and_faster_by_realistic_people() -> None:
    gains = []
    for typist in people(20):
        first = fmean(duration_ms(typist.password("tie5Roanl")) for _ in range(5))
        later = typist.practised("tie5Roanl", 300)
        gains.append(fmean(duration_ms(later.password("tie5Roanl")) for _ in range(5)) / first)
    assert 0.5 < median(gains) < 0.8


def test_practice_at_one_password_does_not_help_with_another() -> None:
    typist = people(1)[0].practised("tie5Roanl", 300)
    assert typist.password("anders-12") == people(1)[0].password("anders-12")


def test_practice_is_kept_from_one_sitting_to_the_next() -> None:
    shares = []
    for typist in people(20):
        beginner, expert = typist.later(1), typist.practised("tie5Roanl", 300).later(1)
        shares.append(duration_ms(expert.password("tie5Roanl")) / duration_ms(beginner.password("tie5Roanl")))
    assert median(shares) < 0.85


def test_distinct_people_do_not_grow_faster() -> None:
    typist = Typist(1)
    assert typist.practised("geheim7", 300).password("geheim7") == Typist(1).password("geheim7")


# Sittings and months


def test_the_same_person_later_is_in_another_sitting_and_types_the_same_again_for_the_same_seed() -> None:
    now, later = Typist(1), Typist(1).later(7)
    assert (later.day, later.sitting) == (7, 1)
    assert now != later
    assert later.types("Ja") == Typist(1).later(7).types("Ja") != now.types("Ja")
    assert parse(now.later(7).types("Ja")).recorded_at.startswith("2026-01-12")


def test_habits_move_more_in_a_year_than_in_a_day() -> None:
    def moved(day: float) -> float:
        """The root mean square change of the holds of letters, over many people, in the same sitting."""
        squares = []
        for number in range(40):
            rhythm = Rhythm.drawn(f"person {number}", False, REALISTIC)
            now, later = Sitting(rhythm, PASSWORD, 0, 0.0), Sitting(rhythm, PASSWORD, 0, day)
            squares += [(later.hold(key).middle - now.hold(key).middle) ** 2 for key in GERMAN.strokes("eanstri")]
        return math.sqrt(fmean(squares))

    assert moved(1) < moved(30) < moved(365)
    assert 0.05 < moved(365) < 0.5


def test_nobody_types_in_the_past() -> None:
    with pytest.raises(ValueError, match="nobody types -1 days later; expected 0 or more"):
        Typist(1).later(-1)


# Mistakes


@pytest.mark.parametrize("seed", range(10))
def test_mistakes_are_corrected_until_the_text_is_there(seed: int) -> None:
    recording = parse(Typist(seed).types(SENTENCE, mistakes=0.15))
    assert left_in_the_field(recording) == len(SENTENCE)
    assert "8" in recording.keys


def test_each_person_makes_mistakes_as_often_as_they_do() -> None:
    rates = [typist.rhythm.mistakes for typist in people(300)]
    assert median(rates) == pytest.approx(0.047, rel=0.15)
    careless = max(people(60), key=lambda typist: typist.rhythm.mistakes)
    recordings = [parse(careless.types(SENTENCE, mistakes=True)) for _ in range(40)]
    events = [event for recording in recordings for event in zip(recording.actions, recording.keys, strict=True)]
    keys = [key for action, key in events if action == "d"]
    assert keys.count("8") / len(keys) == pytest.approx(careless.rhythm.mistakes, rel=0.35)


def test_a_password_with_a_correction_is_out_of_specification_for_the_emulator() -> None:
    samples = [Typist(1).password("kiesel-27-kiesel-27", mistakes=0.3)]
    assert len(parse(samples[0]).keys) > 2 * 19
    with pytest.raises(Refusal, match="Given samples are out of specification"):
        read_submission(samples, "password", "authenticate", AccountSettings())


# Clocks and speed


def test_about_a_third_of_realistic_people_have_a_coarse_clock() -> None:
    clocks_ms = [typist.rhythm.clock_ms for typist in people(300)]
    assert 0.55 < clocks_ms.count(1) / 300 < 0.78
    assert set(clocks_ms) == {1, 8, 16}
    assert {Typist(seed).rhythm.clock_ms for seed in range(50)} == {1}


def test_a_clock_of_8_ms_mostly_shows_multiples_of_8_ms() -> None:
    recording = parse(Typist(1, resolution_ms=8).types(SENTENCE * 3))
    assert 0.6 < fmean(delay_ms % 8 == 0 for delay_ms in recording.delays_ms) < 0.95
    assert min(recording.delays_ms) >= 0


@pytest.mark.parametrize("pace", [40, 80])
def test_people_type_at_the_pace_that_is_asked_of_them(pace: int) -> None:
    typists = [Typist(f"person {number}", REALISTIC, pace=pace) for number in range(25)]
    minutes = fmean(duration_ms(typist.types(SENTENCE)) for typist in typists) / 60_000
    assert len(SENTENCE) / 5 / minutes == pytest.approx(pace, rel=0.25)
    assert typists[0].words_per_minute == pytest.approx(pace)


def test_the_levels_of_realistic_people_are_those_that_are_stated() -> None:
    rhythms = [Rhythm.drawn(f"person {number}", False, REALISTIC) for number in range(400)]
    holds, intervals = [one.hold_level for one in rhythms], [one.interval_level for one in rhythms]
    assert (fmean(holds), pstdev(holds)) == (pytest.approx(4.65, abs=0.04), pytest.approx(0.21, abs=0.03))
    assert (fmean(intervals), pstdev(intervals)) == (pytest.approx(4.96, abs=0.06), pytest.approx(0.31, abs=0.04))


def test_altgr_is_two_keys_that_go_down_together() -> None:
    recording = parse(Typist(1).types("a@b"))
    downs = [
        (event.delay_ms, event.key) for event in recording.events if event.key in ("17", "18") and event.action == "d"
    ]
    assert [key for _, key in downs] == ["17", "18"]
    assert downs[1][0] <= 2


# Noise


@pytest.mark.parametrize("shape", [LEANING, TOUCHING, HESITATING, STEADY])
def test_a_shape_has_its_quantiles_where_a_normal_deviate_has_them(shape: Shape) -> None:
    bent = bend(shape, 1.0)
    for probability, quantile in shape:
        step = int((NormalDist().inv_cdf(probability) + REACH) * STEPS)
        assert bent[step] == pytest.approx(quantile, abs=0.25)
    assert list(bent) == sorted(bent)


def test_a_longer_tail_leaves_the_core_as_it_is() -> None:
    plain, tailed = bend(HESITATING, 1.0), bend(HESITATING, 2.0)
    assert plain[: REACH * STEPS] == tailed[: REACH * STEPS]
    assert tailed[-1] > plain[-1]


def test_deviates_are_standard_normal() -> None:
    assert (fmean(DEVIATES), pstdev(DEVIATES)) == (pytest.approx(0, abs=1e-9), pytest.approx(1, abs=0.01))


# What typing loads


def test_typing_loads_neither_numpy_nor_faker() -> None:
    program = (
        "import sys; from pytest_keyauth.keystrokes import cast; cast(2, 1)[0].types('Ja'); "
        "sys.exit(bool({'numpy', 'faker', 'httpx'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_population_is_shown_by_its_name() -> None:
    assert (repr(DISTINCT), repr(REALISTIC)) == ("DISTINCT", "REALISTIC")
