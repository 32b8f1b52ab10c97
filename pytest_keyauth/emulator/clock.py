"""The emulators' own clock: it can be moved without touching anybody else's."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["Clock"]

FIRST_YEAR, LAST_YEAR = 1970, 8999


def read_time() -> float:
    """The real time in Unix seconds; looked up anew each time, since a test may have it frozen."""
    return time.time()


class Clock:
    """Tells the emulator's time in UTC, and moves on request.

    Only the emulator reads it. The client's clock, and the event loop's, stay as they are: freezing those hangs
    async clients. Who freezes the process's time all the same (freezegun, time-machine) finds it frozen here, too.

    :param source: seconds since the epoch; the real time unless a test injects its own.
    """

    def __init__(self, source: Callable[[], float] = read_time) -> None:
        self._source = source
        self._offset_s = 0.0

    def seconds(self) -> float:
        """Seconds since the epoch, as this clock sees them."""
        return self._source() + self._offset_s

    def now(self) -> datetime:
        """The present moment, as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def after(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """What the clock would say if it were moved so far; it stays where it is.

        :raises ValueError: for a time outside of the years 1970 to 8999, in which all dates can be computed with.
        """
        try:
            moment = self.now() + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except (OverflowError, ValueError):
            moment = None
        if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError(
                f"the clock cannot be moved so far: expected a time in the years {FIRST_YEAR} to {LAST_YEAR}"
            )
        return moment

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Move this clock (forward, or back with negative values) and return the new time.

        :raises ValueError: for a time that it cannot be moved to (see :meth:`after`); it stays where it is.
        """
        moment = self.after(days=days, hours=hours, minutes=minutes, seconds=seconds)
        self._offset_s += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
        return moment

    def reset(self) -> None:
        """Go back to the source's own time."""
        self._offset_s = 0.0
