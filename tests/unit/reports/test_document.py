import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import Any, get_args

import jsonschema
import pytest

from pytest_keyauth.errors import SettingsError
from pytest_keyauth.findings import Answer, Deviation, DeviationKind, Evidence
from pytest_keyauth.reports.document import from_document, load_schema, read_document, to_document, write_document
from pytest_keyauth.verdicts import WORDS, Conclusion, Report, Verdict

from .made_up import a_hostile_night, a_night

SCHEMA = load_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())

#: What a document says beside the values' own fields.
BESIDE = {"Report": {"schema"}, "Verdict": {"provider", "condition"}}


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "urn:pytest-keyauth:report:1"


@pytest.mark.parametrize("kind", [Report, Verdict, Deviation, Evidence, Answer])
def test_every_field_is_in_the_schema_and_nothing_else(kind: Any) -> None:
    part = SCHEMA if kind is Report else SCHEMA["$defs"][kind.__name__.lower()]
    named = {field.name for field in fields(kind)} | BESIDE.get(kind.__name__, set())
    assert set(part["properties"]) == set(part["required"]) == named
    assert part["additionalProperties"] is False


def test_the_schema_knows_every_word() -> None:
    verdict, deviation = SCHEMA["$defs"]["verdict"], SCHEMA["$defs"]["deviation"]
    assert set(verdict["properties"]["word"]["enum"]) == set(WORDS)
    assert set(SCHEMA["properties"]["conclusion"]["enum"]) == set(get_args(Conclusion))
    assert set(deviation["properties"]["kind"]["enum"]) == set(get_args(DeviationKind))


@pytest.mark.parametrize("report", [a_night(), a_hostile_night()], ids=["night", "hostile"])
def test_a_report_is_valid_and_comes_back_the_same(report: Report) -> None:
    VALIDATOR.validate(to_document(report))
    text = write_document(report)
    assert text.isascii()
    assert read_document(text, "report.json") == report


def test_a_moment_of_another_zone_is_written_in_utc() -> None:
    started = datetime(2026, 11, 24, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert to_document(a_night(started=started))["started"] == "2026-11-23T23:30:00Z"


def changed(path: str, value: Any) -> Mapping[str, Any]:
    """A document with one member changed; Ellipsis takes it out."""
    document = json.loads(write_document(a_night()))
    *way, last = path.split("/")
    part = document
    for name in way:
        part = part[int(name)] if isinstance(part, list) else part[name]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("schema", 2, "a report of schema 2; this version reads schema 1"),
        ("schema", True, "a report of schema True"),
        ("seed", "7", "seed: expected a whole number, found a text"),
        ("seed", True, "seed: expected a whole number, found true or false"),
        ("version", ..., "version: expected a text, found nothing"),
        ("started", "yesterday", "started: .*expected it in ISO 8601"),
        ("conclusion", "fine", "conclusion='fine': expected one of confirmed, drift"),
        ("servers", [], "servers: expected an object, found a list"),
        ("details", [1], "details/0: expected a text, found a whole number"),
        ("verdicts", None, "verdicts: expected a list, found null"),
        ("verdicts/3/outcome", "listUsers/403/no", "verdicts/3: no documented outcome is named 'listUsers/403/no'"),
        ("verdicts/3/word", "good", "verdicts/3: word='good': expected one of"),
        ("verdicts/3/evidence", "none", "verdicts/3: evidence: expected an object or null, found a text"),
        ("verdicts/3/confirmed_on", "2026-13-01", "verdicts/3: confirmed_on: .*ISO 8601"),
    ],
)
def test_what_is_no_report_is_refused_and_the_place_is_named(path: str, value: Any, message: str) -> None:
    document = changed(path, value)
    with pytest.raises(SettingsError, match=rf"last\.json: {message}"):
        from_document(document, "last.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '"schema"', "[" * 100_000])
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^last\.json: no (JSON|report).*expected .*--keyauth-report=FILE\.json"):
        read_document(text, "last.json")
