"""Fit the weights of the password scorer to one half of the people of the CMU data, and print them.

    python -m tests.realism.fit_password

Genuine recordings and impostors are practised, profiles are of few recordings and of as many as a profile keeps, and
each profile counts the same. What is printed, rounded, stands in ``pytest_keyauth.emulator.keytrac.password``.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pytest_keyauth.emulator.keytrac.password import Evidence, Vector, weigh
from pytest_keyauth.emulator.keytrac.profile import PasswordProfile

from .cmu import PER_SESSION, Passwords, alternate_persons, read_cmu
from .emulated_password import to_vector

__all__ = ["fit_logistic", "main"]

COUNTS = (1, 2, 3, 5, 10, PasswordProfile.WINDOW)
RIDGE = 1e-3

Matrix = NDArray[np.float64]


def main() -> None:
    """Fit and print."""
    evidence, genuine, weights = gather(alternate_persons(read_cmu())[0])
    coefficients = fit_logistic(evidence, genuine, weights)
    for name, value in zip(("intercept", *Evidence._fields), coefficients, strict=True):
        print(f"{name:<12}{value:6.2f}")


def gather(passwords: Passwords, seed: int = 0) -> tuple[Matrix, Matrix, Matrix]:
    """What the scorer sees in all trials: its evidence, whether each is genuine, and how much each counts."""
    parts = []
    for enrolled, attempts, is_genuine in _trials(passwords, np.random.default_rng(seed)):
        evidence = np.array([weigh(enrolled, attempt) for attempt in attempts])
        parts.append((evidence, np.full(len(attempts), is_genuine), np.full(len(attempts), 1 / len(attempts))))
    evidence, genuine, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    return evidence, genuine.astype(float), weights


def _trials(passwords: Passwords, random: np.random.Generator) -> Iterator[tuple[list[Vector], list[Vector], bool]]:
    practised = [[to_vector(row) for row in own] for own in passwords[:, 4 * PER_SESSION :]]
    for person, own in enumerate(practised):
        others = practised[:person] + practised[person + 1 :]
        for first in (0, PER_SESSION, 2 * PER_SESSION):
            impostors = [other[index] for other in others for index in random.choice(len(other), 5, replace=False)]
            for count in COUNTS:
                enrolled = own[first : first + count]
                yield enrolled, own[first + count :], True
                yield enrolled, impostors, False


def fit_logistic(evidence: Matrix, genuine: Matrix, weights: Matrix) -> list[float]:
    """Logistic regression by Newton's method, with a small ridge on all but the intercept, which comes first."""
    columns = np.column_stack([np.ones(len(evidence)), evidence])
    ridge = RIDGE * weights.sum() * np.diag([0.0] + [1.0] * evidence.shape[1])
    coefficients = np.zeros(columns.shape[1])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-columns @ coefficients))
        gradient = columns.T @ (weights * (likely - genuine)) + ridge @ coefficients
        curvature = (columns.T * (weights * likely * (1 - likely))) @ columns + ridge
        coefficients -= np.linalg.solve(curvature, gradient)
    return [float(value) for value in coefficients]


if __name__ == "__main__":
    main()
