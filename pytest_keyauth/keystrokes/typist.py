"""Made-up people who type: each text is a new recording in their own rhythm, in the provider's format."""

import math
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING, overload

from pytest_keyauth.keystrokes.act import Act, spell, writings
from pytest_keyauth.keystrokes.grammar import BROWSER, Recording, write
from pytest_keyauth.keystrokes.keyboard import GERMAN, Layout, Stroke
from pytest_keyauth.keystrokes.mistakes import with_mistakes
from pytest_keyauth.keystrokes.names import find_name
from pytest_keyauth.keystrokes.noise import DEVIATES
from pytest_keyauth.keystrokes.performance import Form, Press, fill_in, perform, press_held
from pytest_keyauth.keystrokes.population import DISTINCT, Population, Task
from pytest_keyauth.keystrokes.rhythm import Rhythm
from pytest_keyauth.keystrokes.sitting import Sitting

if TYPE_CHECKING:
    from pytest_keyauth.keystrokes.browser import AsyncPage, Page

__all__ = ["RecordingTimes", "Typist"]

_FORGET_FAST, _FORGET_SLOWLY = 12, 110  # repetitions after which a beginner's slowness has fallen to a third
_FAST_SHARE = 0.6


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


@dataclass(frozen=True)
class _LaterTimes:
    """A clock that is so many days ahead of another; a class, so that whoever carries it can be pickled."""

    clock: Callable[[], datetime]
    days: float

    def __call__(self) -> datetime:
        """Read the clock."""
        return self.clock() + timedelta(days=self.days)


def _recording_times() -> Callable[[], datetime]:
    return RecordingTimes(datetime(2026, 1, 5, 9, 0, 0))


@dataclass
class _Past:
    """What a person has typed so far: how often each password, and in what form the last recordings were."""

    random: Random
    repetitions: dict[str, int] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)


@dataclass(frozen=True)
class Typist:
    """One made-up person at a keyboard. Two typists with the same seeds, device and so on make the same recordings.

    The person follows from `seed`; what chance does to the recordings follows from `recordings` too, so that one
    person can type anew in every test. `population` says how much people differ and vary; `pace` sets the speed in
    words per minute, and `resolution_ms` that of the browser's clock, which are the person's own otherwise. `clock`
    says when each recording was made. `number` is the person's in a cast. Typists are equal if they are the same person
    at the same time: what they have typed so far is state beside it.
    """

    seed: int | str
    population: Population = DISTINCT
    layout: Layout = GERMAN
    mobile: bool = False
    pace: float | None = None
    resolution_ms: int | None = None
    number: int = field(default=0, repr=False, compare=False)
    day: float = 0.0
    sitting: int = 0
    clock: Callable[[], datetime] = field(default_factory=_recording_times, repr=False, compare=False)
    recordings: int | str | None = field(default=None, repr=False, compare=False)
    rhythm: Rhythm = field(init=False, repr=False, compare=False)
    _past: _Past = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive the person from the seed, and what chance does to each recording."""
        if self.pace is not None and not 10 <= self.pace <= 150:
            raise ValueError(f"nobody types {self.pace!r} words per minute here; expected 10 to 150")
        rhythm = Rhythm.drawn(f"{self.seed}", self.mobile, self.population, self.pace)
        typing = f"typing of {self.seed} in {self.recordings}, sitting {self.sitting}"
        object.__setattr__(self, "rhythm", rhythm)
        object.__setattr__(self, "_past", _Past(Random(typing)))

    @property
    def name(self) -> str:
        """A made-up name, fit for the language; by Faker where that is installed."""
        return find_name(self.language, self.seed, self.number)

    @property
    def language(self) -> str:
        """The language of the keyboard, a BCP 47 tag."""
        return self.layout.language

    @property
    def words_per_minute(self) -> float:
        """About how fast this person types text, in words of five characters."""
        return self.rhythm.words_per_minute

    @property
    def device(self) -> str:
        """What this person types on: desktop or mobile."""
        return "mobile" if self.mobile else "desktop"

    def types(self, text: str, *, mistakes: bool | float = False) -> str:
        """A new AnyText sample: this person types the text.

        With `mistakes`, some keys are wrong and corrected with the backspace key; so many of all keys are backspaces,
        or as many as this person makes for True.

        Raises ValueError for an empty text, UntypeableCharacterError for a character that no key writes.
        """
        _check_text(text)
        return write(self.strikes(self.layout.strokes(self._mistyped(text, mistakes))))

    def password(self, text: str, *, mistakes: bool | float = False) -> str:
        """A new masked sample: this person types the password, and only its length and rhythm are recorded.

        The more often, the faster, where practice matters in the population. With `mistakes`, each wrong key and each
        backspace is a keystroke more than the length says (assumed): the emulator finds that out of specification.

        Any characters will do, since none is shown; with `mistakes` only those of the layout, since what is hit
        instead of a key must be known. Raises ValueError for an empty password, UntypeableCharacterError for mistakes
        with a character that no key writes.
        """
        _check_text(text)
        typed = self._mistyped(text, mistakes) if mistakes else text
        # One position for each character: of a dead key and its letter, the letter's.
        strokes = [(self.layout.find(character) or (_unknown(character),))[-1] for character in typed]
        return write(self._record_masked(text, self._repeat(text, strokes)))

    def strikes(self, strokes: Sequence[Stroke]) -> Recording:
        """A new recording of keys that are struck one after the other, with what has to be held for each.

        Raises ValueError where there is no key to strike.
        """
        if not strokes:
            raise ValueError("a typist cannot strike no keys: expected at least one stroke")
        struck, spans = press_held(strokes)
        return self._record(None, self._perform(self.population.text, struck, spans, 0.0))

    def act(self, text: str, *, masked: bool = False, mistakes: bool | float = False) -> Act:
        """The same as `types`, or as `password` where it is `masked`, key by key: for whoever presses real keys.

        Raises ValueError for an empty text, UntypeableCharacterError for a character that no key writes.
        """
        _check_text(text)
        spelled = spell(self._mistyped(text, mistakes), self.layout)
        struck, spans = press_held([stroke for stroke, _ in spelled])
        writes = writings(struck, spelled)
        if not masked:
            presses = self._perform(self.population.text, struck, spans, 0.0)
            recording = self._record(None, presses)
        else:
            known = self._repeat(text, [stroke for stroke, written in spelled if written])
            recording = self._record_masked(text, known)
            presses = fill_in(struck, writes, spans, known, -recording.delays_ms[0])
        return Act.of(write(recording), writes, presses, recording.delays_ms[0])

    @overload
    def type_into(self, page: "Page", selector: str, text: str, *, mistakes: bool | float = False) -> str: ...

    @overload
    def type_into(
        self, page: "AsyncPage", selector: str, text: str, *, mistakes: bool | float = False
    ) -> Awaitable[str]: ...

    def type_into(
        self, page: "Page | AsyncPage", selector: str, text: str, *, mistakes: bool | float = False
    ) -> str | Awaitable[str]:
        """This person types the text into a field of a page in Chromium, with real keys and in real time.

        `page` is a page of Playwright; with its async API, await the result. `selector` finds an input or a text area,
        which gets the focus. Each key goes down and comes up when this person would do it. Into an input for passwords
        they type as in `password`, else as in `types`, and what that would have been is returned: about what a recorder
        on the page has to have recorded. With `mistakes`, some keys are wrong and corrected.

        Raises FieldError where there is no such field, or no text can be typed there; PageError for what is no page of
        Chromium; and what `types` raises.
        """
        from pytest_keyauth.keystrokes.browser import type_into

        return type_into(page, selector, lambda masked: self.act(text, masked=masked, mistakes=mistakes), self.layout)

    def later(self, days: float = 1.0) -> "Typist":
        """The same person, so many days later: another sitting, habits that have moved a little, the practice kept.

        Raises ValueError for less than no days.
        """
        if not days >= 0:
            raise ValueError(f"nobody types {days!r} days later; expected 0 or more")
        later = replace(self, day=self.day + days, sitting=self.sitting + 1, clock=_LaterTimes(self.clock, days))
        later._past.repetitions.update(self._past.repetitions)
        return later

    def practised(self, text: str, times: int = 200) -> "Typist":
        """The same person, who has typed that password so many times more."""
        practised = replace(self)
        object.__setattr__(practised, "_past", deepcopy(self._past))
        practised._past.repetitions[text] = self._past.repetitions.get(text, 0) + times
        return practised

    def _mistyped(self, text: str, mistakes: bool | float) -> str:
        rate = self.rhythm.mistakes if mistakes is True else float(mistakes)
        return with_mistakes(text, self.layout, self._past.random, rate) if rate else text

    def _repeat(self, text: str, strokes: Sequence[Stroke]) -> list[Press]:
        """Type a password once more: these are the strokes that write it."""
        repetition = self._past.repetitions.get(text, 0)
        self._past.repetitions[text] = repetition + 1
        return self._perform(self.population.password, strokes, {}, _unpractised(repetition))

    def _record_masked(self, text: str, presses: Sequence[Press]) -> Recording:
        masked = [press._replace(key=f"I{position}") for position, press in enumerate(presses)]
        return self._record(str(len(text)), masked)

    def _perform(self, task: Task, strokes: Sequence[Stroke], spans: dict[int, int], unpractised: float) -> list[Press]:
        past, sitting = self._past, _sit(self.rhythm, task, self.sitting, self.day)
        form = past.forms[task.name] = past.forms.get(task.name, Form(0.0, 0.0)).next(sitting, past.random)
        return perform(sitting, strokes, spans, form, unpractised * self.population.practice, past.random)

    def _record(self, length: str | None, presses: Sequence[Press]) -> Recording:
        """What the recorder makes of key presses, with the resolution of the browser's clock."""
        events = [(down_ms, "d", key) for key, down_ms, _ in presses]
        events += [(up_ms, "u", key) for key, _, up_ms in presses]
        events.sort(key=itemgetter(0))
        first_ms = math.exp(5.5 + 0.5 * self._past.random.choice(DEVIATES))
        times_ms = [0, *self._read_clock([first_ms + time_ms for time_ms, _, _ in events])]
        return Recording(
            browser=BROWSER,
            mobile=self.mobile,
            recorded_at=self.clock().strftime("%Y-%m-%d %H:%M:%S"),
            length=length,
            delays_ms=tuple([after_ms - before_ms for before_ms, after_ms in pairwise(times_ms)]),
            actions="".join([action for _, action, _ in events]),
            keys=tuple([key for _, _, key in events]),
        )

    def _read_clock(self, times_ms: Sequence[float]) -> list[int]:
        """What the browser's clock says at these times: coarse clocks are rounded, and that not always alike."""
        resolution_ms = self.resolution_ms or self.rhythm.clock_ms
        if resolution_ms == 1:
            return [int(time_ms) for time_ms in times_ms]
        roundings_ms = self._past.random.choices((0, -1, 1), (0.88, 0.09, 0.03), k=len(times_ms))
        read_ms = [
            int(time_ms // resolution_ms) * resolution_ms + rounding_ms
            for time_ms, rounding_ms in zip(times_ms, roundings_ms, strict=True)
        ]
        return list(accumulate(read_ms, max))


@lru_cache(maxsize=1024)  # a sitting remembers the habits it was asked for, so each is computed once in a run
def _sit(rhythm: Rhythm, task: Task, number: int, day: float) -> Sitting:
    return Sitting(rhythm, task, number, day)


def _unpractised(repetition: int) -> float:
    """How much of a beginner's slowness is left after so many repetitions: 1 at first."""
    fast, slow = math.exp(-repetition / _FORGET_FAST), math.exp(-repetition / _FORGET_SLOWLY)
    return _FAST_SHARE * fast + (1 - _FAST_SHARE) * slow


def _check_text(text: object) -> None:
    if not isinstance(text, str) or not text:
        raise ValueError(f"a typist cannot type {text!r}: expected a text of at least one character")


def _unknown(character: str) -> Stroke:
    """A key for a character of a password that is not on the layout: slow to find, but always the same."""
    return Stroke(f"U+{ord(character):04X}", "other", 4)
