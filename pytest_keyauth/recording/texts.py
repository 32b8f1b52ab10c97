"""Texts that hold more than prose: URLs, queries, documents, and names with a value beside them."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from pytest_keyauth.recording.bodies import rewrite_value
from pytest_keyauth.recording.names import SECRET_KINDS, kind_by_name
from pytest_keyauth.recording.urls import Rewrite, rewrite_query

__all__ = ["is_url", "rewrite_text", "rewritten"]

_REFERENCE = r"<[a-z][a-z-]*:(?:[0-9]+|\*)(?::[a-z0-9]+)?>"
_SIGN = rf"(?:[^\s\"'<>]|{_REFERENCE})"
_ABSOLUTE = rf"[A-Za-z][A-Za-z0-9+.-]{{0,30}}://{_SIGN}+"
_RELATIVE = rf"(?:[.\w~%-]{{0,80}}/)?(?:[^\s\"'<>?=&(,]|{_REFERENCE}){{0,400}}\?[\w.\[\]%-]{{1,80}}={_SIGN}*"
_URL = re.compile(rf"{_ABSOLUTE}|{_RELATIVE}")
_URL_INSIDE = re.compile(rf"(?<![\w+.-]){_ABSOLUTE}|(?<![^\s\"'(=:,])\.{{0,2}}/{_SIGN}{{0,400}}\?{_SIGN}+")
_NAME = r"[\w.\[\]%+-]{1,80}"
_FORM = re.compile(rf"{_NAME}={_SIGN}*")
_HAS_VALUE = re.compile(r"=[^=&\s]")
_ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]{0,60})>([^<>]+)</\1>")
_PAIR = re.compile(
    r"(?<![\w.<-])(?<!&lt;)([A-Za-z][\w.\[\]-]{0,60})(\\?[\"']?\s{0,2}[=:]\s{0,2}\\?[\"']?)"
    r"((?:basic|bearer|token|apikey) +)?([^\s\"'\\&,;<>(){}]+)",
    re.IGNORECASE,
)
_PUNCTUATION = ".,;:!?)]}"
_SHORTEST_IN_PROSE = 4
_MOST_DOCUMENTS = 20  # each that is broken costs another look at the text


def is_url(text: str) -> bool:
    """Whether a text is a URL: an absolute one, or one with a query."""
    return _URL.fullmatch(text) is not None


def rewritten(text: str, rewrite: Callable[[str, Any], Any]) -> str | None:
    """What becomes of a text, which may be a document; None where it stays as it is, but for how it is written."""
    new = rewrite("", text)
    return None if new == rewrite_value("", text, _keep) else str(new)


def _keep(_name: str, value: Any) -> Any:
    return value


def rewrite_text(text: str, rewrite: Rewrite, rewrite_url: Callable[[str], str]) -> str:
    """Rewrite what has a grammar in a text, with each of its parts under its name; the prose around stays."""
    if ("://" in text or "?" in text) and is_url(text):
        return rewrite_url(text)
    if "=" in text and _FORM.fullmatch(text) and _HAS_VALUE.search(text):
        return rewrite_query(text, rewrite)
    if "://" in text or "?" in text:
        text = _URL_INSIDE.sub(lambda match: _but_for_punctuation(match[0], rewrite_url), text)
    if "{" in text:
        text = "".join(_rewrite_documents(text, rewrite))
    if "</" in text:
        text = _ELEMENT.sub(lambda match: f"<{match[1]}>{rewrite(match[1], match[2])}</{match[1]}>", text)
    return _PAIR.sub(lambda match: _rewrite_pair(match, rewrite), text) if "=" in text or ":" in text else text


def _but_for_punctuation(text: str, change: Callable[[str], str]) -> str:
    bare = text.rstrip(_PUNCTUATION)
    return change(bare) + text[len(bare) :]


def _rewrite_documents(text: str, rewrite: Rewrite) -> Iterator[str]:
    """The text with the JSON objects in it rewritten, the first few of them."""
    decoder, start = json.JSONDecoder(), 0
    for match in islice(re.finditer(r"\{\s*\"", text), _MOST_DOCUMENTS):
        if match.start() < start:
            continue
        try:
            document, end = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        new = rewrite("", document)
        yield text[start : match.start()]
        yield text[match.start() : end] if new == document else json.dumps(new, ensure_ascii=False)
        start = end
    yield text[start:]


def _rewrite_pair(match: re.Match[str], rewrite: Rewrite) -> str:
    """`password: S`, where the name tells and the value is no word: prose has words there."""
    name, between, scheme, value = match.groups()
    bare = value.rstrip(_PUNCTUATION)
    is_prose = bare.isalpha() and (bare[1:].islower() or bare.isupper())
    if kind_by_name(name) not in SECRET_KINDS or len(bare) < _SHORTEST_IN_PROSE or is_prose:
        return match[0]
    return f"{name}{between}{scheme or ''}{rewrite(name, bare)}{value[len(bare) :]}"
