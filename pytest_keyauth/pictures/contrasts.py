"""Two typists' times at the same keys, drawn beside each other."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from pytest_keyauth.pictures.comparison import Contrast
from pytest_keyauth.pictures.keycaps import label_keys
from pytest_keyauth.pictures.style import COLOURS, GRID, INK, MARKERS

__all__ = ["draw_contrasts", "draw_key"]

MOST_CONTRASTS = 18  # more labels do not fit below


def draw_key(axes: Axes, names: Sequence[str]) -> None:
    """Draw which mark is whose."""
    axes.set_axis_off()
    handles = [
        Line2D([], [], marker=marker, color=colour, linestyle="none", markersize=5.5, label=f" {name}")
        for name, marker, colour in zip(names, MARKERS, COLOURS, strict=False)
    ]
    axes.legend(
        handles=handles, loc="center left", ncols=2, frameon=False, borderpad=0, borderaxespad=0, handlelength=1,
        handletextpad=0.2, columnspacing=2,
    )  # fmt: skip


def draw_contrasts(axes: Axes, contrasts: Sequence[Contrast], title: str) -> None:
    """Draw a mark for each typist's mean at each key, joined by a line, and a dot for every single time.

    What was typed most often comes in, ordered by the first typist's time.
    """
    often = sorted(contrasts, key=lambda contrast: -len(contrast.first_ms + contrast.second_ms))[:MOST_CONTRASTS]
    shown = sorted(often, key=lambda contrast: contrast.means_ms[0])
    more = f", the {len(shown)} most frequent of {len(contrasts)}" if len(shown) < len(contrasts) else ""
    axes.set_title(f"{title}{more}", loc="left", fontsize=9, color=INK, pad=8)
    axes.set_xticks(range(len(shown)), [label_keys(contrast.keys) for contrast in shown])
    axes.set_xlim(-0.6, max(len(shown), 1) - 0.4)
    _draw_times(axes)
    for place, contrast in enumerate(shown):
        axes.plot([place, place], contrast.means_ms, color="#B8BEC6", linewidth=1.4, zorder=2)
        for side, times_ms in enumerate((contrast.first_ms, contrast.second_ms)):
            _draw_typist(axes, place, side, times_ms, contrast.means_ms[side])
    axes.set_ylim(bottom=0)


def _draw_times(axes: Axes) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.tick_params(length=0, pad=4)
    axes.tick_params(axis="x", labelcolor=INK)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _draw_typist(axes: Axes, place: int, side: int, times_ms: Sequence[int], mean_ms: float) -> None:
    marker: dict[str, Any] = {"marker": MARKERS[side], "color": COLOURS[side], "linestyle": "none"}
    if len(times_ms) > 1:
        axes.plot([place] * len(times_ms), times_ms, **marker, markersize=2.6, alpha=0.55, zorder=3)
    axes.plot([place], [mean_ms], **marker, markersize=5.4 - 0.6 * side, markeredgecolor="white", zorder=4)
