"""A sheet of paper that is filled from the top and is as long as what is on it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["WIDTH_IN", "Sheet"]

WIDTH_IN = 10.6
_MARGIN_IN = 0.3

Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class _Band:
    """What stands side by side, at its distance from the top."""

    top_in: float
    height_in: float
    draws: tuple[Draw, ...]
    inset_in: float


@dataclass
class Sheet:
    """Collects what is to be drawn. Sizes are in inches, since text does not grow with the paper."""

    _bands: list[_Band] = field(default_factory=list)
    _length_in: float = _MARGIN_IN

    def skip(self, height_in: float) -> None:
        """Leave some paper empty."""
        self._length_in += height_in

    def add(self, height_in: float, *draws: Draw, inset_in: float = 0.0) -> None:
        """Draw into axes side by side, each `inset_in` from the left of its share of the width."""
        self._bands.append(_Band(self._length_in, height_in, draws, inset_in))
        self._length_in += height_in

    def write(self, text: str, *, height_in: float = 0.2, **style: object) -> None:
        """Write one line of text."""

        def draw(axes: Axes) -> None:
            axes.set_axis_off()
            axes.text(0, 0.5, text, ha="left", va="center_baseline", transform=axes.transAxes, **style)  # type: ignore[arg-type]

        self.add(height_in, draw)

    def figure(self) -> Figure:
        """Draw it all."""
        length_in = self._length_in + _MARGIN_IN
        figure = Figure(figsize=(WIDTH_IN, length_in), facecolor="white")
        for band in self._bands:
            share_in = (WIDTH_IN - 2 * _MARGIN_IN) / len(band.draws)
            for number, draw in enumerate(band.draws):
                left_in = _MARGIN_IN + number * share_in + band.inset_in
                bottom_in = length_in - band.top_in - band.height_in
                size_in = (share_in - band.inset_in, band.height_in)
                place = (left_in / WIDTH_IN, bottom_in / length_in, size_in[0] / WIDTH_IN, size_in[1] / length_in)
                draw(figure.add_axes(place))
        return figure
