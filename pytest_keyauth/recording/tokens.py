"""JSON Web Tokens in recordings: found, described without their secrets, and made anew for a replay."""

import hashlib
import hmac
import json
import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from pytest_keyauth.recording.times import relative_unix_time

__all__ = ["JSON_WEB_TOKEN", "describe_token", "mint_token", "with_relative_times"]

JSON_WEB_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*")

_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def describe_token(token: str, signing_keys: Iterable[str]) -> dict[str, Any] | None:
    """What a token says, and which of the keys has signed it (None where it is none of them); None for no token.

    A key may be base64, of which the bytes sign, or a text that signs as it stands.
    """
    head, payload, signature = token.split(".")
    try:
        header, claims = json.loads(_decode(head)), json.loads(_decode(payload))
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    signed = f"{head}.{payload}".encode()
    signer = next((key for key in signing_keys if _sign(signed, key, header.get("alg")) == signature), None)
    return {"header": header, "claims": claims, "signed-with": signer}


def mint_token(description: Mapping[str, Any], signing_key: str, fill: Callable[[Any], Any]) -> str:
    """Make a token as it was described. `fill` puts values in the place of the references in it."""
    parts = (fill(description["header"]), fill(description["claims"]))
    signed = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    signature = _sign(signed.encode(), signing_key, description["header"].get("alg"))
    return f"{signed}.{signature or _sign(signed.encode(), signing_key, 'HS256')}"


def with_relative_times(claims: Any, now: datetime) -> Any:
    """Claims whose times, numbers near now, are relative."""
    if isinstance(claims, dict):
        return {name: with_relative_times(value, now) for name, value in claims.items()}
    if isinstance(claims, int | float) and not isinstance(claims, bool):
        return relative_unix_time(claims, now) or claims
    return claims


def _sign(signed: bytes, key: str, algorithm: object) -> str | None:
    if not isinstance(algorithm, str) or algorithm not in _HASHES:  # a header may say anything
        return None
    return _encode(hmac.digest(_key_bytes(key), signed, _HASHES[algorithm]))


def _key_bytes(key: str) -> bytes:
    try:
        return b64decode(key, validate=True)
    except ValueError:
        return key.encode()


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
