"""The text format of a keystroke sample, read and written exactly.

A sample is what the provider's recorder hands to the consumer's backend. The provider publishes no grammar;
this one is read off the samples in the `curl` examples of the provider's API document, in EBNF::

    sample     = browser , "#m=" , ( "0" | "1" ) , "#" , time stamp , [ "|l=" , length ] , { "|" , event } ;
    browser    = name , "/" , version ;        (* neither blank; no "#", "|", control; no "/" in the name *)
    time stamp = "YYYY-MM-DD HH:MM:SS" ;       (* a real date and time *)
    length     = { any character but "|" } ;   (* a whole number, unless somebody tampered with it *)
    event      = delay , ( "d" | "u" ) , key ; (* key down, key up *)
    delay      = number of 1 to 9 digits ;     (* ms since the previous event *)
    key        = code | key name | position ;
    code       = number of 1 to 5 digits ;     (* KeyboardEvent.keyCode: 68 is D *)
    key name   = "A".."Z" , character , { character } ;   (* RSHIFT; never "I" and digits alone *)
    character  = "A".."Z" | "0".."9" | "_" ;
    position   = "I" , number of 1 to 9 digits ;   (* masked: which keystroke of the password, from I0 *)

Numbers are ASCII digits without leading zeros, so that every text has one reading and every reading one text.
A sample is masked (has `l=`, or positions for keys) or not (has codes and names); a mixture is not a sample.
`m=0` is a desktop; that `m=1` is a mobile device, and the limits on the number of digits, are assumptions.

Reading takes time linear in the text, whatever the text: all quantifiers are possessive or bounded.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

__all__ = ["BROWSER", "FEWEST_STROKES", "GrammarError", "KeyEvent", "Recording", "parse", "render", "write"]

BROWSER = "firefox/38.0"
"""The browser of the document's samples."""

FEWEST_STROKES = 4
"""A sample of fewer complete key strokes is out of specification (assumed: the document says "too short")."""

_CONTROL = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"  # lone surrogates too: nothing can send or store them
_BLANKS = rf"[^\S{_CONTROL}]*+"
_NAME = rf"{_BLANKS}[^\s#|/{_CONTROL}][^#|/{_CONTROL}]*+"
_VERSION = rf"{_BLANKS}[^\s#|{_CONTROL}][^#|{_CONTROL}]*+"
_STAMP = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]) (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_DELAY = r"(?:0|[1-9][0-9]{0,8}+)"
_ACTION = r"[du]"
_POSITION = r"I(?:0|[1-9][0-9]{0,8}+)"
# A name that begins with "I" must not be "I" and digits only: that is the shape of a position.
_CODE_OR_NAME = r"(?:0|[1-9][0-9]{0,4}+|(?:[A-HJ-Z][A-Z0-9_]|I[0-9]*+[A-Z_])[A-Z0-9_]*+)"

_HEADER = re.compile(rf"({_NAME}/{_VERSION})#m=([01])#({_STAMP})(?:\|l=([^|]*+))?+")
_IS_POSITION = re.compile(_POSITION).fullmatch
_OPENS_MASKED = re.compile(rf"\|{_DELAY}{_ACTION}{_POSITION}(?:\||\Z)")
_MASKED_EVENTS = re.compile(rf"(?:\|{_DELAY}{_ACTION}{_POSITION})*+")
_PLAIN_EVENTS = re.compile(rf"(?:\|{_DELAY}{_ACTION}{_CODE_OR_NAME})*+")


class _Milliseconds(dict[str, int]):
    """The number that digits stand for; everyday ones are looked up, three times as fast as by `int`."""

    def __missing__(self, digits: str) -> int:
        return int(digits)


_MILLISECONDS = _Milliseconds((str(number), number) for number in range(1000))


class GrammarError(ValueError):
    """A text that is not a sample: the 0-based position where it stops being one, and what was expected."""

    def __init__(self, position: int, expected: str, found: str) -> None:
        """`found` is the text from `position` on, or a beginning of it."""
        super().__init__(position, expected, found)
        self.position = position
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        """One line for people; the excerpt keeps it short however long the text is."""
        found = repr(self.found) if self.found else "the end of the sample"
        return f"not a keystroke sample: at position {self.position}, expected {self.expected}, found {found}"


class KeyEvent(NamedTuple):
    """One key going down ("d") or up ("u"), `delay_ms` after the event before it."""

    delay_ms: int
    action: str
    key: str


@dataclass(frozen=True, slots=True)
class Recording:
    """What one sample says. Its events are columns of one entry per event, because scoring reads columns.

    `length` is the text after `l=` as it stands, so that "no length" (None), "not a number" and "no sample"
    can be told apart. `actions` has a "d" or "u" per event. `keys` are as written: "68", "RSHIFT", "I0".
    """

    browser: str
    mobile: bool
    recorded_at: str
    length: str | None
    delays_ms: tuple[int, ...]
    actions: str
    keys: tuple[str, ...]

    @property
    def masked(self) -> bool:
        """Whether the sample hides which keys were typed, as passwords must: it has `l=`, or positions."""
        return self.length is not None or (bool(self.keys) and _IS_POSITION(self.keys[0]) is not None)

    @property
    def events(self) -> tuple[KeyEvent, ...]:
        """The events as rows, made on each access."""
        return tuple(map(KeyEvent, self.delays_ms, self.actions, self.keys))


def parse(text: str) -> Recording:
    """Read a sample. Raises GrammarError for any text that `render` would not write back as it stands."""
    header = _HEADER.match(text)
    if header is None:
        raise _first_misfit(text, 0, _HEADER_PIECES)
    browser, flag, recorded_at, length = header.groups()
    if not _exists(recorded_at):
        raise _error(text, header.start(3), "a date that exists")
    masked = length is not None or _OPENS_MASKED.match(text, header.end()) is not None
    events = (_MASKED_EVENTS if masked else _PLAIN_EVENTS).match(text, header.end())
    if events is None or events.end() != len(text):
        raise _event_error(text, events.end() if events else header.end(), masked)
    # Only the actions are lower case, so the three columns come apart without another look at each event.
    cells = events[0].replace("d", "|d|").replace("u", "|u|").split("|")
    delays_ms = tuple(map(_MILLISECONDS.__getitem__, cells[1::3]))
    actions, keys = "".join(cells[2::3]), tuple(cells[3::3])
    return Recording(browser, flag == "1", recorded_at, length, delays_ms, actions, keys)


def render(recording: Recording) -> str:
    """Write a recording as the text that `parse` reads as it.

    Raises GrammarError, or ValueError for columns of unequal length, where there is no such text.
    """
    text = write(recording)
    if parse(text) != recording:
        raise ValueError(f"no sample says this recording; the nearest text reads differently: {text[:80]!r}")
    return text


def write(recording: Recording) -> str:
    """Write a recording without reading it again, in half the time: for one that is known to be right."""
    head = f"{recording.browser}#m={int(recording.mobile)}#{recording.recorded_at}"
    length = "" if recording.length is None else f"|l={recording.length}"
    columns = zip(recording.delays_ms, recording.actions, recording.keys, strict=True)
    return f"{head}{length}{''.join([f'|{delay_ms}{action}{key}' for delay_ms, action, key in columns])}"


def _exists(recorded_at: str) -> bool:
    """Whether a well-formed time stamp is in the calendar (30 February and the year 0 are not)."""
    try:
        datetime.fromisoformat(recorded_at)
    except ValueError:
        return False
    return True


# The rest runs only for texts that were found wrong. It tries the pieces one by one, to say where and what.

_HEADER_PIECES = (
    (_NAME, "the name of a browser"),
    ("/", "'/' between the browser's name and its version"),
    (_VERSION, "the version of the browser"),
    ("#", "'#' after the browser"),
    ("m=", "'m=' and the device flag"),
    ("[01]", "the device flag 0 or 1"),
    ("#", "'#' after the device flag"),
    (_STAMP, "a time stamp YYYY-MM-DD HH:MM:SS"),
)
_EVENT_PIECES = (
    (r"\|", "'|' or the end of the sample"),
    (_DELAY, "a delay in ms"),
    (_ACTION, "'d' or 'u' after a delay of at most 9 digits without leading zeros"),
)
_MASKED_KEY_PIECE = (_POSITION, "a position such as I0, as in every event of a masked sample")
_PLAIN_KEY_PIECE = (_CODE_OR_NAME, "a key code such as 68, or a key name such as RSHIFT")


def _error(text: str, position: int, expected: str) -> GrammarError:
    return GrammarError(position, expected, text[position : position + 20])


def _event_error(text: str, position: int, masked: bool) -> GrammarError:
    """What is wrong with the first event that does not fit; it begins at `position`."""
    return _first_misfit(text, position, (*_EVENT_PIECES, _MASKED_KEY_PIECE if masked else _PLAIN_KEY_PIECE))


def _first_misfit(text: str, position: int, pieces: tuple[tuple[str, str], ...]) -> GrammarError:
    for pattern, expected in pieces:
        piece = re.compile(pattern).match(text, position)
        if piece is None:
            return _error(text, position, expected)
        position = piece.end()
    raise AssertionError("a text whose pieces all fit was refused as a whole")
