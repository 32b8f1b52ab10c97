"""What an emulator was asked and what it answered, in order."""

import json
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from pytest_keyauth.emulator.message import Request, Response

__all__ = ["Exchange", "Journal"]

#: Bodies are kept, so a journal without a bound would grow with a long-running server.
DEFAULT_LIMIT = 1_000

#: So much of bodies: lists of many users are megabytes each.
DEFAULT_BYTES = 64 << 20

Recognize = Callable[[str, Response], str | None]
"""Names the documented outcome that an operation's answer is."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, its answer, and the operation that it was for (None where it was for none)."""

    request: Request
    response: Response
    operation: str | None
    recognize: Recognize = field(default=lambda _operation, _response: None, repr=False, compare=False)

    @property
    def json(self) -> Any:
        """The request's body, parsed; None where it is no JSON."""
        return _parse(self.request.body)

    @property
    def status(self) -> int:
        """The answer's status."""
        return self.response.status

    @property
    def answer(self) -> Any:
        """The answer's body, parsed; None where it is no JSON."""
        return _parse(self.response.body)

    @property
    def outcome(self) -> str | None:
        """The documented outcome that the answer is, ``operation/status/name``; None where it is none."""
        return self.recognize(self.operation, self.response) if self.operation is not None else None


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        return None


def _body_bytes(exchange: Exchange) -> int:
    return len(exchange.request.body) + len(exchange.response.body)


class Journal:
    """The latest exchanges, oldest first; ``observer`` is told of each as it happens.

    :param limit: how many are kept.
    :param most_bytes: how much of their bodies is kept, but the last exchange in any case.
    :param operations: the names that :meth:`assert_called` knows; any where there are none.
    """

    def __init__(
        self, limit: int = DEFAULT_LIMIT, operations: Collection[str] = (), most_bytes: int = DEFAULT_BYTES
    ) -> None:
        self._exchanges: deque[Exchange] = deque()
        self._limit = limit
        self._most_bytes = most_bytes
        self._bytes = 0
        self._operations = tuple(operations)
        self.observer: Callable[[Exchange], None] | None = None

    def record(self, exchange: Exchange) -> None:
        """Append one exchange, dropping the oldest where the journal is full."""
        exchanges = self._exchanges
        exchanges.append(exchange)
        self._bytes += _body_bytes(exchange)
        while len(exchanges) > self._limit or (self._bytes > self._most_bytes and len(exchanges) > 1):
            self._bytes -= _body_bytes(exchanges.popleft())
        if self.observer is not None:
            self.observer(exchange)

    def clear(self) -> None:
        """Forget all exchanges."""
        self._exchanges.clear()
        self._bytes = 0

    def calls(self, operation: str) -> list[Exchange]:
        """The exchanges of one operation, such as ``authenticateAnytext``.

        :raises ValueError: for a name that no operation has.
        """
        if self._operations and operation not in self._operations:
            raise ValueError(f"no operation {operation!r}; there are: {', '.join(self._operations)}")
        return [exchange for exchange in self if exchange.operation == operation]

    def assert_called(
        self,
        operation: str,
        *,
        times: int | None = None,
        json: Any = None,
        status: int | None = None,
        outcome: str | None = None,
    ) -> list[Exchange]:
        """Assert that an operation was called, and give its calls.

        :param times: how often; at least once where it is None.
        :param json: what the body has to have: of an object these members at least, of anything else the whole.
        :param status: what the answer's status has to be.
        :param outcome: which documented outcome the answer has to be.
        :raises AssertionError: lists the calls that come nearest, and what differs.
        """
        __tracebackhide__ = True
        from pytest_keyauth.emulator.calls import Expectation, explain

        expectation = Expectation(operation, times, json, status, outcome)
        calls = self.calls(operation)
        fitting = [call for call in calls if not expectation.differences(call)]
        if not expectation.is_met_by(len(fitting)):
            raise AssertionError(explain(expectation, calls, [item for item in self if item not in calls]))
        return fitting

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    def __getitem__(self, index: int) -> Exchange:
        return self._exchanges[index]

    def __repr__(self) -> str:
        return f"<Journal: {len(self)} exchanges>"
