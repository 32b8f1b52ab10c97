"""What the terminal says about outcome coverage."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from pytest_keyauth.ledger import Coverage, percentage
from pytest_keyauth.settings import Settings

__all__ = ["passes_gate", "summarize"]

WIDTH = 100


def passes_gate(settings: Settings, coverages: Sequence[Coverage]) -> bool:
    """Whether enough outcomes were witnessed for ``--keyauth-fail-under``."""
    return settings.fail_under is None or percentage(coverages) >= settings.fail_under


def summarize(
    settings: Settings, coverages: Sequence[Coverage], *, quiet: bool = False, told: bool = False
) -> Iterator[str]:
    """The summary's lines: a line a provider, what was not witnessed by name, and the gate's verdict.

    ``quiet``: names only where somebody has asked for all outcomes, by contracts or by a gate. ``told``: no names,
    since somebody else tells them.
    """
    unnamed = quiet and not settings.contracts and settings.fail_under is None
    for coverage in coverages:
        yield str(coverage)
        if told:
            continue
        if not unnamed:
            yield from _list_missing(coverage)
        elif coverage.missing:
            yield "  not witnessed: named without -q"
    if settings.fail_under is not None:
        verdict = "reached" if passes_gate(settings, coverages) else "FAILED: too few outcomes were witnessed"
        yield f"{percentage(coverages):.1f} % witnessed, --keyauth-fail-under={settings.fail_under:g} {verdict}"


def _list_missing(coverage: Coverage) -> Iterator[str]:
    if coverage.missing:
        yield "  not witnessed:"
    for operation, outcomes in groupby(coverage.missing, key=lambda outcome: outcome.operation):
        names = ", ".join(f"{outcome.status}/{outcome.label}" for outcome in outcomes)
        indent = " " * (len(operation) + 6)
        yield from wrap(f"    {operation}/ {names}", WIDTH, subsequent_indent=indent, break_on_hyphens=False)
