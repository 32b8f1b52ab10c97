"""The protocols, tried on persons whose every time says whose it is, and of which repetition."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from .cmu import Passwords, alternate_persons
from .password_protocols import (
    ErrorRates,
    equal_error_rate,
    measure_adaptation,
    measure_few_samples,
    measure_killourhy_maxion,
    scaled_manhattan,
)

PERSONS, REPETITIONS, TIMES = 4, 400, 4
NUMBERED: Passwords = np.add.outer(1000.0 * np.arange(PERSONS), np.arange(REPETITIONS))[..., None].repeat(TIMES, axis=2)


@dataclass
class Diary:
    """A profile that accepts its own person alone, and notes what it is asked."""

    enrolled: list[int]
    scored: list[int] = field(default_factory=list)
    adapted: list[int] = field(default_factory=list)

    def score(self, recording: Passwords) -> float:
        self.scored.append(int(recording[0]))
        return 100.0 if recording[0] // 1000 == self.enrolled[0] // 1000 else 0.0

    def adapt(self, recording: Passwords) -> None:
        self.adapted.append(int(recording[0]))


@dataclass
class Shelf:
    """Enrols, and keeps the diaries."""

    diaries: list[Diary] = field(default_factory=list)

    def __call__(self, recordings: Passwords) -> Diary:
        self.diaries.append(Diary([int(recording[0]) for recording in recordings]))
        return self.diaries[-1]


# Error rates


def test_one_of_four_wrong_on_either_side_is_an_equal_error_rate_of_a_quarter() -> None:
    assert equal_error_rate(np.array([2.0, 5, 6, 7]), np.array([1.0, 1, 1, 4])) == pytest.approx(0.25)


def test_scores_that_are_all_the_same_are_wrong_every_other_time() -> None:
    assert equal_error_rate(np.zeros(7), np.zeros(5)) == pytest.approx(0.5)


@pytest.mark.parametrize(("genuine", "impostor", "expected"), [(2.0, 1.0, 0.0), (1.0, 2.0, 1.0)])
def test_scores_that_do_not_overlap_are_all_right_or_all_wrong(
    genuine: float, impostor: float, expected: float
) -> None:
    assert equal_error_rate(np.full(3, genuine), np.full(4, impostor)) == pytest.approx(expected)


def test_one_threshold_for_all_errs_where_each_person_alone_would_not() -> None:
    rates = ErrorRates.of([(np.array([90.0, 80]), np.array([60.0])), (np.array([55.0, 50]), np.array([40.0]))])
    assert (rates.average_eer, rates.sd) == (0, 0)
    assert rates.global_eer == pytest.approx(0.5)
    assert (rates.false_rejections, rates.false_acceptances) == (0, 0.5)


# Who is enrolled, and who tries


def test_killourhy_and_maxion_enrol_the_first_half_and_let_beginners_try() -> None:
    shelf = Shelf()
    assert measure_killourhy_maxion(NUMBERED, shelf).average_eer == 0
    second = shelf.diaries[1]
    assert second.enrolled == list(range(1000, 1200))
    beginners = [1000 * other + repetition for other in (0, 2, 3) for repetition in range(5)]
    assert second.scored == [*range(1200, 1400), *beginners]


def test_few_samples_are_practised_ones_on_both_sides() -> None:
    shelf = Shelf()
    assert measure_few_samples(NUMBERED, shelf, count=2).global_eer == 0
    assert [diary.enrolled for diary in shelf.diaries[:3]] == [[200, 201], [250, 251], [300, 301]]
    second_session = shelf.diaries[1].scored
    assert second_session[:148] == list(range(252, 400))
    impostors = second_session[148:]
    assert [number // 1000 for number in impostors] == [1] * 5 + [2] * 5 + [3] * 5
    assert min(number % 1000 for number in impostors) >= 200


def test_a_stream_adapts_to_what_was_accepted_while_one_attempt_in_four_is_an_impostors() -> None:
    shelf = Shelf()
    measure_adaptation(NUMBERED, shelf)
    for person, diary in enumerate(shelf.diaries):
        own = [number for number in diary.scored if number // 1000 == person]
        assert diary.enrolled == [1000 * person, 1000 * person + 1, 1000 * person + 2]
        assert own == diary.adapted == list(range(1000 * person + 3, 1000 * person + 400))
    impostors = sum(len(diary.scored) - len(diary.adapted) for diary in shelf.diaries)
    assert impostors / sum(len(diary.scored) for diary in shelf.diaries) == pytest.approx(0.25, abs=0.03)


def test_the_same_seed_chooses_the_same_impostors() -> None:
    shelves = Shelf(), Shelf(), Shelf()
    for shelf, seed in zip(shelves, (0, 0, 1), strict=True):
        measure_few_samples(NUMBERED, shelf, seed=seed)
    assert shelves[0] == shelves[1] != shelves[2]


# The control, and halves


def test_the_control_is_the_farther_the_more_mean_absolute_deviations_a_time_is_from_its_mean() -> None:
    """Means 2 and 30, mean absolute deviations 1 and 10."""
    profile = scaled_manhattan(np.array([[1.0, 20.0], [3.0, 40.0]]))
    assert profile.score(np.array([2.5, 10.0])) == pytest.approx(-(0.5 + 2.0))


def test_halves_share_nobody_and_leave_nobody_out() -> None:
    tuned_on, held_out = alternate_persons(NUMBERED[:3])
    assert tuned_on[:, 0, 0].tolist() == [0, 2000]
    assert held_out[:, 0, 0].tolist() == [1000]
