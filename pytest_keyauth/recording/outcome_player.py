"""Plays documented outcomes: answers requests of anybody's with the recorded answer of a given name."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from threading import Lock

from pytest_keyauth.errors import CassetteMismatch
from pytest_keyauth.outcomes import Outcome, find_outcome, load_catalogue
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.bindings import find_bindings
from pytest_keyauth.recording.exchange import Request, Response
from pytest_keyauth.recording.library import Library
from pytest_keyauth.recording.player import Materializer
from pytest_keyauth.recording.values import made_up_value

__all__ = ["OutcomeAnswers", "OutcomePlayer"]

PROVIDERS = ("keytrac", "keyfax")


class OutcomeAnswers:
    """Makes answers of recorded outcomes. Safe to call from threads.

    Identifiers that a request names come back in the answer; those that were recorded are made up, anew for each.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._count = 0
        self._lock = Lock()

    def make(self, outcome: Outcome, request: Request, now: datetime) -> Response:
        """Answer a request with a recorded outcome, whose times are relative to now.

        :raises CassetteError: where it was never recorded.
        """
        with self._lock:
            self._count += 1
            number = self._count
        cassette, _ = self._library.find_outcome(outcome.provider, outcome.name)
        interaction = cassette.interactions[0]
        materializer = Materializer(cassette, now, f"{cassette.test}, answer {number}")
        for reference, value in find_bindings(interaction.request, request):
            materializer.bind(reference, value)
        headers = materializer.fill_headers(interaction.response.headers)
        return Response(interaction.response.status, headers, materializer.fill_body(interaction.response.body))


class OutcomePlayer:
    """Answers each request by its operation: with the outcome that was named for it, else with the documented success.

    Of several outcomes of one operation each answers once, in their order, and the last one from then on. Safe to call
    from threads.
    """

    def __init__(self, library: Library, now: datetime, addresses: Addresses) -> None:
        self._answers = OutcomeAnswers(library)
        self._now = now
        self._addresses = addresses
        self._named: dict[str, deque[Outcome]] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"<OutcomePlayer: {', '.join(self._named) or 'nothing named'}>"

    def play(self, *names: str) -> None:
        """Answer with these outcomes from now on.

        :raises UnknownOutcomeError: for a name that is not documented.
        """
        catalogues = [load_catalogue(provider) for provider in PROVIDERS]
        outcomes = [find_outcome(name, catalogues) for name in names]
        with self._lock:
            for operation in {outcome.operation for outcome in outcomes}:
                self._named[operation] = deque(item for item in outcomes if item.operation == operation)

    def credential(self, reference: str) -> str:
        """A made-up credential: the recorded answers do not depend on it."""
        return made_up_value(reference, None, "replay")

    def answer(self, request: Request) -> Response:
        """Answer a request.

        :raises CassetteMismatch: where no outcome was named, or the request is for no documented operation.
        """
        with self._lock:
            outcome = self._choose(request)
        return self._answers.make(outcome, request, self._now)

    def _choose(self, request: Request) -> Outcome:
        if not self._named:
            raise CassetteMismatch(
                'no outcome was named to answer with: call keyauth_replay("operation/status/name") before the request'
            )
        found = self._addresses.find(request.url)
        provider, path = found or ("", "")
        catalogue = load_catalogue(provider) if found else None
        operation = catalogue.find_operation(request.method, path) if catalogue else None
        if catalogue is None or operation is None:
            raise CassetteMismatch(
                f"{request.method} {path or 'this request'} is no documented operation, so that no outcome answers it; "
                f"named were {', '.join(self._named)}"
            )
        waiting = self._named.get(operation)
        if waiting is None:
            return _success(operation, catalogue)
        return waiting.popleft() if len(waiting) > 1 else waiting[0]


def _success(operation: str, outcomes: Iterable[Outcome]) -> Outcome:
    return next(outcome for outcome in outcomes if outcome.operation == operation and outcome.status.startswith("2"))
