from collections.abc import Callable
from math import exp, gamma, inf, log, nan, pi, sqrt
from random import Random
from statistics import fmean, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keytrac.password import Vector, compare_password, vectorize, weigh
from pytest_keyauth.emulator.keytrac.timing import Timing, measure
from pytest_keyauth.keystrokes import Typist, cast
from pytest_keyauth.keystrokes.grammar import parse

WithDelays = Callable[[str, Callable[[list[int]], list[int]]], str]


def vector(sample: str) -> Vector:
    return vectorize(measure(parse(sample)))


@pytest.fixture
def enrolled(password_enrolment: list[str]) -> list[Vector]:
    """The vectors of the document's own samples."""
    return [vector(sample) for sample in password_enrolment]


# The vector


def test_a_vector_has_the_holds_then_the_intervals_then_the_gaps() -> None:
    """I0 is held from 0 to 100 ms, I1 from 200 to 250, I2 from 230 (before I1 is up) to 430."""
    sample = "firefox/38.0#m=0#2016-04-25 09:25:37|l=3|900dI0|100uI0|100dI1|30dI2|20uI1|180uI2"
    expected = (log(0.1), log(0.05), log(0.2), log(0.2), log(0.03), 0.1, -0.02)
    assert vector(sample) == pytest.approx(expected)


def test_what_comes_before_the_first_key_says_nothing(password_attempt: str) -> None:
    assert vector(password_attempt.replace("|872dI0", "|0dI0")) == pytest.approx(vector(password_attempt))


def test_the_order_is_the_passwords_whatever_the_order_of_typing() -> None:
    downs, dwells = [("I0", 100), ("I1", 150), ("I2", 350)], [("I0", 60), ("I1", 70), ("I2", 80)]
    assert vectorize(Timing(downs[::-1], dwells[::-1])) == vectorize(Timing(downs, dwells))


def test_times_shorter_than_five_milliseconds_count_as_five() -> None:
    dwell, other_dwell, interval, gap = vectorize(Timing([("I0", 10), ("I1", 10)], [("I0", 0), ("I1", 4)]))
    assert (dwell, other_dwell, interval) == pytest.approx((log(0.005),) * 3)
    assert gap == 0


# The score


def test_the_documents_own_attempt_is_of_the_same_person(enrolled: list[Vector], password_attempt: str) -> None:
    assert compare_password(enrolled, vector(password_attempt)) >= 80


def test_each_of_the_documents_samples_is_of_the_person_of_the_two_others(
    enrolled: list[Vector], password_attempt: str
) -> None:
    recordings = [*enrolled, vector(password_attempt)]
    for attempt in recordings:
        others = [other for other in recordings if other is not attempt]
        assert compare_password(others, attempt) >= 80


@pytest.mark.parametrize("number", [0, 1])
def test_each_of_the_documents_samples_is_enough_to_enrol(
    enrolled: list[Vector], password_attempt: str, number: int
) -> None:
    assert compare_password([enrolled[number]], vector(password_attempt)) >= 50


@pytest.mark.parametrize("typist", cast(8, "impostors"), ids=lambda typist: typist.name)
def test_other_people_who_type_seven_keys_are_not(enrolled: list[Vector], typist: Typist) -> None:
    assert compare_password(enrolled, vector(typist.password("geheim7"))) < 50


@pytest.mark.parametrize("factor", [0.25, 0.5, 0.67, 1.5, 2, 3])
def test_the_same_password_at_another_pace_scores_lower(
    enrolled: list[Vector], password_attempt: str, with_delays: WithDelays, factor: float
) -> None:
    scaled = with_delays(password_attempt, lambda delays_ms: [round(factor * delay_ms) for delay_ms in delays_ms])
    assert compare_password(enrolled, vector(scaled)) < compare_password(enrolled, vector(password_attempt))


@pytest.mark.parametrize("factor", [0.25, 0.5, 2, 3])
def test_half_and_twice_the_pace_are_another_person(
    enrolled: list[Vector], password_attempt: str, with_delays: WithDelays, factor: float
) -> None:
    scaled = with_delays(password_attempt, lambda delays_ms: [round(factor * delay_ms) for delay_ms in delays_ms])
    assert compare_password(enrolled, vector(scaled)) < 50


@pytest.mark.parametrize("seed", range(8))
def test_the_same_delays_at_other_keys_score_lower(
    enrolled: list[Vector], password_attempt: str, with_delays: WithDelays, seed: int
) -> None:
    shuffled = with_delays(password_attempt, lambda delays_ms: Random(seed).sample(delays_ms, len(delays_ms)))
    assert compare_password(enrolled, vector(shuffled)) < compare_password(enrolled, vector(password_attempt))


@pytest.mark.parametrize("pause_ms", [3_000, 100_000, 999_999_999])
def test_one_hesitation_costs_something_and_does_not_decide_however_long_it_is(
    enrolled: list[Vector], password_attempt: str, pause_ms: int
) -> None:
    hesitant = vector(password_attempt.replace("|117dI3", f"|{pause_ms}dI3"))
    assert 50 <= compare_password(enrolled, hesitant) < compare_password(enrolled, vector(password_attempt))


def test_one_hesitation_at_enrolment_does_not_lock_its_person_out(
    enrolled: list[Vector], password_enrolment: list[str], password_attempt: str
) -> None:
    hesitant = vector(password_enrolment[0].replace("|112dI3", "|3000dI3"))
    assert compare_password([*enrolled, hesitant], vector(password_attempt)) >= 50


@pytest.mark.parametrize("samples", [1, 2], ids=lambda samples: f"{samples} enrolled")
@pytest.mark.parametrize("dwell_ms", [0, 1_000, 100_000, 999_999_999])
@pytest.mark.parametrize("pause_ms", [0, 100, 1_000, 100_000, 999_999_999])
def test_times_that_nobody_types_are_not_a_person(
    enrolled: list[Vector], samples: int, dwell_ms: int, pause_ms: int
) -> None:
    events = "".join(f"|{pause_ms}dI{position}|{dwell_ms}uI{position}" for position in range(7))
    machine = vector(f"firefox/38.0#m=0#2016-04-25 09:27:05|l=7{events}")
    assert compare_password(enrolled[:samples], machine) < 50


# The score once more, written down as its formula stands: slow, with names as short as the formula's, and with nothing
# in common with the code.


def density(x: float, degrees: float) -> float:
    """The density of Student's t."""
    scale = gamma((degrees + 1) / 2) / (gamma(degrees / 2) * sqrt(degrees * pi))
    return scale * (1 + x * x / degrees) ** (-(degrees + 1) / 2)


def clipped(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


def without_slips(seen: list[float], middle: float, reach: float) -> list[float]:
    """The lowest and the highest value are not farther out than that."""
    low, *rest, high = sorted(seen)
    return [max(low, middle - reach), *rest, min(high, middle + reach)]


def written_out(enrolled: list[Vector], attempt: Vector) -> float:
    n, keys = len(enrolled), (len(attempt) + 2) // 3
    c = [median(known[position] for known in enrolled) for position in range(len(attempt))]
    ends = {"H": (0, keys), "DD": (keys, 2 * keys - 1), "UD": (2 * keys - 1, 3 * keys - 2)}
    m = {"H": -2.45, "DD": -1.66, "UD": 0.127}
    tau = {"H": 0.27, "DD": 0.50, "UD": 0.125}
    prior = {"H": 0.15, "DD": 0.21, "UD": max(0.21 * exp(median(c[keys : 2 * keys - 1])), 0.012)}
    weights = {"H": 2.2, "DD": 1.1, "UD": 1.0}
    logit = 2.9
    apart: list[list[float]] = [[] for _ in enrolled]
    for kind, (first, last) in ends.items():
        ratios = []
        for position in range(first, last):
            x, seen, s0 = attempt[position], [known[position] for known in enrolled], prior[kind]
            middle = c[position]
            near = without_slips(seen, middle, 3 * s0) if n > 1 else seen
            s = (4 * s0 + 1.25 * sum(abs(value - middle) for value in near)) / (4 + n - 1)
            w = tau[kind] ** 2 / (tau[kind] ** 2 + s**2 / n)
            mu, sd = m[kind] + w * (middle - m[kind]), s * sqrt(1 + w / n)
            q = sqrt(tau[kind] ** 2 + s0**2)
            person = density((x - mu) / sd, 4) / sd
            anybody = density((x - m[kind]) / q, 4) / q
            ratios.append(clipped(log(person / anybody), -3, 3))
            if kind != "DD":
                for distances, value in zip(apart, seen, strict=True):
                    distances.append(min(abs(x - value) / s, 2.4))
        logit += weights[kind] * fmean(ratios)
    logit -= 2.5 * fmean(sorted(fmean(distances) for distances in apart[-6:])[:3])
    return 100 / (1 + exp(-logit))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 15])
@pytest.mark.parametrize("keys", [4, 7])
def test_the_score_is_the_one_that_its_formula_says(count: int, keys: int) -> None:
    """Recordings like people's, in which each value scatters by about as much as a person's does; one slip in each."""
    random = Random(f"{count} of {keys}")
    usual = [random.gauss(-2.45, 0.3) for _ in range(keys)]
    usual += [random.gauss(-1.66, 0.5) for _ in range(keys - 1)]
    usual += [random.gauss(0.127, 0.12) for _ in range(keys - 1)]

    def recording(scatter: float) -> Vector:
        values = [value + random.gauss(0, scatter * (0.2 if value < 0 else 0.04)) for value in usual]
        values[random.randrange(len(values))] += random.choice([-1, 1])
        return tuple(values)

    enrolled = [recording(1) for _ in range(count)]
    attempts = [recording(scatter) for scatter in (0.3, 0.7, 1, 1.5, 2, 3, 5)]
    expected = [written_out(enrolled, attempt) for attempt in attempts]
    assert [compare_password(enrolled, attempt) for attempt in attempts] == pytest.approx(expected, rel=1e-9)
    assert max(expected) > 50 > min(expected)


# What the formula is for


def with_longer_dwells(attempt: Vector, first: int) -> Vector:
    """Every second of the seven keys, from the first or from the second on, is held half as long again."""
    return tuple(
        value + log(1.5) if position < 7 and position % 2 == first else value for position, value in enumerate(attempt)
    )


def test_a_mixture_of_two_ways_to_type_a_password_scores_lower_than_either(enrolled: list[Vector]) -> None:
    """Each single time of the mixture is as common as in either way; nobody ever typed them together."""
    one, other = with_longer_dwells(enrolled[0], 0), with_longer_dwells(enrolled[0], 1)
    mixture = (*one[:4], *other[4:])
    scores = [compare_password([one, other] * 5, attempt) for attempt in (one, other)]
    assert compare_password([one, other] * 5, mixture) < min(scores)


def test_times_count_by_how_much_their_person_varies(enrolled: list[Vector]) -> None:
    """The same difference in dwell weighs more with somebody whose dwells are always the same."""

    def shifted(by: float) -> Vector:
        return tuple(value + by if position < 7 else value for position, value in enumerate(enrolled[0]))

    steady = [shifted(0.0)] * 6
    unsteady = [shifted(by) for by in (-0.3, -0.2, -0.1, 0.1, 0.2, 0.3)]
    assert compare_password(steady, shifted(0.25)) < compare_password(unsteady, shifted(0.25))


def test_what_speaks_for_a_person_and_against_are_shown_one_by_one(
    enrolled: list[Vector], password_attempt: str
) -> None:
    attempt = vector(password_attempt)
    evidence, other = weigh(enrolled, attempt), weigh(enrolled, with_longer_dwells(attempt, 0))
    assert other.dwell < evidence.dwell
    assert (other.down_down, other.up_down) == (evidence.down_down, evidence.up_down)
    assert other.distance > evidence.distance


@pytest.mark.parametrize("count", [1, 15])
@pytest.mark.parametrize("keys", [4, 40])
def test_the_fewest_and_many_keys_can_be_scored(enrolled: list[Vector], count: int, keys: int) -> None:
    typist, other = cast(2, "keys")
    password = ("Geheimnis-" * 4)[:keys]
    known = [vector(typist.password(password)) for _ in range(count)]
    assert compare_password(known, vector(typist.password(password))) >= 50
    assert compare_password(known, vector(other.password(password))) < 50


@pytest.mark.parametrize("number", [nan, inf, -inf])
def test_a_profile_of_numbers_that_are_none_cannot_be_compared_with(enrolled: list[Vector], number: float) -> None:
    spoiled = (*enrolled[0][:-1], number)
    with pytest.raises(ValueError, match="not finite"):
        compare_password([enrolled[1], spoiled], enrolled[1])


#: From the unnaturally short to the longest that the grammar takes.
delays = st.integers(0, 2000) | st.integers(0, 999_999_999)


@st.composite
def recordings(draw: st.DrawFn, length: int) -> Vector:
    """The vector of a password whose keys go down and up at any times."""
    positions = draw(st.permutations([f"I{position}" for position in range(length)]))
    events = "".join(f"|{draw(delays)}d{position}|{draw(delays)}u{position}" for position in positions)
    return vector(f"firefox/38.0#m=0#2016-04-25 09:25:37|l={length}{events}")


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(4, 12))
def test_every_score_is_a_percentage(data: st.DataObject, length: int) -> None:
    known = data.draw(st.lists(recordings(length), min_size=1, max_size=4))
    assert 0 <= compare_password(known, data.draw(recordings(length))) <= 100
