import contextlib
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keyfax.markup import Element, parse_xml, write_xml


def test_a_document_is_read_with_text_attributes_and_children() -> None:
    xml = "<?xml version='1.0'?><!-- c --><a x='1' y='&lt;'>t<b/>u<![CDATA[<v>]]><c>&#xe9;</c><?p i?></a>"
    assert parse_xml(xml) == Element("a", "tu<v>", (Element("b"), Element("c", "é")), (("x", "1"), ("y", "<")))


def test_namespaces_are_taken_off() -> None:
    xml = "<k:a xmlns:k='urn:k' xmlns='urn:d' k:x='1' y='2'><b/></k:a>"
    assert parse_xml(xml) == Element("a", "", (Element("b"),), (("y", "2"),))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "iso-8859-1", "no-such-encoding"])
def test_the_encoding_of_the_declaration_does_not_count_for_text(encoding: str) -> None:
    assert parse_xml(f"<?xml version='1.0' encoding='{encoding}'?><a>é€</a>").text == "é€"


BOMB = (
    "<!DOCTYPE a [<!ENTITY e0 'x'>"
    + "".join(f"<!ENTITY e{level} '{f'&e{level - 1};' * 10}'>" for level in range(1, 10))
    + "]><a>&e9;</a>"
)


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(BOMB, id="bomb"),
        pytest.param("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", id="external document type"),
        pytest.param("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", id="external entity"),
        pytest.param("<!DOCTYPE a [<!ENTITY % e SYSTEM 'http://x/'>%e;]><a/>", id="parameter entity"),
        pytest.param("<!DOCTYPE a [<!ATTLIST a x CDATA 'y'>]><a/>", id="default attributes"),
        pytest.param("<!DOCTYPE a><a/>", id="bare"),
    ],
)
def test_a_document_type_is_refused(xml: str) -> None:
    with pytest.raises(ValueError, match="the XML has a document type declaration, which is not read"):
        parse_xml(xml)


@pytest.mark.parametrize(
    "xml",
    [
        "",
        " ",
        "a",
        "<a>",
        "</a>",
        "<a/><b/>",
        "<a/>x",
        "<a>&e;</a>",
        "<a>&#0;</a>",
        "<a>\x00</a>",
        "<a x=1/>",
        "<a x='1' x='2'/>",
        "<A></a>",
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_place(xml: str) -> None:
    with pytest.raises(ValueError, match=r"the XML is not well-formed \(line 1, column \d+\)"):
        parse_xml(xml)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        parse_xml("<a>\ud800</a>")


def test_depth_and_number_of_elements_are_bounded() -> None:
    assert parse_xml("<a>" * 32 + "</a>" * 32).name == "a"
    assert len(parse_xml(f"<a>{'<b/>' * 9_999}</a>").children) == 9_999
    for xml in ("<a>" * 33 + "</a>" * 33, "<a>" * 1_000_000, f"<a>{'<b/>' * 10_000}</a>"):
        with pytest.raises(ValueError, match="the XML has more than 32 levels or 10000 elements"):
            parse_xml(xml)


def test_what_is_written_is_escaped() -> None:
    element = Element("a", "<&>\"'\r", (Element("b", "]]>"),), (("x", "\"<'&"),))
    assert write_xml(element) == '<a x="&quot;&lt;&#x27;&amp;">&lt;&amp;&gt;&quot;&#x27;&#13;<b>]]&gt;</b></a>'


def test_what_xml_cannot_hold_is_replaced() -> None:
    assert write_xml(Element("a", "\x00\x08\x0b\x1f\ufffe\ud800\t\n")) == f"<a>{chr(0xFFFD) * 6}\t\n</a>"


ELEMENT = st.recursive(
    st.builds(Element, st.sampled_from(["a", "b"]), st.text()),
    lambda inner: st.builds(Element, st.just("c"), st.text(), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=8,
)


def _legal(text: str) -> str:
    legal = (c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000")
    return "".join(legal)


def _without_illegal(element: Element) -> Element:
    return Element(element.name, _legal(element.text), tuple(map(_without_illegal, element.children)))


@given(ELEMENT.map(_without_illegal))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_again_by_us_and_by_others(element: Element) -> None:
    assert parse_xml(write_xml(element)) == element
    assert (ElementTree.fromstring(write_xml(element)).text or "") == element.text


@given(st.text() | st.text(alphabet="<>/a&;!['\"]= ?-"))
@settings(max_examples=300, deadline=None)
def test_no_text_raises_anything_else(xml: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(parse_xml(xml), Element)
