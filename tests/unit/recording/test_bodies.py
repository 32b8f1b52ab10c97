import gzip
import json
import tracemalloc
import xml.etree.ElementTree as ElementTree
import zlib
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.bodies import MAX_BYTES, Leaf, UnreadableBodyError, read_body, rewrite_body, rewrite_value
from pytest_keyauth.recording.exchange import Headers


def of_type(content_type: str) -> Headers:
    return (("Content-Type", content_type),)


JSON, XML, FORM = map(of_type, ("application/json", "application/xml", "application/x-www-form-urlencoded"))


def keep(_name: str, value: Any) -> Any:
    return value


def mark(_name: str, value: Any) -> Any:
    return value.replace("secret", "<token:1>") if isinstance(value, str) else value


def collect(names: list[tuple[str, Any]]) -> Leaf:
    def look(name: str, value: Any) -> Any:
        names.append((name, value))
        return value

    return look


def refusal(body: bytes, headers: Headers) -> str:
    with pytest.raises(UnreadableBodyError) as caught:
        rewrite_body(body, headers, keep)
    return str(caught.value)


# JSON

PLAIN_TEXTS = st.text().filter(lambda text: text.lstrip()[:1] not in ("{", "[", "<"))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | PLAIN_TEXTS,
    lambda values: st.lists(values, max_size=4) | st.dictionaries(PLAIN_TEXTS, values, max_size=4),
    max_leaves=12,
)


@settings(max_examples=25)
@given(st.dictionaries(PLAIN_TEXTS, JSON_VALUES) | st.lists(JSON_VALUES), st.booleans())
def test_json_with_every_text_kept_is_the_same_document(value: Any, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass" if ascii_only else "replace")
    assert json.loads(rewrite_body(body, JSON, keep)) == json.loads(body)


@settings(max_examples=25)
@given(st.dictionaries(PLAIN_TEXTS, JSON_VALUES))
def test_rewriting_what_was_rewritten_changes_nothing(value: Any) -> None:
    once = rewrite_body(json.dumps(value).encode(), JSON, keep)
    assert rewrite_body(once.encode("utf-8"), JSON, keep) == once


def test_each_key_and_each_value_is_looked_at_with_the_name_that_it_stands_under() -> None:
    seen: list[tuple[str, Any]] = []
    rewrite_body(b'{"tokens": ["a", {"pin": 1234}], "open": true, "end": null}', JSON, collect(seen))
    assert sorted(map(str, seen)) == sorted(
        map(str, [("", "tokens"), ("tokens", "a"), ("tokens.", "pin"), ("tokens.pin", 1234), ("", "open"), ("", "end")])
    )


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "APPLICATION/JSON; charset=utf-8", "application/problem+json", "text/plain", ""],
)
def test_json_is_recognized_whatever_it_calls_itself(content_type: str) -> None:
    assert rewrite_body(b'{"a": "secret"}', of_type(content_type), mark) == '{"a": "<token:1>"}'


def test_a_value_that_a_repeated_key_has_dropped_is_not_written() -> None:
    assert json.loads(rewrite_body(b'{"a": "first", "a": "last"}', JSON, keep)) == {"a": "last"}


def test_documents_in_texts_of_documents_are_looked_at_too() -> None:
    inner = json.dumps({"b": json.dumps(["<c>secret</c>"])})
    written = rewrite_body(json.dumps({"a": inner}).encode(), JSON, mark)
    assert json.loads(json.loads(json.loads(written)["a"])["b"]) == ["<c>&lt;token:1&gt;</c>"]


def test_what_is_nested_deeper_than_anybody_would_on_purpose_is_one_text() -> None:
    value = "secret"
    for _ in range(12):
        value = json.dumps([value])
    assert "secret" not in rewrite_body(value.encode(), JSON, mark)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity", "-Infinity", "1" * 5000])
def test_a_number_that_cannot_be_written_as_json_again_is_refused(number: str) -> None:
    assert refusal(f'{{"a": {number}}}'.encode(), JSON) == "it is no JSON"


@pytest.mark.parametrize("number", ["0", "-7", "9007199254740993", "1" * 400, "2.5", "1e300"])
def test_a_number_keeps_its_value(number: str) -> None:
    assert json.loads(rewrite_body(f"[{number}]".encode(), JSON, keep)) == [json.loads(number)]


def test_a_text_that_would_be_json_but_for_such_a_number_stays_as_it_is() -> None:
    assert json.loads(rewrite_body(b'["[1e400]"]', JSON, keep)) == ["[1e400]"]


def test_a_byte_order_mark_is_no_part_of_json() -> None:
    assert rewrite_body(b'\xef\xbb\xbf{"a": 1}', JSON, keep) == '{"a": 1}'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a": 1} and more', "it is no JSON"),
        (b'{"a": ', "it is no JSON"),
        (b'{"a"\x00: 1}', "it is no JSON"),
        (b"\x00", "it is no JSON"),
        (b'{"a": "\xff"}', "it is not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "it is not UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "it is no JSON"),
        ('{"a": 1}'.encode("utf-16-be"), "it is no JSON"),
        (b"[" * 100_000, "it is nested too deep"),
        (b"[" * 100_000 + b"]" * 100_000, "it is nested too deep"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "it is nested too deep"),
    ],
)
def test_what_is_no_json_is_refused(body: bytes, reason: str) -> None:
    assert refusal(body, JSON) == reason


def test_a_lone_surrogate_is_written_as_an_escape() -> None:
    written = rewrite_body(b'{"a": "\\ud800 \xc3\xa9"}', JSON, keep)
    assert written.encode("utf-8")
    assert json.loads(written) == {"a": "\ud800 é"}


def test_plain_data_of_python_is_rewritten_as_well() -> None:
    assert rewrite_value("", {"a": ("secret", 1)}, mark) == {"a": ["<token:1>", 1]}


# XML

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,6}", fullmatch=True).filter(lambda name: name.lower()[:3] != "xml")
CHARACTERS = st.characters(min_codepoint=0x20, max_codepoint=0x10FFFF, exclude_categories=["Cs"]) | st.sampled_from(
    "\t\n\r<>&\"'"
)
XML_TEXTS = (
    st.text(CHARACTERS, max_size=8)
    .filter(lambda text: not {"\ufffe", "\uffff"} & set(text))
    .filter(lambda text: text.lstrip()[:1] not in ("{", "[", "<"))
)
ESCAPES = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    name = draw(NAMES)
    attributes = draw(st.dictionaries(NAMES, XML_TEXTS, max_size=2))
    content = [escape(draw(XML_TEXTS), ESCAPES)]
    for _ in range(draw(st.integers(0, 2)) if depth < 2 else 0):
        content += [draw(elements(depth + 1)), escape(draw(XML_TEXTS), ESCAPES)]
    head = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{head}>{''.join(content)}</{name}>"


def tree(document: str | bytes) -> Any:
    """A second reader: what it sees is what an application sees."""

    def read(element: Any) -> Any:
        return element.tag, element.attrib, element.text or "", element.tail or "", [read(child) for child in element]

    return read(ElementTree.fromstring(document))


@settings(max_examples=30)
@given(elements())
def test_xml_with_every_text_kept_is_the_same_document(document: str) -> None:
    assert tree(rewrite_body(document.encode(), XML, keep)) == tree(document)


@pytest.mark.parametrize(
    ("document", "written"),
    [
        (b"<a>secret</a>", "<a>&lt;token:1&gt;</a>"),
        (b"<a>sec&#114;et</a>", "<a>&lt;token:1&gt;</a>"),
        (b"<a><![CDATA[secret]]></a>", "<a>&lt;token:1&gt;</a>"),
        (b"<a>sec<![CDATA[ret]]></a>", "<a>&lt;token:1&gt;</a>"),
        (b"<a><![CDATA[sec]]><![CDATA[ret]]></a>", "<a>&lt;token:1&gt;</a>"),
        (b"<a b='secret' c:d='x' xmlns:c='urn:c'/>", '<a b="&lt;token:1&gt;" c:d="x" xmlns:c="urn:c"/>'),
        (b"<a><!-- secret --></a>", "<a/>"),
        (b"<!-- secret --><a/><!-- secret -->", "<a/>"),
        (b"<?secret secret?><a><?secret secret?></a>", "<a/>"),
        (b"\xef\xbb\xbf<a/>", "<a/>"),
        (b'<?xml version="1.0"?><a/>', '<?xml version="1.0" encoding="utf-8"?><a/>'),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>', '<?xml version="1.0" encoding="utf-8"?><a>é</a>'),
    ],
)
def test_a_secret_is_found_wherever_xml_has_texts(document: bytes, written: str) -> None:
    rewritten = rewrite_body(document, XML, mark)
    assert tree(rewritten) == tree(written)
    assert rewritten.startswith("<?xml") == written.startswith("<?xml")
    assert "secret" not in rewritten


def test_the_end_of_a_cdata_section_may_stand_in_a_text_beside_one() -> None:
    document = b"<a><![CDATA[x]]>]]&gt;</a>"
    assert tree(rewrite_body(document, XML, keep)) == tree(document)


def test_attributes_and_elements_are_looked_at_by_their_local_names() -> None:
    seen: list[tuple[str, Any]] = []
    rewrite_body(b"<k:pin xmlns:k='urn:k' k:host='H'>1234</k:pin>", XML, collect(seen))
    assert {("pin", "1234"), ("pin.host", "H"), ("k", "urn:k")} <= set(seen)


BOMB = b"".join(b'<!ENTITY a%d "&a%d;&a%d;">' % (number, number - 1, number - 1) for number in range(1, 40))


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY a0 "ha">' + BOMB + b"]><a>&a39;</a>",
        b'<!DOCTYPE a [<!ENTITY file SYSTEM "file:///etc/passwd">]><a>&file;</a>',
        b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16-le"),
        "<a/>".encode("utf-16"),
    ],
)
def test_xml_with_a_document_type_or_in_utf_16_is_refused(document: bytes) -> None:
    assert refusal(document, XML) == "it is XML with a document type or in UTF-16, which is not read here"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<a>", "it is no XML"),
        (b"<a/> and more", "it is no XML"),
        (b"<a>&unknown;</a>", "it is no XML"),
        (b"<a>\x01</a>", "it is no XML"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "it is no XML"),
        (b"<a>" * 20_000 + b"</a>" * 20_000, "it is nested too deep"),
    ],
)
def test_what_is_no_xml_is_refused(document: bytes, reason: str) -> None:
    assert refusal(document, XML) == reason


# Forms


@settings(max_examples=25)
@given(st.lists(st.tuples(PLAIN_TEXTS.filter(bool), PLAIN_TEXTS), min_size=1))
def test_a_form_with_every_text_kept_is_the_same_bytes(pairs: list[tuple[str, str]]) -> None:
    body = urlencode(pairs, errors="replace")
    assert rewrite_body(body.encode(), FORM, keep) == body


def test_a_form_is_looked_at_parameter_by_parameter() -> None:
    written = rewrite_body(b"a=my+secret&b=%73ecret&secret=1", FORM, mark)
    assert parse_qsl(written) == [("a", "my <token:1>"), ("b", "<token:1>"), ("<token:1>", "1")]


def test_json_in_a_form_is_looked_at() -> None:
    written = rewrite_body(urlencode({"a": '{"b": "secret"}'}).encode(), FORM, mark)
    assert json.loads(dict(parse_qsl(written))["a"]) == {"b": "<token:1>"}


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "image/png", ""])
def test_what_is_of_no_type_that_can_be_parsed_is_refused(content_type: str) -> None:
    media_type = content_type.partition(";")[0] or "(none)"
    assert refusal(b"a secret", of_type(content_type)) == f"its content type {media_type} is none that can be parsed"


def test_nothing_is_no_body() -> None:
    assert rewrite_body(b"", XML, keep) == ""


# Content encodings

PLAIN = b'{"a": "secret"}'


def packed(data: bytes) -> bytes:
    """Without the time of packing, which would be in the names of tests."""
    return gzip.compress(data, mtime=0)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", packed(PLAIN)),
        ("X-GZIP", packed(PLAIN)),
        ("", packed(PLAIN)),
        ("gzip", PLAIN),
        ("gzip", packed(packed(PLAIN))),
        ("gzip, gzip", packed(packed(PLAIN))),
        ("gzip", packed(PLAIN[:5]) + packed(PLAIN[5:])),
        ("deflate", zlib.compress(PLAIN)),
        ("deflate", raw_deflate(PLAIN)),
        ("deflate", PLAIN),
        ("deflate, gzip", packed(zlib.compress(PLAIN))),
        ("gzip, deflate", zlib.compress(packed(PLAIN))),
        ("identity", PLAIN),
        ("br", PLAIN),
    ],
)
def test_content_encodings_are_undone_in_any_order_and_number(encoding: str, body: bytes) -> None:
    assert rewrite_body(body, (("content-encoding", encoding), *JSON), mark) == '{"a": "<token:1>"}'


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", packed(PLAIN)[:-9]),
        ("gzip", b"\x1f\x8b nonsense"),
        ("deflate", zlib.compress(PLAIN)[:-6]),
        ("deflate", raw_deflate(PLAIN)[:-3]),
        ("deflate", b"\xff\xfe\xfd"),
        ("gzip", packed(PLAIN)[:-8] + b"\x00" * 8),
    ],
)
def test_a_broken_content_encoding_is_refused(encoding: str, body: bytes) -> None:
    assert refusal(body, (("Content-Encoding", encoding), *JSON)) == "its content encoding is broken"


def test_an_unknown_content_encoding_is_refused() -> None:
    assert refusal(b"\x0b\x80\x03", (("Content-Encoding", "br"), *JSON)) == "its content encoding br is not known here"


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_little_that_unpacks_to_a_lot_is_refused_before_it_is_unpacked(encoding: str, pack: Any) -> None:
    bomb = pack(b"[" + b" " * (4 * MAX_BYTES), 1)
    tracemalloc.start()
    try:
        assert refusal(bomb, (("Content-Encoding", encoding), *JSON)) == f"it has more than {MAX_BYTES} bytes"
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_BYTES
    finally:
        tracemalloc.stop()


def test_a_body_is_read_without_being_parsed() -> None:
    assert read_body(packed(b"anything"), ()) == b"anything"
