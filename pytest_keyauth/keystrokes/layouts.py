"""National keyboard layouts, those that Windows has for a PC, by the language of the people who type on them.

Each is a picture of the keyboard: the four rows without shift, with shift, with AltGr, and with both (see
`keyboard.Layout`). Characters and codes are those of Windows' own layouts; other systems have more with AltGr.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from pytest_keyauth.keystrokes.keyboard import Layout

__all__ = ["GERMAN", "LAYOUTS", "US", "UnknownLayoutError", "find_layout"]

_US_CODES = {"`": 192, "[": 219, "]": 221, "\\": 220, ";": 186, "'": 222, "/": 191}

_VOWELS = "aeiouAEIOU"
_ACCENTED = {"^": _VOWELS, "`": _VOWELS, "´": _VOWELS + "yY", "¨": _VOWELS + "y", "~": "anoANO"}

GERMAN = Layout(
    "German",
    "de",
    r"""
^1234567890ß´  °!"§$%&/()=?`  □□²³□□□{[]}\  □□□□□□□□□□□ẞ
qwertzuiopü+   QWERTZUIOPÜ*   @□€□□□□□□□□~
asdfghjklöä#   ASDFGHJKLÖÄ'
<yxcvbnm,.-    >YXCVBNM;:_    |□□□□□□µ
""",
    {"^": 220, "ß": 219, "´": 221, "ü": 186, "ö": 192, "ä": 222, "#": 191},
    {mark: _ACCENTED[mark] for mark in "^´`"},
)

SWISS = Layout(
    "Swiss",
    "de-CH",
    r"""
§1234567890'^  °+"*ç%&/()=?`  □¦@#°§¬|¢□□´~
qwertzuiopü¨   QWERTZUIOPè!   □□€□□□□□□□[]
asdfghjklöä$   ASDFGHJKLéà£   □□□□□□□□□□{}
<yxcvbnm,.-    >YXCVBNM;:_    \
""",
    {"§": 191, "'": 219, "^": 221, "ü": 186, "¨": 192, "ö": 222, "ä": 220, "$": 223},
    _ACCENTED,
)

US = Layout(
    "US",
    "en-US",
    r"""
`1234567890-=  ~!@#$%^&*()_+
qwertyuiop[]\  QWERTYUIOP{}|
asdfghjkl;'    ASDFGHJKL:"
□zxcvbnm,./    □ZXCVBNM<>?
""",
    _US_CODES,
)

BRITISH = Layout(
    "British",
    "en-GB",
    r"""
`1234567890-=  ¬!"£$%^&*()_+  ¦□□□€
qwertyuiop[]   QWERTYUIOP{}   □□é□□□úíó  □□É□□□ÚÍÓ
asdfghjkl;'#   ASDFGHJKL:@~   á          Á
\zxcvbnm,./    |ZXCVBNM<>?
""",
    {**_US_CODES, "`": 223, "'": 192, "#": 222},
)

FRENCH = Layout(
    "French",
    "fr",
    r"""
²&é"'(-è_çà)=  □1234567890°+  □□~#{[|`\^@]}
azertyuiop^$   AZERTYUIOP¨£   □□€□□□□□□□□¤
qsdfghjklmù*   QSDFGHJKLM%µ
<wxcvbn,;:!    >WXCVBN?./§
""",
    {"²": 222, ")": 219, "^": 221, "$": 186, "ù": 192, "*": 220, ";": 190, ":": 191, "!": 223},
    {mark: _ACCENTED[mark] for mark in "^¨~`"},
)

SPANISH = Layout(
    "Spanish",
    "es",
    r"""
º1234567890'¡  ª!"·$%&/()=?¿  \|@#~€¬
qwertyuiop`+   QWERTYUIOP^*   □□€□□□□□□□[]
asdfghjklñ´ç   ASDFGHJKLÑ¨Ç   □□□□□□□□□□{}
<zxcvbnm,.-    >ZXCVBNM;:_
""",
    {"º": 220, "'": 219, "¡": 221, "`": 186, "ñ": 192, "´": 222, "ç": 191},
    _ACCENTED,
)

ITALIAN = Layout(
    "Italian",
    "it",
    r"""
\1234567890'ì  |!"£$%&/()=?^  □□□□□€
qwertyuiopè+   QWERTYUIOPé*   □□€□□□□□□□[]  □□□□□□□□□□{}
asdfghjklòàù   ASDFGHJKLç°§   □□□□□□□□□@#
<zxcvbnm,.-    >ZXCVBNM;:_
""",
    {"\\": 220, "'": 219, "ì": 221, "è": 186, "ò": 192, "à": 222, "ù": 191},
)

PORTUGUESE = Layout(
    "Portuguese",
    "pt",
    r"""
\1234567890'«  |!"#$%&/()=?»  □□@£§€□{[]}
qwertyuiop+´   QWERTYUIOP*`   □□€□□□□□□□¨]
asdfghjklçº~   ASDFGHJKLÇª^
<zxcvbnm,.-    >ZXCVBNM;:_
""",
    {"\\": 220, "'": 219, "«": 221, "´": 186, "ç": 192, "º": 222, "~": 191},
    _ACCENTED,
)

POLISH = Layout(
    "Polish",
    "pl",
    r"""
`1234567890-=  ~!@#$%^&*()_+
qwertyuiop[]\  QWERTYUIOP{}|  □□ę□□□€□ó  □□Ę□□□□□Ó
asdfghjkl;'    ASDFGHJKL:"    ąś□□□□□□ł  ĄŚ□□□□□□Ł
□zxcvbnm,./    □ZXCVBNM<>?    □żźć□□ń    □ŻŹĆ□□Ń
""",
    _US_CODES,
    {"~": ""},  # it also makes the Polish letters, but AltGr is what people use for them
)

SWEDISH = Layout(
    "Swedish",
    "sv",
    r"""
§1234567890+´  ½!"#¤%&/()=?`  □□@£$€□{[]}\
qwertyuiopå¨   QWERTYUIOPÅ^   □□€□□□□□□□□~
asdfghjklöä'   ASDFGHJKLÖÄ*
<zxcvbnm,.-    >ZXCVBNM;:_    |□□□□□□µ
""",
    {"§": 220, "´": 219, "å": 221, "¨": 186, "ö": 192, "ä": 222, "'": 191},
    _ACCENTED,
)

DANISH = Layout(
    "Danish",
    "da",
    r"""
½1234567890+´  §!"#¤%&/()=?`  □□@£$€□{[]}□|
qwertyuiopå¨   QWERTYUIOPÅ^   □□€□□□□□□□□~
asdfghjklæø'   ASDFGHJKLÆØ*
<zxcvbnm,.-    >ZXCVBNM;:_    \□□□□□□µ
""",
    {"½": 220, "´": 219, "å": 221, "¨": 186, "æ": 192, "ø": 222, "'": 191},
    _ACCENTED,
)

NORWEGIAN = Layout(
    "Norwegian",
    "nb",
    r"""
|1234567890+\  §!"#¤%&/()=?`  □□@£$€□{[]}□´
qwertyuiopå¨   QWERTYUIOPÅ^   □□€□□□□□□□□~
asdfghjkløæ'   ASDFGHJKLØÆ*
<zxcvbnm,.-    >ZXCVBNM;:_    □□□□□□□µ
""",
    {"|": 220, "\\": 219, "å": 221, "¨": 186, "ø": 192, "æ": 222, "'": 191},
    _ACCENTED,
)

LAYOUTS: Mapping[str, Layout] = {
    layout.language: layout
    for layout in (
        GERMAN, SWISS, US, BRITISH, FRENCH, SPANISH, ITALIAN, PORTUGUESE, POLISH, SWEDISH, DANISH, NORWEGIAN,
    )
}  # fmt: skip
"""The layouts by language tag."""

# Whose keyboard people have whose language or region has none of its own here. Liechtenstein and all of Switzerland
# type on the Swiss one, Ireland on one like the British, Finland on the Swedish one.
_SAME_KEYBOARD = {
    "en": "en-US", "en-ie": "en-GB", "de-li": "de-CH", "fr-ch": "de-CH", "it-ch": "de-CH",
    "fi": "sv", "no": "nb", "nn": "nb",
}  # fmt: skip


class UnknownLayoutError(ValueError):
    """A language that no layout is for. `nearest` are the tags that look like what was asked for."""

    def __init__(self, language: object, nearest: tuple[str, ...]) -> None:
        """`language` is what was asked for, a text or not."""
        super().__init__(language, nearest)
        self.language = language
        self.nearest = nearest

    def __str__(self) -> str:
        """One line for people."""
        guess = f"did you mean {' or '.join(map(repr, self.nearest))}? " if self.nearest else ""
        return (
            f"there is no keyboard layout for the language {self.language!r}; {guess}"
            f"expected a language tag such as 'de-AT', of the languages {', '.join(LAYOUTS)}"
        )


def find_layout(language: str) -> Layout:
    """The layout for a language, by its tag in upper or lower case ("de", "en-GB", "pt_BR").

    A region that has no layout of its own here gets that of its language: "de-AT" the German one, "en" and
    "en-AU" the US one. Raises UnknownLayoutError where there is none for the language either.
    """
    if not isinstance(language, str):
        raise UnknownLayoutError(language, ())
    tags = {tag.lower(): tag for tag in LAYOUTS} | _SAME_KEYBOARD
    wanted = language.strip().replace("_", "-").lower()
    while wanted:
        if wanted in tags:
            return LAYOUTS[tags[wanted]]
        wanted = wanted.rpartition("-")[0]
    raise UnknownLayoutError(language, _nearest(language.lower()))


def _nearest(language: str) -> tuple[str, ...]:
    """The tags of the layouts whose tag or English name looks most like this."""
    tags = {layout.name.lower(): tag for tag, layout in LAYOUTS.items()} | {tag.lower(): tag for tag in LAYOUTS}
    matches = get_close_matches(language, tags, cutoff=0.5)
    return tuple(dict.fromkeys(tags[match] for match in matches))
