"""Made-up people who type what the people of the public data typed: as many, as often, and with the same pauses.

The naive ones are for the power of the tests: independent normal deviates, about what anybody writes first.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytest_keyauth.keystrokes import Recording, Typist, parse
from pytest_keyauth.keystrokes.keyboard import US, Stroke
from pytest_keyauth.keystrokes.performance import Press
from pytest_keyauth.keystrokes.population import REALISTIC, Population

from .cmu import PER_SESSION, Passwords
from .sentences import Sentence, find_stroke, read_presses

__all__ = [
    "CMU_PASSWORD",
    "to_strokes",
    "to_times",
    "type_naive_passwords",
    "type_naive_sentences",
    "type_passwords",
    "type_sentences",
]

CMU_PASSWORD = ".tie5Roanl\n"
DAYS_BETWEEN_SESSIONS = 1.5


def type_passwords(
    count: int, seed: int, *, repetitions: int = 400, text: str = CMU_PASSWORD, population: Population = REALISTIC
) -> Passwords:
    """So many realistic people, who type the password in sessions of fifty: an array as of the CMU data, in seconds."""
    # The password was recorded with a clock of its own, the same for everybody.
    people = (Typist(f"{seed}/{person}", population=population, layout=US, resolution_ms=1) for person in range(count))
    return np.array([_type_password(typist, text, repetitions) for typist in people])


def _type_password(typist: Typist, text: str, repetitions: int) -> list[NDArray[np.float64]]:
    rows = []
    for repetition in range(repetitions):
        if repetition and repetition % PER_SESSION == 0:
            typist = typist.later(days=DAYS_BETWEEN_SESSIONS)
        rows.append(to_times(parse(typist.password(text))))
    return rows


def to_times(recording: Recording) -> NDArray[np.float64]:
    """The times of a masked recording as in a row of the CMU data, in seconds."""
    presses = read_presses(recording)
    down_s, up_s = (np.array([press[place] for press in presses]) / 1000 for place in (1, 2))
    return _to_row(up_s - down_s, np.diff(down_s))


def _to_row(dwells_s: NDArray[np.float64], intervals_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of dwell, down-down and up-down in turn; the last axis is that of the keys."""
    row = np.empty((*dwells_s.shape[:-1], 3 * dwells_s.shape[-1] - 2))
    row[..., 0::3], row[..., 1::3] = dwells_s, intervals_s
    row[..., 2::3] = intervals_s - dwells_s[..., :-1]
    return row


def type_naive_passwords(like: Passwords, count: int, seed: int) -> Passwords:
    """So many people, each with independent normal times about means of their own, as spread as those of `like`."""
    random = np.random.default_rng(seed)
    means, within = like.mean(axis=1), like.std(axis=1).mean(axis=0)
    centres = np.maximum(random.normal(means.mean(axis=0), means.std(axis=0), (count, like.shape[2])), 0.02)
    times = np.maximum(random.normal(centres[:, None], within, (count, *like.shape[1:])), 0.005)
    return _to_row(times[..., 0::3], times[..., 1::3])


def type_sentences(
    people: Sequence[Sequence[Sentence]], seed: int, population: Population = REALISTIC
) -> list[list[Recording]]:
    """As many realistic people as there are, each typing the keys of somebody else's sentences, mistakes included."""
    typed = []
    for person, sentences in enumerate(_swap(people, seed)):
        typist = Typist(f"{seed}/{person}", population=population, layout=US)
        typed.append([typist.strikes(to_strokes(sentence)) for sentence in sentences])
    return typed


def _swap(people: Sequence[Sequence[Sentence]], seed: int) -> list[Sequence[Sentence]]:
    """The same people in another order, nobody in their own place."""
    order = np.random.default_rng(seed).permutation(len(people))
    swapped: list[Sequence[Sentence]] = [[]] * len(people)
    for place, other in zip(order, np.roll(order, 1), strict=True):
        swapped[place] = people[other]
    return swapped


def to_strokes(sentence: Sentence) -> list[Stroke]:
    """The strokes of a sentence in turn; shift is held for what went down before it came up."""
    strokes = []
    shift_up_ms = -1.0
    for press in sentence:
        stroke = find_stroke(press.key)
        if stroke.kind == "shift":
            shift_up_ms = press.up_ms
            continue
        held = ("RSHIFT" if stroke.left_hand else "LSHIFT",) if press.down_ms < shift_up_ms else ()
        strokes.append(stroke._replace(held=held))
    return strokes


def type_naive_sentences(people: Sequence[Sequence[Sentence]], seed: int) -> list[list[Sentence]]:
    """As many people, with independent normal dwells and intervals about means of their own, whatever the key."""
    random = np.random.default_rng(seed)
    typed = []
    for sentences in _swap(people, seed):
        dwell_ms, interval_ms = random.normal(112, 21), max(80.0, random.normal(244, 80))
        typed.append([_type_naively(sentence, dwell_ms, interval_ms, random) for sentence in sentences])
    return typed


def _type_naively(sentence: Sentence, dwell_ms: float, interval_ms: float, random: np.random.Generator) -> Sentence:
    intervals_ms = np.maximum(random.normal(interval_ms, 0.45 * interval_ms, len(sentence)), 15)
    dwells_ms = np.maximum(random.normal(dwell_ms, 0.3 * dwell_ms, len(sentence)), 15)
    downs_ms = np.round(np.cumsum(intervals_ms))
    ups_ms = np.round(downs_ms + dwells_ms)
    return [Press(press.key, *times) for press, *times in zip(sentence, downs_ms, ups_ms, strict=True)]
