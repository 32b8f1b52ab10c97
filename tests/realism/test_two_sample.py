"""The two-sample tests and their synthetic people, on small populations and without human data."""

import pytest

from pytest_keyauth.keystrokes.performance import Press

from .cmu import Passwords
from .distinct import count_anytext_errors, count_password_errors
from .emulated_password import EmulatedProfile
from .password_protocols import measure_killourhy_maxion, scaled_manhattan
from .synthetic import to_strokes, type_naive_passwords, type_passwords
from .two_sample import compare_passwords


@pytest.fixture(scope="module")
def realistic() -> Passwords:
    return type_passwords(16, 0)


@pytest.mark.slow
def test_naive_people_are_found_out(realistic: Passwords) -> None:
    naive = type_naive_passwords(realistic, 16, 1)
    assert compare_passwords(realistic, naive, "forest", each=10, trees=40) >= 0.9


@pytest.mark.slow
def test_realistic_people_are_like_other_realistic_people(realistic: Passwords) -> None:
    assert 0.3 <= compare_passwords(realistic[:8], realistic[8:], "forest", each=10, trees=40) <= 0.7


@pytest.mark.slow
def test_scaled_manhattan_errs_on_realistic_people_and_the_emulator_errs_less(realistic: Passwords) -> None:
    control = measure_killourhy_maxion(realistic, scaled_manhattan).average_eer
    assert 0.05 <= control <= 0.15
    assert measure_killourhy_maxion(realistic, EmulatedProfile).average_eer < control


@pytest.mark.slow
def test_distinct_people_are_never_refused_nor_taken_for_each_other() -> None:
    assert count_anytext_errors(casts=2) == (0, 0)
    assert count_password_errors(casts=2) == (0, 0)


def test_shift_is_held_for_the_keys_that_went_down_before_it_came_up() -> None:
    strokes = to_strokes([Press("16", 0, 90), Press("84", 50, 120), Press("72", 130, 200)])
    assert [(stroke.key, stroke.held) for stroke in strokes] == [("84", ("RSHIFT",)), ("72", ())]
