"""AnyText scoring: how much better a recording fits one user's rhythm than anybody's.

A hierarchical Gaussian model of log dwell and of log down-down time, by slot (see ``slots``). A value is what is usual
for its class, plus the person's level, plus the person's own effect for the class, and for the slot, plus noise; each
personal part is shrunk towards the one above it as far as the evidence is thin. The score is the log likelihood ratio
between the enrolled person and an unknown one. Of each slot only two sums are kept, and of all together, for each kind
of timing, how evenly the person types.

KeyTrac's own algorithm is not published, and nothing here was compared with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, isfinite, log, sqrt
from operator import mul

from pytest_keyauth.emulator.keytrac.slots import (
    CLASS_SHIFT,
    CLASSES,
    KINDS,
    dwell_slot,
    interval_slot,
)
from pytest_keyauth.emulator.keytrac.timing import Timing

__all__ = [
    "AnytextStatistics",
    "Person",
    "Residuals",
    "Rhythm",
    "anybody",
    "calibrate",
    "compare_anytext",
    "join_kinds",
]

#: A person's own noise is estimated as if this many values of average noise had been seen before.
NOISE_PSEUDO_COUNT = 40.0

#: What one profile remembers at most: far more than people type, and not whatever somebody sends.
MOST_SLOTS = 4096

#: A slot that was not typed for so long that less than this is left of one value is forgotten ...
FORGOTTEN_BELOW = 0.05
#: ... when the sums are next put in the unit of a value, which is when a new value weighs so much.
HEAVIEST = 20.0

#: Logistic calibration of the likelihood ratio; 50 is the decision.
SLOPE, INTERCEPT = 2.0, 0.8

Residuals = list[tuple[int, float]]
"""(slot number, log ms less what is usual for its class)"""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a recording says about its typist: the residuals of the times that are neither too short nor too long."""

    dwells: Residuals
    intervals: Residuals

    @classmethod
    def of(cls, timing: Timing) -> "Rhythm":
        """Read the residuals of a recording."""
        dwells, intervals = [], []
        longest_ms = KINDS[0].longest_ms
        for (key, dwell_ms), follower in zip(timing.dwells, timing.followers, strict=True):
            if dwell_ms <= longest_ms:
                slot, table = dwell_slot(key, follower)
                if (residual := table[dwell_ms]) is not None:
                    dwells.append((slot, residual))
        longest_ms = KINDS[1].longest_ms
        for (first, first_ms), (second, second_ms) in pairwise(timing.downs):
            if (interval_ms := second_ms - first_ms) <= longest_ms:
                slot, table = interval_slot(first, second)
                if (residual := table[interval_ms]) is not None:
                    intervals.append((slot, residual))
        return cls(dwells, intervals)


#: What the loops below need of each class, at hand.
_SPREADS = tuple((each.slot_variance, each.noise_variance, each.kind) for each in CLASSES)


@dataclass(slots=True)
class AnytextStatistics:
    """What an AnyText profile knows of one person's rhythm.

    ``slots``: count and total of the residuals, by slot number. ``unevenness``: for each kind, the sum of the squared
    deviations from the slots' means, each in units of the noise variance of its class, and its degrees of freedom.
    All are in units in which one value learnt now counts ``weight``: to let the past fade, new values gain weight,
    which changes the slots that were typed and no others.
    """

    slots: dict[int, tuple[float, float]] = field(default_factory=dict)
    unevenness: list[tuple[float, float]] = field(default_factory=lambda: [(0.0, 0.0), (0.0, 0.0)])
    weight: float = 1.0

    def add(self, rhythm: Rhythm) -> None:
        """Learn one recording."""
        for kind, residuals in enumerate((rhythm.dwells, rhythm.intervals)):
            deviations, degrees = self._learn(residuals)
            before = self.unevenness[kind]
            self.unevenness[kind] = before[0] + deviations, before[1] + degrees

    def _learn(self, residuals: Residuals) -> tuple[float, float]:
        """Learn residuals of one kind, and return what they add to the unevenness."""
        slots, weight = self.slots, self.weight
        deviations = degrees = 0.0
        for slot, value in residuals:
            if (known := slots.get(slot)) is not None:
                count, total = known
                noise_variance = _SPREADS[slot >> CLASS_SHIFT][1]
                deviation = value - total / count
                deviations += count / (count + weight) * deviation * deviation / noise_variance
                degrees += min(weight, count)
                slots[slot] = count + weight, total + weight * value
            elif len(slots) < MOST_SLOTS:
                slots[slot] = weight, weight * value
        return weight * deviations, degrees

    def fade(self, share: float) -> None:
        """Let what was learnt so far weigh less."""
        self.weight /= share
        if self.weight > HEAVIEST:
            unit = 1.0 / self.weight
            self.slots = {
                slot: (count * unit, total * unit)
                for slot, (count, total) in self.slots.items()
                if count * unit > FORGOTTEN_BELOW
            }
            self.unevenness = [(deviations * unit, degrees * unit) for deviations, degrees in self.unevenness]
            self.weight = 1.0

    def estimate(self) -> "Person":
        """Work out what is to be expected of this person."""
        weights, sums = [0.0] * len(CLASSES), [0.0] * len(CLASSES)
        weight = self.weight
        for slot, (count, total) in self.slots.items():
            number = slot >> CLASS_SHIFT
            slot_variance, noise_variance, _ = _SPREADS[number]
            share = 1.0 / (count * slot_variance + weight * noise_variance)
            weights[number] += count * share
            sums[number] += total * share
        average = NOISE_PSEUDO_COUNT * weight
        noise = [(average + deviations) / (average + degrees) for deviations, degrees in self.unevenness]
        return Person(_shrink(weights, sums), noise)


def _shrink(weights: Sequence[float], sums: Sequence[float]) -> list[tuple[float, float]]:
    """A person's mean in each class, and how uncertain that is.

    Classes are shrunk towards the person's level, and that towards the population's.

    :param weights: for each class, the precision of the mean of what was seen there; 0 where nothing was.
    :param sums: for each class, that mean times its precision.
    """
    rests = [1.0 / (spread * weight + 1.0) for spread, weight in zip(_PERSON_SPREADS, weights, strict=True)]
    means: list[tuple[float, float]] = []
    for kind, members in zip(KINDS, _MEMBERS, strict=True):
        level_variance = 1.0 / (1.0 / kind.person_variance + sum(map(mul, weights[members], rests[members])))
        level = level_variance * sum(map(mul, sums[members], rests[members]))
        means += [
            ((level + spread * total) * rest, (spread + level_variance * rest) * rest)
            for spread, total, rest in zip(_PERSON_SPREADS[members], sums[members], rests[members], strict=True)
        ]
    return means


_PERSON_SPREADS = tuple(each.person_variance for each in CLASSES)
_INTERVALS_FROM = sum(each.kind == 0 for each in CLASSES)
_MEMBERS = (slice(_INTERVALS_FROM), slice(_INTERVALS_FROM, None))


@dataclass(frozen=True, slots=True)
class Person:
    """What is to be expected of a person.

    ``classes``: the mean of each class, and the variance of that. ``noise``: for each kind, the person's own noise
    variance in units of the population's.
    """

    classes: list[tuple[float, float]]
    noise: list[float]

    def expect(self, statistics: AnytextStatistics, slots: Iterable[int]) -> dict[int, tuple[float, float]]:
        """The mean and variance of the next value in some slots, from the statistics that the person follows from."""
        expected, seen, weight = {}, statistics.slots, statistics.weight
        for slot in slots:
            number = slot >> CLASS_SHIFT
            mean, variance = self.classes[number]
            slot_variance, noise_variance, kind = _SPREADS[number]
            if slot in seen:
                count, total = seen[slot]
                share = 1.0 / (weight * noise_variance + count * slot_variance)
                rest = weight * noise_variance * share
                mean = mean * rest + total * slot_variance * share
                variance = (slot_variance + variance * rest) * rest
            else:
                variance += slot_variance
            expected[slot] = mean, variance + self.noise[kind] * noise_variance
        return expected


def _misfit(statistics: AnytextStatistics, person: Person, residuals: Residuals) -> float:
    """Minus twice the log likelihood of the residuals under this person, but for a constant."""
    expected = person.expect(statistics, {slot for slot, _ in residuals})
    misfit = 0.0
    for slot, value in residuals:
        mean, variance = expected[slot]
        deviation = value - mean
        misfit += deviation * deviation / variance + log(variance)
    return misfit


def anybody(kind: int, residuals: Iterable[tuple[int, float]]) -> float:
    """Minus twice the log likelihood under an unknown person, whose level is integrated out, but for the constant."""
    person_variance = KINDS[kind].person_variance
    logarithms = precision = weighted = squares = 0.0
    for slot, value in residuals:
        share, logarithm = _UNKNOWN[slot >> CLASS_SHIFT]
        logarithms += logarithm
        precision += share
        weighted += share * value
        squares += share * value * value
    spread = 1.0 + person_variance * precision
    return logarithms + log(spread) + squares - person_variance * weighted * weighted / spread


#: Precision and log variance of an unknown person's values. The spread of people within a class is left out: with it,
#: strangers whose classes differ more than usual are told apart less well.
_UNKNOWN = tuple(
    (1.0 / (each.slot_variance + each.noise_variance), log(each.slot_variance + each.noise_variance))
    for each in CLASSES
)


def compare_anytext(statistics: AnytextStatistics, rhythms: Sequence[Rhythm]) -> float:
    """Score recordings, which hold some dwells and intervals, against a person.

    :return: 0 to 100, unrounded; 50 and more is the same person.
    :raises ValueError: where the statistics hold no usable numbers.
    """
    person = statistics.estimate()
    similarity = 0.0
    for kind, residuals in enumerate(join_kinds(rhythms)):
        ratio = 0.5 * (anybody(kind, residuals) - _misfit(statistics, person, residuals))
        similarity += ratio / sqrt(len(residuals))
    if not isfinite(similarity):
        raise ValueError("the profile holds values that are not finite numbers")
    return calibrate(SLOPE * similarity + INTERCEPT)


def join_kinds(rhythms: Sequence[Rhythm]) -> tuple[Residuals, Residuals]:
    """All dwells, and all intervals, of some recordings."""
    if len(rhythms) == 1:
        return rhythms[0].dwells, rhythms[0].intervals
    dwells = [residual for rhythm in rhythms for residual in rhythm.dwells]
    return dwells, [residual for rhythm in rhythms for residual in rhythm.intervals]


def calibrate(logit: float) -> float:
    """Turn a logit into 0..100 without overflow."""
    return 100.0 / (1.0 + exp(-max(-50.0, min(50.0, logit))))
