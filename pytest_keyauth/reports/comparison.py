"""Two answers line by line: what stayed, what went, what came."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from pytest_keyauth.findings import Answer
from pytest_keyauth.reports.texts import shorten, show

__all__ = ["Row", "Span", "compare_answers", "mark_changes", "write_answer"]

MOST_LINES = 400
LONGEST_LINE = 2_000

# Beyond that, words are not compared one by one: it takes the square of their number.
LONGEST_MARKED_LINE = 600

# Lines with less in common are no two versions of one line, and marks in them would be noise.
LEAST_LIKENESS = 0.4

_WORDS = re.compile(r"\w+|\s+|.")

Span = tuple[str, bool]
"""A piece of a line, and whether it is what changed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of both sides; None where a side has no such line."""

    expected: str | None
    actual: str | None

    @property
    def is_same(self) -> bool:
        """Whether nothing has changed here."""
        return self.expected == self.actual


def write_answer(answer: Answer) -> list[str]:
    """An answer as it is compared: status, media type, and the lines of the body."""
    head = [f"HTTP {show(answer.status)}"]
    if answer.media_type:
        head.append(f"content-type: {show(answer.media_type)}")
    lines = [*head, "", *show(answer.body).split("\n")] if answer.body else head
    cut = [shorten(line, LONGEST_LINE) for line in lines[:MOST_LINES]]
    return [*cut, f"… ({len(lines) - MOST_LINES:,} more lines)"] if len(lines) > MOST_LINES else cut


def compare_answers(expected: Answer, actual: Answer) -> list[Row]:
    """The documented answer beside the one that came."""
    return list(_pair(write_answer(expected), write_answer(actual)))


def _pair(expected: Sequence[str], actual: Sequence[str]) -> Iterator[Row]:
    matcher = SequenceMatcher(None, expected, actual, autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        for left, right in zip_longest(expected[start:end], actual[other_start:other_end]):
            yield Row(left, right)


def mark_changes(row: Row) -> tuple[list[Span], list[Span]]:
    """The pieces of both sides of a row, of which those that differ are marked."""
    left, right = row.expected or "", row.actual or ""
    if row.is_same or not left or not right or max(len(left), len(right)) > LONGEST_MARKED_LINE:
        return [(left, False)], [(right, False)]
    words, other_words = _WORDS.findall(left), _WORDS.findall(right)
    matcher = SequenceMatcher(None, words, other_words, autojunk=False)
    if matcher.ratio() < LEAST_LIKENESS:
        return [(left, False)], [(right, False)]
    before, after = [], []
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if end > start:
            before.append(("".join(words[start:end]), kind != "equal"))
        if other_end > other_start:
            after.append(("".join(other_words[other_start:other_end]), kind != "equal"))
    return before, after
