"""Texts of strangers made fit to be shown: nothing invisible, nothing that turns the writing around, not too long."""

import unicodedata

__all__ = ["shorten", "show", "show_line"]

# Controls, format characters (zero width, direction), lone surrogates, private use, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def show(text: str) -> str:
    r"""A text in which everything can be seen: what has no shape is written as its escape (``\u202e``).

    Newlines and tabs stay; a carriage return before a newline goes.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(character if _is_seen(character) else _escape(character) for character in text)


def show_line(text: str) -> str:
    """The same in one line, with each run of white space as one space."""
    return " ".join(show(text).split())


def shorten(text: str, length: int) -> str:
    """A text of at most that many characters, and how many there are beyond."""
    rest = len(text) - length
    return text if rest <= 0 else f"{text[:length]}… ({rest:,} more characters)"


def _is_seen(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in _UNSEEN


def _escape(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
