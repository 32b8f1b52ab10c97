"""Start-up data: every shape that public pages show goes in, and what is wrong with them is the documented 500."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keyfax.markup import write_xml
from pytest_keyauth.emulator.keyfax.refusal import Refusal
from pytest_keyauth.emulator.keyfax.startup import (
    XML_NAMES,
    StartupData,
    custom_data_element,
    example_members,
    read_startup,
    write_startup_xml,
)

EXPECTED = StartupData("RD", "jane.doe", "geheim-7", "AbcHousing_Staff_Live", "Staff")
XML = (
    "<StartUpData><Mode><Value>RD</Value></Mode><UserName><Value>jane.doe</Value></UserName>"
    "<Password><Value>geheim-7</Value></Password><Company><Value>AbcHousing_Staff_Live</Value></Company>"
    "<ScriptSet><Value>Staff</Value></ScriptSet></StartUpData>"
)

Startup = Callable[..., bytes]


def refusal(body: bytes | str, content_type: str | None = None) -> str:
    """Why start-up data are refused."""
    with pytest.raises(Refusal) as caught:
        read_startup(body.encode() if isinstance(body, str) else body, content_type)
    assert caught.value.status == 500
    assert caught.value.text.startswith("Startup failed: ")
    return caught.value.text.removeprefix("Startup failed: ")


# What goes in


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON; charset=utf-8",
        "text/json",
        "application/a+json",
        None,
        "",
        "application/x-www-form-urlencoded",
    ],
)
def test_json_is_read(startup: Startup, content_type: str | None) -> None:
    assert read_startup(startup(), content_type) == EXPECTED


@pytest.mark.parametrize(
    "content_type", ["application/xml", "text/xml;charset=utf-8", "application/a+xml", None, "text/plain"]
)
@pytest.mark.parametrize("prolog", ["", " \n", '<?xml version="1.0" encoding="utf-16"?>\n', "<!-- c -->"])
def test_xml_is_read(content_type: str | None, prolog: str) -> None:
    assert read_startup((prolog + XML).encode(), content_type) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(startup: Startup, encoding: str) -> None:
    expected = replace(EXPECTED, user_name="Öztürk")
    assert read_startup(XML.replace("jane.doe", "Öztürk").encode(encoding), "application/xml") == expected
    data = startup(userName={"value": "Öztürk"}).decode()
    assert read_startup(data.encode(encoding), "application/json") == expected


def test_xml_in_a_string_of_json_is_read() -> None:
    assert read_startup(json.dumps({"startUpXml": XML}).encode(), "application/json") == EXPECTED


def test_items_beside_the_xml_string_win_over_it() -> None:
    data = {"startUpXml": XML, "mode": {"value": "FL"}, "userName": None, "guid": {"value": "g-1"}}
    assert read_startup(json.dumps(data).encode(), None) == replace(EXPECTED, mode="FL", guid="g-1")


def test_text_where_xml_has_items_is_refused_and_not_dropped() -> None:
    bare = XML.replace("</StartUpData>", "<ReturnUrl>https://consumer.example/done</ReturnUrl></StartUpData>")
    assert refusal(bare) == "returnUrl: expected an item with a value"
    empty = XML.replace("</StartUpData>", "<ReturnUrl> </ReturnUrl></StartUpData>")
    assert read_startup(empty.encode(), None) == read_startup(XML.encode(), None)


def test_a_null_xml_string_is_none(startup: Startup) -> None:
    assert read_startup(startup(startUpXml=None), None) == EXPECTED
    assert read_startup(startup().replace(b"{", b'{"startUpXml": null, ', 1), None) == EXPECTED


@pytest.mark.parametrize("mode", ["RD", "FL", "ROL", "EOL"])
def test_there_are_four_modes(startup: Startup, mode: str) -> None:
    assert read_startup(startup(mode={"value": mode}), None).mode == mode
    assert read_startup(XML.replace("RD", mode).encode(), None).mode == mode


def test_an_item_may_have_all_its_parts(startup: Startup) -> None:
    inner: dict[str, Any] = {"key": "k", "id": None, "value": "v", "attributes": None, "children": []}
    item = {"key": None, "id": "7", "value": "RD", "attributes": [inner, {}], "children": [{"children": [inner]}]}
    assert read_startup(startup(mode=item), None) == EXPECTED
    assert read_startup(startup(mode={"value": "RD", "comment": [1]}, further={"x": 1}, other=7), None) == EXPECTED


def test_the_optional_items_are_read_from_json(startup: Startup) -> None:
    data = startup(
        originatingSystem={"value": "CRM"},
        guid={"value": "6f9619ff-8b86-d011-b42d-00c04fc964ff"},
        returnUrl={"value": "https://consumer.example/done?status={0}"},
        customData={"key": "Case", "value": "Fall 4711", "extra": [1.5, None]},
    )
    assert read_startup(data, None) == replace(
        EXPECTED,
        originating_system="CRM",
        guid="6f9619ff-8b86-d011-b42d-00c04fc964ff",
        return_url="https://consumer.example/done?status={0}",
        custom_data='{"key": "Case", "value": "Fall 4711", "extra": [1.5, null]}',
    )


def test_the_optional_items_are_read_from_xml() -> None:
    further = (
        "<OriginatingSystem><Value>CRM</Value></OriginatingSystem><Guid><Value>g-1</Value></Guid>"
        "<ReturnUrl><Value>https://consumer.example/done?a=1&amp;b=2</Value></ReturnUrl>"
        "<CustomData ref='5'><Key>Case</Key><Value>&lt;4711&gt;</Value>"
        "<Attributes><Item><Key>a</Key></Item></Attributes>"
        "<Children><Item><Id>1</Id></Item></Children><Clerk>Öztürk</Clerk><Home><Street>Weg 1</Street></Home>"
        "</CustomData>"
        "<Unknown><Value>x</Value></Unknown>"
    )
    read = read_startup(XML.replace("<Mode>", f"{further}<Mode>").encode(), None)
    assert read.originating_system == "CRM"
    assert read.guid == "g-1"
    assert read.return_url == "https://consumer.example/done?a=1&b=2"
    assert json.loads(read.custom_data or "") == {
        "key": "Case",
        "value": "<4711>",
        "attributes": [{"key": "ref", "value": "5"}, {"key": "a"}],
        "children": [
            {"id": "1"},
            {"key": "Clerk", "value": "Öztürk"},
            {"key": "Home", "children": [{"key": "Street", "value": "Weg 1"}]},
        ],
    }


@pytest.mark.parametrize("name", ["originatingSystem", "guid", "returnUrl"])
@pytest.mark.parametrize("item", [None, {}, {"value": None}, {"value": ""}, {"value": " "}], ids=str)
def test_an_empty_optional_item_is_none(startup: Startup, name: str, item: Any) -> None:
    body = json.dumps({**json.loads(startup()), name: item}).encode()
    assert read_startup(body, None) == EXPECTED


def test_the_password_does_not_show(startup: Startup) -> None:
    assert "geheim-7" not in repr(read_startup(startup(customData={"value": "geheim-8"}), None))
    assert "geheim-8" not in repr(read_startup(startup(customData={"value": "geheim-8"}), None))


def test_the_content_type_decides_where_it_names_one_of_the_two(startup: Startup) -> None:
    assert refusal(XML, "application/json") == "the data are no JSON"
    assert refusal(startup(), "application/xml").startswith("the XML is not well-formed")


# What is refused


REQUIRED = ["mode", "userName", "password", "company", "scriptSet"]


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("item", [None, {}, {"value": None}, {"value": ""}, {"value": " \t"}, {"key": "x"}], ids=str)
def test_a_required_item_has_a_value(startup: Startup, name: str, item: Any) -> None:
    assert refusal(startup(**{name: item})) == f"{name}: expected an item with a value"


@pytest.mark.parametrize("name", [*REQUIRED, "originatingSystem", "guid", "returnUrl", "customData"])
@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("RD", "expected an object with a value"),
        (7, "expected an object with a value"),
        (True, "expected an object with a value"),
        (["RD"], "expected an object with a value"),
        ({"value": 7}, "expected value to be a string"),
        ({"value": {"value": "RD"}}, "expected value to be a string"),
        ({"value": "RD", "key": 7}, "expected key to be a string"),
        ({"value": "RD", "id": 7}, "expected id to be a string"),
        ({"value": "RD", "attributes": {}}, "expected attributes to be an array of items"),
        ({"value": "RD", "children": "x"}, "expected children to be an array of items"),
        ({"value": "RD", "children": ["x"]}, "expected an object with a value"),
        ({"value": "RD", "children": [{"attributes": [{"value": 7}]}]}, "expected value to be a string"),
    ],
    ids=str,
)
def test_an_item_of_the_wrong_type_is_refused(startup: Startup, name: str, item: Any, reason: str) -> None:
    assert refusal(startup(**{name: item})) == f"{name}: {reason}"


@pytest.mark.parametrize("mode", ["rd", "XX", "RD ", "R"])
def test_an_unknown_mode_is_refused(startup: Startup, mode: str) -> None:
    assert refusal(startup(mode={"value": mode})) == "mode: expected one of RD, FL, ROL, EOL"


@pytest.mark.parametrize("guid", ["a b", "{a}", "../x", "é", "x" * 65, "a&b=c"])
def test_a_guid_is_one(startup: Startup, guid: str) -> None:
    assert refusal(startup(guid={"value": guid})) == "guid: expected hexadecimal digits and hyphens"


@pytest.mark.parametrize(
    "url",
    [
        "/done",
        "done",
        "javascript:alert(1)",
        "ftp://x/",
        "https://",
        "https://[",
        "//x/done",
        "https://x/\r\nSet-Cookie: a=b",
        "https://x/a b",
        "https://x/\x00",
        "https://x/\x85",
    ],
)
def test_a_return_url_is_absolute_and_fits_into_a_header(startup: Startup, url: str) -> None:
    assert refusal(startup(returnUrl={"value": url})) == "returnUrl: expected an absolute URL with http or https"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "the data are no JSON", id="nothing"),
        pytest.param(b"{", "the data are no JSON", id="cut off"),
        pytest.param(b"mode=RD&company=x", "the data are no JSON", id="a form"),
        pytest.param(b'{"mode": NaN}', "the data are no JSON", id="NaN"),
        pytest.param(b'{"mode": Infinity}', "the data are no JSON", id="infinity"),
        pytest.param(
            b'{"customData": {"x": ' + b"1" * 5000 + b"}}", "the data are no JSON", id="a number of 5,000 digits"
        ),
        pytest.param(b"[]", "expected a JSON object", id="an array"),
        pytest.param(b"null", "expected a JSON object", id="null"),
        pytest.param(b'"RD"', "expected a JSON object", id="a text"),
        pytest.param(b"\xff\xfe\xff", "the data are not UTF-8", id="half of UTF-16"),
        pytest.param(b'{"mode": "\xe9"}', "the data are not UTF-8", id="Latin-1"),
        pytest.param(b"\x1f\x8b\x08\x00", "the data are not UTF-8", id="gzip"),
        pytest.param(
            b'{"a": "\\ud800"}', "the data hold a number or a character that cannot be", id="half a character"
        ),
        pytest.param(b'{"\\udfff": 1}', "the data hold a number or a character that cannot be", id="half a name"),
        pytest.param(
            b'{"a": [1e999]}', "the data hold a number or a character that cannot be", id="a number without end"
        ),
        pytest.param(b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "the data have more than 32 levels", id="33 levels"),
        pytest.param(b"[" * 500_000, "the data have more than 32 levels", id="500,000 levels"),
        pytest.param(b'{"a":' * 100_000, "the data have more than 32 levels", id="100,000 objects"),
        pytest.param(b" " * (1 << 20) + b"{}", "the data have more than 1048576 bytes", id="over a megabyte"),
        pytest.param(b"x" * 10_000_000, "the data have more than 1048576 bytes", id="ten megabytes"),
        pytest.param(b'{"startUpXml": 7}', "startUpXml: expected a string", id="XML that is a number"),
        pytest.param(b'{"startUpXml": {"value": "x"}}', "startUpXml: expected a string", id="XML that is an item"),
        pytest.param(b'{"startUpXml": ""}', "the XML is not well-formed (line 1, column 0)", id="XML that is empty"),
        pytest.param(b'{"startUpXml": "<a/>"}', "expected the element StartUpData", id="XML of something else"),
    ],
)
def test_broken_json_is_refused(body: bytes, reason: str) -> None:
    assert refusal(body, "application/json") == reason


def test_thirty_levels_are_read(startup: Startup) -> None:
    item: dict[str, Any] = {"value": "x"}
    for _ in range(14):
        item = {"children": [item]}
    assert read_startup(startup(customData=item), None).custom_data == json.dumps(item)


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("StartUpData", "the XML is not well-formed (line 1, column 0)"),
        (XML[:-1], "the XML is not well-formed (line 1, column "),
        (XML + XML, "the XML is not well-formed (line 1, column "),
        ("<StartUp/>", "expected the element StartUpData"),
        ("<StartUpData/>", "mode: expected an item with a value"),
        (XML.replace("<Value>RD</Value>", "RD"), "mode: expected an item with a value"),
        (XML.replace("<Mode>", "<Mode><Value>FL</Value>"), "Mode: expected one Value that holds text alone"),
        (XML.replace("RD", "<b>RD</b>"), "Mode: expected one Value that holds text alone"),
        (XML.replace("<Mode>", "<Mode><Value>FL</Value></Mode><Mode>"), "Mode is given twice"),
        (XML.replace("RD", "&mode;"), "the XML is not well-formed (line 1, column "),
        ("<!DOCTYPE StartUpData>" + XML, "the XML has a document type declaration, which is not read"),
        ("<a>" * 40_000, "the XML has more than 32 levels or 10000 elements"),
    ],
)
@pytest.mark.parametrize("embedded", [False, True], ids=["as it is", "in a string"])
def test_broken_xml_is_refused(xml: str, reason: str, embedded: bool) -> None:
    body = json.dumps({"startUpXml": xml}) if embedded else xml
    assert refusal(body, "application/json" if embedded else "application/xml").startswith(reason)


def test_a_refusal_shows_no_password(startup: Startup) -> None:
    assert "geheim" not in refusal(startup(mode={"value": "XX"}))
    assert "geheim" not in refusal(startup()[:-1])


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "id", "value", "attributes", "children", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
MEMBERS = st.dictionaries(st.sampled_from([*XML_NAMES, "startUpXml", "other"]), JSON, max_size=6)


@given(MEMBERS, st.booleans())
@settings(max_examples=200, deadline=None)
def test_no_json_raises_anything_else_and_what_is_read_can_be_written(members: dict[str, Any], complete: bool) -> None:
    base = example_members("AbcHousing_Staff_Live") if complete else {}
    try:
        read = read_startup(json.dumps({**base, **members}).encode(), "application/json")
    except Refusal as refusal:
        assert refusal.status == 500  # noqa: PT017  # it may be refused or read; only nothing else may happen
    else:
        assert read.custom_data is None or write_xml(custom_data_element(read.custom_data))


@given(
    st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(["application/json", "text/xml", None]),
)
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything_else(body: bytes, content_type: str | None) -> None:
    with pytest.raises(Refusal):
        read_startup(body, content_type)


# What is written


def test_the_example_can_be_read_in_both_forms() -> None:
    members = example_members("Abc & Co")
    expected = StartupData("RD", "jane.doe", "example", "Abc & Co", "Example", "Example")
    assert read_startup(json.dumps(members).encode(), "application/json") == expected
    assert read_startup(write_startup_xml(members).encode(), "application/xml") == expected


def test_custom_data_are_written_as_an_item_with_nothing_left_out() -> None:
    custom = {
        "key": "Case",
        "id": None,
        "value": "<4711>",
        "attributes": [{"key": "a", "value": ""}],
        "children": [{"value": "b", "children": []}],
        "due": "today",
        "tags": ["x", 1],
    }
    assert write_xml(custom_data_element(json.dumps(custom))) == (
        "<CustomData><Key>Case</Key><Value>&lt;4711&gt;</Value>"
        "<Attributes><Item><Key>a</Key><Value></Value></Item></Attributes>"
        "<Children><Item><Value>b</Value></Item><Item><Key>due</Key><Value>today</Value></Item>"
        "<Item><Key>tags</Key><Value>[&quot;x&quot;, 1]</Value></Item></Children></CustomData>"
    )
