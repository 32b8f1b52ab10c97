"""Redaction by structure: every place where a secret or an identifier can be is known by its name or by its form.

The same code writes a recording, where what it meets gets the next number, and reads a request that is to be
replayed, where what was never seen is only told by its kind. Redacting what is redacted changes nothing.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, Literal
from urllib.parse import quote, unquote

from pytest_keyauth.recording.biometrics import is_sample, looks_like_sample, replace_in_text, replace_sample, shape
from pytest_keyauth.recording.bodies import UnreadableBodyError, rewrite_body, rewrite_value
from pytest_keyauth.recording.exchange import Headers, RecordedRequest, RecordedResponse, Request, Response
from pytest_keyauth.recording.header_values import HeaderValues
from pytest_keyauth.recording.inner_secrets import is_identifier
from pytest_keyauth.recording.knowledge import Knowledge
from pytest_keyauth.recording.known_secrets import SHORTEST_SECRET
from pytest_keyauth.recording.names import (
    SECRET_KINDS,
    is_told_by_name,
    kind_by_name,
    kind_in_doubt,
    secret_kind_on_path,
)
from pytest_keyauth.recording.references import REFERENCE, kind_of
from pytest_keyauth.recording.texts import rewrite_text, rewritten
from pytest_keyauth.recording.times import is_relative_time, relative_time, relative_unix_time, time_form
from pytest_keyauth.recording.tokens import JSON_WEB_TOKEN, describe_token, with_relative_times
from pytest_keyauth.recording.unix_times import relative_number, unix_form
from pytest_keyauth.recording.unreadable import describe_answer, describe_request
from pytest_keyauth.recording.urls import quote_around_references, rewrite_url

__all__ = ["Redactor", "SampleTreatment", "TimeTreatment"]

SampleTreatment = Literal["keep", "replace", "shape"]
TimeTreatment = Literal["near", "any", "literal"]

#: URLs, documents and encoded texts inside of texts: as deep as anybody would go on purpose.
MAX_DEPTH = 6

_UUID = re.compile(r"(?<![0-9A-Fa-f-])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f-])")
_HEX = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32,}(?![0-9A-Fa-f])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,}={0,2}")
_LONG_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{40,}={0,2}")
_QUOTED = re.compile(r"[^\s\"'<>=&?]*%[0-9A-Fa-f]{2}[^\s\"'<>=&?]*")


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
        self._knowledge = Knowledge(learns=learns, tell=tell)
        self._headers = HeaderValues(self)
        self._depth = 0
        self._replaced_samples: dict[str, str] = {}
        self._made_up: set[str] = set()
        self._rewrite = partial(rewrite_value, leaf=self.redact_text)
        self.tokens: dict[str, dict[str, Any]] = {}
        """What JSON Web Tokens say, by reference."""

    def __repr__(self) -> str:
        return f"<Redactor: {self._knowledge!r}>"

    def begin(self, now: datetime) -> None:
        """Let times be relative to another moment than that of the beginning."""
        self._now = now

    def know(self, kind: str, value: str) -> str:
        """Learn a secret or an identifier, and tell its reference."""
        return self._knowledge.know(kind, value)

    def recall(self, reference: str, value: str) -> None:
        """Let a reference of a recording stand for a value."""
        self._knowledge.recall(reference, value)

    def secrets(self) -> dict[str, list[str]]:
        """All values that must be nowhere in a recording, by kind. Handle with care."""
        return self._knowledge.secrets()

    def made_up_samples(self) -> frozenset[str] | None:
        """What has been put in the place of samples; None where they are made up anyhow, and kept."""
        return frozenset(self._made_up) if self._samples == "replace" else None

    def numbered(self) -> Iterator[tuple[str, str, str]]:
        """Each reference with its kind and its value. Handle with care."""
        return self._knowledge.numbered()

    def refer(self, kind: str, value: str) -> str:
        """The reference of what stands in the place of a secret, or of an identifier."""
        return self._knowledge.refer(kind, value)

    def redact_request(self, request: Request) -> RecordedRequest:
        """Redact a request."""
        url, headers = self.redact_url(request.url), self._headers.redact(request.headers)
        return RecordedRequest(request.method, url, headers, self._redact_body(request.body, request.headers))

    def redact_question(self, request: Request, times: TimeTreatment = "literal") -> RecordedRequest:
        """Redact what a request asks, without its headers: what a replay looks it up by.

        :param times: which of them are told by their form alone: those near now, any, or none. Those that a recording
            tells relative to itself always are.
        """
        self._times = times
        self._knowledge.forget_passing()
        redacted = self._redact_question(request)
        # What is a secret by its place in one part is one in every other part, whichever comes first.
        return self._redact_question(request) if self._knowledge.has_passing else redacted

    def _redact_question(self, request: Request) -> RecordedRequest:
        redacted = self.redact_request(request)
        return RecordedRequest(redacted.method, redacted.url, (), redacted.body)

    def meet(self, request: Request, response: Response | None = None) -> None:
        """Learn what is in an exchange that is to be redacted later, when all others are known, too."""
        self._meets = True
        self.redact_request(request)
        if response is not None:
            self.redact_response(response)
        self._meets = False

    def redact_response(self, response: Response) -> RecordedResponse:
        """Redact an answer."""
        headers = self._headers.redact(response.headers)
        body = self._redact_body(response.body, response.headers, is_answer=True)
        return RecordedResponse(response.status, headers, body)

    def redact_value(self, name: str, value: Any) -> Any:
        """Redact plain data that stands under a name."""
        return self._rewrite(name, value)

    def redact_url(self, url: str) -> str:
        """Redact a URL, which gets the canonical address of a provider where it is one's."""
        return rewrite_url(self._place(url), self._rewrite)

    def find(self, value: str) -> str | None:
        """The reference of what was met before."""
        return self._knowledge.find(value)

    def redact_part(self, kind: str, value: str) -> str:
        """Redact a part of a header whose scheme tells its kind."""
        if kind == "time-stamp" and value.isascii() and value.isdigit() and len(value) < 12:
            return relative_unix_time(int(value), self._now) or self.refer(kind, value)
        if JSON_WEB_TOKEN.fullmatch(value):
            return self._redact_token(value)
        return self.refer(kind, value)

    def _redact_body(self, body: bytes, headers: Headers, *, is_answer: bool = False) -> str:
        try:
            return rewrite_body(body, headers, self.redact_text)
        except UnreadableBodyError as error:
            return describe_answer(body, str(error)) if is_answer else describe_request(body, headers, str(error))

    def redact_text(self, name: str, value: Any) -> Any:
        """Redact one text, or number, that stands under a name."""
        kind = _kind_below(name, value)
        if not isinstance(value, str):
            return self.refer(kind, json.dumps(value)) if kind in SECRET_KINDS else self._redact_number(name, value)
        if not value or REFERENCE.fullmatch(value):
            return value
        known = self._knowledge.find(value)
        if known is not None and (kind == "host" or kind_of(known) != "host"):
            return known if kind is None else self._refer_below(name, kind, value)
        if JSON_WEB_TOKEN.fullmatch(value):
            return self._redact_token(value)
        if kind in SECRET_KINDS or kind == "host" or (kind is not None and is_identifier(value)):
            return self._refer_below(name, kind, value)
        redacted, in_doubt = self._redact_unnamed(value), kind_in_doubt(name)
        if in_doubt is None and redacted == value:
            redacted = self._redact_number(name, value)
        if in_doubt is not None and redacted == value and is_identifier(value) and time_form(value) is None:
            return self.refer(in_doubt, value)
        return redacted

    def _refer_below(self, name: str, kind: str, value: str) -> str:
        """A word that is only below a secret's name says something of it: `{"password": {"state": "enrolled"}}`."""
        return self._knowledge.refer(kind, value, is_told=is_told_by_name(name))

    def _redact_unnamed(self, value: str) -> str:
        if self._samples == "shape" and looks_like_sample(value):
            return f"<sample: {shape(value)}>"
        if self._samples != "shape" and is_sample(value):
            return self._redact_samples(value)
        relative = relative_time(value, self._now)
        if self._samples == "shape" and (form := time_form(value)) is not None:
            is_asked = self._times == "any" or is_relative_time(value) or (self._times == "near" and relative)
            return f"<time: {form}>" if is_asked else value
        if relative is not None:
            return relative
        return value if len(value) < SHORTEST_SECRET else self._redact_parts(self._redact_samples(value))

    def _redact_number(self, name: str, value: Any) -> Any:
        """A number, or its digits, that is a time."""
        relative = relative_number(name, value, self._now)
        if self._samples == "shape":
            form = unix_form(name, value) if self._times == "any" else None
            if self._times == "near" and relative is not None:
                form = time_form(relative)
            return f"<time: {form}>" if form is not None else value
        return value if relative is None else relative

    def _redact_parts(self, value: str) -> str:
        """Redact what is inside of a longer text: by its grammar, and by what it is."""
        if self._depth < MAX_DEPTH:
            with self._inside():
                value = rewrite_text(value, self._rewrite, self.redact_url)
                value = _QUOTED.sub(self._redact_quoted, value) if "%" in value else value
        return self._hide(value)

    @contextmanager
    def _inside(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def _redact_quoted(self, match: re.Match[str]) -> str:
        """Percent-encoded text, in whose place stands what becomes of it, encoded again."""
        said = unquote(match[0])
        new = rewritten(said, self._rewrite) if said != match[0] else None
        return match[0] if new is None else quote_around_references(new, partial(quote, safe=""))

    def _redact_samples(self, value: str) -> str:
        return value if self._samples != "replace" else replace_in_text(value, self._replace_sample)

    def _replace_sample(self, sample: str) -> str:
        if sample.replace("+", " ") in self._made_up:  # a form has a plus for a blank
            return sample
        if sample not in self._replaced_samples:
            number = len(self._replaced_samples) + 1
            self._replaced_samples[sample] = made_up = replace_sample(sample, f"recorded sample {number}")
            self._made_up.add(made_up)
        return self._replaced_samples[sample]

    def _hide(self, value: str) -> str:
        """Hide what is inside of a longer text: known secrets in any encoding, and what looks like one."""
        if not self._meets:
            value = self._knowledge.replace(value)
        value = JSON_WEB_TOKEN.sub(lambda match: self._redact_token(match[0]), value)
        value = _UUID.sub(lambda match: self.refer("user-id", match[0]), value)
        value = _HEX.sub(lambda match: self.refer("secret", match[0]), value)
        value = _BASE64.sub(self._redact_encoded, value)
        return _LONG_BASE64.sub(self._redact_base64, value)

    def _redact_encoded(self, match: re.Match[str]) -> str:
        """Base64 that says something which holds a secret, or something that looks like one."""
        text = match[0]
        try:
            said = b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)).decode("utf-8")
        except ValueError:
            return text
        return self.refer("secret", text) if self._knowledge.are_in(said) or self._changes(said) else text

    def _changes(self, said: str) -> bool:
        with self._inside():
            return self._depth <= MAX_DEPTH and rewritten(said, self._rewrite) is not None

    def _redact_base64(self, match: re.Match[str]) -> str:
        text = match[0]
        mixed = any(map(str.islower, text)) and any(map(str.isupper, text)) and any(map(str.isdigit, text))
        return self.refer("secret", text) if mixed else text

    def _redact_token(self, value: str) -> str:
        known = self._knowledge.find(value)
        if known is not None:
            return known
        reference = self.refer("jwt", value)
        if self._learns:
            self._describe_token(reference, value)
        return reference

    def _describe_token(self, reference: str, value: str) -> None:
        signing_keys = self._knowledge.of_kind("signing-key")
        description = describe_token(value, signing_keys)
        if description is not None:
            signer = description["signed-with"]
            self.tokens[reference] = {
                "header": self._rewrite("", description["header"]),  # it may hold a key, or name one
                "claims": self._rewrite("", with_relative_times(description["claims"], self._now)),
                "signed-with": signing_keys[signer] if signer else None,
            }


def _kind_below(name: str, value: Any) -> str | None:
    """The kind of what stands under a name, or below a secret's: KeyTrac tells under `password` when it was used."""
    _, is_below, last = name.rpartition(".")
    own = kind_by_name(last)
    if not is_below or own is not None or not isinstance(value, str) or time_form(value) is not None:
        return own
    if not last and not is_identifier(value):  # a key: most are the names of what stands under them
        return None
    return secret_kind_on_path(name)
