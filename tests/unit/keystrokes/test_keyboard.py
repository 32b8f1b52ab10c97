import string

import pytest

from pytest_keyauth.keystrokes.keyboard import GERMAN, SHIFTS, US, Layout, UntypeableCharacterError


@pytest.mark.parametrize("layout", [GERMAN, US])
def test_letters_and_digits_have_the_code_of_their_ascii_capital(layout: Layout) -> None:
    for character in string.ascii_letters + string.digits:
        stroke = layout.strokes(character)[0]
        assert stroke.key == str(ord(character.upper()))
        assert (stroke.shift is None) == (character in string.ascii_lowercase + string.digits)


def test_the_strokes_are_those_of_the_documents_sample() -> None:
    # |336dRSHIFT|80d68 … |32d73 … |8d69 … |72dSPACE … |64dLSHIFT|80d76 … |32d190
    strokes = GERMAN.strokes("Die L.")
    assert [(stroke.shift, stroke.key) for stroke in strokes] == [
        ("RSHIFT", "68"),
        (None, "73"),
        (None, "69"),
        (None, "SPACE"),
        ("LSHIFT", "76"),
        (None, "190"),
    ]


@pytest.mark.parametrize(
    ("layout", "character", "key", "shifted"),
    [
        (GERMAN, "ä", "222", False),
        (GERMAN, "Ö", "192", True),
        (GERMAN, "ü", "186", False),
        (GERMAN, "ß", "219", False),
        (GERMAN, "?", "219", True),
        (GERMAN, ";", "188", True),
        (GERMAN, ":", "190", True),
        (GERMAN, "_", "189", True),
        (GERMAN, "!", "49", True),
        (US, "?", "191", True),
        (US, ";", "186", False),
        (US, ":", "186", True),
        (US, "@", "50", True),
    ],
)
def test_punctuation_is_in_its_place(layout: Layout, character: str, key: str, shifted: bool) -> None:
    stroke = layout.find(character)
    assert stroke is not None
    assert (stroke.key, stroke.shift is not None) == (key, shifted)


@pytest.mark.parametrize("layout", [GERMAN, US])
def test_no_two_characters_are_written_the_same_way(layout: Layout) -> None:
    ways = [(stroke.key, stroke.shift is None) for stroke in layout.strokes(layout.characters)]
    assert len(set(ways)) == len(ways)


@pytest.mark.parametrize("layout", [GERMAN, US])
def test_shift_is_held_by_the_other_hand(layout: Layout) -> None:
    for stroke in layout.strokes(layout.characters):
        if stroke.shift is not None:
            assert SHIFTS[stroke.shift].left_hand != stroke.left_hand


def test_the_z_and_the_y_are_struck_with_the_fingers_of_the_layout() -> None:
    assert [stroke.left_hand for stroke in GERMAN.strokes("zy")] == [False, True]
    assert [stroke.left_hand for stroke in US.strokes("zy")] == [True, False]


@pytest.mark.parametrize(
    ("layout", "text", "message"),
    [
        (
            GERMAN,
            "Grüße 😀",
            r"the German layout cannot type '😀' \(U\+1F600 GRINNING FACE\) at position 6 of the text",
        ),
        (
            GERMAN,
            "a@b",
            r"the German layout cannot type '@' \(U\+0040 COMMERCIAL AT\) at position 1 of the text",
        ),
        (US, "für", r"the US layout cannot type 'ü' .*at position 1"),
        (
            GERMAN,
            "a\nb",
            r"the German layout cannot type '\\n' \(U\+000A no printable character\) at position 1",
        ),
        (GERMAN, "a\u0308", r"U\+0308 COMBINING DIAERESIS"),
    ],
)
def test_a_character_that_no_key_writes_is_named(layout: Layout, text: str, message: str) -> None:
    with pytest.raises(UntypeableCharacterError, match=message) as caught:
        layout.strokes(text)
    assert caught.value.character == text[caught.value.position]
    assert caught.value.layout == layout.name
