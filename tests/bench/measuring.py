"""How two things are timed against each other, and the line of the table that says what came out."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import ClassVar, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Pairs:
    """Figures of ours and of the reference, taken in turn."""

    ours: list[float]
    reference: list[float]

    @classmethod
    def of(cls, pairs: list[tuple[T, T]], figure: Callable[[T], float]) -> "Pairs":
        """The figures that were meant of what was done in turn."""
        return cls([figure(ours) for ours, _ in pairs], [figure(reference) for _, reference in pairs])

    @property
    def ratio(self) -> float:
        """Ours to the reference: the median of the neighbours' ratios."""
        return median(ours / reference for ours, reference in zip(self.ours, self.reference, strict=True))

    @property
    def difference(self) -> float:
        """Ours less the reference: the median of the neighbours' differences."""
        return median(ours - reference for ours, reference in zip(self.ours, self.reference, strict=True))


def done_in_turn(rounds: int, ours: Callable[[], T], reference: Callable[[], T]) -> list[tuple[T, T]]:
    """Do both, A B A B …; a first time of each, which fills the caches, is not counted."""
    return [(ours(), reference()) for _ in range(rounds + 1)][1:]


def in_turn(rounds: int, ours: Callable[[], float], reference: Callable[[], float]) -> Pairs:
    """Do the same where what is done returns its figure."""
    return Pairs.of(done_in_turn(rounds, ours, reference), float)


@dataclass(frozen=True)
class Line:
    """One line of the table: a figure, its aim, and the medians behind it."""

    HEADING: ClassVar[str] = f"{'measurement':<48}{'figure':>10}  {'aim':<10}{'ours':>15}  {'reference':>15}"

    measurement: str
    figure: str
    aim: str = ""
    ours: str = ""
    reference: str = ""

    @classmethod
    def of_ratio(cls, measurement: str, pairs: Pairs, aim: str, unit: str) -> "Line":
        """The line of a ratio; `unit` formats a median, as in `{:.1f} ms`."""
        medians = unit.format(median(pairs.ours)), unit.format(median(pairs.reference))
        return cls(measurement, f"{pairs.ratio:.3f}x", aim, *medians)

    @classmethod
    def of_difference(cls, measurement: str, pairs: Pairs, aim: str, unit: str) -> "Line":
        """The same of a difference."""
        medians = unit.format(median(pairs.ours)), unit.format(median(pairs.reference))
        return cls(measurement, unit.format(pairs.difference), aim, *medians)

    def __str__(self) -> str:
        return f"{self.measurement:<48}{self.figure:>10}  {self.aim:<10}{self.ours:>15}  {self.reference:>15}".rstrip()
