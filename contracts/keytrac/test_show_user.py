"""GET /users/{user_identifier}."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from pytest_keyauth import KeytracControl, Samples

from .answers import answer
from .enrolled import AnytextUser, PasswordUser


@pytest.mark.keyauth_outcome("showUser/200/shown")
def test_the_details_of_an_enrolled_user_are_shown(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    status, media_type, body = answer(keytrac.get(f"/users/{anytext_user.identifier}"))
    assert (status, media_type) == (200, "application/json")
    assert set(body) == {"overview", "method"}
    overview, anytext = body["overview"], body["method"]["anytext"]
    assert set(overview) == {"enrolment_count", "authentication_count", "last_activity"}
    assert (overview["enrolment_count"], overview["authentication_count"]) == (1, 0)
    assert type(overview["enrolment_count"]) is int
    assert type(overview["authentication_count"]) is int
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC", overview["last_activity"])
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC", anytext["last_activity"])


@pytest.mark.keyauth_outcome("showUser/200/shown")
def test_every_enrolment_and_authentication_of_the_user_is_counted(
    keytrac: httpx.Client, anytext_user: AnytextUser, password_user: PasswordUser
) -> None:
    again = {"user_id": anytext_user.identifier, "samples": anytext_user.genuine.valid()}
    keytrac.post("/anytext/enrol", json=again).raise_for_status()
    assert anytext_user.accepts(anytext_user.genuine.valid())
    assert password_user.accepts(password_user.genuine.valid())
    overview = keytrac.get(f"/users/{anytext_user.identifier}").json()["overview"]
    assert (overview["enrolment_count"], overview["authentication_count"]) == (3, 2)


@pytest.mark.keyauth_outcome("showUser/200/shown")
def test_a_new_user_has_counters_of_zero(keytrac: httpx.Client, user_id: str) -> None:
    overview = keytrac.get(f"/users/{user_id}").json()["overview"]
    assert (overview["enrolment_count"], overview["authentication_count"]) == (0, 0)


@pytest.mark.keyauth_outcome("showUser/200/shown")
def test_activity_of_another_user_is_not_counted(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    idle = keytrac.post("/users").json()["id"]
    assert anytext_user.accepts(anytext_user.genuine.valid())
    overview = keytrac.get(f"/users/{idle}").json()["overview"]
    assert (overview["enrolment_count"], overview["authentication_count"]) == (0, 0)


@pytest.mark.keyauth_outcome("showUser/200/shown")
def test_the_last_activity_is_the_one_of_the_list_and_of_the_only_method_used(
    keytrac: httpx.Client, anytext_user: AnytextUser
) -> None:
    body = keytrac.get(f"/users/{anytext_user.identifier}").json()
    [user] = [user for user in keytrac.get("/users").json() if user["identifier"] == anytext_user.identifier]
    shown = datetime.strptime(body["overview"]["last_activity"], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    listed = datetime.fromisoformat(user["last_activity"])
    assert body["method"]["anytext"]["last_activity"] == body["overview"]["last_activity"]
    # The list tells milliseconds and the details do not, and whether they are cut off or rounded is open.
    assert abs(listed - shown) <= timedelta(seconds=1)


@pytest.mark.keyauth_outcome("showUser/404/user-not-found")
@pytest.mark.parametrize(
    "user_identifier",
    [
        pytest.param("8f5a2308-90b5-4afa-8847-ebf2b99f4082", id="the-example-of-the-document"),
        pytest.param("8f5a2308-90b5-4afa-8847-ebf2b99f408", id="too-short"),
        pytest.param("nobody", id="no-uuid"),
    ],
)
def test_a_user_that_does_not_exist_is_not_found(keytrac: httpx.Client, user_identifier: str) -> None:
    response = keytrac.get(f"/users/{user_identifier}")
    assert answer(response) == (404, "application/json", {"error": "User not found"})


@pytest.mark.keyauth_outcome("showUser/404/user-not-found")
def test_a_deleted_user_is_not_found(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    keytrac.delete(f"/users/{anytext_user.identifier}").raise_for_status()
    response = keytrac.get(f"/users/{anytext_user.identifier}")
    assert answer(response) == (404, "application/json", {"error": "User not found"})


@pytest.mark.keyauth_outcome("showUser/404/user-not-found")
def test_a_user_of_another_account_is_not_found(keytrac: httpx.Client, keytrac_emulator: KeytracControl) -> None:
    other = {"Authorization": keytrac_emulator.open_account()}
    others_user = keytrac.request("POST", "/users", auth=None, headers=other).json()["id"]
    response = keytrac.get(f"/users/{others_user}")
    assert answer(response) == (404, "application/json", {"error": "User not found"})
    assert keytrac.get(f"/users/{others_user}", auth=None, headers=other).status_code == 200


@pytest.mark.keyauth_outcome("showUser/500/calculate-status")
def test_details_that_cannot_be_calculated_are_an_error_and_can_be_asked_for_again(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    keytrac_emulator.fail_store("read-activity")
    response = keytrac.get(f"/users/{anytext_user.identifier}")
    assert answer(response) == (500, "application/json", {"error": "Unable to calculate status"})
    repeated = keytrac.get(f"/users/{anytext_user.identifier}")
    assert repeated.status_code == 200
    assert repeated.json()["overview"]["enrolment_count"] == 1


@pytest.mark.keyauth_outcome("showUser/200/shown")
def test_a_refused_enrolment_is_not_counted(keytrac: httpx.Client, anytext_user: AnytextUser, samples: Samples) -> None:
    refused = {"user_id": anytext_user.identifier, "samples": samples.corrupted()}
    assert keytrac.post("/anytext/enrol", json=refused).status_code == 400
    overview = keytrac.get(f"/users/{anytext_user.identifier}").json()["overview"]
    assert (overview["enrolment_count"], overview["authentication_count"]) == (1, 0)
