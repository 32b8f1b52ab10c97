"""Choose the constants of realistic people by one half of the people of the public data, and print them.

    python -m tests.realism.fit_generator password|text [hold|interval]

One constant after the other is tried a step to either side, and kept where made-up people come nearer to the tuning
half. How far they are from it is, in text, the mean Kolmogorov-Smirnov distance of many measures; in passwords, how
well two classifiers tell them apart, and how far the error rate of scaled Manhattan is from that of human beings. The
held-out half is not read, and the seeds are none that figures are reported for. What is printed, rounded, stands in
``pytest_keyauth.keystrokes.population``.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from pytest_keyauth.keystrokes.population import REALISTIC, Aspect, Population, Task

from .aalto import AALTO_PATH, read_recordings
from .cmu import Passwords, alternate_persons, read_cmu
from .password_protocols import measure_killourhy_maxion, scaled_manhattan
from .sentences import Sentence, describe, read_presses
from .synthetic import type_passwords, type_sentences
from .two_sample import Model, compare_passwords

__all__ = ["choose", "main"]

SEEDS = range(100, 106)
EVERY = 3  # sentences from one that is looked at to the next
PASSES = 1
WEIGHT_OF_ERRORS = 0.1
MODELS: tuple[Model, ...] = ("forest", "boosting")

Values = NDArray[np.float64]
Path = tuple[str, ...]
"""Where a constant is: task, aspect, field, and the name in it if it is a table."""

_SHARES = (
    "habit",
    "noise",
    "noise_spread",
    "stretch",
    "shift",
    "sitting",
    "sitting_habit",
    "fluency",
    "practice",
    "practice_noise",
)
_TABLES = {"offsets": 0.04, "kind_spread": 0.05}  # the fields that are tables, with the step of their numbers


def main() -> None:
    """Choose and print what changed."""
    name, *aspects = sys.argv[1:]
    paths = [path for path in _find_constants(name) if path[1] in (aspects or ("hold", "interval"))]
    distance = {"password": _compare_passwords, "text": _compare_sentences}[name]()
    population = choose(REALISTIC, paths, distance)
    for path in paths:
        before, after = (_get(each, path) for each in (REALISTIC, population))
        if before != after:
            print(f"{' '.join(path):<50}{before:8.3f} -> {after:.3f}")


def choose(population: Population, paths: Sequence[Path], distance: Callable[[Population], float]) -> Population:
    """The population with each of the constants at the best of three values, tried in turn."""
    best = distance(population)
    print(f"{'now':<50}{best:.4f}")
    for _ in range(PASSES):
        for path in paths:
            for value in _beside(path, _get(population, path)):
                candidate = _set(population, path, value)
                if (tried := distance(candidate)) < best - 1e-4:
                    population, best = candidate, tried
                    print(f"{' '.join(path):<50}{best:.4f} at {value:.3f}", flush=True)
                    break
    return population


def _find_constants(name: str) -> Iterator[Path]:
    task: Task = getattr(REALISTIC, name)
    for aspect in ("hold", "interval"):
        numbers: Aspect = getattr(task, aspect)
        yield from ((name, aspect, field) for field in _SHARES if getattr(numbers, field))
        yield from ((name, aspect, field, key) for field in _TABLES for key in getattr(numbers, field))


def _beside(path: Path, value: float) -> tuple[float, float]:
    step = _TABLES.get(path[2], abs(value) * 0.12)
    return value - step, value + step


def _get(population: Population, path: Path) -> float:
    task, aspect, field, *key = path
    value = getattr(getattr(getattr(population, task), aspect), field)
    return float(value[key[0]] if key else value)


def _set(population: Population, path: Path, value: float) -> Population:
    """The population with that constant, under a name of its own, since what is known of people is kept by it."""
    task_name, aspect_name, field, *key = path
    task: Task = getattr(population, task_name)
    aspect: Aspect = getattr(task, aspect_name)
    table: Mapping[str, float] = getattr(aspect, field) if key else {}
    changed = replace(aspect, **{field: {**table, key[0]: value} if key else value})  # type: ignore[arg-type]
    name = f"{population.name} {path} {value}"
    return replace(population, name=name, **{task_name: replace(task, **{aspect_name: changed})})  # type: ignore[arg-type]


def _apart(ones: Values, others: Values) -> float:
    """The mean distance between the columns of two matrices; what could not be measured is left out."""
    columns = zip(ones.T, others.T, strict=True)
    return float(np.mean([ks_2samp(*(each[np.isfinite(each)] for each in pair)).statistic for pair in columns]))


def _compare_passwords() -> Callable[[Population], float]:
    human = alternate_persons(read_cmu())[0]
    return partial(_passwords_apart, human, measure_killourhy_maxion(human, scaled_manhattan).average_eer)


def _passwords_apart(human: Passwords, human_eer: float, population: Population) -> float:
    distances = []
    for seed in SEEDS:
        typed = type_passwords(len(human), seed, population=population)
        areas = [compare_passwords(human, typed, model, seed=seed) for model in MODELS]
        eer = measure_killourhy_maxion(typed, scaled_manhattan).average_eer
        distances.append(np.mean(areas) + WEIGHT_OF_ERRORS * abs(np.log(eer / human_eer)))
    return float(np.mean(distances))


def _compare_sentences() -> Callable[[Population], float]:
    people = [[read_presses(each) for each in person] for person in read_recordings(AALTO_PATH)[::2]]
    return partial(_sentences_apart, people, _measure_sentences(people))


def _sentences_apart(people: list[list[Sentence]], human: tuple[Values, Values], population: Population) -> float:
    recordings = type_sentences([person[::EVERY] for person in people], SEEDS[0], population)
    typed = _measure_sentences([[read_presses(each) for each in person] for person in recordings])
    return float(np.mean([_apart(*pair) for pair in zip(human, typed, strict=True)]))


def _measure_sentences(people: Sequence[Sequence[Sentence]]) -> tuple[Values, Values]:
    """Of single sentences, and of each person's mean over them."""
    described = [np.array([describe(sentence) for sentence in person]) for person in people]
    means = [np.nanmedian(person, axis=0) for person in described]
    return np.concatenate(described), np.array(means)


if __name__ == "__main__":
    main()
