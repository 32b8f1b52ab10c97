from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.keytrac import AccountSettings, KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response

Send = Callable[..., Response]

NOBODY = "8f5a2308-90b5-4afa-8847-ebf2b99f4082"
STRANGER = "5e0c9a36-1f7b-4d7e-9b63-c2f1a8d04e97"

METHODS_OF = {
    "/users": ["POST", "GET"],
    f"/users/{NOBODY}": ["GET", "DELETE"],
    "/anytext/enrol": ["POST"],
    "/password/enrol": ["POST"],
    "/anytext/authenticate": ["POST"],
    "/password/authenticate": ["POST"],
    "/anytext/identify": ["POST"],
    "/status": ["GET"],
}
OPERATIONS = [(method, path) for path, methods in METHODS_OF.items() for method in methods]

each_operation = pytest.mark.parametrize(("method", "path"), OPERATIONS)


def answer(response: Response) -> tuple[int, dict[str, str]]:
    return response.status, response.json()


# Who is let in


@each_operation
def test_a_request_without_a_token_is_refused(emulator: KeytracEmulator, method: str, path: str) -> None:
    expected = (401, {"error": "Authentication token missing"})
    assert answer(emulator.handle(Request(method, path))) == expected
    assert answer(emulator.handle(Request(method, path, headers=(("Authorization", ""),)))) == expected


@each_operation
def test_a_token_of_nobody_is_refused(send: Send, method: str, path: str) -> None:
    assert answer(send(method, path, token=STRANGER)) == (401, {"error": "Client unauthorized"})


@each_operation
def test_an_account_that_is_not_verified_is_refused(
    send: Send, emulator: KeytracEmulator, method: str, path: str
) -> None:
    emulator.configure(verified=False)
    assert answer(send(method, path)) == (403, {"error": "Account is not verified"})
    emulator.configure(verified=True)
    assert send(method, path).status != 403


@pytest.mark.parametrize("prefix", ["Bearer ", "Token ", "Basic ", " ", "<<"])
def test_a_token_is_sent_raw_with_nothing_before_it(send: Send, token: str, prefix: str) -> None:
    assert answer(send("GET", "/status", token=prefix + token)) == (401, {"error": "Client unauthorized"})


@pytest.mark.parametrize(
    "change",
    [str.upper, lambda token: token[:-1], lambda token: token + "0", lambda _: "ä"],
    ids=["in capitals", "one less", "one more", "no ASCII"],
)
def test_a_token_that_is_almost_right_is_wrong(send: Send, token: str, change: Callable[[str], str]) -> None:
    assert answer(send("GET", "/status", token=change(token))) == (401, {"error": "Client unauthorized"})


def test_a_token_that_is_sent_twice_is_nobodys(emulator: KeytracEmulator, token: str) -> None:
    twice = Request("GET", "/status", headers=(("Authorization", token), ("Authorization", token)))
    assert answer(emulator.handle(twice)) == (401, {"error": "Client unauthorized"})


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION", "authorizatioN", "Authorisation"])
def test_a_token_under_another_name_is_missing(emulator: KeytracEmulator, token: str, name: str) -> None:
    """The document: "header fields are case sensitive. So the A of Authorization needs to be an uppercase"."""
    request = Request("GET", "/status", headers=((name, token),))
    assert answer(emulator.handle(request)) == (401, {"error": "Authentication token missing"})


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION"])
def test_the_case_of_header_names_can_be_told_not_to_matter(emulator: KeytracEmulator, token: str, name: str) -> None:
    emulator.case_sensitive_headers = False
    assert emulator.handle(Request("GET", "/status", headers=((name, token),))).status == 200


def test_a_content_type_in_small_letters_counts_where_case_does_not_matter(
    emulator: KeytracEmulator, token: str, anytext_attempt: str
) -> None:
    body = f'{{"samples":["{anytext_attempt}"]}}'.encode()
    headers = (("Authorization", token), ("content-type", "application/json"))
    request = Request("POST", "/anytext/identify", headers=headers, body=body)
    assert answer(emulator.handle(request)) == (400, {"error": "Attributes missing"})
    emulator.case_sensitive_headers = False
    expected = (404, {"error": "Unable to execute identification as no user is enrolled"})
    assert answer(emulator.handle(request)) == expected


# Where a request goes


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "*",
        "//",
        "//users",
        "/nowhere",
        "/Users",
        "/STATUS",
        "/user",
        "/users//",
        "/users/x/y",
        f"/users/{NOBODY}/profiles",
        "/users/../status",
        "/anytext",
        "/anytext/enroll",
        "/password/identify",
        "/%73tatus",
        "/status?from=x",
        "/_keyauth/reset",
        "https://api.keytrac.net/status",
        "/\ud800",
        *(f"{path}/" for path in METHODS_OF),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
def test_a_path_that_is_no_resource_is_not_found(send: Send, method: str, path: str) -> None:
    assert answer(send(method, path)) == (404, {"error": "Entity not found"})


UNDECLARED = [
    (method, path)
    for path, methods in METHODS_OF.items()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "", "\ud800")
    if method not in methods
]


@pytest.mark.parametrize(("method", "path"), UNDECLARED)
def test_an_undeclared_method_is_told_which_are_allowed(send: Send, method: str, path: str) -> None:
    response = send(method, path)
    assert response.status == 405
    assert list(response.json()) == ["error"]
    assert dict(response.headers)["Allow"] == ", ".join(METHODS_OF[path])


def test_who_is_not_let_in_is_not_told_what_there_is(emulator: KeytracEmulator) -> None:
    assert emulator.handle(Request("GET", "/nowhere")).status == 401
    assert emulator.handle(Request("PUT", "/status")).status == 401


@each_operation
def test_every_answer_is_json(send: Send, method: str, path: str) -> None:
    assert dict(send(method, path).headers)["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "identifier",
    [
        NOBODY,
        "x",
        ".",
        "..",
        "%2F",
        "..%2Fstatus",
        "%2e%2e",
        "%",
        "%zz",
        "%00",
        "%ff",
        "%C3%A4",
        "ä",
        "😀",
        "\ud800",
        "%20",
        ":",
        pytest.param("a" * 1_000_000, id="a million characters"),
        pytest.param("%41" * 100_000, id="a hundred thousand encoded characters"),
    ],
)
def test_an_odd_user_identifier_is_nobodys(send: Send, user_id: str, method: str, identifier: str) -> None:
    assert answer(send(method, f"/users/{identifier}")) == (404, {"error": "User not found"})
    assert send("GET", f"/users/{user_id}").status == 200


def test_a_user_identifier_may_be_percent_encoded(send: Send, user_id: str) -> None:
    encoded = "".join(f"%{ord(character):02X}" for character in user_id)
    assert send("GET", f"/users/{encoded}").status == 200


def test_a_user_identifier_in_capitals_is_another(send: Send, user_id: str) -> None:
    assert send("GET", f"/users/{user_id.upper()}").status == 404


# Accounts


def test_two_accounts_see_nothing_of_each_other(
    send: Send, emulator: KeytracEmulator, user_id: str, anytext_enrolment: list[str], anytext_attempt: str
) -> None:
    send("POST", "/anytext/enrol", {"user_id": user_id, "samples": anytext_enrolment})
    other = emulator.open_account()
    assert send("GET", "/users", token=other).json() == []
    assert set(send("GET", "/status", token=other).json()["overview"].values()) == {0}
    assert send("GET", f"/users/{user_id}", token=other).status == 404
    assert send("DELETE", f"/users/{user_id}", token=other).status == 404
    attempt = {"user_id": user_id, "samples": [anytext_attempt]}
    assert send("POST", "/anytext/authenticate", attempt, token=other).status == 404
    assert send("POST", "/anytext/enrol", attempt, token=other).status == 404
    assert send("POST", "/anytext/identify", {"samples": [anytext_attempt]}, token=other).status == 404
    assert send("POST", "/anytext/authenticate", attempt).json()["authenticated"] is True


def test_settings_and_faults_are_of_one_account(send: Send, emulator: KeytracEmulator) -> None:
    other = emulator.open_account()
    emulator.configure(verified=False)
    assert send("GET", "/users", token=other).status == 200
    emulator.find_account(other).fail_store("list-users")
    emulator.configure(verified=True)
    assert send("GET", "/users").status == 200
    assert send("GET", "/users", token=other).status == 500
    assert send("GET", "/users", token=other).status == 200


def test_a_store_fails_once_where_no_number_is_given(send: Send, emulator: KeytracEmulator) -> None:
    emulator.fail_store("list-users")
    assert [send("GET", "/users").status for _ in range(2)] == [500, 200]


def test_an_opened_account_has_a_token_of_36_characters_of_its_own(emulator: KeytracEmulator, token: str) -> None:
    tokens = {token, *(emulator.open_account() for _ in range(10))}
    assert len(tokens) == 11
    assert {len(each) for each in tokens} == {36}


def test_an_account_is_found_by_its_token_and_no_other(emulator: KeytracEmulator, token: str) -> None:
    assert emulator.find_account(token) is emulator.account
    with pytest.raises(ValueError, match=r"no account has this token; open_account\(\) opens one") as caught:
        emulator.find_account(STRANGER)
    assert STRANGER not in str(caught.value)


def test_without_a_token_of_its_own_an_emulator_makes_one_up() -> None:
    first, second = KeytracEmulator(), KeytracEmulator()
    assert len(first.token) == 36
    assert first.token != second.token


def test_everything_follows_from_the_random_source_and_the_clock() -> None:
    def journal() -> list[bytes]:
        emulator = KeytracEmulator(Clock(lambda: 0.0), Random("seed"))
        for path, method in (("/users", "POST"), ("/users", "POST"), ("/users", "GET")):
            emulator.handle(Request(method, path, headers=(("Authorization", emulator.token),)))
        return [exchange.response.body for exchange in emulator.requests]

    assert journal() == journal()


def test_a_reset_forgets_everything_but_the_token(send: Send, emulator: KeytracEmulator, token: str) -> None:
    send("POST", "/users")
    other = emulator.open_account()
    emulator.configure(verified=False, minimum_text_length=3)
    emulator.fail_store("list-users")
    emulator.case_sensitive_headers = False
    emulator.clock.advance(days=1)
    emulator.reset()
    assert emulator.token == token
    assert emulator.settings == AccountSettings()
    assert emulator.case_sensitive_headers is True
    assert len(emulator.requests) == 0
    assert emulator.clock.now().isoformat() == "2016-03-24T11:45:24.812000+00:00"
    assert send("GET", "/users").json() == []
    assert send("GET", "/status").json()["overview"]["users_created"] == 0
    assert send("GET", "/status", token=other).status == 401


def test_an_emulator_can_be_asked_from_several_threads(send: Send) -> None:
    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(lambda _: send("POST", "/users").json()["id"], range(200)))
    assert len(set(created)) == 200
    assert {user["identifier"] for user in send("GET", "/users").json()} == set(created)


def test_no_token_shows_in_a_representation(emulator: KeytracEmulator, token: str) -> None:
    other = emulator.open_account()
    shown = f"{emulator!r} {emulator.account!r} {emulator.find_account(other)!r} {emulator.settings!r}"
    assert "<KeytracEmulator: 2 accounts, 0 requests>" in shown
    assert token not in shown
    assert other not in shown
