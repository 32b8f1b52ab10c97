from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from pytest_keyauth.emulator.keytrac.timing import Timing


@pytest.fixture
def protocols(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import anytext_protocols

    return anytext_protocols


@pytest.mark.parametrize(
    ("genuine", "impostor", "expected"),
    [
        ([5, 6], [1, 2, 3], 0),
        ([3, 4, 5, 6], [1, 2, 3, 4], 0.25),  # from 4 on: one of four is refused, one of four accepted
        ([1, 2], [3, 4], 1),
        ([1, 1], [1, 1], 0.5),
        ([2, 3], [1, 1, 2, 3], 1 / 3),  # from 2 on 0 and 2/4, from 3 on 1/2 and 1/4: between them they cross
    ],
)
def test_the_equal_error_rate_is_where_the_two_rates_cross(
    protocols: ModuleType, genuine: list[float], impostor: list[float], expected: float
) -> None:
    assert protocols.equal_error_rate(genuine, impostor) == pytest.approx(expected)


#: Four people with five recordings each, which say of whom and which they are.
PEOPLE = [[Timing([], [(f"person {person}", number)]) for number in range(5)] for person in range(4)]


def owner(timing: Timing) -> str:
    return timing.dwells[0][0]


def test_everybody_is_tried_with_their_other_recordings_and_one_of_everybody_else(protocols: ModuleType) -> None:
    offered: list[tuple[str, str, int]] = []

    def scorer(enrolled: Sequence[Timing]) -> Callable[[Timing], float]:
        assert [timing.dwells[0][1] for timing in enrolled] == [0, 1]

        def score(attempt: Timing) -> float:
            offered.append((owner(enrolled[0]), owner(attempt), attempt.dwells[0][1]))
            return 90.0 if owner(attempt) == owner(enrolled[0]) else 49.4

        return score

    accuracy = protocols.measure_accuracy(PEOPLE, scorer, 2)
    assert accuracy == protocols.Accuracy(0.0, 0.0, 0.0, 0.0, 90.0, 49.4)
    for person in ("person 0", "person 1", "person 2", "person 3"):
        own = [number for target, typist, number in offered if target == typist == person]
        others = [typist for target, typist, _ in offered if target == person != typist]
        assert own == [2, 3, 4]
        assert sorted([*others, person]) == [f"person {number}" for number in range(4)]
    assert min(number for *_, number in offered) == 2


def test_rates_and_medians_are_those_of_rounded_and_of_exact_scores(protocols: ModuleType) -> None:
    """49.6 is accepted, since it is 50 for who asked: here for every impostor, and for no genuine attempt."""

    def scorer(enrolled: Sequence[Timing]) -> Callable[[Timing], float]:
        return lambda attempt: 20.0 if owner(attempt) == owner(enrolled[0]) else 49.6

    assert protocols.measure_accuracy(PEOPLE, scorer, 2) == protocols.Accuracy(1.0, 1.0, 1.0, 1.0, 20.0, 49.6)
