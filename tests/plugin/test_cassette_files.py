"""Which files are cassettes, and what is said of others."""

import json
import re

import pytest
import yaml

from .cassette_runs import ENROLS, PLAY, RECORD, STRICT, TWO, summary

#: What is done to a file, and what the error has to name.
BROKEN = {
    "empty": (lambda content: b"", "`interactions`"),
    "cut-short": (lambda content: content[: len(content) // 2], "line 20"),
    "not-json": (lambda content: b"{interactions: [}", "line 1"),
    "no-text": (lambda content: b"\x00\xff\xfe", "#x0000"),
    "a-list": (lambda content: b"[]", "`interactions`"),
    "no-interactions": (lambda content: content.replace(b'"interactions"', b'"others"'), "`interactions`"),
    "interactions-null": (lambda content: b'{"version": 1, "interactions": null}', "`interactions`"),
    "no-request": (lambda content: content.replace(b'"request"', b'"ask"'), "'request'"),
    "no-method": (lambda content: content.replace(b'"method"', b'"how"'), "'method'"),
    "no-status": (lambda content: content.replace(b'"status"', b'"state"'), "'status'"),
    "unknown-origin": (lambda content: content.replace(b'"target"', b'"goal"'), "'goal'"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_cassette_is_named_with_what_is_wrong_and_what_to_do(pytester: pytest.Pytester, kind: str) -> None:
    pytester.makepyfile(test_it=TWO)
    pytester.runpytest(RECORD)
    path = pytester.path / "cassettes/test_it/test_one.yaml"
    spoil, why = BROKEN[kind]
    path.write_bytes(spoil(path.read_bytes()))
    result = pytester.runpytest(PLAY)
    result.assert_outcomes(passed=1, errors=1)
    [told] = [line for line in result.stdout.lines if re.match(r"E .*CassetteError: ", line)]
    assert "cassettes/test_it/test_one.yaml: this is no cassette (" in told
    assert why in told
    assert told.endswith("expected what vcrpy or --keyauth-record writes. Record it anew")


@pytest.mark.parametrize("suffix", ["as-json", "as-yaml"])
def test_a_cassette_that_vcrpy_has_written_is_played(pytester: pytest.Pytester, suffix: str) -> None:
    from vcr.serializers import jsonserializer, yamlserializer

    request = {"method": "GET", "uri": "https://api.keytrac.net/users", "body": None, "headers": {"Accept": ["*/*"]}}
    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Type": ["application/json"]},
        "body": {"string": "[]"},
    }
    written = {"version": 1, "interactions": [{"request": request, "response": response}]}
    serializer = jsonserializer if suffix == "as-json" else yamlserializer
    path = pytester.path / "cassettes/test_it/test_one.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(serializer.serialize(written), encoding="utf-8")
    pytester.makepyfile(test_it=TWO[: TWO.rindex("    @pytest")])
    result = pytester.runpytest(*STRICT)
    result.assert_outcomes(passed=1)
    assert summary(result) == ["1 cassette played, recorded from unknown"]


def test_a_cassette_of_ours_is_yaml_and_json_alike(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=ENROLS)
    pytester.runpytest(RECORD)
    [path] = pytester.path.rglob("*.yaml")
    content = path.read_bytes()
    assert yaml.safe_load(content) == json.loads(content)
