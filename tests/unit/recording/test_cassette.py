import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_keyauth.errors import CassetteError
from pytest_keyauth.recording.cassette import FORMAT, Cassette, Command, Origin
from pytest_keyauth.recording.exchange import Interaction, RecordedRequest, RecordedResponse

AWKWARD = st.sampled_from(["\u2028", "\u2029", "\x7f", "\x85", "\x9f", "\ufeff", "\ufffe", "\uffff", "\x00", "\x1b"])
ENCODABLE = st.text(st.characters(exclude_categories=["Cs"]) | AWKWARD, max_size=8)
TEXTS = ENCODABLE | st.text(st.characters(categories=["Cs"]), min_size=1, max_size=1)  # alone, as no character is
PLAIN_DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda data: st.lists(data, max_size=2) | st.dictionaries(TEXTS, data, max_size=2),
    max_leaves=4,
)


def headers(texts: st.SearchStrategy[str]) -> Any:
    """Headers of one name stand together: the format keeps no other order."""
    names = st.dictionaries(texts, st.lists(texts, min_size=1, max_size=2), max_size=2)
    return names.map(lambda named: tuple((name, value) for name, values in named.items() for value in values))


def cassettes(texts: st.SearchStrategy[str], data: Any) -> st.SearchStrategy[Cassette]:
    request = st.builds(RecordedRequest, texts, texts, headers(texts), texts)
    response = st.builds(RecordedResponse, st.integers(100, 599), headers(texts), texts)
    return st.builds(
        Cassette,
        test=texts,
        origin=st.builds(Origin, texts, texts | st.none(), texts | st.none()),
        interactions=st.lists(st.builds(Interaction, request, response), max_size=2).map(tuple),
        contract=st.none() | texts.filter(bool),
        claims=st.lists(texts, max_size=2).map(tuple),
        commands=st.lists(st.builds(Command, texts, texts, data, data), max_size=1).map(tuple),
        forms=st.dictionaries(texts, texts, max_size=1),
        tokens=st.dictionaries(texts, st.dictionaries(texts, data, max_size=1), max_size=1),
    )


def a_cassette(**changes: Any) -> Cassette:
    request = RecordedRequest("POST", "https://api.keytrac.net/users", (("A", "1"), ("A", "2"), ("B", "3")), '{"a": 1}')
    response = RecordedResponse(404, (("Content-Type", "application/json"),), '{"error": "<user-id:1>"}')
    values: dict[str, Any] = {"test": "t.py::t", "origin": Origin("emulator", "0.1.0")}
    return Cassette(**{**values, "interactions": (Interaction(request, response),), **changes})


@settings(max_examples=20)
@given(cassettes(TEXTS, PLAIN_DATA))
def test_a_cassette_that_was_written_is_read_as_it_was(cassette: Cassette) -> None:
    written = cassette.write()
    assert Cassette.read(written, "place") == cassette
    assert cassette.write() == written


@settings(max_examples=20)
@given(TEXTS, TEXTS)
@example("".join(map(chr, (*range(0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF, 0x10000, 0x10FFFF))), "\ud800")
def test_a_cassette_is_yaml_that_says_the_same(text: str, other: str) -> None:
    request = RecordedRequest("GET", text, ((text, other),), other)
    cassette = a_cassette(interactions=(Interaction(request, RecordedResponse(200, ((other, text),), text)),))
    assert yaml.load(cassette.write(), Loader=yaml.SafeLoader) == json.loads(cassette.write())


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml, which vcrpy prefers")
@settings(max_examples=20)
@given(cassettes(ENCODABLE, ENCODABLE))
def test_a_cassette_is_yaml_for_libyaml_too(cassette: Cassette) -> None:
    assert yaml.load(cassette.write(), Loader=yaml.CSafeLoader) == json.loads(cassette.write())


def test_an_interaction_is_written_as_vcrpy_writes_its_own() -> None:
    data = yaml.safe_load(a_cassette().write())
    assert data["version"] == 1
    assert data["interactions"] == [
        {
            "request": {
                "method": "POST",
                "uri": "https://api.keytrac.net/users",
                "body": '{"a": 1}',
                "headers": {"A": ["1", "2"], "B": ["3"]},
            },
            "response": {
                "status": {"code": 404, "message": "Not Found"},
                "headers": {"Content-Type": ["application/json"]},
                "body": {"string": '{"error": "<user-id:1>"}'},
            },
        }
    ]


def test_what_vcrpy_does_not_know_stands_under_one_key() -> None:
    data = json.loads(a_cassette().write())
    assert data.keys() == {"version", "interactions", "keyauth"}
    assert data["keyauth"] == {
        "format": FORMAT,
        "test": "t.py::t",
        "origin": {"target": "emulator", "version": "0.1.0"},
    }


def test_a_status_that_has_no_name_has_no_reason() -> None:
    response = RecordedResponse(599, (), "")
    cassette = a_cassette(interactions=(Interaction(RecordedRequest("GET", "/", (), ""), response),))
    assert json.loads(cassette.write())["interactions"][0]["response"]["status"] == {"code": 599, "message": ""}


# vcrpy's own, written by hand from its documentation
VCR = b"""\
interactions:
- request:
    body: null
    headers:
      Accept: ['*/*']
      X-Plain: text
    method: GET
    uri: https://api.keytrac.net/users
  response:
    body:
      string: !!binary |
        H4sI/w==
    headers:
      Content-Encoding:
      - gzip
      X-Two:
      - '1'
      - '2'
    status:
      code: 200
      message: OK
version: 1
"""


def test_a_cassette_of_vcrpys_own_is_read() -> None:
    cassette = Cassette.read(VCR, "place")
    assert (cassette.test, cassette.origin.target, cassette.contract) == ("", "unknown", None)
    [interaction] = cassette.interactions
    expected = RecordedRequest("GET", "https://api.keytrac.net/users", (("Accept", "*/*"), ("X-Plain", "text")), "")
    assert interaction.request == expected
    assert interaction.response.headers == (("Content-Encoding", "gzip"), ("X-Two", "1"), ("X-Two", "2"))
    assert interaction.response.body.encode("utf-8", "surrogateescape") == b"\x1f\x8b\x08\xff"


INTERACTION = {
    "request": {"method": "GET", "uri": "/", "body": None, "headers": {}},
    "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": ""}},
}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"no cassette",
        b"\xff\xfe\xfd",
        b"{'a': [",
        b"a: b: c",
        b"[" * 100_000,
        b'{"interactions": null}',
        b'{"interactions": [{}]}',
        b'{"interactions": {"request": 1}}',
        b'{"interactions": [], "keyauth": []}',
        b'{"interactions": [], "keyauth": {"origin": {"target": "live", "who": "?"}}}',
        b'{"interactions": [], "keyauth": {"commands": [{}]}}',
        json.dumps({"interactions": [INTERACTION | {"response": {"status": {"code": "x"}}}]}).encode(),
        b"interactions: [{request: {method: GET, uri: /, body: null, headers: {}}, response: {status: {code: .inf}}}]",
        b"!!python/object/apply:os.getcwd []",
    ],
)
def test_what_is_no_cassette_is_refused_with_its_place_and_what_to_do(content: bytes) -> None:
    with pytest.raises(CassetteError) as caught:
        Cassette.read(content, "cassettes/a.yaml")
    message = str(caught.value)
    assert message.startswith("cassettes/a.yaml: this is no cassette (")
    assert message.endswith("expected what vcrpy or --keyauth-record writes. Record it anew")


@pytest.mark.parametrize("target", ["emulator", "loopback", "unknown"])
def test_only_what_came_from_a_provider_is_observed(target: str) -> None:
    assert Origin("live", recorded="2026-01-05").is_observed
    assert not Origin(target, recorded="2026-01-05").is_observed


def test_an_origin_is_told_in_a_few_words() -> None:
    assert str(Origin("emulator", "0.1.0")) == "emulator 0.1.0"
    assert str(Origin("live", recorded="2026-01-05")) == "live 2026-01-05"


def test_a_cassette_of_a_later_format_is_refused() -> None:
    content = b'{"version": 1, "keyauth": {"format": 2}, "interactions": []}'
    with pytest.raises(CassetteError, match="its format 2 is newer than this version's 1"):
        Cassette.read(content, "there.yaml")
