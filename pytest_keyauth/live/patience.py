"""What may be sent again when it went wrong, and after how long."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

import httpx

from pytest_keyauth.live.budget import LONGEST_WAIT_S, Budget

__all__ = ["GATEWAY_ERRORS", "TOO_MANY_REQUESTS", "Patience", "is_repeatable", "read_retry_after"]

#: What a gateway or a proxy answers in the place of a provider that does not.
GATEWAY_ERRORS = frozenset({502, 503, 504})

#: The provider wants to be asked less often.
TOO_MANY_REQUESTS = 429

MOST_TRIES = 3
BACKOFF_S = 0.25

#: A connection was never made, so that nothing was sent.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def is_repeatable(request: httpx.Request) -> bool:
    """Whether a request that may have arrived can be sent again without doing anything twice.

    Reading can; but not reading that is signed, since a nonce counts once, nor the GET with which Keyfax makes keys.
    """
    makes_keys = request.url.path.endswith("/api/v1/key")
    return request.method in ("GET", "HEAD") and not makes_keys and _can_be_sent_again(request)


def _can_be_sent_again(request: httpx.Request) -> bool:
    is_signed = request.headers.get("authorization", "").lower().startswith("basic ")
    return isinstance(request.stream, httpx.ByteStream) and not is_signed


def read_retry_after(value: str, now: datetime) -> float | None:
    """The seconds that ``Retry-After`` asks for (RFC 9110, 10.2.3): a number of them, or a date; None for neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


class Patience:
    """Decides for each try of a request whether there is another, and when.

    :param repeats: whether anything is sent again at all; not where a test provokes what goes wrong.
    """

    def __init__(
        self,
        budget: Budget,
        origin: str,
        *,
        repeats: bool = True,
        random: Random | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._budget = budget
        self._origin = origin
        self._repeats = repeats
        self._random = random or Random()
        self._now = now

    def begin(self) -> Iterator[float]:
        """Take a try out of the budget, and tell how many seconds to wait before it, one time after the other.

        While it waits for its turn, the server may have asked somebody else for a pause.

        :raises BudgetExceeded: where none is left.
        :raises ProviderUnreachable: where the server has not answered for a while, or wants to be left alone for long.
        """
        self._budget.take(self._origin)
        is_turn = False
        while not is_turn:
            pause, is_turn = self._budget.wait(self._origin)
            if pause > 0:
                yield pause
                is_turn = is_turn and not self._budget.is_paused(self._origin)

    def after_error(self, request: httpx.Request, error: httpx.TransportError, tries: int) -> float | None:
        """Seconds until the next try after one that got no answer; None where that was the last."""
        if self._may_repeat(request, tries, unsent=isinstance(error, _UNSENT)):
            return self._backoff(tries)
        if self._repeats:
            self._budget.note(self._origin, answered=False)
        return None

    def after_answer(self, request: httpx.Request, response: httpx.Response, tries: int) -> float | None:
        """Seconds until the next try after one that got an answer; None where the answer stands."""
        if not self._repeats:
            return None
        busy = response.status_code == TOO_MANY_REQUESTS
        if not busy and response.status_code not in GATEWAY_ERRORS:
            self._budget.note(self._origin, answered=True)
            return None
        asked = read_retry_after(response.headers.get("retry-after", ""), self._now())
        if asked is not None:
            self._budget.pause(self._origin, asked)
        refused = busy and _can_be_sent_again(request)  # it was not done, says the status
        if (asked or 0.0) <= LONGEST_WAIT_S and self._may_repeat(request, tries, unsent=refused):
            return self._backoff(tries) if asked is None else asked
        self._budget.note(self._origin, answered=busy)
        return None

    def _may_repeat(self, request: httpx.Request, tries: int, *, unsent: bool) -> bool:
        return self._repeats and tries < MOST_TRIES and (unsent or is_repeatable(request))

    def _backoff(self, tries: int) -> float:
        """Twice as long each time, and not for all callers the same."""
        return BACKOFF_S * 2.0 ** (tries - 1) * self._random.uniform(0.5, 1.0)
