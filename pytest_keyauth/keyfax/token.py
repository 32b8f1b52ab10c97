"""A JSON Web Token as its bearer sees it: not verified (only the provider can), but read for its end."""

import json
import math
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from typing import NoReturn, Self

from pytest_keyauth.errors import CredentialsError
from pytest_keyauth.keyfax.credentials import find_fault

__all__ = ["HeldToken", "KeyfaxToken", "read_expiry"]

_JSON_WEB_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")


def read_expiry(token: str) -> float | None:
    """Read when a token expires (Unix seconds), ``inf`` where it does not say so; None if it is no JSON Web Token."""
    match = _JSON_WEB_TOKEN.fullmatch(token)
    if match is None:
        return None
    payload = match[1]
    try:
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expiry = float(claims.get("exp", math.inf))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return None if math.isnan(expiry) else expiry


@dataclass(frozen=True, slots=True, eq=False)
class KeyfaxToken:
    """A host's name and a token that somebody else fetched: a client without keys can bear and renew it.

    The token shows in no representation and is not pickled.

    :raises CredentialsError: says which part is wrong and why, without showing the token.
    """

    host: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        if fault := find_fault(self.host):
            raise CredentialsError(f"the Keyfax host {fault}")
        if read_expiry(self.token) is None:
            raise CredentialsError("the Keyfax token is not a JSON Web Token: expected header.payload.signature")

    # Of our own, for the reason that KeyfaxCredentials gives.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyfaxToken) and (self.host, self.token) == (other.host, other.token)

    def __hash__(self) -> int:
        return hash((self.host, self.token))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a KeyfaxToken is not pickled, since it is a secret: make it where it is used")


@dataclass(frozen=True, slots=True, eq=False)
class HeldToken:
    """The token in use. ``expires_at`` and ``renew_at`` are Unix seconds by the bearer's clock."""

    token: str = field(repr=False)
    expires_at: float
    renew_at: float

    @classmethod
    def until(cls, expires_at: float, token: str, now: float, margin_s: float) -> Self:
        """Hold a token that is to be renewed so long before it expires, or at half of its time if that is later.

        So a token that lives no longer than the margin is not renewed with each request, and what could not be renewed
        is tried again when half of the rest has passed.
        """
        return cls(token, expires_at, max(expires_at - margin_s, now + (expires_at - now) / 2))
