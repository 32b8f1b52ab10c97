"""How a request signature is computed. One replaceable piece, since Keyfax does not publish it ("use the SDK").

The order of the documented header (key, signature, nonce, time stamp) is that of the HMAC scheme widely used with
ASP.NET Web API. That one is **assumed** here; an emulator takes any other with the same one method.
"""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import md5
from typing import Protocol

from pytest_keyauth.emulator.message import Request

__all__ = ["HmacSha256Scheme", "SignatureScheme", "SignedMessage", "absolute_url"]

DEFAULT_PORTS = {"http": ":80", "https": ":443"}

_UNTOUCHED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!*()"


def _form_encode(byte: int) -> str:
    """One byte, as .NET's ``HttpUtility.UrlEncode`` writes it: hex in lower case, ``~`` encoded, ``!*()`` not."""
    if byte in _UNTOUCHED:
        return chr(byte)
    return "+" if byte == ord(" ") else f"%{byte:02x}"


_FORM_ENCODED = [_form_encode(byte) for byte in range(256)]


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """All that a signature can cover: the raw bytes of the request, and what the header says of it.

    ``url`` is absolute and as it was sent, but for a default port; ``time_stamp`` in Unix seconds.
    """

    method: str
    url: str
    body: bytes = field(repr=False)
    api_key: str = field(repr=False)
    time_stamp: int
    nonce: str


class SignatureScheme(Protocol):
    """Computes the signature that a request must carry. The emulator does the comparing, in constant time."""

    def sign(self, message: SignedMessage, signing_key: str, /) -> str:
        """Compute the signature of a message with a signing key (base64)."""


class HmacSha256Scheme:
    """The assumed scheme, stage by stage."""

    def sign(self, message: SignedMessage, signing_key: str, /) -> str:
        """Compute the signature of a message with a signing key (base64)."""
        return self.digest(self.canonical_text(message), signing_key)

    def canonical_text(self, message: SignedMessage) -> str:
        """First stage: API key, method, encoded URI, time stamp, nonce and digest of the body, without separators."""
        return (
            f"{message.api_key}{message.method.upper()}{self.encoded_uri(message.url)}"
            f"{message.time_stamp}{message.nonce}{self.body_digest(message.body)}"
        )

    def encoded_uri(self, url: str) -> str:
        """The absolute URI in lower case, form-encoded: what is percent-encoded already is encoded once more."""
        return "".join([_FORM_ENCODED[byte] for byte in url.lower().encode("utf-8", "surrogatepass")])

    def body_digest(self, body: bytes) -> str:
        """base64(MD5(body)); empty for an empty body. MD5 is the scheme's; the HMAC over it is what protects."""
        return b64encode(md5(body, usedforsecurity=False).digest()).decode() if body else ""

    def digest(self, canonical_text: str, signing_key: str) -> str:
        """Second stage: base64(HMAC-SHA256), keyed with the decoded signing key."""
        content = canonical_text.encode("utf-8", "surrogatepass")
        return b64encode(hmac.digest(b64decode(signing_key), content, "sha256")).decode()


def absolute_url(request: Request) -> str:
    """The absolute URL of a request, as it was sent: the host is that of the Host header, without a default port."""
    host = request.header("Host", case_sensitive=False) or ""
    host = host.removesuffix(DEFAULT_PORTS.get(request.scheme, ""))
    query = f"?{request.query}" if request.query else ""
    return f"{request.scheme}://{host}{request.path}{query}"
