"""Sentences as key presses, and what a classifier is told of one: 34 features that depend on the text but little."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pytest_keyauth.keystrokes import Recording
from pytest_keyauth.keystrokes.keyboard import HELD, US, Stroke
from pytest_keyauth.keystrokes.performance import Press

__all__ = ["FEATURES", "Sentence", "describe", "find_stroke", "measure_rollover", "read_presses"]

Sentence = list[Press]
"""Complete key presses, in the order in which the keys went down."""

SHORTEST_MS = 5
PAUSE_MS = 500
FEWEST = 3  # values of which a spread or a correlation says anything

KEY_KINDS = ("letter", "space", "shift", "backspace")
PAIR_KINDS = (
    "other hand",
    "same hand",
    "same finger",
    "repeat",
    "to space",
    "after space",
    "to backspace",
    "after backspace",
)

FEATURES = (
    *(f"dwell {name}" for name in ("mean", "sd", "skewness", "10 %", "50 %", "90 %")),
    *(f"dwell mean, {kind}" for kind in KEY_KINDS),
    "dwell sd, letter",
    *(f"interval {name}" for name in ("mean", "sd", "skewness", "10 %", "25 %", "75 %", "90 %")),
    *(f"interval mean, {kind}" for kind in PAIR_KINDS),
    *(f"interval sd, {kind}" for kind in PAIR_KINDS[:2]),
    "rollover",
    "pauses",
    "dwell after dwell",
    "interval after interval",
    "interval after dwell",
    "dwell after interval",
)
"""The names of the features, in their order. Dwells and intervals (down-down) are natural logarithms of ms."""

Values = NDArray[np.float64]


def read_presses(recording: Recording) -> Sentence:
    """The complete presses of a recording; a key that goes down again before it came up is an auto-repeat."""
    now_ms = 0
    down: dict[str, float] = {}
    presses = []
    for delay_ms, action, key in zip(recording.delays_ms, recording.actions, recording.keys, strict=True):
        now_ms += delay_ms
        if action == "d":
            down.setdefault(key, now_ms)
        elif key in down:
            presses.append(Press(key, down.pop(key), now_ms))
    return sorted(presses, key=lambda press: press.down_ms)


@lru_cache(maxsize=1)
def _strokes() -> dict[str, Stroke]:
    plain = [strokes[0]._replace(held=()) for character in US.characters if (strokes := US.find(character))]
    named = {stroke.key: stroke for stroke in [*plain, Stroke("8", "backspace", 9), *HELD.values()]}
    return named | {"16": HELD["LSHIFT"], "32": named["SPACE"]}


def find_stroke(key: str) -> Stroke:
    """The stroke of a key by its name or its JavaScript code; one that the layout does not have is of no finger's."""
    return _strokes().get(key) or Stroke(key, "other", 4)


def measure_rollover(sentence: Sentence) -> float:
    """The share of pairs of letters whose second goes down before the first came up; NaN where there are no pairs."""
    pairs = [
        second.down_ms < first.up_ms
        for first, second in pairwise(sentence)
        if find_stroke(first.key).kind == find_stroke(second.key).kind == "letter"
    ]
    return sum(pairs) / len(pairs) if pairs else np.nan


def describe(sentence: Sentence) -> Values:
    """The features of a sentence; NaN for what it has too few keys for."""
    downs_ms = np.array([press.down_ms for press in sentence])
    intervals_ms = np.diff(downs_ms)
    dwells = np.log(np.maximum(np.array([press.up_ms for press in sentence]) - downs_ms, SHORTEST_MS))
    intervals = np.log(np.maximum(intervals_ms, SHORTEST_MS))
    strokes = [find_stroke(press.key) for press in sentence]
    by_key = _part(dwells, [stroke.kind for stroke in strokes])
    by_pair = _part(intervals, [_name_pair(*pair) for pair in pairwise(strokes)])
    features = [
        *_moments(dwells),
        *np.quantile(dwells, (0.1, 0.5, 0.9)),
        *(_mean(by_key[kind]) for kind in KEY_KINDS),
        _moments(by_key["letter"])[1],
        *_moments(intervals),
        *np.quantile(intervals, (0.1, 0.25, 0.75, 0.9)),
        *(_mean(by_pair[kind]) for kind in PAIR_KINDS),
        *(_moments(by_pair[kind])[1] for kind in PAIR_KINDS[:2]),
        measure_rollover(sentence),
        float(np.mean(intervals_ms > PAUSE_MS)),
        _correlate(dwells[:-1], dwells[1:]),
        _correlate(intervals[:-1], intervals[1:]),
        _correlate(dwells[:-1], intervals),
        _correlate(intervals, dwells[1:]),
    ]
    return np.array(features)


def _name_pair(before: Stroke, stroke: Stroke) -> str:
    for kind in ("backspace", "space"):
        if before.kind == kind != stroke.kind:
            return f"after {kind}"
        if stroke.kind == kind != before.kind:
            return f"to {kind}"
    if not before.kind == stroke.kind == "letter":
        return "other"
    if before.key == stroke.key:
        return "repeat"
    if before.finger == stroke.finger:
        return "same finger"
    return "same hand" if before.left_hand == stroke.left_hand else "other hand"


def _part(values: Values, kinds: Sequence[str]) -> dict[str, Values]:
    parted: dict[str, list[float]] = defaultdict(list)
    for value, kind in zip(values, kinds, strict=True):
        parted[kind].append(value)
    return defaultdict(lambda: np.array([]), {kind: np.array(those) for kind, those in parted.items()})


def _mean(values: Values) -> float:
    return float(values.mean()) if len(values) else np.nan


def _moments(values: Values) -> tuple[float, float, float]:
    """Mean, standard deviation and skewness."""
    if len(values) < FEWEST or not (sd := float(values.std())):
        return _mean(values), np.nan, np.nan
    return float(values.mean()), sd, float((((values - values.mean()) / sd) ** 3).mean())


def _correlate(ones: Values, others: Values) -> float:
    if len(ones) < FEWEST or not ones.std() or not others.std():
        return np.nan
    return float(np.corrcoef(ones, others)[0, 1])
