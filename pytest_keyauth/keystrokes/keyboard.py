"""Keyboard layouts: which keys write which character, what has to be held down for it, and whose finger strikes.

Keys are named as in the provider's samples: a decimal `KeyboardEvent.keyCode` (68 is D, 190 the full stop),
or one of the names RSHIFT, LSHIFT and SPACE. The document has no sample of an umlaut, and browsers disagree
about such keys: the codes here are the virtual-key codes of Windows (VK_OEM_1 and so on), as Chrome and Edge
report them there; Firefox has its own for some. The layouts themselves are in `layouts`.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pytest_keyauth.keystrokes.layouts import GERMAN, US

__all__ = ["GERMAN", "HELD", "US", "Layout", "Stroke", "UntypeableCharacterError"]

Kind = Literal["letter", "space", "shift", "backspace", "modifier", "other"]


class Stroke(NamedTuple):
    """One key to strike. Fingers are numbered from 0, the left little finger, to 9; the thumbs share 4.

    `held` names the keys that have to be down meanwhile, such as ("RSHIFT",), in the order in which they go down.
    """

    key: str
    kind: Kind
    finger: int
    held: tuple[str, ...] = ()

    @property
    def left_hand(self) -> bool:
        """Whether a finger of the left hand strikes it."""
        return self.finger < 4


SHIFTS: Mapping[str, Stroke] = {
    "LSHIFT": Stroke("LSHIFT", "shift", 0),
    "RSHIFT": Stroke("RSHIFT", "shift", 9),
}

# Windows reports AltGr as two keys that go down and up together, left control (17) and right alt (18).
ALTGR = ("17", "18")

HELD: Mapping[str, Stroke] = {**SHIFTS, **{key: Stroke(key, "modifier", 4) for key in ALTGR}}
"""The strokes of the keys that are held, by name: the shift keys, and the two that AltGr is."""

BACKSPACE = "\b"

_SPACE = Stroke("SPACE", "space", 4)
_WITHOUT_ROW = {
    " ": (_SPACE,),
    "\n": (Stroke("13", "other", 9),),
    "\t": (Stroke("9", "other", 0),),
    BACKSPACE: (Stroke("8", "backspace", 9),),
}

# The ten-finger chart, key by key from the left: the digits' row, the one below, the home row, the lowest.
_FINGERS = ("0012336678999", "0123366789999", "012336678999", "00123366789")
_DIGITS = "1234567890"  # in their row after one other key; they have these codes whatever is printed on them
_CODES = {"+": 187, "=": 187, ",": 188, "-": 189, ".": 190, "<": 226}  # the same on every layout
_NOTHING = "□"
_COMBINING = {"`": "\u0300", "´": "\u0301", "^": "\u0302", "~": "\u0303", "¨": "\u0308"}

# What people type for characters of typesetters and word processors, where Unicode's compatibility forms do not say.
_TYPED_INSTEAD = {
    **dict.fromkeys("‘’‚‛′‹›", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\r\u00ad\u200b\u200e\u2060\ufeff", ""),  # a line ends with \n alone
    "×": "x", "ß": "ss", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
}  # fmt: skip


class UntypeableCharacterError(ValueError):
    """A character that no keys of the layout write, and its 0-based position in the text as it was given.

    `instead` is what people type for it: "" where they leave it out, None where they do neither.
    """

    def __init__(self, character: str, position: int, layout: str, instead: str | None = None) -> None:
        """`layout` is the layout's name."""
        super().__init__(character, position, layout, instead)
        self.character = character
        self.position = position
        self.layout = layout
        self.instead = instead

    def __str__(self) -> str:
        """One line for people; the code point tells apart what looks alike or cannot be seen."""
        name = unicodedata.name(self.character, "no printable character")
        return (
            f"the {self.layout} layout cannot type {self.character!r} (U+{ord(self.character):04X} {name}) "
            f"at position {self.position} of the text (from 0); {self._advice}"
        )

    @property
    def _advice(self) -> str:
        if self.instead is None:
            return "its `characters` are all that it has; keystrokes.layouts has other layouts"
        return f"type {self.instead!r} instead" if self.instead else "leave it out"


@dataclass(frozen=True)
class Layout:
    r"""A keyboard layout. Two of the same name and language are equal, so these must not be used for two.

    `language` is a BCP 47 tag. `keys` are four rows, as printed on the keys: without shift, with shift, with AltGr,
    with both; □ is a key that writes nothing. `codes` are those of the keys that are neither letters nor digits nor
    in the same place of every layout, by the character without shift. `dead_keys` are the marks that write nothing
    until a letter follows, with the letters that may (a space gives the mark itself). Of a mark that is on two keys
    the first is dead: the French `^`, but not that with AltGr.

    Enter writes "\n", the tabulator "\t" (in a form they may do something else), and "\b" is typed with the
    backspace key. KeyTrac's emulator counts a dead key as a character of its own (assumed).
    """

    name: str
    language: str
    keys: str = field(repr=False, compare=False)
    codes: Mapping[str, int] = field(default_factory=dict, repr=False, compare=False)
    dead_keys: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def characters(self) -> str:
        """All characters that the layout types, composed ones too. The backspace is none: it writes nothing."""
        return "".join(character for character in self._strokes if character != BACKSPACE)

    @property
    def key_rows(self) -> list[list[str]]:
        """The keys of the four rows by their names in samples, from the left; "" for one that the keyboard lacks."""
        return [
            ["" if key == _NOTHING else str(self._code(number, column, key)) for column, key in enumerate(row[0])]
            for number, row in enumerate(self._rows)
        ]

    def find(self, character: str) -> tuple[Stroke, ...] | None:
        """The strokes that write one character (a dead key and a letter are two); None where there are none."""
        return self._strokes.get(character)

    def strokes(self, text: str) -> list[Stroke]:
        """The strokes that write a text, whether its accents are composed or not. Raises UntypeableCharacterError."""
        strokes: list[Stroke] = []
        for position, character in _compose(text):
            found = self._strokes.get(character)
            if found is None:
                raise UntypeableCharacterError(character, position, self.name, self._find_instead(character))
            strokes += found
        return strokes

    def neighbours(self, character: str) -> str:
        """What the keys to the left and right write with the same keys held; "" where there is nothing to hit."""
        return self._neighbours.get(character, "")

    def _find_instead(self, character: str) -> str | None:
        """What people type on this layout for a character that it does not have."""
        instead = _TYPED_INSTEAD.get(character)
        if instead is None:
            parts = unicodedata.normalize("NFKD", character)
            instead = "".join(part for part in parts if not unicodedata.combining(part)) or character
        return instead if all(part in self._strokes for part in instead) else None

    @cached_property
    def _strokes(self) -> dict[str, tuple[Stroke, ...]]:
        """How each character is written: with one key where that is possible, with as little held as possible."""
        strokes: dict[str, tuple[Stroke, ...]] = dict(_WITHOUT_ROW)
        dead: dict[str, Stroke] = {}
        for character, stroke in self._struck():
            if character in self.dead_keys and character not in dead:
                dead[character] = stroke
            else:
                strokes.setdefault(character, (stroke,))
        for mark, stroke in dead.items():
            strokes.setdefault(mark, (stroke, _SPACE))
            for letter in self.dead_keys[mark]:
                composed = unicodedata.normalize("NFC", letter + _COMBINING[mark])
                strokes.setdefault(composed, (stroke, *strokes[letter]))
        return strokes

    @cached_property
    def _neighbours(self) -> dict[str, str]:
        """Only keys beside: of the slips that hit a key next to the right one, seven in eight do.

        A dead key does not count, since it would change the next letter.
        """
        neighbours: dict[str, str] = {}
        for columns in chain.from_iterable(self._rows):
            for column, character in enumerate(columns):
                beside = columns[max(0, column - 1) : column] + columns[column + 1 : column + 2]
                written = [other for other in beside if len(self._strokes.get(other, ())) == 1]
                neighbours.setdefault(character, "".join(written))
        neighbours.pop(_NOTHING, None)
        return neighbours

    @property
    def _rows(self) -> list[list[str]]:
        return [line.split() for line in self.keys.split("\n") if line]

    def _struck(self) -> Iterator[tuple[str, Stroke]]:
        """Each character that is printed on a key, with its stroke; first come all without shift, then with it."""
        rows = self._rows
        for level in range(max(map(len, rows))):
            for number, row in enumerate(rows):
                for column, character in enumerate(row[level] if level < len(row) else ""):
                    if character != _NOTHING:
                        key = str(self._code(number, column, row[0][column]))
                        finger = int(_FINGERS[number][column])
                        yield character, Stroke(key, _kind(character), finger, _held(level, finger))

    def _code(self, row: int, column: int, character: str) -> int:
        """The code of the key that writes this character without shift."""
        if row == 0 and 1 <= column <= len(_DIGITS):
            return ord(_DIGITS[column - 1])
        return self.codes.get(character) or _CODES.get(character) or ord(character.upper())


def _kind(character: str) -> Kind:
    return "letter" if unicodedata.category(character) in {"Lu", "Ll"} else "other"


def _held(level: int, finger: int) -> tuple[str, ...]:
    """What is held for a key of that finger: at level 1 shift, at 2 AltGr, at 3 both."""
    # The other hand holds shift, as in the document's samples (RSHIFT for D, LSHIFT for L).
    shift = ("RSHIFT" if finger < 4 else "LSHIFT",) if level % 2 else ()
    return shift + (ALTGR if level >= 2 else ())


def _compose(text: str) -> Iterator[tuple[int, str]]:
    """The characters of a text in NFC, each with the position in the text where it begins."""
    if unicodedata.is_normalized("NFC", text):
        yield from enumerate(text)
        return
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        composed = unicodedata.normalize("NFC", text[start:end])
        yield start, composed[0]
        yield from enumerate(composed[1:], end - len(composed) + 1)  # marks that have no place in a composed character
        start = end


def __getattr__(name: str) -> object:
    """Import one of the two layouts that were here before there were others (PEP 562)."""
    if name not in {"GERMAN", "US"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pytest_keyauth.keystrokes import layouts

    return getattr(layouts, name)
