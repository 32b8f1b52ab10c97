"""What somebody could have typed: samples with a rhythm that can be scored."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, cycle, islice
from operator import itemgetter
from typing import NamedTuple

from hypothesis import strategies as st

from pytest_keyauth.keystrokes.grammar import FEWEST_STROKES, Recording, write
from pytest_keyauth.keystrokes.keyboard import GERMAN

__all__ = ["Stroke", "check_password_length", "masked_samples", "passwords", "record", "samples", "texts"]

_MOST_CHARACTERS = 60
_LONGEST_PHRASE = 15
_LONGEST_PASSWORD = 20

_WRITING_KEYS = tuple(stroke.key for stroke in GERMAN.strokes("eanstri doluhg,.b1209-ßöx"))
_SHIFT_KEYS = ("RSHIFT", "LSHIFT")
_BACKSPACE = "8"

# Each draw takes its time whatever is drawn, so that all strokes are drawn at once, as bytes. The times that
# bytes from 0 to 255 make are well within what people do and what the emulator takes for typing.
_SHORTEST_INTERVAL_MS, _INTERVAL_STEP_MS = 30, 3
_SHORTEST_DWELL_MS = 20
_BYTES_A_CHARACTER = 3

_STAMPS = st.integers(0, 20 * 365 * 24 * 3600).map(lambda seconds: f"{datetime(2016, 1, 1) + timedelta(0, seconds)}")
_BROWSERS = st.sampled_from(("firefox/38.0", "chrome/126.0", "mobile safari/17.5"))


class Stroke(NamedTuple):
    """One key going down so long after the one before, and coming up so long after that."""

    key: str
    interval_ms: int
    dwell_ms: int


def samples(
    *, min_characters: int = FEWEST_STROKES, max_characters: int = _MOST_CHARACTERS, mobile: bool | None = None
) -> st.SearchStrategy[str]:
    """Unmasked samples with a rhythm, as AnyText wants them, of so many characters (what was corrected left out).

    Keys overlap, capitals have their shift, slips are corrected. `mobile` None: from either kind of device.
    Raises ValueError for fewer than 4 characters, which are no good sample; `too_short` has fewer.
    """
    if not FEWEST_STROKES <= min_characters <= max_characters:
        raise ValueError(
            f"min_characters={min_characters}, max_characters={max_characters}: a good sample has at least "
            f"{FEWEST_STROKES} characters, and the least are no more than the most; too_short() has fewer"
        )
    return texts(min_characters, max_characters, _devices(mobile)).map(write)


def masked_samples(length: int | None = None, *, mobile: bool | None = None) -> st.SearchStrategy[str]:
    """Masked samples, as Password Hardening wants them: each position of the password struck once.

    Raises ValueError for a `length` below 4, which is out of specification; `too_short` has such.
    """
    check_password_length(length)
    lengths = st.integers(FEWEST_STROKES, _LONGEST_PASSWORD) if length is None else st.just(length)
    return lengths.flatmap(lambda number: passwords(number, _devices(mobile))).map(write)


def check_password_length(length: int | None) -> None:
    """Raise ValueError for a length that no good password sample has."""
    if length is not None and length < FEWEST_STROKES:
        raise ValueError(
            f"length={length}: a good password sample has at least {FEWEST_STROKES} characters; too_short() has fewer"
        )


def _devices(mobile: bool | None) -> st.SearchStrategy[bool]:
    return st.booleans() if mobile is None else st.just(mobile)


@st.composite
def texts(draw: st.DrawFn, fewest: int, most: int, mobile: st.SearchStrategy[bool]) -> Recording:
    """Recordings of a text of `fewest` to `most` characters: a phrase of a few, typed over and over."""
    drawn = draw(st.binary(min_size=_BYTES_A_CHARACTER, max_size=_LONGEST_PHRASE * _BYTES_A_CHARACTER))
    triples = zip(*[iter(drawn)] * _BYTES_A_CHARACTER, strict=False)
    phrase = [_character(*triple) for triple in triples]
    count = draw(st.integers(fewest, most))
    strokes = [stroke for character in islice(cycle(phrase), count) for stroke in character]
    return _drawn(draw, strokes, None, draw(mobile))


@st.composite
def passwords(draw: st.DrawFn, length: int, mobile: st.SearchStrategy[bool]) -> Recording:
    """Masked recordings of a password of that length."""
    drawn = draw(st.binary(min_size=2 * length, max_size=2 * length))
    strokes = [_stroke(f"I{place}", drawn[2 * place], drawn[2 * place + 1]) for place in range(length)]
    return _drawn(draw, strokes, str(length), draw(mobile))


def _stroke(key: str, interval: int, dwell: int) -> Stroke:
    """A stroke by two bytes."""
    return Stroke(key, _SHORTEST_INTERVAL_MS + _INTERVAL_STEP_MS * interval, _SHORTEST_DWELL_MS + dwell)


def _character(kind: int, interval: int, dwell: int) -> tuple[Stroke, ...]:
    """The strokes that leave one more character: its key; or shift and its key; or a slip, backspace and its key."""
    kind, number = divmod(kind, 64)
    written = _stroke(_WRITING_KEYS[number % len(_WRITING_KEYS)], interval, dwell)
    if kind < 2:
        return (written,)
    if kind == 2:
        return _stroke(_SHIFT_KEYS[number % 2], dwell, interval), written
    return _stroke(_WRITING_KEYS[0], dwell, interval), _stroke(_BACKSPACE, interval, dwell), written


def _drawn(draw: st.DrawFn, strokes: Sequence[Stroke], length: str | None, mobile: bool) -> Recording:
    return record(strokes, length=length, mobile=mobile, browser=draw(_BROWSERS), recorded_at=draw(_STAMPS))


def record(strokes: Sequence[Stroke], *, length: str | None, mobile: bool, browser: str, recorded_at: str) -> Recording:
    """The recording of strokes. A key comes up before it goes down again, whatever its dwell is."""
    downs_ms = [*accumulate(stroke.interval_ms for stroke in strokes)]
    events: list[tuple[int, str, str]] = []
    next_down_ms: dict[str, int] = {}
    for (key, _, dwell_ms), down_ms in zip(reversed(strokes), reversed(downs_ms), strict=True):
        up_ms = min(down_ms + dwell_ms, next_down_ms.get(key, down_ms + dwell_ms + 1) - 1)
        next_down_ms[key] = down_ms
        events += [(up_ms, "u", key), (down_ms, "d", key)]
    events.sort(key=itemgetter(0))
    times_ms = [time_ms for time_ms, _, _ in events]
    return Recording(
        browser=browser,
        mobile=mobile,
        recorded_at=recorded_at,
        length=length,
        delays_ms=tuple(after - before for before, after in zip([0, *times_ms], times_ms, strict=False)),
        actions="".join(action for _, action, _ in events),
        keys=tuple(key for _, _, key in events),
    )
