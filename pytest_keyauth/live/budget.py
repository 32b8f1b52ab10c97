"""How many requests a run may send, and how fast: all its processes together."""

import time
from collections.abc import Callable
from sqlite3 import Connection

from pytest_keyauth.errors import BudgetExceeded, ProviderUnreachable
from pytest_keyauth.live.run_file import RunFile

__all__ = ["Budget"]

#: After so many requests in a row that got no answer, no more are sent but one each PROBE_S, to see whether it is back.
MOST_TROUBLES, PROBE_S = 8, 15.0


class Budget:
    """Gives each request its turn.

    :param most: how many may be sent; None for any number. :param rate: how many a second; None for any.
    :param clock: seconds since 1970, since the processes of a run share it.
    """

    def __init__(
        self, file: RunFile, most: int | None, rate: float | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._file = file
        self._most = most
        self._interval_s = 0.0 if rate is None else 1.0 / rate
        self._clock = clock

    def take(self, origin: str) -> float:
        """Take one request to a server out of the budget, and tell how many seconds to wait before it is sent.

        :raises BudgetExceeded: where none is left.
        :raises ProviderUnreachable: where the server has not answered for a while, and nobody should wait for it.
        """
        now = self._clock()
        with self._file.transaction() as rows:
            sent = self._file.read_number(rows, "sent")
            if self._most is not None and sent >= self._most:
                raise BudgetExceeded(self._most)
            self._probe(rows, origin, now)
            turn = max(now, self._file.read_number(rows, "next"), self._file.read_number(rows, f"pause {origin}"))
            self._file.write_number(rows, "sent", sent + 1)
            self._file.write_number(rows, "next", turn + self._interval_s)
        return turn - now

    def _probe(self, rows: Connection, origin: str, now: float) -> None:
        """Let one request pass now and then, where a server does not answer."""
        troubles = self._file.read_number(rows, f"troubles {origin}")
        if troubles >= MOST_TROUBLES:
            if now < self._file.read_number(rows, f"probe {origin}"):
                raise ProviderUnreachable(origin, int(troubles))
            self._file.write_number(rows, f"probe {origin}", now + PROBE_S)

    def pause(self, origin: str, seconds: float) -> None:
        """Send a server nothing for a while, as it has asked for."""
        with self._file.transaction() as rows:
            until = max(self._clock() + seconds, self._file.read_number(rows, f"pause {origin}"))
            self._file.write_number(rows, f"pause {origin}", until)

    def note(self, origin: str, *, answered: bool) -> None:
        """Note whether a server has answered."""
        name = f"troubles {origin}"
        with self._file.transaction() as rows:
            troubles = self._file.read_number(rows, name)
            if not answered:
                self._file.write_number(rows, name, troubles + 1)
                self._file.write_number(rows, f"probe {origin}", self._clock() + PROBE_S)
            elif troubles:
                self._file.write_number(rows, name, 0)

    @property
    def sent(self) -> int:
        """How many requests were sent so far."""
        with self._file.transaction() as rows:
            return int(self._file.read_number(rows, "sent"))
