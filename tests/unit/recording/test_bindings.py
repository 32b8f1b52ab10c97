import json
from typing import Any

import pytest

from pytest_keyauth.recording.bindings import find_bindings
from pytest_keyauth.recording.exchange import RecordedRequest, Request

URL = "https://api.keytrac.net/users/<user-id:1>?of=<host:1>"
SENT_URL = "https://api.keytrac.net/users/J%C3%B6rg%2F1?of=A+HOST"
BASIC = "Basic <host:1>:<api-key:1>:<signature:1>:<nonce:1>:<now+0min:unix>"


def bindings(recorded: RecordedRequest, sent: Request) -> dict[str, str]:
    return dict(find_bindings(recorded, sent))


def body_bindings(recorded: Any, sent: Any) -> dict[str, str]:
    return bindings(
        RecordedRequest("POST", "/", (), json.dumps(recorded)), Request("POST", "/", (), json.dumps(sent).encode())
    )


def test_identifiers_in_path_and_query_are_what_was_sent_in_their_place_decoded() -> None:
    found = bindings(RecordedRequest("GET", URL, (), ""), Request("GET", SENT_URL))
    assert found == {"<user-id:1>": "Jörg/1", "<host:1>": "A HOST"}


def test_paths_are_compared_from_their_ends() -> None:
    recorded = RecordedRequest("GET", "http://localhost:8088/interview/api/v1/results/<guid:1>", (), "")
    assert bindings(recorded, Request("GET", "https://host/app/keyfax/api/v1/results/42")) == {"<guid:1>": "42"}


@pytest.mark.parametrize(
    ("recorded", "sent", "found"),
    [
        (
            BASIC,
            "Basic HOST:key:c2ln+/==:nonce:1767603600",
            {"<host:1>": "HOST", "<api-key:1>": "key", "<signature:1>": "c2ln+/==", "<nonce:1>": "nonce"},
        ),
        ("Bearer <host:1>:<jwt:1>", "Bearer HOST:a.b.c", {"<host:1>": "HOST", "<jwt:1>": "a.b.c"}),
        ("<token:1>", "a4c0dc53-e763-4ef3-bd19-cc92734e8691", {"<token:1>": "a4c0dc53-e763-4ef3-bd19-cc92734e8691"}),
        ("<token:1>", "", {}),
        ("Bearer <host:1>:<jwt:1>", "", {}),
        ("", "Bearer HOST:a.b.c", {}),
    ],
)
def test_credentials_are_what_was_sent_in_their_place(recorded: str, sent: str, found: dict[str, str]) -> None:
    assert (
        bindings(
            RecordedRequest("GET", "/", (("Authorization", recorded),), ""),
            Request("GET", "/", (("authorization", sent),)),
        )
        == found
    )


def test_identifiers_in_json_are_what_was_sent_in_their_place_at_any_depth() -> None:
    recorded = {"user_id": "<user-id:1>", "list": ["x", {"guid": "<guid:1>"}], "gone": "<guid:2>", "more": "<guid:3>"}
    sent = {"user_id": 'a "name"', "list": ["y", {"guid": "g"}, "z"], "more": 1}
    assert body_bindings(recorded, sent) == {"<user-id:1>": 'a "name"', "<guid:1>": "g"}


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        ({"a": "<user-id:1>"}, ["x"]),
        ({"a": "<user-id:1>"}, "x"),
        ({"a": "<user-id:1>"}, {"a": ""}),
        ({"a": "<user-id:1>"}, {"b": "x"}),
        ({"a": "of <user-id:1>"}, {"a": "by x"}),
        ({"a": "of <user-id:1:base64>"}, {"a": "of eA=="}),
    ],
)
def test_what_has_no_place_in_common_says_nothing(recorded: Any, sent: Any) -> None:
    assert body_bindings(recorded, sent) == {}


def test_what_stands_inside_of_a_text_is_what_was_sent_there() -> None:
    recorded = {"note": "it is <secret:1>, (<token:1>)", "url": "/a?token=<token:2>"}
    sent = {"note": "it is a.b, ([c])", "url": "/a?token=x+y"}
    assert body_bindings(recorded, sent) == {"<secret:1>": "a.b", "<token:1>": "[c]", "<token:2>": "x+y"}


def test_secrets_in_headers_are_what_was_sent_there() -> None:
    recorded = RecordedRequest("GET", "/", (("X-Api-Key", "<secret:1>"), ("X-Other", "(not recorded)")), "")
    assert bindings(recorded, Request("GET", "/", (("x-api-key", "k"), ("x-other", "o")))) == {"<secret:1>": "k"}


@pytest.mark.parametrize("body", [b"", b"no JSON", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_says_nothing(body: bytes) -> None:
    assert bindings(RecordedRequest("POST", "/", (), '{"a": "<user-id:1>"}'), Request("POST", "/", (), body)) == {}
