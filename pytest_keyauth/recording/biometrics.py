"""Keystroke samples in what was recorded: found, and replaced by made-up ones of the same shape.

How somebody types is biometric data, and an AnyText sample also says what was typed. Of a person's sample a
replacement keeps what decides about the provider's answer: how many events there are, which go down and which up,
which belong together, and all that is wrong with it. It keeps neither times nor texts.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle, islice
from urllib.parse import unquote

from pytest_keyauth.keystrokes.grammar import BROWSER, FEWEST_STROKES, GrammarError, KeyEvent, Recording, parse

__all__ = ["find_other_samples", "is_sample", "looks_like_sample", "replace_in_text", "replace_sample", "shape"]

_STAMP = "2016-01-29 17:50:51"  # of the first sample in the provider's document
_LETTERS = "qajzevkiwbypogufmchdlntrs"  # all but x, each once, so that keys which are down together differ
_STRAY_UP = "88"  # x: it never goes down, so that no key comes up by it
_FIRST_SPARE_CODE, _SPARE_CODES = 300, 99_000  # where all letters are down: codes that no keyboard has
_FEWEST_STRUCK = 40  # so many strokes have delays of every kind
_MOST_LENGTH_DIGITS = 4

# Keys that write nothing. They stay, because they decide what the provider counts as text; any other key is replaced.
_SILENT_CODES = (8, 16, 17, 18, 20, 27, *range(33, 41), 45, 46, 91, 92, 93, *range(112, 124), 144, 145, 224, 225)
_SILENT_KEYS = frozenset(map(str, _SILENT_CODES)) | {"LSHIFT", "RSHIFT", "SHIFT", "BACKSPACE"}

# How a recording begins in a longer text. Everything is bounded, so that a search takes time linear in the text.
_EVENT = r"[0-9]{1,12}[duDU](?:[0-9]{1,5}|[A-Z][A-Z0-9_]{1,40}|I[0-9]{1,9})(?![0-9A-Za-z_])"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]"
_UNBROKEN = r"[^|\s\"'\\<>&,;]"
_HEADER = rf"[^\s#|\"'\\<>&=,;:(\[{{]{{0,64}}#[mM]=[^#|\s]{{0,9}}#(?:{_DATE})?{_UNBROKEN}{{0,64}}"
_DAMAGED_HEADER = rf"(?:[^\s|\"'\\<>&=,;:(\[{{]|(?<=m)=){{0,80}}{_DATE}{_UNBROKEN}{{0,64}}(?=\|l=|\|{_EVENT})"
_HEADLESS = rf"(?<![^\s\"'&=,;:(\[{{]){_EVENT}(?=\|)|(?=\|{_EVENT})"
_BEGINNING = rf"(?:{_HEADER}|{_DAMAGED_HEADER}|{_HEADLESS})"
# A field ends at a blank, comma or quotation mark; but damage may have put blanks and commas into events.
_FIELD = rf"\|(?:[ 0-9.,+-]{{1,24}}[duDUx][ A-Z0-9_]{{1,24}}(?=[|\"'\\<\n]|\Z)|{_UNBROKEN}*+)"
_BEGINS = re.compile(_BEGINNING)
_RECORDINGS = re.compile(rf"{_BEGINNING}(?:{_FIELD})*+")
_PLAIN_BROWSER = re.compile(
    r"[^\s\"'&=,;:(\[{]{1,64}(?: [^\s\"'&=,;:(\[{]{1,64})?"
)  # and not a log line that ends there
_PUNCTUATION = ".,;:)]}!?"


def looks_like_sample(text: str) -> bool:
    """Whether a text is or contains a keystroke recording, be it corrupted, cut short or percent-encoded.

    A header alone is one, and so is an event beside a bar; a single event or the name of a browser alone is not.
    """
    return _finds_one(text) or ("%" in text and _finds_one(unquote(text)))


def find_other_samples(text: str, made_up: Iterable[str]) -> Iterator[int]:
    """Where a text without escapes has what looks like a sample, and is none of those that were made up."""
    if not _finds_one(text):
        return
    for sample in sorted(made_up, key=len, reverse=True):
        for form in (sample, sample.replace(" ", "+")):  # a form has a plus for a blank
            text = text.replace(form, "\0" * len(form))
    yield from (match.start() for match in _BEGINS.finditer(text))


def is_sample(text: str) -> bool:
    """Whether a text is one keystroke recording, and nothing beside it."""
    recording = _try_to_parse(text)
    return recording is not None and _PLAIN_BROWSER.fullmatch(recording.browser) is not None


def shape(text: str) -> str:
    """What a replayed recording must have in common with the recorded one: `anytext m=0`, `masked m=1 l=7`.

    What is wrong with it follows, such as `without key-ups`; a text that is no sample is `unreadable`. It is the same
    for a sample and its replacement, whoever typed and whatever was typed.
    """
    recording = _try_to_parse(text)
    if recording is None:
        return "unreadable"
    words = ["masked" if recording.masked else "anytext", f"m={int(recording.mobile)}"]
    if recording.length is not None:
        words.append(f"l={recording.length if _is_number(recording.length) else '?'}")
    return " ".join([*words, *_faults(recording)])


def replace_sample(text: str, seed: str) -> str:
    """A made-up sample of the same shape, field by field, in the rhythm of the typist with that seed.

    The caller gives equal seeds for equal texts, so that duplicates stay duplicates. A text that is a sample becomes
    one, and one that is not does not. Fields that are no events become question marks, as many as the first of them
    has characters: the lengths of several would tell spaces from letters.
    """
    header, length, fields = _take_apart(text)
    read = [_read_event(field) for field in fields]
    events = [event for event in read if event is not None]
    delays_ms = _draw_delays("".join(event.action for event in events), seed, mobile="#m=1" in f"#{'#'.join(header)}")
    replaced = zip(delays_ms, (event.action for event in events), _replace_keys(events), strict=True)
    unreadable = "?" * next((len(field) for field, event in zip(fields, read, strict=True) if field and not event), 0)
    written = [
        "".join(map(str, next(replaced))) if event else unreadable if field else ""
        for field, event in zip(fields, read, strict=True)
    ]
    head = ["#".join(_replace_header(part, number) for number, part in enumerate(header))] if header else []
    return "|".join([*head, *map(_replace_length, length), *written])


def replace_in_text(text: str, replace: Callable[[str], str]) -> str:
    """Replace each recording in a longer text (a log line, a form that was decoded, quoted JSON) by what is made of it.

    A text that is one sample is replaced as a whole. Percent-encoded text has to be decoded first.
    """
    if is_sample(text):
        return replace(text)
    if not _finds_one(text):
        return text

    def replace_found(found: re.Match[str]) -> str:
        bare = found[0].rstrip(_PUNCTUATION)
        return replace(bare) + found[0][len(bare) :]

    return _RECORDINGS.sub(replace_found, text)


def _finds_one(text: str) -> bool:
    # Most texts have neither, and to look for these two takes a thousandth of the time.
    return ("|" in text or "#m=" in text.lower()) and _BEGINS.search(text) is not None


def _try_to_parse(text: str) -> Recording | None:
    try:
        return parse(text)
    except GrammarError:
        return None


def _faults(recording: Recording) -> list[str]:
    """What makes a sample that can be read a bad one, the plainest fault only."""
    events = recording.events
    if not events:
        return ["without events"]
    if "u" not in recording.actions:
        return ["without key-ups"]
    if all(key in _SILENT_KEYS for _, action, key in events if action == "d"):
        return ["without text"]
    return ["too short"] if len(_pair(events)) < FEWEST_STROKES else []


def _pair(events: Sequence[KeyEvent]) -> dict[int, int]:
    """The index of each key-down that has a key-up, with that of the key-up: it ends the last down of its key."""
    pairs: dict[int, int] = {}
    down: dict[str, int] = {}
    for index, (_, action, key) in enumerate(events):
        if action == "d":
            down[key] = index
        elif key in down:
            pairs[down.pop(key)] = index
    return pairs


# A sample taken apart. What is right is asked of the grammar, one piece at a time in a sample that is right otherwise.


def _take_apart(text: str) -> tuple[list[str], list[str], list[str]]:
    """The parts of the header between `#`, the field of the length if there is one, and the other fields."""
    first, *fields = text.split("|")
    if not first or _read_event(first) is not None:
        return [], [], [first, *fields]
    length = fields[:1] if fields and fields[0].startswith("l=") else []
    return first.split("#"), length, fields[len(length) :]


def _read_event(field: str) -> KeyEvent | None:
    recording = _try_to_parse(f"{BROWSER}#m=0#{_STAMP}|{field}")
    return recording.events[0] if recording is not None and recording.keys else None


def _replace_header(part: str, number: int) -> str:
    """The made-up part of a header; what is not as it should be becomes question marks."""
    if number == 0 and _try_to_parse(f"{part}#m=0#{_STAMP}") is not None:
        return BROWSER
    if re.fullmatch("m=[0-9]", part):
        return part
    if _try_to_parse(f"{BROWSER}#m=0#{part}") is not None:
        return _STAMP
    return "?" * len(part)


def _is_number(length: str) -> bool:
    return length.isascii() and length.isdigit() and len(length) <= _MOST_LENGTH_DIGITS


def _replace_length(field: str) -> str:
    """A number stays; anything else could be whatever somebody typed."""
    length = field.removeprefix("l=")
    return field if _is_number(length) else f"l={'?' * len(length)}"


# What is made up.


def _draw_delays(actions: str, seed: str, *, mobile: bool) -> list[int]:
    """A delay for each event, in turn of those that the typist needs from a like event to a like one.

    So each is of the right kind, be it a dwell or a pause, although the keys do not overlap where the typist's do.
    """
    # A replay only tells samples by their shapes, and does not wait for typists.
    from pytest_keyauth.keystrokes.keyboard import GERMAN
    from pytest_keyauth.keystrokes.typist import Typist

    strokes = GERMAN.strokes("".join(islice(cycle(_LETTERS), max(len(actions), _FEWEST_STRUCK))))
    recording = Typist(seed, mobile=mobile).strikes(strokes)
    drawn: dict[str, list[int]] = {}
    for kind, delay_ms in zip(_kinds(recording.actions), recording.delays_ms, strict=True):
        drawn.setdefault(kind, []).append(delay_ms)
    usual = drawn["du"]  # there are dwells, whoever types; of the other kinds somebody may have none
    delays: dict[str, Iterator[int]] = {}
    return [next(delays.setdefault(kind, cycle(drawn.get(kind, usual)))) for kind in _kinds(actions)]


def _kinds(actions: str) -> list[str]:
    """For each event, the action before it and its own."""
    return [actions[max(0, index - 1) : index + 1] for index in range(len(actions))]


def _replace_keys(events: Sequence[KeyEvent]) -> list[str]:
    """The key of each event: letters in a fixed order for keys that write, SPACE too, which ends words.

    Keys that write nothing stay, and so do positions. Each key-down has a letter of its own, also if the same key was
    pressed before, and its key-up follows.
    """
    pairs = _pair(events)
    keys: list[str] = [_STRAY_UP] * len(events)
    letters, held = cycle(_LETTERS.upper()), set[str]()
    for index, (_, action, key) in enumerate(events):
        if key in _SILENT_KEYS or _is_position(key):
            keys[index] = key
        elif action == "d":
            keys[index] = _next_key(letters, held, index)
            if index in pairs:
                keys[pairs[index]] = keys[index]
                held.add(keys[index])
        else:
            held.discard(keys[index])
    return keys


def _next_key(letters: Iterator[str], held: set[str], index: int) -> str:
    """The next letter that is not held down, or it would come up twice; if all are, a code for the index."""
    for letter in islice(letters, len(_LETTERS)):
        if (code := str(ord(letter))) not in held:
            return code
    return str(_FIRST_SPARE_CODE + index % _SPARE_CODES)


def _is_position(key: str) -> bool:
    return key[0] == "I" and key[1:].isdigit()
