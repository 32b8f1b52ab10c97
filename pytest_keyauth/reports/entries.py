"""What the page says of one outcome: the provider's sentence, what deviates, both answers side by side, the request."""

from collections.abc import Iterator, Mapping, Sequence

from pytest_keyauth.findings import Deviation, DeviationKind, Evidence
from pytest_keyauth.reports.comparison import Row, Span, compare_answers, mark_changes, write_answer
from pytest_keyauth.reports.markup import anchor, badge, element, join, text, text_lines
from pytest_keyauth.reports.sentences import tell_age, tells_ages
from pytest_keyauth.reports.texts import shorten
from pytest_keyauth.verdicts import WORDS, Report, Verdict

__all__ = ["render_entry"]

LONGEST_CURL = 20_000
LONGEST_VALUE = 1_000

_KINDS: Mapping[DeviationKind, str] = {
    "missing": "is missing",
    "added": "was added",
    "type": "another type",
    "value": "another value",
    "length": "another length",
    "behaviour": "another behaviour",
}


def render_entry(verdict: Verdict, report: Report, *, is_open: bool = False) -> str:
    """An outcome's entry, folded or open; every outcome has exactly one."""
    outcome = verdict.outcome
    name = f"{text(outcome.operation)}<wbr>/{text(outcome.status)}<wbr>/{element('b', text(outcome.label))}"
    title = f'{badge(verdict.word)} <span class="name">{name}</span>'
    summary = f"<summary>{title}{_confirmed(verdict, report)}</summary>"
    body = element("div", join(_body(verdict)), class_="body")
    opening = " open" if is_open else ""
    return (
        f'<details id="{text(anchor(verdict))}" class="entry {verdict.word}" data-provider="{text(outcome.provider)}" '
        f'data-word="{verdict.word}"{opening}>\n{summary}\n{body}\n</details>'
    )


def _confirmed(verdict: Verdict, report: Report) -> str:
    """When an outcome was last confirmed live; nothing in runs that are no news of that."""
    if not tells_ages(report):
        return ""
    age = tell_age(verdict.confirmed_on, report.started)
    if verdict.confirmed_on is None:
        return element("span", "never confirmed live", class_="age")
    day = verdict.confirmed_on.isoformat()
    return element("span", f"confirmed live {element('time', age, datetime=day, title=day)}", class_="age")


def _body(verdict: Verdict) -> Iterator[str]:
    if verdict.outcome.condition:
        yield element("blockquote", text(verdict.outcome.condition), title="The provider’s document")
    if verdict.reason or not verdict.deviations:
        reason = shorten(verdict.reason or WORDS[verdict.word], LONGEST_VALUE)
        yield element("p", text(reason[:1].upper() + reason[1:].removesuffix(".")) + ".", class_="reason")
    if verdict.deviations:
        yield _deviations(verdict.deviations, "What deviates")
    if verdict.evidence is not None:
        yield from _evidence(verdict.evidence)
    if verdict.notes:
        yield _deviations(verdict.notes, "What the document leaves open, and the answer had")
    if verdict.tests:
        tests = join(element("li", element("code", text(test))) for test in verdict.tests)
        yield element("h4", "Tests") + element("ul", tests, class_="tests")


def _deviations(deviations: Sequence[Deviation], title: str) -> str:
    head = "".join(f"<th scope=col>{name}</th>" for name in ("Place", "How", "Documented", "Answered"))
    rows = join(
        f"<tr>{element('th', element('code', text(item.place)), scope='row')}<td>{_KINDS[item.kind]}</td>"
        f"{_value(item.expected, 'Documented')}{_value(item.actual, 'Answered')}</tr>"
        for item in deviations
    )
    return f'<h4>{title}</h4>\n<table class="deviations"><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>'


def _value(value: str, label: str) -> str:
    shown = element("code", text(shorten(value, LONGEST_VALUE))) if value else '<span class="nothing">nothing</span>'
    return f'<td data-label="{label}">{shown}</td>'


def _evidence(evidence: Evidence) -> Iterator[str]:
    if evidence.actual is None:
        yield "<h4>The documented answer; none came</h4>"
        yield element("pre", text_lines("\n".join(write_answer(evidence.expected))), class_="answer", tabindex="0")
    else:
        yield _diff(compare_answers(evidence.expected, evidence.actual))
    yield "<h4>The request</h4>"
    curl = element("code", text_lines(shorten(evidence.curl, LONGEST_CURL)))
    copy = '<button type="button" class="copy" hidden>Copy</button>'
    yield f'<div class="curl">{copy}<pre tabindex="0">{curl}</pre></div>'


def _diff(rows: Sequence[Row]) -> str:
    head = "<thead><tr><th scope=col>Documented answer</th><th scope=col>Answer that came</th></tr></thead>"
    lines = join(_diff_row(row) for row in rows)
    title = 'Both answers <span class="signs">− documented, + came</span>'
    return f'<h4>{title}</h4>\n<table class="diff">{head}\n<tbody>{lines}</tbody></table>'


def _diff_row(row: Row) -> str:
    if row.is_same:
        line = text_lines(row.expected or "")
        return f"<tr class=same><td>{line}</td><td>{line}</td></tr>"
    before, after = mark_changes(row)
    left = f"<td class=went>{_mark(before, 'del')}</td>" if row.expected is not None else "<td class=none></td>"
    right = f"<td class=came>{_mark(after, 'ins')}</td>" if row.actual is not None else "<td class=none></td>"
    return f"<tr>{left}{right}</tr>"


def _mark(spans: Sequence[Span], tag: str) -> str:
    """A changed line: the element says so to a screen reader, `mark` in it which characters."""
    pieces = "".join(element("mark", text_lines(piece)) if changed else text_lines(piece) for piece, changed in spans)
    return element(tag, pieces)
