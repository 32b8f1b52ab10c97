"""A report as Markdown in GitHub's flavour, for the summary of a step of a CI."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from pytest_keyauth.findings import Deviation, Evidence
from pytest_keyauth.reports.comparison import compare_answers, write_answer
from pytest_keyauth.reports.sentences import (
    HEADLINES,
    SYMBOLS,
    conclude,
    count,
    group_by_reason,
    name_providers,
    phrase_of,
    tell_age,
    tell_duration,
    tell_moment,
    tell_oldest,
    tells_ages,
)
from pytest_keyauth.reports.texts import shorten, show, show_line
from pytest_keyauth.verdicts import WORDS, Report, Verdict

__all__ = ["render_markdown"]

LONGEST_VALUE = 300
LONGEST_CODE = 8_000

#: GitHub shows no summary of more than 1 MiB.
MOST_CHARACTERS = 300_000

# What means something in Markdown, to HTML, or makes a link, a mention or a formula at GitHub.
_SPECIAL = re.compile(r"[`|*_\[\]\\~$@:#{}()!]|(?<=www)\.|^[-+=]|(?<=^\d)\.")


def render_markdown(report: Report) -> str:
    """Write a report as Markdown: what it came to, the counts, each drift, what was unreachable; the rest folded."""
    parts = [*_head(report), *_counts(report)]
    parts += _within_limit(report.with_word("drifted"))
    parts += _unreachable(report.with_word("unreachable"))
    parts += _rest(report)
    return "\n\n".join(parts) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"## pytest-keyauth: {HEADLINES[report.conclusion]}"
    yield conclude(report)
    if report.details:
        yield "\n".join(f"- {_text(detail)}" for detail in report.details)
    servers = [f"{_text(provider)}: {_text(server)}" for provider, server in report.servers.items()]
    asked = [f"target {_text(report.target)}", *servers, f"seed {report.seed}", tell_moment(report.started)]
    took = [tell_duration(report.seconds), count(report.requests, "request"), f"version {_text(report.version)}"]
    yield " · ".join([*asked, *took])


def _counts(report: Report) -> Iterator[str]:
    words = [word for word in WORDS if report.count(word)]
    heads = ["provider", *(f"{SYMBOLS[word]} {phrase_of(word, report)}" for word in words)]
    rows = [[_text(name), *(str(report.count(word, name)) for word in words)] for name in name_providers(report)]
    rule = ["---", *("---:" for _ in words)]
    if tells_ages(report):
        heads.append("confirmed live")
        rule.append("---")
        rows = [[*row, tell_oldest(report, name)] for row, name in zip(rows, name_providers(report), strict=True)]
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))


def _within_limit(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Each drift; where they are too much for a page, the last ones by name only."""
    if verdicts:
        yield f"### {SYMBOLS['drifted']} {count(len(verdicts), 'outcome')} drifted"
    length = 0
    for verdict in verdicts:
        drift = "\n\n".join(_drift(verdict))
        length += len(drift)
        yield drift if length <= MOST_CHARACTERS else f"#### {_code(verdict.outcome.name)}"


def _drift(verdict: Verdict) -> Iterator[str]:
    yield f"#### {_code(verdict.outcome.name)}"
    if verdict.outcome.condition:
        yield f"> {_text(verdict.outcome.condition)}"
    if verdict.reason:
        yield _text(verdict.reason)
    if verdict.deviations:
        yield _deviations(verdict.deviations)
    if verdict.evidence is not None:
        yield from _evidence(verdict.evidence)


def _deviations(deviations: Iterable[Deviation]) -> str:
    lines = ["| place | | documented | answered |", "|---|---|---|---|"]
    for item in deviations:
        cells = (_code(item.place), item.kind, _code(item.expected), _code(item.actual))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _evidence(evidence: Evidence) -> Iterator[str]:
    if evidence.actual is None:
        lines = [f" {line}" for line in write_answer(evidence.expected)]
        yield "No answer came. This one is documented:"
    else:
        lines = list(_compare(evidence))
        yield "The documented answer (−) and the one that came (+):"
    yield _fence("diff", "\n".join(lines))
    yield "The request:"
    yield _fence("sh", show(evidence.curl))


def _compare(evidence: Evidence) -> Iterator[str]:
    assert evidence.actual is not None
    for is_same, rows in groupby(compare_answers(evidence.expected, evidence.actual), key=lambda row: row.is_same):
        changed = list(rows)
        if is_same:
            yield from (f" {row.expected}" for row in changed)
        else:
            yield from (f"-{row.expected}" for row in changed if row.expected is not None)
            yield from (f"+{row.actual}" for row in changed if row.actual is not None)


def _unreachable(verdicts: Sequence[Verdict]) -> Iterator[str]:
    if verdicts:
        yield f"### {SYMBOLS['unreachable']} {count(len(verdicts), 'outcome')} unreachable"
    for reason, group in group_by_reason(verdicts).items():
        names = "\n".join(f"- {_code(verdict.outcome.name)}" for verdict in group)
        yield f"{_text(reason)}:\n\n{names}"


def _rest(report: Report) -> Iterator[str]:
    """All other verdicts, folded."""
    for word in WORDS:
        verdicts = report.with_word(word)
        if word not in ("drifted", "unreachable") and verdicts:
            title = f"{SYMBOLS[word]} {count(len(verdicts), 'outcome')} {phrase_of(word, report)}: {WORDS[word]}"
            lines = "\n".join(_line(verdict, report) for verdict in verdicts)
            yield f"<details><summary>{title}</summary>\n\n{lines}\n\n</details>"


def _line(verdict: Verdict, report: Report) -> str:
    parts = [f"- {_code(verdict.outcome.name)}"]
    if tells_ages(report):
        parts.append(f"confirmed live: {tell_age(verdict.confirmed_on, report.started)}")
    parts += [_text(verdict.reason)] if verdict.reason else []
    parts += [_code(str(deviation)) for deviation in verdict.deviations]
    parts += [f"left open by the document: {_code(str(note))}" for note in verdict.notes]
    return ", ".join(parts)


def _text(text: str) -> str:
    """A text within a line, in which nothing means anything in Markdown or HTML."""
    shown = shorten(show_line(text), LONGEST_VALUE)
    return _SPECIAL.sub(lambda match: f"&#{ord(match.group())};", escape(shown, quote=False))


def _code(text: str) -> str:
    """The same as code; HTML's, since a span in backticks cannot hold every text."""
    return f"<code>{_text(text)}</code>" if text else ""


def _fence(language: str, text: str) -> str:
    """A block of code behind a fence that the text does not close."""
    shown = shorten(text, LONGEST_CODE)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{shown}\n{fence}"
