"""What a test's clients say to a live server, told to the test's traffic and to the ledger of what is made."""

from collections.abc import Callable
from typing import Protocol

import httpx

from pytest_keyauth.errors import BudgetExceeded
from pytest_keyauth.ledger import Observation, Sent, Traffic, Trouble
from pytest_keyauth.live.patience import GATEWAY_ERRORS, TOO_MANY_REQUESTS
from pytest_keyauth.recording.exchange import Request, Response

__all__ = ["Learn", "TrafficListener"]

Learn = Callable[[Request, Response | None], None]
"""Is told a request before it is sent, and again with its answer."""


class Made(Protocol):
    """Writes down what is made."""

    def ask(self, path: str, request: httpx.Request) -> None:
        """Something may be going to be made."""

    def hear(self, path: str, request: httpx.Request, response: httpx.Response) -> None:
        """What became of it."""

    def miss(self, request: httpx.Request, error: Exception) -> None:
        """It was not answered."""


class TrafficListener:
    """Tells a test's traffic what was answered, and what was not.

    :param learn: is told each request before it is sent, and again with its answer: both may hold secrets.
    :param made: None where a provider makes nothing that has to be removed.
    """

    def __init__(self, provider: str, traffic: Traffic, learn: Learn, made: Made | None = None) -> None:
        self._provider = provider
        self._traffic = traffic
        self._learn = learn
        self._made = made

    def ask(self, path: str, request: httpx.Request) -> None:
        """Learn what is secret, and write down what is going to be made."""
        self._learn(_read_request(request), None)
        if self._made is not None:
            self._made.ask(path, request)

    def hear(self, path: str, request: httpx.Request, response: httpx.Response) -> None:
        """Note an answer; one of a gateway is none of the provider's."""
        if self._made is not None:
            self._made.hear(path, request, response)
        question, status = _read_request(request), response.status_code
        headers = tuple(item for item in _read_headers(response.headers) if item[0].lower() != "content-encoding")
        self._learn(question, Response(status, headers, response.content))
        sent = Sent(question.url, question.headers, question.body)
        self._traffic.observe(
            Observation(self._provider, request.method, path, status, response.content, headers, sent)
        )
        if status in GATEWAY_ERRORS or status == TOO_MANY_REQUESTS:
            reason = f"answered with {status} {response.reason_phrase}"
            self._traffic.troubles.append(Trouble(self._provider, request.method, path, reason))

    def miss(self, path: str, request: httpx.Request, error: Exception) -> None:
        """Note that no answer came."""
        if self._made is not None:
            self._made.miss(request, error)
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        is_ours = isinstance(error, BudgetExceeded)
        self._traffic.troubles.append(Trouble(self._provider, request.method, path, reason, is_ours))


def _read_request(request: httpx.Request) -> Request:
    return Request(request.method, str(request.url), _read_headers(request.headers), request.content)


def _read_headers(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)
