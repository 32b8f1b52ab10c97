"""Slots: what AnyText scoring keeps apart. A dwell is kept by its key, a down-down time by its digraph.

A letter is held for another time before a letter of the same hand than before one of the other hand, so that its dwells
are kept by what follows, too. Each slot is of a class, which says how long it takes anybody, and how much people, slots
and repetitions differ there. All classes of hands are there twice, for the left hand and for the right one.

The constants are rounded variance components, in natural logarithms of milliseconds, of public typing data (Dhakal,
Feit, Kristensson, Oulasvirta: *Observations on Typing from 136 Million Keystrokes*, CHI 2018), of every second person.

A slot's number is its class and its keys, and all that a profile says of what was typed. Numbers are bounded, whatever
is typed: keys that no keyboard of ours has share some numbers.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from math import log
from zlib import crc32

__all__ = [
    "BACKSPACE_KEYS",
    "CLASSES",
    "CLASS_SHIFT",
    "KINDS",
    "SHIFT_KEYS",
    "Kind",
    "Slot",
    "SlotClass",
    "dwell_slot",
    "interval_slot",
]

SHIFT_KEYS = frozenset({"RSHIFT", "LSHIFT", "SHIFT", "16"})
SPACE_KEYS = frozenset({"SPACE", "32"})
BACKSPACE_KEYS = frozenset({"BACKSPACE", "8"})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of timing: its mean, how much people's levels vary, which times count, and how far one value goes."""

    mean: float
    person_variance: float
    shortest_ms: int
    longest_ms: int
    clip: float


DWELL = Kind(4.65, 0.19**2, 15, 800, 0.7)
INTERVAL = Kind(5.23, 0.31**2, 15, 1500, 1.2)
KINDS = (DWELL, INTERVAL)


@dataclass(frozen=True, slots=True)
class SlotClass:
    """What is common to some slots.

    ``offset`` is how much longer they take anybody than the kind's mean; the variances are those of a person's own mean
    in the class, of a slot's mean within that, and of single times.
    """

    kind: int
    offset: float
    person_variance: float
    slot_variance: float
    noise_variance: float


#: Offset, and the standard deviations of the person's mean, the slot's mean, and single times.
_DWELL_CLASSES = {
    "a letter, then the other hand": (-0.01, 0.085, 0.09, 0.205),
    "a letter, then the same hand": (0.03, 0.11, 0.125, 0.24),
    "a letter, then the same finger": (-0.10, 0.12, 0.10, 0.235),
    "a letter, then the same key": (-0.32, 0.16, 0.05, 0.245),
    "a letter, then space": (0.0, 0.115, 0.095, 0.20),
    "a letter, then backspace": (-0.15, 0.155, 0.12, 0.36),
    "a letter, then another key": (-0.06, 0.14, 0.07, 0.28),
    "space": (-0.01, 0.13, 0.05, 0.19),
    "backspace": (-0.28, 0.16, 0.05, 0.29),
    "shift": (0.90, 0.33, 0.30, 0.35),
    "another key": (-0.10, 0.16, 0.23, 0.24),
}
_INTERVAL_CLASSES = {
    "a letter, then the other hand": (-0.17, 0.075, 0.21, 0.44),
    "a letter, then the same hand": (-0.06, 0.11, 0.245, 0.38),
    "a letter, then the same finger": (0.135, 0.17, 0.21, 0.33),
    "a letter, then the same key": (-0.13, 0.28, 0.10, 0.27),
    "a letter, then space": (-0.18, 0.18, 0.14, 0.39),
    "a letter, then punctuation": (0.62, 0.305, 0.225, 0.47),
    "space, then a letter": (0.265, 0.225, 0.15, 0.465),
    "punctuation, then space": (-0.04, 0.24, 0.10, 0.32),
    "backspace, then a letter": (0.28, 0.255, 0.37, 0.55),
    "backspace again": (-0.115, 0.25, 0.10, 0.36),
    "to backspace": (0.895, 0.20, 0.05, 0.35),
    "shift, then a letter": (-0.035, 0.32, 0.19, 0.475),
    "to shift": (0.37, 0.285, 0.33, 0.515),
    "other keys": (0.27, 0.28, 0.51, 0.455),
}
_TABLES = (_DWELL_CLASSES, _INTERVAL_CLASSES)

#: By number. The order is part of the format of stored profiles.
CLASSES = tuple(
    SlotClass(kind, offset, person**2, slot**2, noise**2)
    for kind, table in enumerate(_TABLES)
    for offset, person, slot, noise in table.values()
    for _hand in ("left", "right")
)
_NUMBER = {(kind, name): 2 * row for row, (kind, name) in enumerate((k, n) for k, t in enumerate(_TABLES) for n in t)}

#: A slot's number is class, first key, second key (0 for a dwell), in 6, 9 and 9 bits.
_KEY_BITS = 9
CLASS_SHIFT = 2 * _KEY_BITS

_FINGERS_LEFT_TO_RIGHT = ("QAZ", "WSX", "EDC", "RFVTGB", "YHNUJM", "IK", "OL", "P")
_FINGER = {ord(letter): finger for finger, letters in enumerate(_FINGERS_LEFT_TO_RIGHT) for letter in letters}
_PUNCTUATION = frozenset({59, *range(186, 193), *range(219, 223)})
_SPACE, _BACKSPACE = 32, 8
_NAMED_KEYS = {
    "SPACE": _SPACE,
    "BACKSPACE": _BACKSPACE,
    "SHIFT": 16,
    "TAB": 9,
    "ENTER": 13,
    "RSHIFT": 256,
    "LSHIFT": 257,
}
_SHIFTS = frozenset({16, 256, 257})
_CODES, _FIRST_SHARED = 256, 258


def _number_key(key: str) -> int:
    """The number of a key, below 512: codes stand for themselves, and keys that nobody knows share some numbers."""
    if key in _NAMED_KEYS:
        return _NAMED_KEYS[key]
    if len(key) <= 3 and key.isdigit() and int(key) < _CODES:
        return int(key)
    return _FIRST_SHARED + crc32(key.encode()) % ((1 << _KEY_BITS) - _FIRST_SHARED)


def _group(key: int) -> str:
    if key in _FINGER:
        return "letter"
    if key in _SHIFTS:
        return "shift"
    return {_SPACE: "space", _BACKSPACE: "backspace"}.get(key, "punctuation" if key in _PUNCTUATION else "other")


def _hand(key: int) -> int:
    """0 for a letter of the left hand, 1 for one of the right."""
    return int(_FINGER[key] >= 4)


def _next_letter(first: int, second: int) -> str:
    """The name of the class of a letter that another letter follows."""
    if first == second:
        return "a letter, then the same key"
    if _FINGER[first] == _FINGER[second]:
        return "a letter, then the same finger"
    return f"a letter, then the {'same' if _hand(first) == _hand(second) else 'other'} hand"


def _classify_dwell(key: int, follower: int | None) -> int:
    group = _group(key)
    if group != "letter":
        return _NUMBER[0, group if group in _DWELL_CLASSES else "another key"]
    after = "other" if follower is None else _group(follower)
    if follower is not None and after == "letter":
        return _NUMBER[0, _next_letter(key, follower)] + _hand(key)
    return _NUMBER[0, f"a letter, then {after if after in ('space', 'backspace') else 'another key'}"] + _hand(key)


def _classify_interval(first: int, second: int) -> int:
    groups = _group(first), _group(second)
    if groups == ("letter", "letter"):
        name = _next_letter(first, second)
    else:
        name = _PAIRS.get(groups) or _SECOND_KEYS.get(groups[1], "other keys")
    if name in _OF_FIRST_HAND:
        return _NUMBER[1, name] + _hand(first)
    return _NUMBER[1, name] + (_hand(second) if name == "space, then a letter" else 0)


_PAIRS = {
    ("letter", "space"): "a letter, then space",
    ("letter", "punctuation"): "a letter, then punctuation",
    ("space", "letter"): "space, then a letter",
    ("punctuation", "space"): "punctuation, then space",
    ("backspace", "letter"): "backspace, then a letter",
    ("backspace", "backspace"): "backspace again",
    ("shift", "letter"): "shift, then a letter",
}
_SECOND_KEYS = {"backspace": "to backspace", "shift": "to shift"}
#: The others are alike for both hands.
_OF_FIRST_HAND = {"a letter, then the other hand", "a letter, then the same hand", "a letter, then space"}


Table = tuple[float | None, ...]
"""By time in ms: the logarithm less what is usual, clipped; None where the time is too short to be true."""

Slot = tuple[int, Table]
"""A slot's number, and what its times say."""


@cache
def _table(number: int) -> Table:
    """There are 50 classes, so that this is bounded."""
    slot_class = CLASSES[number]
    kind = KINDS[slot_class.kind]
    too_short: Table = (None,) * kind.shortest_ms
    times = range(kind.shortest_ms, kind.longest_ms + 1)
    clip, middle = kind.clip, kind.mean + slot_class.offset
    return (*too_short, *(max(-clip, min(clip, log(time_ms) - middle)) for time_ms in times))


# Bounded, since hostile samples can name any key.
@lru_cache(maxsize=8192)
def dwell_slot(key: str, follower: str) -> Slot:
    """The slot of a key's dwell; ``follower`` is the key that went down next, "" where none did."""
    number = _number_key(key)
    slot_class = _classify_dwell(number, _number_key(follower) if follower else None)
    return slot_class << CLASS_SHIFT | number << _KEY_BITS, _table(slot_class)


@lru_cache(maxsize=8192)
def interval_slot(first: str, second: str) -> Slot:
    """The slot of the time from one key down to the next."""
    first_number, second_number = _number_key(first), _number_key(second)
    slot_class = _classify_interval(first_number, second_number)
    return slot_class << CLASS_SHIFT | first_number << _KEY_BITS | second_number, _table(slot_class)
