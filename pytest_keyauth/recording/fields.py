"""Bodies field by field: what they are compared by, and how a difference is told."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.dom import Node, minidom
from xml.parsers.expat import ExpatError
from xml.sax.saxutils import escape

from pytest_keyauth.recording.urls import parse_query

__all__ = ["ANYTHING", "fields_of", "fits", "fits_body", "is_open", "numbered"]

#: Stands in a recorded question for what a client may say in its own way: an identifier, a secret.
ANYTHING = "<anything>"
_IN_XML = escape(ANYTHING)

_EMPTY = "(empty)"


def fields_of(body: str) -> dict[str, str]:
    """The fields of a body by their paths: JSON, XML, or a form, whose values stand as they are."""
    try:
        return dict(_flatten("", json.loads(body)))
    except ValueError:
        pairs = _pairs(body)
        return numbered(pairs) if pairs is not None else {"": body}


def numbered(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Pairs by their names, of which the second of the same gets a number."""
    counts: Counter[str] = Counter()
    found = {}
    for name, value in pairs:
        counts[name] += 1
        found[f"{name} ({counts[name]})" if counts[name] > 1 else name] = value or _EMPTY
    return found


def _flatten(pointer: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _flatten(f"{pointer}/{name}", item)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _flatten(f"{pointer}/{index}", item)
    else:
        yield pointer, json.dumps(value, ensure_ascii=False)


def _pairs(body: str) -> list[tuple[str, str]] | None:
    """Names and values of a document in XML, or of a form; None for what is neither."""
    if body.lstrip()[:1] == "<":
        try:
            with minidom.parseString(body.encode()) as document:  # noqa: S318  # it was written by us
                root: Any = document.documentElement
                return list(_walk(f"/{root.tagName}", root))
        except (ExpatError, ValueError):
            return None
    return parse_query(body) if "=" in body else None


def _walk(path: str, element: Any) -> Iterator[tuple[str, str]]:
    """The attributes and texts of an element, and of those in it, in their order."""
    yield from ((f"{path}/@{name}", value) for name, value in element.attributes.items())
    elements = [child for child in element.childNodes if child.nodeType == Node.ELEMENT_NODE]
    if not element.childNodes:
        yield path, ""
    alike = Counter(child.tagName for child in elements)
    counts: Counter[str] = Counter()
    for child in element.childNodes:
        if child.nodeType == Node.ELEMENT_NODE:
            name = child.tagName
            counts[name] += 1
            yield from _walk(f"{path}/{name}[{counts[name]}]" if alike[name] > 1 else f"{path}/{name}", child)
        elif child.data.strip() or not elements:
            yield path, child.data


def is_open(text: str) -> bool:
    """Whether anything may stand somewhere in a text, be it in XML."""
    return ANYTHING in text or _IN_XML in text


def fits(recorded: str, asked: str) -> bool:
    """Whether a text is the recorded one, in which anything may stand for something that is not empty."""
    if ANYTHING not in recorded:
        return recorded == asked
    start, *middle, end = recorded.split(ANYTHING)
    position = len(start)
    if not asked.startswith(start):
        return False
    for text in middle:
        found = asked.find(text, position + 1)
        if found < 0:
            return False
        position = found + len(text)
    return asked.endswith(end) and len(asked) - len(end) > position


def fits_body(recorded: str, asked: str) -> bool:
    """The same for a body, each of whose texts has to fit the recorded one in its place."""
    if not is_open(recorded):
        return recorded == asked
    try:
        return _fits_data(json.loads(recorded), json.loads(asked))
    except ValueError:
        old, new = _pairs(recorded), _pairs(asked)
    if old is None or new is None:
        return fits(recorded, asked)
    return len(old) == len(new) and all(
        one[0] == other[0] and fits(one[1], other[1]) for one, other in zip(old, new, strict=True)
    )


def _fits_data(recorded: Any, asked: Any) -> bool:
    if isinstance(recorded, dict) and isinstance(asked, dict):
        return recorded.keys() == asked.keys() and all(_fits_data(value, asked[key]) for key, value in recorded.items())
    if isinstance(recorded, list) and isinstance(asked, list):
        return len(recorded) == len(asked) and all(map(_fits_data, recorded, asked))
    if isinstance(recorded, str) and isinstance(asked, str):
        return fits(recorded, asked)
    return type(recorded) is type(asked) and recorded == asked
