"""GET /api/v1/startup. The document leaves the shape of start-up data open; it is assumed from the facts page."""

from dataclasses import replace

import httpx
import pytest

from pytest_keyauth import KeyfaxControl, KeyfaxCredentials

from . import wrong_basic, wrong_bearer
from .answers import answer, explanation
from .authorizations import bear, send, send_signed, sign, token_answer


def unsigned(keyfax: httpx.Client) -> httpx.Request:
    """The request for the example, which nobody has signed yet."""
    return keyfax.build_request("GET", "/api/v1/startup")


@pytest.mark.keyauth_outcome("exampleStartup/200/example")
def test_the_example_can_be_had_without_authorization(keyfax: httpx.Client) -> None:
    response = send(keyfax, unsigned(keyfax), None)
    assert "Authorization" not in response.request.headers
    assert response.status_code == 200
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("exampleStartup/200/example")
def test_the_example_can_be_had_with_a_token(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, token: str
) -> None:
    assert send(keyfax, unsigned(keyfax), f"Bearer {keyfax_credentials.host}:{token}").status_code == 200


@pytest.mark.keyauth_outcome("exampleStartup/200/example")
def test_the_example_can_be_had_by_a_client_with_a_token_of_its_own(keyfax_bearer: httpx.Client) -> None:
    response = keyfax_bearer.get("/api/v1/startup")
    assert response.request.headers["Authorization"].startswith("Bearer ")
    assert response.status_code == 200


@pytest.mark.keyauth_outcome("exampleStartup/200/example")
def test_the_example_can_be_had_with_a_signature_as_is_assumed(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials
) -> None:
    assert keyfax.get("/api/v1/startup").status_code == 200
    assert send_signed(keyfax, unsigned(keyfax), keyfax_credentials).status_code == 200


@pytest.mark.keyauth_outcome("exampleStartup/200/example")
def test_the_example_has_the_five_required_items_in_the_assumed_shape(keyfax: httpx.Client) -> None:
    status, media_type, body = answer(keyfax.get("/api/v1/startup"))
    assert (status, media_type) == (200, "application/json")
    for name in ("mode", "userName", "password", "company", "scriptSet"):
        assert isinstance(body[name]["value"], str)
    assert body["mode"]["value"] in ("RD", "FL", "ROL", "EOL")


@pytest.mark.keyauth_outcome("exampleStartup/200/example", "launchSession/200/launched")
def test_the_example_can_be_posted_back(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl) -> None:
    # "You will likely need to customize" it, says the document: so this one is not for just any provider.
    example = keyfax.get("/api/v1/startup", headers={"Accept": "application/json"})
    assert example.status_code == 200
    as_json = {"Content-Type": "application/json"}
    response = keyfax.post("/api/v1/startup", content=example.content, headers=as_json)
    assert response.status_code == 200


@pytest.mark.keyauth_outcome("launchSession/200/launched")
def test_the_example_in_xml_can_be_posted_back_as_is_assumed(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl
) -> None:
    example = keyfax.get("/api/v1/startup", headers={"Accept": "application/xml"})
    status, media_type, body = answer(example)
    assert (status, media_type, body.tag) == (200, "application/xml", "StartUpData")
    assert body.findtext("Mode/Value") in ("RD", "FL", "ROL", "EOL")
    as_xml = {"Content-Type": "application/xml"}
    response = keyfax.post("/api/v1/startup", content=example.content, headers=as_xml)
    assert response.status_code == 200


@wrong_basic.each_wrong_basic
@pytest.mark.keyauth_outcome("exampleStartup/401/unauthorized")
def test_a_wrong_signature_is_refused_though_none_is_required(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, spoil: wrong_basic.Spoil
) -> None:
    request = unsigned(keyfax)
    response = send(keyfax, request, spoil(sign(request, keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""


@wrong_bearer.each_wrong_bearer
@pytest.mark.keyauth_outcome("exampleStartup/401/unauthorized")
def test_a_wrong_token_is_refused_though_none_is_required(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, spoil: wrong_bearer.Spoil
) -> None:
    response = send(keyfax, unsigned(keyfax), spoil(bear(keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("exampleStartup/401/unauthorized")
def test_a_request_that_is_sent_again_is_refused(keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials) -> None:
    request = unsigned(keyfax)
    header = sign(request, keyfax_credentials).header()
    assert send(keyfax, request, header).status_code == 200
    assert send(keyfax, request, header).status_code == 401


@pytest.mark.keyauth_outcome("exampleStartup/401/unauthorized")
def test_a_token_of_one_host_is_refused_under_the_name_of_another(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, other_credentials: KeyfaxCredentials
) -> None:
    mine, theirs = bear(keyfax_credentials), bear(other_credentials)
    assert send(keyfax, unsigned(keyfax), replace(mine, host=theirs.host).header()).status_code == 401
    assert send(keyfax, unsigned(keyfax), replace(mine, signing_key=theirs.signing_key).header()).status_code == 401
    assert send(keyfax, unsigned(keyfax), replace(mine, claims=theirs.claims).header()).status_code == 401
    assert send(keyfax, unsigned(keyfax), theirs.header()).status_code == 200


@pytest.mark.keyauth_outcome("exampleStartup/401/unauthorized")
def test_a_token_of_replaced_keys_is_refused(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    bearer = bear(keyfax_credentials).header()
    assert keyfax.post("/api/v1/key").status_code == 201
    delivery = keyfax_emulator.deliveries(keyfax_emulator.host)[-1]
    new = replace(keyfax_credentials, api_key=delivery["apiKey"], signing_key=delivery["signingKey"])
    assert send(keyfax, unsigned(keyfax), bearer).status_code == 200
    assert token_answer(keyfax, new).status_code == 200
    assert send(keyfax, unsigned(keyfax), bearer).status_code == 401
    assert send(keyfax, unsigned(keyfax), bear(new).header()).status_code == 200


@pytest.mark.keyauth_outcome("exampleStartup/401/unauthorized", "exampleStartup/200/example")
def test_an_api_key_without_a_signature_is_refused_unless_that_is_turned_on_as_is_assumed(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    right = f"ApiKey {keyfax_credentials.host}:{keyfax_credentials.api_key}"
    wrong = f"ApiKey {keyfax_credentials.host}:{wrong_basic.API_KEY_OF_NOBODY}"
    assert send(keyfax, unsigned(keyfax), right).status_code == 401
    keyfax_emulator.configure(api_key_method=True)
    assert send(keyfax, unsigned(keyfax), right).status_code == 200
    assert send(keyfax, unsigned(keyfax), wrong).status_code == 401


@pytest.mark.keyauth_outcome("exampleStartup/401/unauthorized")
@pytest.mark.parametrize(
    "form",
    [
        pytest.param("ApiKey {host}:{api_key}:more", id="too-many-parts"),
        pytest.param("ApiKey {api_key}", id="too-few-parts"),
        pytest.param("ApiKey :{api_key}", id="empty-host"),
        pytest.param("ApiKey {other_host}:{api_key}", id="another-host"),
        pytest.param("ApiKey {undefined_host}:{api_key}", id="no-such-host"),
    ],
)
def test_an_api_key_in_the_wrong_form_or_for_another_host_is_refused_as_is_assumed(
    keyfax: httpx.Client,
    keyfax_emulator: KeyfaxControl,
    keyfax_credentials: KeyfaxCredentials,
    other_credentials: KeyfaxCredentials,
    undefined_host: str,
    form: str,
) -> None:
    keyfax_emulator.configure(api_key_method=True)
    wrong = form.format(
        host=keyfax_credentials.host,
        api_key=keyfax_credentials.api_key,
        other_host=other_credentials.host,
        undefined_host=undefined_host,
    )
    assert send(keyfax, unsigned(keyfax), wrong).status_code == 401
