"""Numbers that are times: seconds or milliseconds since the epoch, known by their names, or by being now.

An identifier may look like one. So a number must be near to the recording and have a time's name, or be of this very
minute and not have an identifier's.
"""

import re
from datetime import datetime
from typing import Any

from pytest_keyauth.recording.times import relative_minutes

__all__ = ["relative_number", "unix_form"]

#: A number of this length of time around now is hardly ever anything else: one in ten million of ten digits is.
SURE_S = 300

_TIME_WORDS = frozenset(
    {
        "at",
        "created",
        "date",
        "datetime",
        "epoch",
        "exp",
        "expiration",
        "expires",
        "expiry",
        "from",
        "iat",
        "issued",
        "millis",
        "modified",
        "ms",
        "nbf",
        "now",
        "since",
        "time",
        "timestamp",
        "ts",
        "unix",
        "until",
        "updated",
        "when",
    }
)
_OTHER_WORDS = frozenset(
    {
        "account",
        "amount",
        "code",
        "count",
        "hash",
        "id",
        "identifier",
        "ids",
        "invoice",
        "key",
        "nr",
        "number",
        "order",
        "phone",
        "ref",
        "reference",
        "seed",
        "serial",
        "size",
        "user",
        "version",
    }
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_DIGITS = re.compile(r"[1-9](?:[0-9]{8,9}|[0-9]{11,12})", re.ASCII)

#: A recording's and a replay's dates are within these: 1990 to 2100.
_EARLIEST_S, _LATEST_S = 631_152_000, 4_102_444_800


def unix_form(name: str, value: Any) -> str | None:
    """The form of a number, or of its digits, that may be a time by its name and size; None for any other."""
    found = _measure(value)
    return found[0] if found is not None and _promises(name) else None


def relative_number(name: str, value: Any, now: datetime) -> str | None:
    """Write a number, or its digits, relative to `now` where it surely is a time; None for any other."""
    found = _measure(value)
    words = _words(name)
    if found is None or not words or words & _OTHER_WORDS:
        return None
    form, seconds = found
    is_sure = _promises(name) or abs(seconds - now.timestamp()) <= SURE_S
    return relative_minutes(seconds, now, form) if is_sure else None


def _measure(value: Any) -> tuple[str, float] | None:
    """The form of what could be a time, and its seconds since the epoch."""
    kind = {str: "", int: " number", float: " float"}.get(type(value))
    if kind is None or (isinstance(value, str) and not _DIGITS.fullmatch(value)):
        return None
    number = int(value) if isinstance(value, str) else value
    if _EARLIEST_S < number < _LATEST_S:
        return f"unix{kind}", number
    if _EARLIEST_S * 1000 < number < _LATEST_S * 1000 and kind != " float":
        return f"unix-ms{kind}", number / 1000
    return None


def _promises(name: str) -> bool:
    """Whether a name is a time's."""
    words = _words(name)
    return bool(words & _TIME_WORDS) and not words & _OTHER_WORDS


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name.rpartition(".")[2])}
