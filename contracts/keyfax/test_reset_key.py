"""POST /api/v1/key. The document gives no body; assumed is an object with hostName and apiKey."""

from base64 import b64encode
from dataclasses import replace
from hashlib import md5
from typing import Any

import httpx
import pytest

from pytest_keyauth import KeyfaxControl, KeyfaxCredentials

from . import wrong_basic
from .answers import answer, explanation, shows
from .authorizations import bear, renewal_answer, send, send_signed, sign, token_answer


def unsigned(keyfax: httpx.Client) -> httpx.Request:
    """The request of a reset, which nobody has signed yet."""
    return keyfax.build_request("POST", "/api/v1/key")


def delivered_keys(keyfax_emulator: KeyfaxControl, host: str) -> KeyfaxCredentials:
    """The keys that were delivered last for a host."""
    delivery = keyfax_emulator.deliveries(host)[-1]
    return KeyfaxCredentials(host=delivery["hostName"], api_key=delivery["apiKey"], signing_key=delivery["signingKey"])


def reset(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl) -> KeyfaxCredentials:
    """Reset the keys of the test's own host; gives the new ones, as they were delivered."""
    assert keyfax.post("/api/v1/key").status_code == 201
    return delivered_keys(keyfax_emulator, keyfax_emulator.host)


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_a_host_resets_its_own_keys_and_these_go_on_working(
    keyfax: httpx.Client, other_credentials: KeyfaxCredentials
) -> None:
    response = send_signed(keyfax, unsigned(keyfax), other_credentials)
    assert response.status_code == 201
    assert not shows(response, other_credentials.signing_key)
    assert token_answer(keyfax, other_credentials).status_code == 200


@pytest.mark.keyauth_outcome("resetKey/401/unauthorized")
def test_a_reset_with_the_wrong_key_is_refused(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, other_credentials: KeyfaxCredentials
) -> None:
    wrong = replace(other_credentials, signing_key=keyfax_credentials.signing_key)
    response = send_signed(keyfax, unsigned(keyfax), wrong)
    assert response.status_code == 401
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_a_reset_answers_without_any_signing_key(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    response = keyfax.post("/api/v1/key")
    assert response.status_code == 201
    new = delivered_keys(keyfax_emulator, keyfax_emulator.host)
    assert not shows(response, new.signing_key)
    assert not shows(response, keyfax_credentials.signing_key)
    assert new.signing_key != keyfax_credentials.signing_key


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_a_reset_answers_with_the_new_api_key_in_the_assumed_shape(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    status, media_type, body = answer(keyfax.post("/api/v1/key"))
    assert (status, media_type) == (201, "application/json")
    assert body == {"hostName": keyfax_emulator.host, "apiKey": body["apiKey"]}
    assert body["apiKey"] == delivered_keys(keyfax_emulator, keyfax_emulator.host).api_key
    assert body["apiKey"] != keyfax_credentials.api_key


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_a_reset_that_is_signed_as_is_assumed_is_taken(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    assert send_signed(keyfax, unsigned(keyfax), keyfax_credentials).status_code == 201


WEB_HOOK, EMAIL = "https://consumer.example/keyfax/keys", "keys@consumer.example"


@pytest.mark.keyauth_outcome("resetKey/201/created")
@pytest.mark.parametrize(
    ("definition", "kinds"),
    [
        pytest.param({"email": EMAIL}, ["email"], id="to-an-address"),
        pytest.param({"web_hook": WEB_HOOK}, ["web-hook"], id="to-a-web-hook"),
        pytest.param({"email": EMAIL, "web_hook": WEB_HOOK}, ["email", "web-hook"], id="to-both"),
    ],
)
def test_the_new_keys_are_delivered_where_the_host_is_configured_for_and_work(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, definition: dict[str, Any], kinds: list[str]
) -> None:
    host = keyfax_emulator.name_host()
    keyfax_emulator.define_host(host, **definition)
    issued = keyfax_emulator.issue_keys(host)
    keys = KeyfaxCredentials(issued.host, issued.api_key, issued.signing_key)
    before = len(keyfax_emulator.deliveries(host))
    assert send_signed(keyfax, unsigned(keyfax), keys).status_code == 201
    new = delivered_keys(keyfax_emulator, host)
    deliveries = keyfax_emulator.deliveries(host)[before:]
    assert sorted(delivery["kind"] for delivery in deliveries) == kinds
    for delivery in deliveries:
        assert delivery["destination"] == {"email": EMAIL, "web-hook": WEB_HOOK}[delivery["kind"]]
        assert (delivery["hostName"], delivery["apiKey"], delivery["signingKey"]) == (
            host,
            new.api_key,
            new.signing_key,
        )
    assert token_answer(keyfax, new).status_code == 200


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_a_reset_of_one_host_leaves_the_keys_of_another_and_tells_it_nothing(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, other_credentials: KeyfaxCredentials
) -> None:
    before = keyfax_emulator.deliveries(other_credentials.host)
    new = reset(keyfax, keyfax_emulator)
    assert token_answer(keyfax, new).status_code == 200
    assert token_answer(keyfax, other_credentials).status_code == 200
    assert keyfax_emulator.deliveries(other_credentials.host) == before


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_the_old_keys_work_until_the_new_ones_are_first_used_and_die_then(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    new = reset(keyfax, keyfax_emulator)
    assert token_answer(keyfax, keyfax_credentials).status_code == 200
    assert token_answer(keyfax, keyfax_credentials).status_code == 200
    assert token_answer(keyfax, new).status_code == 200
    assert token_answer(keyfax, keyfax_credentials).status_code == 401
    assert token_answer(keyfax, new).status_code == 200


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_a_request_that_is_refused_does_not_use_the_new_keys(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    new = reset(keyfax, keyfax_emulator)
    half = replace(new, signing_key=keyfax_credentials.signing_key)
    assert token_answer(keyfax, half).status_code == 401
    assert token_answer(keyfax, keyfax_credentials).status_code == 200


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_a_second_reset_before_the_first_use_leaves_both_older_pairs_working(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    second = reset(keyfax, keyfax_emulator)
    third = reset(keyfax, keyfax_emulator)
    assert second.api_key != third.api_key
    assert token_answer(keyfax, keyfax_credentials).status_code == 200
    assert token_answer(keyfax, second).status_code == 200
    assert token_answer(keyfax, third).status_code == 200


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_the_first_use_of_the_newest_keys_ends_all_older_pairs(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    second = reset(keyfax, keyfax_emulator)
    third = reset(keyfax, keyfax_emulator)
    assert token_answer(keyfax, third).status_code == 200
    assert token_answer(keyfax, second).status_code == 401
    assert token_answer(keyfax, keyfax_credentials).status_code == 401


@pytest.mark.keyauth_outcome("resetKey/201/created")
def test_the_tokens_of_the_old_keys_die_with_them_and_not_before(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    bearer = bear(keyfax_credentials).header()
    new = reset(keyfax, keyfax_emulator)
    assert send(keyfax, keyfax.build_request("GET", "/api/v1/startup"), bearer).status_code == 200
    assert token_answer(keyfax, new).status_code == 200
    assert renewal_answer(keyfax, bearer).status_code == 401


@pytest.mark.keyauth_outcome("resetKey/401/unauthorized")
@pytest.mark.parametrize("authorization", [None, ""], ids=["absent", "empty"])
def test_a_reset_without_authorization_is_refused(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, authorization: str | None
) -> None:
    before = keyfax_emulator.deliveries(keyfax_emulator.host)
    response = send(keyfax, unsigned(keyfax), authorization)
    assert response.status_code == 401
    assert explanation(response) != ""
    assert keyfax_emulator.deliveries(keyfax_emulator.host) == before


@wrong_basic.each_wrong_basic
@pytest.mark.keyauth_outcome("resetKey/401/unauthorized")
def test_a_refused_reset_leaves_the_keys_working_and_delivers_nothing(
    keyfax: httpx.Client,
    keyfax_emulator: KeyfaxControl,
    keyfax_credentials: KeyfaxCredentials,
    spoil: wrong_basic.Spoil,
) -> None:
    before = keyfax_emulator.deliveries(keyfax_emulator.host)
    request = unsigned(keyfax)
    response = send(keyfax, request, spoil(sign(request, keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""
    assert keyfax_emulator.deliveries(keyfax_emulator.host) == before
    assert keyfax.get("/api/v1/token").status_code == 200


@pytest.mark.keyauth_outcome("resetKey/401/unauthorized")
def test_a_reset_by_a_token_is_refused(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    before = keyfax_emulator.deliveries(keyfax_emulator.host)
    bearer = bear(keyfax_credentials).header()
    assert send(keyfax, unsigned(keyfax), bearer).status_code == 401
    assert keyfax_emulator.deliveries(keyfax_emulator.host) == before
    assert renewal_answer(keyfax, bearer).status_code == 200


@pytest.mark.keyauth_outcome("resetKey/401/unauthorized")
def test_a_reset_that_is_sent_again_is_refused(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    request = unsigned(keyfax)
    header = sign(request, keyfax_credentials).header()
    assert send(keyfax, request, header).status_code == 201
    delivered = keyfax_emulator.deliveries(keyfax_emulator.host)
    assert send(keyfax, request, header).status_code == 401
    assert keyfax_emulator.deliveries(keyfax_emulator.host) == delivered


@pytest.mark.keyauth_outcome("resetKey/401/unauthorized")
def test_the_keys_of_one_host_reset_nothing_under_the_name_of_another(
    keyfax: httpx.Client,
    keyfax_emulator: KeyfaxControl,
    keyfax_credentials: KeyfaxCredentials,
    other_credentials: KeyfaxCredentials,
) -> None:
    before = keyfax_emulator.deliveries(other_credentials.host)
    stolen = replace(keyfax_credentials, host=other_credentials.host)
    assert send_signed(keyfax, unsigned(keyfax), stolen).status_code == 401
    assert keyfax_emulator.deliveries(other_credentials.host) == before
    assert token_answer(keyfax, other_credentials).status_code == 200


@pytest.mark.keyauth_outcome("resetKey/500/failed", "resetKey/201/created")
def test_a_failed_store_leaves_the_keys_working_delivers_nothing_and_the_reset_can_be_repeated(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl
) -> None:
    before = keyfax_emulator.deliveries(keyfax_emulator.host)
    keyfax_emulator.fail_store("write-key")
    response = keyfax.post("/api/v1/key")
    assert response.status_code == 500
    assert explanation(response) != ""
    assert keyfax_emulator.deliveries(keyfax_emulator.host) == before
    assert keyfax.get("/api/v1/token").status_code == 200
    new = reset(keyfax, keyfax_emulator)
    assert token_answer(keyfax, new).status_code == 200


@pytest.mark.keyauth_outcome("resetKey/401/unauthorized")
def test_a_signature_over_a_body_is_not_good_for_none_with_the_body_s_digest_in_the_nonce(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    """In the assumed scheme the nonce and the body's digest stand side by side when they are signed."""
    body = b'{"made": "up"}'
    right = sign(keyfax.build_request("POST", "/api/v1/key", content=body), keyfax_credentials)
    digest = b64encode(md5(body, usedforsecurity=False).digest()).decode()
    moved = right.header(nonce=right.nonce + digest)
    assert send(keyfax, keyfax.build_request("POST", "/api/v1/key"), moved).status_code == 401
    assert token_answer(keyfax, keyfax_credentials).status_code == 200
