import pytest

from pytest_keyauth.emulator.message import Request, Response, json_response

SECRET = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"


def with_headers(*headers: tuple[str, str]) -> Request:
    return Request("GET", "/status", headers=headers)


def test_a_header_is_found_by_its_exact_name() -> None:
    request = with_headers(("Accept", "*/*"), ("Authorization", SECRET))
    assert request.header("Authorization", case_sensitive=True) == SECRET


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION", "authorizatioN"])
def test_a_header_in_other_letters_counts_only_where_case_does_not(name: str) -> None:
    request = with_headers((name, SECRET))
    assert request.header("Authorization", case_sensitive=True) is None
    assert request.header("Authorization", case_sensitive=False) == SECRET


@pytest.mark.parametrize("case_sensitive", [True, False])
def test_a_header_that_was_not_sent_is_none_and_an_empty_one_is_empty(case_sensitive: bool) -> None:
    assert with_headers().header("Accept", case_sensitive=case_sensitive) is None
    assert with_headers(("Accept", "")).header("Accept", case_sensitive=case_sensitive) == ""


def test_headers_of_one_name_are_joined_by_a_comma() -> None:
    request = with_headers(("Accept", "a"), ("accept", "b"), ("Accept", "c"))
    assert request.header("Accept", case_sensitive=True) == "a, c"
    assert request.header("Accept", case_sensitive=False) == "a, b, c"


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("", {}),
        ("&&", {}),
        ("from=2015-06-01&to=2015-12-01", {"from": "2015-06-01", "to": "2015-12-01"}),
        ("from=1&from=2", {"from": "2"}),
        ("from", {"from": ""}),
        ("from=", {"from": ""}),
        ("=x", {"": "x"}),
        ("a=b=c", {"a": "b=c"}),
        ("fr%6Fm=2015%2D06-01+x", {"from": "2015-06-01 x"}),
        ("a=%C3%A4&b=%ff", {"a": "ä", "b": "\ufffd"}),
        ("a=%&b=%4&c=%zz", {"a": "%", "b": "%4", "c": "%zz"}),
    ],
)
def test_a_query_is_read_as_a_form(query: str, parameters: dict[str, str]) -> None:
    assert Request("GET", "/status", query).parameters() == parameters


def test_a_json_answer_is_compact_utf_8_with_its_characters_unescaped() -> None:
    response = json_response(400, {"error": "can’t", "list": [1, True, None]})
    assert response.status == 400
    assert response.headers == (("Content-Type", "application/json"),)
    assert response.body == '{"error":"can’t","list":[1,true,null]}'.encode()


def test_a_json_answer_takes_further_headers() -> None:
    response = json_response(405, {}, (("Allow", "GET"),))
    assert response.headers == (("Content-Type", "application/json"), ("Allow", "GET"))


def test_an_answer_can_be_read_as_json() -> None:
    assert Response(200, body=b'[{"score":99}]').json() == [{"score": 99}]


def test_neither_credentials_nor_what_was_typed_show_in_a_representation() -> None:
    request = Request("POST", "/anytext/enrol", "", (("Authorization", SECRET),), b"firefox/38.0|336dRSHIFT")
    assert "/anytext/enrol" in repr(request)
    assert SECRET not in repr(request)
    assert "RSHIFT" not in repr(request)
    assert "RSHIFT" not in repr(Response(200, body=b"firefox/38.0|336dRSHIFT"))
