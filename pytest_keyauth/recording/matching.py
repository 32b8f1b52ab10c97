"""Which recorded interaction answers a request: each is looked up by what it asks, in constant time."""

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_keyauth.recording.exchange import RecordedRequest
from pytest_keyauth.recording.references import replace_references
from pytest_keyauth.recording.urls import parse_query, split_url

__all__ = ["CALLERS", "Question", "Sequences", "differences", "generalize"]

#: Those who call: the targets are reached with these, whether they occur in a recording or not.
CALLERS = ("<token:1>", "<host:1>", "<api-key:1>", "<signing-key:1>")

_ABSENT = "(nothing)"


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks, apart from who asks, when, and with which client: method, address, parameters, body."""

    method: str
    address: str
    query: str
    body: str

    @classmethod
    def of(cls, request: RecordedRequest, given: frozenset[str]) -> "Question":
        """What a redacted request asks.

        :param given: the references that answers have given out. Any other, such as an identifier that a test wrote
            down, stands for whatever is sent in its place.
        """

        def general(text: str) -> str:
            return replace_references(text, lambda kind, number, encoding: generalize(kind, number, encoding, given))

        origin, path, query, _ = split_url(request.url)
        parameters = sorted(parse_query(query[1:]), key=lambda pair: pair[0])
        body = "<unreadable body>" if request.body.startswith("<unreadable body") else _canonical(request.body)
        return cls(request.method, general(origin + path), general(json.dumps(parameters)), general(body))

    def parts(self) -> dict[str, str]:
        """Each part by name, for comparisons."""
        parts = {"method": self.method, "address": self.address}
        for name, value in json.loads(self.query):
            parts[f"query {name}"] = value
        try:
            parts.update(_flatten("body ", json.loads(self.body)))
        except ValueError:
            parts["body"] = self.body
        return parts


def generalize(kind: str, number: str, encoding: str | None, given: frozenset[str]) -> str:
    """A reference as it is compared. Who asks is not: any host's name will do, and any credentials of the caller."""
    reference = f"<{kind}:{number}>"
    if reference not in given or kind == "host" or reference in CALLERS:
        return "<anything>"
    return f"<{kind}:{number}{f':{encoding}' if encoding else ''}>"


def _canonical(body: str) -> str:
    try:
        return json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False)
    except ValueError:
        return body


def _flatten(pointer: str, value: Any) -> dict[str, str]:
    if isinstance(value, Mapping) and value:
        return {key: text for name, item in value.items() for key, text in _flatten(f"{pointer}/{name}", item).items()}
    if isinstance(value, list) and value:
        return {
            key: text for index, item in enumerate(value) for key, text in _flatten(f"{pointer}/{index}", item).items()
        }
    return {pointer: json.dumps(value, ensure_ascii=False)}


class Sequences:
    """What was recorded, in the order of recording for each question; each is played once."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self.questions: Sequence[Question] = tuple(questions)
        self._waiting: dict[Question, deque[int]] = defaultdict(deque)
        for index, question in enumerate(self.questions):
            self._waiting[question].append(index)
        self._played: set[int] = set()

    def take(self, question: Question) -> int | None:
        """The first that asks this and was not played; None where there is none."""
        waiting = self._waiting.get(question)
        if not waiting:
            return None
        index = waiting.popleft()
        self._played.add(index)
        return index

    def count(self, question: Question) -> int:
        """How often this was recorded."""
        return self.questions.count(question)

    @property
    def unplayed(self) -> list[int]:
        """Those that nobody has asked for."""
        return [index for index in range(len(self.questions)) if index not in self._played]

    def nearest(self, question: Question) -> int | None:
        """The one that has most in common; of those that are equally near, one that was not played."""
        ranked = [
            (len(differences(recorded, question)), index in self._played, index)
            for index, recorded in enumerate(self.questions)
        ]
        return min(ranked)[2] if ranked else None


def differences(recorded: Question, asked: Question) -> list[tuple[str, str, str]]:
    """Where two questions differ: name of the part, what was recorded, what is asked."""
    old, new = recorded.parts(), asked.parts()
    names = [*old, *(name for name in new if name not in old)]
    found = [(name, old.get(name, _ABSENT), new.get(name, _ABSENT)) for name in names if old.get(name) != new.get(name)]
    # A parameter that is given twice, or a list where an object was, may look the same part by part.
    whole = (("query", recorded.query, asked.query), ("body", recorded.body, asked.body))
    return found or [part for part in whole if part[1] != part[2]]
