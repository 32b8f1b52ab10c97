"""Headers, each redacted as its name wants: cookies, challenges and addresses have a grammar of their own."""

import re
from collections.abc import Callable
from typing import Protocol

from pytest_keyauth.recording.exchange import Headers
from pytest_keyauth.recording.names import ADDRESS_HEADERS, DROPPED_HEADERS, PLAIN_HEADERS, SECRET_KINDS, kind_by_name

__all__ = ["HeaderValues"]

_COOKIE_ATTRIBUTE = re.compile(
    r"(?i)\s*(?:domain=[a-z.-]*|max-age=-?\d{0,10}|samesite=\w{0,6}|priority=\w{0,6}|version=\d|path=[^=,]*"
    r"|expires=(?:-1|0|[a-z]{3,9},? \d\d[ -][a-z]{3}[ -]\d{2,4} [\d:]{8} gmt)|secure|httponly|partitioned)\s*"
)
_PARAMETER = re.compile(r"([A-Za-z][\w-]*)(=\"?)([^\s\",]+)")


_SCHEMES = {
    "Basic": ("host", "api-key", "signature", "nonce", "time-stamp"),
    "Bearer": ("host", "jwt"),
    "ApiKey": ("host", "api-key"),
}
_OTHER_SCHEMES = ("Digest", "Negotiate")


class _Values(Protocol):
    """What redacts the parts of a header."""

    def refer(self, kind: str, value: str) -> str: ...

    def redact_text(self, name: str, value: str) -> str: ...

    def redact_url(self, url: str) -> str: ...

    def redact_part(self, kind: str, value: str) -> str: ...

    def find(self, value: str) -> str | None: ...


class HeaderValues:
    """Redacts headers with what redacts their parts."""

    def __init__(self, values: _Values) -> None:
        self._values = values
        self._by_name: dict[str, Callable[[str], str]] = {
            "authorization": self._redact_authorization,
            "proxy-authorization": self._redact_authorization,
            "cookie": self._redact_cookies,
            "set-cookie": self._redact_set_cookie,
            "www-authenticate": self._redact_challenge,
            **dict.fromkeys(ADDRESS_HEADERS, values.redact_url),
        }

    def redact(self, headers: Headers) -> Headers:
        """Redact headers; those of one connection or client are left out."""
        redacted = ((name, self._redact_header(name.lower(), value)) for name, value in headers)
        return tuple((name, value) for name, value in redacted if value is not None)

    def _redact_header(self, name: str, value: str) -> str | None:
        if name in DROPPED_HEADERS or (name == "accept" and value == "*/*"):
            return None
        if name in self._by_name:
            return self._by_name[name](value)
        if name in PLAIN_HEADERS:
            return self._values.redact_text("", value)
        return self._values.refer("secret", value) if kind_by_name(name) in SECRET_KINDS else "(not recorded)"

    def _redact_authorization(self, value: str) -> str:
        """In the providers' schemes by its parts, in any other as a whole."""
        known = self._values.find(value)
        if known is not None:
            return known
        scheme, space, rest = value.partition(" ")
        parts = rest.split(":")
        if len(parts) == len(_SCHEMES.get(scheme, ())):
            return scheme + space + ":".join(map(self._values.redact_part, _SCHEMES[scheme], parts))
        if rest and (scheme in _SCHEMES or scheme in _OTHER_SCHEMES):
            return scheme + space + self._values.refer("credentials", rest)
        return self._values.refer("credentials", value)

    def _redact_cookies(self, value: str) -> str:
        return "; ".join(self._redact_cookie(part) for part in value.split(";"))

    def _redact_set_cookie(self, value: str) -> str:
        cookie, *attributes = value.split(";")
        return ";".join([self._redact_cookie(cookie), *map(self._redact_attribute, attributes)])

    def _redact_cookie(self, cookie: str) -> str:
        name, equals, value = cookie.strip().partition("=")
        return f"{name}{equals}{self._values.refer('cookie', value)}" if equals else self._values.refer("cookie", name)

    def _redact_attribute(self, attribute: str) -> str:
        """An attribute of a cookie; what is none may be another cookie, where a proxy has joined two headers."""
        if _COOKIE_ATTRIBUTE.fullmatch(attribute):
            name, equals, value = attribute.partition("=")
            lower = name.strip().lower()
            if lower == "path":
                value = self._values.redact_url(value)
            elif lower == "expires":
                value = self._values.redact_text("", value)
            return name + equals + value
        return f" {self._values.refer('cookie', attribute.strip())}" if attribute.strip() else attribute

    def _redact_challenge(self, value: str) -> str:
        """What a server asks for: `Digest realm="here", nonce=…`."""
        return _PARAMETER.sub(
            lambda match: f"{match[1]}{match[2]}{self._values.redact_text(match[1], match[3])}", value
        )
