"""Key presses in the words of the Chrome DevTools Protocol: one `Input.dispatchKeyEvent` for each key down or up.

What Chromium on Windows says of these keys: https://chromedevtools.github.io/devtools-protocol/tot/Input/
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from pytest_keyauth.keystrokes.act import Act, KeyPress
from pytest_keyauth.keystrokes.keyboard import SHIFTS, Layout

__all__ = ["KeyMessage", "describe", "find_places"]

_CONTROL, _SHIFT = 2, 8  # bits of `modifiers`
_LEFT, _RIGHT = 1, 2  # of `location`


@dataclass(frozen=True, slots=True)
class KeyMessage:
    """One event of a key, in ms from when typing could begin, and the parameters of the command."""

    time_ms: float
    parameters: Mapping[str, str | int]


_NAMED: Mapping[str, Mapping[str, str | int]] = {
    "LSHIFT": {"key": "Shift", "code": "ShiftLeft", "windowsVirtualKeyCode": 16, "location": _LEFT},
    "RSHIFT": {"key": "Shift", "code": "ShiftRight", "windowsVirtualKeyCode": 16, "location": _RIGHT},
    "17": {"key": "Control", "code": "ControlLeft", "windowsVirtualKeyCode": 17, "location": _LEFT},
    "18": {"key": "AltGraph", "code": "AltRight", "windowsVirtualKeyCode": 18, "location": _RIGHT},
    "8": {"key": "Backspace", "code": "Backspace", "windowsVirtualKeyCode": 8},
    "9": {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9},
    "13": {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13},
}
_TEXTS = {"\b": "", "\t": "", "\n": "\r"}  # what a key writes, where the protocol says it in another way

# The physical keys by row and column, as in the pictures of `layouts`.
_PLACES = (
    ("Backquote", *(f"Digit{digit}" for digit in "1234567890"), "Minus", "Equal"),
    (*(f"Key{letter}" for letter in "QWERTYUIOP"), "BracketLeft", "BracketRight", "Backslash"),
    (*(f"Key{letter}" for letter in "ASDFGHJKL"), "Semicolon", "Quote", "Backslash"),
    ("IntlBackslash", *(f"Key{letter}" for letter in "ZXCVBNM"), "Comma", "Period", "Slash"),
)


def describe(act: Act, layout: Layout) -> list[KeyMessage]:
    """The events of an act of typing, in their order."""
    events = [(press.down_ms, True, press) for press in act.presses]
    events += [(press.up_ms, False, press) for press in act.presses]
    events.sort(key=itemgetter(0))  # stable, as a recording's events are
    held: set[str] = set()
    messages = []
    for time_ms, down, press in events:
        (held.add if down else held.discard)(press.key)
        messages.append(KeyMessage(time_ms, _describe(press, layout, held, down=down)))
    return messages


def _describe(press: KeyPress, layout: Layout, held: Set[str], *, down: bool) -> dict[str, str | int]:
    text = _TEXTS.get(press.writes, press.writes)
    parameters = {**_describe_key(press, layout), "modifiers": _modifiers(held)}
    if not down:
        return {"type": "keyUp", **parameters}
    if not text:
        return {"type": "rawKeyDown", **parameters}
    return {"type": "keyDown", **parameters, "text": text, "unmodifiedText": text}


def _describe_key(press: KeyPress, layout: Layout) -> Mapping[str, str | int]:
    if press.key in _NAMED:
        return _NAMED[press.key]
    key = press.writes or "Dead"
    if press.key == "SPACE":
        return {"key": key, "code": "Space", "windowsVirtualKeyCode": 32}
    return {"key": key, "code": find_places(layout)[press.key], "windowsVirtualKeyCode": int(press.key)}


def _modifiers(held: Set[str]) -> int:
    """What is held as a bit field. AltGr has no bit, and the control key that is half of it is none."""
    control = _CONTROL if "17" in held and "18" not in held else 0
    return control | (_SHIFT if held & SHIFTS.keys() else 0)


@lru_cache(maxsize=32)
def find_places(layout: Layout) -> Mapping[str, str]:
    """The place of each key, as in `KeyboardEvent.code`, by its name in a sample."""
    return {
        key: place
        for keys, places in zip(layout.key_rows, _PLACES, strict=True)
        for key, place in zip(keys, places, strict=False)  # not every layout has the last keys of a row
        if key
    }
