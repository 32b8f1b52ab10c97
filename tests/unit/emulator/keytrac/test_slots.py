from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keytrac.slots import CLASS_SHIFT, CLASSES, KINDS, dwell_slot, interval_slot

#: What anybody needs (in ln ms), measured on public typing data: on average, and by how much more in each class.
DWELL, INTERVAL = 4.65, 5.23

DWELLS = {
    "a letter, then the other hand": ("68", "74", -0.01),
    "a letter, then the other hand, inner keys": ("71", "72", -0.01),
    "a letter, then the same hand": ("72", "80", 0.03),
    "a letter, then the same finger": ("70", "84", -0.10),
    "a letter, then the same key": ("68", "68", -0.32),
    "a letter, then space": ("68", "SPACE", 0.0),
    "a letter, then backspace": ("68", "8", -0.15),
    "a letter, then shift": ("68", "RSHIFT", -0.06),
    "a letter, then nothing": ("68", "", -0.06),
    "space": ("32", "68", -0.01),
    "backspace": ("BACKSPACE", "68", -0.28),
    "shift": ("LSHIFT", "68", 0.90),
    "shift by its code": ("16", "68", 0.90),
    "punctuation": ("190", "32", -0.10),
    "a digit": ("49", "68", -0.10),
    "a key of no keyboard": ("XYZ", "68", -0.10),
}
INTERVALS = {
    "the other hand": ("68", "74", -0.17),
    "the same hand, left": ("65", "71", -0.06),
    "the same hand, right": ("72", "80", -0.06),
    "the same finger": ("70", "84", 0.135),
    "the same finger, right": ("89", "77", 0.135),
    "the same key": ("68", "68", -0.13),
    "a letter, then space": ("68", "SPACE", -0.18),
    "a letter, then punctuation": ("68", "190", 0.62),
    "punctuation, then space": ("188", "32", -0.04),
    "space, then a letter": ("SPACE", "68", 0.265),
    "to backspace": ("68", "8", 0.895),
    "backspace again": ("8", "BACKSPACE", -0.115),
    "backspace, then a letter": ("8", "68", 0.28),
    "shift, then a letter": ("RSHIFT", "68", -0.035),
    "to shift": ("68", "LSHIFT", 0.37),
    "a digit": ("68", "49", 0.27),
    "a digit, then space": ("49", "32", 0.27),
    "a digit, then a letter": ("49", "68", 0.27),
    "space, then a digit": ("32", "49", 0.27),
}


@pytest.mark.parametrize(("key", "follower", "offset"), DWELLS.values(), ids=DWELLS)
def test_what_anybody_holds_longer_counts_as_less_long(key: str, follower: str, offset: float) -> None:
    _, residuals = dwell_slot(key, follower)
    assert residuals[150] == pytest.approx(log(150) - DWELL - offset)


@pytest.mark.parametrize(("first", "second", "offset"), INTERVALS.values(), ids=INTERVALS)
def test_what_takes_anybody_longer_counts_as_less_slow(first: str, second: str, offset: float) -> None:
    _, residuals = interval_slot(first, second)
    assert residuals[200] == pytest.approx(log(200) - INTERVAL - offset)


@pytest.mark.parametrize(
    ("first", "second"), [("65", "66"), ("65", "76"), ("65", "32"), ("68", "68"), ("69", "68")], ids="{}".format
)
def test_the_hands_are_kept_apart_where_a_hand_has_a_rhythm_of_its_own(first: str, second: str) -> None:
    """A to B, A to L, A to space: the mirrored strokes are of another class. To repeat a key or a finger is alike."""
    mirrored = {"65": "80", "66": "72", "76": "83", "32": "32", "68": "75", "69": "73"}
    left = interval_slot(first, second)[0] >> CLASS_SHIFT
    right = interval_slot(mirrored[first], mirrored[second])[0] >> CLASS_SHIFT
    assert (left != right) is (first == "65")
    held = dwell_slot(first, second)[0] >> CLASS_SHIFT, dwell_slot(mirrored[first], mirrored[second])[0] >> CLASS_SHIFT
    assert held[0] != held[1]


def test_a_key_has_one_slot_under_its_name_and_its_code() -> None:
    assert dwell_slot("SPACE", "68") == dwell_slot("32", "68")
    assert interval_slot("BACKSPACE", "SPACE") == interval_slot("8", "32")


def test_the_shift_keys_have_a_slot_each() -> None:
    assert len({dwell_slot(key, "68")[0] for key in ("LSHIFT", "RSHIFT", "SHIFT")}) == 3


def test_the_follower_of_a_key_that_is_no_letter_makes_no_difference() -> None:
    assert dwell_slot("32", "68")[0] == dwell_slot("32", "8")[0] == dwell_slot("32", "")[0]


def test_the_keys_of_a_keyboard_have_slots_of_their_own() -> None:
    keys = [str(code) for code in range(256)] + ["RSHIFT", "LSHIFT"]
    slots = [interval_slot(first, second)[0] for first in keys for second in keys]
    assert len(set(slots)) == len(slots)


key_names = st.integers(0, 99_999).map(str) | st.from_regex("[A-HJ-Z][A-Z0-9_]+", fullmatch=True)


@settings(max_examples=200, deadline=None)
@given(key_names, key_names)
def test_whatever_the_keys_are_called_the_numbers_are_bounded(first: str, second: str) -> None:
    for kind, (slot, residuals) in enumerate((dwell_slot(first, second), interval_slot(first, second))):
        assert 0 <= slot < 1 << 24
        slot_class = CLASSES[slot >> CLASS_SHIFT]
        assert slot_class.kind == kind
        assert len(residuals) == KINDS[kind].longest_ms + 1
