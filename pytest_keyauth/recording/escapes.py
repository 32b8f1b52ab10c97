"""Views of content: what it says once one layer or another of escapes is taken off.

The layers are percent signs (URLs), backslashes (JSON, and YAML in double quotes) and ampersands (XML and HTML). They
may stand around one another in any order, such as JSON in a string of JSON, so any are taken off, up to `DEEPEST`.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["DEEPEST", "View", "peel"]

DEEPEST = 5


@dataclass(frozen=True, slots=True)
class _Layer:
    """One kind of escape: how it is found, and what an occurrence stands for."""

    name: str
    mark: bytes
    escape: re.Pattern[bytes]
    undo: Callable[[re.Match[bytes]], bytes]


@dataclass(frozen=True, slots=True)
class View:
    """Content as it reads without a layer of the view `under` it; the outermost view is the content itself."""

    content: bytes = field(repr=False)
    layer: _Layer | None = None
    under: "View | None" = None

    @property
    def escapes(self) -> str:
        """The layers that were taken off, the innermost first, for a description."""
        if self.layer is None or self.under is None:
            return ""
        return f", {self.layer.name}{self.under.escapes}"

    def peel(self, layer: _Layer) -> "View":
        """Take one layer off; the same view where there is none."""
        if layer.mark not in self.content:
            return self
        return View(layer.escape.sub(layer.undo, self.content), layer, self)

    def read_base64(self) -> "View":
        """Give the view for base64: on one line, and in the standard alphabet."""
        return View(self.content.translate(_ONE_ALPHABET, b" \t\r\n"), _WRAPPING, self)

    def read_hex(self) -> "View":
        """Give the view for hex: in lower case, without separators."""
        return View(self.content.translate(_LOWER_CASE, b" \t\r\n:-"), _SEPARATORS, self)

    def origin(self, position: int) -> int:
        """Where in the outermost content the byte at a position of this view comes from."""
        if self.layer is None or self.under is None:
            return position
        saved = 0
        for escape in self.layer.escape.finditer(self.under.content):
            length = len(self.layer.undo(escape))
            if escape.start() - saved + length > position:
                return self.under.origin(min(position + saved, escape.start()))
            saved += len(escape[0]) - length
        return self.under.origin(position + saved)


def peel(content: bytes) -> list[View]:
    """Give all views of a content that differ, the outermost first, and last one without any escapes."""
    views = newest = {content: View(content)}
    for _ in range(DEEPEST):
        peeled = [view.peel(layer) for view in newest.values() for layer in _LAYERS]
        newest = {view.content: view for view in peeled if view.content not in views}
        views = views | newest
    return list(views.values())


def _undo_percent(escape: re.Match[bytes]) -> bytes:
    return bytes((int(escape[0][1:], 16),))


_SHORT_ESCAPES = {b"\\b": b"\b", b"\\f": b"\f", b"\\n": b"\n", b"\\r": b"\r", b"\\t": b"\t"}


def _undo_backslash(escape: re.Match[bytes]) -> bytes:
    text = escape[0]
    if len(text) == 2:
        return _SHORT_ESCAPES.get(text, text[1:])
    if text.startswith(b"\\u"):  # one unit of UTF-16, or a pair of surrogates
        units = bytes.fromhex(text.replace(b"\\u", b"").decode())
        return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
    return _encode_character(int(text[2:].decode(), 16), text)


def _undo_ampersand(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return _encode_character(int(escape[1]), escape[0])
    if escape[2]:
        return _encode_character(int(escape[2], 16), escape[0])
    return html.unescape(escape[0].decode()).encode()


def _encode_character(code: int, otherwise: bytes) -> bytes:
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else otherwise


_LAYERS = (
    _Layer("URL-encoded", b"%", re.compile(rb"%[0-9a-fA-F]{2}"), _undo_percent),
    _Layer(
        "JSON-escaped",
        b"\\",
        re.compile(
            rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
            rb"|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}"  # YAML's own
            rb"|[\"'\\/bfnrt])"
        ),
        _undo_backslash,
    ),
    _Layer(
        "XML-escaped",
        b"&",
        re.compile(rb"&(?:#([0-9]{1,10})|#[xX]([0-9a-fA-F]{1,8})|[A-Za-z][A-Za-z0-9]{1,31});"),
        _undo_ampersand,
    ),
)
_ONE_ALPHABET = bytes.maketrans(b"-_", b"+/")
_LOWER_CASE = bytes.maketrans(b"ABCDEF", b"abcdef")
_WRAPPING = _Layer("base64", b"", re.compile(rb"[ \t\r\n]+"), lambda _: b"")
_SEPARATORS = _Layer("hex", b"", re.compile(rb"[ \t\r\n:-]+"), lambda _: b"")
