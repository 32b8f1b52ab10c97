"""One sitting of a person at the keyboard: their rhythm as it is on that day."""

import math
from dataclasses import dataclass, field

from pytest_keyauth.keystrokes.keyboard import Stroke
from pytest_keyauth.keystrokes.population import Aspect, Task
from pytest_keyauth.keystrokes.rhythm import Habit, Rhythm, deviation

__all__ = ["Sitting"]

DRIFT = 0.05  # standard deviation (ln) of what a month changes in a level and, by itself, in each habit
_PERIODS_DAYS = (10, 40, 160, 640)  # of the slow waves that a drift is made of


@dataclass(frozen=True)
class Sitting:
    """A person's habits in one sitting, at one task.

    The person's rhythm, moved by what changed since day 0 (``day``), and by the form of the day (``number``).
    """

    rhythm: Rhythm
    task: Task
    number: int
    day: float
    _holds: dict[Stroke, Habit] = field(default_factory=dict, init=False, repr=False, compare=False)
    _intervals: dict[tuple[Stroke, Stroke], Habit] = field(default_factory=dict, init=False, repr=False, compare=False)

    def hold(self, stroke: Stroke) -> Habit:
        """What the person does at a key in this sitting."""
        habit = self._holds.get(stroke)
        if habit is None:
            middle, *others = self.rhythm.hold(stroke, self.task.hold)
            moved = self._moved("hold", stroke.key, self.task.hold)
            habit = self._holds[stroke] = Habit(middle + moved, *others)
        return habit

    def interval(self, before: Stroke, stroke: Stroke) -> Habit:
        """What the person does between two keys in this sitting."""
        habit = self._intervals.get((before, stroke))
        if habit is None:
            middle, *others = self.rhythm.interval(before, stroke, self.task.interval)
            moved = self._moved("interval", f"{before.key} {stroke.key}", self.task.interval)
            habit = self._intervals[before, stroke] = Habit(middle + moved, *others)
        return habit

    def _moved(self, kind: str, habit: str, aspect: Aspect) -> float:
        seed, unsteadiness = self.rhythm.seed, self.rhythm.unsteadiness
        form = aspect.sitting * deviation(seed, f"{kind} level in sitting {self.number}")
        form += aspect.sitting_habit * deviation(seed, f"{kind} {habit} in sitting {self.number}")
        drift = _drifted(seed, kind, self.day) + _drifted(seed, f"{kind} {habit}", self.day)
        return unsteadiness * (form + DRIFT * drift)


def _drifted(seed: str, trait: str, day: float) -> float:
    """By how much a trait has moved since day 0: slow waves, the slower the larger."""
    if not day:
        return 0.0
    return sum(
        (_wave(seed, f"{trait} over {period}", day / period) - _wave(seed, f"{trait} over {period}", 0.0))
        * math.sqrt(period / 60)
        for period in _PERIODS_DAYS
    )


def _wave(seed: str, trait: str, time: float) -> float:
    """A smooth random function of time that forgets itself within 1."""
    before = math.floor(time)
    share = time - before
    share = share * share * (3 - 2 * share)
    first, second = (deviation(seed, f"{trait} at {moment}") for moment in (before, before + 1))
    return first + share * (second - first)
