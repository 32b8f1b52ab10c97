"""What stands on a key: a short label for each key of a sample, as people read it."""

from pytest_keyauth.keystrokes.keyboard import GERMAN, Layout

__all__ = ["label_key", "label_keys"]

_SIGNS = {
    "SPACE": "␣", "32": "␣", "SHIFT": "⇧", "LSHIFT": "⇧", "RSHIFT": "⇧", "16": "⇧", "BACKSPACE": "⌫", "8": "⌫",
    "TAB": "⇥", "9": "⇥", "ENTER": "↵", "13": "↵", "CTRL": "⌃", "17": "⌃", "ALT": "⌥", "18": "⌥", "20": "⇪",
    "27": "Esc", "33": "⇞", "34": "⇟", "35": "End", "36": "Home", "37": "←", "38": "↑", "39": "→", "40": "↓",
    "45": "Ins", "DELETE": "⌦", "46": "⌦", "91": "⌘", "92": "⌘", "93": "⌘",
    "106": "*", "107": "+", "109": "-", "110": ".", "111": "/",
}  # fmt: skip
_NUMBER_PAD = range(96, 106)
_FUNCTION_KEYS = range(112, 124)
_LONGEST = 6  # characters; a longer name would cover its neighbours


def label_key(key: str, layout: Layout = GERMAN) -> str:
    """The label of a key as a sample names it: "68" is D, "SPACE" ␣, "190" a full stop, "I0" (masked) 0.

    Punctuation and umlauts are those of `layout`. A key that is on no keyboard we know keeps its name, cut short.
    """
    if key in _SIGNS:
        return _SIGNS[key]
    if key[:1] == "I" and key[1:].isdecimal():
        return key[1:]
    return _printed(key, layout) or _shortened(key)


def label_keys(keys: tuple[str, ...], layout: Layout = GERMAN) -> str:
    """The labels of several keys in a row, such as a digraph; positions of a password are kept apart."""
    labels = [label_key(key, layout) for key in keys]
    return ("-" if any(len(label) > 1 or label.isdecimal() for label in labels) else "").join(labels)


def _printed(key: str, layout: Layout) -> str | None:
    if key.isdecimal() and int(key) in _NUMBER_PAD:
        return str(int(key) - _NUMBER_PAD.start)
    if key.isdecimal() and int(key) in _FUNCTION_KEYS:
        return f"F{int(key) - _FUNCTION_KEYS.start + 1}"
    for character in layout.characters:
        strokes = layout.find(character) or ()
        if [(stroke.key, stroke.held) for stroke in strokes] == [(key, ())]:
            return character.upper() if len(character.upper()) == 1 else character
    return None


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
