"""The general errors: the token on all ten operations, the body on the five that take JSON."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from pytest_keyauth import KeytracControl

from .answers import answer
from .enrolled import AnytextUser, PasswordUser

JSON_OPERATIONS_ON_A_USER = ["enrolAnytext", "enrolPassword", "authenticateAnytext", "authenticatePassword"]
JSON_OPERATIONS = [*JSON_OPERATIONS_ON_A_USER, "identifyAnytext"]
OPERATIONS = ["createUser", "listUsers", "showUser", "deleteUser", *JSON_OPERATIONS, "showStatus"]


@dataclass(frozen=True)
class Call:
    """A request with nothing wrong about it; `body` is what is sent as JSON, if anything is."""

    method: str
    path: str
    body: dict[str, Any] = field(default_factory=dict)

    def succeeds(self, keytrac: httpx.Client) -> bool:
        """Whether the request, sent as it should be, is answered with a success."""
        return keytrac.request(self.method, self.path, json=self.body or None).is_success


@pytest.fixture
def call(operation: str, user_id: str, request: pytest.FixtureRequest) -> Call:
    """A correct request of `operation`; one with samples is about a user who is enrolled for its method."""
    method, path = {
        "createUser": ("POST", "/users"),
        "listUsers": ("GET", "/users"),
        "showUser": ("GET", f"/users/{user_id}"),
        "deleteUser": ("DELETE", f"/users/{user_id}"),
        "enrolAnytext": ("POST", "/anytext/enrol"),
        "enrolPassword": ("POST", "/password/enrol"),
        "authenticateAnytext": ("POST", "/anytext/authenticate"),
        "authenticatePassword": ("POST", "/password/authenticate"),
        "identifyAnytext": ("POST", "/anytext/identify"),
        "showStatus": ("GET", "/status"),
    }[operation]
    if operation not in JSON_OPERATIONS:
        return Call(method, path)
    user: AnytextUser | PasswordUser
    user = request.getfixturevalue("password_user" if path.startswith("/password/") else "anytext_user")
    subject = {"limit": 3} if operation == "identifyAnytext" else {"user_id": user.identifier}
    return Call(method, path, subject | {"samples": user.genuine.valid()})


def each(operations: list[str], outcome: str) -> pytest.MarkDecorator:
    """Runs a contract once for every one of `operations`, as the witness of its `outcome`."""
    return pytest.mark.parametrize(
        "operation",
        [pytest.param(name, marks=pytest.mark.keyauth_outcome(f"{name}/{outcome}"), id=name) for name in operations],
    )


@each(OPERATIONS, "401/token-missing")
def test_a_request_without_a_token_is_refused(keytrac: httpx.Client, call: Call) -> None:
    response = keytrac.request(call.method, call.path, json=call.body or None, auth=None)
    assert answer(response) == (401, "application/json", {"error": "Authentication token missing"})
    assert call.succeeds(keytrac)


@each(OPERATIONS, "401/token-missing")
def test_a_token_under_a_header_in_small_letters_is_missing(keytrac: httpx.Client, call: Call, token: str) -> None:
    small = {"authorization": token}
    response = keytrac.request(call.method, call.path, json=call.body or None, auth=None, headers=small)
    assert answer(response) == (401, "application/json", {"error": "Authentication token missing"})


@each(OPERATIONS, "401/client-unauthorized")
def test_a_request_with_the_token_of_nobody_is_refused(keytrac: httpx.Client, call: Call) -> None:
    nobody = {"Authorization": "5e0c9a36-1f7b-4d7e-9b63-c2f1a8d04e97"}
    response = keytrac.request(call.method, call.path, json=call.body or None, auth=None, headers=nobody)
    assert answer(response) == (401, "application/json", {"error": "Client unauthorized"})
    assert call.succeeds(keytrac)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda token: f"Bearer {token}", id="bearer-in-front"),
        pytest.param(lambda token: token[:-1], id="a-character-short"),
        pytest.param(lambda token: f"{token}0", id="a-character-long"),
        pytest.param(lambda token: token[:-1] + ("1" if token[-1] == "0" else "0"), id="a-character-wrong"),
    ],
)
@each(OPERATIONS, "401/client-unauthorized")
def test_a_request_with_a_token_that_is_nearly_right_is_refused(
    keytrac: httpx.Client, call: Call, token: str, spoil: Callable[[str], str]
) -> None:
    spoilt = {"Authorization": spoil(token)}
    response = keytrac.request(call.method, call.path, json=call.body or None, auth=None, headers=spoilt)
    assert answer(response) == (401, "application/json", {"error": "Client unauthorized"})


@each(OPERATIONS, "403/not-verified")
def test_a_request_of_an_unverified_account_is_refused_until_it_is_verified(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, call: Call
) -> None:
    keytrac_emulator.configure(verified=False)
    response = keytrac.request(call.method, call.path, json=call.body or None)
    assert answer(response) == (403, "application/json", {"error": "Account is not verified"})
    keytrac_emulator.configure(verified=True)
    assert call.succeeds(keytrac)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"user_id": "8f5a2308-90b5-4afa-8847-ebf2b99f4082", "samples": [', id="cut-off"),
        pytest.param("samples=firefox%2F38.0", id="a-form"),
        pytest.param("", id="nothing"),
        pytest.param("[]", id="an-array"),
        pytest.param('"samples"', id="a-string"),
        pytest.param("3", id="a-number"),
        pytest.param("null", id="null"),
        pytest.param("{}", id="an-empty-object"),
    ],
)
@each(JSON_OPERATIONS, "400/attributes-missing")
def test_a_body_that_is_no_json_object_with_attributes_is_refused(
    keytrac: httpx.Client, call: Call, content: str
) -> None:
    as_json = {"Content-Type": "application/json"}
    response = keytrac.request(call.method, call.path, content=content, headers=as_json)
    assert answer(response) == (400, "application/json", {"error": "Attributes missing"})
    assert call.succeeds(keytrac)


@each(JSON_OPERATIONS, "400/attributes-missing")
def test_a_body_without_samples_is_refused(keytrac: httpx.Client, call: Call) -> None:
    incomplete = {name: value for name, value in call.body.items() if name != "samples"}
    response = keytrac.request(call.method, call.path, json=incomplete)
    assert answer(response) == (400, "application/json", {"error": "Attributes missing"})


@each(JSON_OPERATIONS_ON_A_USER, "400/attributes-missing")
def test_a_body_without_a_user_is_refused(keytrac: httpx.Client, call: Call) -> None:
    response = keytrac.request(call.method, call.path, json={"samples": call.body["samples"]})
    assert answer(response) == (400, "application/json", {"error": "Attributes missing"})


@pytest.mark.parametrize(
    "wrong_samples",
    [
        pytest.param("firefox/38.0#m=0#2016-04-25 09:22:52|336dRSHIFT", id="a-string"),
        pytest.param({"1": "firefox/38.0#m=0#2016-04-25 09:22:52|336dRSHIFT"}, id="an-object"),
        pytest.param([38, 0], id="an-array-of-numbers"),
        pytest.param(38, id="a-number"),
        pytest.param(None, id="null"),
    ],
)
@each(JSON_OPERATIONS, "400/attributes-missing")
def test_samples_that_are_no_array_of_strings_are_refused(
    keytrac: httpx.Client, call: Call, wrong_samples: object
) -> None:
    response = keytrac.request(call.method, call.path, json=call.body | {"samples": wrong_samples})
    assert answer(response) == (400, "application/json", {"error": "Attributes missing"})


@pytest.mark.parametrize(
    "wrong_user_id",
    [
        pytest.param(8, id="a-number"),
        pytest.param(["8f5a2308-90b5-4afa-8847-ebf2b99f4082"], id="an-array"),
        pytest.param(None, id="null"),
    ],
)
@each(JSON_OPERATIONS_ON_A_USER, "400/attributes-missing")
def test_a_user_who_is_no_string_is_refused(keytrac: httpx.Client, call: Call, wrong_user_id: object) -> None:
    response = keytrac.request(call.method, call.path, json=call.body | {"user_id": wrong_user_id})
    assert answer(response) == (400, "application/json", {"error": "Attributes missing"})


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "text/plain", "text/json", "application/xml"]
)
@each(JSON_OPERATIONS, "400/attributes-missing")
def test_json_under_another_content_type_is_refused(keytrac: httpx.Client, call: Call, content_type: str) -> None:
    other = {"Content-Type": content_type}
    response = keytrac.request(call.method, call.path, content=json.dumps(call.body), headers=other)
    assert answer(response) == (400, "application/json", {"error": "Attributes missing"})


@each(JSON_OPERATIONS, "400/attributes-missing")
def test_json_without_a_content_type_is_refused(keytrac: httpx.Client, call: Call) -> None:
    response = keytrac.request(call.method, call.path, content=json.dumps(call.body))
    assert "Content-Type" not in response.request.headers
    assert answer(response) == (400, "application/json", {"error": "Attributes missing"})


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
@each(JSON_OPERATIONS, "500/parse-data")
def test_a_body_in_another_encoding_than_utf_8_cannot_be_parsed(
    keytrac: httpx.Client, call: Call, encoding: str
) -> None:
    content = json.dumps(call.body | {"text": "Überprüfung"}, ensure_ascii=False).encode(encoding)
    as_json = {"Content-Type": "application/json"}
    response = keytrac.request(call.method, call.path, content=content, headers=as_json)
    assert answer(response) == (500, "application/json", {"error": "Unable to parse data"})
    assert call.succeeds(keytrac)


@pytest.mark.parametrize(("method", "path"), [("GET", "/anytext"), ("GET", "/nowhere"), ("POST", "/password/identify")])
def test_an_unknown_resource_is_not_found(keytrac: httpx.Client, method: str, path: str) -> None:
    response = keytrac.request(method, path)
    assert answer(response) == (404, "application/json", {"error": "Entity not found"})
