"""XML, read without anything that a hostile document could use, and written.

A document type declaration is refused outright. With it go entities, internal and external, and so every way to make
a small document large or to fetch something. What remains is bounded in depth and in number of elements.
"""

import re
from dataclasses import dataclass, field
from html import escape
from typing import NoReturn
from xml.parsers import expat

__all__ = ["Element", "parse_xml", "write_xml"]

MOST_LEVELS = 32
MOST_ELEMENTS = 10_000

#: What XML 1.0 cannot hold in any form. A lone carriage return would be read back as a line feed.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its local name, its text (that of its children apart), attributes and children in order."""

    name: str
    text: str = ""
    children: tuple["Element", ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Open:
    """An element whose end has not come yet."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    def close(self) -> Element:
        return Element(self.name, "".join(self.text), tuple(self.children), self.attributes)


class _Builder:
    """Takes expat's events and builds the tree."""

    def __init__(self) -> None:
        self._open = [_Open("", ())]
        self._elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) > MOST_LEVELS or self._elements > MOST_ELEMENTS:
            raise ValueError(f"the XML has more than {MOST_LEVELS} levels or {MOST_ELEMENTS} elements")
        kept = tuple(item for item in attributes.items() if item[0] != "xmlns" and ":" not in item[0])
        self._open.append(_Open(_local(name), kept))

    def end(self, _name: str) -> None:
        element = self._open.pop().close()
        self._open[-1].children.append(element)

    def characters(self, text: str) -> None:
        self._open[-1].text.append(text)

    def refuse_doctype(self, *_declaration: object) -> NoReturn:
        raise ValueError("the XML has a document type declaration, which is not read")

    def root(self) -> Element:
        return self._open[0].children[0]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def parse_xml(text: str) -> Element:
    """Read a document. Left out are namespaces, attributes that have one, comments and processing instructions.

    The text is already decoded, so whatever encoding its declaration names does not count: .NET writes ``utf-16`` into
    each declaration of a string.

    :raises ValueError: for anything that is not well-formed, too large, or declares a document type.
    """
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.refuse_doctype
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise ValueError(f"the XML is not well-formed (line {error.lineno}, column {error.offset})") from None
    return builder.root()


def write_xml(element: Element) -> str:
    """Write an element without a declaration; characters that XML cannot hold become U+FFFD."""
    attributes = "".join(f' {name}="{_write_text(value)}"' for name, value in element.attributes)
    content = _write_text(element.text) + "".join(map(write_xml, element.children))
    return f"<{element.name}{attributes}>{content}</{element.name}>"


def _write_text(text: str) -> str:
    return escape(_ILLEGAL.sub("\ufffd", text)).replace("\r", "&#13;")
