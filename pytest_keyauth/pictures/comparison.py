"""How far apart two typists are, at the keys and pairs of keys that both typed."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from pytest_keyauth.pictures.timeline import Timeline

__all__ = ["Comparison", "Contrast", "compare"]

# How much one human being varies from one stroke to the next, as the standard deviation of ln ms. From public data of
# people who typed sentences: Dhakal, Feit, Kristensson, Oulasvirta, "Observations on Typing from 136 Million
# Keystrokes", CHI 2018.
DWELL_NOISE = 0.247
INTERVAL_NOISE = 0.416

# In the same data, one sentence against another: of one person's two, 21 % are beyond the first bound and 5 % beyond
# the second; of two people's, 80 % and 44 %.
APART = 1.2
FAR_APART = 1.6

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Contrast:
    """The times of both typists at one key, or one pair of keys, in ms."""

    keys: Keys
    first_ms: tuple[int, ...]
    second_ms: tuple[int, ...]

    @property
    def means_ms(self) -> tuple[float, float]:
        """The geometric mean of each typist's times."""
        return math.exp(_mean_logarithm(self.first_ms)), math.exp(_mean_logarithm(self.second_ms))

    @property
    def difference(self) -> float:
        """The second typist's mean less the first's, in ln ms."""
        return _mean_logarithm(self.second_ms) - _mean_logarithm(self.first_ms)

    @property
    def chance(self) -> float:
        """Which share of one stroke's variance such a difference has by chance: 2 where each typed it once."""
        return 1 / len(self.first_ms) + 1 / len(self.second_ms)


@dataclass(frozen=True)
class Comparison:
    """Two typists side by side: dwell by key, and down-down time by digraph, in the order of the first one's typing."""

    dwells: tuple[Contrast, ...]
    intervals: tuple[Contrast, ...]

    @property
    def dwell_ratio(self) -> float | None:
        """How many times as long as the first the second typist holds the same key; None where no key is common."""
        return _ratio(self.dwells)

    @property
    def interval_ratio(self) -> float | None:
        """The same of the time from one key to the next."""
        return _ratio(self.intervals)

    @property
    def distance(self) -> float | None:
        """How many times as far apart they are as chance puts two recordings of one human being; None as above.

        The root mean square of all differences, each divided by the standard deviation that it has by chance.
        """
        squares = [contrast.difference**2 / contrast.chance / DWELL_NOISE**2 for contrast in self.dwells]
        squares += [contrast.difference**2 / contrast.chance / INTERVAL_NOISE**2 for contrast in self.intervals]
        return math.sqrt(fmean(squares)) if squares else None

    def describe(self, first: str, second: str) -> list[str]:
        """Say it in plain words, a sentence each. The names are those of the typists."""
        distance = self.distance
        if distance is None:
            return ["No key was typed by both, so there is nothing to compare."]
        dwell = _say(self.dwell_ratio, first, second, "holds the same key", "Both hold the same key equally long")
        interval = _say(self.interval_ratio, first, second, "takes from key to key", "Both are equally fast")
        sentences = [f"{dwell} ({_count(self.dwells, 'key')} in common)." if dwell else ""]
        sentences += [f"{interval} ({_count(self.intervals, 'digraph')} in common)." if interval else ""]
        sentences += [f"{_judge(distance)}: {distance:.1f} times the distance of one person's two recordings."]
        return [sentence for sentence in sentences if sentence]


def compare(first: Timeline, second: Timeline) -> Comparison:
    """Compare two typists by what both typed; repeated strokes of a key are averaged."""
    return Comparison(
        dwells=_contrast(_dwells(first), _dwells(second)),
        intervals=_contrast(_intervals(first), _intervals(second)),
    )


def _dwells(timeline: Timeline) -> Iterable[tuple[Keys, int]]:
    for stroke in timeline.strokes:
        if stroke.dwell_ms is not None and not stroke.modifier:
            yield (stroke.key,), stroke.dwell_ms


def _intervals(timeline: Timeline) -> Iterable[tuple[Keys, int]]:
    for first, second in timeline.digraphs:
        yield (first.key, second.key), second.down_ms - first.down_ms


def _contrast(first: Iterable[tuple[Keys, int]], second: Iterable[tuple[Keys, int]]) -> tuple[Contrast, ...]:
    first_ms, second_ms = _by_keys(first), _by_keys(second)
    return tuple(
        Contrast(keys, tuple(first_ms[keys]), tuple(second_ms[keys])) for keys in first_ms if keys in second_ms
    )


def _by_keys(times: Iterable[tuple[Keys, int]]) -> dict[Keys, list[int]]:
    by_keys: dict[Keys, list[int]] = defaultdict(list)
    for keys, time_ms in times:
        by_keys[keys].append(time_ms)
    return dict(by_keys)


def _mean_logarithm(times_ms: Sequence[int]) -> float:
    """The mean of ln ms; no time is counted as shorter than the recorder's one millisecond."""
    return fmean(math.log(max(1, time_ms)) for time_ms in times_ms)


def _ratio(contrasts: Sequence[Contrast]) -> float | None:
    return math.exp(fmean(contrast.difference for contrast in contrasts)) if contrasts else None


def _say(ratio: float | None, first: str, second: str, does: str, equal: str) -> str:
    """Who does it longer, and by how much; nothing where there is no ratio."""
    if ratio is None:
        return ""
    if ratio < 1:
        first, second, ratio = second, first, 1 / ratio
    return equal if ratio < 1.05 else f"{second} {does} {ratio:.2f} times as long as {first}"


def _count(contrasts: Sequence[Contrast], noun: str) -> str:
    return f"{len(contrasts)} {noun}{'s' if len(contrasts) != 1 else ''}"


def _judge(distance: float) -> str:
    if distance < APART:
        return "Not to be told apart by this"
    return "Somewhat apart" if distance < FAR_APART else "Far apart"
