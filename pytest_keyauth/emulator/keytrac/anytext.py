"""AnyText scoring: how much better a recording fits one user's rhythm than anybody's.

A hierarchical Gaussian model of log dwell (by key) and of log down-down time (by digraph). A value is a population
offset, plus the person's level, plus the person's own effect for that key or digraph, plus noise; each personal part
is shrunk towards the population's as far as the evidence is thin. The score is the log likelihood ratio between the
enrolled person and an unknown one. Of each key and digraph only three sums are kept.

The constants are rounded variance components of public typing data (Dhakal, Feit, Kristensson, Oulasvirta:
*Observations on Typing from 136 Million Keystrokes*, CHI 2018). KeyTrac's own algorithm is not published, and nothing
here was compared with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from math import exp, isfinite, log, sqrt

from pytest_keyauth.emulator.keytrac.timing import Timing

__all__ = ["AnytextStatistics", "Rhythm", "SlotSums", "calibrate", "compare_anytext"]


@dataclass(frozen=True, slots=True)
class Feature:
    """The population's numbers for one kind of timing, in natural logarithms of milliseconds."""

    mean: float
    person_variance: float
    slot_variance: float
    noise_variance: float
    shortest_ms: int
    longest_ms: int
    clip: float


DWELL = Feature(4.648, 0.207**2, 0.123**2, 0.247**2, 15, 800, 1.2)
INTERVAL = Feature(4.971, 0.31**2, 0.196**2, 0.416**2, 15, 1500, 1.5)

#: A person's own noise variance is estimated as if this many values of average noise had been seen before.
NOISE_PSEUDO_COUNT = 30.0

#: A key or digraph that was not typed for so long that less than this is left of it is forgotten.
FORGOTTEN_BELOW = 0.05

#: Logistic calibration of the likelihood ratio; 50 is the decision.
SLOPE, INTERCEPT = 2.49, 0.86

SHIFT_KEYS = frozenset({"RSHIFT", "LSHIFT", "SHIFT", "16"})
SPACE_KEYS = frozenset({"SPACE", "32"})
BACKSPACE_KEYS = frozenset({"BACKSPACE", "8"})

_FINGERS_LEFT_TO_RIGHT = ("QAZ", "WSX", "EDC", "RFVTGB", "YHNUJM", "IK", "OL", "P")
_FINGER = {str(ord(letter)): finger for finger, letters in enumerate(_FINGERS_LEFT_TO_RIGHT) for letter in letters}


def _dwell_offset(key: str) -> float:
    """How much longer (in log ms) anybody holds this key than a letter."""
    if key in SHIFT_KEYS:
        return 0.87
    return -0.29 if key in BACKSPACE_KEYS else 0.0


def _interval_offset(first: str, second: str) -> float:
    """How much longer (in log ms) than on average anybody takes from one key to the next."""
    if second in BACKSPACE_KEYS:
        return 0.13 if first in BACKSPACE_KEYS else 1.05
    if second in SHIFT_KEYS:
        return 0.5
    if second in SPACE_KEYS:
        return 0.09 if first in _FINGER else 0.45
    return _offset_to_letter(first, second) if second in _FINGER else 0.45


def _offset_to_letter(first: str, second: str) -> float:
    if first == second:
        return 0.11
    if first in _FINGER:
        if _FINGER[first] == _FINGER[second]:
            return 0.34
        same_hand = (_FINGER[first] < 4) == (_FINGER[second] < 4)
        return 0.15 if same_hand else 0.045
    if first in SPACE_KEYS:
        return 0.54
    if first in BACKSPACE_KEYS:
        return 0.47
    return 0.20 if first in SHIFT_KEYS else 0.45


Residuals = list[tuple[str, float]]
"""(key or digraph, log ms less the population's mean and offset)"""


@cache
def _table(feature: Feature, offset: float) -> tuple[float | None, ...]:
    """The clipped residual of each time in ms; None where it is too short to be true. There are 14 offsets in all."""
    too_short: tuple[float | None, ...] = (None,) * feature.shortest_ms
    times = range(feature.shortest_ms, feature.longest_ms + 1)
    clip, middle = feature.clip, feature.mean + offset
    return (*too_short, *(max(-clip, min(clip, log(time_ms) - middle)) for time_ms in times))


# Bounded, since hostile samples can name any key.
@lru_cache(maxsize=1024)
def _dwell_slot(key: str) -> tuple[str, tuple[float | None, ...]]:
    return key, _table(DWELL, _dwell_offset(key))


@lru_cache(maxsize=8192)
def _interval_slot(first: str, second: str) -> tuple[str, tuple[float | None, ...]]:
    return f"{first} {second}", _table(INTERVAL, _interval_offset(first, second))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a recording says about its typist: the residuals of the times that are neither too short nor too long."""

    dwells: Residuals
    intervals: Residuals

    @classmethod
    def of(cls, timing: Timing) -> "Rhythm":
        """Read the residuals of a recording."""
        dwells, intervals = [], []
        longest_ms = DWELL.longest_ms
        for key, dwell_ms in timing.dwells:
            if dwell_ms <= longest_ms:
                slot, table = _dwell_slot(key)
                if (residual := table[dwell_ms]) is not None:
                    dwells.append((slot, residual))
        longest_ms = INTERVAL.longest_ms
        for (first, first_ms), (second, second_ms) in pairwise(timing.downs):
            if (interval_ms := second_ms - first_ms) <= longest_ms:
                slot, table = _interval_slot(first, second)
                if (residual := table[interval_ms]) is not None:
                    intervals.append((slot, residual))
        return cls(dwells, intervals)


_NOTHING = (0.0, 0.0, 0.0)


@dataclass(slots=True)
class SlotSums:
    """Count, sum and sum of squares of the residuals seen for each key or digraph."""

    feature: Feature
    slots: dict[str, tuple[float, float, float]] = field(default_factory=dict)

    def add(self, residuals: Residuals) -> None:
        """Learn the residuals of one recording."""
        slots = self.slots
        for slot, value in residuals:
            count, total, squares = slots.get(slot, _NOTHING)
            slots[slot] = (count + 1.0, total + value, squares + value * value)

    def fade(self, share: float) -> None:
        """Let what was learnt so far weigh less."""
        self.slots = {
            slot: (count * share, total * share, squares * share)
            for slot, (count, total, squares) in self.slots.items()
            if count * share > FORGOTTEN_BELOW
        }

    def likelihood_ratio(self, residuals: Residuals) -> float:
        """Log likelihood of the residuals under this person, less that under an unknown person."""
        level, level_variance, noise = self._estimate()
        slot_variance, noise_variance = self.feature.slot_variance, self.feature.noise_variance
        slots = self.slots
        variance = slot_variance + noise + level_variance
        unseen = (level, variance, log(variance))
        expected: dict[str, tuple[float, float, float]] = {}  # mean, variance and its logarithm
        misfit = total = squares = 0.0
        for slot, value in residuals:
            if slot in expected:
                mean, variance, log_variance = expected[slot]
            elif slot in slots:
                count, slot_total, _ = slots[slot]
                own = slot_variance / (slot_variance + noise_variance / count)
                mean = level + own * (slot_total / count - level)
                rest = 1.0 - own
                variance = slot_variance * rest + noise + level_variance * rest * rest
                log_variance = log(variance)
                expected[slot] = (mean, variance, log_variance)
            else:
                mean, variance, log_variance = unseen
            deviation = value - mean
            misfit += log_variance + deviation * deviation / variance
            total += value
            squares += value * value
        return -0.5 * misfit - self._anybody(len(residuals), total, squares)

    def _estimate(self) -> tuple[float, float, float]:
        """The person's mean level, the variance of that, and the person's own noise variance (both shrunk)."""
        slot_variance, noise_variance = self.feature.slot_variance, self.feature.noise_variance
        precision, weighted = 1.0 / self.feature.person_variance, 0.0
        within = degrees = 0.0
        for count, total, squares in self.slots.values():
            weight = 1.0 / (slot_variance + noise_variance / count)
            mean = total / count
            precision += weight
            weighted += weight * mean
            within += squares - total * mean
            if count > 1.0:
                degrees += count - 1.0
        noise = (NOISE_PSEUDO_COUNT * noise_variance + within) / (NOISE_PSEUDO_COUNT + degrees)
        return weighted / precision, 1.0 / precision, noise

    def _anybody(self, count: int, total: float, squares: float) -> float:
        """Log likelihood under a person of unknown level, which is integrated out."""
        variance = self.feature.slot_variance + self.feature.noise_variance
        level_variance = self.feature.person_variance
        spread = squares - level_variance * total * total / (variance + count * level_variance)
        return -0.5 * (count * log(variance) + log(1.0 + count * level_variance / variance) + spread / variance)


@dataclass(slots=True)
class AnytextStatistics:
    """What an AnyText profile knows of one person's rhythm."""

    dwell: SlotSums = field(default_factory=lambda: SlotSums(DWELL))
    interval: SlotSums = field(default_factory=lambda: SlotSums(INTERVAL))

    def add(self, rhythm: Rhythm) -> None:
        """Learn one recording."""
        self.dwell.add(rhythm.dwells)
        self.interval.add(rhythm.intervals)

    def fade(self, share: float) -> None:
        """Let what was learnt so far weigh less."""
        self.dwell.fade(share)
        self.interval.fade(share)


def compare_anytext(statistics: AnytextStatistics, rhythms: Sequence[Rhythm]) -> float:
    """Score recordings, which hold some dwells and intervals, against a person.

    :return: 0 to 100, unrounded; 50 and more is the same person.
    :raises ValueError: where the statistics hold no usable numbers.
    """
    dwells = [residual for rhythm in rhythms for residual in rhythm.dwells]
    intervals = [residual for rhythm in rhythms for residual in rhythm.intervals]
    similarity = statistics.dwell.likelihood_ratio(dwells) / sqrt(len(dwells))
    similarity += statistics.interval.likelihood_ratio(intervals) / sqrt(len(intervals))
    if not isfinite(similarity):
        raise ValueError("the profile holds values that are not finite numbers")
    return calibrate(SLOPE * similarity + INTERCEPT)


def calibrate(logit: float) -> float:
    """Turn a logit into 0..100 without overflow."""
    return 100.0 / (1.0 + exp(-max(-50.0, min(50.0, logit))))
