import json
from typing import Any

import pytest

from pytest_keyauth.emulator.keytrac.attributes import Attributes, read_attributes
from pytest_keyauth.emulator.keytrac.refusal import Refusal
from pytest_keyauth.emulator.message import Request

MISSING = (400, "Attributes missing")
UNREADABLE = (500, "Unable to parse data")


def request(body: bytes = b"{}", *headers: tuple[str, str]) -> Request:
    return Request("POST", "/anytext/enrol", headers=headers or (("Content-Type", "application/json"),), body=body)


def read(value: Any) -> Attributes:
    return read_attributes(request(json.dumps(value).encode()), case_sensitive=True)


def refusal_of(request: Request) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        read_attributes(request, case_sensitive=True)
    return caught.value.status, caught.value.text


# The content type: "Other or empty content types are not recognized and will be answered with an error."


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json ; charset=utf8",
        "Application/JSON",
        "application/json; profile=x",
    ],
)
def test_json_in_utf_8_is_recognized(content_type: str) -> None:
    attributes = read_attributes(request(b'{"limit":3}', ("Content-Type", content_type)), case_sensitive=True)
    assert attributes.limit() == 3


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/vnd.api+json",
        "application/json, text/plain",
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
        "; charset=utf-8",
    ],
)
def test_another_content_type_is_not_recognized(content_type: str) -> None:
    assert refusal_of(request(b"{}", ("Content-Type", content_type))) == MISSING


def test_a_request_without_a_content_type_is_not_recognized() -> None:
    assert refusal_of(request(b"{}", ("Accept", "application/json"))) == MISSING


def test_a_content_type_that_was_sent_twice_is_not_recognized() -> None:
    twice = ("Content-Type", "application/json")
    assert refusal_of(request(b"{}", twice, twice)) == MISSING


def test_a_content_type_in_small_letters_is_missing_unless_case_does_not_matter() -> None:
    small = request(b'{"limit":3}', ("content-type", "application/json"))
    assert refusal_of(small) == MISSING
    assert read_attributes(small, case_sensitive=False).limit() == 3


# The body


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        '{"user_id":"é"}'.encode("latin-1"),
        '{"user_id":"x"}'.encode("utf-16"),
        b'{"user_id":"\xed\xa0\x80"}',
        b'{"user_id":"\xc0\x80"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
    ],
    ids=["0xff", "latin-1", "utf-16", "surrogate", "overlong", "deep array", "deep object", "deep and closed"],
)
def test_data_that_cannot_be_read_at_all_cannot_be_parsed(body: bytes) -> None:
    assert refusal_of(request(body)) == UNREADABLE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"}",
        b"{} {}",
        b"{'limit':3}",
        b'{"limit":3,}',
        b'{"limit":NaN}',
        b'{"limit":Infinity}',
        b'{"limit":-Infinity}',
        b'{"limit":03}',
        b'{"limit":' + b"9" * 5000 + b"}",
        b'{"user_id":"a\nb"}',
        b"user_id=1&samples=2",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16-le"),
        b"\x00",
    ],
)
def test_invalid_json_has_no_attributes(body: bytes) -> None:
    assert refusal_of(request(body)) == MISSING


@pytest.mark.parametrize("body", [b"[]", b"null", b"true", b"1", b"1.5", b'"{}"', b'[{"limit":3}]'])
def test_the_wrong_type_of_json_has_no_attributes(body: bytes) -> None:
    assert refusal_of(request(body)) == MISSING


def test_of_a_member_that_stands_there_twice_the_last_one_counts() -> None:
    attributes = read_attributes(request(b'{"limit":1,"limit":2}'), case_sensitive=True)
    assert attributes.limit() == 2


# The members


def test_the_attributes_of_the_documents_example_are_read() -> None:
    attributes = read(
        {
            "user_id": "826efc1d-78e5-4e69-b144-de090de6094b",
            "samples": ["firefox/38.0#m=0#2016-01-29 17:50:51|0dRSHIFT|320d84|48uRSHIFT"],
            "something": "else",
        }
    )
    assert attributes.user_id() == "826efc1d-78e5-4e69-b144-de090de6094b"
    assert attributes.samples() == ["firefox/38.0#m=0#2016-01-29 17:50:51|0dRSHIFT|320d84|48uRSHIFT"]
    assert attributes.limit() is None


@pytest.mark.parametrize("value", ["", "x", "\ud800", "ä" * 10_000])
def test_any_string_is_a_user_id(value: str) -> None:
    assert read({"user_id": value}).user_id() == value


@pytest.mark.parametrize("members", [{}, *({"user_id": value} for value in (None, 1, 1.5, True, [], ["x"], {}))])
def test_a_user_id_that_is_no_string_is_missing(members: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        read(members).user_id()
    assert (caught.value.status, caught.value.text) == MISSING


@pytest.mark.parametrize(
    "members",
    [{}, *({"samples": value} for value in (None, 1, True, "x", {}, {"0": "x"}, [], [1], [None], ["x", 1], [["x"]]))],
)
def test_samples_that_are_no_list_of_at_least_one_string_are_missing(members: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        read(members).samples()
    assert (caught.value.status, caught.value.text) == MISSING


@pytest.mark.parametrize("limit", [0, 1, 3, 10**4000])
def test_a_limit_is_a_whole_number_and_may_be_zero(limit: int) -> None:
    assert read({"limit": limit}).limit() == limit


@pytest.mark.parametrize("limit", [-1, True, False, 1.0, 0.5, 1e300, "3", "", None, [], [3], {}])
def test_anything_else_is_no_limit(limit: object) -> None:
    with pytest.raises(Refusal) as caught:
        read({"limit": limit}).limit()
    assert (caught.value.status, caught.value.text) == MISSING
