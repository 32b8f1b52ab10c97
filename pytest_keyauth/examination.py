"""What a test's traffic says of the outcomes that the test is for: which answer is not documented, and in which place.

A test that fails need not be one whose outcome has drifted: another answer may have kept it from asking, or none
came at all. So it is looked at what was asked and answered, and each answer that nobody documented is held against
all outcomes of its operation: the nearest one is the one that has drifted.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pytest_keyauth.findings import Answer, Cause, Deviation, Evidence, Finding, Result
from pytest_keyauth.ledger import Observation, Traffic
from pytest_keyauth.outcomes import Outcome, load_catalogue
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.biometrics import replace_in_text
from pytest_keyauth.recording.exchange import Request, Response
from pytest_keyauth.recording.redaction import Redactor
from pytest_keyauth.reproduction import write_curl

__all__ = ["Ending", "Examiner"]

LONGEST_TEXT = 300
LONGEST_BODY = 4_000

_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a test ended, and what it said: why it was skipped, or what failed."""

    result: Literal["passed", "failed", "skipped"]
    message: str = ""


class Examiner:
    """Examines one test. It has met all that the test has said, so it knows what has to be masked.

    :param test: its node id. :param tell: is told each secret's kind and value when it is met.
    :param secrets: what the run knows by kind, whether the test uses it or not.
    :param keeps_evidence: whether the answers of outcomes that are as documented are wanted, too.
    """

    def __init__(
        self,
        test: str,
        addresses: Addresses,
        tell: Callable[[str, str], None] = lambda kind, value: None,
        *,
        secrets: Iterable[tuple[str, str]] = (),
        keeps_evidence: bool = False,
    ) -> None:
        self._test = test
        self._addresses = addresses
        self._redactor = Redactor(
            datetime.now(UTC), samples="shape", place=lambda url: self._addresses.canonical(url), tell=tell
        )
        for kind, value in secrets:
            self._redactor.know(kind, value)
        self._keeps_evidence = keeps_evidence

    def know_url(self, provider: str, url: str) -> None:
        """Learn where a provider is for this test."""
        self._addresses = self._addresses.also(provider, url)

    def learn(self, request: Request, response: Response | None) -> None:
        """Meet what travels, before anybody can show it."""
        self._redactor.meet(request, response)

    def examine(self, outcome: Outcome, ending: Ending, traffic: Traffic) -> Finding:
        """Say what the test has found out about one outcome that it is for."""
        if ending.result == "skipped":
            return self._find(outcome, "unprovokable", ending.message)
        for item in traffic.observations:
            self.learn(_request(item), Response(item.status, item.headers, item.body))
        asked = [item for item in traffic.observations if _operation(item) == (outcome.provider, outcome.operation)]
        witnesses = [item for item in asked if item.outcome() == outcome]
        if ending.result == "passed":
            return self._confirm(outcome, witnesses)
        if traffic.troubles:
            trouble = traffic.troubles[0]
            return self._find(outcome, "unreachable", trouble.describe(), "budget" if trouble.is_ours else "trouble")
        return self._explain(outcome, ending, traffic, asked, witnesses)

    def _explain(
        self,
        outcome: Outcome,
        ending: Ending,
        traffic: Traffic,
        asked: Sequence[Observation],
        witnesses: Sequence[Observation],
    ) -> Finding:
        """Explain a failure of a test all of whose requests were answered."""
        undocumented = [item for item in traffic.observations if item.outcome() is None]
        own = next((item for item in undocumented if item in asked and _nearest(item, outcome) == outcome), None)
        misnamed = next((item for item in witnesses if _media_type(item, outcome)), None)
        if (found := own or misnamed) is not None:
            return self._drift(outcome, found, ending)
        if undocumented:
            return self._find(outcome, "unreachable", _blame(undocumented[0], outcome), "blocked")
        if witnesses:
            return self._misbehave(outcome, witnesses[-1], ending)
        if asked:
            return self._drift(outcome, asked[-1], ending)
        asked_last = f", after {_name(traffic.observations[-1])}" if traffic.observations else ""
        reason = f"it was never asked for{asked_last}: {ending.message}"
        return self._find(outcome, "unreachable", reason, "blocked")

    def _find(self, outcome: Outcome, result: Result, reason: str, cause: Cause = "") -> Finding:
        return Finding(outcome.name, outcome.provider, self._test, result, self.mask(reason), cause)

    def _confirm(self, outcome: Outcome, witnesses: Sequence[Observation]) -> Finding:
        notes = tuple(note for item in witnesses[:1] for note in self._deviate(outcome, item, allowed=True))
        evidence = self._show(outcome, witnesses[0]) if witnesses and self._keeps_evidence else None
        return Finding(outcome.name, outcome.provider, self._test, "confirmed", notes=notes, evidence=evidence)

    def _drift(self, outcome: Outcome, found: Observation, ending: Ending) -> Finding:
        deviations = tuple(self._deviate(outcome, found, allowed=False))
        if not deviations:
            return self._misbehave(outcome, found, ending)
        evidence, reason = self._show(outcome, found), self.mask(ending.message)
        return Finding(outcome.name, outcome.provider, self._test, "drifted", reason, "", deviations, (), evidence)

    def _misbehave(self, outcome: Outcome, found: Observation, ending: Ending) -> Finding:
        """Each answer was documented, and what they say together was not what the test had expected."""
        expected = self._test.rpartition("::")[2].partition("[")[0].removeprefix("test_").replace("_", " ")
        deviation = Deviation("behaviour", "behaviour", expected, self.mask(ending.message))
        evidence = self._show(outcome, found)
        return Finding(outcome.name, outcome.provider, self._test, "drifted", "", "", (deviation,), (), evidence)

    def _deviate(self, outcome: Outcome, found: Observation, *, allowed: bool) -> Iterator[Deviation]:
        """Where an answer is not an outcome; or where it goes beyond it, and may."""
        if not allowed:
            if not outcome.has_status(found.status):
                yield Deviation("status", "value", outcome.status, str(found.status))
            if other := _media_type(found, outcome):
                yield Deviation("header content-type", "value", str(outcome.media_type), other)
        body = _parse(found.body)
        if body is not _NOTHING:
            yield from self._deviate_within(outcome, found, body, allowed=allowed)
        elif not allowed and not outcome.has_open_body:
            yield Deviation("body", "type", "JSON", _cut(self._mask_answer(found)) or "nothing")

    def _deviate_within(self, outcome: Outcome, found: Observation, body: Any, *, allowed: bool) -> Iterator[Deviation]:
        for item in outcome.differences(body):
            if item.allowed == allowed and not (allowed and item.kind == "missing"):
                masked = _parse(self._mask_answer(found).encode())
                expected = "" if item.kind == "added" else _write(item.expected)
                actual = "" if item.kind == "missing" else _write(_at(masked, item.pointer))
                yield Deviation(f"body {item.pointer}".rstrip(), item.kind, expected, actual)

    def _show(self, outcome: Outcome, found: Observation) -> Evidence:
        media_type = outcome.media_type or ""
        value = outcome.example.get("value", _NOTHING)
        expected = "" if value is _NOTHING else json.dumps(value, indent=2, ensure_ascii=False)
        actual = Answer(str(found.status), found.media_type, _indent(self._mask_answer(found)))
        request = self._redactor.redact_request(_request(found))
        return Evidence(write_curl(outcome.provider, request), Answer(outcome.status, media_type, expected), actual)

    def _mask_answer(self, found: Observation) -> str:
        return self._redactor.redact_response(Response(found.status, found.headers, found.body)).body

    def mask(self, text: str) -> str:
        """Words for people, without anything secret that the test has met."""
        clean = self._redactor.redact_value("", replace_in_text(text, lambda _sample: "<sample>"))
        return _cut(str(clean).strip().partition("\n")[0])


def _operation(item: Observation) -> tuple[str, str | None]:
    return item.provider, load_catalogue(item.provider).find_operation(item.method, item.path)


def _request(item: Observation) -> Request:
    return Request(item.method, item.sent.url, item.sent.headers, item.sent.body)


def _media_type(item: Observation, outcome: Outcome) -> str:
    """The media type of an answer where it is not the documented one; empty where it is, or that is open."""
    if outcome.media_type is None or item.media_type == outcome.media_type:
        return ""
    return item.media_type or "none"


def _nearest(item: Observation, claimed: Outcome) -> Outcome:
    """The outcome of its operation that an undocumented answer is most like; the claimed one where several are."""
    catalogue = load_catalogue(item.provider)
    operation = catalogue.find_operation(item.method, item.path)
    rivals = [claimed, *(other for other in catalogue if other.operation == operation and other != claimed)]
    body = _parse(item.body)
    return min(rivals, key=lambda outcome: _distance(item, body, outcome))


def _distance(item: Observation, body: Any, outcome: Outcome) -> int:
    distance = 0 if outcome.has_status(item.status) else 3
    if outcome.has_open_body:
        return distance
    if body is _NOTHING:
        return distance + 2
    return distance + sum(2 for difference in outcome.differences(body) if not difference.allowed)


def _blame(item: Observation, claimed: Outcome) -> str:
    nearest = _nearest(item, claimed)
    return f"{item.method} {_name(item)}, on which it depends, was not answered as documented (nearest: {nearest.name})"


def _name(item: Observation) -> str:
    catalogue = load_catalogue(item.provider)
    name = catalogue.find_operation(item.method, item.path)
    return next((operation.path for operation in catalogue.operations if operation.name == name), item.path)


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        return _NOTHING


def _at(value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (KeyError, IndexError, TypeError, ValueError):
            return "…"
    return value


def _write(value: Any) -> str:
    return _cut(json.dumps(value, ensure_ascii=False)) if value is not _NOTHING else ""


def _cut(text: str, longest: int = LONGEST_TEXT) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _indent(body: str) -> str:
    value = _parse(body.encode())
    return _cut(body if value is _NOTHING else json.dumps(value, indent=2, ensure_ascii=False), LONGEST_BODY)
