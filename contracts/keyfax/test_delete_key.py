"""DELETE /api/v1/key."""

from dataclasses import replace

import httpx
import pytest

from pytest_keyauth import KeyfaxControl, KeyfaxCredentials

from . import wrong_basic
from .answers import answer, explanation
from .authorizations import bear, renewal_answer, send, send_signed, sign, token_answer


def unsigned(keyfax: httpx.Client, host: str) -> httpx.Request:
    """The request to delete a host's keys, which nobody has signed yet."""
    return keyfax.build_request("DELETE", "/api/v1/key", params={"hostName": host})


@pytest.mark.keyauth_outcome("deleteKey/200/deleted")
def test_a_deletion_answers_with_an_object(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl) -> None:
    response = keyfax.delete("/api/v1/key", params={"hostName": keyfax_emulator.host})
    status, media_type, body = answer(response)
    assert (status, media_type) == (200, "application/json")
    assert isinstance(body, dict)


@pytest.mark.keyauth_outcome("deleteKey/200/deleted")
def test_a_host_deletes_its_own_keys(keyfax: httpx.Client, other_credentials: KeyfaxCredentials) -> None:
    response = send_signed(keyfax, unsigned(keyfax, other_credentials.host), other_credentials)
    assert response.status_code == 200
    assert token_answer(keyfax, other_credentials).status_code == 401


@pytest.mark.keyauth_outcome("deleteKey/401/unauthorized")
def test_a_deletion_with_the_wrong_key_is_refused_and_the_keys_go_on_working(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, other_credentials: KeyfaxCredentials
) -> None:
    wrong = replace(other_credentials, signing_key=keyfax_credentials.signing_key)
    response = send_signed(keyfax, unsigned(keyfax, other_credentials.host), wrong)
    assert response.status_code == 401
    assert explanation(response) != ""
    assert token_answer(keyfax, other_credentials).status_code == 200


@pytest.mark.keyauth_outcome("deleteKey/200/deleted")
def test_deleted_keys_and_their_tokens_work_no_more(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    bearer = bear(keyfax_credentials).header()
    response = send_signed(keyfax, unsigned(keyfax, keyfax_emulator.host), keyfax_credentials)
    assert response.status_code == 200
    assert token_answer(keyfax, keyfax_credentials).status_code == 401
    assert send(keyfax, keyfax.build_request("GET", "/api/v1/startup"), bearer).status_code == 401
    assert renewal_answer(keyfax, bearer).status_code == 404


@pytest.mark.keyauth_outcome("deleteKey/200/deleted")
def test_a_deletion_ends_all_pairs_of_keys_the_delivered_one_too(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl
) -> None:
    host = keyfax_emulator.host
    assert keyfax.post("/api/v1/key").status_code == 201
    delivery = keyfax_emulator.deliveries(host)[-1]
    assert keyfax.delete("/api/v1/key", params={"hostName": host}).status_code == 200
    new = KeyfaxCredentials(host=host, api_key=delivery["apiKey"], signing_key=delivery["signingKey"])
    assert token_answer(keyfax, new).status_code == 401


@pytest.mark.keyauth_outcome("deleteKey/200/deleted")
def test_a_host_may_delete_the_keys_of_another_as_is_assumed_and_keeps_its_own(
    keyfax: httpx.Client, other_credentials: KeyfaxCredentials
) -> None:
    other = {"hostName": other_credentials.host}
    assert keyfax.delete("/api/v1/key", params=other).status_code == 200
    assert token_answer(keyfax, other_credentials).status_code == 401
    assert keyfax.get("/api/v1/token").status_code == 200
    assert keyfax.get("/api/v1/key", params=other, auth=None).status_code == 201


@pytest.mark.keyauth_outcome("deleteKey/304/unknown-host")
def test_a_host_that_is_not_known_has_nothing_to_delete(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, undefined_host: str
) -> None:
    response = keyfax.delete("/api/v1/key", params={"hostName": undefined_host})
    assert response.status_code == 304
    assert response.content == b""
    assert keyfax.get("/api/v1/token").status_code == 200


@pytest.mark.keyauth_outcome("deleteKey/304/unknown-host")
def test_a_host_without_keys_is_not_in_the_database(keyfax: httpx.Client, defined_host: str) -> None:
    response = keyfax.delete("/api/v1/key", params={"hostName": defined_host})
    assert response.status_code == 304
    assert response.content == b""


@pytest.mark.keyauth_outcome("deleteKey/304/unknown-host")
def test_keys_are_deleted_once(keyfax: httpx.Client, other_credentials: KeyfaxCredentials) -> None:
    other = {"hostName": other_credentials.host}
    assert keyfax.delete("/api/v1/key", params=other).status_code == 200
    assert keyfax.delete("/api/v1/key", params=other).status_code == 304


@pytest.mark.keyauth_outcome("deleteKey/304/unknown-host")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Höst 100% (A+B)", id="escaped-in-the-query"),
        pytest.param("a&b=c/d?e#f", id="the-delimiters-of-a-URI"),
        pytest.param("~!*'(),;@$_-.", id="marks"),
    ],
)
def test_a_name_with_any_characters_is_signed_as_it_is_sent_as_is_assumed(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials, name: str
) -> None:
    assert keyfax.delete("/api/v1/key", params={"hostName": name}).status_code == 304
    assert send_signed(keyfax, unsigned(keyfax, name), keyfax_credentials).status_code == 304


@pytest.mark.keyauth_outcome("deleteKey/401/unauthorized")
@pytest.mark.parametrize("authorization", [None, ""], ids=["absent", "empty"])
def test_a_deletion_without_authorization_is_refused(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, authorization: str | None
) -> None:
    response = send(keyfax, unsigned(keyfax, keyfax_emulator.host), authorization)
    assert response.status_code == 401
    assert explanation(response) != ""
    assert keyfax.get("/api/v1/token").status_code == 200


@wrong_basic.each_wrong_basic
@pytest.mark.keyauth_outcome("deleteKey/401/unauthorized")
def test_a_refused_deletion_leaves_the_keys_working(
    keyfax: httpx.Client,
    keyfax_emulator: KeyfaxControl,
    keyfax_credentials: KeyfaxCredentials,
    spoil: wrong_basic.Spoil,
) -> None:
    request = unsigned(keyfax, keyfax_emulator.host)
    response = send(keyfax, request, spoil(sign(request, keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""
    assert keyfax.get("/api/v1/token").status_code == 200


@pytest.mark.keyauth_outcome("deleteKey/401/unauthorized")
def test_a_signature_for_one_host_name_deletes_no_other(
    keyfax: httpx.Client,
    keyfax_emulator: KeyfaxControl,
    keyfax_credentials: KeyfaxCredentials,
    other_credentials: KeyfaxCredentials,
) -> None:
    request = unsigned(keyfax, other_credentials.host)
    signed = sign(unsigned(keyfax, keyfax_emulator.host), keyfax_credentials)
    assert send(keyfax, request, signed.header()).status_code == 401
    without_query = replace(signed, uri=signed.uri.partition("?")[0], nonce="0123456789abcdef")
    assert send(keyfax, request, without_query.header()).status_code == 401
    assert token_answer(keyfax, other_credentials).status_code == 200


@pytest.mark.keyauth_outcome("deleteKey/401/unauthorized")
def test_a_deletion_by_a_token_is_refused(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    bearer = bear(keyfax_credentials).header()
    assert send(keyfax, unsigned(keyfax, keyfax_emulator.host), bearer).status_code == 401
    assert renewal_answer(keyfax, bearer).status_code == 200


@pytest.mark.keyauth_outcome("deleteKey/401/unauthorized")
def test_a_deletion_with_a_nonce_that_was_used_is_refused(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    first = keyfax.build_request("GET", "/api/v1/token")
    used = sign(first, keyfax_credentials)
    assert send(keyfax, first, used.header()).status_code == 200
    request = unsigned(keyfax, keyfax_emulator.host)
    again = replace(sign(request, keyfax_credentials), nonce=used.nonce)
    assert send(keyfax, request, again.header()).status_code == 401
    assert keyfax.get("/api/v1/token").status_code == 200


@pytest.mark.keyauth_outcome("deleteKey/401/unauthorized")
def test_the_keys_of_one_host_delete_nothing_under_the_name_of_another(
    keyfax: httpx.Client,
    keyfax_emulator: KeyfaxControl,
    keyfax_credentials: KeyfaxCredentials,
    other_credentials: KeyfaxCredentials,
) -> None:
    stolen = replace(keyfax_credentials, host=other_credentials.host)
    assert send_signed(keyfax, unsigned(keyfax, other_credentials.host), stolen).status_code == 401
    assert token_answer(keyfax, other_credentials).status_code == 200


@pytest.mark.keyauth_outcome("deleteKey/500/failed", "deleteKey/200/deleted")
def test_a_failed_store_leaves_the_keys_working_and_they_can_be_deleted_again(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl
) -> None:
    own = {"hostName": keyfax_emulator.host}
    keyfax_emulator.fail_store("delete-key")
    response = keyfax.delete("/api/v1/key", params=own)
    assert response.status_code == 500
    assert explanation(response) != ""
    assert keyfax.get("/api/v1/token").status_code == 200
    assert keyfax.delete("/api/v1/key", params=own).status_code == 200
