"""Start-up data in JSON and in XML. The document leaves their shape open; it is assumed from the facts page."""

import uuid
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

COMPANY = "AbcHousing_Staff_Live"
REQUIRED = {
    "mode": "RD",
    "userName": "contract",
    "password": "made-up",
    "company": COMPANY,
    "scriptSet": "Staff",
}


def start_up_json(**changes: Any) -> dict[str, Any]:
    """Start-up data with the five required items; `changes` are further ones, or other values of these."""
    return {name: {"value": value} for name, value in {**REQUIRED, **changes}.items()}


def start_up_xml(values: Mapping[str, str] = REQUIRED) -> str:
    """The same in XML, with these values."""
    items = "".join(f"<{_tag(name)}><Value>{escape(value)}</Value></{_tag(name)}>" for name, value in values.items())
    return f"<StartUpData>{items}</StartUpData>"


def _tag(name: str) -> str:
    return name[0].upper() + name[1:]


def never_launched() -> dict[str, str]:
    """Launch data of a session that there never was."""
    return {"guid": str(uuid.uuid4()), "company": COMPANY}
