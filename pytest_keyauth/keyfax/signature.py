"""How a request is signed: the assumed scheme, and what a scheme of one's own has to be.

Keyfax does not publish the computation ("use the SDK"). Assumed is the HMAC scheme that is widely used with ASP.NET
Web API, since the documented header has the parts of that scheme in its order. Whoever knows better plugs in a class
with the one method of ``RequestSignature``.
"""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import md5
from string import ascii_letters, digits
from typing import Protocol

__all__ = ["HmacSha256Signature", "RequestSignature", "SignedRequest"]

# .NET's HttpUtility.UrlEncode: urllib's quote_plus differs in upper-case hex and in what it leaves as it is.
_KEPT = frozenset(f"{ascii_letters}{digits}-_.!*()".encode("ascii"))
_ENCODED = tuple("+" if byte == 0x20 else chr(byte) if byte in _KEPT else f"%{byte:02x}" for byte in range(256))


@dataclass(frozen=True, slots=True, eq=False)
class SignedRequest:
    """What a signature covers.

    ``url``: absolute, as it is sent, without a default port and a fragment. ``time_stamp``: Unix seconds.
    Body (start-up data hold a password) and API key show in no representation.
    """

    method: str
    url: str
    body: bytes = field(repr=False)
    api_key: str = field(repr=False)
    time_stamp: int
    nonce: str


class RequestSignature(Protocol):
    """A signature scheme."""

    def sign(self, request: SignedRequest, signing_key: str) -> str:
        """Sign a request with the signing key (base64): printable ASCII without a colon."""
        ...


@dataclass(frozen=True, slots=True)
class HmacSha256Signature:
    """The assumed scheme: an HMAC-SHA256, in base64, of a canonical text."""

    def sign(self, request: SignedRequest, signing_key: str) -> str:
        """Sign a request with the signing key (base64)."""
        return self.digest(self.canonical_text(request), signing_key)

    def canonical_text(self, request: SignedRequest) -> str:
        """Join API key, METHOD, encoded URI, time stamp, nonce and base64(MD5(body)), which is empty for no body."""
        # MD5 is what the scheme asks for; it is the HMAC that keeps the body from being changed.
        body = b64encode(md5(request.body, usedforsecurity=False).digest()).decode("ascii") if request.body else ""
        uri = _encode(request.url.lower())
        return f"{request.api_key}{request.method.upper()}{uri}{request.time_stamp}{request.nonce}{body}"

    def digest(self, text: str, signing_key: str) -> str:
        """Compute the base64 of the HMAC-SHA256 of a text, keyed with the base64-decoded signing key."""
        return b64encode(hmac.digest(b64decode(signing_key), text.encode(), "sha256")).decode("ascii")


def _encode(text: str) -> str:
    return "".join([_ENCODED[byte] for byte in text.encode()])
