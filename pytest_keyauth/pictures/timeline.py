"""When each key of a recording was down, and what is measured of that. Times are in ms from the first key down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from pytest_keyauth.keystrokes.grammar import Recording

__all__ = ["MODIFIERS", "Keystroke", "Span", "Timeline", "trace"]

MODIFIERS = frozenset({"SHIFT", "LSHIFT", "RSHIFT", "16", "CTRL", "17", "ALT", "18"})
"""Keys that are held while others are struck: that they overlap is what they are for, and no rollover."""

Span = tuple[int, int]
"""From when to when, in ms."""


@dataclass(frozen=True, slots=True)
class Keystroke:
    """One key from its going down to its coming up; `up_ms` is None where it never came up.

    `lane` counts from 0: strokes that overlap are on different lanes.
    """

    key: str
    down_ms: int
    up_ms: int | None
    lane: int = 0

    @property
    def dwell_ms(self) -> int | None:
        """How long the key was down; None where it never came up."""
        return None if self.up_ms is None else self.up_ms - self.down_ms

    @property
    def end_ms(self) -> int:
        """When it is over: at the key's coming up, or at once where it never came up."""
        return self.down_ms if self.up_ms is None else self.up_ms

    @property
    def modifier(self) -> bool:
        """Whether it is a shift key or the like."""
        return self.key in MODIFIERS


@dataclass(frozen=True)
class Timeline:
    """The strokes of a recording in the order in which the keys went down.

    Flight, down-down time and rollover are of consecutive strokes, modifiers left out, as is usual in the literature.
    """

    strokes: tuple[Keystroke, ...]

    @cached_property
    def duration_ms(self) -> int:
        """From the first key down to the last key's coming up."""
        return max((stroke.end_ms for stroke in self.strokes), default=0)

    @cached_property
    def lanes(self) -> int:
        """On how many lanes the strokes are."""
        return max((stroke.lane + 1 for stroke in self.strokes), default=0)

    @cached_property
    def digraphs(self) -> tuple[tuple[Keystroke, Keystroke], ...]:
        """Each pair of consecutive strokes."""
        return tuple(pairwise(stroke for stroke in self.strokes if not stroke.modifier))

    @property
    def dwells_ms(self) -> list[int]:
        """How long each key that came up was down, modifiers left out."""
        return [stroke.dwell_ms for stroke in self.strokes if stroke.dwell_ms is not None and not stroke.modifier]

    @property
    def flights_ms(self) -> list[int]:
        """From each key's coming up to the next one's going down; negative where they roll over."""
        return [second.down_ms - first.up_ms for first, second in self.digraphs if first.up_ms is not None]

    @property
    def rollover_share(self) -> float | None:
        """In which share of the pairs the second key goes down before the first comes up; None without a pair."""
        flights_ms = self.flights_ms
        return sum(flight_ms < 0 for flight_ms in flights_ms) / len(flights_ms) if flights_ms else None

    @cached_property
    def rollovers(self) -> tuple[Span, ...]:
        """When two keys or more were down, modifiers left out."""
        return _overlaps(stroke for stroke in self.strokes if not stroke.modifier)


def trace(recording: Recording) -> Timeline:
    """Follow the events of a recording.

    A key that goes down again before it came up repeats by itself: it stays one stroke. A key that comes up without
    having gone down was pressed before the recording began, and is left out.
    """
    now_ms = 0
    down: dict[str, int] = {}  # the number of the stroke that holds each key
    strokes: list[Keystroke] = []
    for delay_ms, action, key in recording.events:
        now_ms += delay_ms
        if action == "u" and key in down:
            number = down.pop(key)
            strokes[number] = replace(strokes[number], up_ms=now_ms)
        elif action == "d" and key not in down:
            down[key] = len(strokes)
            strokes.append(Keystroke(key, now_ms, None))
    return Timeline(_on_lanes(_from_first_down(strokes)))


def _from_first_down(strokes: Sequence[Keystroke]) -> list[Keystroke]:
    """The same strokes, the first going down at 0: how long somebody waited before typing is not typing."""
    start_ms = strokes[0].down_ms if strokes else 0

    def shifted(stroke: Keystroke) -> Keystroke:
        up_ms = None if stroke.up_ms is None else stroke.up_ms - start_ms
        return replace(stroke, down_ms=stroke.down_ms - start_ms, up_ms=up_ms)

    return [shifted(stroke) for stroke in strokes]


def _on_lanes(strokes: Iterable[Keystroke]) -> tuple[Keystroke, ...]:
    """Put each stroke on the first lane that is free when it begins."""
    free_from_ms: list[int] = []
    placed = []
    for stroke in strokes:
        free = (lane for lane, from_ms in enumerate(free_from_ms) if from_ms <= stroke.down_ms)
        lane = next(free, len(free_from_ms))
        free_from_ms[lane : lane + 1] = [stroke.end_ms]
        placed.append(replace(stroke, lane=lane))
    return tuple(placed)


def _overlaps(strokes: Iterable[Keystroke]) -> tuple[Span, ...]:
    """When at least two are down, as spans that do not touch."""
    spans: list[Span] = []
    longest_end_ms = 0
    for stroke in strokes:
        start_ms, end_ms = stroke.down_ms, min(stroke.end_ms, longest_end_ms)
        if start_ms < end_ms:
            if spans and start_ms <= spans[-1][1]:
                start_ms, end_ms = spans[-1][0], max(end_ms, spans.pop()[1])
            spans.append((start_ms, end_ms))
        longest_end_ms = max(longest_end_ms, stroke.end_ms)
    return tuple(spans)
