"""What is one person's own in typing: a level, a noise, and a habit for every key and every pair of keys.

All of it follows from a seed, and a habit is computed when it is first asked for, so that any key has one.
Times are natural logarithms of milliseconds. *Hold* is how long a key stays down; *interval* is the time from
the last key's going down to this one's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import pairwise
from statistics import NormalDist, fmean
from typing import NamedTuple

from pytest_keyauth.keystrokes.keyboard import GERMAN, Stroke
from pytest_keyauth.keystrokes.mistakes import HIGHEST_RATE
from pytest_keyauth.keystrokes.population import Aspect, Population, Task

__all__ = ["Habit", "Rhythm", "deviation", "standing"]

_NORMAL = NormalDist()
_PANEL = "vogel-27quarz2026jimypfad9buck13hexen48wist"  # each letter, and most digits
_RUN = 7
_HUMAN_HOLD_NOISE, _HUMAN_INTERVAL_NOISE = 0.15, 0.25

# Typical levels, ln ms: a desktop's from people who typed sentences; on a touch screen, by assumption, keys are held
# for less time and found more slowly.
_HOLD_LEVEL = {False: 4.65, True: 4.35}
_INTERVAL_LEVEL = {False: 4.96, True: 5.2}

_KEYS_A_MINUTE = 60_000 / 5  # at one word a minute, in ms
_ABOVE_LEVEL = 0.33  # the logarithm of the mean interval in text, above the level

_TO: Mapping[str, str] = {"shift": "to shift", "modifier": "to shift", "backspace": "to backspace"}
_FINGERS = (
    "left little", "left ring", "left middle", "left index", "thumb",
    "thumb", "right index", "right middle", "right ring", "right little",
)  # fmt: skip
_DIGITS = frozenset(str(code) for code in range(48, 58))


class Habit(NamedTuple):
    """What a person usually does at one key or pair of keys.

    The middle and the noise (ln ms), by how much more (ln) a first try takes, and what it takes at the least (ms).
    """

    middle: float
    noise: float
    practice: float
    least_ms: float


def standing(seed: str, trait: str) -> float:
    """Where this person stands among all people in one trait, between 0 and 1: as good as random."""
    digest = blake2b(f"{seed}/{trait}".encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return (int.from_bytes(digest) + 0.5) / 2**56


def deviation(seed: str, trait: str) -> float:
    """The same in standard deviations from the mean, at most 2.5 of them."""
    return max(-2.5, min(2.5, _NORMAL.inv_cdf(standing(seed, trait))))


def _level(seed: str, trait: str, distribution: NormalDist, bounds: tuple[float, float]) -> float:
    """A normally distributed level within bounds, without heaps at the bounds."""
    low, high = (distribution.cdf(bound) for bound in bounds)
    return distribution.inv_cdf(low + (high - low) * standing(seed, trait))


@dataclass(frozen=True)
class Rhythm:
    """One person's rhythm. Levels are in ln ms; noises, steadiness and so on are factors around 1."""

    seed: str
    population: Population
    hold_level: float
    interval_level: float
    hold_noise: float
    interval_noise: float
    unsteadiness: float
    tail: float
    clock_ms: int

    @classmethod
    @lru_cache(maxsize=4096)  # drawn once in a run, with the panel that distances are measured by
    def drawn(cls, seed: str, mobile: bool, population: Population, pace: float | None = None) -> "Rhythm":
        """The rhythm of the person with this seed, always the same; of that pace (words per minute) or their own."""
        intervals = NormalDist(_INTERVAL_LEVEL[mobile], 0.31 * population.level_spread)
        interval_level = _level(seed, "interval level", intervals, population.interval_range)
        if pace is not None:
            interval_level = math.log(_KEYS_A_MINUTE / pace) - _ABOVE_LEVEL
        # Who types fast cannot hold every key for long: only so many keys are down at any time.
        shortest_hold, longest_hold = population.hold_range
        hold_range = shortest_hold, min(longest_hold, interval_level + population.most_hold_over_interval)
        holds = NormalDist(_HOLD_LEVEL[mobile], 0.21 * population.level_spread)
        return cls(
            seed=seed,
            population=population,
            hold_level=_level(seed, "hold level", holds, hold_range),
            interval_level=interval_level,
            hold_noise=population.noise * math.exp(0.22 * deviation(seed, "hold noise")),
            interval_noise=population.noise * math.exp(0.22 * deviation(seed, "interval noise")),
            unsteadiness=population.unsteadiness * math.exp(0.4 * deviation(seed, "unsteadiness")),
            tail=round(math.exp(0.05 + 0.3 * deviation(seed, "tail")), 1),
            clock_ms=next(clock_ms for share, clock_ms in population.clocks_ms if standing(seed, "clock") < share),
        )

    def hold(self, stroke: Stroke, aspect: Aspect) -> Habit:
        """This person's usual hold of a key."""
        noise = self._noise(aspect, self.hold_noise, f"hold {stroke.key}")
        return Habit(self._middle_hold(stroke, aspect), noise, aspect.practice * self.population.practice, 0.0)

    def interval(self, before: Stroke, stroke: Stroke, aspect: Aspect) -> Habit:
        """This person's usual interval from one key to the next."""
        name = _transition(before, stroke)
        middle = self._middle_interval(name, before, stroke, aspect)
        noise = self._noise(aspect, self.interval_noise, f"pair {before.key} {stroke.key}")
        noise *= aspect.noise_factors.get(name, 1.0)
        return Habit(middle, noise, self._practice(aspect, before, stroke), aspect.least_ms.get(name, 0.0))

    def _middle_hold(self, stroke: Stroke, aspect: Aspect) -> float:
        offset = sum(aspect.offsets.get(kind, 0.0) for kind in _key_kinds(stroke))
        own = self._habit(aspect, aspect.habit, f"hold {stroke.key}")
        if stroke.kind == "shift":
            own += aspect.kind_spread["shift"] * self.population.level_spread * deviation(self.seed, "hold of shift")
        if stroke.held:
            own += self._habit(aspect, aspect.kind_spread["capital"], "hold of capitals")
        return self.hold_level + offset + own

    def _middle_interval(self, name: str, before: Stroke, stroke: Stroke, aspect: Aspect) -> float:
        stretch = math.exp(aspect.stretch * deviation(self.seed, f"stretch {name}"))
        spread = aspect.kind_spread.get(name, 0.13) * self.population.level_spread
        own = spread * deviation(self.seed, f"transition {name}")
        own += self._habit(aspect, aspect.habit, f"pair {before.key} {stroke.key}")
        return self.interval_level + aspect.offsets[name] * stretch + own

    def _habit(self, aspect: Aspect, human_spread: float, trait: str) -> float:
        """By how much this person differs from others in a habit (ln)."""
        population = self.population
        spread = human_spread * (population.learnt_habit_spread if aspect.learnt else population.habit_spread)
        if population.even_habits:
            return spread * math.sqrt(3) * (2 * standing(self.seed, trait) - 1)
        return spread * deviation(self.seed, trait)

    def _practice(self, aspect: Aspect, before: Stroke, stroke: Stroke) -> float:
        """What practice gains is a person's own, and a pair's; most where the hand has to leave the letters."""
        own = 0.6 * deviation(self.seed, f"practice of pair {before.key} {stroke.key}")
        own += 0.3 * deviation(self.seed, "practice")
        kind = 0.75 if stroke.kind == before.kind else 1.25
        return aspect.practice * self.population.practice * kind * math.exp(own)

    def _noise(self, aspect: Aspect, own: float, habit: str) -> float:
        return aspect.noise * own * math.exp(aspect.noise_spread * deviation(self.seed, f"noise of {habit}"))

    @property
    def words_per_minute(self) -> float:
        """About how fast this person types text, in words of five characters."""
        return _KEYS_A_MINUTE / math.exp(self.interval_level + _ABOVE_LEVEL)

    @property
    def mistakes(self) -> float:
        """Which share of this person's keystrokes are backspaces."""
        return min(HIGHEST_RATE, 0.047 * math.exp(0.6 * deviation(self.seed, "mistakes")))

    @property
    def shift_share(self) -> float:
        """Which share of a capital letter's hold passes before this person lets go of shift."""
        return 0.3 + 0.5 * standing(self.seed, "shift share")

    def distance(self, other: "Rhythm") -> float:
        """How far apart two people are where they are most alike, in units of a human being's own variation, 0 to 3.

        The mean difference of holds and intervals in a panel of letters: in text of all, in passwords of the run of so
        many letters where it is smallest. Each counts up to 3: beyond that, no scorer is surer still.
        """
        text = _differ(self._in_text, other._in_text)
        learnt = _differ(self._by_heart, other._by_heart)
        return min(fmean(text), *(fmean(learnt[start : start + _RUN]) for start in range(len(learnt) - _RUN + 1)))

    @cached_property
    def _in_text(self) -> list[tuple[float, float]]:
        return self._middles(self.population.text)

    @cached_property
    def _by_heart(self) -> list[tuple[float, float]]:
        return self._middles(self.population.password)

    def _middles(self, task: Task) -> list[tuple[float, float]]:
        """For each pair of the panel, the interval and the hold of the second key."""
        return [
            (
                self._middle_interval(_transition(before, stroke), before, stroke, task.interval),
                self._middle_hold(stroke, task.hold),
            )
            for before, stroke in pairwise(GERMAN.strokes(_PANEL))
        ]


def _differ(ones: list[tuple[float, float]], others: list[tuple[float, float]]) -> list[float]:
    """The difference at each pair of the panel."""
    return [
        (
            min(abs(interval - other_interval) / _HUMAN_INTERVAL_NOISE, 3.0)
            + min(abs(hold - other_hold) / _HUMAN_HOLD_NOISE, 3.0)
        )
        / 2
        for (interval, hold), (other_interval, other_hold) in zip(ones, others, strict=True)
    ]


def _key_kinds(stroke: Stroke) -> tuple[str, ...]:
    """The kinds of a key that people in general hold longer or shorter."""
    if stroke.kind in ("shift", "backspace"):
        return (stroke.kind,)
    finger = _FINGERS[stroke.finger]
    if stroke.held:
        return finger, "capital"
    return (finger, "digit") if stroke.key in _DIGITS else (finger,)


def _transition(before: Stroke, stroke: Stroke) -> str:
    """The kind of a pair of keys."""
    if before.kind == "backspace":
        return "backspace again" if stroke.kind == "backspace" else "after backspace"
    if stroke.kind in _TO:
        return _TO[stroke.kind]
    if before.kind in ("shift", "modifier"):
        return "after shift"
    if stroke.held and not before.held:  # where the shift key itself is not recorded
        return "through shift"
    if before.key == stroke.key:
        return "repeat"
    if before.held and not stroke.held:
        return "after capital"
    return _between_plain_keys(before, stroke)


def _between_plain_keys(before: Stroke, stroke: Stroke) -> str:
    if before.kind == "space":
        return "after space"
    if stroke.kind == "space":
        return "to space"
    if before.kind == stroke.kind == "letter":
        return _between_letters(before, stroke)
    if stroke.key == "13":
        return "to enter"
    if before.kind == "letter":
        return "to other"
    return "after other" if stroke.kind == "letter" else "between others"


def _between_letters(before: Stroke, stroke: Stroke) -> str:
    if before.finger == stroke.finger:
        return "same finger"
    if before.left_hand != stroke.left_hand:
        return "other hand"
    return "neighbouring finger" if abs(before.finger - stroke.finger) == 1 else "same hand"
