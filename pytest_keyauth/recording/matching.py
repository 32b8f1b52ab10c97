"""Which recorded interaction answers a request: each is looked up by what it asks, in constant time."""

import json
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from pytest_keyauth.recording.exchange import RecordedRequest
from pytest_keyauth.recording.fields import ANYTHING, fields_of, fits, fits_body, is_open, numbered
from pytest_keyauth.recording.references import REFERENCE
from pytest_keyauth.recording.unreadable import generalize_unreadable
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
            return REFERENCE.sub(lambda match: _generalize_match(match, given), text)

        origin, path, query, _ = split_url(request.url)
        parameters = sorted(parse_query(query[1:]), key=lambda pair: pair[0])
        body = generalize_unreadable(_canonical(request.body), ANYTHING)
        return cls(request.method, general(origin + path), general(json.dumps(parameters)), general(body))

    def parts(self) -> dict[str, str]:
        """Each part by name, for comparisons."""
        parts = {"method": self.method, "address": self.address}
        query = numbered(json.loads(self.query))
        parts.update((f"query {name}", value) for name, value in query.items())
        parts.update((f"body {path}".rstrip(), text) for path, text in fields_of(self.body).items() if self.body)
        return parts

    def fits(self, asked: "Question") -> bool:
        """Whether a request asks this, where anything may stand for what a client says in its own way."""
        return self == asked or (
            self.method == asked.method
            and _fit_all(self.address.split("/"), asked.address.split("/"))
            and _fit_all(self._parameters(), asked._parameters())
            and fits_body(self.body, asked.body)
        )

    @property
    def is_open(self) -> bool:
        """Whether anything may stand somewhere in it."""
        return any(map(is_open, (self.address, self.query, self.body)))

    def _parameters(self) -> list[str]:
        return [text for pair in json.loads(self.query) for text in pair]


def _fit_all(recorded: Sequence[str], asked: Sequence[str]) -> bool:
    return len(recorded) == len(asked) and all(map(fits, recorded, asked))


def _generalize_match(match: re.Match[str], given: frozenset[str]) -> str:
    """A reference as it is compared, escaped where it was: in XML."""
    general = generalize(match[1], match[2], match[3], given)
    return escape(general) if match[0][0] == "&" else general


def generalize(kind: str, number: str, encoding: str | None, given: frozenset[str]) -> str:
    """A reference as it is compared. Who asks is not: any host's name will do, and any credentials of the caller."""
    reference = f"<{kind}:{number}>"
    if reference not in given or kind == "host" or reference in CALLERS:
        return ANYTHING
    return f"<{kind}:{number}{f':{encoding}' if encoding else ''}>"


def _canonical(body: str) -> str:
    try:
        return json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False)
    except ValueError:
        return body


class Sequences:
    """What was recorded, in the order of recording for each question; each is played once."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self.questions: Sequence[Question] = tuple(questions)
        self._waiting: dict[Question, deque[int]] = defaultdict(deque)
        self._open: deque[int] = deque()
        for index, question in enumerate(self.questions):
            self._waiting[question].append(index)
            if question.is_open:
                self._open.append(index)
        self._played: set[int] = set()

    def take(self, question: Question) -> int | None:
        """The first that asks this and was not played; None where there is none."""
        waiting = self._waiting.get(question)
        if not waiting:
            return None
        index = waiting.popleft()
        self._played.add(index)
        return index

    def take_fitting(self, question: Question) -> int | None:
        """The first that was not played and that this fits: in the order of recording it is found at once."""
        while self._open and self._open[0] in self._played:
            self._open.popleft()
        for index in self._open:
            if index not in self._played and self.questions[index].fits(question):
                self._waiting[self.questions[index]].remove(index)
                self._played.add(index)
                return index
        return None

    def count(self, question: Question) -> int:
        """How often this was recorded."""
        return sum(recorded.fits(question) for recorded in self.questions)

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
    pairs = ((name, old.get(name, _ABSENT), new.get(name, _ABSENT)) for name in names)
    found = [(name, one, other) for name, one, other in pairs if other == _ABSENT or not fits(one, other)]
    # A parameter that is given twice, or a list where an object was, may look the same part by part.
    whole = (("query", recorded.query, asked.query), ("body", recorded.body, asked.body))
    return found or [part for part in whole if part[1] != part[2]]
