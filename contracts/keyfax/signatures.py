"""Request signatures and JSON Web Tokens, written for the contracts, so that headers can be right or precisely wrong.

The document says neither how a request is signed nor by which algorithm a token is. Both are assumed here as is
practice with ASP.NET Web API, whose header has the same parts in the same order. Nothing is shared with the clients'
signer and with the emulator's verifier: each was written by itself, so that a slip in one shows.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What HttpUtility.UrlEncode of .NET leaves as it is.
UNENCODED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!*()")
HS256 = {"alg": "HS256", "typ": "JWT"}


def encode_uri(uri: str) -> str:
    """An absolute URI as it is signed: in lower case, then form-URL-encoded, with the hex digits in lower case.

    `uri` is what is sent, so it may hold escapes; their per cent signs are escaped once more.
    """
    return "".join(_encode_byte(byte) for byte in uri.lower().encode())


def _encode_byte(byte: int) -> str:
    if byte in UNENCODED:
        return chr(byte)
    return "+" if byte == ord(" ") else f"%{byte:02x}"


def hash_body(body: bytes) -> str:
    """The base64 of a body's MD5; empty for an empty body."""
    return b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() if body else ""


@dataclass(frozen=True)
class BasicAuthorization:
    """What the Basic Authorization of one request is made from; replace a field, and it is signed so.

    `uri` is the absolute URI, without a default port and without a fragment; `time_stamp` is in Unix seconds.
    """

    host: str
    api_key: str
    signing_key: str = field(repr=False)
    method: str
    uri: str
    body: bytes = field(repr=False)
    nonce: str
    time_stamp: str

    @property
    def canonical_text(self) -> str:
        """What the signature is made over."""
        signed = [self.api_key, self.method.upper(), encode_uri(self.uri), self.time_stamp, self.nonce]
        return "".join([*signed, hash_body(self.body)])

    @property
    def signature(self) -> str:
        """The request signature: base64 of the HMAC-SHA256 under the decoded signing key."""
        return b64encode(hmac.digest(b64decode(self.signing_key), self.canonical_text.encode(), "sha256")).decode()

    def parts(self, **unsigned: str) -> dict[str, str]:
        """The five parts in the header's order; `unsigned` ones are exchanged after the signature was made."""
        parts = {
            "host": self.host,
            "api_key": self.api_key,
            "signature": self.signature,
            "nonce": self.nonce,
            "time_stamp": self.time_stamp,
        }
        assert unsigned.keys() <= parts.keys()
        return parts | unsigned

    def header(self, **unsigned: str) -> str:
        """The value of the Authorization header."""
        return f"Basic {':'.join(self.parts(**unsigned).values())}"


def encode_segment(content: bytes) -> str:
    """One segment of a token: base64url without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def decode_segment(segment: str) -> bytes:
    """The content of one segment of a token."""
    return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


@dataclass(frozen=True)
class BearerAuthorization:
    """What a Bearer Authorization is made from; replace a field, and the token is signed so.

    `algorithm` is the hash that the signature is really made with, whatever `head` says of it; None for no signature.
    """

    host: str
    signing_key: str = field(repr=False)
    claims: Mapping[str, Any]
    head: Mapping[str, Any] = field(default_factory=lambda: HS256)
    algorithm: str | None = "sha256"

    def token(self) -> str:
        """The token."""
        return ".".join(self._segments().values())

    def header(self, **unsigned: str) -> str:
        """The value of the Authorization header; `unsigned` exchanges segments after the signature was made.

        The segments are `head`, `claims` and `signature`.
        """
        segments = self._segments()
        assert unsigned.keys() <= segments.keys()
        return f"Bearer {self.host}:{'.'.join((segments | unsigned).values())}"

    def header_over(self, *, head: str | None = None, claims: str | None = None) -> str:
        """The header with a token whose segments are these, whatever they are, rightly signed."""
        return f"Bearer {self.host}:{'.'.join(self._segments(head, claims).values())}"

    def _segments(self, head: str | None = None, claims: str | None = None) -> dict[str, str]:
        segments = {
            "head": _encode_json(self.head) if head is None else head,
            "claims": _encode_json(self.claims) if claims is None else claims,
        }
        return segments | {"signature": self._sign(".".join(segments.values()))}

    def _sign(self, text: str) -> str:
        if self.algorithm is None:
            return ""
        return encode_segment(hmac.digest(b64decode(self.signing_key), text.encode(), self.algorithm))


def _encode_json(value: Mapping[str, Any]) -> str:
    return encode_segment(json.dumps(value, separators=(",", ":")).encode())


def read_token(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and claims of a token, whoever signed it."""
    head, claims, _ = token.split(".")
    return json.loads(decode_segment(head)), json.loads(decode_segment(claims))


def is_signed_with(token: str, signing_key: str) -> bool:
    """Whether a token's signature is the HMAC-SHA256 under that signing key."""
    text, _, signature = token.rpartition(".")
    return signature == encode_segment(hmac.digest(b64decode(signing_key), text.encode(), "sha256"))
