"""Redaction by structure: every place where a secret or an identifier can be is known by its name or by its form.

The same code writes a recording, where what it meets gets the next number, and reads a request that is to be
replayed, where what was never seen is only told by its kind. Redacting what is redacted changes nothing.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Literal

from pytest_keyauth.recording.biometrics import looks_like_sample, replace_in_text, replace_sample, shape
from pytest_keyauth.recording.bodies import UnreadableBodyError, rewrite_body, rewrite_value
from pytest_keyauth.recording.exchange import Headers, RecordedRequest, RecordedResponse, Request, Response
from pytest_keyauth.recording.known_secrets import SHORTEST_SECRET, KnownSecrets
from pytest_keyauth.recording.names import (
    ADDRESS_HEADERS,
    DROPPED_HEADERS,
    PLAIN_HEADERS,
    SECRET_KINDS,
    kind_by_name,
    kind_in_doubt,
    secret_kind_on_path,
)
from pytest_keyauth.recording.references import REFERENCE, Numbering, kind_of
from pytest_keyauth.recording.times import is_relative_time, relative_time, relative_unix_time, time_form
from pytest_keyauth.recording.tokens import JSON_WEB_TOKEN, describe_token
from pytest_keyauth.recording.unix_times import relative_number, unix_form
from pytest_keyauth.recording.unreadable import describe_answer, describe_request
from pytest_keyauth.recording.urls import rewrite_url

__all__ = ["Redactor", "SampleTreatment", "TimeTreatment"]

SampleTreatment = Literal["keep", "replace", "shape"]
TimeTreatment = Literal["near", "any", "literal"]

#: Met once each, and found by their form: looking for them in every text would make a recording quadratic.
_PASSING_KINDS = frozenset({"nonce", "signature", "jwt"})

_SCHEMES = {
    "Basic": ("host", "api-key", "signature", "nonce", "time-stamp"),
    "Bearer": ("host", "jwt"),
    "ApiKey": ("host", "api-key"),
}
_OTHER_SCHEMES = ("Digest", "Negotiate")

_COOKIE_ATTRIBUTE = re.compile(
    r"(?i)\s*(?:domain=[a-z.-]*|max-age=-?\d{0,10}|samesite=\w{0,6}|priority=\w{0,6}|version=\d|path=[^=,]*"
    r"|expires=(?:-1|0|[a-z]{3,9},? \d\d[ -][a-z]{3}[ -]\d{2,4} [\d:]{8} gmt)|secure|httponly|partitioned)\s*"
)
_PARAMETER = re.compile(r"([A-Za-z][\w-]*)(=\"?)([^\s\",]+)")

_WORD = re.compile("[A-Za-z]?[a-z]{0,10}|[A-Z]{1,8}")
_UUID = re.compile(r"(?<![0-9A-Fa-f-])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f-])")
_HEX = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32,}(?![0-9A-Fa-f])")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_LONG_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{40,}={0,2}")


class Redactor:
    """Writes what travelled without what nobody else may know.

    ``learns``: whether what was never met before gets a number, as in a recording. ``now``: what times are relative
    to. ``samples``: whether keystroke samples are kept (made-up ones), replaced by made-up ones (a human being's), or
    told by their shape alone (to match requests). ``place``: puts a provider's canonical address into a URL.
    ``tell``: is told the kind and value of each secret that is learned.
    """

    def __init__(
        self,
        now: datetime,
        *,
        learns: bool = True,
        samples: SampleTreatment = "keep",
        place: Callable[[str], str] = lambda url: url,
        tell: Callable[[str, str], None] = lambda kind, value: None,
    ) -> None:
        self._now = now
        self._learns = learns
        self._meets = False
        self._times: TimeTreatment = "literal"
        self._samples = samples
        self._place = place
        self._tell = tell
        self._numbering = Numbering()
        self._secrets = KnownSecrets()
        self._unnumbered: dict[str, str] = {}
        self._words: set[str] = set()
        self._promoted: set[str] = set()
        self._replaced_samples: dict[str, str] = {}
        self._rewrite = partial(rewrite_value, leaf=self.redact_text)
        self.tokens: dict[str, dict[str, Any]] = {}
        """What JSON Web Tokens say, by reference."""

    def __repr__(self) -> str:
        return f"<Redactor: {self._numbering!r}>"

    def know(self, kind: str, value: str) -> str:
        """Learn a secret or an identifier, and tell its reference."""
        self._words.discard(value)
        return self._keep(self._numbering.number(kind, value), value)

    def recall(self, reference: str, value: str) -> None:
        """Let a reference of a recording stand for a value."""
        self._numbering.set(reference, value)
        self._keep(reference, value)

    def _keep(self, reference: str, value: str) -> str:
        kind = kind_of(reference)
        if kind in SECRET_KINDS:
            for secret in (value, *_parts(kind, value)):
                self._tell(kind, secret)
            if kind not in _PASSING_KINDS:
                self._secrets.add(value, reference)
        return reference

    def secrets(self) -> dict[str, list[str]]:
        """All values that must be nowhere in a recording, by kind. Handle with care."""
        found: dict[str, list[str]] = {}
        for _, kind, value in self.numbered():
            if kind not in ("host", "time-stamp") and value not in self._words:
                found.setdefault(kind, []).extend((value, *_parts(kind, value)))
        return found

    def numbered(self) -> Iterator[tuple[str, str, str]]:
        """Each reference with its kind and its value. Handle with care."""
        return ((reference, kind_of(reference), value) for value, reference in self._numbering)

    def redact_request(self, request: Request) -> RecordedRequest:
        """Redact a request."""
        url, headers = self.redact_url(request.url), self._redact_headers(request.headers)
        return RecordedRequest(request.method, url, headers, self._redact_body(request.body, request.headers))

    def redact_question(self, request: Request, times: TimeTreatment = "literal") -> RecordedRequest:
        """Redact what a request asks, without its headers: what a replay looks it up by.

        :param times: which of them are told by their form alone: those near now, any, or none. Those that a recording
            tells relative to itself always are.
        """
        self._times = times
        self._unnumbered.clear()
        redacted = self._redact_question(request)
        # What is a secret by its place in one part is one in every other part, whichever comes first.
        return self._redact_question(request) if self._unnumbered else redacted

    def _redact_question(self, request: Request) -> RecordedRequest:
        url, body = self.redact_url(request.url), self._redact_body(request.body, request.headers)
        return RecordedRequest(request.method, url, (), body)

    def meet(self, request: Request, response: Response | None = None) -> None:
        """Learn what is in an exchange that is to be redacted later, when all others are known, too."""
        self._meets = True
        self.redact_request(request)
        if response is not None:
            self.redact_response(response)
        self._meets = False

    def redact_response(self, response: Response) -> RecordedResponse:
        """Redact an answer."""
        headers = self._redact_headers(response.headers)
        return RecordedResponse(
            response.status, headers, self._redact_body(response.body, response.headers, is_answer=True)
        )

    def redact_value(self, name: str, value: Any) -> Any:
        """Redact plain data that stands under a name."""
        return self._rewrite(name, value)

    def redact_url(self, url: str) -> str:
        """Redact a URL, which gets the canonical address of a provider where it is one's."""
        return rewrite_url(self._place(url), self._rewrite)

    def _redact_headers(self, headers: Headers) -> Headers:
        redacted = ((name, self._redact_header(name.lower(), value)) for name, value in headers)
        return tuple((name, value) for name, value in redacted if value is not None)

    def _redact_header(self, name: str, value: str) -> str | None:
        if name in DROPPED_HEADERS or (name == "accept" and value == "*/*"):
            return None
        if name in ("authorization", "proxy-authorization"):
            return self.redact_authorization(value)
        if name == "cookie":
            return "; ".join(self._redact_cookie(part) for part in value.split(";"))
        if name == "set-cookie":
            cookie, *attributes = value.split(";")
            return ";".join([self._redact_cookie(cookie), *map(self._redact_attribute, attributes)])
        if name in ADDRESS_HEADERS:
            return self.redact_url(value)
        if name == "www-authenticate":
            return self._redact_challenge(value)
        if name in PLAIN_HEADERS:
            return str(self.redact_text("", value))
        return self._refer("secret", value) if kind_by_name(name) in SECRET_KINDS else "(not recorded)"

    def _redact_cookie(self, cookie: str) -> str:
        name, equals, value = cookie.strip().partition("=")
        return f"{name}{equals}{self._refer('cookie', value)}" if equals else self._refer("cookie", name)

    def _redact_attribute(self, attribute: str) -> str:
        """An attribute of a cookie; what is none may be another cookie, where a proxy has joined two headers."""
        if _COOKIE_ATTRIBUTE.fullmatch(attribute):
            name, equals, value = attribute.partition("=")
            if name.strip().lower() == "path":
                return name + equals + self.redact_url(value)
            return name + equals + (relative_time(value, self._now) or value)
        return f" {self._refer('cookie', attribute.strip())}" if attribute.strip() else attribute

    def _redact_challenge(self, value: str) -> str:
        """What a server asks for: `Digest realm="here", nonce=…`."""
        return _PARAMETER.sub(lambda match: f"{match[1]}{match[2]}{self.redact_text(match[1], match[3])}", value)

    def redact_authorization(self, value: str) -> str:
        """Redact a header Authorization: in the providers' schemes by its parts, in any other as a whole."""
        known = self._numbering.find(value)
        if known is not None:
            return known
        scheme, space, rest = value.partition(" ")
        parts = rest.split(":")
        if len(parts) == len(_SCHEMES.get(scheme, ())):
            return scheme + space + ":".join(map(self._redact_part, _SCHEMES[scheme], parts))
        if rest and (scheme in _SCHEMES or scheme in _OTHER_SCHEMES):
            return scheme + space + self._refer("credentials", rest)
        return self._refer("credentials", value)

    def _redact_part(self, kind: str, value: str) -> str:
        if kind == "time-stamp" and value.isascii() and value.isdigit() and len(value) < 12:
            return relative_unix_time(int(value), self._now) or self._refer(kind, value)
        if JSON_WEB_TOKEN.fullmatch(value):
            return self._redact_token(value)
        return self._refer(kind, value)

    def _redact_body(self, body: bytes, headers: Headers, *, is_answer: bool = False) -> str:
        try:
            return rewrite_body(body, headers, self.redact_text)
        except UnreadableBodyError as error:
            return describe_answer(body, str(error)) if is_answer else describe_request(body, headers, str(error))

    def redact_text(self, name: str, value: Any) -> Any:
        """Redact one text, or number, that stands under a name."""
        kind = _kind_below(name, value)
        if not isinstance(value, str):
            return self._refer(kind, json.dumps(value)) if kind in SECRET_KINDS else self._redact_number(name, value)
        if not value or REFERENCE.fullmatch(value):
            return value
        known = self._find(value)
        if known is not None and (kind == "host" or kind_of(known) != "host"):
            return self._known_as(kind, known, value)
        if JSON_WEB_TOKEN.fullmatch(value):
            return self._redact_token(value)
        if kind in SECRET_KINDS or kind == "host" or (kind is not None and _is_identifier(value)):
            return self._refer(kind, value)
        redacted, in_doubt = self._redact_unnamed(value), kind_in_doubt(name)
        if in_doubt is None and redacted == value:
            redacted = self._redact_number(name, value)
        if in_doubt is not None and redacted == value and _is_identifier(value) and time_form(value) is None:
            return self._refer(in_doubt, value)
        return redacted

    def _redact_unnamed(self, value: str) -> str:
        if looks_like_sample(value):
            return self._redact_sample(value)
        relative = relative_time(value, self._now)
        if self._samples == "shape" and (form := time_form(value)) is not None:
            is_asked = self._times == "any" or is_relative_time(value) or (self._times == "near" and relative)
            return f"<time: {form}>" if is_asked else value
        if relative is not None:
            return relative
        if value.lower().startswith(("http://", "https://")):
            return self.redact_url(value)
        return value if len(value) < SHORTEST_SECRET else self._hide(value)

    def _redact_number(self, name: str, value: Any) -> Any:
        """A number, or its digits, that is a time."""
        relative = relative_number(name, value, self._now)
        if self._samples == "shape":
            form = unix_form(name, value) if self._times == "any" else None
            if self._times == "near" and relative is not None:
                form = time_form(relative)
            return f"<time: {form}>" if form is not None else value
        return value if relative is None else relative

    def _redact_sample(self, value: str) -> str:
        if self._samples == "shape":
            return f"<sample: {shape(value)}>"
        return value if self._samples == "keep" else replace_in_text(value, self._replace_sample)

    def _replace_sample(self, sample: str) -> str:
        if sample not in self._replaced_samples:
            number = len(self._replaced_samples) + 1
            self._replaced_samples[sample] = replace_sample(sample, f"recorded sample {number}")
        return self._replaced_samples[sample]

    def _hide(self, value: str) -> str:
        """Hide what is inside of a longer text: known secrets in any encoding, and what looks like one."""
        if not self._meets:
            value = self._secrets.replace(value)
        value = JSON_WEB_TOKEN.sub(lambda match: self._redact_token(match[0]), value)
        value = _UUID.sub(lambda match: self._refer("user-id", match[0]), value)
        value = _HEX.sub(lambda match: self._refer("secret", match[0]), value)
        if _BASE64.fullmatch(value) and self._is_hidden_in(value):
            return self._refer("secret", value)
        return _LONG_BASE64.sub(self._redact_base64, value)

    def _redact_base64(self, match: re.Match[str]) -> str:
        text = match[0]
        mixed = any(map(str.islower, text)) and any(map(str.isupper, text)) and any(map(str.isdigit, text))
        return self._refer("secret", text) if mixed else text

    def _is_hidden_in(self, value: str) -> bool:
        """Whether base64 says something that holds a secret, or something that looks like one."""
        try:
            said = b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)).decode("utf-8")
        except ValueError:
            return False
        return self._secrets.are_in(said) or self._hide(said) != said

    def _redact_token(self, value: str) -> str:
        known = self._find(value)
        if known is not None:
            return known
        reference = self._refer("jwt", value)
        if self._learns:
            self._describe_token(reference, value)
        return reference

    def _describe_token(self, reference: str, value: str) -> None:
        signing_keys = self._secrets.of_kind("signing-key")
        description = describe_token(value, signing_keys)
        if description is not None:
            signer = description["signed-with"]
            self.tokens[reference] = {
                "header": self._rewrite("", description["header"]),  # it may hold a key, or name one
                "claims": self._rewrite("", _with_relative_times(description["claims"], self._now)),
                "signed-with": signing_keys[signer] if signer else None,
            }

    def _number(self, kind: str, value: str) -> str:
        """Number what stands in a secret's place. A plain word is one there alone, since it is in other texts too."""
        if not _WORD.fullmatch(value):
            return self._keep(self._numbering.number(kind, value), value)
        self._words.add(value)
        return self._numbering.number(kind, value)

    def _find(self, value: str) -> str | None:
        return self._numbering.find(value) or self._unnumbered.get(value)

    def _known_as(self, kind: str | None, reference: str, value: str) -> str:
        """Tell of what was met as an identifier and stands in a secret's place now; its reference stays."""
        if kind in SECRET_KINDS and kind_of(reference) not in SECRET_KINDS and value not in self._promoted:
            self._promoted.add(value)
            self._tell(kind, value)
            self._secrets.add(value, reference)
        return reference

    def _refer(self, kind: str, value: str) -> str:
        if not value or REFERENCE.fullmatch(value):
            return value
        known = self._find(value)
        if known is not None:
            return self._known_as(kind, known, value)
        if self._learns:
            return self._number(kind, value)
        return self._unnumbered.setdefault(value, f"<{kind}:*>")


def _kind_below(name: str, value: Any) -> str | None:
    """The kind of what stands under a name, or below a secret's: KeyTrac tells under `password` when it was used."""
    _, is_below, last = name.rpartition(".")
    own = kind_by_name(last)
    if not is_below or own is not None or not isinstance(value, str) or time_form(value) is not None:
        return own
    if not last and not _is_identifier(value):  # a key: most are the names of what stands under them
        return None
    return secret_kind_on_path(name)


_IDENTIFIER_LENGTH = 8
_BETWEEN_PARTS = re.compile(r"[\s:,;\"']+|(?<=[a-z])=")


def _is_identifier(value: str) -> bool:
    """Whether what stands where an identifier stands is one that was given out, and not a word or a short number."""
    return len(value) >= _IDENTIFIER_LENGTH and any(map(str.isdigit, value))


def _parts(kind: str, value: str) -> Iterator[str]:
    """What is secret by itself in credentials that are told as a whole: `somebody:secret`, and that in base64."""
    if kind == "credentials":
        for part in _BETWEEN_PARTS.split(value):
            if _is_identifier(part):
                yield part
            with suppress(ValueError):
                yield from filter(_is_identifier, b64decode(part, validate=True).decode().split(":", 1))


def _with_relative_times(claims: Any, now: datetime) -> Any:
    """Claims whose times, numbers near now, are relative."""
    if isinstance(claims, dict):
        return {name: _with_relative_times(value, now) for name, value in claims.items()}
    if isinstance(claims, int | float) and not isinstance(claims, bool):
        return relative_unix_time(claims, now) or claims
    return claims
