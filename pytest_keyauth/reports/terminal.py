"""What the terminal says of a run's verdicts."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from pytest_keyauth.findings import Deviation
from pytest_keyauth.reports.sentences import (
    conclude,
    group_by_reason,
    name_providers,
    tell_counts,
    tell_oldest,
    tells_ages,
)
from pytest_keyauth.reports.texts import shorten, show_line
from pytest_keyauth.verdicts import Report, Verdict

__all__ = ["summarize_report"]

WIDTH = 100
LONGEST_VALUE = 400


def summarize_report(report: Report, *, quiet: bool) -> Iterator[str]:
    """The summary's lines: a line a provider, each drift by place, what was unreachable and why, and how old it all is.

    ``quiet``: only the counts, the names of what drifted and the conclusion.
    """
    for provider in name_providers(report):
        counts = ", ".join(phrase for _, phrase in tell_counts(report, provider))
        yield from _wrap(f"{provider}: {counts}", "  ")
    for verdict in report.with_word("drifted"):
        yield from _tell_drift(verdict, quiet=quiet)
    if not quiet:
        yield from _tell_rest(report)
    yield from _wrap(conclude(report), "  ")
    for detail in report.details:
        yield from _wrap(f"  {show_line(detail)}", "  ")


def _tell_drift(verdict: Verdict, *, quiet: bool) -> Iterator[str]:
    title = f"  drifted  {verdict.outcome.name}"
    places = [_tell(deviation) for deviation in verdict.deviations] or [show_line(verdict.reason)]
    if quiet:
        yield title
    elif len(places) == 1 and len(title) + 2 + len(places[0]) <= WIDTH:
        yield f"{title}  {places[0]}".rstrip()
    else:
        yield title
        for place in places:
            yield from _wrap(f"           {place}", " " * 13)


def _tell_rest(report: Report) -> Iterator[str]:
    for verdict in report.verdicts:
        for note in verdict.notes:
            yield from _wrap(f"  note     {verdict.outcome.name}  {_tell(note)}", " " * 13)
    for reason, verdicts in group_by_reason(report.with_word("unreachable")).items():
        yield from _wrap(f"  unreachable: {shorten(show_line(reason), LONGEST_VALUE)}", " " * 6)
        yield from _list(verdicts)
    if tells_ages(report):
        yield f"  {tell_oldest(report)}"


def _list(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Names by operation, as the coverage summary has them."""
    for operation, group in groupby(verdicts, key=lambda verdict: verdict.outcome.operation):
        names = ", ".join(f"{verdict.outcome.status}/{verdict.outcome.label}" for verdict in group)
        yield from _wrap(f"    {operation}/ {names}", " " * (len(operation) + 6))


def _tell(deviation: Deviation) -> str:
    return shorten(show_line(str(deviation)), LONGEST_VALUE)


def _wrap(line: str, indent: str) -> list[str]:
    return wrap(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
