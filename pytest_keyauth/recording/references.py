"""References: what stands in a cassette in the place of a secret or an identifier.

``<user-id:2>`` is the second user's identifier, wherever it occurs; ``<token:1:base64>`` the first token, encoded.
In XML the brackets are escaped. What was never seen before, in a request that is to be replayed, has no number:
``<user-id:*>``.
"""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

__all__ = ["ENCODINGS", "REFERENCE", "Numbering", "is_reference", "kind_of", "replace_references"]

#: kind, number, encoding
REFERENCE = re.compile(r"(?:<|&lt;)([a-z][a-z-]*):([0-9]+|\*)(?::([a-z0-9]+))?(?:>|&gt;)")

ENCODINGS: Mapping[str, Callable[[str], str]] = {
    "base64": lambda value: b64encode(value.encode()).decode(),
    "base64url": lambda value: urlsafe_b64encode(value.encode()).decode(),
    "hex": lambda value: value.encode().hex(),
    "url": lambda value: quote(value, safe=""),
}


def is_reference(text: str) -> bool:
    """Whether a text is one reference and nothing else."""
    return REFERENCE.fullmatch(text) is not None


def kind_of(reference: str) -> str:
    """The kind of a reference."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"{reference!r} is no reference")
    return match[1]


def replace_references(text: str, replace: Callable[[str, str, str | None], str]) -> str:
    """Put something in the place of each reference: given its kind, its number (or ``*``) and its encoding."""
    return REFERENCE.sub(lambda match: replace(match[1], match[2], match[3]), text)


class Numbering:
    """Gives values their references, numbered by kind in the order in which they come. Shows none of the values."""

    def __init__(self) -> None:
        self._references: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"<Numbering: {len(self._references)} values>"

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The values with their references."""
        return iter(self._references.items())

    def find(self, value: str) -> str | None:
        """The reference of a value that was numbered."""
        return self._references.get(value)

    def number(self, kind: str, value: str) -> str:
        """The reference of a value: the one that it has, whatever its kind, or the next one of its kind."""
        known = self._references.get(value)
        if known is None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            known = self._references[value] = f"<{kind}:{self._counts[kind]}>"
        return known

    def set(self, reference: str, value: str) -> None:
        """Let a reference stand for a value."""
        self._references[value] = reference
