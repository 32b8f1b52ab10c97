"""Populations: what made-up people have in common, by how much they differ, and by how much each of them varies.

Times are natural logarithms of milliseconds. The human figures are rounded from public data: sentences (Dhakal, Feit,
Kristensson, Oulasvirta: *Observations on Typing from 136 Million Keystrokes*, CHI 2018) and a password typed 400 times
(Killourhy, Maxion: *Comparing Anomaly-Detection Algorithms for Keystroke Dynamics*, DSN 2009). What is said of touch
screens is assumed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_keyauth.keystrokes.noise import HESITATING, LEANING, STEADY, TOUCHING, Shape

__all__ = ["DISTINCT", "PASSWORD", "POPULATIONS", "REALISTIC", "TEXT", "Aspect", "Population", "Task"]


@dataclass(frozen=True, eq=False)
class Aspect:
    """One kind of time (holds, or intervals) at one kind of typing: what is usual, and how much a person varies.

    ``learnt``: whether it is known by heart.
    ``offsets``: by how much people in general are slower than their level, by kind of key or of pair.
    ``stretch``: by how much people differ in such an offset, as a factor's logarithm; ``kind_spread``: by how much they
    differ there besides; ``habit``: by how much at a single key or pair.
    ``least_ms``: what such a pair takes at the least, added to what the person's rhythm says.
    ``noise``: of single keystrokes, with factors for some kinds; ``noise_spread``: by how much keys or pairs differ in
    that, as a factor's logarithm.
    ``shape``: how the noise is distributed. ``carry``: its correlation from one keystroke to the next;
    ``coupling``: with that of the other aspect just before.
    ``shift``: of whole recordings; ``memory``: how much of that goes on in the next recording, a correlation.
    ``sitting``: of all keys together from one sitting to the next; ``sitting_habit``: of a single key or pair.
    ``fluency``: by how much less a pair of letters takes after another pair of letters.
    ``practice``: by how much more the first try at a text takes than one after endless practice; ``practice_noise``: by
    how much more it scatters, as a share.
    All are standard deviations where nothing else is said.
    """

    learnt: bool
    offsets: Mapping[str, float]
    least_ms: Mapping[str, float]
    stretch: float
    kind_spread: Mapping[str, float]
    habit: float
    noise: float
    noise_factors: Mapping[str, float]
    noise_spread: float
    shape: Shape
    carry: float
    coupling: float
    shift: float
    memory: float
    sitting: float
    sitting_habit: float
    fluency: float
    practice: float
    practice_noise: float


@dataclass(frozen=True, eq=False)
class Task:
    """One kind of typing, known by its name."""

    name: str
    hold: Aspect
    interval: Aspect


# How much people differ at a kind of pair; at those that are not here, by 0.13.
_PAIR_SPREAD = {
    "after space": 0.42,
    "repeat": 0.05,
    "to shift": 0.31,
    "after shift": 0.31,
    "through shift": 0.03,
    "after backspace": 0.26,
}

TEXT = Task(
    "text",
    hold=Aspect(
        learnt=False,
        offsets={
            "shift": 0.95,
            "backspace": -0.27,
            "left little": 0.1,
            "left ring": 0.05,
            "left middle": 0,
            "left index": -0.07,
            "right index": -0.05,
            "right middle": -0.04,
            "right ring": -0.04,
            "right little": -0.04,
        },
        least_ms={},
        stretch=0.0,
        kind_spread={"shift": 0.3, "capital": 0.15},
        habit=0.105,
        noise=0.20,
        noise_factors={},
        noise_spread=0.10,
        shape=LEANING,
        carry=0.14,
        coupling=-0.08,
        shift=0.045,
        memory=0.0,
        sitting=0.06,
        sitting_habit=0.0,
        fluency=0.0,
        practice=0.0,
        practice_noise=0.0,
    ),
    interval=Aspect(
        learnt=False,
        offsets={
            "other hand": 0.04,
            "neighbouring finger": 0.11,
            "same hand": 0.23,
            "same finger": 0.11,
            "repeat": -0.30,
            "to space": 0.01,
            "after space": 0.44,
            "to shift": 0.56,
            "after shift": 0.2,
            "after capital": 0.06,
            "to backspace": 0.92,
            "after backspace": 0.52,
            "backspace again": 0.03,
            "to other": 0.60,
            "to enter": 0.60,
            "after other": 0.3,
            "between others": 0.46,
        },
        least_ms={"same finger": 40.0, "to backspace": 80.0, "repeat": 40.0},
        stretch=0.335,
        kind_spread=_PAIR_SPREAD,
        habit=0.17,
        noise=0.31,
        noise_factors={"after space": 1.05, "after backspace": 1.33, "repeat": 0.6},
        noise_spread=0.135,
        shape=HESITATING,
        carry=0.08,
        coupling=0.03,
        shift=0.055,
        memory=0.0,
        sitting=0.09,
        sitting_habit=0.0,
        fluency=0.0,
        practice=0.0,
        practice_noise=0.0,
    ),
)
"""New text each time: every keystroke is found anew."""

PASSWORD = Task(
    "password",
    hold=Aspect(
        learnt=True,
        offsets={
            "shift": 0.7,
            "backspace": -0.5,
            "left little": -0.09,
            "left ring": -0.14,
            "left middle": -0.25,
            "left index": -0.22,
            "right index": -0.26,
            "right middle": -0.34,
            "right ring": -0.14,
            "right little": -0.23,
            "digit": -0.12,
            "capital": 0.12,
        },
        least_ms={},
        stretch=0.0,
        kind_spread={"shift": 0.3, "capital": 0.15},
        habit=0.15,
        noise=0.11,
        noise_factors={},
        noise_spread=0.24,
        shape=TOUCHING,
        carry=0.05,
        coupling=-0.03,
        shift=0.04,
        memory=0.75,
        sitting=0.05,
        sitting_habit=0.075,
        fluency=0.0,
        practice=-0.08,
        practice_noise=0.0,
    ),
    interval=Aspect(
        learnt=True,
        offsets={
            "other hand": -0.11,
            "neighbouring finger": 0.18,
            "same hand": 0.28,
            "same finger": 0.33,
            "repeat": 0.13,
            "to space": 0.0,
            "after space": 0.20,
            "to shift": 0.56,
            "after shift": 0.16,
            "through shift": 0.53,
            "after capital": 0.23,
            "to backspace": 1.12,
            "after backspace": 0.48,
            "backspace again": 0.07,
            "to other": 0.50,
            "to enter": 0.34,
            "after other": 0.0,
            "between others": 0.50,
        },
        least_ms={
            "through shift": 120.0,
            "to other": 40.0,
            "to enter": 45.0,
            "after other": 30.0,
            "between others": 40.0,
            "after capital": 15.0,
        },
        stretch=0.12,
        kind_spread=_PAIR_SPREAD,
        habit=0.16,
        noise=0.16,
        noise_factors={"same hand": 0.8, "to enter": 0.85, "after other": 1.25, "to other": 1.2},
        noise_spread=0.345,
        shape=STEADY,
        carry=0.06,
        coupling=0.16,
        shift=0.05,
        memory=0.7,
        sitting=0.08,
        sitting_habit=0.17,
        fluency=-0.16,
        practice=0.40,
        practice_noise=0.55,
    ),
)
"""The same few keys again and again: a movement that was learnt, but that changes from one sitting to the next."""


@dataclass(frozen=True, repr=False)
class Population:
    """A set of people to draw from.

    As multiples of what human beings do: ``level_spread``, by how much people differ altogether; ``habit_spread`` and
    ``learnt_habit_spread``, at single keys and pairs of text and of passwords (``even_habits``: evenly, without
    extremes that a scorer would cut off, or normally); ``noise``, by how much each varies from keystroke to keystroke;
    ``unsteadiness``, from recording to recording, from sitting to sitting and over the months; ``practice``, by how
    much practice matters.
    The ranges of the levels keep out who could not type, or whose keystrokes the recorder would take for pauses.
    ``clocks_ms``: the resolutions of their browsers' clocks, each with the cumulated share of people who have it.
    ``text`` and ``password`` are what human beings do; another population with other tasks must have another name.
    """

    name: str
    level_spread: float
    habit_spread: float
    learnt_habit_spread: float
    even_habits: bool
    noise: float
    unsteadiness: float
    practice: float
    hold_range: tuple[float, float]
    interval_range: tuple[float, float]
    most_hold_over_interval: float
    clocks_ms: tuple[tuple[float, int], ...]
    text: Task = field(default=TEXT, compare=False)
    password: Task = field(default=PASSWORD, compare=False)

    def __repr__(self) -> str:
        """By name: the numbers say little in a failing test."""
        return self.name.upper()


REALISTIC = Population(
    "realistic",
    level_spread=1.0,
    habit_spread=1.0,
    learnt_habit_spread=1.0,
    even_habits=False,
    noise=1.0,
    unsteadiness=1.0,
    practice=1.0,
    hold_range=(4.0, 5.4),
    interval_range=(4.2, 6.2),
    most_hold_over_interval=0.7,
    clocks_ms=((0.67, 1), (0.97, 8), (1.0, 16)),
)
"""People as they are: sometimes one is taken for another."""

DISTINCT = Population(
    "distinct",
    level_spread=2.0,
    habit_spread=2.5,
    learnt_habit_spread=4.0,
    even_habits=True,
    noise=0.5,
    unsteadiness=0.3,
    practice=0.0,
    hold_range=(4.05, 5.35),
    interval_range=(4.45, 5.8),
    most_hold_over_interval=0.1,
    clocks_ms=((1.0, 1),),
)
"""People who differ more and vary less than human beings, so that a user's tests do not depend on luck."""

POPULATIONS: Mapping[str, Population] = {population.name: population for population in (DISTINCT, REALISTIC)}
