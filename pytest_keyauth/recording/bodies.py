"""Bodies: decoded, parsed, and written anew with every text in them looked at.

Whatever is not part of the parsed document (a repeated key, what follows the end, a comment between) is not written,
so that nothing can hide there.
"""

import gzip
import json
import math
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import Any
from xml.dom import Node, minidom
from xml.parsers.expat import ExpatError
from xml.sax.saxutils import escape

from pytest_keyauth.recording.exchange import Headers, header
from pytest_keyauth.recording.names import name_beside, secret_kind_on_path
from pytest_keyauth.recording.urls import rewrite_query

__all__ = ["Leaf", "UnreadableBodyError", "read_body", "rewrite_body", "rewrite_value"]

Leaf = Callable[[str, Any], Any]
"""Given a name (a JSON key, an element, an attribute, a parameter; or nothing) and a text or number: what to write."""

#: Documents inside documents: as deep as anybody would go on purpose.
MAX_DEPTH = 6
MAX_BYTES = 16 * 1024 * 1024

#: Some documents name a secret beside it: {"name": "password", "value": …}.
_LABELS = ("name", "key")
_LABELLED = ("value", "values")

_LABELLED_ELEMENTS = (*_LABELLED, "string", "data", "text")  # `string` and `data` are of property lists
_TEXTS = (Node.TEXT_NODE, Node.CDATA_SECTION_NODE)

_IN_ATTRIBUTES = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


class UnreadableBodyError(ValueError):
    """A body cannot be parsed, so nobody can tell whether a secret is in it."""


def read_body(body: bytes, headers: Headers) -> bytes:
    """Undo the content encodings of a body; one that is not encoded as its header says is taken as it is.

    :raises UnreadableBodyError: for an encoding that is not known here, and for one that is broken.
    """
    encodings = [name.strip() for name in header(headers, "content-encoding").lower().split(",")]
    for name in reversed(encodings):
        if name in ("gzip", "x-gzip"):
            body = _inflate(body, _gunzip) if body[:2] == b"\x1f\x8b" else body
        elif name == "deflate":
            body = _inflate_deflate(body)
        elif name not in ("", "identity") and not _is_plain(body):
            raise UnreadableBodyError(f"its content encoding {name} is not known here")
    while body[:2] == b"\x1f\x8b":
        body = _inflate(body, _gunzip)
    return body


def _gunzip(body: bytes) -> bytes:
    """Unpack, but no more than is going to be read: little can stand for a lot."""
    return gzip.GzipFile(fileobj=BytesIO(body)).read(MAX_BYTES + 1)


def _unpack(body: bytes, window_bits: int) -> bytes:
    unpacker = zlib.decompressobj(window_bits)
    unpacked = unpacker.decompress(body, MAX_BYTES + 1)
    if not unpacker.eof and len(unpacked) <= MAX_BYTES:
        raise zlib.error("the end is missing")
    return unpacked


def _inflate(body: bytes, decompress: Callable[[bytes], bytes]) -> bytes:
    try:
        return decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableBodyError("its content encoding is broken") from error


def _inflate_deflate(body: bytes) -> bytes:
    if _is_plain(body):  # a client has decoded it already, and left the header
        return body
    try:
        return _unpack(body, zlib.MAX_WBITS)
    except zlib.error:
        return _inflate(body, lambda data: _unpack(data, -zlib.MAX_WBITS))


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
        return _rewrite_json("", _decode(body), leaf, 0) if kind == "json" else _rewrite_xml("", body, leaf, 0)
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
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableBodyError("it is not UTF-8") from None


def _rewrite_json(name: str, text: str, leaf: Leaf, depth: int) -> str:
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except ValueError:
        raise UnreadableBodyError("it is no JSON") from None
    rewritten = rewrite_value(name, value, leaf, depth)
    written = json.dumps(rewritten, ensure_ascii=False)
    return written if _is_encodable(written) else json.dumps(rewritten)


def _finite(text: str) -> float:
    """A number of JSON. What Python calls infinite would be written as what is no JSON."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def rewrite_value(name: str, value: Any, leaf: Leaf, depth: int = 0) -> Any:
    """Rewrite plain data: each key and each text, numbers too, and documents inside of texts.

    What is anywhere below the name of a secret has that name in front of its own, and so has the `value` beside such
    a `name`. A key there is looked at under that name and a dot.
    """
    if isinstance(value, dict):
        above = f"{name}." if secret_kind_on_path(name) is not None else ""
        return {
            leaf(above, key): rewrite_value(_full_name(name, name_beside(key, item, value), value), item, leaf, depth)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [rewrite_value(name, item, leaf, depth) for item in value]
    if isinstance(value, str) and depth < MAX_DEPTH:
        return _rewrite_text(name, value, leaf, depth)
    if value is None or isinstance(value, bool):
        return value
    return leaf(name, value)


def _full_name(above: str, name: str, pairs: Mapping[str, Any]) -> str:
    """A name with that of the secret in front that it belongs to, if to any."""
    label = _label(pairs) if name in _LABELLED else ""
    if label:
        return f"{label}.{name}"
    return f"{above}.{name}" if secret_kind_on_path(above) is not None else name


def _label(pairs: Mapping[str, Any]) -> str:
    """The name of a secret that stands beside it as a text; empty where none does."""
    labels = (pairs.get(key) for key in _LABELS)
    return next((label for label in labels if isinstance(label, str) and secret_kind_on_path(label) is not None), "")


def _rewrite_text(name: str, text: str, leaf: Leaf, depth: int) -> Any:
    """A text may be a document of its own, JSON or XML inside of JSON or XML: it stands under the text's name."""
    start = text.lstrip()[:1]
    if start and start in "{[<":
        try:
            if start == "<":
                return _rewrite_xml(name, text.encode(), leaf, depth + 1)
            return _rewrite_json(name, text, leaf, depth + 1)
        except (UnreadableBodyError, UnicodeEncodeError):
            pass
    return leaf(name, text)


def _rewrite_xml(name: str, body: bytes, leaf: Leaf, depth: int) -> str:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\x00" in body:
        raise UnreadableBodyError("it is XML with a document type or in UTF-16, which is not read here")
    try:
        document = minidom.parseString(body)  # noqa: S318  # without a document type there are no entities
    except (ExpatError, ValueError, LookupError):
        raise UnreadableBodyError("it is no XML") from None
    with document:
        root: Any = document.documentElement
        _rewrite_node(root, _full_name(name, _local(root.tagName), {}), leaf, depth)
        declaration = '<?xml version="1.0" encoding="utf-8"?>' if body.lstrip()[:5] == b"<?xml" else ""
        return declaration + _write_xml(root)


def _rewrite_node(node: Any, name: str, leaf: Leaf, depth: int) -> None:
    """Rewrite an element, whose name has that of the secret in front that it is below, if any."""
    attributes = {_local(key): value for key, value in node.attributes.items()}
    for key, value in list(node.attributes.items()):
        # The address of a namespace is no secret, whatever it stands at.
        full_name = _local(key) if key.startswith("xmlns") else _full_name(name, _local(key), attributes)
        node.setAttribute(key, str(rewrite_value(full_name, value, leaf, depth)))
    name = _label(attributes) or name  # <property name="password">…</property>
    _join_texts(node)
    labels = _sibling_labels(node)
    beside = [_local(child.tagName) for child in node.childNodes if child.nodeType == Node.ELEMENT_NODE]
    for child in list(node.childNodes):
        if child.nodeType == Node.ELEMENT_NODE:
            own = name_beside(_local(child.tagName), _text_of(child), beside)
            _rewrite_node(child, _full_name(labels.get(child, name), own, {}), leaf, depth)
        elif child.nodeType in _TEXTS:
            if child.data.strip():
                child.data = str(rewrite_value(name, child.data, leaf, depth))
        else:  # comments and processing instructions say nothing to a program
            node.removeChild(child)


def _sibling_labels(node: Any) -> dict[Any, str]:
    """The elements that hold the secret which an element beside them names: `<name>password</name><value>…</value>`.

    That is what follows the name; where a value comes first, the one name that there is.
    """
    elements = [child for child in node.childNodes if child.nodeType == Node.ELEMENT_NODE]
    names = {child: _named_secret(child) for child in elements if _local(child.tagName) in _LABELS}
    last = next(iter(names.values()), "") if len(names) == 1 else ""
    found = {}
    for child in elements:
        last = names.get(child, last)
        if last and _local(child.tagName) in _LABELLED_ELEMENTS:
            found[child] = last
    return found


def _named_secret(element: Any) -> str:
    text = _text_of(element)
    return text if secret_kind_on_path(text) is not None else ""


def _text_of(element: Any) -> str:
    return "".join(child.data for child in element.childNodes if child.nodeType in _TEXTS).strip()


def _join_texts(node: Any) -> None:
    """A text and a CDATA section side by side are one text; apart, each could hide half of a secret."""
    node.normalize()
    before = None
    for child in list(node.childNodes):
        is_text = child.nodeType in _TEXTS
        if is_text and before is not None:
            before.data += child.data
            node.removeChild(child)
        else:
            before = child if is_text else None


def _write_xml(node: Any) -> str:
    """What the standard library writes has carriage returns, and line ends in attributes, that no parser would keep."""
    if node.nodeType != Node.ELEMENT_NODE:
        return escape(node.data, {"\r": "&#13;"})
    attributes = "".join(f' {name}="{escape(value, _IN_ATTRIBUTES)}"' for name, value in node.attributes.items())
    content = "".join(map(_write_xml, node.childNodes))
    return f"<{node.tagName}{attributes}>{content}</{node.tagName}>" if content else f"<{node.tagName}{attributes}/>"


def _local(name: str) -> str:
    return name.rpartition(":")[2]
