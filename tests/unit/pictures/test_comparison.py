from math import log, sqrt

import pytest

from pytest_keyauth.keystrokes.grammar import parse
from pytest_keyauth.pictures import Comparison, compare, trace

HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"


def comparison(first: str, second: str) -> Comparison:
    return compare(trace(parse(HEADER + first)), trace(parse(HEADER + second)))


# A 0-100, B 200-300; and with every key held twice as long, A 0-200, B 200-400.
SHORT = "|5d65|100u65|100d66|100u66"
LONG = "|5d65|200u65|0d66|200u66"


def test_keys_and_digraphs_that_both_typed_are_compared() -> None:
    # The second types C too, and A twice: 0-90 and 400-440. Their geometric mean is 60.
    compared = comparison(SHORT, "|0d65|90u65|10d66|50u66|50d67|50u67|150d65|40u65")
    assert [(contrast.keys, contrast.first_ms, contrast.second_ms) for contrast in compared.dwells] == [
        (("65",), (100,), (90, 40)),
        (("66",), (100,), (50,)),
    ]
    assert compared.dwells[0].means_ms == pytest.approx((100, 60))
    assert [(contrast.keys, contrast.first_ms, contrast.second_ms) for contrast in compared.intervals] == [
        (("65", "66"), (200,), (100,))
    ]
    assert compared.interval_ratio == pytest.approx(0.5)


def test_the_distance_is_in_units_of_what_chance_does_to_one_person() -> None:
    compared = comparison(SHORT, LONG)
    assert compared.dwell_ratio == pytest.approx(2)
    assert compared.interval_ratio == pytest.approx(1)
    # Two keys differ by ln 2, one digraph by nothing. Chance: sd 0.247 for each of two single strokes.
    expected = sqrt((2 * (log(2) / (0.247 * sqrt(2))) ** 2 + 0) / 3)
    assert compared.distance == pytest.approx(expected)
    assert expected == pytest.approx(1.62, abs=0.005)


def test_it_is_said_in_plain_words() -> None:
    assert comparison(SHORT, LONG).describe("Alma", "Bruno") == [
        "Bruno holds the same key 2.00 times as long as Alma (2 keys in common).",
        "Both are equally fast (1 digraph in common).",
        "Far apart: 1.6 times the distance of one person's two recordings.",
    ]
    assert comparison(LONG, SHORT).describe("Alma", "Bruno")[0].startswith("Alma holds the same key 2.00 times")


def test_who_types_the_same_cannot_be_told_apart() -> None:
    *_, verdict = comparison(SHORT, SHORT).describe("Alma", "Bruno")
    assert verdict == "Not to be told apart by this: 0.0 times the distance of one person's two recordings."


def test_between_the_two_bounds_it_is_somewhat() -> None:
    # 170 for 100 ms: ln 1.7 = 0.531, by chance 0.349; two of that and a nothing make 1.24.
    *_, verdict = comparison(SHORT, "|5d65|170u65|30d66|170u66").describe("Alma", "Bruno")
    assert verdict == "Somewhat apart: 1.2 times the distance of one person's two recordings."


@pytest.mark.parametrize("other", ["", "|5d67|90u67", "|5dI0|90uI0", "|5dRSHIFT|80uRSHIFT"])
def test_without_a_common_key_there_is_nothing_to_compare(other: str) -> None:
    compared = comparison("|5dRSHIFT|10d65|80u65|10uRSHIFT", other)
    assert (compared.distance, compared.dwell_ratio, compared.interval_ratio) == (None, None, None)
    assert compared.describe("A", "B") == ["No key was typed by both, so there is nothing to compare."]


def test_a_dwell_of_nothing_counts_as_a_millisecond() -> None:
    assert comparison("|5d65|0u65", "|5d65|1u65").distance == 0
