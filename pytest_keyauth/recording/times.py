"""Times: what follows from when a recording was made is written relative to that moment.

``<now+10min:YYYY-MM-DDThh:mm:ss.sssZ>``, ``<now-1min:unix>``, ``<today-1day:YYYY-MM-DD>``. A recording takes
seconds, so minutes are the same at each recording; replayed, they are relative to the moment of the replay.
Times that are far away are the recorded data's own and stay as they are.
"""

import re
from datetime import UTC, datetime, timedelta

__all__ = ["is_relative_time", "read_relative_times", "relative_time", "relative_unix_time", "time_form"]

#: A time that follows from "now": a token's end, a date of response; and a day around today.
NEAR_DAYS = 40
TODAY_DAYS = 3
_FARTHEST_S = 1e12

_FORMS = {
    "YYYY-MM-DDThh:mm:ss.sssZ": r"(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d)T(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)\.\d{3}Z",
    "YYYY-MM-DD hh:mm:ss.sssZ": r"(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d) (?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)\.\d{3}Z",
    "YYYY-MM-DDThh:mm:ssZ": r"(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d)T(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)Z",
    "YYYY-MM-DDThh:mm:ss": r"(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d)T(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)",
    "YYYY-MM-DD hh:mm:ss": r"(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d) (?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)",
    "YYYY-MM-DD hh:mm:ss UTC": r"(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d) (?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d) UTC",
    "DD/MM/YYYY hh:mm:ss": r"(?P<D>\d\d)/(?P<M>\d\d)/(?P<Y>\d{4}) (?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)",
}
_DAY_FORMS = {
    "YYYY-MM-DD": r"(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d)",
    "DD/MM/YYYY": r"(?P<D>\d\d)/(?P<M>\d\d)/(?P<Y>\d{4})",
}
_PATTERNS = [(form, re.compile(pattern, re.ASCII)) for form, pattern in (*_FORMS.items(), *_DAY_FORMS.items())]
_STRFTIME = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "hh": "%H", "mm": "%M", "sss": "000", "ss": "%S"}
_PART = re.compile("YYYY|MM|DD|hh|mm|sss|ss")
#: As many digits as a time has that was near.
_RELATIVE = re.compile(
    r"(?:<|&lt;)(now|today)([+-][0-9]{1,5})(?:min|day):"
    rf"({'|'.join(map(re.escape, (*_FORMS, *_DAY_FORMS, 'unix')))})(?:>|&gt;)"
)


def relative_time(text: str, now: datetime) -> str | None:
    """Write a text that is a time near `now` (in UTC) relative to it; None for any other text."""
    if not _may_be_time(text):
        return None
    for form, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _relative(form, {name: int(value) for name, value in match.groupdict().items()}, now)
    return None


def time_form(text: str) -> str | None:
    """The form of a text that is a time, near or far, or names one relative to a recording; None for any other text."""
    if text[:1] in ("<", "&"):
        named = _RELATIVE.fullmatch(text)
        return named[3] if named is not None else None
    if not _may_be_time(text):
        return None
    return next((form for form, pattern in _PATTERNS if pattern.fullmatch(text)), None)


def _may_be_time(text: str) -> bool:
    """Whether a text is worth a look: nearly all are not."""
    return 10 <= len(text) <= 24 and text[0].isdigit()


def is_relative_time(text: str) -> bool:
    """Whether a text is a time relative to a recording."""
    return _RELATIVE.fullmatch(text) is not None


def _relative(form: str, parts: dict[str, int], now: datetime) -> str | None:
    try:
        moment = datetime(
            parts["Y"], parts["M"], parts["D"], parts.get("h", 0), parts.get("m", 0), parts.get("s", 0), tzinfo=UTC
        )
    except ValueError:
        return None
    if form in _DAY_FORMS:
        days = (moment.date() - now.date()).days
        return f"<today{days:+}day:{form}>" if abs(days) <= TODAY_DAYS else None
    return f"<now{_minutes(moment, now):+}min:{form}>" if abs(moment - now) <= timedelta(days=NEAR_DAYS) else None


def _minutes(moment: datetime, now: datetime) -> int:
    return round((moment - now).total_seconds() / 60)


def relative_unix_time(seconds: float, now: datetime) -> str | None:
    """The same for seconds since the epoch."""
    if not abs(seconds) < _FARTHEST_S:  # no number at all, or one that is too large to reckon with
        return None
    difference_s = seconds - now.timestamp()
    return f"<now{round(difference_s / 60):+}min:unix>" if abs(difference_s) <= NEAR_DAYS * 86400 else None


def read_relative_times(text: str, now: datetime) -> str:
    """Put the times in that a text names relative to `now`."""
    return _RELATIVE.sub(lambda match: _absolute(match[1], int(match[2]), match[3], now), text)


def _absolute(base: str, offset: int, form: str, now: datetime) -> str:
    moment = now + (timedelta(minutes=offset) if base == "now" else timedelta(days=offset))
    if form == "unix":
        return str(int(moment.timestamp()))
    return moment.strftime(_PART.sub(lambda match: _STRFTIME[match[0]], form))
