"""One act of typing, key by key: what each key writes and when it goes down and comes up, beside what is recorded."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pytest_keyauth.keystrokes.keyboard import HELD, Layout, Stroke
from pytest_keyauth.keystrokes.performance import Press

__all__ = ["Act", "KeyPress", "spell", "writings"]


class KeyPress(NamedTuple):
    r"""One key down and up again, in ms from when typing could begin.

    `writes` is what it leaves in the field: nothing for a key that is held, or a dead one before its letter; "\b" for
    the backspace key.
    """

    key: str
    writes: str
    down_ms: float
    up_ms: float


@dataclass(frozen=True, slots=True)
class Act:
    """One person types one text: `presses` in the order in which keys go down, `sample` is what is recorded."""

    sample: str
    presses: tuple[KeyPress, ...]

    @classmethod
    def of(cls, sample: str, writes: Sequence[str], presses: Sequence[Press], first_ms: float) -> "Act":
        """Put together what each key writes, and its times, of which the first is `first_ms` after the beginning."""
        rows = zip(writes, presses, strict=True)
        keys = [KeyPress(key, written, first_ms + down, first_ms + up) for written, (key, down, up) in rows]
        return cls(sample, tuple(keys))


def spell(text: str, layout: Layout) -> list[tuple[Stroke, str]]:
    """The strokes that write a text, each with what it writes: of a dead key and its letter, the letter does.

    Raises UntypeableCharacterError, as `Layout.strokes`.
    """
    layout.strokes(text)  # it says where in the text something cannot be typed
    return list(_spell(text, layout))


def _spell(text: str, layout: Layout) -> Iterator[tuple[Stroke, str]]:
    for character in unicodedata.normalize("NFC", text):
        *dead, last = layout.find(character) or ()
        yield from ((stroke, "") for stroke in dead)
        yield last, character


def writings(struck: Sequence[Stroke], spelled: Sequence[tuple[Stroke, str]]) -> list[str]:
    """What each key writes once those that are held are put between the others: they write nothing."""
    written = iter(spelled)
    return ["" if stroke.key in HELD else next(written)[1] for stroke in struck]
