"""Keyboard layouts: which key writes which character, whether with shift, and which finger strikes it.

Keys are named as in the provider's samples: a decimal `KeyboardEvent.keyCode` (68 is D, 190 the full stop),
or one of the names RSHIFT, LSHIFT and SPACE. The document has no sample of an umlaut, and browsers disagree
about the codes of such keys: those here are of Windows (VK_OEM_1 and so on), which several browsers report.
Characters that need AltGr or a dead key (the German `@`, `€`, `é`) are on no key here.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

__all__ = ["GERMAN", "US", "Layout", "Stroke", "UntypeableCharacterError"]

Kind = Literal["letter", "space", "shift", "other"]


class Stroke(NamedTuple):
    """One key to strike. Fingers are numbered from 0, the left little finger, to 9; the thumbs share 4.

    `shift` is the shift key that has to be held for the wanted character, None where none has to.
    """

    key: str
    kind: Kind
    finger: int
    shift: str | None = None

    @property
    def left_hand(self) -> bool:
        """Whether a finger of the left hand strikes it."""
        return self.finger < 4


SHIFTS: Mapping[str, Stroke] = {
    "LSHIFT": Stroke("LSHIFT", "shift", 0),
    "RSHIFT": Stroke("RSHIFT", "shift", 9),
}


class UntypeableCharacterError(ValueError):
    """A character that no key of the layout writes, and its 0-based position in the text."""

    def __init__(self, character: str, position: int, layout: str) -> None:
        """`layout` is the layout's name."""
        super().__init__(character, position, layout)
        self.character = character
        self.position = position
        self.layout = layout

    def __str__(self) -> str:
        """One line for people; the code point tells apart what looks alike or cannot be seen."""
        name = unicodedata.name(self.character, "no printable character")
        return (
            f"the {self.layout} layout cannot type {self.character!r} (U+{ord(self.character):04X} {name}) "
            f"at position {self.position} of the text (from 0); it has letters, digits, space and common punctuation"
        )


@dataclass(frozen=True)
class Layout:
    """A keyboard layout. Two of the same name are equal, so a name must not be used for two."""

    name: str
    _strokes: Mapping[str, Stroke] = field(repr=False, compare=False)

    @property
    def characters(self) -> str:
        """All characters that the layout types."""
        return "".join(self._strokes)

    def find(self, character: str) -> Stroke | None:
        """The stroke that writes one character; None where there is none."""
        return self._strokes.get(character)

    def strokes(self, text: str) -> list[Stroke]:
        """The strokes that write a text, one per character. Raises UntypeableCharacterError."""
        strokes = []
        for position, character in enumerate(text):
            stroke = self._strokes.get(character)
            if stroke is None:
                raise UntypeableCharacterError(character, position, self.name)
            strokes.append(stroke)
        return strokes


def _layout(name: str, rows: list[tuple[str, str, str]], codes: Mapping[str, int]) -> Layout:
    """Build a layout from rows of (finger of each key, its character, its character with shift).

    `codes` has the keys that are neither letters nor digits, by the character without shift.
    """
    strokes = {" ": Stroke("SPACE", "space", 4)}
    for fingers, plain, shifted in rows:
        for finger, lower, upper in zip(fingers, plain, shifted, strict=True):
            kind: Kind = "letter" if lower.isalpha() and upper.isalpha() else "other"
            key = str(codes.get(lower) or ord(lower.upper()))
            # The other hand holds shift, as in the document's samples (RSHIFT for D, LSHIFT for L).
            shift = "RSHIFT" if int(finger) < 4 else "LSHIFT"
            strokes[lower] = Stroke(key, kind, int(finger))
            strokes[upper] = Stroke(key, kind, int(finger), shift)
    return Layout(name, strokes)


GERMAN = _layout(
    "German",
    [
        ("01233667899", "1234567890ß", '!"§$%&/()=?'),
        ("012336678999", "qwertzuiopü+", "QWERTZUIOPÜ*"),
        ("012336678999", "asdfghjklöä#", "ASDFGHJKLÖÄ'"),
        ("00123366789", "<yxcvbnm,.-", ">YXCVBNM;:_"),
    ],
    {"ß": 219, "ü": 186, "+": 187, "ö": 192, "ä": 222, "#": 191, "<": 226, ",": 188, ".": 190, "-": 189},
)

US = _layout(
    "US",
    [
        ("0012336678999", "`1234567890-=", "~!@#$%^&*()_+"),
        ("0123366789999", "qwertyuiop[]\\", "QWERTYUIOP{}|"),
        ("01233667899", "asdfghjkl;'", 'ASDFGHJKL:"'),
        ("0123366789", "zxcvbnm,./", "ZXCVBNM<>?"),
    ],
    {
        "`": 192,
        "-": 189,
        "=": 187,
        "[": 219,
        "]": 221,
        "\\": 220,
        ";": 186,
        "'": 222,
        ",": 188,
        ".": 190,
        "/": 191,
    },
)
