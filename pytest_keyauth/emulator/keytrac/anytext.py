"""AnyText scoring: how much better a recording fits one user's rhythm than anybody's.

A hierarchical Gaussian model of log dwell and of log down-down time, by slot (see ``slots``). A value is what is usual
for its class, plus the person's level, plus the person's own effect for the class, and for the slot, plus noise; each
personal part is shrunk towards the one above it as far as the evidence is thin. The score is the log likelihood ratio
between the enrolled person and an unknown one. Of each slot only two sums are kept, and of all together a sum of
squares for each kind of timing, from which follows how evenly the person types.

KeyTrac's own algorithm is not published, and nothing here was compared with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, isfinite, log, sqrt

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


_NOTHING = (0.0, 0.0)
#: What the loops below need of each class, at hand.
_SPREADS = tuple((each.slot_variance, each.noise_variance, each.kind) for each in CLASSES)


@dataclass(slots=True)
class AnytextStatistics:
    """What an AnyText profile knows of one person's rhythm.

    ``slots``: count and total of the residuals, by slot number. ``squares``: for each kind, the sum of the squared
    residuals, each in units of the noise variance of its class. All are in units in which one value learnt now counts
    ``weight``: to let the past fade, new values gain weight, which changes the slots that were typed and no others.
    """

    slots: dict[int, tuple[float, float]] = field(default_factory=dict)
    squares: list[float] = field(default_factory=lambda: [0.0, 0.0])
    weight: float = 1.0

    def add(self, rhythm: Rhythm) -> None:
        """Learn one recording."""
        slots, weight = self.slots, self.weight
        for kind, residuals in enumerate((rhythm.dwells, rhythm.intervals)):
            squares = 0.0
            for slot, value in residuals:
                count, total = slots.get(slot, _NOTHING)
                if count or len(slots) < MOST_SLOTS:
                    slots[slot] = (count + weight, total + weight * value)
                    squares += value * value / _SPREADS[slot >> CLASS_SHIFT][1]
            self.squares[kind] += weight * squares

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
            self.squares = [squares * unit for squares in self.squares]
            self.weight = 1.0

    def estimate(self) -> "Person":
        """Work out what is to be expected of this person."""
        unit = 1.0 / self.weight
        weights, sums = [0.0] * len(CLASSES), [0.0] * len(CLASSES)
        explained, degrees = [0.0, 0.0], [0.0, 0.0]
        for slot, (count, total) in self.slots.items():
            number = slot >> CLASS_SHIFT
            slot_variance, noise_variance, kind = _SPREADS[number]
            count *= unit
            total *= unit
            share = 1.0 / (count * slot_variance + noise_variance)
            weights[number] += count * share
            sums[number] += total * share
            explained[kind] += total * total / (count * noise_variance)
            if count > 1.0:
                degrees[kind] += count - 1.0
        noise = [
            (NOISE_PSEUDO_COUNT + squares * unit - between) / (NOISE_PSEUDO_COUNT + freedom)
            for squares, between, freedom in zip(self.squares, explained, degrees, strict=True)
        ]
        return Person(_shrink(weights, sums), noise)


def _shrink(weights: Sequence[float], sums: Sequence[float]) -> list[tuple[float, float]]:
    """A person's mean in each class, and how uncertain that is.

    Classes are shrunk towards the person's level, and that towards the population's.

    :param weights: for each class, the precision of the mean of what was seen there; 0 where nothing was.
    :param sums: for each class, that mean times its precision.
    """
    precisions = [1.0 / kind.person_variance for kind in KINDS]
    weighted = [0.0, 0.0]
    for each, weight, total in zip(CLASSES, weights, sums, strict=True):
        share = 1.0 / (each.person_variance * weight + 1.0)
        precisions[each.kind] += weight * share
        weighted[each.kind] += total * share
    means = []
    for each, weight, total in zip(CLASSES, weights, sums, strict=True):
        rest = 1.0 / (each.person_variance * weight + 1.0)
        level, level_variance = weighted[each.kind] / precisions[each.kind], 1.0 / precisions[each.kind]
        mean = level * rest + total * each.person_variance * rest
        means.append((mean, each.person_variance * rest + level_variance * rest * rest))
    return means


@dataclass(frozen=True, slots=True)
class Person:
    """What is to be expected of a person.

    ``classes``: the mean of each class, and the variance of that. ``noise``: for each kind, the person's own noise
    variance in units of the population's.
    """

    classes: list[tuple[float, float]]
    noise: list[float]

    def expect(self, slot: int, count: float, total: float) -> tuple[float, float]:
        """The mean and variance of the next value in a slot, of which ``count`` values were seen."""
        number = slot >> CLASS_SHIFT
        mean, variance = self.classes[number]
        slot_variance, noise_variance, kind = _SPREADS[number]
        rest = noise_variance / (noise_variance + count * slot_variance)
        mean = mean * rest + total * slot_variance / (noise_variance + count * slot_variance)
        return mean, slot_variance * rest + variance * rest * rest + self.noise[kind] * noise_variance


def _misfit(statistics: AnytextStatistics, person: Person, residuals: Residuals) -> float:
    """Minus twice the log likelihood of the residuals under this person, but for a constant."""
    slots, unit = statistics.slots, 1.0 / statistics.weight
    expected: dict[int, tuple[float, float, float]] = {}
    misfit = 0.0
    for slot, value in residuals:
        known = expected.get(slot)
        if known is None:
            count, total = slots.get(slot, _NOTHING)
            mean, variance = person.expect(slot, count * unit, total * unit)
            known = expected[slot] = mean, 1.0 / variance, log(variance)
        mean, precision, log_variance = known
        deviation = value - mean
        misfit += log_variance + deviation * deviation * precision
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
