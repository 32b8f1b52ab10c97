"""Bodies: decoded, parsed, and written anew with every text in them looked at.

Whatever is not part of the parsed document (a repeated key, what follows the end, a comment between) is not written,
so that nothing can hide there.
"""

import gzip
import json
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any
from xml.dom import Node, minidom
from xml.parsers.expat import ExpatError

from pytest_keyauth.recording.exchange import Headers, header
from pytest_keyauth.recording.urls import rewrite_query

__all__ = ["Leaf", "UnreadableBodyError", "read_body", "rewrite_body", "rewrite_value"]

Leaf = Callable[[str, Any], Any]
"""Given a name (a JSON key, an element, an attribute, a parameter; or nothing) and a text or number: what to write."""

#: Documents inside documents: as deep as anybody would go on purpose.
MAX_DEPTH = 6
MAX_BYTES = 16 * 1024 * 1024


class UnreadableBodyError(ValueError):
    """A body cannot be parsed, so nobody can tell whether a secret is in it."""


def read_body(body: bytes, headers: Headers) -> bytes:
    """Undo the content encodings of a body; one that is not encoded as its header says is taken as it is.

    :raises UnreadableBodyError: for an encoding that is not known here, and for one that is broken.
    """
    encodings = [name.strip() for name in header(headers, "content-encoding").lower().split(",")]
    for name in reversed(encodings):
        if name in ("gzip", "x-gzip"):
            body = _inflate(body, gzip.decompress) if body[:2] == b"\x1f\x8b" else body
        elif name == "deflate":
            body = _inflate_deflate(body)
        elif name not in ("", "identity") and not _is_plain(body):
            raise UnreadableBodyError(f"its content encoding {name} is not known here")
    while body[:2] == b"\x1f\x8b":
        body = _inflate(body, gzip.decompress)
    return body


def _inflate(body: bytes, decompress: Callable[[bytes], bytes]) -> bytes:
    try:
        return decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableBodyError("its content encoding is broken") from error


def _inflate_deflate(body: bytes) -> bytes:
    if _is_plain(body):  # a client has decoded it already, and left the header
        return body
    try:
        return zlib.decompress(body)
    except zlib.error:
        return _inflate(body, lambda data: zlib.decompress(data, -zlib.MAX_WBITS))


def _is_plain(body: bytes) -> bool:
    try:
        return body.decode("utf-8").lstrip()[:1] in ("", "{", "[", "<", '"')
    except UnicodeDecodeError:
        return False


def rewrite_body(body: bytes, headers: Headers, leaf: Leaf) -> str:
    """Write a body anew, with each of its texts as `leaf` wants it; the encodings of its headers are undone.

    :raises UnreadableBodyError: where it is neither JSON nor XML nor a form, whatever it says that it is.
    """
    body = read_body(body, headers)
    if not body:
        return ""
    if len(body) > MAX_BYTES:
        raise UnreadableBodyError(f"it has more than {MAX_BYTES} bytes")
    kind = _kind(header(headers, "content-type"), body)
    if kind == "form":
        return rewrite_query(_decode(body), partial(rewrite_value, leaf=leaf))
    try:
        return _rewrite_json(_decode(body), leaf, 0) if kind == "json" else _rewrite_xml(body, leaf, 0)
    except RecursionError:
        raise UnreadableBodyError("it is nested too deep") from None


def _kind(content_type: str, body: bytes) -> str:
    media_type = content_type.partition(";")[0].strip().lower()
    start = body.lstrip(b" \t\r\n\xef\xbb\xbf\xff\xfe\x00")[:1]
    if start in (b"{", b"["):
        return "json"
    if start == b"<" or media_type.endswith(("/xml", "+xml")):
        return "xml"
    if media_type == "application/x-www-form-urlencoded":
        return "form"
    if media_type.endswith(("/json", "+json")):
        return "json"
    raise UnreadableBodyError(f"its content type {media_type or '(none)'} is none that can be parsed")


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableBodyError("it is not UTF-8") from None


def _rewrite_json(text: str, leaf: Leaf, depth: int) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        raise UnreadableBodyError("it is no JSON") from None
    rewritten = rewrite_value("", value, leaf, depth)
    written = json.dumps(rewritten, ensure_ascii=False)
    return written if _is_encodable(written) else json.dumps(rewritten)


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def rewrite_value(name: str, value: Any, leaf: Leaf, depth: int = 0) -> Any:
    """Rewrite plain data: each key and each text, numbers too, and documents inside of texts."""
    if isinstance(value, dict):
        return {leaf("", key): rewrite_value(key, item, leaf, depth) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rewrite_value(name, item, leaf, depth) for item in value]
    if isinstance(value, str) and depth < MAX_DEPTH:
        return _rewrite_text(name, value, leaf, depth)
    if value is None or isinstance(value, bool):
        return value
    return leaf(name, value)


def _rewrite_text(name: str, text: str, leaf: Leaf, depth: int) -> Any:
    """A text may be a document of its own: JSON or XML inside of JSON or XML."""
    start = text.lstrip()[:1]
    if start and start in "{[<":
        try:
            if start == "<":
                return _rewrite_xml(text.encode(), leaf, depth + 1)
            return _rewrite_json(text, leaf, depth + 1)
        except (UnreadableBodyError, UnicodeEncodeError):
            pass
    return leaf(name, text)


def _rewrite_xml(body: bytes, leaf: Leaf, depth: int) -> str:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\x00" in body:
        raise UnreadableBodyError("it is XML with a document type or in UTF-16, which is not read here")
    try:
        document = minidom.parseString(body)  # noqa: S318  # without a document type there are no entities
    except (ExpatError, ValueError, LookupError):
        raise UnreadableBodyError("it is no XML") from None
    with document:
        root: Any = document.documentElement
        _rewrite_node(root, leaf, depth)
        declaration = '<?xml version="1.0" encoding="utf-8"?>' if body.lstrip()[:5] == b"<?xml" else ""
        return declaration + str(root.toxml())


def _rewrite_node(node: Any, leaf: Leaf, depth: int) -> None:
    for name, value in list(node.attributes.items()):
        node.setAttribute(name, str(rewrite_value(_local(name), value, leaf, depth)))
    _join_texts(node)
    for child in list(node.childNodes):
        if child.nodeType == Node.ELEMENT_NODE:
            _rewrite_node(child, leaf, depth)
        elif child.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE):
            if child.data.strip():
                child.data = str(rewrite_value(_local(node.tagName), child.data, leaf, depth))
        else:  # comments and processing instructions say nothing to a program
            node.removeChild(child)


def _join_texts(node: Any) -> None:
    """A text and a CDATA section side by side are one text; apart, each could hide half of a secret."""
    node.normalize()
    before = None
    for child in list(node.childNodes):
        is_text = child.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE)
        if is_text and before is not None:
            before.data += child.data
            node.removeChild(child)
        else:
            before = child if is_text else None


def _local(name: str) -> str:
    return name.rpartition(":")[2]
