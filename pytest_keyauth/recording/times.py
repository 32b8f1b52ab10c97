"""Times: what follows from when a recording was made is written relative to that moment.

``<now+10min:YYYY-MM-DDThh:mm:ss.sssZ>``, ``<now-1min:unix>``, ``<today-1day:YYYY-MM-DD>``. A recording takes
seconds, so minutes are the same at each recording; replayed, they are relative to the moment of the replay.
Times that are far away are the recorded data's own and stay as they are.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

__all__ = [
    "NEAR_DAYS",
    "is_relative_time",
    "read_relative_number",
    "read_relative_times",
    "relative_minutes",
    "relative_time",
    "relative_unix_time",
    "time_form",
]

#: A time that follows from "now": a token's end, a date of response; and a day around today.
NEAR_DAYS = 40
TODAY_DAYS = 3
_FARTHEST_S = 1e12

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_ISO_DAY, _CLOCK = r"(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d)", r"(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)"
_ZONE = r"Z| UTC|[+-](?:0\d|1[0-4]):?[0-5]\d"
_ISO = re.compile(rf"{_ISO_DAY}(?P<between>[T ]){_CLOCK}(?P<fraction>\.\d{{1,9}})?(?P<zone>{_ZONE})?", re.ASCII)
_OFFSET_FROM_UTC = re.compile(r"[+-]\d\d(:?)\d\d$", re.ASCII)
#: RFC 9110 calls it so; it was RFC 1123's, and is that of cookies.
_IMF = "IMF-fixdate"
_FORMS = {
    "DD/MM/YYYY hh:mm:ss": rf"(?P<D>\d\d)/(?P<M>\d\d)/(?P<Y>\d{{4}}) {_CLOCK}",
    "YYYYMMDDThhmmssZ": r"(?P<Y>\d{4})(?P<M>\d\d)(?P<D>\d\d)T(?P<h>\d\d)(?P<m>\d\d)(?P<s>\d\d)Z",
    "YYYYMMDDThhmmss": r"(?P<Y>\d{4})(?P<M>\d\d)(?P<D>\d\d)T(?P<h>\d\d)(?P<m>\d\d)(?P<s>\d\d)",
    _IMF: rf"(?P<day>{'|'.join(_DAYS)}), (?P<D>\d\d) (?P<month>{'|'.join(_MONTHS)}) (?P<Y>\d{{4}}) {_CLOCK} GMT",
}
_DAY_FORMS = {
    "YYYY-MM-DD": _ISO_DAY,
    "DD/MM/YYYY": r"(?P<D>\d\d)/(?P<M>\d\d)/(?P<Y>\d{4})",
}
_PATTERNS = [(form, re.compile(pattern, re.ASCII)) for form, pattern in (*_FORMS.items(), *_DAY_FORMS.items())]
_STRFTIME = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "hh": "%H", "mm": "%M", "ssssss": "000000", "sss": "000", "ss": "%S"}
_PART = re.compile("YYYY|MM|DD|hh|mm|ssssss|sss|ss")

#: Numbers of JSON stand in quotation marks, which are taken off with them.
_NUMBERS = {"unix number": 1, "unix-ms number": 1000, "unix float": 1}
_NUMBER_FORM = "|".join(_NUMBERS)
_ISO_FORM = rf"YYYY-MM-DD[T ]hh:mm:ss(?:\.s{{3}}(?:s{{3}})?)?(?:{_ZONE})?"
_OTHER_FORM = "|".join((*_FORMS, *_DAY_FORMS, "unix-ms", "unix"))
#: As many digits as a time has that was near.
_OFFSET = r"(now|today)([+-][0-9]{1,5})(?:min|day):"
_RELATIVE = re.compile(rf"(?:<|&lt;){_OFFSET}({_ISO_FORM}|{_NUMBER_FORM}|{_OTHER_FORM})(?:>|&gt;)", re.ASCII)
_RELATIVE_NUMBER = re.compile(rf'(\\*")<{_OFFSET}({_NUMBER_FORM})>\1', re.ASCII)


def relative_time(text: str, now: datetime) -> str | None:
    """Write a text that is a time near `now` (in UTC) relative to it; None for any other text."""
    found = _parse(text)
    if found is None:
        return None
    form, moment = found
    if form in _DAY_FORMS:
        days = (moment.date() - now.date()).days
        return f"<today{days:+}day:{form}>" if abs(days) <= TODAY_DAYS else None
    return relative_minutes(moment.timestamp(), now, form)


def time_form(text: str) -> str | None:
    """The form of a text that is a time, near or far, or names one relative to a recording; None for any other text.

    How far a clock is from UTC is not told: it is another hour in summer.
    """
    if text[:1] in ("<", "&"):
        named = _RELATIVE.fullmatch(text)
        form = named[3] if named is not None else None
    else:
        found = _parse(text)
        form = found[0] if found is not None else None
    return _OFFSET_FROM_UTC.sub(r"±hh\1mm", form) if form is not None else None


def _parse(text: str) -> tuple[str, datetime] | None:
    """The form of a text that is a time, and which time."""
    if not _may_be_time(text):
        return None
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return _read(_iso_form(iso), iso, iso["zone"] or "")
    for form, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _read(form, match, "")
    return None


def _may_be_time(text: str) -> bool:
    """Whether a text is worth a look: nearly all are not."""
    return 10 <= len(text) <= 35 and (text[0].isdigit() or text.endswith(" GMT"))


def _iso_form(match: re.Match[str]) -> str:
    fraction = match["fraction"] or ""
    # Some leave out zeros at the end, so that their digits are not always as many.
    digits = "" if not fraction else ".sss" if len(fraction) == 4 else ".ssssss"
    return f"YYYY-MM-DD{match['between']}hh:mm:ss{digits}{match['zone'] or ''}"


def _read(form: str, match: re.Match[str], zone: str) -> tuple[str, datetime] | None:
    parts = match.groupdict()
    month = _MONTHS.index(parts["month"]) + 1 if "month" in parts else int(parts["M"])
    hour, minute, second = (int(parts.get(name) or 0) for name in "hms")
    try:
        moment = datetime(int(parts["Y"]), month, int(parts["D"]), hour, minute, second, tzinfo=UTC) - _offset(zone)
    except (ValueError, OverflowError):
        return None
    return (form, moment) if parts.get("day") in (None, _DAYS[moment.weekday()]) else None


def _offset(zone: str) -> timedelta:
    if zone[:1] not in ("+", "-"):
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timedelta(minutes=minutes if zone[0] == "+" else -minutes)


def relative_minutes(seconds: float, now: datetime, form: str) -> str | None:
    """Write seconds since the epoch relative to `now`, to be read in a form; None where they are not near."""
    difference_s = seconds - now.timestamp()
    return f"<now{round(difference_s / 60):+}min:{form}>" if abs(difference_s) <= NEAR_DAYS * 86400 else None


def is_relative_time(text: str) -> bool:
    """Whether a text is a time relative to a recording."""
    return _RELATIVE.fullmatch(text) is not None


def relative_unix_time(seconds: float, now: datetime) -> str | None:
    """The same for seconds since the epoch."""
    if not abs(seconds) < _FARTHEST_S:  # no number at all, or one that is too large to reckon with
        return None
    return relative_minutes(seconds, now, "unix")


def read_relative_times(text: str, now: datetime) -> str:
    """Put the times in that a text names relative to `now`."""
    if "number>" in text or "float>" in text:
        text = _RELATIVE_NUMBER.sub(lambda match: _absolute(match[2], int(match[3]), match[4], now), text)
    return _RELATIVE.sub(lambda match: _absolute(match[1], int(match[2]), match[3], now), text)


def read_relative_number(text: str, now: datetime) -> float | int | None:
    """The number that a text names relative to `now`; None for any other text."""
    match = _RELATIVE.fullmatch(text)
    if match is None or match[3] not in _NUMBERS:
        return None
    written = _absolute(match[1], int(match[2]), match[3], now)
    return float(written) if match[3] == "unix float" else int(written)


def _absolute(base: str, offset: int, form: str, now: datetime) -> str:
    moment = now + (timedelta(minutes=offset) if base == "now" else timedelta(days=offset))
    if form.startswith("unix"):
        whole = int(moment.timestamp())
        return f"{whole}.0" if form == "unix float" else str(whole * (1000 if form.startswith("unix-ms") else 1))
    if form == _IMF:
        return format_datetime(moment, usegmt=True)
    zone = _OFFSET_FROM_UTC.search(form)
    return (moment + _offset(zone[0] if zone else "")).strftime(_PART.sub(lambda match: _STRFTIME[match[0]], form))
