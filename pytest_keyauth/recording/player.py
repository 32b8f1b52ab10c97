"""Plays a cassette: answers requests as they were answered, with values that were never anybody's."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from pytest_keyauth.errors import CassetteMismatch
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.bindings import find_bindings
from pytest_keyauth.recording.cassette import Cassette, Command
from pytest_keyauth.recording.exchange import Headers, RecordedRequest, Request, Response
from pytest_keyauth.recording.matching import CALLERS, Question, Sequences, differences, generalize
from pytest_keyauth.recording.redaction import Redactor, TimeTreatment
from pytest_keyauth.recording.references import ENCODINGS, REFERENCE, kind_of, replace_references
from pytest_keyauth.recording.times import read_relative_number, read_relative_times
from pytest_keyauth.recording.tokens import mint_token
from pytest_keyauth.recording.unreadable import why_unreadable
from pytest_keyauth.recording.values import made_up_value

__all__ = ["Materializer", "Player"]


_TIMES: tuple[TimeTreatment, ...] = ("near", "literal", "any")

_TO_ESCAPE = re.compile('["\\\\<&\x00-\x1f\ud800-\udfff]')


class Materializer:
    """Puts values in the place of references, and times in the place of relative ones.

    :param seed: what the values follow from.
    """

    def __init__(self, cassette: Cassette, now: datetime, seed: str) -> None:
        self._cassette = cassette
        self._now = now
        self._seed = seed
        self._values: dict[str, str] = {}

    def begin(self, now: datetime) -> None:
        """Let times be relative to another moment, also those that tokens tell."""
        self._now = now
        for reference in self._cassette.tokens:
            self._values.pop(reference, None)

    def bind(self, reference: str, value: str) -> None:
        """Let a reference stand for this value from now on."""
        self._values[reference] = value

    def value(self, reference: str) -> str:
        """The value of a reference."""
        if reference not in self._values:
            self._values[reference] = self._make(reference)
        return self._values[reference]

    def _make(self, reference: str) -> str:
        token = self._cassette.tokens.get(reference)
        if token is not None:
            signing_key = self.value(token.get("signed-with") or "<signing-key:1>")
            return mint_token(token, signing_key, self.fill_claims)
        return made_up_value(reference, self._cassette.forms.get(reference), self._seed)

    def fill(self, text: str) -> str:
        """Fill in a text."""
        return read_relative_times(replace_references(text, self._replace), self._now)

    def _replace(self, kind: str, number: str, encoding: str | None) -> str:
        value = self.value(f"<{kind}:{number}>")
        return ENCODINGS[encoding](value) if encoding is not None and encoding in ENCODINGS else value

    def fill_body(self, text: str) -> bytes:
        """Fill in a body. What a client has said may hold signs that have to be escaped there.

        :raises CassetteMismatch: where it was not kept.
        """
        if (why := why_unreadable(text)) is not None:
            raise CassetteMismatch(f"the recorded answer has no body to be played: {why}")
        is_tame = not any(_TO_ESCAPE.search(self.value(reference)) for reference in _references(text))
        return (self.fill(text) if is_tame else self._fill_document(text)).encode("utf-8", "surrogateescape")

    def _fill_document(self, text: str) -> str:
        """Fill in JSON, XML, which has its references escaped, or one inside of the other."""
        if text.lstrip()[:1] == "<" and "&lt;" in text:
            filled = replace_references(text, lambda *reference: escape(self._replace(*reference), {'"': "&quot;"}))
            return read_relative_times(filled, self._now)
        if text.lstrip()[:1] in ("{", "["):
            with suppress(ValueError):
                return json.dumps(self._fill_data(json.loads(text), self._fill_document))
        return self.fill(text)

    def fill_headers(self, headers: Headers) -> Headers:
        """Fill in headers."""
        return tuple((name, self.fill(value)) for name, value in headers)

    def fill_data(self, data: Any) -> Any:
        """Fill in plain data."""
        return self._fill_data(data, self.fill)

    def _fill_data(self, data: Any, fill: Callable[[str], str]) -> Any:
        if isinstance(data, dict):
            return {fill(name): self._fill_data(value, fill) for name, value in data.items()}
        if isinstance(data, list):
            return [self._fill_data(item, fill) for item in data]
        if not isinstance(data, str):
            return data
        number = read_relative_number(data, self._now)
        return fill(data) if number is None else number

    def fill_claims(self, claims: Any) -> Any:
        """Fill in the claims of a token, in which times are numbers."""
        if isinstance(claims, dict):
            return {name: self.fill_claims(value) for name, value in claims.items()}
        filled = self.fill_data(claims)
        return int(filled) if isinstance(claims, str) and claims.endswith(":unix>") else filled


class Player:
    """Answers the requests, and the commands, of one test from its cassette. Safe to call from several threads.

    :param now: what the recorded times are relative to.
    :param place: what names the cassette in messages.
    :param clock: asked with the first request for what they are relative to instead: a test may have frozen its time.

    ``mismatch``: the first that it had no answer to; the code under test may have swallowed it.
    """

    def __init__(
        self,
        cassette: Cassette,
        place: str,
        now: datetime,
        addresses: Addresses,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.cassette = cassette
        self._clock = clock
        self.place = place
        self._materializer = Materializer(cassette, now, cassette.test)
        self._given = _given_references(cassette)
        self._redactor = Redactor(now, learns=False, samples="shape", place=addresses.canonical)
        self._recall_given()
        self._sequences = Sequences(self._recorded_question(item.request) for item in cassette.interactions)
        self._commands = list(cassette.commands)
        self._lock = Lock()
        self.mismatch: CassetteMismatch | None = None

    def __repr__(self) -> str:
        return f"<Player of {self.place}>"

    def _recall_given(self) -> None:
        for reference in self._given:
            self._redactor.recall(reference, self._materializer.value(reference))

    def _begin(self) -> None:
        if self._clock is not None:
            now, self._clock = self._clock(), None
            self._materializer.begin(now)
            self._redactor.begin(now)
            self._recall_given()

    def credential(self, reference: str) -> str:
        """The made-up credential that takes part in this cassette under a reference."""
        return self._materializer.value(reference)

    def answer(self, request: Request) -> Response:
        """Answer a request.

        :raises CassetteMismatch: where none like it was recorded, or not so often; says what differs.
        """
        with self._lock:
            self._begin()
            question, index = self._look_up(request)
            if index is None:
                raise self._refuse(self._explain(question))
            interaction = self.cassette.interactions[index]
            if (why := why_unreadable(interaction.response.body)) is not None:
                raise self._refuse(f"{self.place}: answer {index + 1}, to {_asked(question)}, was not kept: {why}")
            self._bind(interaction.request, request)
            recorded = interaction.response
            headers = self._materializer.fill_headers(recorded.headers)
            body = self._materializer.fill_body(recorded.body)
            return Response(recorded.status, headers, body)

    def _bind(self, recorded: RecordedRequest, sent: Request) -> None:
        """What the client has said first comes back to it as it said it."""
        if self._is_given(recorded):
            return
        for reference, value in find_bindings(recorded, sent):
            if reference not in self._given or kind_of(reference) == "host" or reference in CALLERS:
                self._materializer.bind(reference, value)
                self._redactor.recall(reference, value)

    def _is_given(self, recorded: RecordedRequest) -> bool:
        """Whether all that a recorded request names was given out to the client."""
        headers = "".join(value for _, value in recorded.headers)
        named = _references(recorded.url + recorded.body + headers)
        return named <= self._given and named.isdisjoint(CALLERS)

    def _look_up(self, request: Request) -> tuple[Question, int | None]:
        """Find what answers a request: at first as it is, and as if asked when it was recorded.

        A test may compute its dates, or have them written down: then they were near to the recording, and are not now.
        """
        questions: list[Question] = []
        for times in _TIMES:
            questions.append(Question.of(self._redactor.redact_question(request, times), self._given))
            if (index := self._sequences.take(questions[-1])) is not None:
                return questions[-1], index
        found = ((question, self._sequences.take_fitting(question)) for question in questions)
        return next((pair for pair in found if pair[1] is not None), (questions[0], None))

    def _recorded_question(self, request: RecordedRequest) -> Question:
        body = b"" if why_unreadable(request.body) is not None else request.body.encode("utf-8", "surrogateescape")
        again = self._redactor.redact_question(Request(request.method, request.url, request.headers, body))
        if body:
            return Question.of(again, self._given)
        return Question.of(RecordedRequest(again.method, again.url, again.headers, request.body), self._given)

    def _explain(self, question: Question) -> str:
        count = self._sequences.count(question)
        if count:
            reason = f"it was recorded {count} {'time' if count == 1 else 'times'} and has been played as often"
        elif (nearest := self._sequences.nearest(question)) is None:
            reason = "nothing was recorded"
        else:
            recorded = self._sequences.questions[nearest]
            lines = [f"  {name}: recorded {old}, sent {new}" for name, old, new in differences(recorded, question)]
            reason = f"the nearest is number {nearest + 1}, {recorded.method} {recorded.address}:\n" + "\n".join(lines)
        return (
            f"{self.place} has no answer to {_asked(question)}: {reason}\n"
            "Mend the test, or record it anew with --keyauth-record=all"
        )

    def command(self, provider: str, name: str, arguments: Any) -> Any:
        """Answer a command to the emulator.

        :raises CassetteMismatch: where no such command was recorded.
        """
        with self._lock:
            asked = _written(self._redactor.redact_value("", arguments))
            for index, command in enumerate(self._commands):
                if (command.provider, command.name) == (provider, name) and self._fits(command, asked):
                    del self._commands[index]
                    return self._materializer.fill_data(command.result)
        raise self._refuse(
            f"{self.place} has no answer to the command {name} of the {provider} emulator with {asked}\n"
            "Mend the test, or record it anew with --keyauth-record=all"
        )

    def _refuse(self, reason: str) -> CassetteMismatch:
        mismatch = CassetteMismatch(reason)
        self.mismatch = self.mismatch or mismatch
        return mismatch

    def _fits(self, command: Command, asked: str) -> bool:
        return _generalized(_written(command.arguments), self._given) == _generalized(asked, self._given)

    @property
    def unplayed(self) -> list[str]:
        """What was recorded and nobody has asked for."""
        return [
            f"{self.cassette.interactions[index].request.method} {self.cassette.interactions[index].request.url}"
            for index in self._sequences.unplayed
        ]


def _asked(question: Question) -> str:
    return f"{question.method} {question.address}"


def _given_references(cassette: Cassette) -> frozenset[str]:
    """What a replay gives out before any client says it; the others are a client's own.

    Commands are not told in one order with requests: what they result in counts as given from the beginning.
    """
    given = {*CALLERS, *(mark for command in cassette.commands for mark in _references(_written(command.result)))}
    own: set[str] = set()
    for interaction in cassette.interactions:
        request, response = interaction.request, interaction.response
        own |= _references(request.url + request.body) - given
        headers = "".join(value for _, value in response.headers)
        given |= _references(response.body + headers) - own
    return frozenset(given)


def _references(text: str) -> set[str]:
    return {f"<{match[1]}:{match[2]}>" for match in REFERENCE.finditer(text)}


def _written(data: Any) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False)


def _generalized(text: str, given: frozenset[str]) -> str:
    return replace_references(text, lambda kind, number, encoding: generalize(kind, number, encoding, given))
