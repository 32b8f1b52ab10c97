"""How timelines are put on paper: which strokes go on which row, and how much time a row shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_keyauth.pictures.timeline import Keystroke, Span, Timeline

__all__ = ["Page", "Row", "lay_out"]

MOST_ROW_MS = 7_000  # more, and the label of a key is wider than its bar
FEWEST_ROW_MS = 500
MOST_ROWS = 40  # of one recording; what comes after is not drawn, and the caption says so


@dataclass(frozen=True)
class Row:
    """Some strokes of one recording that stand on one line, and from when to when that line goes."""

    strokes: tuple[Keystroke, ...]
    rollovers: tuple[Span, ...]
    span: Span


@dataclass(frozen=True)
class Page:
    """The rows of each recording. All rows show equally much time, so that lengths can be compared."""

    rows: tuple[tuple[Row, ...], ...]
    row_ms: int

    def lanes(self, number: int) -> int:
        """How many lanes the rows of the recording of that number need."""
        return max((stroke.lane + 1 for row in self.rows[number] for stroke in row.strokes), default=1)

    def hidden(self, number: int, timeline: Timeline) -> int:
        """How many strokes of the recording of that number are on no row."""
        return len(timeline.strokes) - sum(len(row.strokes) for row in self.rows[number])


def lay_out(timelines: Sequence[Timeline]) -> Page:
    """Break timelines into rows. A pause is never longer than a row: the next row begins with the stroke after it."""
    row_ms = _row_ms(max((timeline.duration_ms for timeline in timelines), default=0))
    return Page(tuple(_break(timeline, row_ms) for timeline in timelines), row_ms)


def _row_ms(duration_ms: int) -> int:
    """All on one row if that does; or else rows that are about equally full. A whole number of tenths of a second."""
    rows = -(-duration_ms // MOST_ROW_MS) if duration_ms < MOST_ROW_MS * MOST_ROWS else MOST_ROWS
    row_ms = min(MOST_ROW_MS, duration_ms // max(1, rows) + 100)
    return max(FEWEST_ROW_MS, -(-row_ms // 100) * 100)


def _break(timeline: Timeline, row_ms: int) -> tuple[Row, ...]:
    groups: list[list[Keystroke]] = []
    for stroke in timeline.strokes:
        # A stroke that would end beyond the row begins the next one, unless no row is long enough for it.
        if not groups or min(stroke.end_ms, stroke.down_ms + row_ms // 2) > groups[-1][0].down_ms + row_ms:
            groups.append([])
        groups[-1].append(stroke)
    return tuple(_row(group, timeline.rollovers, row_ms) for group in groups[:MOST_ROWS]) or (Row((), (), (0, row_ms)),)


def _row(strokes: Sequence[Keystroke], rollovers: Sequence[Span], row_ms: int) -> Row:
    start_ms = strokes[0].down_ms
    end_ms = start_ms + row_ms
    shown = tuple(span for span in rollovers if span[0] < end_ms and start_ms < span[1])
    return Row(tuple(strokes), shown, (start_ms, end_ms))
