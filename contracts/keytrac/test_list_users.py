"""GET /users."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from pytest_keyauth import KeytracControl

from .answers import answer
from .enrolled import AnytextUser


@pytest.mark.keyauth_outcome("listUsers/200/listed")
def test_users_are_listed_with_identifier_creation_and_where_there_was_one_last_activity(
    keytrac: httpx.Client, anytext_user: AnytextUser
) -> None:
    idle = keytrac.post("/users").json()["id"]
    status, media_type, body = answer(keytrac.get("/users"))
    assert (status, media_type) == (200, "application/json")
    users = {user["identifier"]: user for user in body}
    assert set(users[idle]) == {"identifier", "created_at"}
    assert set(users[anytext_user.identifier]) == {"identifier", "created_at", "last_activity"}


@pytest.mark.keyauth_outcome("listUsers/200/listed")
def test_every_user_of_the_list_has_the_documented_form(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    keytrac.post("/users").raise_for_status()
    users = keytrac.get("/users").json()
    active = [user for user in users if "last_activity" in user]
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    created_at = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"
    last_activity = r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}Z"
    assert all(set(user) - {"last_activity"} == {"identifier", "created_at"} for user in users)
    assert all(re.fullmatch(uuid, user["identifier"]) for user in users)
    assert all(re.fullmatch(created_at, user["created_at"]) for user in users)
    assert all(re.fullmatch(last_activity, user["last_activity"]) for user in active)


@pytest.mark.keyauth_outcome("listUsers/200/listed")
def test_an_account_without_users_has_an_empty_list(keytrac: httpx.Client, keytrac_emulator: KeytracControl) -> None:
    assert answer(keytrac.get("/users")) == (200, "application/json", [])


@pytest.mark.keyauth_outcome("listUsers/200/listed")
def test_the_list_has_each_user_of_the_account_once(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    idle = keytrac.post("/users").json()["id"]
    users = keytrac.get("/users").json()
    assert len(users) == 2
    assert {user["identifier"] for user in users} == {idle, anytext_user.identifier}
    assert {frozenset(user) for user in users} == {
        frozenset({"identifier", "created_at"}),
        frozenset({"identifier", "created_at", "last_activity"}),
    }


@pytest.mark.keyauth_outcome("listUsers/200/listed")
def test_the_only_active_user_is_listed_with_last_activity(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    [user] = keytrac.get("/users").json()
    assert set(user) == {"identifier", "created_at", "last_activity"}
    assert user["identifier"] == anytext_user.identifier


@pytest.mark.keyauth_outcome("listUsers/200/listed")
def test_the_dates_are_those_of_creation_and_enrolment(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    [user] = [user for user in keytrac.get("/users").json() if user["identifier"] == anytext_user.identifier]
    created_at = datetime.fromisoformat(user["created_at"])
    last_activity = datetime.fromisoformat(user["last_activity"])
    assert timedelta(0) <= last_activity - created_at < timedelta(minutes=5)


@pytest.mark.keyauth_outcome("listUsers/200/listed")
def test_the_date_of_creation_is_now_in_utc(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, user_id: str
) -> None:
    [user] = keytrac.get("/users").json()
    assert abs(datetime.now(UTC) - datetime.fromisoformat(user["created_at"])) < timedelta(minutes=5)


@pytest.mark.keyauth_outcome("listUsers/200/listed")
def test_users_of_another_account_are_not_listed(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, user_id: str
) -> None:
    other = {"Authorization": keytrac_emulator.open_account()}
    others_user = keytrac.request("POST", "/users", auth=None, headers=other).json()["id"]
    assert [user["identifier"] for user in keytrac.get("/users").json()] == [user_id]
    listed = keytrac.get("/users", auth=None, headers=other).json()
    assert [user["identifier"] for user in listed] == [others_user]


@pytest.mark.keyauth_outcome("listUsers/500/user-overview")
def test_a_list_that_cannot_be_computed_is_an_error_and_can_be_asked_for_again(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, user_id: str
) -> None:
    keytrac_emulator.fail_store("list-users")
    response = keytrac.get("/users")
    assert answer(response) == (500, "application/json", {"error": "Unable to compute user overview"})
    assert [user["identifier"] for user in keytrac.get("/users").json()] == [user_id]
