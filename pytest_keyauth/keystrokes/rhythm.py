"""What is one person's own in typing: a level, a noise, and a habit for every key and every pair of keys.

All of it follows from a seed, and a habit is computed when it is first asked for, so that any key has one.
Times are natural logarithms of milliseconds. *Hold* is how long a key stays down; *interval* is the time from
the last key's going down to this one's.

The people are made for tests: they differ two to three times as much as human beings do and vary 0.6 times
as much, so that a sentence tells them apart practically always. With real people it errs one time in ten.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from statistics import NormalDist

from pytest_keyauth.keystrokes.keyboard import Stroke

__all__ = ["Rhythm"]

# As multiples of the human standard deviations below. Habits are spread most: passwords have so few keys that
# two people of the same tempo must differ key by key.
SPREAD = 2.0  # of levels, between people
HABIT_SPREAD = 3.0  # of habits at single keys and pairs, between people
NOISE = 0.6  # within one person

_NORMAL = NormalDist()
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Typical levels, ln ms: a desktop's from 2,300 people who typed sentences; on a touch screen, by assumption,
# keys are held for less time and found more slowly.
_HOLD_LEVEL = {False: 4.65, True: 4.35}
_INTERVAL_LEVEL = {False: 4.96, True: 5.3}

# Beyond these (ln ms) nobody could type, or the recorder would take a keystroke for a pause.
_HOLD_RANGE = (4.05, 5.35)
_INTERVAL_RANGE = (4.45, 6.0)
_MOST_HOLD_OVER_INTERVAL = 0.1


def _standing(seed: str, trait: str) -> float:
    """Where this person stands among all people in one trait, between 0 and 1: as good as random."""
    digest = blake2b(f"{seed}/{trait}".encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return (int.from_bytes(digest) + 0.5) / 2**56


def _deviation(seed: str, trait: str) -> float:
    """The same in standard deviations from the mean, at most 2 of them."""
    return max(-2.0, min(2.0, _NORMAL.inv_cdf(_standing(seed, trait))))


def _level(seed: str, trait: str, distribution: NormalDist, bounds: tuple[float, float]) -> float:
    """A normally distributed level within bounds, without heaps at the bounds."""
    low, high = (distribution.cdf(bound) for bound in bounds)
    return distribution.inv_cdf(low + (high - low) * _standing(seed, trait))


@dataclass(frozen=True)
class Rhythm:
    """One person's rhythm. Levels and noises are in ln ms."""

    seed: str
    hold_level: float
    interval_level: float
    hold_noise: float
    interval_noise: float
    # The habits that were asked for so far. Layouts differ in which finger strikes a key, so a pair is one of strokes.
    _holds: dict[str, float] = field(default_factory=dict, init=False, repr=False, compare=False)
    _intervals: dict[tuple[Stroke, Stroke], float] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    @lru_cache(maxsize=4096)  # habits are remembered with it, so that each is computed once in a run
    def drawn(cls, seed: str, mobile: bool) -> "Rhythm":
        """The rhythm of the person with this seed, the same one always."""
        intervals = NormalDist(_INTERVAL_LEVEL[mobile], 0.31 * SPREAD)
        interval_level = _level(seed, "interval level", intervals, _INTERVAL_RANGE)
        # Who types fast cannot hold every key for long: at most one or two are down at any time.
        shortest_hold, longest_hold = _HOLD_RANGE
        hold_range = shortest_hold, min(longest_hold, interval_level + _MOST_HOLD_OVER_INTERVAL)
        holds = NormalDist(_HOLD_LEVEL[mobile], 0.21 * SPREAD)
        return cls(
            seed=seed,
            hold_level=_level(seed, "hold level", holds, hold_range),
            interval_level=interval_level,
            hold_noise=0.20 * NOISE * math.exp(0.20 * _deviation(seed, "hold noise")),
            interval_noise=0.31 * NOISE * math.exp(0.17 * _deviation(seed, "interval noise")),
        )

    def hold(self, stroke: Stroke) -> float:
        """This person's usual hold of a key, ln ms."""
        hold = self._holds.get(stroke.key)
        if hold is None:
            hold = self.hold_level + 0.123 * HABIT_SPREAD * _deviation(self.seed, f"hold {stroke.key}")
            self._holds[stroke.key] = hold
        return hold

    def interval(self, before: Stroke, stroke: Stroke) -> float:
        """This person's usual interval from one key to the next, ln ms."""
        interval = self._intervals.get((before, stroke))
        if interval is None:
            interval = self._intervals[before, stroke] = self._interval(before, stroke)
        return interval

    def _interval(self, before: Stroke, stroke: Stroke) -> float:
        name, offset = _transition(before, stroke)
        stretch = math.exp(0.20 * _deviation(self.seed, f"stretch {name}"))
        habit = 0.26 if name in {"after space", "to shift", "after shift"} else 0.13
        return (
            self.interval_level
            + offset * stretch
            + habit * SPREAD * _deviation(self.seed, f"transition {name}")
            + 0.196 * HABIT_SPREAD * _deviation(self.seed, f"pair {before.key} {stroke.key}")
        )

    @property
    def shift_share(self) -> float:
        """Which share of a capital letter's hold passes before this person lets go of shift."""
        return 0.3 + 0.5 * _standing(self.seed, "shift share")

    def distance(self, other: "Rhythm") -> float:
        """How far apart two people are, in standard deviations of a human being's own variation.

        From the mean difference of their holds of the letters (levels and habits) and of their intervals.
        """
        hold_distance = math.dist(self._letter_holds, other._letter_holds) / math.sqrt(len(_LETTERS))
        interval_distance = self.interval_level - other.interval_level
        return math.hypot(hold_distance / 0.20, interval_distance / 0.31)

    @cached_property
    def _letter_holds(self) -> list[float]:
        return [self.hold(Stroke(str(ord(letter)), "letter", 0)) for letter in _LETTERS]


def _transition(before: Stroke, stroke: Stroke) -> tuple[str, float]:
    """The kind of a pair of keys, and by how much (ln) people in general are slower there than usual."""
    if before.key == stroke.key:
        return "repeat", 0.11
    if stroke.kind == "shift":
        return "to shift", 0.50
    if before.kind == "shift":
        return "after shift", 0.20
    if before.kind == "space":
        return "after space", 0.54
    if stroke.kind == "space":
        return "to space", 0.09
    if before.kind == stroke.kind == "letter":
        return _between_letters(before, stroke)
    return "other", 0.45


def _between_letters(before: Stroke, stroke: Stroke) -> tuple[str, float]:
    if before.finger == stroke.finger:
        return "same finger", 0.34
    if before.left_hand == stroke.left_hand:
        return "same hand", 0.15
    return "other hand", 0.045
