"""How two things are timed against each other, and the line of the table that says what came out."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import ClassVar


@dataclass(frozen=True)
class Pairs:
    """Figures of ours and of the reference, taken in turn."""

    ours: list[float]
    reference: list[float]

    @property
    def ratio(self) -> float:
        """Ours to the reference: the median of the neighbours' ratios."""
        return median(ours / reference for ours, reference in zip(self.ours, self.reference, strict=True))

    @property
    def difference(self) -> float:
        """Ours less the reference: the median of the neighbours' differences."""
        return median(ours - reference for ours, reference in zip(self.ours, self.reference, strict=True))


def in_turn(rounds: int, ours: Callable[[], float], reference: Callable[[], float]) -> Pairs:
    """Take the figures A B A B …; a first one of each, which fills the caches, is not counted."""
    ours(), reference()
    figures = [(ours(), reference()) for _ in range(rounds)]
    return Pairs([figure for figure, _ in figures], [figure for _, figure in figures])


@dataclass(frozen=True)
class Line:
    """One line of the table: a figure, its aim, and the medians behind it."""

    HEADING: ClassVar[str] = f"{'measurement':<46}{'figure':>10}  {'aim':<10}{'ours':>15}  {'reference':>15}"

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

    def __str__(self) -> str:
        return f"{self.measurement:<46}{self.figure:>10}  {self.aim:<10}{self.ours:>15}  {self.reference:>15}".rstrip()
