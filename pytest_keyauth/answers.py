"""Documented outcomes as answers: what an emulator is given that is to answer by name.

An emulator knows neither the OpenAPI documents nor the recordings, so that each can tell on the others; whoever makes
one hands it these.
"""

from dataclasses import dataclass
from datetime import datetime

from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.outcomes import Outcome, find_outcome, load_catalogue
from pytest_keyauth.recording import exchange
from pytest_keyauth.recording.library import Library
from pytest_keyauth.recording.outcome_player import OutcomeAnswers

__all__ = ["DocumentedOutcomes"]

#: Headers that whoever sends an answer writes itself.
_OF_THE_CONNECTION = frozenset({"content-length", "transfer-encoding", "connection", "date", "server"})


@dataclass(frozen=True, slots=True)
class NamedAnswer:
    """One documented outcome, as it was recorded (see ``emulator.documents.DocumentedAnswer``)."""

    outcome: Outcome
    answers: OutcomeAnswers

    @property
    def operation(self) -> str:
        """The operation that it is an outcome of."""
        return self.outcome.operation

    @property
    def succeeds(self) -> bool:
        """Whether it is a success."""
        return self.outcome.status.startswith("2")

    def fits(self, response: Response) -> bool:
        """Whether an answer is this outcome."""
        catalogue = load_catalogue(self.outcome.provider)
        found = catalogue.recognize_answer(self.operation, response.status, response.body)
        return found is not None and found.name == self.outcome.name

    def make(self, request: Request, now: datetime) -> Response:
        """The answer to a request: identifiers that it names come back in it."""
        query = f"?{request.query}" if request.query else ""
        url = f"{request.scheme}://emulator{request.path}{query}"
        asked = exchange.Request(request.method, url, request.headers, request.body)
        response = self.answers.make(self.outcome, asked, now)
        headers = tuple(item for item in response.headers if item[0].lower() not in _OF_THE_CONNECTION)
        return Response(response.status, headers, response.body)


class DocumentedOutcomes:
    """The documented outcomes of a provider (see ``emulator.documents.Documents``); nothing is read before it is asked.

    :param library: where the recordings are.
    """

    def __init__(self, provider: str, library: Library) -> None:
        self._provider = provider
        self._answers = OutcomeAnswers(library)

    def __repr__(self) -> str:
        return f"<DocumentedOutcomes of {self._provider}>"

    def find(self, name: str) -> NamedAnswer:
        """The outcome of a name, ``operation/status/name``.

        :raises UnknownOutcomeError: where there is none of that name; with the nearest.
        """
        return NamedAnswer(find_outcome(name, [load_catalogue(self._provider)]), self._answers)

    def recognize(self, operation: str, response: Response) -> str | None:
        """The name of the documented outcome that an operation's answer is; None where it is none."""
        outcome = load_catalogue(self._provider).recognize_answer(operation, response.status, response.body)
        return None if outcome is None else outcome.name
