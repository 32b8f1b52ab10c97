"""A report as JSON: a document with a published schema, and back.

The schema is ``schema.json`` in this folder.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from importlib.resources import files
from typing import Any, TypeVar, cast, get_args

from pytest_keyauth.errors import SettingsError, UnknownOutcomeError
from pytest_keyauth.findings import Answer, Deviation, DeviationKind, Evidence
from pytest_keyauth.outcomes import find_outcome, load_catalogue
from pytest_keyauth.reports.sentences import in_utc
from pytest_keyauth.settings import PROVIDERS
from pytest_keyauth.verdicts import Conclusion, Report, Verdict, Word

__all__ = ["SCHEMA", "from_document", "load_schema", "read_document", "to_document", "write_document"]

#: The version of the schema, which a document names.
SCHEMA = 1

Value = TypeVar("Value")


def load_schema() -> dict[str, Any]:
    """The JSON Schema of a report's document."""
    text = (files("pytest_keyauth.reports") / "schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


def to_document(report: Report) -> dict[str, Any]:
    """A report as plain data: an outcome by its name, with its provider and condition for whoever reads."""
    return {
        "schema": SCHEMA,
        "version": report.version,
        "target": report.target,
        "seed": report.seed,
        "started": in_utc(report.started).isoformat().replace("+00:00", "Z"),
        "seconds": report.seconds,
        "conclusion": report.conclusion,
        "details": list(report.details),
        "servers": dict(report.servers),
        "requests": report.requests,
        "verdicts": [_write_verdict(verdict) for verdict in report.verdicts],
    }


def _write_verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "outcome": verdict.outcome.name,
        "provider": verdict.outcome.provider,
        "condition": verdict.outcome.condition,
        "word": verdict.word,
        "reason": verdict.reason,
        "deviations": [asdict(deviation) for deviation in verdict.deviations],
        "notes": [asdict(note) for note in verdict.notes],
        "evidence": asdict(verdict.evidence) if verdict.evidence is not None else None,
        "tests": list(verdict.tests),
        "confirmed_on": verdict.confirmed_on.isoformat() if verdict.confirmed_on is not None else None,
    }


def write_document(report: Report) -> str:
    """The text of a report's document; in ASCII, so that what cannot be seen stays to be seen."""
    return json.dumps(to_document(report), indent=2) + "\n"


def read_document(text: str, place: str) -> Report:
    """Read a report from a document's text.

    :param place: where the text was found, for error messages.
    :raises SettingsError: for what is no report, or one of another version of the schema.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{place}: no JSON ({error}); expected a report of --keyauth-report=FILE.json") from None
    return from_document(document, place)


def from_document(document: Any, place: str = "the report") -> Report:
    """The report that `to_document` was asked of.

    :param place: where the document was found, for error messages.
    :raises SettingsError: for what is no report, or one of another version of the schema; says what was expected where.
    """
    if not isinstance(document, Mapping) or "schema" not in document:
        raise SettingsError(f"{place}: no report; expected what --keyauth-report=FILE.json has written")
    if document["schema"] != SCHEMA or isinstance(document["schema"], bool):
        raise SettingsError(
            f"{place}: a report of schema {document['schema']!r}; this version reads schema {SCHEMA}, so let the "
            "version that wrote it read it, or run again"
        )
    return _read_report(_Part(document, place))


class _Part:
    """An object within a document, whose members are read by their kind."""

    def __init__(self, data: Any, place: str) -> None:
        if not isinstance(data, Mapping):
            raise SettingsError(f"{place}: expected an object, found {_name(data)}")
        self._data, self._place = data, place

    def read(self, name: str, *kinds: type) -> Any:
        """A member of one of these types."""
        value = self._data.get(name, _MISSING)
        if type(value) not in kinds:
            expected = " or ".join(_KINDS[kind] for kind in kinds)
            raise SettingsError(f"{self._place}: {name}: expected {expected}, found {_name(value)}")
        return value

    def text(self, name: str) -> str:
        return str(self.read(name, str))

    def one_of(self, name: str, choices: Any) -> Any:
        """A text that is one of a literal type's."""
        value = self.text(name)
        if value not in get_args(choices):
            raise SettingsError(f"{self._place}: {name}={value!r}: expected one of {', '.join(get_args(choices))}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.read(name, list)
        for number, value in enumerate(values):
            if not isinstance(value, str):
                raise SettingsError(f"{self._place}: {name}/{number}: expected a text, found {_name(value)}")
        return tuple(values)

    def moment(self, name: str, read: Callable[[str], Value]) -> Value:
        try:
            return read(self.text(name))
        except ValueError as error:
            raise SettingsError(f"{self._place}: {name}: {error}; expected it in ISO 8601") from None

    def part(self, name: str) -> "_Part":
        return _Part(self._data.get(name, _MISSING), f"{self._place}: {name}")

    def optional(self, name: str, read: "Callable[[_Part], Value]") -> Value | None:
        return None if self.read(name, dict, type(None)) is None else read(self.part(name))

    def parts(self, name: str) -> "Iterable[_Part]":
        return [_Part(item, f"{self._place}: {name}/{number}") for number, item in enumerate(self.read(name, list))]

    def refuse(self, reason: str) -> SettingsError:
        return SettingsError(f"{self._place}: {reason}")


_MISSING = object()
_KINDS: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def _name(value: Any) -> str:
    return "nothing" if value is _MISSING else _KINDS.get(type(value), "true or false")


def _read_report(part: _Part) -> Report:
    servers = part.part("servers")
    return Report(
        version=part.text("version"),
        target=part.text("target"),
        seed=part.read("seed", int),
        started=in_utc(part.moment("started", datetime.fromisoformat)),
        seconds=part.read("seconds", float, int),
        conclusion=part.one_of("conclusion", Conclusion),
        verdicts=tuple(_read_verdict(item) for item in part.parts("verdicts")),
        servers={name: servers.text(name) for name in part.read("servers", dict)},
        requests=part.read("requests", int),
        details=part.texts("details"),
    )


def _read_verdict(part: _Part) -> Verdict:
    try:
        outcome = find_outcome(part.text("outcome"), [load_catalogue(provider) for provider in PROVIDERS])
    except UnknownOutcomeError as error:
        raise part.refuse(f"{error}; the report may be of a version that knew other documents") from None
    unconfirmed = part.read("confirmed_on", str, type(None)) is None
    return Verdict(
        outcome,
        part.one_of("word", Word),
        reason=part.text("reason"),
        deviations=tuple(_read_deviation(item) for item in part.parts("deviations")),
        notes=tuple(_read_deviation(item) for item in part.parts("notes")),
        evidence=part.optional("evidence", _read_evidence),
        tests=part.texts("tests"),
        confirmed_on=None if unconfirmed else part.moment("confirmed_on", date.fromisoformat),
    )


def _read_deviation(part: _Part) -> Deviation:
    kind = part.one_of("kind", DeviationKind)
    return Deviation(part.text("place"), kind, part.text("expected"), part.text("actual"))


def _read_evidence(part: _Part) -> Evidence:
    actual = part.optional("actual", _read_answer)
    return Evidence(part.text("curl"), _read_answer(part.part("expected")), actual)


def _read_answer(part: _Part) -> Answer:
    return Answer(part.text("status"), part.text("media_type"), part.text("body"))
