"""KeyTrac's dates. The document shows three formats, each at its own place, and takes a fourth as a parameter."""

import re
from datetime import UTC, date, datetime

__all__ = ["format_created", "format_listed_activity", "format_shown_activity", "parse_day"]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _milliseconds(moment: datetime) -> str:
    return f"{moment.microsecond // 1000:03d}"


def format_created(moment: datetime) -> str:
    """``created_at`` of the user list: ``2016-03-24T11:45:24.812Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{_milliseconds(moment)}Z"


def format_listed_activity(moment: datetime) -> str:
    """``last_activity`` of the user list: ``2016-03-24 11:53:07.902Z``, with a space."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{_milliseconds(moment)}Z"


def format_shown_activity(moment: datetime) -> str:
    """``last_activity`` of the user's details: ``2015-06-29 07:31:01 UTC``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def parse_day(text: str) -> date | None:
    """Read ``YYYY-MM-DD`` (ASCII digits, an existing day); None for anything else."""
    if _DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
