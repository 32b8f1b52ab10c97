"""What is secret by itself inside of a secret: a password in Basic credentials, a token behind its scheme."""

import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote

from pytest_keyauth.recording.known_secrets import SHORTEST_SECRET
from pytest_keyauth.recording.names import SECRET_KINDS
from pytest_keyauth.recording.times import time_form
from pytest_keyauth.recording.words import is_placeholder, is_word

__all__ = ["inner_secrets", "is_identifier"]

_IDENTIFIER_LENGTH = 8
_SCHEMED = re.compile(r"(?i)(?:basic|bearer|token|apikey|api-key|digest|negotiate|hawk|hmac|jwt|oauth|key)\s+(\S.*)")
#: An equals sign is between a name and a value, or the padding of base64.
_BETWEEN_PARTS = re.compile(r"[\s:,;&|\"']+|(?<=[A-Za-z0-9_-])=(?=[^=\s,;&|])")


def is_identifier(value: str) -> bool:
    """Whether what stands where an identifier stands is one that was given out, and not a word or a short number."""
    return len(value) >= _IDENTIFIER_LENGTH and any(map(str.isdigit, value))


def inner_secrets(kind: str, value: str) -> list[str]:
    """The secrets inside of one, each once, without itself: what may stand elsewhere alone."""
    if kind not in SECRET_KINDS:
        return []
    found = dict.fromkeys(_find(kind, value))
    return [text for text in found if text != value and len(text) >= SHORTEST_SECRET and not is_placeholder(text)]


def _find(kind: str, value: str) -> Iterator[str]:
    for text in dict.fromkeys((value, value.strip("\"' "), unquote(value).strip("\"' "))):
        yield text
        schemed = _SCHEMED.fullmatch(text)
        if schemed is not None:
            yield from _look_behind_scheme(schemed[1])
        elif kind == "credentials":
            yield from _look_behind_user(text)
        if schemed is not None or kind in ("credentials", "cookie"):
            yield from filter(_was_given_out, _BETWEEN_PARTS.split(text))


def _look_behind_scheme(credentials: str) -> Iterator[str]:
    """All that follows, where it is one text, and the password in it."""
    if re.search(r"[\s,]", credentials) is None:
        yield credentials
        yield from _look_behind_user(credentials)


def _look_behind_user(credentials: str) -> Iterator[str]:
    """The password, also in base64; a user's name is no secret, unless it was given out."""
    for text in (credentials, _decode(credentials)):
        user, colon, password = text.partition(":")
        if colon:
            yield password
            yield from filter(is_identifier, [user])


def _decode(text: str) -> str:
    with suppress(ValueError):
        return b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    return ""


def _was_given_out(part: str) -> bool:
    has_digit = any(map(str.isdigit, part))
    return has_digit and len(part) >= SHORTEST_SECRET and not is_word(part) and time_form(part) is None
