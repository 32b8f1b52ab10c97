"""Secrets of which somebody has cut out the middle: pytest shows the beginning and the end of a long value."""

import re
from collections.abc import Iterable, Iterator

__all__ = ["scrub_cut"]

_CUT = re.compile(r"\.\.\.|…")

#: What is shorter stands in innocent texts by accident.
SHORTEST_PIECE = 6


def scrub_cut(text: str, secrets: Iterable[tuple[str, str]]) -> str:
    """Replace the two pieces of a secret around each cut.

    :param secrets: values with what stands in their places.
    """
    if _CUT.search(text) is None:
        return text
    known = [(value, placeholder) for value, placeholder in secrets if len(value) > SHORTEST_PIECE]
    return "".join(_scrub_around(text, known))


def _scrub_around(text: str, secrets: list[tuple[str, str]]) -> Iterator[str]:
    at = 0
    for cut in _CUT.finditer(text):
        if cut.start() < at:
            continue
        before, after = text[at : cut.start()], text[cut.end() :]
        kept, beginning = _without_beginning(before, secrets)
        length, end = _length_of_end(after, secrets)
        yield f"{kept}{beginning}{cut[0]}{end}"
        at = cut.end() + length
    yield text[at:]


def _without_beginning(before: str, secrets: list[tuple[str, str]]) -> tuple[str, str]:
    """What stands before a cut without the beginning of a secret, and what takes its place."""
    for value, placeholder in secrets:
        start = before.find(value[:SHORTEST_PIECE], max(0, len(before) - len(value)))
        while start >= 0:
            if value.startswith(before[start:]):
                return before[:start], placeholder
            start = before.find(value[:SHORTEST_PIECE], start + 1)
    return before, ""


def _length_of_end(after: str, secrets: list[tuple[str, str]]) -> tuple[int, str]:
    """How much after a cut is the end of a secret, and what takes its place."""
    piece = after[:SHORTEST_PIECE]
    if len(piece) == SHORTEST_PIECE:
        for value, placeholder in secrets:
            start = value.find(piece)
            while start >= 0:
                if after.startswith(value[start:]):
                    return len(value) - start, placeholder
                start = value.find(piece, start + 1)
    return 0, ""
