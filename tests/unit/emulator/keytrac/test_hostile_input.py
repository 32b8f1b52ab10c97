"""Whatever is sent, the emulator answers; and it answers what is documented."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.outcomes import load_document

Send = Callable[..., Response]

JSON_PATHS = [
    "/anytext/enrol",
    "/password/enrol",
    "/anytext/authenticate",
    "/password/authenticate",
    "/anytext/identify",
]
HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"
TEXT = HEADER + "|100d65|80u65" * 40
PASSWORD = f"{HEADER}|l=4|0dI0|80uI0|100dI1|80uI1|100dI2|80uI2|100dI3|80uI3"

MISSING = (400, {"error": "Attributes missing"})
UNREADABLE = (500, {"error": "Unable to parse data"})
NOT_FOUND = (404, {"error": "Entity not found"})
CORRUPTED = (400, {"error": "Sample #1 is corrupted or format is not valid"})

each_json_operation = pytest.mark.parametrize("path", JSON_PATHS)


def answer(response: Response) -> tuple[int, Any]:
    return response.status, response.json()


@each_json_operation
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"", MISSING, id="nothing"),
        pytest.param(b"{", MISSING, id="broken"),
        pytest.param(b"user_id=x&samples=y", MISSING, id="a form"),
        pytest.param(b"[]", MISSING, id="an array"),
        pytest.param(b"null", MISSING, id="null"),
        pytest.param(b'"x"', MISSING, id="a string"),
        pytest.param(b"{}", MISSING, id="an empty object"),
        pytest.param(b"NaN", MISSING, id="NaN"),
        pytest.param(b'{"user_id":"x","samples":["y"],"limit":Infinity}', MISSING, id="Infinity"),
        pytest.param(b'{"user_id":"x","samples":["y"],"more":-Infinity}', MISSING, id="minus Infinity"),
        pytest.param(b'{"user_id":"x","samples":["y"],"limit":%s}' % (b"9" * 5000), MISSING, id="5,000 digits"),
        pytest.param(b'{"user_id":"x","samples":["y"]}}', MISSING, id="one brace too many"),
        pytest.param(b"\xff\xfe\xfd", UNREADABLE, id="not UTF-8"),
        pytest.param(b'{"user_id":"\xe4","samples":["y"]}', UNREADABLE, id="Latin-1"),
        pytest.param(b"[" * 100_000, UNREADABLE, id="100,000 arrays"),
        pytest.param(b'{"user_id":' * 100_000, UNREADABLE, id="100,000 objects"),
        pytest.param(
            b'{"user_id":"x","samples":%s%s}' % (b"[" * 100_000, b"]" * 100_000), UNREADABLE, id="100,000 in samples"
        ),
        pytest.param(b" " * 10_000_000, MISSING, id="10 MB of blanks"),
    ],
)
def test_a_body_that_is_no_object_with_the_attributes_is_refused(
    send: Send, path: str, body: bytes, expected: tuple[int, Any]
) -> None:
    assert answer(send("POST", path, body=body)) == expected


@each_json_operation
@pytest.mark.parametrize("samples", [None, True, 1, 1e300, "x", {}, [], [None], [1], ["x", []], [{}]])
def test_samples_of_the_wrong_type_are_missing_attributes(send: Send, user_id: str, path: str, samples: object) -> None:
    assert answer(send("POST", path, {"user_id": user_id, "samples": samples})) == MISSING


@pytest.mark.parametrize("path", JSON_PATHS[:4])
@pytest.mark.parametrize("wrong_id", [None, True, 1, 1.5, [], {}, ["x"]])
def test_a_user_id_of_the_wrong_type_is_a_missing_attribute(send: Send, path: str, wrong_id: object) -> None:
    assert answer(send("POST", path, {"user_id": wrong_id, "samples": ["x"]})) == MISSING


@pytest.mark.parametrize("path", JSON_PATHS[:4])
@pytest.mark.parametrize(
    "wrong_id",
    ["", "x", "\ud800", "\x00", "😀", "..", "%2F", pytest.param("a" * 1_000_000, id="a million characters")],
)
def test_a_user_id_of_nobody_is_not_found(send: Send, path: str, wrong_id: str) -> None:
    assert answer(send("POST", path, {"user_id": wrong_id, "samples": ["x"]})) == NOT_FOUND


@each_json_operation
@pytest.mark.parametrize(
    "sample",
    [
        "",
        "\ud800",
        "\x00",
        "<script>",
        "'; DROP TABLE users; --",
        HEADER + "|",
        HEADER + "|100d\udfff",
        HEADER + "|1000000000d65",
        pytest.param("a" * 10_000_000, id="10 MB of text"),
        pytest.param("firefox/" * 100_000, id="a browser without end"),
        pytest.param(HEADER + "|" * 100_000, id="bars"),
        pytest.param(HEADER + "|" + "9" * 100_000 + "d65", id="a delay of 100,000 digits"),
    ],
)
def test_a_sample_that_is_none_is_corrupted(send: Send, user_id: str, path: str, sample: str) -> None:
    assert answer(send("POST", path, {"user_id": user_id, "samples": [sample]})) == CORRUPTED


@each_json_operation
def test_a_hundred_thousand_samples_that_are_none_are_corrupted(send: Send, user_id: str, path: str) -> None:
    assert answer(send("POST", path, {"user_id": user_id, "samples": ["x"] * 100_000})) == CORRUPTED


@pytest.mark.parametrize("length", ["\ud800", "9" * 5, "1e3", "0x10", "-1"])
@pytest.mark.parametrize("path", ["/password/enrol", "/password/authenticate"])
def test_a_length_that_is_none_is_undetermined(send: Send, user_id: str, path: str, length: str) -> None:
    sample = PASSWORD.replace("|l=4", f"|l={length}")
    expected = (400, {"error": "Unable to determine text length of sample"})
    assert answer(send("POST", path, {"user_id": user_id, "samples": [sample]})) == expected


def test_of_attributes_that_are_there_twice_the_last_ones_count(send: Send, user_id: str) -> None:
    body = f'{{"user_id":1,"samples":[],"samples":["{TEXT}"],"user_id":"{user_id}"}}'.encode()
    assert answer(send("POST", "/anytext/enrol", body=body)) == (200, {"OK": True})


# Property-based: what comes out is documented, whatever goes in.


DOCUMENTED = load_document("keytrac")["paths"]
STATUSES = {path: {*DOCUMENTED[path]["post"]["responses"], "404", "405"} for path in JSON_PATHS}


def check(response: Response, statuses: set[str]) -> None:
    """An answer is JSON with a documented status; an error is an object with the one key `error`."""
    assert str(response.status) in statuses or f"{response.status // 100}XX" in statuses
    assert dict(response.headers)["Content-Type"] == "application/json"
    value = response.json()
    if response.status >= 400:
        assert list(value) == ["error"]
        assert isinstance(value["error"], str)
    if response.status == 500:
        assert value == {"error": "Unable to parse data"}


def enrolled_emulator() -> tuple[KeytracEmulator, str]:
    """An emulator with a user who is enrolled for both methods, and the user's identifier."""
    emulator = KeytracEmulator()
    user_id = ask(emulator, "POST", "/users").json()["id"]
    for path, sample in (("/anytext/enrol", TEXT), ("/password/enrol", PASSWORD)):
        body = json.dumps({"user_id": user_id, "samples": [sample]}).encode()
        assert ask(emulator, "POST", path, body=body).status == 200
    return emulator, user_id


def ask(emulator: KeytracEmulator, method: str, path: str, query: str = "", body: bytes = b"") -> Response:
    headers = (("Authorization", emulator.token), ("Content-Type", "application/json"))
    return emulator.handle(Request(method, path, query, headers, body))


@st.composite
def samples_with_other_characters(draw: st.DrawFn) -> str:
    """A good sample in which a piece was replaced by something else; mostly no sample any more."""
    sample = draw(st.sampled_from([TEXT, PASSWORD]))
    first = draw(st.integers(0, len(sample)))
    last = draw(st.integers(first, min(len(sample), first + 8)))
    return sample[:first] + draw(st.text("0189duI|l=#m-\ud800é65", max_size=3)) + sample[last:]


@st.composite
def samples_with_other_events(draw: st.DrawFn) -> str:
    """A good sample with events left out, repeated, or put elsewhere; mostly a sample still."""
    header, *parts = draw(st.sampled_from([TEXT, PASSWORD])).split("|")
    first = draw(st.integers(0, len(parts)))
    last = draw(st.integers(first, min(len(parts), first + 4)))
    others = draw(st.lists(st.sampled_from([*parts, "999999999d66", "0u66", "50dRSHIFT"]), max_size=4))
    return "|".join([header, *parts[:first], *others, *parts[last:]])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=8,
)
spoiled_samples = st.lists(
    samples_with_other_characters() | samples_with_other_events() | st.sampled_from([TEXT, PASSWORD]),
    min_size=1,
    max_size=2,
)
attributes = st.fixed_dictionaries({}, optional={"user_id": anything, "samples": anything, "limit": anything})


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(JSON_PATHS), attributes | anything)
def test_any_json_is_answered(path: str, value: Any) -> None:
    check(ask(KeytracEmulator(), "POST", path, body=json.dumps(value).encode()), STATUSES[path])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(JSON_PATHS), spoiled_samples, st.integers(0, 3))
def test_any_spoiled_samples_are_answered(path: str, samples: list[str], limit: int) -> None:
    emulator, user_id = enrolled_emulator()
    body = json.dumps({"user_id": user_id, "samples": samples, "limit": limit}).encode()
    response = ask(emulator, "POST", path, body=body)
    check(response, STATUSES[path])
    if response.status == 200 and path.endswith(("authenticate", "identify")):
        found = response.json()
        scores = [each["score"] for each in (found if isinstance(found, list) else [found])]
        assert all(0 <= score <= 100 for score in scores)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(JSON_PATHS), st.binary() | st.text().map(str.encode))
def test_any_bytes_are_answered(path: str, body: bytes) -> None:
    check(ask(KeytracEmulator(), "POST", path, body=body), STATUSES[path])


days = st.dates().map(str) | st.text("0123456789-", max_size=11) | st.text(max_size=11)
queries = st.lists(st.tuples(st.sampled_from(["from", "to", "from%20", ""]) | st.text(), days), max_size=4).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)


@settings(max_examples=150, deadline=None)
@given(queries | st.text())
def test_any_query_is_answered(query: str) -> None:
    response = ask(KeytracEmulator(), "GET", "/status", query)
    check(response, set(DOCUMENTED["/status"]["get"]["responses"]))
    assert isinstance(response.json(), dict)
    assert response.status in (200, 400)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT"]) | st.text(),
    st.sampled_from(["/users", "/users/", "/status", "/anytext/", *JSON_PATHS]),
    st.text(st.characters(exclude_categories=())),
)
def test_any_method_and_path_are_answered(method: str, path: str, more: str) -> None:
    response = ask(KeytracEmulator(), method, path + more)
    check(response, {"200", "400", "404", "405"})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Authorization", "Content-Type"]) | st.text(), st.text())))
def test_any_headers_are_answered(headers: list[tuple[str, str]]) -> None:
    response = KeytracEmulator().handle(Request("POST", "/anytext/identify", headers=tuple(headers)))
    check(response, {"401"})
