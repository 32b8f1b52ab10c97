"""How many requests a run may send, and how fast: all its processes together."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from sqlite3 import Connection

from pytest_keyauth.errors import BudgetExceeded, ProviderUnreachable
from pytest_keyauth.live.run_file import RunFile

__all__ = ["Budget"]

#: After so many requests in a row that got no answer, no more are sent but one each PROBE_S, to see whether it is back.
MOST_TROUBLES, PROBE_S = 8, 15.0

#: Where a server wants to be left alone for longer than this, nobody waits, and nothing is sent.
LONGEST_WAIT_S = 120.0


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

    def take(self, origin: str) -> None:
        """Take one request to a server out of the budget. When it may be sent, `wait` tells.

        :raises BudgetExceeded: where none is left.
        :raises ProviderUnreachable: where the server has not answered for a while, or wants to be left alone for long.
        """
        with self._now() as (rows, now):
            sent = self._file.read_number(rows, "sent")
            if self._most is not None and sent >= self._most:
                raise BudgetExceeded(self._most)
            self._pause_left(rows, origin, now)
            self._probe(rows, origin, now)
            self._file.write_number(rows, "sent", sent + 1)

    def wait(self, origin: str) -> tuple[float, bool]:
        """Tell how many seconds to wait, and whether it is one's turn then: after a pause it is asked again.

        Nobody gets a turn within a pause: those who have waited for its end would all be sent together.

        :raises ProviderUnreachable: where the server wants to be left alone for long.
        """
        with self._now() as (rows, now):
            pause = self._pause_left(rows, origin, now)
            if pause > 0:
                return pause, False
            turn = max(now, self._file.read_number(rows, "next"))
            self._file.write_number(rows, "next", turn + self._interval_s)
        return turn - now, True

    def _pause_left(self, rows: Connection, origin: str, now: float) -> float:
        pause = self._file.read_number(rows, f"pause {origin}") - now
        if pause > LONGEST_WAIT_S:
            raise ProviderUnreachable(origin, pause_s=pause)
        return max(0.0, pause)

    @contextmanager
    def _now(self) -> Iterator[tuple[Connection, float]]:
        """A transaction, and when it is. Where a clock was set back, all that was planned is, too."""
        with self._file.transaction() as rows:
            now, seen = self._clock(), self._file.read_number(rows, "seen")
            if now < seen:
                plans = "name = 'next' OR name LIKE 'pause %' OR name LIKE 'probe %'"
                rows.execute(f"UPDATE numbers SET value = value - ? WHERE {plans}", (seen - now,))  # noqa: S608  # ours
            self._file.write_number(rows, "seen", now)
            yield rows, now

    def _probe(self, rows: Connection, origin: str, now: float) -> None:
        """Let one request pass now and then, where a server does not answer."""
        troubles = self._file.read_number(rows, f"troubles {origin}")
        if troubles >= MOST_TROUBLES:
            if now < self._file.read_number(rows, f"probe {origin}"):
                raise ProviderUnreachable(origin, int(troubles))
            self._file.write_number(rows, f"probe {origin}", now + PROBE_S)

    def pause(self, origin: str, seconds: float) -> None:
        """Send a server nothing for a while, as it has asked for."""
        with self._now() as (rows, now):
            until = max(now + seconds, self._file.read_number(rows, f"pause {origin}"))
            self._file.write_number(rows, f"pause {origin}", until)

    def is_paused(self, origin: str) -> bool:
        """Whether a server has asked to be left alone for now."""
        with self._now() as (rows, now):
            return self._file.read_number(rows, f"pause {origin}") > now

    def note(self, origin: str, *, answered: bool) -> None:
        """Note whether a server has answered."""
        name = f"troubles {origin}"
        with self._now() as (rows, now):
            troubles = self._file.read_number(rows, name)
            if not answered:
                self._file.write_number(rows, name, troubles + 1)
                self._file.write_number(rows, f"probe {origin}", now + PROBE_S)
            elif troubles:
                self._file.write_number(rows, name, 0)

    @property
    def sent(self) -> int:
        """How many requests were sent so far."""
        with self._file.transaction() as rows:
            return int(self._file.read_number(rows, "sent"))
