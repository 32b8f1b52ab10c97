"""What Chromium is told. Codes and places are those of the UI Events specification, on a German keyboard."""

import pytest

from pytest_keyauth.keystrokes.act import Act, KeyPress
from pytest_keyauth.keystrokes.devtools import describe, find_places
from pytest_keyauth.keystrokes.layouts import GERMAN, LAYOUTS


def told(*presses: KeyPress) -> list[tuple[float, dict[str, object]]]:
    return [(message.time_ms, dict(message.parameters)) for message in describe(Act("", presses), GERMAN)]


def test_a_letter_with_shift_is_four_events_in_order() -> None:
    [shift_down, letter_down, shift_up, letter_up] = told(
        KeyPress("RSHIFT", "", 100, 250.5), KeyPress("68", "D", 200, 300)
    )
    shift = {"key": "Shift", "code": "ShiftRight", "windowsVirtualKeyCode": 16, "location": 2}
    letter = {"key": "D", "code": "KeyD", "windowsVirtualKeyCode": 68}
    assert shift_down == (100, {"type": "rawKeyDown", **shift, "modifiers": 8})
    assert letter_down == (200, {"type": "keyDown", **letter, "modifiers": 8, "text": "D", "unmodifiedText": "D"})
    assert shift_up == (250.5, {"type": "keyUp", **shift, "modifiers": 0})
    assert letter_up == (300, {"type": "keyUp", **letter, "modifiers": 0})


def test_altgr_is_two_keys_and_no_control_key() -> None:
    messages = told(KeyPress("17", "", 0, 9), KeyPress("18", "", 0, 9), KeyPress("81", "@", 5, 8))
    assert [(message["key"], message["modifiers"]) for _, message in messages] == [
        ("Control", 2),
        ("AltGraph", 0),
        ("@", 0),
        ("@", 0),
        ("Control", 0),
        ("AltGraph", 0),
    ]
    assert [message["code"] for _, message in messages[:3]] == ["ControlLeft", "AltRight", "KeyQ"]


def test_a_dead_key_writes_nothing() -> None:
    [(_, down), _, (_, letter), _] = told(KeyPress("220", "", 0, 1), KeyPress("69", "ê", 2, 3))
    assert (down["type"], down["key"], down["code"]) == ("rawKeyDown", "Dead", "Backquote")
    assert (letter["type"], letter["key"], letter["code"], letter["text"]) == ("keyDown", "ê", "KeyE", "ê")


@pytest.mark.parametrize(
    ("press", "kind", "key", "text"),
    [
        (KeyPress("SPACE", " ", 0, 1), "keyDown", " ", " "),
        (KeyPress("13", "\n", 0, 1), "keyDown", "Enter", "\r"),
        (KeyPress("9", "\t", 0, 1), "rawKeyDown", "Tab", None),
        (KeyPress("8", "\b", 0, 1), "rawKeyDown", "Backspace", None),
    ],
)
def test_keys_without_a_letter(press: KeyPress, kind: str, key: str, text: str | None) -> None:
    [(_, down), _] = told(press)
    assert (down["type"], down["key"], down.get("text")) == (kind, key, text)


@pytest.mark.parametrize("language", LAYOUTS)
def test_every_key_of_a_layout_has_a_place_of_its_own(language: str) -> None:
    layout = LAYOUTS[language]
    keys = {stroke.key for character in layout.characters for stroke in layout.find(character)}
    places = find_places(layout)
    assert keys - {"SPACE", "8", "9", "13"} <= set(places)
    assert len(set(places.values())) == len(places)


def test_places_do_not_follow_what_is_printed_on_the_keys() -> None:
    assert (find_places(LAYOUTS["de"])["89"], find_places(LAYOUTS["fr"])["65"]) == ("KeyZ", "KeyQ")
