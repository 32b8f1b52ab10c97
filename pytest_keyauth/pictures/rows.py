"""One row of a timeline, drawn: a bar for each stroke, from key down to key up."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MultipleLocator

from pytest_keyauth.pictures.keycaps import label_key
from pytest_keyauth.pictures.layout import Row
from pytest_keyauth.pictures.style import GRID, INK, MUTED, tint
from pytest_keyauth.pictures.timeline import Keystroke

__all__ = ["draw_row"]

_BAR = 0.78  # of a lane's height
_TICKS_MS = (100, 200, 500, 1000)
_MOST_TICKS = 16
_STUB = 0.01  # of a row's width
_CHARACTERS_IN_ROW = 130


def draw_row(axes: Axes, row: Row, lanes: int, colour: str, name: str) -> None:
    """Draw a row. In an SVG, `name` and its number in the row identify each bar ("stroke-1-1-7")."""
    start_ms, end_ms = row.span
    axes.set(xlim=(start_ms, end_ms), ylim=(lanes, 0), yticks=[])
    _draw_time(axes, end_ms - start_ms)
    for number, stroke in enumerate(row.strokes, start=1):
        _draw_stroke(axes, row, stroke, colour, f"stroke-{name}-{number}")
        if not stroke.modifier:
            _draw_rollovers(axes, row, stroke, colour)
        _draw_label(axes, row, stroke)


def _draw_time(axes: Axes, row_ms: int) -> None:
    tick_ms = next((tick_ms for tick_ms in _TICKS_MS if row_ms / tick_ms <= _MOST_TICKS), _TICKS_MS[-1])
    axes.xaxis.set_major_locator(MultipleLocator(tick_ms))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda time_ms, _: f"{time_ms:,.0f}"))
    axes.tick_params(axis="x", length=0, pad=3)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _right_ms(row: Row, stroke: Keystroke) -> float:
    """Where a bar ends, within its row; that of a key that never came up is a stub."""
    start_ms, end_ms = row.span
    return min(end_ms, stroke.end_ms) if stroke.up_ms is not None else stroke.down_ms + (end_ms - start_ms) * _STUB


def _draw_stroke(axes: Axes, row: Row, stroke: Keystroke, colour: str, identifier: str) -> None:
    """A filled bar; an empty one for a modifier, a dotted stub for a key that never came up."""
    is_open = stroke.up_ms is None
    bar = Rectangle(
        (stroke.down_ms, stroke.lane + (1 - _BAR) / 2),
        _right_ms(row, stroke) - stroke.down_ms,
        _BAR,
        facecolor="white" if stroke.modifier or is_open else tint(colour, 0.32),
        edgecolor=MUTED if stroke.modifier else colour,
        linewidth=0.9,
        linestyle=":" if is_open else "-",
        clip_on=False,  # or the first bar would lose half of its edge
        gid=identifier,
        zorder=2,
    )
    axes.add_patch(bar)


def _draw_rollovers(axes: Axes, row: Row, stroke: Keystroke, colour: str) -> None:
    """Darken the parts of a bar during which another key was down as well."""
    for start_ms, end_ms in row.rollovers:
        left_ms, right_ms = max(start_ms, stroke.down_ms), min(end_ms, stroke.end_ms, row.span[1])
        if left_ms < right_ms:
            corner = left_ms, stroke.lane + (1 - _BAR) / 2
            axes.add_patch(
                Rectangle(corner, right_ms - left_ms, _BAR, facecolor=tint(colour, 0.7), linewidth=0, zorder=3)
            )


def _draw_label(axes: Axes, row: Row, stroke: Keystroke) -> None:
    right_ms = _right_ms(row, stroke)
    label, row_ms = label_key(stroke.key), row.span[1] - row.span[0]
    room = (right_ms - stroke.down_ms) / row_ms * _CHARACTERS_IN_ROW
    if len(label) > max(2, room):
        label = f"{label[0]}…"
    place = (stroke.down_ms + right_ms) / 2, stroke.lane + 0.5
    axes.text(*place, label, ha="center", va="center_baseline", color=INK, zorder=4)
