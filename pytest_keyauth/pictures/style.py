"""Colours, sizes and type of the pictures."""

from typing import Any

__all__ = ["COLOURS", "GRID", "INK", "MARKERS", "MUTED", "STYLE", "tint"]

# Okabe and Ito's palette: people with any kind of colour blindness tell these apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "D")  # who sees no colours at all has the shapes
INK = "#1F2328"
MUTED = "#59636E"
GRID = "#E4E7EB"

# Any, since matplotlib types the names of its settings, and anew with each version.
STYLE: Any = {
    "font.family": "sans-serif",
    # The first comes with matplotlib, and has the signs of all keys; who looks at an SVG may have only the others.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Helvetica", "Arial"],
    "font.size": 8.5,
    "text.color": INK,
    "text.parse_math": False,  # a dollar in somebody's title is a dollar
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud, and parsed
    "svg.hashsalt": "pytest-keyauth",  # or identifiers would be new ones each time
}
"""What differs from matplotlib's defaults."""


def tint(colour: str, strength: float) -> tuple[float, float, float]:
    """The colour "#RRGGBB" thinned with white: red, green and blue from 0 to 1. A strength of 1 leaves it as it is."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 1 - strength * (1 - red), 1 - strength * (1 - green), 1 - strength * (1 - blue)
