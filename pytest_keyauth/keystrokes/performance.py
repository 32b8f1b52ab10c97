"""One act of typing: keys to strike become key presses in time."""

import math
import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pytest_keyauth.keystrokes.keyboard import HELD, Stroke
from pytest_keyauth.keystrokes.noise import DEVIATES, REACH, STEPS, bend
from pytest_keyauth.keystrokes.population import Aspect
from pytest_keyauth.keystrokes.sitting import Sitting

__all__ = ["Form", "Press", "fill_in", "perform", "press_held"]

_SHORTEST_MS = 15
_LONGEST_HOLD_MS = 700
_LONGEST_INTERVAL_MS = 4000
_BETWEEN_REPEATS_MS = (10, 40)  # a key must come up before it can go down again

_UNPRACTISED_FORM = 0.8  # by how much more a whole recording wavers at the first try


class Press(NamedTuple):
    """One key down and up again, in ms from the first key down."""

    key: str
    down_ms: float
    up_ms: float


class Form(NamedTuple):
    """How slow (ln) one recording is as a whole: its holds and its intervals. The next one follows from it in part."""

    hold: float
    interval: float

    def next(self, sitting: Sitting, random: random.Random) -> "Form":
        """The form of the recording after."""
        hold, interval, unsteadiness = sitting.task.hold, sitting.task.interval, sitting.rhythm.unsteadiness
        return Form(
            _follow(self.hold, hold, unsteadiness, random), _follow(self.interval, interval, unsteadiness, random)
        )


def _follow(form: float, aspect: Aspect, unsteadiness: float, random: random.Random) -> float:
    fresh = math.sqrt(1 - aspect.memory**2) * aspect.shift * unsteadiness
    return aspect.memory * form + random.gauss(0, fresh)


def perform(
    sitting: Sitting,
    strokes: Sequence[Stroke],
    spans: Mapping[int, int],
    form: Form,
    unpractised: float,
    random: random.Random,
) -> list[Press]:
    """Strike keys in turn, in the rhythm of a sitting.

    ``spans`` has the index of each stroke whose key is held, and that of the last stroke that it is held for.
    ``unpractised`` is 1 at the first try and falls to 0.
    """
    presses = _strike(sitting, strokes, form, unpractised, random)
    for index, last in spans.items():
        presses[index] = presses[index]._replace(up_ms=_let_go_ms(sitting, presses, last))
    return presses


def _strike(
    sitting: Sitting, strokes: Sequence[Stroke], form: Form, unpractised: float, random: random.Random
) -> list[Press]:
    """Strike each key, and let it come up again."""
    hold, interval = sitting.task.hold, sitting.task.interval
    hold_shape, interval_shape = bend(hold.shape, 1.0), bend(interval.shape, sitting.rhythm.tail)
    hold_fresh, interval_fresh = (math.sqrt(1 - aspect.carry**2 - aspect.coupling**2) for aspect in (hold, interval))
    noise_factor = 1 + interval.practice_noise * unpractised
    interval_shift = form.interval * (1 + _UNPRACTISED_FORM * unpractised)
    deviates = iter(random.choices(DEVIATES, k=2 * len(strokes)))
    released_ms: dict[str, float] = {}  # when each key last came up
    presses: list[Press] = []
    down_ms = hold_deviate = interval_deviate = 0.0
    before = strokes[0]
    fluent = False
    exp = math.exp
    for stroke, fresh_hold, fresh_interval in zip(strokes, deviates, deviates, strict=True):
        if presses:
            interval_deviate = (
                interval.carry * interval_deviate + interval.coupling * hold_deviate + interval_fresh * fresh_interval
            )
            middle, noise, practice, least_ms = sitting.interval(before, stroke)
            was_fluent, fluent = fluent, _is_fluent(before, stroke)
            middle += interval_shift + unpractised * practice + (interval.fluency if fluent and was_fluent else 0.0)
            bent = interval_shape[int((interval_deviate + REACH) * STEPS)]
            interval_ms = least_ms + exp(middle + noise * noise_factor * bent)
            down_ms += min(max(interval_ms, _SHORTEST_MS), _LONGEST_INTERVAL_MS)
            if down_ms < released_ms.get(stroke.key, -math.inf) + _BETWEEN_REPEATS_MS[0]:
                down_ms = released_ms[stroke.key] + random.uniform(*_BETWEEN_REPEATS_MS)
            if before.kind == stroke.kind == "modifier":  # two codes of one key: no tick of a clock lies between
                down_ms = presses[-1].down_ms
        hold_deviate = hold.carry * hold_deviate + hold.coupling * interval_deviate + hold_fresh * fresh_hold
        middle, noise, practice, _ = sitting.hold(stroke)
        hold_ms = exp(
            middle + form.hold + unpractised * practice + noise * hold_shape[int((hold_deviate + REACH) * STEPS)]
        )
        up_ms = released_ms[stroke.key] = down_ms + min(max(hold_ms, _SHORTEST_MS), _LONGEST_HOLD_MS)
        presses.append(Press(stroke.key, down_ms, up_ms))
        before = stroke
    return presses


def _is_fluent(before: Stroke, stroke: Stroke) -> bool:
    """Whether two letters follow each other with nothing to hold."""
    return before.kind == stroke.kind == "letter" and not before.held and not stroke.held


def _let_go_ms(sitting: Sitting, presses: Sequence[Press], last: int) -> float:
    """When a held key is let go of: after the last key that it is for went down, before the next one does."""
    final = presses[last]
    delay_ms = (final.up_ms - final.down_ms) * sitting.rhythm.shift_share
    if last + 1 < len(presses):
        delay_ms = min(delay_ms, presses[last + 1].down_ms - final.down_ms - 2)
    return final.down_ms + max(2.0, delay_ms)


def fill_in(
    strokes: Sequence[Stroke],
    writes: Sequence[str],
    spans: Mapping[int, int],
    presses: Sequence[Press],
    start_ms: float,
) -> list[Press]:
    """The presses of all keys, where those of the keys that write something are known already.

    A masked recording says nothing of shift keys and dead keys, so they may go down at any time between the key before
    and the one that they are for; before the first key there is ``start_ms``.
    """
    filled: list[Press] = []
    silent: list[Stroke] = []
    known = iter(presses)
    before_ms = start_ms
    for stroke, written in zip(strokes, writes, strict=True):
        if not written:
            silent.append(stroke)
            continue
        press = next(known)
        filled += _spread(silent, before_ms, press.down_ms)
        filled.append(press._replace(key=stroke.key))
        silent.clear()
        before_ms = press.down_ms
    for index, last in spans.items():
        final = filled[last]
        next_ms = filled[last + 1].down_ms if last + 1 < len(filled) else math.inf
        up_ms = final.down_ms + max(2.0, min((final.up_ms - final.down_ms) / 2, next_ms - final.down_ms - 2))
        filled[index] = filled[index]._replace(up_ms=up_ms)
    return filled


def _spread(strokes: Sequence[Stroke], start_ms: float, end_ms: float) -> list[Press]:
    """Keys that go down one after the other within a time, and come up before it ends."""
    step_ms = (end_ms - start_ms) / (len(strokes) + 1)
    presses: list[Press] = []
    for number, stroke in enumerate(strokes, start=1):
        down_ms = start_ms + number * step_ms
        if presses and stroke.kind == strokes[number - 2].kind == "modifier":  # as in _strike
            down_ms = presses[-1].down_ms
        presses.append(Press(stroke.key, down_ms, down_ms + step_ms / 2))
    return presses


def press_held(strokes: Sequence[Stroke]) -> tuple[list[Stroke], dict[int, int]]:
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
