"""Password scoring: one fixed sequence of keys, compared time by time.

Of each recording: log dwell of each key, log down-down and linear up-down time of each pair. Each value gets a
likelihood ratio (Student's t around the enrolled centre, shrunk towards the population; against the population's own
spread) and a capped distance; a logistic function joins them. Capping each value is what makes it hold against single
slips: one hesitation must not decide.

The constants were fitted on public data (Killourhy and Maxion, *Comparing Anomaly-Detection Algorithms for Keystroke
Dynamics*, DSN 2009). KeyTrac's own algorithm is not published, and nothing here was compared with it.
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain, pairwise
from math import dist, exp, isfinite, lgamma, log, pi, sqrt

from pytest_keyauth.emulator.keytrac.anytext import calibrate
from pytest_keyauth.emulator.keytrac.timing import Timing

__all__ = ["Vector", "compare_password", "vectorize"]

Vector = tuple[float, ...]
"""Dwell of each key (log s), then down-down (log s), then up-down (s) of each pair: 3n - 2 values for n keys."""

FLOOR_S = 0.005
DWELL, DOWN_DOWN, UP_DOWN = 0, 1, 2
POPULATION_MEAN = (-2.45, -1.66, 0.127)
POPULATION_SPREAD = (0.27, 0.50, 0.125)
PERSON_SPREAD = (0.15, 0.21)
PRIOR_COUNT = 4.0
RATIO_CAP, DISTANCE_CAP = 3.0, 4.0
INTERCEPT = 1.66
RATIO_WEIGHT = (3.5, 0.1, 1.8)
DISTANCE_WEIGHT = (0.4, -0.1, -1.5)


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


def _kinds(length: int) -> list[int]:
    keys = (length + 2) // 3
    return [DWELL] * keys + [DOWN_DOWN] * (keys - 1) + [UP_DOWN] * (keys - 1)


@cache
def _log_t_constant(degrees: float) -> float:
    return lgamma((degrees + 1) / 2) - lgamma(degrees / 2) - 0.5 * log(degrees * pi)


def _log_t(squared: float, variance: float, degrees: float) -> float:
    """Log density of Student's t of a variance, at a point whose squared distance from the middle is given."""
    tails = (degrees + 1) / 2 * log(1.0 + squared / (variance * degrees))
    return _log_t_constant(degrees) - 0.5 * log(variance) - tails


def _up_down_spread(enrolled: Sequence[Vector], keys: int) -> float:
    """The up-down times of a slow typist scatter more: their spread follows the typical down-down time."""
    intervals = sorted([value for vector in enrolled for value in vector[keys : 2 * keys - 1]])
    return max(0.21 * exp(_median(intervals)), 0.012)


def _median(ordered: Sequence[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _compare_value(value: float, seen: Sequence[float], kind: int, person_spread: float) -> tuple[float, float]:
    """Compare one value with the enrolled ones: (likelihood ratio, capped distance)."""
    count = len(seen)
    ordered = sorted(seen)
    centre = _median(ordered)  # of one or two values it is their mean
    mean, variance = POPULATION_MEAN[kind], POPULATION_SPREAD[kind] ** 2
    person_variance = person_spread**2
    pseudo_count = PRIOR_COUNT + count - 1
    seen_variance = (PRIOR_COUNT * person_variance + dist(seen, (centre,) * count) ** 2) / pseudo_count
    weight = variance / (variance + seen_variance / count)
    personal_mean = mean + weight * (centre - mean)
    degrees = 3.0 + count
    ratio = _log_t((value - personal_mean) ** 2, seen_variance * (1.0 + weight / count), degrees)
    # With thinner tails than the person's, the population would make times that nobody types the person's own.
    ratio -= _log_t((value - mean) ** 2, variance + person_variance, min(degrees, 6.0))
    deviations = sum(ordered[count - count // 2 :]) - sum(ordered[: count // 2])  # from the median, all together
    deviation = (PRIOR_COUNT * 0.8 * person_spread + deviations) / pseudo_count
    distance = abs(value - centre) / (deviation * sqrt(1.0 + 1.0 / count))
    return max(-RATIO_CAP, min(RATIO_CAP, ratio)), min(distance, DISTANCE_CAP)


def compare_password(enrolled: Sequence[Vector], attempt: Vector) -> float:
    """Score one recording against the enrolled ones: 0 to 100, unrounded; 50 and more is the same person.

    :raises ValueError: where the enrolled numbers cannot be computed with.
    """
    if not all(map(isfinite, chain.from_iterable(enrolled))):
        raise ValueError("the profile holds values that are not finite numbers")
    kinds = _kinds(len(attempt))
    spreads = (*PERSON_SPREAD, _up_down_spread(enrolled, kinds.count(DWELL)))
    ratios, distances = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    for value, seen, kind in zip(attempt, zip(*enrolled, strict=True), kinds, strict=True):
        ratio, distance = _compare_value(value, seen, kind, spreads[kind])
        ratios[kind] += ratio
        distances[kind] += distance
    logit = INTERCEPT
    for kind in (DWELL, DOWN_DOWN, UP_DOWN):
        logit += (RATIO_WEIGHT[kind] * ratios[kind] + DISTANCE_WEIGHT[kind] * distances[kind]) / kinds.count(kind)
    return calibrate(logit)
