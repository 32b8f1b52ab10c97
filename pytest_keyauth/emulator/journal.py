"""What an emulator was asked and what it answered, in order."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pytest_keyauth.emulator.message import Request, Response

__all__ = ["Exchange", "Journal"]

#: Bodies are kept, so a journal without a bound would grow with a long-running server.
DEFAULT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, its answer, and the operation that the emulator took it for (None where no operation fits)."""

    request: Request
    response: Response
    operation: str | None


class Journal:
    """The latest exchanges, oldest first; ``observer`` is told of each as it happens."""

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=limit)
        self.observer: Callable[[Exchange], None] | None = None

    def record(self, exchange: Exchange) -> None:
        """Append one exchange, dropping the oldest where the journal is full."""
        self._exchanges.append(exchange)
        if self.observer is not None:
            self.observer(exchange)

    def clear(self) -> None:
        """Forget all exchanges."""
        self._exchanges.clear()

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    def __getitem__(self, index: int) -> Exchange:
        return self._exchanges[index]

    def __repr__(self) -> str:
        return f"<Journal: {len(self)} exchanges>"
