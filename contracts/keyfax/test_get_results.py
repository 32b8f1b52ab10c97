"""POST /api/v1/results. Of the answer the document says that it is an object; what is in it is assumed."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from pytest_keyauth import KeyfaxControl, KeyfaxCredentials

from . import wrong_basic, wrong_bearer
from .answers import answer, explanation
from .authorizations import bear, send, send_signed, sign
from .start_up_data import COMPANY, never_launched, start_up_json

AS_JSON = {"Content-Type": "application/json"}

Launch = Callable[..., dict[str, Any]]


def unsigned(keyfax: httpx.Client, launched: dict[str, Any] | None = None) -> httpx.Request:
    """The request for the results of a session, or of one that there never was; nobody has signed it yet."""
    return keyfax.build_request("POST", "/api/v1/results", json=launched or never_launched())


@pytest.mark.keyauth_outcome("getResults/200/results")
def test_a_completed_session_has_results(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, launch: Launch) -> None:
    launched = launch()
    keyfax_emulator.finish_session(launched["guid"], status=1)
    status, media_type, body = answer(keyfax.post("/api/v1/results", json=launched))
    assert (status, media_type) == (200, "application/json")
    assert isinstance(body, dict)


@pytest.mark.keyauth_outcome("getResults/200/results")
@pytest.mark.parametrize("session_status", [pytest.param(1, id="completed"), pytest.param(2, id="cancelled")])
def test_results_are_of_the_session_and_tell_how_it_ended_in_the_assumed_shape(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, launch: Launch, session_status: int
) -> None:
    launched = launch()
    keyfax_emulator.finish_session(launched["guid"], status=session_status)
    body = keyfax.post("/api/v1/results", json=launched).json()
    assert (body["guid"], body["company"]) == (launched["guid"], COMPANY)
    assert (type(body["status"]), body["status"]) == (int, session_status)
    results = ElementTree.fromstring(body["resultsXml"])  # noqa: S314  # of the provider that is tested
    assert results.tag == "KeyfaxData"
    assert body["customData"] is None


@pytest.mark.keyauth_outcome("getResults/200/results")
def test_results_come_as_the_xml_itself_where_that_is_asked_for_as_is_assumed(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, launch: Launch
) -> None:
    launched = launch()
    keyfax_emulator.finish_session(launched["guid"])
    in_json = keyfax.post("/api/v1/results", json=launched)
    in_xml = keyfax.post("/api/v1/results", json=launched, headers={"Accept": "application/xml"})
    status, media_type, body = answer(in_xml)
    assert (status, media_type, body.tag) == (200, "application/xml", "KeyfaxData")
    embedded = ElementTree.fromstring(in_json.json()["resultsXml"])  # noqa: S314  # of the provider that is tested
    assert [(item.tag, item.text) for item in body.iter()] == [(item.tag, item.text) for item in embedded.iter()]


@pytest.mark.keyauth_outcome("getResults/200/results")
def test_custom_data_comes_back_with_the_results(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl) -> None:
    custom = {"key": "Case", "value": "Fall 4711", "children": [{"key": "Clerk", "value": "Frau Öztürk"}]}
    started = keyfax.post("/api/v1/startup", json=start_up_json() | {"customData": custom}).json()
    keyfax_emulator.finish_session(started["guid"])
    response = keyfax.post("/api/v1/results", json=started)
    assert response.status_code == 200
    assert "Fall 4711" in explanation(response)
    assert "Frau Öztürk" in explanation(response)


@pytest.mark.keyauth_outcome("getResults/200/results")
def test_results_can_be_had_again(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, launch: Launch) -> None:
    launched = launch()
    keyfax_emulator.finish_session(launched["guid"])
    first = keyfax.post("/api/v1/results", json=launched)
    assert first.status_code == 200
    assert answer(keyfax.post("/api/v1/results", json=launched)) == answer(first)


@pytest.mark.keyauth_outcome("getResults/200/results")
def test_results_can_be_had_with_a_token_without_authorization_and_as_is_assumed_with_a_signature(
    keyfax: httpx.Client,
    keyfax_emulator: KeyfaxControl,
    keyfax_credentials: KeyfaxCredentials,
    token: str,
    launch: Launch,
) -> None:
    launched = launch()
    keyfax_emulator.finish_session(launched["guid"])
    bearer = f"Bearer {keyfax_credentials.host}:{token}"
    assert send(keyfax, unsigned(keyfax, launched), None).status_code == 200
    assert send(keyfax, unsigned(keyfax, launched), bearer).status_code == 200
    assert send_signed(keyfax, unsigned(keyfax, launched), keyfax_credentials).status_code == 200


@pytest.mark.keyauth_outcome("getResults/200/results")
def test_a_guid_alone_is_enough_as_is_assumed(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, launch: Launch
) -> None:
    guid = launch()["guid"]
    keyfax_emulator.finish_session(guid)
    assert keyfax.post("/api/v1/results", json={"guid": guid}).status_code == 200


@pytest.mark.keyauth_outcome("getResults/422/not-finished", "getResults/200/results")
def test_a_session_has_no_results_until_it_is_finished(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, launch: Launch
) -> None:
    launched = launch()
    response = keyfax.post("/api/v1/results", json=launched)
    assert response.status_code == 422
    assert explanation(response) != ""
    keyfax_emulator.finish_session(launched["guid"])
    assert keyfax.post("/api/v1/results", json=launched).status_code == 200


@pytest.mark.keyauth_outcome("getResults/422/not-finished")
def test_the_end_of_one_session_is_not_that_of_another(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, launch: Launch
) -> None:
    finished, under_way = launch(), launch()
    keyfax_emulator.finish_session(finished["guid"])
    assert keyfax.post("/api/v1/results", json=under_way).status_code == 422


@pytest.mark.keyauth_outcome("getResults/422/not-finished")
def test_a_session_that_was_never_launched_has_no_results(keyfax: httpx.Client) -> None:
    response = keyfax.post("/api/v1/results", json=never_launched())
    assert response.status_code == 422
    assert explanation(response) != ""


@wrong_basic.each_wrong_basic
@pytest.mark.keyauth_outcome("getResults/401/unauthorized")
def test_a_wrong_signature_is_refused_though_none_is_required(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, spoil: wrong_basic.Spoil
) -> None:
    request = unsigned(keyfax)
    response = send(keyfax, request, spoil(sign(request, keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""


@wrong_bearer.each_wrong_bearer
@pytest.mark.keyauth_outcome("getResults/401/unauthorized")
def test_a_wrong_token_is_refused_though_none_is_required(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, spoil: wrong_bearer.Spoil
) -> None:
    response = send(keyfax, unsigned(keyfax), spoil(bear(keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("getResults/401/unauthorized")
def test_a_signature_for_one_session_gives_no_results_of_another_and_none_a_second_time(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials, launch: Launch
) -> None:
    launched = launch()
    keyfax_emulator.finish_session(launched["guid"])
    of_another = sign(unsigned(keyfax), keyfax_credentials).header()
    assert send(keyfax, unsigned(keyfax, launched), of_another).status_code == 401
    right = sign(unsigned(keyfax, launched), keyfax_credentials).header()
    assert send(keyfax, unsigned(keyfax, launched), right).status_code == 200
    assert send(keyfax, unsigned(keyfax, launched), right).status_code == 401


@pytest.mark.keyauth_outcome("getResults/500/failed")
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps(never_launched())[:-1].encode(), id="cut-off"),
        pytest.param(b"guid=8f5a2308-90b5-4afa-8847-ebf2b99f4082", id="a-form"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="an-array"),
        pytest.param(b'"8f5a2308-90b5-4afa-8847-ebf2b99f4082"', id="a-string"),
        pytest.param(b"3", id="a-number"),
        pytest.param('{"guid": "é"}'.encode("latin-1"), id="not-utf-8"),
        pytest.param(b"[" * 100_000, id="nested-too-deep"),
    ],
)
def test_data_that_cannot_be_parsed_are_an_error(keyfax: httpx.Client, content: bytes) -> None:
    response = keyfax.post("/api/v1/results", content=content, headers=AS_JSON)
    assert response.status_code == 500
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("getResults/500/failed", "getResults/200/results")
def test_a_failed_store_loses_no_results(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, launch: Launch) -> None:
    launched = launch()
    keyfax_emulator.finish_session(launched["guid"])
    keyfax_emulator.fail_store("read-session")
    response = keyfax.post("/api/v1/results", json=launched)
    assert response.status_code == 500
    assert explanation(response) != ""
    assert keyfax.post("/api/v1/results", json=launched).status_code == 200
