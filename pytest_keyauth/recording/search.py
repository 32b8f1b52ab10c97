"""The last line of defence: a search of the very bytes that are about to be written, for anything secret.

Every view of the content without its escapes (`escapes`) is searched as text, as base64 and as hex; so how something
was escaped (in upper or lower case, all characters or some, once or more often) makes no difference.
"""

import re
from base64 import b32encode, b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NoReturn

from pytest_keyauth.recording.biometrics import find_other_samples
from pytest_keyauth.recording.escapes import View, peel
from pytest_keyauth.recording.words import is_word, whole_word

__all__ = ["SHORTEST", "Hit", "Search"]

SHORTEST = 6
"""The fewest characters of a secret that is searched: anything shorter stands in innocent texts by accident."""

MOST_PLACES = 20  # of one form in one view: each place costs another pass over the content
LINE_END = b"\n"


@dataclass(frozen=True, slots=True)
class Hit:
    """Something secret was found: what it is, which never shows the secret itself, and where."""

    what: str
    place: str

    def __str__(self) -> str:
        return f"{self.what} at {self.place}"


class Search:
    """Finds secrets in bytes: the ones that are known, in many forms, and what looks like one that is not.

    Known secrets are found plain, URL-encoded, JSON-escaped (as YAML escapes, too), XML-escaped, each up to several
    times over, as UTF-16, as hex in any case with or without separators, as a list of the numbers of its bytes, in
    base32, and in base64 of either alphabet, the last two also in the midst of a longer text. A secret that is itself
    base64 or hex is found by the bytes it stands for as well. One that is a plain word is found as a whole word.
    Secrets under `SHORTEST` characters are not searched, since natural short words would be found everywhere.

    Unknown ones are JSON Web Tokens, UUIDs, hex of 32 digits or more, credentials after Bearer and Basic, long base64,
    private keys in PEM, and, if asked for, keystroke samples. References such as ``<token:1>`` are none of them.
    """

    __slots__ = ("_allowed", "_made_up", "_needles", "_number")

    def __init__(
        self,
        secrets: Mapping[str, Iterable[str]],
        allowed: frozenset[str] = frozenset(),
        made_up: frozenset[str] | None = None,
    ) -> None:
        """``secrets``: values by kind ("token"). ``allowed``: exact texts that only look like secrets.

        ``made_up``: the keystroke samples that nobody typed, where any other is somebody's.
        """
        self._made_up = made_up
        known = [
            (kind, value)
            for kind, values in secrets.items()
            for value in dict.fromkeys(values)
            if len(value) >= SHORTEST
        ]
        self._number = len(known)
        self._needles = tuple(needle for kind, value in known for needle in _make_needles(kind, value))
        self._allowed = frozenset(text.encode() for text in allowed)

    def __repr__(self) -> str:
        return f"<Search for {self._number} secrets>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Search is not pickled, since it holds secrets: make it where it is used")

    def find(self, content: bytes, locate: Callable[[int], str] | None = None) -> list[Hit]:
        """Give all hits, known secrets first; none means that nothing was found.

        :param locate: says where an offset (in bytes, from 0) is; without it, ``byte 1234 (line 12)``.
        """
        views = peel(content)
        found: dict[tuple[str, int], str] = {}
        for view in views:
            for kind, form, offset in self._find_known(view):
                found.setdefault((kind, offset), f"the {kind}{form}{view.escapes}")
        for view in views:
            for what, offset in (*self._find_likely(view), *self._find_samples(view)):
                found.setdefault((what, offset), f"something that looks like {what}{view.escapes}")
        describe = locate or (lambda offset: f"byte {offset} (line {content.count(LINE_END, 0, offset) + 1})")
        return [Hit(what, describe(offset)) for (_, offset), what in found.items()]

    def _find_known(self, view: View) -> Iterator[tuple[str, str, int]]:
        readings = {"text": view, "base64": view.read_base64(), "hex": view.read_hex()}
        for needle in self._needles:
            reading = readings[needle.reading]
            if needle.content in reading.content:
                for position in needle.positions(reading.content):
                    yield needle.kind, needle.form, reading.origin(position)

    def _find_likely(self, view: View) -> Iterator[tuple[str, int]]:
        for look in _LOOKS:
            matches = look.pattern.finditer(view.content)
            likely = (match for match in matches if look.confirms(match[0]) and not self._allows(match[0]))
            for match in islice(likely, MOST_PLACES):
                yield look.what, view.origin(match.start())

    def _find_samples(self, view: View) -> Iterator[tuple[str, int]]:
        if self._made_up is not None:
            text = view.content.decode("latin-1")  # a byte is a character: samples are ASCII where they begin
            for position in islice(find_other_samples(text, self._made_up), MOST_PLACES):
                yield "somebody's keystrokes", view.origin(position)

    def _allows(self, text: bytes) -> bool:
        """Whether a text is allowed, with or without the Bearer or Basic before it."""
        return text in self._allowed or text.split()[-1] in self._allowed


# Known secrets: what is looked for in which reading of a view.


@dataclass(frozen=True, slots=True)
class _Needle:
    kind: str
    form: str
    reading: str
    content: bytes = field(repr=False)
    is_whole: bool = False

    def positions(self, content: bytes) -> Iterator[int]:
        """Where it is, the first few of these places."""
        pattern = whole_word(self.content.decode()).encode() if self.is_whole else re.escape(self.content)
        return (match.start() for match in islice(re.finditer(pattern, content), MOST_PLACES))


_IS_HEX = re.compile(r"[0-9a-fA-F:-]+").fullmatch


def _make_needles(kind: str, secret: str) -> Iterator[_Needle]:
    """All that gives a secret away; the first needle is the plain text."""
    utf16 = [secret.encode(f"utf-16-{order}", "surrogatepass") for order in ("le", "be")]
    for text in _texts(secret):
        yield _Needle(kind, "", "text", text, is_word(secret))
    for text in utf16:
        yield _Needle(kind, ", UTF-16", "text", text)
    for text in (*_texts(secret), *utf16):
        yield _Needle(kind, ", hex", "hex", text.hex().encode())
    if _IS_HEX(secret):
        yield _Needle(kind, ", in another case", "hex", re.sub("[:-]", "", secret).lower().encode())
    for text in {*_texts(secret), *utf16, *_case_variants(secret)}:
        yield from (_Needle(kind, ", base64", "base64", core) for core in _base64_cores(text))
    for text in _texts(secret):
        yield from (_Needle(kind, ", base32", "text", core) for core in _base32_cores(text))
        for comma in (b",", b", "):
            numbers = comma.join(str(byte).encode() for byte in text)
            yield _Needle(kind, ", as numbers", "text", numbers)
    for data in () if is_word(secret) else _decode(secret):
        yield _Needle(kind, ", decoded", "text", data)
        yield _Needle(kind, ", decoded and in hex", "hex", data.hex().encode())
        yield from (_Needle(kind, ", decoded and in base64", "base64", core) for core in _base64_cores(data))


def _texts(secret: str) -> list[bytes]:
    """A secret as bytes: in UTF-8, with a form's plus signs for blanks, and in Latin-1."""
    texts = [secret.encode("utf-8", "surrogatepass"), secret.replace(" ", "+").encode("utf-8", "surrogatepass")]
    if not secret.isascii() and max(secret) <= "\xff":
        texts.append(secret.encode("latin-1"))
    return list(dict.fromkeys(texts))


def _case_variants(secret: str) -> list[bytes]:
    return [secret.lower().encode(), secret.upper().encode()] if _IS_HEX(secret) else []


def _base64_cores(data: bytes) -> Iterator[bytes]:
    """The characters of base64 that `data` alone decide, for none, one or two other bytes before it in its group."""
    for shift in range(3):
        encoded = b64encode(bytes(shift) + data)
        yield encoded[-(-8 * shift // 6) : 8 * (shift + len(data)) // 6]


def _base32_cores(data: bytes) -> Iterator[bytes]:
    """The same of base32, in upper and in lower case, where data stand in the midst of others."""
    for shift in range(5):
        encoded = b32encode(bytes(shift) + data)
        core = encoded[-(-8 * shift // 5) : 8 * (shift + len(data)) // 5]
        yield from (core, core.lower())


def _decode(secret: str) -> Iterator[bytes]:
    """The bytes that a secret stands for where it is base64, of either alphabet, or hex."""
    text = secret.replace("-", "+").replace("_", "/").rstrip("=")
    readers: tuple[Callable[[], bytes], ...] = (
        lambda: b64decode(text + "=" * (-len(text) % 4), validate=True),
        lambda: bytes.fromhex(re.sub("[:-]", "", secret)),
    )
    for read in readers:
        try:
            data = read()
        except ValueError:
            continue
        if len(data) >= SHORTEST:
            yield data


# Unknown secrets: what looks like one.

# References, and the braces in which the documents name what is put there.
_REFERENCE = re.compile(rb"<(?:[a-z][a-z0-9-]*:[0-9]+|now[+-][0-9]+min:unix)>|\{[A-Za-z]+\}")
_CREDENTIALS = re.compile(rb"(?:(?!</)[^\s\"',;\\])*+")
_PROSE = re.compile(
    rb"(?i:auth|authentication|authorization|credentials|header|keys?|schem[ae]|tokens?|verification)"
    rb"|(?:realm|error|error_description|scope|charset)=.*"  # of WWW-Authenticate
)
_TIME_STAMP = re.compile(rb"[0-9TZ.+-]*")
_KINDS = tuple(map(re.compile, (b"[a-z]", b"[A-Z]", b"[0-9]")))
_CHANGES = re.compile(rb"[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])")  # 0.42 of random base64


@dataclass(frozen=True, slots=True)
class _Look:
    what: str
    pattern: re.Pattern[bytes]
    confirms: Callable[[bytes], bool] = bool


def _bears_credentials(text: bytes) -> bool:
    """Whether what follows Bearer or Basic is neither prose nor made of references, a host before and a time behind."""
    match = _CREDENTIALS.match(peel(text.split(None, 1)[1])[-1].content)
    value = _REFERENCE.sub(b"<>", match[0]).rstrip(b".)]}") if match else b""
    if not value or _PROSE.fullmatch(value):
        return False
    host, *parts = value.split(b":")
    if host != b"<>" and b"<>" not in parts:
        return True
    return not all(part == b"<>" or _TIME_STAMP.fullmatch(part) for part in parts)


def _is_mixed(text: bytes) -> bool:
    """Whether a run is encoded data: of both cases, with digits, and not a path, whose words mix them seldom."""
    if not all(kind.search(text) for kind in _KINDS):
        return False
    return b"/" not in text or len(_CHANGES.findall(text)) > 0.15 * len(text)


# No run is looked for in the midst of a run, so that each is read once.
_LOOKS = (
    _Look("a JSON Web Token", re.compile(rb"(?<![\w-])eyJ[\w-]++\.[\w-]++\.[\w-]*+")),
    _Look("a UUID", re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")),
    _Look("a key in hex", re.compile(rb"(?<![0-9a-fA-F])[0-9a-fA-F]{32,}+")),
    _Look("credentials", re.compile(rb"(?i)\b(?:bearer|basic)[ \t]+(?:&#?\w{1,31};|[^\s\"',;])+"), _bears_credentials),
    _Look("a key in base64", re.compile(rb"(?<![\w+/-])[\w+/-]{40,}+={0,2}"), _is_mixed),
    _Look("a private key", re.compile(rb"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")),
)
