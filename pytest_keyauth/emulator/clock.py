"""The emulators' own clock: it can be moved without touching anybody else's."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["Clock"]


class Clock:
    """Tells the emulator's time in UTC, and moves on request.

    Only the emulator reads it. The client's clock, and the event loop's, stay as they are: freezing those hangs
    async clients.

    :param source: seconds since the epoch; the real time unless a test injects its own.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset_s = 0.0

    def seconds(self) -> float:
        """Seconds since the epoch, as this clock sees them."""
        return self._source() + self._offset_s

    def now(self) -> datetime:
        """The present moment, as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Move this clock (forward, or back with negative values) and return the new time.

        :raises ValueError: where the calendar ends before that; the clock stays where it is.
        """
        before_s = self._offset_s
        try:
            self._offset_s += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
            return self.now()
        except (OverflowError, ValueError, OSError):
            self._offset_s = before_s
            raise ValueError("the clock cannot be moved so far: expected a time in the years 1 to 9999") from None

    def reset(self) -> None:
        """Go back to the source's own time."""
        self._offset_s = 0.0
