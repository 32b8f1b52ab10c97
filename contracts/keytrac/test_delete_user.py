"""DELETE /users/{user_identifier}."""

import httpx
import pytest

from pytest_keyauth import KeytracControl

from .answers import answer
from .enrolled import AnytextUser


def listed(keytrac: httpx.Client) -> list[str]:
    """The identifiers of all users of the account."""
    return [user["identifier"] for user in keytrac.get("/users").json()]


@pytest.mark.keyauth_outcome("deleteUser/200/deleted")
def test_a_user_is_deleted_and_no_longer_listed(keytrac: httpx.Client, user_id: str) -> None:
    status, media_type, body = answer(keytrac.delete(f"/users/{user_id}"))
    assert (status, media_type, body) == (200, "application/json", {"OK": True})
    assert body["OK"] is True
    assert user_id not in listed(keytrac)


@pytest.mark.keyauth_outcome("deleteUser/200/deleted")
def test_only_the_user_that_was_named_is_deleted(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    other = keytrac.post("/users").json()["id"]
    assert keytrac.delete(f"/users/{other}").status_code == 200
    assert listed(keytrac) == [anytext_user.identifier]
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("deleteUser/200/deleted")
def test_the_profile_of_a_deleted_user_is_gone(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    assert keytrac.delete(f"/users/{anytext_user.identifier}").status_code == 200
    attempt = {"user_id": anytext_user.identifier, "samples": anytext_user.genuine.valid()}
    response = keytrac.post("/anytext/authenticate", json=attempt)
    assert answer(response) == (404, "application/json", {"error": "Entity not found"})


@pytest.mark.keyauth_outcome("deleteUser/404/user-not-found")
@pytest.mark.parametrize(
    "user_identifier",
    [
        pytest.param("8f5a2308-90b5-4afa-8847-ebf2b99f4082", id="the-example-of-the-document"),
        pytest.param("8f5a2308-90b5-4afa-8847-ebf2b99f408", id="too-short"),
        pytest.param("nobody", id="no-uuid"),
    ],
)
def test_a_user_that_does_not_exist_is_not_found_and_nobody_else_is_deleted(
    keytrac: httpx.Client, user_id: str, user_identifier: str
) -> None:
    response = keytrac.delete(f"/users/{user_identifier}")
    assert answer(response) == (404, "application/json", {"error": "User not found"})
    assert user_id in listed(keytrac)


@pytest.mark.keyauth_outcome("deleteUser/404/user-not-found")
def test_a_user_cannot_be_deleted_twice(keytrac: httpx.Client, user_id: str) -> None:
    assert keytrac.delete(f"/users/{user_id}").status_code == 200
    response = keytrac.delete(f"/users/{user_id}")
    assert answer(response) == (404, "application/json", {"error": "User not found"})


@pytest.mark.keyauth_outcome("deleteUser/404/user-not-found")
def test_a_user_of_another_account_is_not_found_and_stays(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl
) -> None:
    other = {"Authorization": keytrac_emulator.open_account()}
    others_user = keytrac.request("POST", "/users", auth=None, headers=other).json()["id"]
    response = keytrac.delete(f"/users/{others_user}")
    assert answer(response) == (404, "application/json", {"error": "User not found"})
    assert keytrac.get(f"/users/{others_user}", auth=None, headers=other).status_code == 200


@pytest.mark.keyauth_outcome("deleteUser/500/delete-user")
def test_a_deletion_that_fails_leaves_the_user_and_can_be_repeated(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    keytrac_emulator.fail_store("delete-user")
    response = keytrac.delete(f"/users/{anytext_user.identifier}")
    assert answer(response) == (500, "application/json", {"error": "Unable to delete user"})
    assert listed(keytrac) == [anytext_user.identifier]
    assert anytext_user.accepts(anytext_user.genuine.valid())
    assert keytrac.delete(f"/users/{anytext_user.identifier}").status_code == 200
    assert listed(keytrac) == []
