"""What there is to say of a run in words, the same in every form of a report."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from pytest_keyauth.verdicts import WORDS, Conclusion, Report, Verdict, Word

__all__ = [
    "HEADLINES",
    "PHRASES",
    "SYMBOLS",
    "conclude",
    "count",
    "group_by_reason",
    "in_utc",
    "name_providers",
    "phrase_of",
    "tell_age",
    "tell_counts",
    "tell_duration",
    "tell_moment",
    "tell_oldest",
    "tells_ages",
]

#: A sign for each verdict, since colours alone are not for everybody.
SYMBOLS: Mapping[Word, str] = {
    "drifted": "≠",
    "unreachable": "⊘",
    "accepted": "≈",
    "confirmed": "✓",
    "unprovokable": "○",
    "unchecked": "·",
}

#: The verdicts as one counts them: "12 not provokable live".
PHRASES: Mapping[Word, str] = {
    "drifted": "drifted",
    "unreachable": "unreachable",
    "accepted": "accepted",
    "confirmed": "confirmed",
    "unprovokable": "not provokable live",
    "unchecked": "not asked",
}

#: A word for each conclusion, to be read from afar.
HEADLINES: Mapping[Conclusion, str] = {
    "confirmed": "Confirmed",
    "drift": "Drift",
    "outage": "Outage",
    "refused": "Refused",
    "incomplete": "Incomplete",
}

_CONCLUSIONS: Mapping[Conclusion, str] = {
    "confirmed": "All that was asked is as documented",
    "drift": "A provider does not do what its document says",
    "outage": "A provider could not be asked",
    "refused": "A provider does not accept our credentials",
    "incomplete": "Not everything could be asked",
}

#: What counts beside each conclusion, in this order.
_COUNTED: tuple[tuple[Word, str], ...] = (
    ("drifted", "not as documented"),
    ("unreachable", "unreachable"),
    ("confirmed", "confirmed"),
)


def count(number: int, thing: str) -> str:
    """A number of things: "1 outcome", "1,200 outcomes"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def conclude(report: Report) -> str:
    """What the run came to, in one sentence."""
    counts = [(report.count(word), phrase) for word, phrase in _COUNTED]
    told = [(number, phrase) for number, phrase in counts if number] or [(0, "confirmed")]
    (number, phrase), *others = told
    first = (
        f"{number:,} of {count(len(report.verdicts), 'documented outcome')} {'is' if number == 1 else 'are'} {phrase}"
    )
    rest = "".join(f", {other:,} {words}" for other, words in others)
    return f"{_CONCLUSIONS[report.conclusion]}: {first}{rest}."


def name_providers(report: Report) -> list[str]:
    """The providers in the order of their verdicts."""
    return list(dict.fromkeys(verdict.outcome.provider for verdict in report.verdicts))


def tell_counts(report: Report, provider: str) -> Iterator[tuple[Word, str]]:
    """A provider's counts that are not nothing: "84 confirmed", "1 drifted", …, the good news first."""
    for word in sorted(WORDS, key=lambda word: word != "confirmed"):
        if number := report.count(word, provider):
            yield word, f"{number} {phrase_of(word, report)}"


def phrase_of(word: Word, report: Report) -> str:
    """A verdict as one counts it; only live runs speak of live."""
    return "not provokable" if word == "unprovokable" and report.target != "live" else PHRASES[word]


def tells_ages(report: Report) -> bool:
    """Whether a run is any news of when something was confirmed live."""
    return report.target == "live" or any(verdict.confirmed_on for verdict in report.verdicts)


def tell_age(day: date | None, started: datetime) -> str:
    """How long before a run a day was: "today", "yesterday", "12 days ago", "never"."""
    if day is None:
        return "never"
    days = (in_utc(started).date() - day).days
    return "today" if days <= 0 else "yesterday" if days == 1 else f"{days:,} days ago"


def in_utc(moment: datetime) -> datetime:
    """A moment in UTC, as which one without a zone is taken."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def tell_moment(moment: datetime) -> str:
    """A date and a time: "2026-11-24 19:26 UTC"."""
    return f"{in_utc(moment):%Y-%m-%d %H:%M} UTC"


def tell_duration(seconds: float) -> str:
    """A duration: "0.8 s", "42 s", "3 min 20 s", "1 h 5 min"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def tell_oldest(report: Report, provider: str | None = None) -> str:
    """How old the oldest live confirmation is, and how many outcomes have none."""
    chosen = [verdict for verdict in report.verdicts if provider in (None, verdict.outcome.provider)]
    days = [verdict.confirmed_on for verdict in chosen if verdict.confirmed_on is not None]
    never = len(chosen) - len(days)
    if not days:
        return "nothing was ever confirmed live"
    age = (in_utc(report.started).date() - min(days)).days
    parts = [f"the oldest confirmation is {count(age, 'day')} old" if age > 0 else "all confirmations are of today"]
    if never:
        parts.append(f"{never:,} {'was' if never == 1 else 'were'} never confirmed live")
    return "; ".join(parts)


def group_by_reason(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Verdicts by why they are not confirmed; in the order in which the reasons come up."""
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.reason or WORDS[verdict.word], []).append(verdict)
    return groups
