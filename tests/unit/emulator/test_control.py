import json
from collections.abc import Callable
from typing import Any

import pytest

from pytest_keyauth import __version__
from pytest_keyauth.emulator.control import ControlPlane
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.keytrac.steering import KeytracSteering
from pytest_keyauth.emulator.message import Request, Response

JSON = (("Content-Type", "application/json"),)
STRANGER = "5e0c9a36-1f7b-4d7e-9b63-c2f1a8d04e97"


@pytest.fixture
def plane(emulator: KeytracEmulator) -> ControlPlane:
    return ControlPlane({"keytrac": KeytracSteering(emulator)})


@pytest.fixture
def command(plane: ControlPlane) -> Callable[..., Response]:
    """Posts a JSON object to the control plane: command("fault", fault="fail-store", action="list-users")."""

    def post(name: str, **arguments: Any) -> Response:
        return plane.handle(Request("POST", f"/_keyauth/{name}", headers=JSON, body=json.dumps(arguments).encode()))

    return post


def test_the_control_plane_describes_itself(plane: ControlPlane) -> None:
    response = plane.handle(Request("GET", "/_keyauth/"))
    assert response.status == 200
    assert response.json() == {
        "version": __version__,
        "providers": ["keytrac"],
        "commands": [
            "GET /_keyauth/",
            "GET /_keyauth/requests",
            "POST /_keyauth/reset",
            "POST /_keyauth/clock",
            "POST /_keyauth/accounts",
            "POST /_keyauth/configure",
            "POST /_keyauth/fault",
            "POST /_keyauth/answer",
            "POST /_keyauth/decide",
        ],
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_keyauth/reset"),
        ("POST", "/_keyauth/requests"),
        ("POST", "/_keyauth/"),
        ("DELETE", "/_keyauth/accounts"),
        ("POST", "/_keyauth/Reset"),
        ("POST", "/_keyauth/reset/"),
        ("POST", "/_keyauth/no-such-command"),
        ("POST", "/_keyauth/\ud800"),
    ],
)
def test_an_unknown_command_is_told_which_there_are(plane: ControlPlane, method: str, path: str) -> None:
    response = plane.handle(Request(method, path, headers=JSON, body=b"{}"))
    assert response.status == 404
    assert response.json()["error"].startswith("no such command; there are: GET /_keyauth/, ")


# Who may steer


@pytest.mark.parametrize("name", ["Origin", "origin", "ORIGIN"])
@pytest.mark.parametrize("origin", ["https://example.org", "http://localhost", "null", ""])
@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "requests"), ("POST", "reset")])
def test_a_web_page_is_refused(
    plane: ControlPlane, user_id: str, emulator: KeytracEmulator, method: str, path: str, name: str, origin: str
) -> None:
    response = plane.handle(Request(method, f"/_keyauth/{path}", headers=(*JSON, (name, origin)), body=b"{}"))
    assert response.status == 403
    assert list(response.json()) == ["error"]
    assert emulator.account.store.find_user(user_id) is not None


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json5"],
)
def test_a_command_with_a_content_type_that_a_page_may_send_is_refused(
    plane: ControlPlane, user_id: str, emulator: KeytracEmulator, content_type: str | None
) -> None:
    headers = () if content_type is None else (("Content-Type", content_type),)
    response = plane.handle(Request("POST", "/_keyauth/reset", headers=headers, body=b"{}"))
    assert response.status == 400
    assert response.json()["error"].endswith("expected application/json")
    assert emulator.account.store.find_user(user_id) is not None


@pytest.mark.parametrize(
    "header", [("content-type", "application/json"), ("Content-Type", "application/json; charset=utf-8")]
)
def test_a_content_type_of_json_is_taken_in_any_usual_form(
    plane: ControlPlane, user_id: str, emulator: KeytracEmulator, header: tuple[str, str]
) -> None:
    assert plane.handle(Request("POST", "/_keyauth/reset", headers=(header,), body=b"{}")).status == 200
    assert emulator.account.store.find_user(user_id) is None


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b'"reset"', b"\xff", b"[" * 100_000, b'{"times":' + b"9" * 5000 + b"}"],
    ids=["broken", "array", "null", "string", "not UTF-8", "deep", "a number of 5,000 digits"],
)
def test_a_command_whose_body_is_no_object_is_refused(
    plane: ControlPlane, user_id: str, emulator: KeytracEmulator, body: bytes
) -> None:
    response = plane.handle(Request("POST", "/_keyauth/reset", headers=JSON, body=body))
    assert response.status == 400
    assert response.json()["error"].endswith("expected an object")
    assert emulator.account.store.find_user(user_id) is not None


# Commands


def test_an_account_can_be_closed_with_what_was_planned_for_it(
    command: Callable[..., Response], emulator: KeytracEmulator
) -> None:
    tokens = [command("accounts").json()["token"] for _ in range(2)]
    for token in tokens:
        command("fault", fault="fail-transport", kind="latency", seconds=0.1, times=None, token=token)
    assert command("accounts", remove=tokens[0]).json() == {}
    assert repr(emulator).startswith("<KeytracEmulator: 2 accounts")
    assert [plan.scope.token for plan in emulator._script._plans] == tokens[1:]
    assert command("accounts", remove=tokens[0]).json()["error"].startswith("no account has this token")
    assert command("accounts", remove=emulator.token).json()["error"].startswith("the first account cannot be closed")
    assert command("accounts", remove=tokens[1]).json() == {}
    assert not emulator._script


@pytest.mark.parametrize("provider", ["keytrack", "", 1, True, [], {}])
@pytest.mark.parametrize("name", ["reset", "clock", "accounts", "configure", "fault"])
def test_a_command_for_an_unknown_provider_is_refused(
    command: Callable[..., Response], user_id: str, emulator: KeytracEmulator, name: str, provider: object
) -> None:
    assert command(name, provider=provider).status == 400
    assert emulator.account.store.find_user(user_id) is not None


def test_a_command_may_name_its_provider(
    command: Callable[..., Response], user_id: str, emulator: KeytracEmulator
) -> None:
    assert command("reset", provider="keytrac").json() == {}
    assert emulator.account.store.find_user(user_id) is None


def test_reset_forgets_everything_and_needs_no_body(
    plane: ControlPlane, user_id: str, emulator: KeytracEmulator, token: str
) -> None:
    assert plane.handle(Request("POST", "/_keyauth/reset", headers=JSON)).json() == {}
    assert emulator.account.store.find_user(user_id) is None
    assert len(emulator.requests) == 0
    assert emulator.token == token


def test_another_account_is_opened_and_steered_by_its_token(
    command: Callable[..., Response], send: Callable[..., Response]
) -> None:
    other = command("accounts").json()["token"]
    assert len(other) == 36
    assert command("configure", token=other, settings={"verified": False}).status == 200
    assert send("GET", "/status", token=other).status == 403
    assert send("GET", "/status").status == 200


@pytest.mark.parametrize("stranger", [STRANGER, "", "\ud800", 5, [], False])
@pytest.mark.parametrize("name", ["configure", "fault"])
def test_a_token_of_nobody_is_refused_and_not_repeated(
    command: Callable[..., Response], send: Callable[..., Response], name: str, stranger: object
) -> None:
    response = command(name, token=stranger, settings={"verified": False}, fault="fail-store", action="read-activity")
    assert response.status == 400
    assert response.json() == {"error": "no account has this token; open_account() opens one"}
    assert send("GET", "/status").status == 200


def test_settings_can_be_changed(command: Callable[..., Response], emulator: KeytracEmulator) -> None:
    changes = {"minimum_text_length": 80, "minimum_password_samples": 3}
    assert command("configure", settings=changes).json() == {}
    assert emulator.settings.minimum_text_length == 80
    assert emulator.settings.minimum_password_samples == 3
    assert emulator.settings.verified is True


def test_the_case_of_header_names_can_be_told_not_to_matter(
    command: Callable[..., Response], emulator: KeytracEmulator, token: str
) -> None:
    request = Request("GET", "/status", headers=(("authorization", token),))
    assert emulator.handle(request).status == 401
    assert command("configure", settings={"case_sensitive_headers": False}).status == 200
    assert emulator.handle(request).status == 200


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"verfied": False}, "no account setting 'verfied'; there are: minimum_password_samples, "),
        ({"\ud800": 1}, "no account setting '\\ud800'; "),
        ({"verified": 0}, "verified=0: expected True or False"),
        ({"minimum_text_length": "40"}, "minimum_text_length='40': expected a whole number"),
        ({"minimum_text_length": -1}, "minimum_text_length=-1: expected a whole number"),
        ({"minimum_password_samples": True}, "minimum_password_samples=True: expected a whole number"),
        ({"minimum_password_samples": 1.0}, "minimum_password_samples=1.0: expected a whole number"),
        ({"case_sensitive_headers": "no"}, "case_sensitive_headers='no': expected true or false"),
        ({"self": 1}, ""),
        ([], "settings=[]: expected dict"),
        (None, "settings=None: expected dict"),
    ],
)
def test_settings_that_cannot_be_are_refused_and_none_is_changed(
    command: Callable[..., Response], emulator: KeytracEmulator, settings: Any, message: str
) -> None:
    before = emulator.settings
    if isinstance(settings, dict):
        settings = {"case_sensitive_headers": False, "minimum_text_length": 12, **settings}
    response = command("configure", settings=settings)
    assert response.status == 400
    assert response.json()["error"].startswith(message)
    assert emulator.settings == before
    assert emulator.case_sensitive_headers is True


def test_a_store_fails_as_often_as_it_is_told_to(
    command: Callable[..., Response], send: Callable[..., Response]
) -> None:
    assert command("fault", fault="fail-store", action="list-users", times=2).json() == {}
    assert [send("GET", "/users").status for _ in range(3)] == [500, 500, 200]


def test_a_store_fails_once_where_no_number_is_given(
    command: Callable[..., Response], send: Callable[..., Response]
) -> None:
    command("fault", fault="fail-store", action="read-activity")
    assert [send("GET", "/status").status for _ in range(2)] == [500, 200]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("damage-profile", "Unable to deserialize profile of user"),
        ("distort-profile", "Unable to authenticate user"),
    ],
)
def test_a_profile_can_be_spoiled_and_restored(
    command: Callable[..., Response],
    send: Callable[..., Response],
    user_id: str,
    password_enrolment: list[str],
    password_attempt: str,
    fault: str,
    error: str,
) -> None:
    def attempt() -> Response:
        return send("POST", "/password/authenticate", {"user_id": user_id, "samples": [password_attempt]})

    send("POST", "/password/enrol", {"user_id": user_id, "samples": password_enrolment})
    assert command("fault", fault=fault, user_id=user_id, method="password").json() == {}
    assert (attempt().status, attempt().json()) == (500, {"error": error})
    assert command("fault", fault="restore-profile", user_id=user_id, method="password").json() == {}
    assert attempt().json()["authenticated"] is True


def test_a_damaged_profile_can_still_be_distorted(
    command: Callable[..., Response],
    send: Callable[..., Response],
    user_id: str,
    password_enrolment: list[str],
) -> None:
    send("POST", "/password/enrol", {"user_id": user_id, "samples": password_enrolment})
    assert command("fault", fault="damage-profile", user_id=user_id, method="password").status == 200
    assert command("fault", fault="distort-profile", user_id=user_id, method="password").status == 200


NOBODY = "8f5a2308-90b5-4afa-8847-ebf2b99f4082"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "fault=None: expected str"),
        ({"fault": ["fail-store"]}, "fault=['fail-store']: expected str"),
        ({"fault": "\ud800"}, "no fault '\\ud800'; there are: fail-store, fail-transport, damage-profile, "),
        ({"fault": "fail_store"}, "no fault 'fail_store'; there are: fail-store, fail-transport, damage-profile, "),
        ({"fault": "fail-store"}, "action=None: expected str"),
        ({"fault": "fail-store", "action": "enrol"}, "no store action 'enrol'; there are: list-users, "),
        ({"fault": "fail-store", "action": "list-users", "times": -1}, "times=-1: expected 0 (mend) or more"),
        ({"fault": "fail-store", "action": "list-users", "times": True}, "times=True: expected int"),
        ({"fault": "fail-store", "action": "list-users", "times": 1.0}, "times=1.0: expected int"),
        ({"fault": "fail-store", "action": "list-users", "times": None}, "times=None: expected int"),
        ({"fault": "damage-profile", "method": "anytext"}, "user_id=None: expected str"),
        ({"fault": "damage-profile", "user_id": NOBODY}, "method=None: expected str"),
        ({"fault": "damage-profile", "user_id": NOBODY, "method": "anytext"}, f"no user '{NOBODY}' in this account"),
        ({"fault": "distort-profile", "user_id": "\ud800", "method": "anytext"}, "no user '\\ud800' in this account"),
        ({"fault": "restore-profile", "user_id": NOBODY, "method": "anytext"}, f"no user '{NOBODY}' in this account"),
    ],
)
def test_faults_that_cannot_be_are_refused_and_nothing_fails(
    command: Callable[..., Response], send: Callable[..., Response], arguments: dict[str, Any], message: str
) -> None:
    response = command("fault", **arguments)
    assert response.status == 400
    assert response.json()["error"].startswith(message)
    assert send("GET", "/users").status == 200


def test_the_fault_of_a_profile_that_is_not_there_is_refused(command: Callable[..., Response], user_id: str) -> None:
    response = command("fault", fault="damage-profile", user_id=user_id, method="typing")
    assert response.status == 400
    assert response.json()["error"] == f"user '{user_id}' has no profile for 'typing'; enrolled: none"


def test_the_clock_can_be_moved(command: Callable[..., Response], emulator: KeytracEmulator) -> None:
    answer = command("clock", days=1, hours=-1, minutes=0.5).json()
    assert answer == {"keytrac": "2016-03-25T10:45:54.812000+00:00"}
    assert emulator.clock.now().isoformat() == "2016-03-25T10:45:54.812000+00:00"


@pytest.mark.parametrize(
    "arguments",
    [
        {"weeks": 1},
        {"hours": "24"},
        {"hours": None},
        {"hours": True},
        {"hours": []},
        {"hours": 1, "token": STRANGER},
        {"days": 1e300},
        {"days": float("nan")},
        {"days": 4_000_000},
        {"self": 1},
    ],
)
def test_a_move_of_the_clock_that_cannot_be_is_refused_and_the_emulator_goes_on(
    command: Callable[..., Response],
    send: Callable[..., Response],
    emulator: KeytracEmulator,
    arguments: dict[str, Any],
) -> None:
    before = emulator.clock.now()
    response = command("clock", **arguments)
    assert response.status == 400
    assert "expected" in response.json()["error"]
    assert emulator.clock.now() == before
    assert send("GET", "/status").status == 200


# The journal


def test_the_journal_shows_what_was_asked_and_what_was_answered(
    plane: ControlPlane, send: Callable[..., Response]
) -> None:
    send("GET", "/status", query="from=2015-06-01")
    send("POST", "/anytext/enrol", {"user_id": 1, "samples": ["ä"]})
    shown = plane.handle(Request("GET", "/_keyauth/requests")).json()
    assert [(each["operation"], each["method"], each["path"], each["query"], each["status"]) for each in shown] == [
        ("showStatus", "GET", "/status", "from=2015-06-01", 400),
        ("enrolAnytext", "POST", "/anytext/enrol", "", 400),
    ]
    assert json.loads(shown[1]["body"]) == {"user_id": 1, "samples": ["ä"]}
    assert json.loads(shown[1]["answer"]) == {"error": "Attributes missing"}
    assert ["Content-Type", "application/json"] in shown[1]["headers"]


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION", "Cookie", "Set-Cookie"])
def test_the_journal_masks_credentials_however_the_header_is_written(
    plane: ControlPlane, emulator: KeytracEmulator, name: str
) -> None:
    emulator.handle(Request("GET", "/status", headers=((name, STRANGER), ("Accept", "*/*"))))
    response = plane.handle(Request("GET", "/_keyauth/requests"))
    assert response.json()[0]["headers"] == [[name, "…"], ["Accept", "*/*"]]
    assert STRANGER.encode() not in response.body


def test_what_steers_the_emulator_is_not_in_its_journal(
    command: Callable[..., Response], emulator: KeytracEmulator
) -> None:
    command("accounts")
    command("reset")
    assert len(emulator.requests) == 0


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("answer", {}, "outcome=None: expected str"),
        ("answer", {"outcome": "showStatus/500/calculate-status"}, "this emulator was made without documents"),
        ("fault", {"fault": "fail-transport"}, "kind=None: expected str"),
        ("fault", {"fault": "fail-transport", "kind": "lag"}, "no transport fault 'lag'; there are: latency, "),
        ("fault", {"fault": "fail-transport", "kind": "latency"}, "seconds=None: expected a number of them"),
        (
            "fault",
            {"fault": "fail-transport", "kind": "reset", "operation": "enrol"},
            "no operation 'enrol'; there are: ",
        ),
        ("fault", {"fault": "fail-transport", "kind": "reset", "times": "1"}, "times='1': expected int"),
        ("fault", {"fault": "fail-transport", "kind": "reset", "after": 1.0}, "after=1.0: expected int"),
        ("fault", {"fault": "fail-transport", "kind": "reset", "probability": "1"}, "probability='1': expected float"),
        ("fault", {"fault": "fail-transport", "kind": "reset", "path": 1}, "path=1: expected str"),
        ("decide", {"score": "42"}, "score='42': expected int"),
        ("decide", {"score": 101}, "score=101: expected a whole number from 0 to 100, or None"),
        ("decide", {"score": 42, "user_id": NOBODY}, f"no user '{NOBODY}' in this account"),
    ],
)
def test_what_cannot_be_planned_or_decided_is_refused_and_nothing_is(
    command: Callable[..., Response], send: Callable[..., Response], name: str, arguments: dict[str, Any], message: str
) -> None:
    response = command(name, **arguments)
    assert response.status == 400
    assert message in response.json()["error"]
    assert send("GET", "/users").disturbance is None


def test_a_disturbance_is_planned_for_one_account(
    command: Callable[..., Response], send: Callable[..., Response], token: str
) -> None:
    other = command("accounts").json()["token"]
    command("fault", fault="fail-transport", kind="reset", token=other, times=None, probability=1)
    assert send("GET", "/users").disturbance is None
    assert send("GET", "/users", token=other).is_broken


def test_a_score_is_decided_for_one_account(command: Callable[..., Response], emulator: KeytracEmulator) -> None:
    other = command("accounts").json()["token"]
    assert command("decide", token=other, score=42).json() == {}
    assert emulator.find_account(other).decided_score("anybody") == 42
    assert emulator.account.decided_score("anybody") is None
    command("decide", token=other, score=None)
    assert emulator.find_account(other).decided_score("anybody") is None


def test_the_journal_of_the_control_plane_names_outcomes(plane: ControlPlane, send: Callable[..., Response]) -> None:
    send("GET", "/users")
    [shown] = plane.handle(Request("GET", "/_keyauth/requests")).json()
    assert (shown["operation"], shown["outcome"]) == ("listUsers", None)  # it was made without documents
