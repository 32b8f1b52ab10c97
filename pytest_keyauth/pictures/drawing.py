"""Pictures of recordings, drawn with matplotlib and written as SVG or PNG.

A figure of the object-oriented interface: no window is opened, and no setting of matplotlib outlives a call.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Literal
from warnings import catch_warnings, filterwarnings

import matplotlib as mpl
from matplotlib.figure import Figure

from pytest_keyauth.keystrokes.grammar import Recording
from pytest_keyauth.pictures.comparison import compare
from pytest_keyauth.pictures.contrasts import draw_contrasts, draw_key
from pytest_keyauth.pictures.layout import Page, lay_out
from pytest_keyauth.pictures.rows import draw_row
from pytest_keyauth.pictures.sheet import Sheet
from pytest_keyauth.pictures.style import COLOURS, INK, MUTED, STYLE
from pytest_keyauth.pictures.timeline import Timeline, trace

__all__ = ["draw", "render"]

MOST_RECORDINGS = 12
PIXELS_PER_INCH = 160
_LANE_IN = 0.22
_LONGEST_NAME = 48


def draw(recordings: Sequence[Recording], names: Sequence[str] | None = None, title: str = "") -> Figure:
    """Draw a timeline of each recording, one below the other, all to the same scale.

    Of two recordings, also how far apart their typists are at the keys that both typed. `names` stand above the
    timelines ("Sample 1" and so on where there are none), `title` above them all.

    Raises ValueError for no recording, for more than 12, and for a number of names other than that of recordings.
    """
    names = [f"Sample {number}" for number in range(1, len(recordings) + 1)] if names is None else names
    if not 1 <= len(recordings) <= MOST_RECORDINGS:
        raise ValueError(f"a picture shows 1 to {MOST_RECORDINGS} recordings, not {len(recordings)}; draw several")
    if len(names) != len(recordings):
        raise ValueError(f"{len(names)} names for {len(recordings)} recordings: expected one for each, or none at all")
    timelines = [trace(recording) for recording in recordings]
    names = [_printable(name) for name in names]
    with _settings():
        sheet = Sheet()
        if title:
            sheet.write(_printable(title), height_in=0.3, fontsize=13, fontweight="bold", color=INK)
            sheet.skip(0.12)
        _add_timelines(sheet, timelines, names)
        if len(timelines) == 2:
            _add_comparison(sheet, timelines, names)
        return sheet.figure()


def render(figure: Figure, image_format: Literal["svg", "png"]) -> bytes:
    """The bytes of an SVG or PNG file: the same ones for the same picture (and version of matplotlib)."""
    metadata = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[image_format]
    file = io.BytesIO()
    with _settings():
        figure.savefig(file, format=image_format, dpi=PIXELS_PER_INCH, metadata=metadata)
    return file.getvalue()


@contextmanager
def _settings() -> Iterator[None]:
    """Our style, whatever the user's own is, and what was there before afterwards."""
    with mpl.rc_context(), catch_warnings():
        # A name in another script is drawn as boxes in a PNG, and as it is in an SVG: nothing to warn of.
        filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def _add_timelines(sheet: Sheet, timelines: Sequence[Timeline], names: Sequence[str]) -> None:
    page = lay_out(timelines)
    for number, (timeline, name) in enumerate(zip(timelines, names, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        sheet.write(name, height_in=0.22, fontsize=10.5, fontweight="bold", color=colour)
        sheet.write(_caption(timeline, page.hidden(number, timeline)), color=MUTED)
        sheet.skip(0.06)
        _add_rows(sheet, page, number, colour)
        sheet.skip(0.16)
    sheet.write(_legend(timelines), fontsize=8, color=MUTED)


def _add_rows(sheet: Sheet, page: Page, number: int, colour: str) -> None:
    lanes = page.lanes(number)
    for place, row in enumerate(page.rows[number], start=1):
        name = f"{number + 1}-{place}"
        sheet.add(lanes * _LANE_IN + 0.06, partial(draw_row, row=row, lanes=lanes, colour=colour, name=name))
        sheet.skip(0.26)


def _legend(timelines: Sequence[Timeline]) -> str:
    """What the marks mean, of those that there are."""
    facts = ["Bars: from key down to key up, in ms since the first key went down."]
    if any(timeline.rollovers for timeline in timelines):
        facts.append("Dark: rollover, a key goes down before the last one is up.")
    if any(stroke.modifier for timeline in timelines for stroke in timeline.strokes):
        facts.append("Empty: shift and the like.")
    if any(stroke.up_ms is None for timeline in timelines for stroke in timeline.strokes):
        facts.append("Dotted: never came up.")
    return "   ".join(facts)


def _caption(timeline: Timeline, hidden: int) -> str:
    """How much was typed and how, in one line."""
    strokes = len(timeline.strokes)
    facts = [f"{strokes:,} keystroke{'' if strokes == 1 else 's'} in {timeline.duration_ms / 1000:,.1f} s"]
    if timeline.dwells_ms:
        facts.append(f"median dwell {median(timeline.dwells_ms):,.0f} ms")
    if timeline.rollover_share is not None:
        facts.append(f"median flight {median(timeline.flights_ms):,.0f} ms".replace("-", "−"))
        facts.append(f"rollover {timeline.rollover_share:.0%}".replace("%", " %"))
    if hidden:
        facts.append(f"the last {hidden:,} are not drawn")
    return "  ·  ".join(facts)


def _add_comparison(sheet: Sheet, timelines: Sequence[Timeline], names: Sequence[str]) -> None:
    comparison = compare(*timelines)
    *details, verdict = comparison.describe(*names)
    sheet.skip(0.2)
    sheet.write(verdict, height_in=0.24, fontsize=10.5, fontweight="bold", color=INK)
    for sentence in details:
        sheet.write(sentence, color=INK)
    if comparison.distance is None:
        return
    sheet.skip(0.1)
    sheet.add(0.2, partial(draw_key, names=names))
    sheet.skip(0.42)
    sheet.add(
        1.9,
        partial(draw_contrasts, contrasts=comparison.dwells, title="Dwell by key, in ms"),
        partial(draw_contrasts, contrasts=comparison.intervals, title="Down-down time by digraph, in ms"),
        inset_in=0.45,
    )
    sheet.skip(0.2)


def _printable(name: str) -> str:
    """The name without what no picture can show, on one line and not too long."""
    shown = "".join(character if character.isprintable() else "�" for character in name)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 1]}…"
