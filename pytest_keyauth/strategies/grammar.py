"""All that the grammar of samples allows, be it typing or not, and texts that it just does not allow."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st

from pytest_keyauth.keystrokes.grammar import Recording, write

__all__ = ["any_samples", "corrupted_samples", "damaged", "recordings"]

_MOST_EVENTS = 8

# Lone surrogates are left out everywhere: a length may have them, but no request can carry them.
_IN_BROWSER = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="#|")
_IN_NAME = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="#|/")
_VISIBLE = st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), exclude_characters="#|/")
_BLANKS = st.text(" \u3000", max_size=2)

_BROWSERS = st.sampled_from(("firefox/38.0", "chrome/126.0", "mobile safari/17.5")) | st.builds(
    "{}{}{}/{}{}{}".format,
    *(_BLANKS, _VISIBLE, st.text(_IN_NAME, max_size=8)),
    *(_BLANKS, _VISIBLE, st.text(_IN_BROWSER, max_size=8)),
)
_YEAR_S = 31_556_952
_STAMPS = st.integers(-2014 * _YEAR_S, 7983 * _YEAR_S).map(  # the years 2 to 9998
    lambda seconds: f"{datetime(2016, 1, 1) + timedelta(0, seconds)}"
)
_LENGTHS = st.integers(0, 9999).map(str) | st.text(st.characters(codec="utf-8", exclude_characters="|"), max_size=8)
_DELAYS = st.integers(0, 999_999_999)
_KEY_NAMES = st.sampled_from(("RSHIFT", "LSHIFT", "SPACE")) | st.from_regex(
    r"[A-HJ-Z][A-Z0-9_]{1,8}|I[0-9]{0,3}[A-Z_][A-Z0-9_]{0,5}", fullmatch=True
)
_PLAIN_KEYS = st.integers(0, 99_999).map(str) | _KEY_NAMES
_POSITIONS = st.integers(0, 999_999_999).map("I{}".format)

Damage = Callable[[str], str]


def recordings(masked: bool | None = None) -> st.SearchStrategy[Recording]:
    """Every recording that the grammar can write, masked or not (None: either).

    Most are no typing at all: keys that come up and never went down, a password's length in words, no event.
    """
    return _recordings(masked, fewest_events=0)


def any_samples() -> st.SearchStrategy[str]:
    """Every text that the grammar takes for a sample: what must not break whoever reads samples."""
    return recordings().map(write)


def corrupted_samples() -> st.SearchStrategy[str]:
    """Texts that the grammar refuses, each one slip away from one that it takes: "Sample #1 is corrupted"."""
    return damaged(_recordings(None, fewest_events=1))


@st.composite
def _recordings(draw: st.DrawFn, masked: bool | None, fewest_events: int) -> Recording:
    if masked is None:
        masked = draw(st.booleans())
    length = draw(st.none() | _LENGTHS) if masked else None
    if masked and length is None:
        fewest_events = 1  # positions are all that shows it
    event = st.tuples(_DELAYS, st.sampled_from("du"), _POSITIONS if masked else _PLAIN_KEYS)
    events = draw(st.lists(event, min_size=fewest_events, max_size=_MOST_EVENTS))
    return Recording(
        browser=draw(_BROWSERS),
        mobile=draw(st.booleans()),
        recorded_at=draw(_STAMPS),
        length=length,
        delays_ms=tuple(delay_ms for delay_ms, _, _ in events),
        actions="".join(action for _, action, _ in events),
        keys=tuple(key for _, _, key in events),
    )


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[Recording]) -> str:
    """The text of a recording of at least one event, with one slip in its header or in one of its events."""
    recording = draw(whole)
    if draw(st.booleans()):
        return draw(st.sampled_from(_HEADER_DAMAGES))(recording)
    head = write(_without_events(recording))
    events = write(recording)[len(head) + 1 :].split("|")
    place = draw(st.integers(0, len(events) - 1))
    delay_ms, action, key = recording.events[place]
    events[place] = draw(st.sampled_from(_EVENT_DAMAGES)).format(delay_ms=delay_ms, action=action, key=key)
    return "|".join([head, *events])


def _without_events(recording: Recording) -> Recording:
    return Recording(recording.browser, recording.mobile, recording.recorded_at, recording.length, (), "", ())


def _with_other_key(recording: Recording) -> str:
    """Followed by an event whose key is a code after positions, or a position after codes."""
    return f"{write(recording)}|80d{'68' if recording.masked else 'I0'}"


_HEADER_DAMAGES: tuple[Callable[[Recording], str], ...] = (
    _with_other_key,
    lambda recording: f"{write(recording)}|",
    lambda recording: write(recording).replace("#m=", "#m=2", 1),
    lambda recording: write(recording).replace("#m=", "#", 1),
    lambda recording: write(recording).replace("#m=", "m=", 1),
    lambda recording: write(recording).replace(recording.browser, recording.browser.replace("/", ""), 1),
    lambda recording: write(recording).replace(f"#{recording.recorded_at}", "#2023-02-30 09:00:00", 1),
    lambda recording: write(recording).replace(f"#{recording.recorded_at}", "#2023-02-28T09:00:00", 1),
    lambda recording: write(recording).partition("#m=")[2],
)
# Cut off after the delay and after the action; a second bar; numbers that are none or too long; letters that are wrong.
_EVENT_DAMAGES = (
    "{delay_ms}{action}",
    "{delay_ms}",
    "",
    "-{delay_ms}{action}{key}",
    "0{delay_ms}{action}{key}",
    "{delay_ms}.5{action}{key}",
    "1{delay_ms:09}{action}{key}",
    "{delay_ms}{key}",
    "{delay_ms}x{key}",
    "{delay_ms}{action}{key}x",
)
