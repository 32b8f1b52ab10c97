"""Submissions that are wrong in exactly one respect, for each documented error about samples.

Where one sample is wrong, the strategy gives a SpoiledSubmission, which has its number; where it is all of them
together, a list of samples.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from pytest_keyauth.keystrokes.grammar import FEWEST_STROKES, Recording, write
from pytest_keyauth.strategies.grammar import damaged
from pytest_keyauth.strategies.strokes import masked_samples, samples
from pytest_keyauth.strategies.submissions import MINIMUM_TEXT_LENGTH, MOST_SAMPLES, good, write_all

__all__ = [
    "SpoiledSubmission",
    "ambiguous_sizes",
    "corrupted",
    "duplicates",
    "mixed_devices",
    "no_input",
    "no_length",
    "only_key_downs",
    "too_short",
    "undetermined_length",
    "wrong_kind",
]

_SHIFTS = ("RSHIFT", "LSHIFT")


@dataclass(frozen=True)
class SpoiledSubmission:
    """The samples of one submission, and which of them is the wrong one: from 1, as the error messages count."""

    samples: list[str]
    index: int


Spoil = Callable[[Recording], st.SearchStrategy[str]]


def corrupted(*, masked: bool = False) -> st.SearchStrategy[SpoiledSubmission]:
    """One sample is not a sample at all, by one slip."""
    return _spoiled(masked, lambda recording: damaged(st.just(recording)))


def wrong_kind(*, masked: bool = False) -> st.SearchStrategy[SpoiledSubmission]:
    """One sample is good, but masked among unmasked ones; with `masked`, unmasked among masked ones."""

    def other(recording: Recording) -> st.SearchStrategy[str]:
        return samples(mobile=recording.mobile) if masked else masked_samples(mobile=recording.mobile)

    return _spoiled(masked, other)


def no_input(*, masked: bool = False) -> st.SearchStrategy[SpoiledSubmission]:
    """One sample has no key events; if masked, it still has its `l=`.

    Identification has no error of its own for it: there the text's length is what cannot be determined.
    """
    return _spoiled(masked, _edited(lambda recording: _with_columns(recording, (), "", ())))


def undetermined_length(*, masked: bool = False) -> st.SearchStrategy[SpoiledSubmission]:
    """In one sample only shift keys are struck; if masked, no positive whole number stands after `l=`."""
    return _spoiled(masked, _length_in_words if masked else _only_shifts)


def no_length() -> st.SearchStrategy[SpoiledSubmission]:
    """One masked sample has no `l=`."""
    return _spoiled(True, _edited(lambda recording: replace(recording, length=None)))


def only_key_downs(
    *, masked: bool = False, minimum_text_length: int = MINIMUM_TEXT_LENGTH
) -> st.SearchStrategy[SpoiledSubmission]:
    """In one sample the keys go down, but none ever comes up. There is enough text all the same."""
    return _spoiled(masked, _edited(_without_key_ups), minimum_text_length=minimum_text_length)


def too_short(
    *, masked: bool = False, minimum_text_length: int = MINIMUM_TEXT_LENGTH
) -> st.SearchStrategy[SpoiledSubmission]:
    """One sample has fewer than four key strokes; if masked, its `l=` is as in the others.

    The other samples have enough text together, so that there are others if not masked.
    """
    fewest = 1 if masked else 2
    return _spoiled(masked, _few_strokes, fewest, minimum_text_length=minimum_text_length, spare=fewest - 1)


def mixed_devices(*, masked: bool = False) -> st.SearchStrategy[list[str]]:
    """All samples are from one kind of device, but the last is from the other."""

    def mix(recordings: list[Recording]) -> list[str]:
        *others, last = recordings
        return write_all([*others, replace(last, mobile=not last.mobile)])

    return good(st.integers(2, MOST_SAMPLES), masked).map(mix)


def duplicates(*, masked: bool = False) -> st.SearchStrategy[list[str]]:
    """All samples are one and the same."""
    sizes = st.integers(2, MOST_SAMPLES)
    return st.builds(lambda texts, size: texts * size, good(st.just(1), masked).map(write_all), sizes)


def ambiguous_sizes() -> st.SearchStrategy[list[str]]:
    """Masked samples, of which the last is of a longer password than the others."""

    def longer(length: int) -> st.SearchStrategy[list[str]]:
        others = good(st.integers(1, MOST_SAMPLES - 1), True, length=length, mobile=False).map(write_all)
        last = st.integers(length + 1, length + 4).flatmap(lambda size: masked_samples(size, mobile=False))
        return st.builds(lambda texts, text: [*texts, text], others, last)

    return st.integers(FEWEST_STROKES, 12).flatmap(longer)


@st.composite
def _spoiled(
    draw: st.DrawFn, masked: bool, spoil: Spoil, fewest: int = 1, *, minimum_text_length: int = 0, spare: int = 0
) -> SpoiledSubmission:
    sizes = st.integers(fewest, MOST_SAMPLES)
    recordings = draw(good(sizes, masked, minimum_text_length=minimum_text_length, spare=spare))
    place = draw(st.integers(0, len(recordings) - 1))
    texts = write_all(recordings)
    texts[place] = draw(spoil(recordings[place]))
    return SpoiledSubmission(texts, place + 1)


# The ways to be wrong.


def _edited(edit: Callable[[Recording], Recording]) -> Spoil:
    return lambda recording: st.just(write(edit(recording)))


def _with_columns(recording: Recording, delays_ms: tuple[int, ...], actions: str, keys: tuple[str, ...]) -> Recording:
    return replace(recording, delays_ms=delays_ms, actions=actions, keys=keys)


def _without_key_ups(recording: Recording) -> Recording:
    keys = tuple(event.key for event in recording.events if event.action == "d")
    return _with_columns(recording, (100,) * len(keys), "d" * len(keys), keys)


def _only_shifts(recording: Recording) -> st.SearchStrategy[str]:
    """At least four complete strokes, one after the other."""
    held = st.lists(st.sampled_from(_SHIFTS), min_size=FEWEST_STROKES, max_size=12)
    return held.map(lambda keys: write(_struck(recording, keys)))


def _few_strokes(recording: Recording) -> st.SearchStrategy[str]:
    """One to three complete strokes of the first positions, or of a letter."""
    strokes = st.integers(1, FEWEST_STROKES - 1)
    keys = [f"I{position}" for position in range(FEWEST_STROKES)] if recording.masked else ["69"] * FEWEST_STROKES
    return strokes.map(lambda count: write(_struck(recording, keys[:count])))


def _struck(recording: Recording, keys: list[str]) -> Recording:
    """The recording of these keys instead, each held for 80 ms, 120 ms after the one before."""
    twice = tuple(key for key in keys for _ in "du")
    return _with_columns(recording, (120, 80) * len(keys), "du" * len(keys), twice)


def _length_in_words(recording: Recording) -> st.SearchStrategy[str]:
    words = st.sampled_from(("nine", "", "0", "-9", "9.5")) | st.text("abcdefgh ", min_size=1, max_size=8)
    return words.map(lambda length: write(replace(recording, length=length)))
