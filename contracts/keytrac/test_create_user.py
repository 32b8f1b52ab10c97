"""POST /users."""

import re

import httpx
import pytest

from pytest_keyauth import KeytracControl

from .answers import answer


@pytest.mark.keyauth_outcome("createUser/2XX/created")
def test_a_created_user_gets_an_identifier_and_is_listed(keytrac: httpx.Client) -> None:
    response = keytrac.post("/users")
    _, media_type, body = answer(response)
    assert response.is_success
    assert media_type == "application/json"
    assert set(body) == {"id"}
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", body["id"])
    assert body["id"] in [user["identifier"] for user in keytrac.get("/users").json()]


@pytest.mark.keyauth_outcome("createUser/2XX/created")
def test_a_user_is_created_as_curl_does_it_with_an_empty_form(keytrac: httpx.Client) -> None:
    response = keytrac.post("/users", headers={"Content-Type": "application/x-www-form-urlencoded"})
    _, media_type, body = answer(response)
    assert response.is_success
    assert media_type == "application/json"
    assert set(body) == {"id"}
    assert keytrac.get(f"/users/{body['id']}").status_code == 200


@pytest.mark.keyauth_outcome("createUser/2XX/created")
def test_every_created_user_gets_an_identifier_of_its_own(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl
) -> None:
    created = [keytrac.post("/users").json()["id"] for _ in range(3)]
    listed = [user["identifier"] for user in keytrac.get("/users").json()]
    assert len(set(created)) == 3
    assert sorted(listed) == sorted(created)


@pytest.mark.keyauth_outcome("createUser/2XX/created")
def test_a_created_user_is_not_enrolled_for_anything(keytrac: httpx.Client, keytrac_emulator: KeytracControl) -> None:
    keytrac.post("/users").raise_for_status()
    overview = keytrac.get("/status").json()["overview"]
    assert overview == {"users_created": 1, "enrolments": 0, "authentications": 0}


@pytest.mark.keyauth_outcome("createUser/401/token-missing")
def test_a_creation_without_a_token_adds_no_user(keytrac: httpx.Client, keytrac_emulator: KeytracControl) -> None:
    response = keytrac.request("POST", "/users", auth=None)
    assert answer(response) == (401, "application/json", {"error": "Authentication token missing"})
    assert keytrac.get("/users").json() == []


@pytest.mark.keyauth_outcome("createUser/403/not-verified")
def test_a_creation_on_an_unverified_account_adds_no_user(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl
) -> None:
    keytrac_emulator.configure(verified=False)
    response = keytrac.post("/users")
    assert answer(response) == (403, "application/json", {"error": "Account is not verified"})
    keytrac_emulator.configure(verified=True)
    assert keytrac.get("/users").json() == []
