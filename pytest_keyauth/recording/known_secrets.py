"""The secrets that a recording knows, found inside of longer texts in any of their encodings."""

import re
from collections.abc import Iterator

from pytest_keyauth.recording.references import ENCODINGS
from pytest_keyauth.recording.words import is_word, whole_word

__all__ = ["SHORTEST_SECRET", "KnownSecrets"]

#: A shorter text is found by its place only: it could stand in any word.
SHORTEST_SECRET = 6

FEW_FORMS = 200


class KnownSecrets:
    """Secrets with their references. Shows none of them."""

    def __init__(self) -> None:
        self._references: dict[str, str] = {}
        self._forms: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def __repr__(self) -> str:
        return f"<KnownSecrets: {len(self._references)}>"

    def add(self, value: str, reference: str) -> None:
        """Know one more; a text that is too short to be told from others is left out."""
        if len(value) >= SHORTEST_SECRET and value not in self._references:
            self._references[value] = reference
            self._forms, self._pattern = {}, None

    def of_kind(self, kind: str) -> dict[str, str]:
        """Those of one kind."""
        return {value: mark for value, mark in self._references.items() if mark.startswith(f"<{kind}:")}

    def are_in(self, text: str) -> bool:
        """Whether one of them stands in a text as it is."""
        return any(value in text and _stands_in(value, text) for value in self._references)

    def replace(self, text: str) -> str:
        """Put references in the place of all of them, encoded or not."""
        if not self._forms:
            self._forms = dict(self._encode())
        # Most texts hold none, and of few secrets that is found sooner than a pattern is compiled.
        if len(self._forms) <= FEW_FORMS and not any(form in text for form in self._forms):
            return text
        if self._pattern is None:
            self._pattern = re.compile("|".join(map(_pattern, sorted(self._forms, key=len, reverse=True))) or r"(?!)")
        return self._pattern.sub(lambda match: self._forms[match[0]], text)

    def _encode(self) -> Iterator[tuple[str, str]]:
        for value, reference in self._references.items():
            for encoding, encode in ENCODINGS.items():
                yield encode(value), f"{reference[:-1]}:{encoding}>"
                yield encode(value).rstrip("="), f"{reference[:-1]}:{encoding}>"
            yield value, reference


def _pattern(form: str) -> str:
    return whole_word(form) if is_word(form) else re.escape(form)


def _stands_in(value: str, text: str) -> bool:
    return not is_word(value) or re.search(whole_word(value), text) is not None
