"""POST /api/v1/token."""

import re
import time
from dataclasses import replace

import httpx
import pytest

from pytest_keyauth import KeyfaxControl, KeyfaxCredentials

from . import wrong_bearer
from .answers import answer, explanation, shows
from .authorizations import bear, renewal_answer, send, send_signed
from .signatures import is_signed_with, read_token


@pytest.mark.keyauth_outcome("renewToken/200/token")
def test_a_renewed_token_comes_with_the_company_of_the_first(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials
) -> None:
    first = keyfax.get("/api/v1/token").json()
    response = renewal_answer(keyfax, f"Bearer {keyfax_credentials.host}:{first['token']}")
    status, media_type, body = answer(response)
    assert (status, media_type) == (200, "application/json")
    assert set(body) == {"company", "token"}
    assert isinstance(body["token"], str)
    assert body["company"] == first["company"]
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", body["token"], re.ASCII)
    assert not shows(response, keyfax_credentials.signing_key)


@pytest.mark.keyauth_outcome("renewToken/200/token")
def test_a_renewed_token_can_be_renewed_and_expires_no_earlier_by_the_assumed_claim(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, token: str
) -> None:
    renewed = renewal_answer(keyfax, f"Bearer {keyfax_credentials.host}:{token}").json()["token"]
    again = renewal_answer(keyfax, f"Bearer {keyfax_credentials.host}:{renewed}")
    assert again.status_code == 200
    assert read_token(token)[1]["exp"] <= read_token(renewed)[1]["exp"] <= read_token(again.json()["token"])[1]["exp"]


@pytest.mark.keyauth_outcome("renewToken/200/token")
def test_a_renewed_token_is_valid_for_24_hours_from_now_however_old_the_first_is_by_the_assumed_claims(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials
) -> None:
    right = bear(keyfax_credentials)
    old = replace(right, claims={**right.claims, "exp": int(time.time()) + 600})
    _, claims = read_token(renewal_answer(keyfax, old.header()).json()["token"])
    assert claims["exp"] - claims["iat"] == 86400
    assert abs(claims["iat"] - time.time()) < 300


@pytest.mark.keyauth_outcome("renewToken/200/token")
def test_a_renewed_token_is_signed_with_the_active_key_by_the_assumed_algorithm(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, token: str
) -> None:
    renewed = renewal_answer(keyfax, f"Bearer {keyfax_credentials.host}:{token}").json()["token"]
    head, claims = read_token(renewed)
    assert head["alg"] == "HS256"
    assert keyfax_credentials.api_key in claims.values()
    assert is_signed_with(renewed, keyfax_credentials.signing_key)


@pytest.mark.keyauth_outcome("renewToken/200/token")
def test_a_token_that_is_made_as_the_document_describes_and_as_is_assumed_is_renewed(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials
) -> None:
    assert renewal_answer(keyfax, bear(keyfax_credentials).header()).status_code == 200


@pytest.mark.keyauth_outcome("renewToken/200/token")
def test_a_client_with_a_token_of_its_own_renews_it(keyfax_bearer: httpx.Client) -> None:
    response = keyfax_bearer.post("/api/v1/token")
    assert response.request.headers["Authorization"].startswith("Bearer ")
    assert response.status_code == 200


@pytest.mark.keyauth_outcome("renewToken/401/unauthorized")
@pytest.mark.parametrize("authorization", [None, ""], ids=["absent", "empty"])
def test_a_renewal_without_authorization_is_refused(keyfax: httpx.Client, authorization: str | None) -> None:
    response = send(keyfax, keyfax.build_request("POST", "/api/v1/token"), authorization)
    assert response.status_code == 401
    assert explanation(response) != ""


@wrong_bearer.each_wrong_bearer_of_the_host
@pytest.mark.keyauth_outcome("renewToken/401/unauthorized")
def test_a_wrong_bearer_authorization_is_refused(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, spoil: wrong_bearer.Spoil
) -> None:
    response = renewal_answer(keyfax, spoil(bear(keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("renewToken/401/unauthorized")
def test_a_renewal_by_a_signed_request_is_refused(keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials) -> None:
    response = send_signed(keyfax, keyfax.build_request("POST", "/api/v1/token"), keyfax_credentials)
    assert response.status_code == 401
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("renewToken/401/unauthorized")
def test_a_token_of_one_host_is_refused_under_the_name_of_another(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, other_credentials: KeyfaxCredentials
) -> None:
    mine, theirs = bear(keyfax_credentials), bear(other_credentials)
    assert renewal_answer(keyfax, replace(mine, host=other_credentials.host).header()).status_code == 401
    assert renewal_answer(keyfax, replace(mine, signing_key=other_credentials.signing_key).header()).status_code == 401
    assert renewal_answer(keyfax, replace(mine, claims=theirs.claims).header()).status_code == 401
    assert renewal_answer(keyfax, theirs.header()).status_code == 200


@pytest.mark.keyauth_outcome("renewToken/401/unauthorized")
def test_a_token_of_deleted_keys_is_refused_once_there_are_others(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    own = {"hostName": keyfax_emulator.host}
    bearer = bear(keyfax_credentials).header()
    assert keyfax.delete("/api/v1/key", params=own).status_code == 200
    assert keyfax.get("/api/v1/key", params=own, auth=None).status_code == 201
    assert renewal_answer(keyfax, bearer).status_code == 401


@pytest.mark.keyauth_outcome("renewToken/404/no-active-key")
def test_a_host_whose_keys_were_deleted_has_none_that_is_active(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials, token: str
) -> None:
    assert keyfax.delete("/api/v1/key", params={"hostName": keyfax_emulator.host}).status_code == 200
    assert renewal_answer(keyfax, f"Bearer {keyfax_credentials.host}:{token}").status_code == 404


@pytest.mark.keyauth_outcome("renewToken/404/no-active-key")
def test_a_host_without_keys_has_none_that_is_active(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, defined_host: str
) -> None:
    mine = bear(keyfax_credentials)
    assert renewal_answer(keyfax, replace(mine, host=defined_host).header()).status_code == 404


@pytest.mark.keyauth_outcome("renewToken/404/no-active-key")
def test_a_host_that_never_had_keys_has_none_that_is_active(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, defined_host: str, undefined_host: str
) -> None:
    mine = bear(keyfax_credentials)
    assert renewal_answer(keyfax, replace(mine, host=defined_host).header()).status_code == 404
    assert renewal_answer(keyfax, replace(mine, host=undefined_host).header()).status_code == 404
    assert renewal_answer(keyfax, mine.header()).status_code == 200


@pytest.mark.keyauth_outcome("renewToken/500/failed", "renewToken/200/token")
def test_a_failed_store_gives_no_token_and_it_can_be_renewed_again(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    bearer = bear(keyfax_credentials).header()
    keyfax_emulator.fail_store("read-key")
    response = renewal_answer(keyfax, bearer)
    assert response.status_code == 500
    assert explanation(response) != ""
    assert renewal_answer(keyfax, bearer).status_code == 200
