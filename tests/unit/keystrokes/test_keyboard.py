import pickle
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_keyauth.keystrokes import keyboard
from pytest_keyauth.keystrokes.keyboard import GERMAN, HELD, SHIFTS, US, Layout, UntypeableCharacterError
from pytest_keyauth.keystrokes.layouts import FRENCH, LAYOUTS

each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


def keys_for(layout: Layout, text: str) -> list[tuple[str, ...]]:
    """For each stroke what is held, and the key."""
    return [(*stroke.held, stroke.key) for stroke in layout.strokes(text)]


@pytest.mark.parametrize("layout", [GERMAN, US])
def test_letters_and_digits_have_the_code_of_their_ascii_capital(layout: Layout) -> None:
    for character in string.ascii_letters + string.digits:
        [stroke] = layout.strokes(character)
        assert stroke.key == str(ord(character.upper()))
        assert (stroke.held == ()) == (character in string.ascii_lowercase + string.digits)


def test_the_strokes_are_those_of_the_documents_sample() -> None:
    # |336dRSHIFT|80d68 … |32d73 … |8d69 … |72dSPACE … |64dLSHIFT|80d76 … |32d190
    assert keys_for(GERMAN, "Die L.") == [
        ("RSHIFT", "68"), ("73",), ("69",), ("SPACE",), ("LSHIFT", "76"), ("190",),
    ]  # fmt: skip


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
    [stroke] = layout.strokes(character)
    assert (stroke.key, bool(stroke.held)) == (key, shifted)


@pytest.mark.parametrize(
    ("character", "key"),
    [
        ("@", "81"), ("€", "69"), ("{", "55"), ("}", "48"), ("[", "56"), ("]", "57"),
        ("\\", "219"), ("~", "187"), ("|", "226"), ("µ", "77"), ("²", "50"), ("³", "51"),
    ],
)  # fmt: skip
def test_altgr_is_held_for_what_is_printed_at_the_right_of_a_german_key(character: str, key: str) -> None:
    assert keys_for(GERMAN, character) == [("17", "18", key)]


def test_shift_and_altgr_are_held_for_a_polish_capital() -> None:
    assert keys_for(LAYOUTS["pl"], "Łó") == [("LSHIFT", "17", "18", "76"), ("17", "18", "79")]
    assert keys_for(LAYOUTS["pl"], "Ą") == [("RSHIFT", "17", "18", "65")]


def test_an_accent_is_struck_before_its_letter() -> None:
    assert keys_for(GERMAN, "é") == [("221",), ("69",)]
    assert keys_for(GERMAN, "È") == [("LSHIFT", "221"), ("RSHIFT", "69")]
    assert keys_for(FRENCH, "ê") == [("221",), ("69",)]
    assert keys_for(LAYOUTS["es"], "ñ") == [("192",)]
    assert keys_for(LAYOUTS["sv"], "ñ") == [("17", "18", "186"), ("78",)]


def test_an_accent_alone_is_struck_before_a_space() -> None:
    assert keys_for(GERMAN, "^") == [("220",), ("SPACE",)]
    assert keys_for(LAYOUTS["pl"], "~") == [("RSHIFT", "192"), ("SPACE",)]


def test_the_french_circumflex_is_dead_on_its_own_key_but_not_with_altgr() -> None:
    assert keys_for(FRENCH, "^") == [("17", "18", "57")]


def test_enter_the_tabulator_and_backspace_have_their_keys() -> None:
    strokes = US.strokes("\n\t\b")
    assert [(stroke.key, stroke.kind) for stroke in strokes] == [("13", "other"), ("9", "other"), ("8", "backspace")]


def test_a_backspace_is_no_character_of_a_layout() -> None:
    assert "\b" not in US.characters
    assert {" ", "\n", "\t"} < set(US.characters)


@pytest.mark.parametrize(
    ("character", "kind"), [("a", "letter"), ("ß", "letter"), ("µ", "letter"), (" ", "space"), ("€", "other")]
)
def test_a_key_that_writes_a_letter_is_a_letter(character: str, kind: str) -> None:
    assert [stroke.kind for stroke in GERMAN.strokes(character)] == [kind]


def test_a_dead_key_is_no_letter() -> None:
    assert [stroke.kind for stroke in GERMAN.strokes("é")] == ["other", "letter"]


@each_layout
def test_no_two_characters_are_written_the_same_way(layout: Layout) -> None:
    ways = [layout.find(character) for character in layout.characters]
    assert None not in ways
    assert len(set(ways)) == len(ways)


@each_layout
def test_no_character_is_written_on_the_way_to_another(layout: Layout) -> None:
    ways = {layout.find(character) for character in layout.characters}
    assert not {way[:1] for way in ways if way and len(way) == 2} & ways


@each_layout
def test_shift_is_held_by_the_other_hand(layout: Layout) -> None:
    for stroke in layout.strokes(layout.characters):
        for key in stroke.held:
            if key in SHIFTS:
                assert HELD[key].left_hand != stroke.left_hand


@each_layout
def test_whatever_is_held_has_a_stroke_of_its_own(layout: Layout) -> None:
    held = {key for stroke in layout.strokes(layout.characters) for key in stroke.held}
    assert held <= set(HELD)
    assert all(HELD[key].key == key for key in held)


def test_altgr_is_two_keys_of_the_thumb_which_are_no_shift() -> None:
    assert [(HELD[key].kind, HELD[key].finger) for key in ("17", "18")] == [("modifier", 4)] * 2


def test_the_z_and_the_y_are_struck_with_the_fingers_of_the_layout() -> None:
    assert [stroke.left_hand for stroke in GERMAN.strokes("zy")] == [False, True]
    assert [stroke.left_hand for stroke in US.strokes("zy")] == [True, False]


def test_the_home_row_has_a_finger_for_each_key() -> None:
    assert [stroke.finger for stroke in US.strokes("asdf jkl;")] == [0, 1, 2, 3, 4, 6, 7, 8, 9]
    assert [stroke.finger for stroke in US.strokes("rtgbyhn")] == [3, 3, 3, 3, 6, 6, 6]


@each_layout
@given(data=st.data())
def test_a_text_is_typed_the_same_whether_its_accents_are_composed_or_not(layout: Layout, data: st.DataObject) -> None:
    text = data.draw(st.text(layout.characters))
    assert layout.strokes(unicodedata.normalize("NFD", text)) == layout.strokes(text)


def refusal_of(text: str) -> UntypeableCharacterError | None:
    try:
        GERMAN.strokes(text)
    except UntypeableCharacterError as error:
        return error
    return None


@given(st.text(st.sampled_from("aäeéoñ\u0301\u0308漢😀\n")))
def test_what_is_refused_is_at_the_position_that_is_named(text: str) -> None:
    refusal = refusal_of(text)
    if refusal is None:
        assert set(unicodedata.normalize("NFC", text)) <= set(GERMAN.characters)
    else:
        assert refusal_of(text[: refusal.position]) is None
        assert unicodedata.normalize("NFC", text[refusal.position :]).startswith(refusal.character)


@pytest.mark.parametrize(
    ("layout", "text", "message"),
    [
        (
            GERMAN,
            "Grüße 😀",
            r"the German layout cannot type '😀' \(U\+1F600 GRINNING FACE\) at position 6 of the text",
        ),
        (US, "für", r"the US layout cannot type 'ü' .*at position 1"),
        (GERMAN, "a\x00b", r"the German layout cannot type '\\x00' \(U\+0000 no printable character\) at position 1"),
        (GERMAN, "q\u0308", r"U\+0308 COMBINING DIAERESIS\) at position 1"),
        (GERMAN, "\u0301", r"its `characters` are all that it has"),
        (GERMAN, "漢", r"its `characters` are all that it has; keystrokes.layouts has other layouts$"),
    ],
)
def test_a_character_that_no_key_writes_is_named(layout: Layout, text: str, message: str) -> None:
    with pytest.raises(UntypeableCharacterError, match=message) as caught:
        layout.strokes(text)
    assert caught.value.character == text[caught.value.position]
    assert caught.value.layout == layout.name
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_position_of_a_refused_character_is_that_in_the_text_as_it_was_given() -> None:
    with pytest.raises(UntypeableCharacterError, match=r"'å' .* at position 4 of the text"):
        GERMAN.strokes("u\u0308u\u0308a\u030a")
    with pytest.raises(UntypeableCharacterError, match=r"U\+0301 .* at position 2 of the text"):
        GERMAN.strokes("a\u0308\u0301")


@pytest.mark.parametrize(
    ("layout", "character", "advice"),
    [
        (GERMAN, "’", 'type "\'" instead'),
        (GERMAN, "„", "type '\"' instead"),
        (GERMAN, "–", "type '-' instead"),
        (GERMAN, "…", "type '...' instead"),
        (GERMAN, "\u00a0", "type ' ' instead"),
        (GERMAN, "\u202f", "type ' ' instead"),
        (GERMAN, "ﬁ", "type 'fi' instead"),
        (GERMAN, "\u00ad", "leave it out"),
        (GERMAN, "\r", "leave it out"),
        (FRENCH, "É", "type 'E' instead"),
        (FRENCH, "œ", "type 'oe' instead"),
        (US, "ß", "type 'ss' instead"),
    ],
)
def test_what_people_type_instead_is_said(layout: Layout, character: str, advice: str) -> None:
    with pytest.raises(UntypeableCharacterError) as caught:
        layout.strokes(character)
    assert str(caught.value).endswith(f"; {advice}")


@each_layout
def test_what_is_advised_can_be_typed(layout: Layout) -> None:
    for character in "‘’“”„«»–—…\u00a0×œÆßøŁÉčŐ½½™":
        try:
            layout.strokes(character)
        except UntypeableCharacterError as error:
            layout.strokes(error.instead or "")


def test_neighbours_are_beside_with_the_same_keys_held() -> None:
    assert [GERMAN.neighbours(character) for character in "gQÖ<€"] == ["fh", "W", "LÄ", "y", ""]
    assert GERMAN.neighbours("ß") == "0"  # the key to its right is dead
    assert [US.neighbours(character) for character in " \n漢é□"] == [""] * 5


@each_layout
def test_neighbours_write_at_once(layout: Layout) -> None:
    for character in layout.characters:
        for neighbour in layout.neighbours(character):
            assert neighbour != character
            assert len(layout.find(neighbour) or ()) == 1


def test_the_module_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match=r"^module 'pytest_keyauth.keystrokes.keyboard' has no attribute 'DVORAK'"):
        _ = keyboard.DVORAK
