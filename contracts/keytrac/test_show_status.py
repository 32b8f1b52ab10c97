"""GET /status."""

from datetime import date, timedelta

import httpx
import pytest

from pytest_keyauth import KeytracControl

from .answers import answer
from .enrolled import AnytextUser, PasswordUser


def overview(keytrac: httpx.Client, first: date, last: date) -> dict[str, int]:
    """The account's counters from the day `first` to the day `last`."""
    window = {"from": first.isoformat(), "to": last.isoformat()}
    counters: dict[str, int] = keytrac.get("/status", params=window).raise_for_status().json()["overview"]
    return counters


@pytest.fixture
def creation_day(keytrac: httpx.Client, user_id: str) -> date:
    """The day in UTC on which the user was created, by the provider's own clock."""
    [user] = [user for user in keytrac.get("/users").json() if user["identifier"] == user_id]
    return date.fromisoformat(user["created_at"][:10])


@pytest.mark.keyauth_outcome("showStatus/200/overview")
def test_the_account_has_an_overview_of_three_counters(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    assert anytext_user.accepts(anytext_user.genuine.valid())
    status, media_type, body = answer(keytrac.get("/status"))
    assert (status, media_type) == (200, "application/json")
    assert set(body) == {"overview"}
    assert set(body["overview"]) == {"users_created", "enrolments", "authentications"}
    assert [type(counter) for counter in body["overview"].values()] == [int, int, int]
    assert min(body["overview"].values()) >= 1


@pytest.mark.keyauth_outcome("showStatus/200/overview")
def test_users_enrolments_and_authentications_are_counted(
    keytrac: httpx.Client,
    keytrac_emulator: KeytracControl,
    anytext_user: AnytextUser,
    password_user: PasswordUser,
) -> None:
    keytrac.post("/users").raise_for_status()
    keytrac.post("/users").raise_for_status()
    assert anytext_user.accepts(anytext_user.genuine.valid())
    assert answer(keytrac.get("/status")) == (
        200,
        "application/json",
        {"overview": {"users_created": 3, "enrolments": 2, "authentications": 1}},
    )


@pytest.mark.keyauth_outcome("showStatus/200/overview")
def test_a_new_account_has_counters_of_zero(keytrac: httpx.Client, keytrac_emulator: KeytracControl) -> None:
    assert answer(keytrac.get("/status")) == (
        200,
        "application/json",
        {"overview": {"users_created": 0, "enrolments": 0, "authentications": 0}},
    )


@pytest.mark.keyauth_outcome("showStatus/200/overview")
def test_refused_enrolments_and_authentications_are_not_counted(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    refused = {"user_id": anytext_user.identifier, "samples": anytext_user.genuine.corrupted()}
    assert keytrac.post("/anytext/enrol", json=refused).status_code == 400
    assert keytrac.post("/anytext/authenticate", json=refused).status_code == 400
    counters = keytrac.get("/status").json()["overview"]
    assert counters == {"users_created": 1, "enrolments": 1, "authentications": 0}


@pytest.mark.keyauth_outcome("showStatus/200/overview")
def test_activity_of_another_account_is_not_counted(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    other = {"Authorization": keytrac_emulator.open_account()}
    response = keytrac.get("/status", auth=None, headers=other)
    assert response.json()["overview"] == {"users_created": 0, "enrolments": 0, "authentications": 0}


@pytest.mark.keyauth_outcome("showStatus/200/overview")
def test_a_window_has_the_same_form_as_the_whole(keytrac: httpx.Client) -> None:
    status, media_type, body = answer(keytrac.get("/status?from=2015-06-01&to=2015-12-01"))
    assert (status, media_type) == (200, "application/json")
    assert set(body) == {"overview"}
    assert set(body["overview"]) == {"users_created", "enrolments", "authentications"}
    assert [type(counter) for counter in body["overview"].values()] == [int, int, int]


@pytest.mark.keyauth_outcome("showStatus/200/overview")
def test_a_window_around_today_has_what_was_done_now(
    keytrac: httpx.Client, anytext_user: AnytextUser, creation_day: date
) -> None:
    assert anytext_user.accepts(anytext_user.genuine.valid())
    yesterday, tomorrow = creation_day - timedelta(days=1), creation_day + timedelta(days=1)
    assert min(overview(keytrac, yesterday, tomorrow).values()) >= 1


@pytest.mark.keyauth_outcome("showStatus/200/overview")
def test_a_window_includes_its_first_and_its_last_day(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, creation_day: date
) -> None:
    yesterday, tomorrow = creation_day - timedelta(days=1), creation_day + timedelta(days=1)
    assert overview(keytrac, creation_day, tomorrow)["users_created"] == 1
    assert overview(keytrac, yesterday, creation_day)["users_created"] == 1
    assert overview(keytrac, creation_day, creation_day)["users_created"] == 1


@pytest.mark.keyauth_outcome("showStatus/200/overview")
def test_a_window_excludes_the_days_before_and_after_it(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, creation_day: date
) -> None:
    yesterday, tomorrow = creation_day - timedelta(days=1), creation_day + timedelta(days=1)
    nothing = {"users_created": 0, "enrolments": 0, "authentications": 0}
    assert overview(keytrac, yesterday, yesterday) == nothing
    assert overview(keytrac, tomorrow, tomorrow) == nothing


@pytest.mark.keyauth_outcome("showStatus/400/only-from")
def test_a_window_without_an_end_is_refused(keytrac: httpx.Client) -> None:
    response = keytrac.get("/status", params={"from": "2015-06-01"})
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Only parameter [from] given. Require both parameters [from] and [to]"},
    )


@pytest.mark.keyauth_outcome("showStatus/400/only-to")
def test_a_window_without_a_start_is_refused(keytrac: httpx.Client) -> None:
    response = keytrac.get("/status", params={"to": "2015-12-01"})
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Only parameter [to] given. Require both parameters [from] and [to]"},
    )


@pytest.mark.keyauth_outcome("showStatus/400/from-format")
@pytest.mark.parametrize(
    "start", ["01-06-2015", "2015/06/01", "20150601", "2015-6-1", "2015-06-01T00:00:00Z", "yesterday"]
)
def test_a_window_that_starts_on_no_date_is_refused(keytrac: httpx.Client, start: str) -> None:
    response = keytrac.get("/status", params={"from": start, "to": "2015-12-01"})
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Format of parameter [from] is invalid: Only accept a format of [YYYY-MM-DD]"},
    )


@pytest.mark.keyauth_outcome("showStatus/400/to-format")
@pytest.mark.parametrize("end", ["01-12-2015", "2015/12/01", "20151201", "2015-12-1", "2015-12-01T00:00:00Z", "today"])
def test_a_window_that_ends_on_no_date_is_refused(keytrac: httpx.Client, end: str) -> None:
    response = keytrac.get("/status", params={"from": "2015-06-01", "to": end})
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Format of parameter [to] is invalid: Only accept a format of [YYYY-MM-DD]"},
    )


@pytest.mark.keyauth_outcome("showStatus/400/window-invalid")
def test_a_window_that_ends_before_it_starts_is_refused(keytrac: httpx.Client) -> None:
    response = keytrac.get("/status", params={"from": "2015-06-02", "to": "2015-06-01"})
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Date window is invalid: Parameter [to] must be greater than or equal to [from]"},
    )


@pytest.mark.keyauth_outcome("showStatus/500/calculate-status")
def test_a_status_that_cannot_be_calculated_is_an_error_and_can_be_asked_for_again(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, user_id: str
) -> None:
    keytrac_emulator.fail_store("read-activity")
    response = keytrac.get("/status")
    assert answer(response) == (500, "application/json", {"error": "Unable to calculate status"})
    counters = keytrac.get("/status").json()["overview"]
    assert counters == {"users_created": 1, "enrolments": 0, "authentications": 0}
