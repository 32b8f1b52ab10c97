"""Pieces of HTML in which a stranger's text stays a text."""

from collections.abc import Iterable
from html import escape

from pytest_keyauth.reports.sentences import SYMBOLS
from pytest_keyauth.reports.texts import shorten, show, show_line
from pytest_keyauth.verdicts import Verdict, Word

__all__ = ["anchor", "badge", "element", "join", "symbol", "text", "text_lines"]

LONGEST_TEXT = 2_000


def text(value: str) -> str:
    """A text within a line, cut where it is very long; also for an attribute."""
    return escape(show_line(shorten(value, LONGEST_TEXT)))


def text_lines(value: str) -> str:
    """A text of several lines."""
    return escape(show(value))


def element(tag: str, content: str, **attributes: str) -> str:
    """An element around HTML; its attributes are texts (``class_`` is ``class``)."""
    told = "".join(f' {name.rstrip("_").replace("_", "-")}="{text(value)}"' for name, value in attributes.items())
    return f"<{tag}{told}>{content}</{tag}>"


def join(pieces: Iterable[str]) -> str:
    """Pieces one after the other, a line each."""
    return "\n".join(piece for piece in pieces if piece)


def symbol(word: Word) -> str:
    """A verdict's sign; nothing to a screen reader, for which the word stands beside it."""
    return f'<span class="symbol" aria-hidden="true">{SYMBOLS[word]}</span>'


def badge(word: Word) -> str:
    """A verdict's sign and word."""
    return f'<span class="badge {word}">{symbol(word)} {word}</span>'


def anchor(verdict: Verdict) -> str:
    """Where an outcome's entry is on the page."""
    return f"outcome-{verdict.outcome.name}"
