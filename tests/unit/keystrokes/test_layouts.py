from typing import Any

import pytest

from pytest_keyauth.keystrokes import keyboard
from pytest_keyauth.keystrokes.layouts import GERMAN, LAYOUTS, US, UnknownLayoutError, find_layout

# What Windows reports for the keys that are neither letters nor digits: VK_OEM_1 and so on. The keys go from the left,
# row by row: the top row's first and last two, two after the P, three after the L, the one before the Z, three after
# the M of a US keyboard. Copied by hand from tables that were read out of Windows (Visual Studio Code's *.win.ts).
# The French ê stands for its dead key.
OEM = {
    "1": "186", "+": "187", ",": "188", "-": "189", ".": "190", "2": "191", "3": "192",
    "4": "219", "5": "220", "6": "221", "7": "222", "8": "223", "<": "226",
}  # fmt: skip
KEYS = {
    "de": ("^ß´ ü+ öä# < ,.-", "546 1+ 372 < ,.-"),
    "de-CH": ("§'^ ü¨ öä$ < ,.-", "246 13 758 < ,.-"),
    "en-US": ("`-= [] ;'\\ ,./", "3-+ 46 175 ,.2"),
    "en-GB": ("`-= [] ;'# \\ ,./", "8-+ 46 137 5 ,.2"),
    "fr": ("²)= ê$ ù* < ,;:!", "74+ 61 35 < ,.28"),
    "es": ("º'¡ `+ ñ´ç < ,.-", "546 1+ 372 < ,.-"),
    "it": ("\\'ì è+ òàù < ,.-", "546 1+ 372 < ,.-"),
    "pt": ("\\'« +´ çº~ < ,.-", "546 +1 372 < ,.-"),
    "pl": ("`-= [] ;'\\ ,./", "3-+ 46 175 ,.2"),
    "sv": ("§+´ å¨ öä' < ,.-", "5+4 61 372 < ,.-"),
    "da": ("½+´ å¨ æø' < ,.-", "5+4 61 372 < ,.-"),
    "nb": ("|+\\ å¨ øæ' < ,.-", "5+4 61 372 < ,.-"),
}

# A sentence with all letters, or with what is special about the language.
SENTENCES = {
    "de": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich für 5 €: „{~}“, @home?".replace(
        "„", '"'
    ).replace("“", '"'),
    "de-CH": "Die Strasse nach Genève, à propos, öffnet für Françoise um 8: Ärger, Übung, Öl?",
    "en-US": "The quick brown fox jumps over the lazy dog: 100% of it, or $5 & change!",
    "en-GB": "A café in José's village, near Brú na Bóinne: £5",
    "fr": "Crème brûlée à la façon de Noël, où l'été où le maïs coûte 5 €; À bientôt!",
    "es": "¿Cuándo vendrá el pingüino de la señora Íñigo? ¡Mañana, a las 5 €!",
    "it": "Perché così? E' già più tardi; l'età di Nicolò è 5 €.",
    "pt": "À noite, vovô Kowalsky vê o ímã cair no pé do pinguim; não há coração, «5 €».",
    "pl": "Zażółć gęślą jaźń; ŁÓDŹ i Ćma kosztują 5 €.",
    "sv": "Flygande bäckasiner söka hwila på mjuka tuvor, Åke och idén à 5 €.",
    "da": "Quizdeltagerne spiste jordbær med fløde, mens Åse fik én allé til 5 €.",
    "nb": "Vår sære Zulu fra badeøya spilte jo whist og quickstep i min taxi for én €.",
}


def test_there_is_a_layout_for_each_of_these_languages() -> None:
    assert list(LAYOUTS) == list(KEYS)
    assert all(layout.language == language for language, layout in LAYOUTS.items())
    assert len({layout.name for layout in LAYOUTS.values()}) == len(LAYOUTS)


@pytest.mark.parametrize("language", KEYS)
def test_keys_have_the_codes_that_windows_reports(language: str) -> None:
    characters, codes = KEYS[language]
    for character, code in zip(characters, codes, strict=True):
        if character != " ":
            [first, *_] = [stroke for stroke in LAYOUTS[language].find(character) or () if not stroke.held]
            assert (character, first.key) == (character, OEM[code])


@pytest.mark.parametrize("language", LAYOUTS)
def test_the_letters_and_the_digits_have_their_own_codes(language: str) -> None:
    for character in "abcdefghijklmnopqrstuvwxyz0123456789":
        strokes = LAYOUTS[language].strokes(character)
        assert [stroke.key for stroke in strokes] == [str(ord(character.upper()))]


@pytest.mark.parametrize("language", LAYOUTS)
def test_a_key_is_struck_by_one_finger(language: str) -> None:
    strokes = LAYOUTS[language].strokes(LAYOUTS[language].characters)
    fingers = {(stroke.key, stroke.finger) for stroke in strokes}
    assert len(fingers) == len({key for key, _ in fingers})
    assert {finger for _, finger in fingers} == {0, 1, 2, 3, 4, 6, 7, 8, 9}


@pytest.mark.parametrize("language", SENTENCES)
def test_people_can_write_their_language(language: str) -> None:
    assert LAYOUTS[language].strokes(SENTENCES[language])


def test_the_digits_of_a_french_keyboard_need_shift_and_its_letters_e_with_accents_do_not() -> None:
    strokes = LAYOUTS["fr"].strokes("2éè")
    assert [(stroke.key, stroke.held) for stroke in strokes] == [("50", ("RSHIFT",)), ("50", ()), ("55", ())]


def test_german_and_us_are_also_where_they_used_to_be() -> None:
    assert keyboard.GERMAN is GERMAN is LAYOUTS["de"]
    assert keyboard.US is US is LAYOUTS["en-US"]


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("de", "de"), ("DE", "de"), ("de-AT", "de"), ("de_DE", "de"), ("de-Latn-DE", "de"),
        ("de-CH", "de-CH"), ("de-ch", "de-CH"), ("fr-CH", "de-CH"), ("fr-BE", "fr"),
        ("en", "en-US"), ("en-GB", "en-GB"), ("en-IE", "en-GB"), ("en-AU", "en-US"),
        ("fi", "sv"), ("no", "nb"), ("nn-NO", "nb"),
    ],
)  # fmt: skip
def test_a_language_has_the_layout_that_its_people_type_on(language: str, found: str) -> None:
    assert find_layout(language) is LAYOUTS[found]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("German", r"^there is no keyboard layout for the language 'German'; did you mean 'de'\? expected a language"),
        (
            "svt",
            r"'svt'; did you mean 'sv'\? expected a language tag such as 'de-AT', of the languages de, de-CH, en-US",
        ),
        ("xx", r"'xx'; expected"),
        ("", r"''; expected"),
        (None, r"None; expected"),
    ],
)
def test_a_language_without_a_layout_is_refused_with_what_there_is(language: Any, message: str) -> None:
    with pytest.raises(UnknownLayoutError, match=message) as caught:
        find_layout(language)
    assert caught.value.language == language
