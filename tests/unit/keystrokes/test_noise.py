"""The shapes of noise, against interpolation by hand between the written quantiles."""

from itertools import pairwise

import pytest

from pytest_keyauth.keystrokes.noise import HESITATING, LEANING, REACH, STEADY, STEPS, TOUCHING, Shape, bend

# Standard normal deviates of the written probabilities, from a printed table.
TABLE = {
    0.001: -3.090232, 0.01: -2.326348, 0.05: -1.644854, 0.25: -0.674490, 0.5: 0.0,
    0.75: 0.674490, 0.95: 1.644854, 0.99: 2.326348, 0.999: 3.090232,
}  # fmt: skip


def at(bent: tuple[float, ...], deviate: float) -> float:
    """The value of a bent shape at a deviate."""
    return bent[int((deviate + REACH) * STEPS)]


@pytest.mark.parametrize("shape", [LEANING, TOUCHING, HESITATING, STEADY])
def test_a_written_quantile_lies_between_the_values_around_its_deviate(shape: Shape) -> None:
    bent = bend(shape, 1.0)
    assert [probability for probability, _ in shape] == list(TABLE)
    for probability, quantile in shape:
        index = int((TABLE[probability] + REACH) * STEPS)
        assert bent[index - 1] < quantile < bent[index + 1]


@pytest.mark.parametrize("shape", [LEANING, TOUCHING, HESITATING, STEADY])
def test_a_larger_deviate_is_a_larger_value_however_long_the_tail(shape: Shape) -> None:
    for tail in (0.5, 1.0, 2.0):
        assert all(before < after for before, after in pairwise(bend(shape, tail)))


@pytest.mark.parametrize(
    ("shape", "tail", "deviate", "value"),
    [
        (LEANING, 1.0, 0.505, 0.67 * 0.505 / 0.674490),  # between the median and the quartile
        (LEANING, 1.0, 5.995, 4.0 + 1.3 / 0.763884 * 2.904763),  # beyond the last: on in the last line
        (HESITATING, 1.0, 1.005, 0.71 + 1.94 / 0.970364 * 0.330510),
        (HESITATING, 2.0, 1.005, 0.71 + 2 * 1.94 / 0.970364 * 0.330510),  # a tail twice as long
        (HESITATING, 2.0, -2.005, -1.65 - 1.05 / 0.681494 * 0.360146),  # but not below
        (STEADY, 1.0, 2.705, 6.8 + 7.2 / 0.763884 * 0.378652),
    ],
)
def test_a_shape_goes_in_straight_lines_over_normal_deviates(
    shape: Shape, tail: float, deviate: float, value: float
) -> None:
    assert at(bend(shape, tail), deviate) == pytest.approx(value, abs=1e-4)
