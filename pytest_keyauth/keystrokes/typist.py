"""Made-up people who type: each text is a new recording in their own rhythm, in the provider's format."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter, sub
from statistics import NormalDist
from typing import NamedTuple

from pytest_keyauth.keystrokes.grammar import Recording, write
from pytest_keyauth.keystrokes.keyboard import GERMAN, HELD, Layout, Stroke
from pytest_keyauth.keystrokes.rhythm import NOISE, Rhythm

__all__ = ["RecordingTimes", "Typist"]

BROWSER = "firefox/38.0"  # the one of the document's samples

_SHORTEST_MS = 25  # of a hold, and of an interval: a shift key's release has to fit into it
_LONGEST_HOLD_MS = 600
_LONGEST_INTERVAL_MS = 1400

# Values as likely as each other that together are normally distributed, cut off at 2.5 standard deviations:
# to pick one takes a fraction of the time that it takes to compute one.
_DEVIATES = tuple(max(-2.5, min(2.5, NormalDist().inv_cdf((number + 0.5) / 1000))) for number in range(1000))


class RecordingTimes:
    """A clock for recordings: five minutes pass from each reading to the next."""

    def __init__(self, start: datetime) -> None:
        """`start` is what the first reading says."""
        self._next = start

    def __call__(self) -> datetime:
        """Read the clock."""
        now = self._next
        self._next += timedelta(minutes=5)
        return now


def _recording_times() -> Callable[[], datetime]:
    return RecordingTimes(datetime(2026, 1, 5, 9, 0, 0))


class _Press(NamedTuple):
    """One key down and up again, in ms from the first key down."""

    key: str
    down_ms: int
    up_ms: int


@dataclass(frozen=True)
class Typist:
    """One made-up person at a keyboard. Two typists with the same seeds and device make the same recordings.

    The person follows from `seed`; what chance does to the recordings follows from `recordings` too, so that one
    person can type anew in every test. `clock` says when each recording was made. Typists are equal if they are
    the same person: what they have typed so far is state beside it. Every recording differs from those before.
    """

    name: str
    seed: int | str
    mobile: bool = False
    layout: Layout = GERMAN
    clock: Callable[[], datetime] = field(default_factory=_recording_times, repr=False, compare=False)
    recordings: int | str | None = field(default=None, repr=False, compare=False)
    rhythm: Rhythm = field(init=False, repr=False)
    _random: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive the person from the seed, and what chance does to each recording."""
        object.__setattr__(self, "rhythm", Rhythm.drawn(f"{self.seed}", self.mobile))
        typing = f"typing of {self.seed}" if self.recordings is None else f"typing of {self.seed} in {self.recordings}"
        object.__setattr__(self, "_random", random.Random(typing))

    def types(self, text: str) -> str:
        """A new AnyText sample: this person types the text.

        Raises ValueError for an empty text, UntypeableCharacterError for a character that no key writes.
        """
        _check_text(text)
        strokes, spans = _with_held(self.layout.strokes(text))
        return write(self._recording(None, self._presses(strokes, spans)))

    def password(self, text: str) -> str:
        """A new masked sample: this person types the password, and only its length and rhythm are recorded.

        Any characters will do, since none is shown. Raises ValueError for an empty password.
        """
        _check_text(text)
        # One position for each character: of a dead key and its letter, the letter's.
        strokes = [(self.layout.find(character) or (_unknown(character),))[-1] for character in text]
        presses = self._presses(strokes, {})
        masked = [press._replace(key=f"I{position}") for position, press in enumerate(presses)]
        return write(self._recording(str(len(text)), masked))

    def _recording(self, length: str | None, presses: Sequence[_Press]) -> Recording:
        events = [(down_ms, "d", key) for key, down_ms, _ in presses]
        events += [(up_ms, "u", key) for key, _, up_ms in presses]
        events.sort(key=itemgetter(0))
        times_ms = [time_ms for time_ms, _, _ in events]
        to_first_key_ms = _as_ms(5.5 + 0.5 * self._random.choice(_DEVIATES), 2000)
        return Recording(
            browser=BROWSER,
            mobile=self.mobile,
            recorded_at=self.clock().strftime("%Y-%m-%d %H:%M:%S"),
            length=length,
            delays_ms=(to_first_key_ms, *map(sub, times_ms[1:], times_ms)),
            actions="".join([action for _, action, _ in events]),
            keys=tuple([key for _, _, key in events]),
        )

    def _presses(self, strokes: Sequence[Stroke], spans: dict[int, int]) -> list[_Press]:
        """Strike the keys in turn. `spans` has each held key's index, and that of the last stroke it is for."""
        rhythm = self.rhythm
        hold_shift = self._random.gauss(0, 0.045 * NOISE)  # nobody is equally awake each time
        interval_shift = self._random.gauss(0, 0.055 * NOISE)
        deviates = self._random.choices(_DEVIATES, k=2 * len(strokes))
        presses: list[_Press] = []
        free_ms: dict[str, int] = {}  # when each key was last released
        down_ms = 0
        for index, stroke in enumerate(strokes):
            if index:
                interval = rhythm.interval(strokes[index - 1], stroke) + interval_shift
                down_ms += _as_ms(interval + rhythm.interval_noise * deviates[2 * index], _LONGEST_INTERVAL_MS)
            if down_ms < free_ms.get(stroke.key, -10) + 10:  # a key must come up before it can go down again
                down_ms = free_ms[stroke.key] + self._random.randint(10, 40)
            hold = rhythm.hold(stroke) + hold_shift
            up_ms = down_ms + _as_ms(hold + rhythm.hold_noise * deviates[2 * index + 1], _LONGEST_HOLD_MS)
            free_ms[stroke.key] = up_ms
            presses.append(_Press(stroke.key, down_ms, up_ms))
        for index, last in spans.items():
            presses[index] = presses[index]._replace(up_ms=self._shift_up_ms(presses, last))
        return presses

    def _shift_up_ms(self, presses: Sequence[_Press], last: int) -> int:
        """When shift is let go of: after the last letter it is for went down, before the next one does."""
        letter = presses[last]
        delay_ms = round((letter.up_ms - letter.down_ms) * self.rhythm.shift_share)
        if last + 1 < len(presses):
            delay_ms = min(delay_ms, presses[last + 1].down_ms - letter.down_ms - 1)
        return letter.down_ms + max(1, delay_ms)


def _as_ms(logarithm: float, longest_ms: int) -> int:
    """The whole milliseconds of which this is the natural logarithm, within what people and recorders do."""
    time_ms = round(math.exp(logarithm))
    return time_ms if _SHORTEST_MS <= time_ms <= longest_ms else max(_SHORTEST_MS, min(longest_ms, time_ms))


def _check_text(text: object) -> None:
    if not isinstance(text, str) or not text:
        raise ValueError(f"a typist cannot type {text!r}: expected a text of at least one character")


def _unknown(character: str) -> Stroke:
    """A key for a character of a password that is not on the layout: slow to find, but always the same."""
    return Stroke(f"U+{ord(character):04X}", "other", 4)


def _with_held(strokes: Sequence[Stroke]) -> tuple[list[Stroke], dict[int, int]]:
    """Put held keys before each run of strokes that need them; also maps each one's index to that of the run's last.

    One shift key serves a whole run, whichever hand strikes.
    """
    result: list[Stroke] = []
    spans: dict[int, int] = {}
    down: dict[str, int] = {}  # the index of each key that is held
    for stroke in strokes:
        shift = next((key for key in down if HELD[key].kind == "shift"), None)
        held = [shift or key if HELD[key].kind == "shift" else key for key in stroke.held]
        down = {key: index for key, index in down.items() if key in held}
        for key in held:
            if key not in down:
                down[key] = len(result)
                result.append(HELD[key])
        result.append(stroke)
        spans |= dict.fromkeys(down.values(), len(result) - 1)
    return result, spans
