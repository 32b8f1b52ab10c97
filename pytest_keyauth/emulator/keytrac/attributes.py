"""The JSON attributes of a request: what the document's "Attributes missing" and "Unable to parse data" stand for.

The document gives two errors for a broken body and does not say where one ends and the other begins. Assumed: data
that cannot be read at all (not UTF-8, or nested deeper than a parser goes) is the 500; everything that can be read
and is not what the operation needs (no JSON, wrong type, an attribute absent, a content type that is "not
recognized") is the 400.
"""

import json
from typing import Any, NoReturn

from pytest_keyauth.emulator.keytrac.refusal import Refusal
from pytest_keyauth.emulator.message import Request

__all__ = ["Attributes", "find_user_id", "read_attributes"]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_decode_json = json.JSONDecoder(parse_constant=_refuse_constant).decode


class Attributes:
    """The members of a request's JSON object, each read with the type that the operation needs."""

    __slots__ = ("_members",)

    def __init__(self, members: dict[str, Any]) -> None:
        self._members = members

    def user_id(self) -> str:
        """The user identifier: a string."""
        value = self._members.get("user_id")
        if not isinstance(value, str):
            raise _missing()
        return value

    def samples(self) -> list[str]:
        """The typing samples: an array of at least one string."""
        value = self._members.get("samples")
        if not isinstance(value, list) or not value or not all(isinstance(sample, str) for sample in value):
            raise _missing()
        return value

    def limit(self) -> int | None:
        """The optional limit: a whole number, 0 or more; None where there is none."""
        if "limit" not in self._members:
            return None
        value = self._members["limit"]
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise _missing()
        return value


def _missing() -> Refusal:
    return Refusal(400, "Attributes missing")


def _is_json(content_type: str | None) -> bool:
    """Whether the content type is ``application/json``, in UTF-8 where it names a character set."""
    media_type, *parameters = (content_type or "").lower().split(";")
    if media_type.strip() != "application/json":
        return False
    charsets = [part.partition("=")[2].strip(' "') for part in parameters if part.strip().startswith("charset")]
    return all(charset in ("utf-8", "utf8") for charset in charsets)


def read_attributes(request: Request, *, case_sensitive: bool) -> Attributes:
    """Read the body of an operation that takes JSON.

    :raises Refusal: 500 for data that cannot be read, 400 for anything else that is not a JSON object.
    """
    if not _is_json(request.header("Content-Type", case_sensitive=case_sensitive)):
        raise _missing()
    try:
        members = _decode_json(request.body.decode())
    except (UnicodeDecodeError, RecursionError):
        raise Refusal(500, "Unable to parse data") from None
    except ValueError:
        raise _missing() from None
    if not isinstance(members, dict):
        raise _missing()
    return Attributes(members)


def find_user_id(request: Request) -> str | None:
    """The user that a body names, however else it is wrong; None where it names none."""
    try:
        members = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    value = members.get("user_id") if isinstance(members, dict) else None
    return value if isinstance(value, str) else None
