"""GET /api/v1/token."""

import re
import time
from dataclasses import replace

import httpx
import pytest

from pytest_keyauth import KeyfaxControl, KeyfaxCredentials

from . import wrong_basic
from .answers import answer, explanation, shows
from .authorizations import renewal_answer, send, send_signed, sign, token_answer
from .signatures import is_signed_with, read_token


def unsigned(keyfax: httpx.Client) -> httpx.Request:
    """The request for a token, which nobody has signed yet."""
    return keyfax.build_request("GET", "/api/v1/token")


@pytest.mark.keyauth_outcome("createToken/200/token")
def test_a_token_comes_with_its_company(keyfax: httpx.Client) -> None:
    status, media_type, body = answer(keyfax.get("/api/v1/token"))
    assert (status, media_type) == (200, "application/json")
    assert set(body) == {"company", "token"}
    assert isinstance(body["company"], str)
    assert isinstance(body["token"], str)
    assert body["company"] == body["company"].strip()
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", body["token"], re.ASCII)


@pytest.mark.keyauth_outcome("createToken/200/token")
def test_a_token_for_a_request_that_is_signed_as_is_assumed(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials
) -> None:
    assert token_answer(keyfax, keyfax_credentials).status_code == 200


@pytest.mark.keyauth_outcome("createToken/200/token")
def test_a_token_holds_the_api_key_as_a_claim_and_does_not_show_the_signing_key(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials
) -> None:
    response = keyfax.get("/api/v1/token")
    _, claims = read_token(response.json()["token"])
    assert keyfax_credentials.api_key in claims.values()
    assert keyfax_credentials.signing_key not in str(claims)
    assert not shows(response, keyfax_credentials.signing_key)


@pytest.mark.keyauth_outcome("createToken/200/token")
def test_a_token_is_signed_with_the_signing_key_by_the_assumed_algorithm(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials
) -> None:
    token = keyfax.get("/api/v1/token").json()["token"]
    head, _ = read_token(token)
    assert head["alg"] == "HS256"
    assert is_signed_with(token, keyfax_credentials.signing_key)


@pytest.mark.keyauth_outcome("createToken/200/token")
def test_a_token_is_valid_for_24_hours_from_now_by_its_assumed_claims(keyfax: httpx.Client) -> None:
    _, claims = read_token(keyfax.get("/api/v1/token").json()["token"])
    assert claims["exp"] - claims["iat"] == 86400
    assert abs(claims["iat"] - time.time()) < 300
    assert claims["nbf"] <= claims["iat"]


@pytest.mark.keyauth_outcome("createToken/200/token")
def test_a_token_is_accepted_where_one_is_optional_and_where_it_is_renewed(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials
) -> None:
    bearer = f"Bearer {keyfax_credentials.host}:{keyfax.get('/api/v1/token').json()['token']}"
    assert send(keyfax, keyfax.build_request("GET", "/api/v1/startup"), bearer).status_code == 200
    assert renewal_answer(keyfax, bearer).status_code == 200


@pytest.mark.keyauth_outcome("createToken/200/token")
@pytest.mark.parametrize("offset_s", [pytest.param(-240, id="behind"), pytest.param(240, id="ahead")])
def test_a_clock_that_is_four_minutes_off_is_tolerated_as_is_assumed(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, offset_s: int
) -> None:
    request = unsigned(keyfax)
    right = sign(request, keyfax_credentials)
    moved = replace(right, time_stamp=str(int(right.time_stamp) + offset_s))
    assert send(keyfax, request, moved.header()).status_code == 200


@pytest.mark.keyauth_outcome("createToken/200/token")
def test_two_hosts_may_use_the_same_nonce_as_is_assumed(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, other_credentials: KeyfaxCredentials
) -> None:
    request = unsigned(keyfax)
    mine = sign(request, keyfax_credentials)
    theirs = replace(sign(request, other_credentials), nonce=mine.nonce)
    assert send(keyfax, request, mine.header()).status_code == 200
    assert send(keyfax, request, theirs.header()).status_code == 200


@pytest.mark.keyauth_outcome("createToken/401/unauthorized")
@pytest.mark.parametrize("authorization", [None, ""], ids=["absent", "empty"])
def test_a_token_without_authorization_is_refused(keyfax: httpx.Client, authorization: str | None) -> None:
    response = send(keyfax, unsigned(keyfax), authorization)
    assert response.status_code == 401
    assert explanation(response) != ""


@wrong_basic.each_wrong_basic
@pytest.mark.keyauth_outcome("createToken/401/unauthorized")
def test_a_wrong_basic_authorization_is_refused(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, spoil: wrong_basic.Spoil
) -> None:
    request = unsigned(keyfax)
    response = send(keyfax, request, spoil(sign(request, keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("createToken/401/unauthorized")
def test_a_token_cannot_be_had_for_a_token(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, token: str
) -> None:
    response = send(keyfax, unsigned(keyfax), f"Bearer {keyfax_credentials.host}:{token}")
    assert response.status_code == 401
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("createToken/401/unauthorized")
def test_a_request_that_is_sent_again_is_refused(keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials) -> None:
    request = unsigned(keyfax)
    header = sign(request, keyfax_credentials).header()
    assert send(keyfax, request, header).status_code == 200
    assert send(keyfax, request, header).status_code == 401
    assert send_signed(keyfax, request, keyfax_credentials).status_code == 200


@pytest.mark.keyauth_outcome("createToken/401/unauthorized")
def test_a_nonce_that_was_used_is_refused_with_another_time_stamp_too(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials
) -> None:
    request = unsigned(keyfax)
    first = sign(request, keyfax_credentials)
    later = replace(first, time_stamp=str(int(first.time_stamp) + 1))
    assert send(keyfax, request, first.header()).status_code == 200
    assert send(keyfax, request, later.header()).status_code == 401


@pytest.mark.keyauth_outcome("createToken/401/unauthorized")
def test_the_keys_of_one_host_sign_nothing_for_another(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, other_credentials: KeyfaxCredentials
) -> None:
    name_only = replace(keyfax_credentials, host=other_credentials.host)
    signing_key_only = replace(keyfax_credentials, signing_key=other_credentials.signing_key)
    api_key_only = replace(keyfax_credentials, api_key=other_credentials.api_key)
    assert token_answer(keyfax, name_only).status_code == 401
    assert token_answer(keyfax, signing_key_only).status_code == 401
    assert token_answer(keyfax, api_key_only).status_code == 401


@pytest.mark.keyauth_outcome("createToken/401/unauthorized")
def test_a_host_without_keys_gets_no_token(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, defined_host: str
) -> None:
    assert token_answer(keyfax, replace(keyfax_credentials, host=defined_host)).status_code == 401


@pytest.mark.keyauth_outcome("createToken/500/failed", "createToken/200/token")
def test_a_failed_store_gives_no_token_and_it_can_be_asked_for_again(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl
) -> None:
    keyfax_emulator.fail_store("read-key")
    response = keyfax.get("/api/v1/token")
    assert response.status_code == 500
    assert explanation(response) != ""
    assert keyfax.get("/api/v1/token").status_code == 200
