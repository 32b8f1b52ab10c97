"""What names say about the values under them: in bodies, queries, headers."""

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = [
    "ADDRESS_HEADERS",
    "DROPPED_HEADERS",
    "PLAIN_HEADERS",
    "SECRET_KINDS",
    "SEGMENT",
    "is_told_by_name",
    "kind_by_name",
    "kind_in_doubt",
    "name_beside",
    "secret_kind_on_path",
]

#: What opens something for whoever has it, or once did. The other kinds are identifiers.
SECRET_KINDS = frozenset(
    {"token", "api-key", "signing-key", "jwt", "signature", "nonce", "credentials", "cookie", "secret", "inner-secret"}
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
    "passwor[dt]|passwd|passphrase|passcode|passkey|kennwort|secret|token|jwt|apikey|signingkey|privatekey|privkey"
    "|accesskey|authkey|signature|authorization|bearer|cookie|credential|sess(?:ion)?id|sessionkey|pincode|csrf|xsrf"
)
#: What tells as the last word of a name (`newPin`, `db_pwd`), but not in the midst of one (`pin_length`, `pass_rate`).
_LAST_WORD = re.compile("assertion|auth|mfa|opaque|otp|pass|passwd|pin|puk|pw|pwd|salt|sid|ssn|tan|totp")
#: A key, a code or an answer is a secret if the word before it says what for.
_LAST_PAIR = re.compile(
    "(?:access|account|activation|api|auth|cipher|crypto|decryption|encryption|hmac|master|private|recovery|reset|root"
    "|secret|security|session|shared|sign|signing|ssh) keys?"
    "|(?:access|activation|auth|authentication|authorization|backup|confirm|confirmation|device|invitation|invite|login"
    "|mfa|otp|passwordless|pin|puk|recovery|reset|secret|security|sms|tan|time|totp|unlock|verification|verify) codes?"
    "|(?:secret|security) answers?"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
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
    """The kind of what stands under a name; None where the name, by its words, says nothing."""
    plain = _SEPARATORS.sub("", name).lower()
    if plain in _KINDS:
        return _KINDS[plain]
    if _SECRET.search(plain):
        return "token" if "token" in plain else "secret"
    return "secret" if _ends_in_secret(name) else None


def _ends_in_secret(name: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words:
        return False
    last = words[-1]
    is_word = _LAST_WORD.fullmatch(last) or _LAST_WORD.fullmatch(last.removesuffix("s"))
    return is_word is not None or _LAST_PAIR.fullmatch(" ".join(words[-2:])) is not None


#: Digits under `code` are a one-time code, unless something beside them says that they are of another kind.
_ONE_TIME_CODE = re.compile("[0-9]{4,8}")
_OTHER_CODES = re.compile(
    "(?i).*(?:status|error|messages?|msg|reason|title|detail|description|type|country|currency|city|street|zip|name|label"
    "|success|result|data)s?"
)


def name_beside(name: str, value: object, names: Iterable[str]) -> str:
    """The name under which a value is looked at, among other names: that of a one-time code where it looks like one."""
    if name.lower() != "code" or not isinstance(value, str) or _ONE_TIME_CODE.fullmatch(value) is None:
        return name
    return name if any(map(_OTHER_CODES.fullmatch, names)) else f"otp.{name}"


def kind_in_doubt(name: str) -> str | None:
    """The kind of what stands under a name if it is no word; None where the name leaves no such doubt."""
    return _KINDS_IN_DOUBT.get(_SEPARATORS.sub("", name).lower())


def secret_kind_on_path(name: str) -> str | None:
    """The kind of secret that a name, or any name in front of it, promises: `pin.new` is below `pin`."""
    kinds = map(kind_by_name, (name, *name.split(".")))
    return next((kind for kind in kinds if kind in SECRET_KINDS), None)


_NEUTRAL = re.compile(r"(?i)(?:\.(?:values?|strings?|text|plain|new|old|current|item))+$")


def is_told_by_name(name: str) -> bool:
    """Whether a secret's own name is the last one, but for such as `value`; else it is only below one."""
    return kind_by_name(_NEUTRAL.sub("", name).rpartition(".")[2]) in SECRET_KINDS
