"""What two targets answer, outcome by outcome."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_keyauth.findings import Answer
from pytest_keyauth.outcomes import Outcome
from pytest_keyauth.shapes import Shape
from pytest_keyauth.verdicts import Report, Verdict

__all__ = ["Contrast", "compare"]

#: References are numbered in the order in which a test meets things, which is no difference.
_NUMBER = re.compile(r"(<|&lt;)([a-z-]+):[0-9]+(?::[a-z0-9 ]+)?(>|&gt;)")

#: Moments, as ISO 8601 and as Keyfax write them: two targets are not asked at the same.
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{8,}(?:Z| UTC)?|[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9:]{8}")


@dataclass(frozen=True, slots=True)
class Contrast:
    """One outcome that two targets do not answer alike.

    ``place``: ``verdict``, ``status``, ``header content-type`` or ``body`` with a JSON pointer; ``first`` and
    ``second`` are what each has there, masked.
    """

    outcome: str
    place: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.outcome}  {self.place}: {self.first or 'nothing'} | {self.second or 'nothing'}"


def compare(first: Report, second: Report) -> Iterator[Contrast]:
    """Compare two runs that have kept what was answered, in the document's order."""
    others = {verdict.outcome.name: verdict for verdict in second.verdicts}
    for verdict in first.verdicts:
        other = others.get(verdict.outcome.name)
        if other is not None:
            yield from _compare(verdict, other)


def _compare(verdict: Verdict, other: Verdict) -> Iterator[Contrast]:
    name, one, two = verdict.outcome.name, _answer(verdict), _answer(other)
    if one is None or two is None:
        if verdict.word != other.word:
            yield Contrast(name, "verdict", verdict.word, other.word)
        return
    if one.status != two.status:
        yield Contrast(name, "status", one.status, two.status)
    if one.media_type != two.media_type:
        yield Contrast(name, "header content-type", one.media_type, two.media_type)
    yield from _compare_bodies(verdict.outcome, one.body, two.body)


def _answer(verdict: Verdict) -> Answer | None:
    return verdict.evidence.actual if verdict.evidence is not None else None


def _compare_bodies(outcome: Outcome, one: str, two: str) -> Iterator[Contrast]:
    first, second = _read(one), _read(two)
    if first == second:
        return
    if not isinstance(first, dict | list) or not isinstance(second, dict | list):
        yield Contrast(outcome.name, "body", _write(first), _write(second))
        return
    if not any(outcome.differences(first)) and not any(outcome.differences(second)) and not outcome.has_open_body:
        return  # both are the documented one, in which something stands for what varies
    for difference in Shape({**outcome.example, "value": first}).differences(second):
        if difference.kind != "missing" or not difference.allowed:
            place = f"body {difference.pointer}".rstrip()
            yield Contrast(outcome.name, place, _write(difference.expected), _write(difference.actual))


def _read(body: str) -> Any:
    text = _MOMENT.sub("<moment>", _NUMBER.sub(r"\1\2\3", body))
    try:
        return json.loads(text)
    except ValueError:
        return text


def _write(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
