"""What names say about the values under them: in bodies, queries, headers."""

import re
from functools import lru_cache

__all__ = [
    "ADDRESS_HEADERS",
    "DROPPED_HEADERS",
    "PLAIN_HEADERS",
    "SECRET_KINDS",
    "SEGMENT",
    "kind_by_name",
    "kind_in_doubt",
    "secret_kind_on_path",
]

#: What opens something for whoever has it, or once did. The other kinds are identifiers.
SECRET_KINDS = frozenset(
    {"token", "api-key", "signing-key", "jwt", "signature", "nonce", "credentials", "cookie", "secret"}
)

#: Names as they are written, but for case, "-", "_", "." and blanks.
_KINDS = {
    "userid": "user-id",
    "identifier": "user-id",
    "id": "user-id",
    "guid": "guid",
    "sessionguid": "guid",
    "host": "host",
    "hostname": "host",
    "apikey": "api-key",
    "signingkey": "signing-key",
    "nonce": "nonce",
    "signature": "signature",
    "requestsignature": "signature",
    "credentials": "credentials",
    "jti": "id",
    "sid": "secret",
    "pin": "secret",
    "otp": "secret",
    "pwd": "secret",
    "pw": "secret",
    "pass": "secret",
    "auth": "secret",
    "opaque": "secret",
    "mfa": "secret",
    "salt": "secret",
    "ssn": "secret",
}
#: What may be a word as well as what somebody was given; a segment of a path has no name but its place.
SEGMENT = "/"
_KINDS_IN_DOUBT = {SEGMENT: "user-id", "code": "secret", "hash": "secret", "key": "secret", "session": "secret"}
_SECRET = re.compile(
    "passwor[dt]|passwd|passphrase|passcode|kennwort|secret|token|jwt|apikey|signingkey|privatekey|privkey|accesskey"
    "|signature|authorization|bearer|cookie|credential|sessionid|sessionkey"
)
_SEPARATORS = re.compile(r"[-_. \[\]]")

#: Headers that say nothing of anybody. Of those that are in none of these sets only the name is recorded.
PLAIN_HEADERS = frozenset(
    {
        "accept",
        "accept-language",
        "allow",
        "cache-control",
        "content-language",
        "content-type",
        "pragma",
        "retry-after",
        "vary",
        "www-authenticate",
    }
)
#: Headers of one connection or one client library.
DROPPED_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
    }
)
ADDRESS_HEADERS = frozenset({"location", "content-location", "referer", "origin"})


@lru_cache(maxsize=1024)
def kind_by_name(name: str) -> str | None:
    """The kind of what stands under a name; None where the name says nothing."""
    plain = _SEPARATORS.sub("", name).lower()
    if plain in _KINDS:
        return _KINDS[plain]
    if _SECRET.search(plain):
        return "token" if "token" in plain else "secret"
    return None


def kind_in_doubt(name: str) -> str | None:
    """The kind of what stands under a name if it is no word; None where the name leaves no such doubt."""
    return _KINDS_IN_DOUBT.get(_SEPARATORS.sub("", name).lower())


def secret_kind_on_path(name: str) -> str | None:
    """The kind of secret that a name, or any name in front of it, promises: `pin.new` is below `pin`."""
    kinds = map(kind_by_name, (name, *name.split(".")))
    return next((kind for kind in kinds if kind in SECRET_KINDS), None)
