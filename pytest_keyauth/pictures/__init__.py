"""Pictures of recordings: a timeline of each, and how far apart two typists are.

Measuring needs nothing but the recordings. Drawing needs matplotlib (`pip install "pytest-keyauth[plot]"`), which is
imported with the first picture. ::

    from pytest_keyauth.keystrokes import parse
    from pytest_keyauth.pictures import draw, render

    figure = draw([parse(sample), parse(other)], ["Alma", "Bruno"])
    Path("two.svg").write_bytes(render(figure, "svg"))
"""

from importlib import import_module
from typing import TYPE_CHECKING

from pytest_keyauth.pictures.comparison import Comparison, compare
from pytest_keyauth.pictures.timeline import Keystroke, Timeline, trace

if TYPE_CHECKING:
    from pytest_keyauth.pictures.drawing import draw, render

__all__ = ["Comparison", "Keystroke", "Timeline", "compare", "draw", "render", "trace"]

_NEEDS_MATPLOTLIB = {"draw", "render"}


def __getattr__(name: str) -> object:
    """Import what draws when it is first asked for (PEP 562)."""
    if name not in _NEEDS_MATPLOTLIB:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.drawing"), name)
