"""What people type when they mistype: slips of the finger, noticed a little later, deleted and typed again.

The kinds of slips and how soon they are noticed are rounded from what 389 people did who transcribed sentences
(Dhakal et al., CHI 2018): in their corrections, 55 % of the runs of backspaces are of one, 25 % of two, 10 % of
three, 5 % of four. Slips that nobody corrects are not made here, since the text would not be the one asked for.
A backspace key that is held down until it repeats is not made either.
"""

import unicodedata
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from pytest_keyauth.keystrokes.keyboard import BACKSPACE, Layout

__all__ = ["HIGHEST_RATE", "with_mistakes"]

HIGHEST_RATE = 0.3
"""The largest share of backspaces that can be asked for: nearly every other character is deleted again."""

_NOTICED = 0.65  # how likely it is after each character that the slip is seen now
_MOST_UNNOTICED = 3  # characters that follow the slip before it is seen
_DELETED_PER_SLIP = 1.6  # characters, on average, with the shares below

# Nobody goes back over these: they leave the line or the field, or delete themselves.
_BARRIERS = frozenset("\n\t" + BACKSPACE)


class _Slip(NamedTuple):
    """`typed` is written where the next `instead_of` characters of the text should have been."""

    typed: str
    instead_of: int


def with_mistakes(text: str, layout: Layout, random: Random, rate: float) -> str:
    r"""The text as a person types it who mistypes and corrects: wrong characters, and "\b" for each backspace.

    What is left when the backspaces have done their work is exactly the text, in NFC. `rate` is the expected share
    of backspaces among all keys but those that are held, 0 to 0.3; between people its median is 0.047 (log-normal,
    standard deviation of the logarithm 0.6). In short texts the share varies much, and there may be no slip at all.

    A slip may befall every character, the first and the retyped ones too, but none spans a line's end or a tab.
    Raises ValueError for a rate outside 0 to 0.3, UntypeableCharacterError for a character the layout does not have.
    """
    likelihood = _slip_likelihood(rate)
    layout.strokes(text)  # here and now the position of a character that cannot be typed is that in the text
    text = unicodedata.normalize("NFC", text)
    typed: list[str] = []
    for position, character in enumerate(text):
        while random.random() < likelihood:
            typed.append(_mistype(text, position, layout, random))
        typed.append(character)
    return "".join(typed)


def _slip_likelihood(rate: float) -> float:
    """How likely each attempt at a character is a slip, so that backspaces have this share of the keys.

    Of n characters with s slips each, and d deletions for a slip, n(1 + 2sd) keys are struck: the text, what is
    deleted, and the backspaces. So sd = rate / (1 - 2 rate); and a character is tried again after each slip.
    """
    if not 0 <= rate <= HIGHEST_RATE:  # also refuses "not a number"
        raise ValueError(f"nobody can type with a share of {rate!r} backspaces; the rate has to be 0 to {HIGHEST_RATE}")
    slips = rate / (1 - 2 * rate) / _DELETED_PER_SLIP
    return slips / (1 + slips)


def _mistype(text: str, position: int, layout: Layout, random: Random) -> str:
    """A slip at that position, what is typed until it is noticed, and its deletion. "" where no slip is possible."""
    if text[position] in _BARRIERS:
        return ""
    kinds = [(kind(text, position, layout, random), share) for kind, share in _KINDS]
    slips = [(slip, share) for slip, share in kinds if slip is not None]
    if not slips:
        return ""
    [(slip, _)] = random.choices(slips, [share for _, share in slips])
    unnoticed = 0 if slip.typed else 1  # an omission shows only when the next character is there
    while unnoticed < _MOST_UNNOTICED and random.random() >= _NOTICED:
        unnoticed += 1
    wrong = slip.typed + _line_from(text, position + slip.instead_of)[:unnoticed]
    return wrong + BACKSPACE * len(wrong)


def _line_from(text: str, start: int) -> str:
    """What can be typed from there on before a barrier, as far as a slip can reach."""
    line = text[start : start + _MOST_UNNOTICED + 1]
    for end, character in enumerate(line):
        if character in _BARRIERS:
            return line[:end]
    return line


def _substitute(text: str, position: int, layout: Layout, random: Random) -> _Slip | None:
    """A neighbouring key is struck instead."""
    neighbours = layout.neighbours(text[position])
    return _Slip(random.choice(neighbours), 1) if neighbours else None


def _insert(text: str, position: int, layout: Layout, random: Random) -> _Slip | None:
    """The finger hits a neighbouring key first, and then the right one."""
    neighbours = layout.neighbours(text[position])
    return _Slip(random.choice(neighbours), 0) if neighbours else None


def _double(text: str, position: int, layout: Layout, random: Random) -> _Slip | None:
    """The character before is struck twice."""
    before = text[position - 1 : position]
    return _Slip(before, 0) if before and before not in _BARRIERS else None


def _omit(text: str, position: int, layout: Layout, random: Random) -> _Slip | None:
    """The character is not struck at all."""
    return _Slip("", 1) if _line_from(text, position + 1) else None


def _transpose(text: str, position: int, layout: Layout, random: Random) -> _Slip | None:
    """Two characters are struck in the wrong order."""
    pair = _line_from(text, position)[:2]
    return _Slip(pair[::-1], 2) if len(set(pair)) == 2 else None


_Kind = Callable[[str, int, Layout, Random], _Slip | None]
_KINDS: tuple[tuple[_Kind, int], ...] = (  # with their shares in percent
    (_substitute, 40),
    (_omit, 25),
    (_insert, 22),
    (_transpose, 8),
    (_double, 5),
)
