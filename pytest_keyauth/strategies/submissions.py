"""Submissions that are good as a whole: enough text, one kind of device, no sample twice."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from pytest_keyauth.keystrokes.grammar import FEWEST_STROKES, Recording, write
from pytest_keyauth.strategies.strokes import check_password_length, passwords, texts

__all__ = ["MINIMUM_TEXT_LENGTH", "MOST_SAMPLES", "good", "of_text_length", "submissions", "write_all"]

MINIMUM_TEXT_LENGTH = 40
"""The emulator's default for the text of all samples together."""

MOST_SAMPLES = 3
_SPARE_CHARACTERS = 20  # by which a sample may be longer than it must be
_LONGEST_PASSWORD = 12


def submissions(
    *,
    masked: bool = False,
    min_size: int = 1,
    max_size: int = MOST_SAMPLES,
    minimum_text_length: int = MINIMUM_TEXT_LENGTH,
    length: int | None = None,
    mobile: bool | None = None,
) -> st.SearchStrategy[list[str]]:
    """Lists of samples that can be enrolled and authenticated with: what goes into `samples` of a request.

    Unmasked ones have at least `minimum_text_length` characters together; masked ones are of one password, of `length`
    characters where that is given. Raises ValueError for sizes or a length that no good submission has.
    """
    if not 1 <= min_size <= max_size:
        raise ValueError(f"min_size={min_size}, max_size={max_size}: a submission has at least 1 sample")
    check_password_length(length)
    sizes = st.integers(min_size, max_size)
    return good(sizes, masked, minimum_text_length=minimum_text_length, length=length, mobile=mobile).map(write_all)


def of_text_length(length: int, *, max_size: int = MOST_SAMPLES) -> st.SearchStrategy[list[str]]:
    """Unmasked samples whose texts together have exactly so many characters.

    Raises ValueError for fewer than 4, which are no good sample.
    """
    if length < FEWEST_STROKES or max_size < 1:
        raise ValueError(
            f"length={length}, max_size={max_size}: expected at least {FEWEST_STROKES} characters in at least 1 sample"
        )
    return _of_text_length(length, min(max_size, length // FEWEST_STROKES)).map(write_all)


def write_all(recordings: Sequence[Recording]) -> list[str]:
    """The texts of recordings."""
    return [write(recording) for recording in recordings]


@st.composite
def good(
    draw: st.DrawFn,
    sizes: st.SearchStrategy[int],
    masked: bool,
    *,
    minimum_text_length: int = 0,
    spare: int = 0,
    length: int | None = None,
    mobile: bool | None = None,
) -> list[Recording]:
    """Recordings that are good together. Any `spare` of them can be left out, and the text is still long enough."""
    size = draw(sizes)
    device = st.just(draw(st.booleans()) if mobile is None else mobile)
    if masked:
        one = passwords(length or draw(st.integers(FEWEST_STROKES, _LONGEST_PASSWORD)), device)
    else:
        fewest = max(FEWEST_STROKES, -(-minimum_text_length // (size - spare)))
        one = texts(fewest, fewest + _SPARE_CHARACTERS, device)
    return _apart([draw(one) for _ in range(size)])


@st.composite
def _of_text_length(draw: st.DrawFn, length: int, most: int) -> list[Recording]:
    size = draw(st.integers(1, most))
    device = st.just(draw(st.booleans()))
    shares = [length // size + (number < length % size) for number in range(size)]
    return _apart([draw(texts(share, share, device)) for share in shares])


def _apart(recordings: Sequence[Recording]) -> list[Recording]:
    """No two the same: each typist waited for a different time before typing, as people do."""
    return [
        replace(recording, delays_ms=(number * 1000 + recording.delays_ms[0], *recording.delays_ms[1:]))
        for number, recording in enumerate(recordings)
    ]
