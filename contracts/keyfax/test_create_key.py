"""GET /api/v1/key. The document gives no body; assumed is an object with hostName, apiKey and signingKey."""

import httpx
import pytest

from pytest_keyauth import KeyfaxControl, KeyfaxCredentials

from .answers import answer, explanation, shows
from .authorizations import token_answer


def ask_for_keys(keyfax: httpx.Client, host: str) -> httpx.Response:
    """The answer to an anonymous request for the initial keys of a host."""
    response = keyfax.get("/api/v1/key", params={"hostName": host}, auth=None)
    assert "Authorization" not in response.request.headers
    return response


def read_keys(response: httpx.Response) -> KeyfaxCredentials:
    """The keys in an answer, in the shape that is assumed."""
    body = response.json()
    return KeyfaxCredentials(host=body["hostName"], api_key=body["apiKey"], signing_key=body["signingKey"])


@pytest.mark.keyauth_outcome("createKey/201/created")
def test_a_defined_host_without_keys_is_given_some_without_authentication(
    keyfax: httpx.Client, defined_host: str
) -> None:
    response = ask_for_keys(keyfax, defined_host)
    assert response.status_code == 201
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("createKey/201/created")
def test_the_keys_that_were_given_sign_requests_in_the_assumed_shape(keyfax: httpx.Client, defined_host: str) -> None:
    status, media_type, body = answer(response := ask_for_keys(keyfax, defined_host))
    assert (status, media_type) == (201, "application/json")
    assert body["hostName"] == defined_host
    assert token_answer(keyfax, read_keys(response)).status_code == 200


@pytest.mark.keyauth_outcome("createKey/201/created")
def test_every_host_is_given_keys_of_its_own_in_the_assumed_shape(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials, defined_host: str
) -> None:
    keys = read_keys(ask_for_keys(keyfax, defined_host))
    assert keys.api_key != keyfax_credentials.api_key
    assert keys.signing_key != keyfax_credentials.signing_key
    assert keyfax.get("/api/v1/token").status_code == 200


@pytest.mark.keyauth_outcome("createKey/400/refused")
def test_keys_are_given_once_and_go_on_working_in_the_assumed_shape(keyfax: httpx.Client, defined_host: str) -> None:
    keys = read_keys(ask_for_keys(keyfax, defined_host))
    response = ask_for_keys(keyfax, defined_host)
    assert response.status_code == 400
    assert not shows(response, keys.api_key)
    assert not shows(response, keys.signing_key)
    assert token_answer(keyfax, keys).status_code == 200


@pytest.mark.keyauth_outcome("createKey/400/refused")
def test_a_host_that_has_keys_is_given_no_others(keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials) -> None:
    response = ask_for_keys(keyfax, keyfax_credentials.host)
    assert response.status_code == 400
    assert not shows(response, keyfax_credentials.api_key)
    assert not shows(response, keyfax_credentials.signing_key)
    assert keyfax.get("/api/v1/token").status_code == 200


@pytest.mark.keyauth_outcome("createKey/400/refused", "createKey/201/created")
def test_a_host_that_is_not_defined_is_given_no_keys_until_it_is(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, undefined_host: str
) -> None:
    assert ask_for_keys(keyfax, undefined_host).status_code == 400
    keyfax_emulator.define_host(undefined_host, email="keys@consumer.example")
    assert ask_for_keys(keyfax, undefined_host).status_code == 201


@pytest.mark.keyauth_outcome("createKey/400/refused")
@pytest.mark.parametrize("query", ["", "?hostName=", "?host=LIVE"])
def test_keys_for_no_host_are_refused_as_is_assumed(keyfax: httpx.Client, query: str) -> None:
    assert keyfax.get(f"/api/v1/key{query}", auth=None).status_code == 400


@pytest.mark.keyauth_outcome("createKey/201/created")
def test_after_deletion_new_keys_are_given_and_the_old_ones_stay_dead_in_the_assumed_shape(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    host = keyfax_emulator.host
    assert keyfax.delete("/api/v1/key", params={"hostName": host}).status_code == 200
    response = ask_for_keys(keyfax, host)
    assert response.status_code == 201
    assert token_answer(keyfax, read_keys(response)).status_code == 200
    assert token_answer(keyfax, keyfax_credentials).status_code == 401


@pytest.mark.keyauth_outcome("createKey/500/failed", "createKey/201/created")
def test_a_failed_store_gives_no_keys_and_they_can_be_asked_for_again(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, defined_host: str
) -> None:
    keyfax_emulator.fail_store("write-key")
    response = ask_for_keys(keyfax, defined_host)
    assert response.status_code == 500
    assert explanation(response) != ""
    assert ask_for_keys(keyfax, defined_host).status_code == 201
