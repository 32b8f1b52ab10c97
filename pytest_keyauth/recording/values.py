"""Made-up values for a replay: each reference of a cassette stands for the same value throughout, of the right form."""

import re
from base64 import b64encode
from hashlib import blake2b
from uuid import UUID

__all__ = ["form_of", "made_up_value"]

#: The form of a kind's values where nothing else is said: `uuid`, `hex:` digits, `base64:` bytes, `text:` characters.
_FORMS = {
    "token": "uuid",
    "user-id": "uuid",
    "guid": "uuid",
    "api-key": "hex:32",
    "signing-key": "base64:32",
    "nonce": "hex:32",
    "signature": "base64:32",
    "host": "host",
    "jwt": "jwt",
}
_DEFAULT_FORM = "text:24"

# What a value is said to be must not depend on its luck: without padding base64 of one alphabet may look like that of
# the other, or like any text; and a short text may happen to have hex digits alone.
_HEX = re.compile(r"[0-9a-f]{16,}")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{4}){4,}(?:[A-Za-z0-9+/_-]{2}==|[A-Za-z0-9+/_-]{3}=)")

#: Both alphabets of base64 have all others. The last sign before the padding is never one of these.
_COMMON = str.maketrans("+/", "AB")


def form_of(kind: str, value: str) -> str | None:
    """The form of a value, where it is not the usual one of its kind."""
    usual = _FORMS.get(kind, _DEFAULT_FORM)
    if usual in ("host", "jwt"):
        return None
    form = _recognize(value)
    return form if form != usual else None


def _recognize(value: str) -> str:
    try:
        if str(UUID(value)) == value:
            return "uuid"
    except ValueError:
        pass
    if _HEX.fullmatch(value):
        return f"hex:{len(value)}"
    if _BASE64.fullmatch(value):
        return f"base64:{len(value) * 3 // 4 - value.count('=')}"
    return f"text:{len(value)}"


def made_up_value(reference: str, form: str | None, seed: str) -> str:
    """The value that a reference stands for in a replay of that seed."""
    kind, number = reference.strip("<>").split(":")
    name, _, length = (form or _FORMS.get(kind, _DEFAULT_FORM)).partition(":")
    drawn = _draw(f"{reference} of {seed}", int(length or 16))
    if name == "uuid":
        return str(UUID(bytes=drawn[:16], version=4))
    if name == "hex":
        return drawn.hex()[: int(length)]
    if name == "base64":
        return b64encode(drawn).decode().translate(_COMMON)
    if name == "host":
        return f"HOST-{number}"
    if name == "jwt":
        return f"eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjB9.{drawn.hex()}"
    return drawn.hex()[: int(length)]


def _draw(seed: str, count: int) -> bytes:
    """So many bytes that follow from the seed."""
    blocks = (blake2b(f"{seed}/{block}".encode()).digest() for block in range(count // 64 + 1))
    return b"".join(blocks)[:count]
