"""JSON Web Tokens: made and verified with PyJWT, which is imported where it is first needed.

The document has: signed with the signing key, the API key as a claim, 24 hours. Assumed: HS256 with the decoded signing
key, and the claims ``apiKey``, ``hostName``, ``iat``, ``nbf``, ``exp`` and ``jti`` (two tokens are never the same).
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from random import Random
from typing import Any

from pytest_keyauth.emulator.keyfax.keys import KeyPair

__all__ = ["ALGORITHMS", "is_signed", "make_token", "read_claims"]

#: The algorithms that are accepted. ``none`` and any other are refused, whatever a token's header says.
ALGORITHMS = ("HS256",)

#: Times are judged by the emulator's clock, which PyJWT does not know (see ``authorization``).
_SIGNATURE_ONLY = {
    f"verify_{claim}": claim == "signature" for claim in ("signature", "exp", "nbf", "iat", "aud", "iss", "sub", "jti")
}


def make_token(pair: KeyPair, now_s: int, lifetime_h: float, random: Random) -> str:
    """Make a token of a pair, good from now on.

    :raises DamagedKey: where the signing key cannot be read.
    """
    import jwt

    claims = {
        "apiKey": pair.api_key,
        "hostName": pair.host,
        "iat": now_s,
        "nbf": now_s,
        "exp": now_s + round(lifetime_h * 3600),
        "jti": f"{random.getrandbits(128):032x}",
    }
    return jwt.encode(claims, pair.secret(), algorithm="HS256")


def read_claims(token: str) -> Mapping[str, Any]:
    """Read what a token claims, unverified; empty where it is no token.

    Each part must be written as an encoder writes it: else a token could be altered in bits that do not count.
    """
    parts = token.split(".")
    if len(parts) != 3 or not all(map(_is_canonical, parts)):
        return {}
    try:
        claims = json.loads(_decode(parts[1]))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _is_canonical(part: str) -> bool:
    try:
        return part.isascii() and urlsafe_b64encode(_decode(part)).rstrip(b"=") == part.encode()
    except ValueError:
        return False


def _decode(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def is_signed(token: str, secret: bytes) -> bool:
    """Whether a token is signed with the secret, by one of :data:`ALGORITHMS`."""
    import jwt

    try:
        jwt.decode(token, secret, algorithms=list(ALGORITHMS), options=_SIGNATURE_ONLY)  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return False
    return True
