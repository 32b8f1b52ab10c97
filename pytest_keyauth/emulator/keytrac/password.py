"""Password scoring: one fixed sequence of keys, compared time by time.

Of each recording: log dwell of each key, log down-down and linear up-down time of each pair. Two kinds of evidence are
taken together by a logistic function:

- How much likelier each time is as this person's than as anybody's. Both are a Student's t, whose wide tails and a cap
  keep single slips from deciding. The person's is around the median of the known times; where few are known, its spread
  is shrunk towards that of most people, and its middle towards the population's.
- How far the recording is from those few recent ones of the person that are nearest to it: people have several ways
  to type a password, and a recording that mixes them is suspect although each of its times is common.

The weights were fitted to one half of the persons of public data (Killourhy and Maxion, *Comparing Anomaly-Detection
Algorithms for Keystroke Dynamics*, DSN 2009), the population's numbers are of the same data, and all are rounded.
KeyTrac's own algorithm is not published, and nothing here was compared with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, isfinite, log
from typing import NamedTuple

from pytest_keyauth.emulator.keytrac.anytext import calibrate
from pytest_keyauth.emulator.keytrac.timing import Timing

__all__ = ["Evidence", "Vector", "compare_password", "vectorize", "weigh"]

Vector = tuple[float, ...]
"""Dwell of each key (log s), then down-down (log s), then up-down (s) of each pair: 3n - 2 values for n keys."""

FLOOR_S = 0.005

#: A person's own spread is estimated as if this many values of the usual spread had been seen before.
PRIOR_COUNT = 4.0

#: Of Student's t. The same for the person and the population: were the person's tails the wider ones, times that
#: nobody types would be the person's own.
DEGREES = 4.0

#: No single time says more than this, either way.
RATIO_CAP = 3.0

#: In standard deviations: the farthest that two values are apart, and that one at enrolment is from the median.
DISTANCE_CAP, OUTLIER_CAP = 2.4, 3.0

#: The distance is that to the nearest few of the most recent recordings.
NEAREST, RECENT = 3, 6


@dataclass(frozen=True, slots=True)
class Feature:
    """The population's numbers for one kind of time: usual value, and standard deviations between and within people."""

    mean: float
    spread: float
    person_spread: float


DWELL = Feature(-2.45, 0.27, 0.15)
DOWN_DOWN = Feature(-1.66, 0.50, 0.21)
UP_DOWN = Feature(0.127, 0.125, 0.21)  # within a person as a share of the typical down-down time
SHORTEST_UP_DOWN_SPREAD_S = 0.012


class Evidence(NamedTuple):
    """What speaks for the enrolled person: mean log likelihood ratios, and what speaks against, a distance."""

    dwell: float
    down_down: float
    up_down: float
    distance: float


INTERCEPT = 2.9
WEIGHTS = Evidence(2.2, 1.1, 1.0, -2.5)


def vectorize(timing: Timing) -> Vector:
    """Read the vector of a masked recording, whose keys ``I0``, ``I1``, … are put in the order of the password."""
    dwell_s = {key: dwell_ms / 1000 for key, dwell_ms in timing.dwells}
    down_s = {key: down_ms / 1000 for key, down_ms in timing.downs}
    positions = [f"I{index}" for index in range(len(down_s))]
    pairs = list(pairwise(positions))
    down_down = [down_s[second] - down_s[first] for first, second in pairs]
    up_down = [interval - dwell_s[first] for interval, (first, _) in zip(down_down, pairs, strict=True)]
    dwells = [log(max(FLOOR_S, dwell_s[position])) for position in positions]
    return (*dwells, *(log(max(FLOOR_S, interval)) for interval in down_down), *up_down)


def _parts(length: int) -> tuple[slice, slice, slice]:
    """Where in a vector its dwell, down-down and up-down times are."""
    keys = (length + 2) // 3
    return slice(keys), slice(keys, 2 * keys - 1), slice(2 * keys - 1, length)


def _median(ordered: Sequence[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _learn(seen: Sequence[float], usual_spread: float) -> tuple[float, float]:
    """A person's middle and standard deviation of one time, by absolute deviations: slips move them less."""
    ordered = sorted(seen)
    count = len(ordered)
    half = count // 2
    middle = _median(ordered)
    reach = OUTLIER_CAP * usual_spread
    if ordered[0] < middle - reach:
        ordered[0] = middle - reach
    if ordered[-1] > middle + reach:
        ordered[-1] = middle + reach
    deviations = sum(ordered[count - half :]) - sum(ordered[:half])  # from the median, all together
    return middle, (PRIOR_COUNT * usual_spread + 1.25 * deviations) / (PRIOR_COUNT + count - 1)


def _mean_ratio(values: Vector, known: Sequence[tuple[float, float]], count: int, feature: Feature) -> float:
    """How much likelier (log, each capped) the values are as the person's, known by ``count``, than as anybody's."""
    mean, between = feature.mean, feature.spread**2
    anybody = between + feature.person_spread**2
    tail_weight = (DEGREES + 1.0) / 2
    total = 0.0
    for value, (middle, spread) in zip(values, known, strict=True):
        within = spread * spread
        weight = between / (between + within / count)
        person = within * (1.0 + weight / count)
        person_tail = 1.0 + (value - mean - weight * (middle - mean)) ** 2 / (DEGREES * person)
        anybody_tail = 1.0 + (value - mean) ** 2 / (DEGREES * anybody)
        ratio = 0.5 * log(anybody / person) + tail_weight * log(anybody_tail / person_tail)
        if ratio > RATIO_CAP:
            ratio = RATIO_CAP
        elif ratio < -RATIO_CAP:
            ratio = -RATIO_CAP
        total += ratio
    return total / len(values)


def _distance_to_nearest(values: Vector, recent: Sequence[Vector], spreads: Sequence[float]) -> float:
    """How far the values are from the nearest few recordings: mean capped standard deviations."""
    distances = [
        sum(
            [
                # min() would take twice as long, and nothing else is done so often.
                DISTANCE_CAP if (apart := abs(value - other) / spread) > DISTANCE_CAP else apart
                for value, other, spread in zip(values, recording, spreads, strict=True)
            ]
        )
        for recording in recent
    ]
    nearest = sorted(distances)[:NEAREST]
    return sum(nearest) / (len(nearest) * len(values))


def _up_down_feature(down_downs: Sequence[tuple[float, float]]) -> Feature:
    """The up-down times of a slow typist scatter more: their spread follows the typical down-down time."""
    typical_s = exp(_median(sorted([middle for middle, _ in down_downs])))
    return Feature(UP_DOWN.mean, UP_DOWN.spread, max(UP_DOWN.person_spread * typical_s, SHORTEST_UP_DOWN_SPREAD_S))


def weigh(enrolled: Sequence[Vector], attempt: Vector) -> Evidence:
    """Hold one recording against the enrolled ones, the most recent last.

    :raises ValueError: where the enrolled numbers cannot be computed with.
    """
    if not isfinite(sum(map(sum, enrolled))):
        raise ValueError("the profile holds values that are not finite numbers")
    count = len(enrolled)
    dwell, down_down, up_down = _parts(len(attempt))
    seen = list(zip(*enrolled, strict=True))
    dwells = [_learn(values, DWELL.person_spread) for values in seen[dwell]]
    down_downs = [_learn(values, DOWN_DOWN.person_spread) for values in seen[down_down]]
    up_down_feature = _up_down_feature(down_downs)
    up_downs = [_learn(values, up_down_feature.person_spread) for values in seen[up_down]]
    # Down-down times are made of the two others, and count but once.
    recent = [vector[dwell] + vector[up_down] for vector in enrolled[-RECENT:]]
    spreads = [spread for _, spread in dwells + up_downs]
    return Evidence(
        _mean_ratio(attempt[dwell], dwells, count, DWELL),
        _mean_ratio(attempt[down_down], down_downs, count, DOWN_DOWN),
        _mean_ratio(attempt[up_down], up_downs, count, up_down_feature),
        _distance_to_nearest(attempt[dwell] + attempt[up_down], recent, spreads),
    )


def compare_password(enrolled: Sequence[Vector], attempt: Vector) -> float:
    """Score one recording against the enrolled ones: 0 to 100, unrounded; 50 and more is the same person.

    :raises ValueError: where the enrolled numbers cannot be computed with.
    """
    evidence = weigh(enrolled, attempt)
    return calibrate(INTERCEPT + sum(weight * part for weight, part in zip(WEIGHTS, evidence, strict=True)))
