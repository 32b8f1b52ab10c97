"""What the references of a recorded request stand for in a request that was sent: what is in the same place."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import unquote

from pytest_keyauth.recording.exchange import Headers, RecordedRequest, Request, header
from pytest_keyauth.recording.references import REFERENCE, is_reference
from pytest_keyauth.recording.urls import parse_query, split_url

__all__ = ["find_bindings"]

_MOST_INSIDE = 3  # to tell more apart would take time


def find_bindings(recorded: RecordedRequest, sent: Request) -> Iterator[tuple[str, str]]:
    """The references of a recorded request, each with the text that was sent in its place."""
    _, old_path, old_query, _ = split_url(recorded.url)
    _, new_path, new_query, _ = split_url(sent.url)
    # From the end, since the application may be installed below another path.
    yield from _pair(old_path.split("/")[::-1], [unquote(segment) for segment in new_path.split("/")[::-1]])
    parameters = dict(parse_query(new_query[1:]))
    for name, value in parse_query(old_query[1:]):
        yield from _pair([value], [parameters.get(name, "")])
    yield from _pair(_authorization(recorded.headers), _authorization(sent.headers))
    for name, value in recorded.headers:
        if name.lower() not in ("authorization", "cookie"):
            yield from _pair([value], [header(sent.headers, name.lower())])
    yield from _pair_bodies(_parse(recorded.body), _parse(sent.body))


def _pair(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    for mark, value in zip(old, new, strict=False):
        if value and is_reference(mark):
            yield mark, value
        elif value and "<" in mark:
            yield from _find_inside(mark, value)


def _find_inside(text: str, sent: str) -> Iterator[tuple[str, str]]:
    """The references in a text, where another is the same but for them; what is encoded there tells none."""
    pieces, marks = [], []
    start = 0
    for match in islice(REFERENCE.finditer(text), _MOST_INSIDE):
        is_plain = match[3] is None and not match[0].startswith("&")
        pieces += [re.escape(text[start : match.start()]), "(.+?)" if is_plain else ".+?"]
        marks += [match[0]] if is_plain else []
        start = match.end()
    found = re.fullmatch("".join([*pieces, re.escape(text[start:])]), sent, re.DOTALL) if marks else None
    yield from zip(marks, found.groups() if found else (), strict=False)


def _authorization(headers: Headers) -> list[str]:
    scheme, _, rest = header(headers, "authorization").partition(" ")
    if ">:<" in rest:  # references have a colon inside
        return [scheme, *rest.replace(">:<", ">\n<").split("\n")]
    return [scheme, *rest.split(":")] if rest else [scheme]


def _parse(body: str | bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _pair_bodies(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old.keys() & new.keys():
            yield from _pair_bodies(old[name], new[name])
    elif isinstance(old, list) and isinstance(new, list):
        for one, other in zip(old, new, strict=False):
            yield from _pair_bodies(one, other)
    elif isinstance(old, str) and isinstance(new, str):
        yield from _pair([old], [new])
