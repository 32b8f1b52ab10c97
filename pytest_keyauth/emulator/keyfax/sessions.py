"""An interview session: launched by start-up data, run in a browser, completed or cancelled there."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from pytest_keyauth.emulator.keyfax.startup import StartupData

__all__ = ["CANCELLED", "COMPLETED", "FINAL", "UNDER_WAY", "Session"]

COMPLETED = 1
CANCELLED = 2
UNDER_WAY = -2

FINAL = (COMPLETED, CANCELLED)

_PLACEHOLDER = re.compile(r"\{([0-3])\}")

#: All printable ASCII: a return URL is percent-encoded only where a header could not carry it.
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True)
class Session:
    """A session and where it stands. ``status`` is None until its launch URL is opened.

    ``finished_at`` is the time of its end by the emulator's clock.
    """

    guid: str
    startup: StartupData
    status: int | None = None
    finished_at: datetime | None = None

    @property
    def finished(self) -> bool:
        """Whether it was completed or cancelled."""
        return self.status in FINAL

    def opened(self) -> "Session":
        """The session once its launch URL was opened; one that was opened before stays as it is."""
        return replace(self, status=UNDER_WAY) if self.status is None else self

    def ended(self, status: int, now: datetime) -> "Session":
        """The session after it was completed or cancelled."""
        return replace(self, status=status, finished_at=now)

    def describe(self) -> str:
        """Say where it stands."""
        if self.status is None:
            return "the session has not been launched yet: its launch URL was not opened"
        states = {UNDER_WAY: "launched and under way", COMPLETED: "completed", CANCELLED: "cancelled"}
        return f"the session is {states[self.status]} (status {self.status})"

    def return_target(self) -> str | None:
        """Where the browser goes when it has ended: the return URL with its placeholders filled in.

        ``{0}`` is the status, ``{1}`` the company, ``{2}`` the guid, ``{3}`` the user id (assumed: the user name). To a
        URL without any, ``status={0}&guid={2}`` is appended.
        """
        url = self.startup.return_url
        if url is None:
            return None
        if _PLACEHOLDER.search(url) is None:
            url, hash_sign, fragment = url.partition("#")
            url = f"{url}{'&' if '?' in url else '?'}status={{0}}&guid={{2}}{hash_sign}{fragment}"
        values = (str(self.status), self.startup.company, self.guid, self.startup.user_name)
        filled = _PLACEHOLDER.sub(lambda match: quote(values[int(match[1])], safe=""), url)
        return quote(filled, safe=_PRINTABLE)
