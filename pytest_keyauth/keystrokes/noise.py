"""How keystroke times scatter around what a person usually does: neither normal nor log-normal.

Holds lean to the short side, intervals have a long tail of hesitations. Each shape is given by quantiles, in units of
the core's standard deviation; in between, and beyond the outermost, it goes on in straight lines over normal deviates.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

__all__ = ["DEVIATES", "HESITATING", "LEANING", "REACH", "STEADY", "STEPS", "TOUCHING", "Shape", "bend"]

_NORMAL = NormalDist()

DEVIATES: tuple[float, ...] = tuple(_NORMAL.inv_cdf((number + 0.5) / 1000) for number in range(1000))
"""Values as likely as each other that together are normally distributed: to pick one is cheaper than to compute one."""

STEPS = 100
"""A bent shape has so many values for each standard deviation."""

REACH = 6
"""It goes from so many standard deviations below to as many above."""

Shape = tuple[tuple[float, float], ...]
"""(probability, quantile), ascending"""

LEANING: Shape = (
    (0.001, -6.0), (0.01, -3.3), (0.05, -1.9), (0.25, -0.67),
    (0.5, 0.0), (0.75, 0.67), (0.95, 1.72), (0.99, 2.7), (0.999, 4.0),
)  # fmt: skip
"""Holds in new text: they lean to the short side."""

TOUCHING: Shape = (
    (0.001, -9.0), (0.01, -3.6), (0.05, -1.9), (0.25, -0.67), (0.5, 0.0),
    (0.75, 0.67), (0.95, 1.75), (0.99, 2.9), (0.999, 4.5),
)  # fmt: skip
"""Holds in a text that is known by heart: now and then a key is only touched."""

HESITATING: Shape = (
    (0.001, -4.7), (0.01, -2.7), (0.05, -1.65), (0.25, -0.65), (0.5, 0.0),
    (0.75, 0.71), (0.95, 2.65), (0.99, 4.9), (0.999, 6.6),
)  # fmt: skip
"""Intervals in new text: people stop to think."""

STEADY: Shape = (
    (0.001, -5.5), (0.01, -2.6), (0.05, -1.55), (0.25, -0.64), (0.5, 0.0),
    (0.75, 0.73), (0.95, 2.7), (0.99, 6.8), (0.999, 14.0),
)  # fmt: skip
"""Intervals in a text that is known by heart: mostly one movement, but where it gets lost, it is lost."""


@lru_cache(maxsize=256)
def bend(shape: Shape, tail: float) -> tuple[float, ...]:
    """The shape as a function of a normal deviate z: the value at ``int((z + REACH) * STEPS)``.

    ``tail`` stretches what lies beyond the upper quartile.
    """
    knots = [(_NORMAL.inv_cdf(probability), quantile) for probability, quantile in shape]
    quartile = next(quantile for probability, quantile in shape if probability == 0.75)
    deviates = [(step + 0.5) / STEPS - REACH for step in range(2 * REACH * STEPS)]
    values = [_interpolate(knots, deviate) for deviate in deviates]
    return tuple(value if value <= quartile else quartile + tail * (value - quartile) for value in values)


def _interpolate(knots: Sequence[tuple[float, float]], deviate: float) -> float:
    segment = next((pair for pair in pairwise(knots) if deviate <= pair[1][0]), (knots[-2], knots[-1]))
    (low, at_low), (high, at_high) = segment
    return at_low + (deviate - low) / (high - low) * (at_high - at_low)
