"""A report as one page of HTML that needs nothing else: no script to be read, no file, no network.

The script only adds filters and buttons that copy. The page's own policy forbids it to load or send anything.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import groupby

from pytest_keyauth.reports.entries import render_entry
from pytest_keyauth.reports.markup import anchor, element, join, symbol, text
from pytest_keyauth.reports.sentences import (
    HEADLINES,
    SYMBOLS,
    conclude,
    count,
    group_by_reason,
    in_utc,
    name_providers,
    phrase_of,
    tell_duration,
    tell_moment,
    tell_oldest,
    tells_ages,
)
from pytest_keyauth.reports.texts import shorten
from pytest_keyauth.verdicts import WORDS, Conclusion, Report, Verdict, Word

__all__ = ["render_page"]

LONGEST_DETAIL = 600

#: Which verdict's colour and sign a conclusion has.
_LOOKS: dict[Conclusion, Word] = {
    "confirmed": "confirmed",
    "drift": "drifted",
    "outage": "unreachable",
    "refused": "unreachable",
    "incomplete": "unreachable",
}


def render_page(report: Report) -> str:
    """Write a report as a page; the same report is the same page, byte for byte."""
    style, script = _read("page.css"), _read("page.js")
    parts = [*_banner(report), _toolbar(report), *_drifted(report), *_matrices(report), *_sections(report)]
    title = text(f"{HEADLINES[report.conclusion]}: pytest-keyauth, {tell_moment(report.started)}")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{join(parts)}
</main>
<footer>Secrets are masked. Made by pytest-keyauth {text(report.version)}.</footer>
<script>{script}</script>
</body>
</html>
"""


def _read(name: str) -> str:
    return (files("pytest_keyauth.reports") / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing is loaded, sent or run but this very style and this very script."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _banner(report: Report) -> Iterator[str]:
    word = _LOOKS[report.conclusion]
    headline = f"{symbol(word)} {HEADLINES[report.conclusion]}"
    details = join(element("p", text(shorten(detail, LONGEST_DETAIL))) for detail in report.details)
    yield f"""<header class="banner {word}">
<p class="eyebrow">pytest-keyauth report</p>
<h1>{headline}</h1>
<p class="conclusion">{text(conclude(report))}</p>
{details}
</header>"""
    yield element("dl", join(_facts(report)), class_="facts")
    if report.servers:
        servers = (_fact(text(provider), text(server)) for provider, server in report.servers.items())
        yield element("dl", join(servers), class_="facts servers")
    yield _counts(report)


def _facts(report: Report) -> Iterator[str]:
    started = element("time", tell_moment(report.started), datetime=in_utc(report.started).isoformat())
    yield _fact("Target", text(report.target))
    yield _fact("Started", started)
    yield _fact("Took", tell_duration(report.seconds))
    yield _fact("Requests", f"{report.requests:,}")
    yield _fact("Seed", str(report.seed))


def _fact(name: str, value: str) -> str:
    return f"<div><dt>{name}</dt><dd>{value}</dd></div>"


def _counts(report: Report) -> str:
    words = [word for word in WORDS if report.count(word)]
    head = "".join(f'<th scope=col class="{word}">{symbol(word)} {phrase_of(word, report)}</th>' for word in words)
    ages = "<th scope=col>Confirmed live</th>" if tells_ages(report) else ""
    rows = join(_counts_row(report, provider, words) for provider in name_providers(report))
    return (
        '<table class="counts"><caption class="unseen">Verdicts by provider</caption>\n'
        f"<thead><tr><th scope=col>Provider</th>{head}{ages}</tr></thead>\n<tbody>{rows}</tbody></table>"
    )


def _counts_row(report: Report, provider: str, words: Sequence[Word]) -> str:
    numbers = "".join(_number(report.count(word, provider), word, phrase_of(word, report)) for word in words)
    ages = ""
    if tells_ages(report):
        ages = element("td", text(_capitalize(tell_oldest(report, provider))), class_="ages")
    return f"<tr>{element('th', text(provider), scope='row')}{numbers}{ages}</tr>"


def _number(number: int, word: Word, phrase: str) -> str:
    return f'<td class="{word}{"" if number else " zero"}" data-label="{phrase}">{number}</td>'


def _toolbar(report: Report) -> str:
    """The filters, which the script shows: without it they would do nothing."""
    words = [word for word in WORDS if report.count(word)]
    choices = "".join(
        f'<button type="button" class="{word}" data-filter="word" data-value="{word}" aria-pressed="false">'
        f"{symbol(word)} {word} <span class=number>{report.count(word)}</span></button>"
        for word in words
    )
    providers = "".join(
        f'<button type="button" data-filter="provider" data-value="{text(provider)}" aria-pressed="false">'
        f"{text(provider)}</button>"
        for provider in name_providers(report)
    )
    return f"""<form class="toolbar" role="search" aria-label="Filters" hidden>
<div role="group" aria-label="By provider">{providers}</div>
<div role="group" aria-label="By verdict">{choices}</div>
<input type="search" id="search" placeholder="Search outcomes" aria-label="Search outcomes" autocomplete="off">
<p class="shown" role="status"><span id="shown"></span> <button type="button" id="reset" hidden>Show all</button></p>
</form>
<p id="none" hidden>No outcome fits these filters.</p>"""


def _drifted(report: Report) -> Iterator[str]:
    verdicts = report.with_word("drifted")
    if verdicts:
        entries = join(render_entry(verdict, report, is_open=True) for verdict in verdicts)
        yield _section("drifted", f"{symbol('drifted')} Drifted", WORDS["drifted"], entries)


def _section(name: str, title: str, subtitle: str, content: str) -> str:
    return (
        f'<section data-group aria-labelledby="title-{name}">\n<h2 id="title-{name}">{title}</h2>\n'
        f'<p class="subtitle">{text(_capitalize(subtitle))}.</p>\n{content}\n</section>'
    )


def _matrices(report: Report) -> Iterator[str]:
    """A table a provider: a row an operation, a column a status, in it a mark for each outcome."""
    tables = []
    for provider, group in groupby(report.verdicts, key=lambda verdict: verdict.outcome.provider):
        tables.append(_matrix(provider, list(group)))
    legend = "".join(
        f'<li><span class="mark {word}" aria-hidden="true">{SYMBOLS[word]}</span> {word}</li>'
        for word in WORDS
        if report.count(word)
    )
    content = element("ul", legend, class_="legend") + join(tables)
    yield _section("matrix", "Matrix", "each mark is a documented outcome, and leads to what there is to say", content)


def _matrix(provider: str, verdicts: Sequence[Verdict]) -> str:
    statuses = sorted({_column(verdict) for verdict in verdicts})
    head = "".join(f"<th scope=col role=columnheader>{text(status)}</th>" for status in statuses)
    rows = join(
        _matrix_row(operation, list(group), statuses)
        for operation, group in groupby(verdicts, key=lambda verdict: verdict.outcome.operation)
    )
    return f"""<table class="matrix" role="table" data-group>
<caption>{text(provider)} <span class="subtitle">{count(len(verdicts), "outcome")}</span></caption>
<thead role="rowgroup"><tr role="row"><th scope=col role=columnheader>Operation</th>{head}</tr></thead>
<tbody role="rowgroup">{rows}</tbody>
</table>"""


def _column(verdict: Verdict) -> str:
    """All successes are in one column: which of them it is, is in the name."""
    return "2XX" if verdict.outcome.status.startswith("2") else verdict.outcome.status


def _matrix_row(operation: str, verdicts: Sequence[Verdict], statuses: Sequence[str]) -> str:
    cells = []
    for status in statuses:
        marks = "".join(_mark(verdict) for verdict in verdicts if _column(verdict) == status)
        kind = "" if marks else " class=empty"
        cells.append(f'<td role=cell data-label="{text(status)}"{kind}><div>{marks}</div></td>')
    return f"<tr role=row data-group><th scope=row role=rowheader>{text(operation)}</th>{''.join(cells)}</tr>"


def _mark(verdict: Verdict) -> str:
    outcome, word = verdict.outcome, verdict.word
    name = text(f"{outcome.status}/{outcome.label}: {word}")
    shown = f" {text(outcome.label)}" if word == "drifted" else ""
    link = text(f"#{anchor(verdict)}")
    return (
        f'<a class="mark {word}" href="{link}" title="{name}" aria-label="{name}">'
        f'<span aria-hidden="true">{SYMBOLS[word]}</span>{shown}</a>'
    )


def _sections(report: Report) -> Iterator[str]:
    """All that did not drift: what was unreachable by reason, the others by operation."""
    for word in WORDS:
        verdicts = report.with_word(word)
        if word == "drifted" or not verdicts:
            continue
        groups = (
            group_by_reason(verdicts)
            if word == "unreachable"
            else {
                operation: list(group)
                for operation, group in groupby(verdicts, lambda verdict: verdict.outcome.operation)
            }
        )
        content = join(_group(title, group, report) for title, group in groups.items())
        title = f"{symbol(word)} {_capitalize(phrase_of(word, report))}"
        yield _section(word, title, WORDS[word], content)


def _group(title: str, verdicts: Sequence[Verdict], report: Report) -> str:
    entries = join(render_entry(verdict, report) for verdict in verdicts)
    return (
        f"<div class=group data-group>\n<h3>{text(_capitalize(shorten(title, LONGEST_DETAIL)))}</h3>\n{entries}\n</div>"
    )


def _capitalize(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
