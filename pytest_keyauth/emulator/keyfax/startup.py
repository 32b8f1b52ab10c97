"""Start-up data: JSON or XML, in and out, to one frozen value.

Names, items and modes are known from other public pages than the document. Assumed is where they meet: each top-level
name is an item ``{key, id, value, attributes: [item], children: [item]}``, in XML ``<Mode><Value>RD</Value></Mode>``;
``startUpXml``, the one member that the document lists, is the XML form in a string, and items beside it win over it.
Whatever is wrong with the data is the documented 500.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urlsplit

from pytest_keyauth.emulator.keyfax.markup import Element, parse_xml, write_xml
from pytest_keyauth.emulator.keyfax.refusal import Refusal

__all__ = ["MODES", "StartupData", "custom_data_element", "example_members", "read_startup", "write_startup_xml"]

MODES = ("RD", "FL", "ROL", "EOL")

MOST_BYTES = 1 << 20
MOST_LEVELS = 32

#: JSON names of the items and their names in XML.
XML_NAMES = {
    "mode": "Mode",
    "userName": "UserName",
    "password": "Password",
    "company": "Company",
    "scriptSet": "ScriptSet",
    "originatingSystem": "OriginatingSystem",
    "guid": "Guid",
    "returnUrl": "ReturnUrl",
    "customData": "CustomData",
}
_JSON_NAMES = {xml_name: name for name, xml_name in XML_NAMES.items()}

_GUID = re.compile(r"[0-9A-Za-z-]{1,64}")
_UNFIT_FOR_A_URL = re.compile(r"[\x00-\x20\x7f-\xa0]")


@dataclass(frozen=True, slots=True)
class StartupData:
    """What a session is started with. ``custom_data`` is an item in JSON, as it was sent."""

    mode: str
    user_name: str
    password: str = field(repr=False)
    company: str
    script_set: str
    originating_system: str | None = None
    guid: str | None = None
    return_url: str | None = None
    custom_data: str | None = field(default=None, repr=False)


def _refuse(reason: str) -> Refusal:
    return Refusal(500, f"Startup failed: {reason}")


def read_startup(body: bytes, content_type: str | None) -> StartupData:
    """Read start-up data, in JSON or XML as the content type says, or else as their first character shows (assumed).

    :raises Refusal: 500 for anything that cannot be read, has the wrong type, or is missing.
    """
    try:
        members = _read_members(body, content_type or "")
    except ValueError as error:
        raise _refuse(str(error)) from None
    return StartupData(
        mode=_read_mode(members),
        user_name=_require(members, "userName"),
        password=_require(members, "password"),
        company=_require(members, "company"),
        script_set=_require(members, "scriptSet"),
        originating_system=_value(members, "originatingSystem"),
        guid=_read_guid(members),
        return_url=_read_return_url(members),
        custom_data=_read_custom_data(members),
    )


def _read_members(body: bytes, content_type: str) -> Mapping[str, Any]:
    if len(body) > MOST_BYTES:
        raise ValueError(f"the data have more than {MOST_BYTES} bytes")
    text = _decode(body)
    if _is_xml(text, content_type.partition(";")[0].strip().lower()):
        return _members_of_xml(text)
    members = _members_of_json(text)
    embedded = members.pop("startUpXml", None)
    if embedded is None:
        return members
    if not isinstance(embedded, str):
        raise ValueError("startUpXml: expected a string")
    return {**_members_of_xml(embedded), **{name: item for name, item in members.items() if item is not None}}


def _decode(body: bytes) -> str:
    """UTF-8, or what a byte order mark says."""
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("the data are not UTF-8") from None


def _is_xml(text: str, media_type: str) -> bool:
    if media_type.endswith(("/json", "+json")):
        return False
    return media_type.endswith(("/xml", "+xml")) or text.lstrip()[:1] == "<"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _members_of_json(text: str) -> dict[str, Any]:
    try:
        members = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError(f"the data have more than {MOST_LEVELS} levels") from None
    except ValueError:
        raise ValueError("the data are no JSON") from None
    if not isinstance(members, dict):
        raise ValueError("expected a JSON object")
    _check_bounds(members)
    return members


def _check_bounds(value: Any) -> None:
    """What can be parsed can still not be written again: numbers without end, half characters, endless nesting."""
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            break
    else:
        raise ValueError(f"the data have more than {MOST_LEVELS} levels")
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        raise ValueError("the data hold a number or a character that cannot be") from None


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _members_of_xml(text: str) -> dict[str, Any]:
    root = parse_xml(text)
    if root.name != "StartUpData":
        raise ValueError("expected the element StartUpData")
    members: dict[str, Any] = {}
    for element in root.children:
        name = _JSON_NAMES.get(element.name)
        if name in members:
            raise ValueError(f"{element.name} is given twice")
        if name is not None:
            if element.text.strip() and not element.children:
                raise ValueError(f"{name}: expected an item with a value")  # and not a text that would be dropped
            members[name] = _item_of_element(element)
    return members


def _item_of_element(element: Element) -> dict[str, Any]:
    """An element as an item. Children that are none of its five parts are taken for child items by that key."""
    item: dict[str, Any] = {}
    attributes: list[Any] = [{"key": key, "value": value} for key, value in element.attributes]
    children: list[Any] = []
    for child in element.children:
        if child.name in ("Key", "Id", "Value"):
            if child.name.lower() in item or child.children:
                raise ValueError(f"{element.name}: expected one {child.name} that holds text alone")
            item[child.name.lower()] = child.text
        elif child.name == "Attributes":
            attributes += [_item_of_element(part) for part in child.children]
        elif child.name == "Children":
            children += [_item_of_element(part) for part in child.children]
        else:
            text = {} if child.children else {"value": child.text}
            children.append({"key": child.name, **text, **_item_of_element(child)})
    return {
        **item,
        **({"attributes": attributes} if attributes else {}),
        **({"children": children} if children else {}),
    }


def _check_item(name: str, item: Any) -> Mapping[str, Any]:
    """An item's five members have these types, or are null; others, which no page tells of, may be anything."""
    if not isinstance(item, dict):
        raise _refuse(f"{name}: expected an object with a value")
    for part in ("key", "id", "value"):
        if not isinstance(item.get(part), str | None):
            raise _refuse(f"{name}: expected {part} to be a string")
    for part in ("attributes", "children"):
        inner = item.get(part)
        if not isinstance(inner, list | None):
            raise _refuse(f"{name}: expected {part} to be an array of items")
        for child in inner or ():
            _check_item(name, child)
    return item


def _value(members: Mapping[str, Any], name: str) -> str | None:
    """An item's value; None where there is no such item, or nothing in it."""
    item = members.get(name)
    if item is None:
        return None
    value = _check_item(name, item).get("value")
    return value if value and value.strip() else None


def _require(members: Mapping[str, Any], name: str) -> str:
    value = _value(members, name)
    if value is None:
        raise _refuse(f"{name}: expected an item with a value")
    return value


def _read_mode(members: Mapping[str, Any]) -> str:
    mode = _require(members, "mode")
    if mode not in MODES:
        raise _refuse(f"mode: expected one of {', '.join(MODES)}")
    return mode


def _read_guid(members: Mapping[str, Any]) -> str | None:
    guid = _value(members, "guid")
    if guid is not None and _GUID.fullmatch(guid) is None:
        raise _refuse("guid: expected hexadecimal digits and hyphens")
    return guid


def _read_return_url(members: Mapping[str, Any]) -> str | None:
    """An absolute URL. What could end the header that it will stand in is refused."""
    url = _value(members, "returnUrl")
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        fit = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fit = False
    if not fit or _UNFIT_FOR_A_URL.search(url):
        raise _refuse("returnUrl: expected an absolute URL with http or https")
    return url


def _read_custom_data(members: Mapping[str, Any]) -> str | None:
    item = members.get("customData")
    return None if item is None else json.dumps(_check_item("customData", item), ensure_ascii=False)


def example_members(company: str) -> dict[str, Any]:
    """Start-up data in JSON that can be posted back as they are, for a company that exists."""
    values = {
        "mode": "RD",
        "userName": "jane.doe",
        "password": "example",
        "company": company,
        "scriptSet": "Example",
        "originatingSystem": "Example",
    }
    return {name: {"value": value} for name, value in values.items()}


def write_startup_xml(members: Mapping[str, Any]) -> str:
    """Start-up data in XML."""
    return write_xml(
        Element("StartUpData", "", tuple(_item_element(XML_NAMES[name], members[name]) for name in members))
    )


def custom_data_element(custom_data: str) -> Element:
    """Custom data (an item in JSON) as an element; members that are not an item's become child items."""
    return _item_element("CustomData", json.loads(custom_data))


def _item_element(name: str, item: Mapping[str, Any]) -> Element:
    parts = [Element(part.capitalize(), item[part]) for part in ("key", "id", "value") if item.get(part) is not None]
    extra = [
        {"key": key, "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}
        for key, value in item.items()
        if key not in ("key", "id", "value", "attributes", "children")
    ]
    for part, items in (
        ("attributes", item.get("attributes") or ()),
        ("children", [*(item.get("children") or ()), *extra]),
    ):
        if items:
            parts.append(Element(part.capitalize(), "", tuple(_item_element("Item", inner) for inner in items)))
    return Element(name, "", tuple(parts))
