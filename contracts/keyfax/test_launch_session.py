"""POST /api/v1/startup. Assumed from the facts page: the shape of start-up data, and which of it is required."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from pytest_keyauth import KeyfaxControl, KeyfaxCredentials

from . import wrong_basic, wrong_bearer
from .answers import answer, explanation
from .authorizations import bear, send, send_signed, sign
from .start_up_data import COMPANY, REQUIRED, never_launched, start_up_json, start_up_xml

AS_JSON = {"Content-Type": "application/json"}
AS_XML = {"Content-Type": "application/xml"}


def unsigned(keyfax: httpx.Client) -> httpx.Request:
    """The request to launch a session, which nobody has signed yet."""
    return keyfax.build_request("POST", "/api/v1/startup", json=start_up_json())


def gives_launch_data(response: httpx.Response) -> bool:
    """Whether anything in an answer could launch a session."""
    return "launchUrl" in response.text or "guid=" in explanation(response)


@pytest.mark.keyauth_outcome("launchSession/200/launched")
def test_launch_data_has_the_three_texts_that_results_are_asked_for_with(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl
) -> None:
    status, media_type, body = answer(keyfax.post("/api/v1/startup", json=start_up_json()))
    assert (status, media_type) == (200, "application/json")
    assert isinstance(body["guid"], str)
    assert isinstance(body["launchUrl"], str)
    assert body["company"] == COMPANY


@pytest.mark.keyauth_outcome("launchSession/200/launched")
def test_a_launch_url_has_company_and_guid_in_its_query_as_is_assumed(
    launch: Callable[..., dict[str, Any]],
) -> None:
    launched = launch()
    url = urlsplit(launched["launchUrl"])
    assert url.scheme in ("http", "https")
    assert parse_qs(url.query)["co"] == [COMPANY]
    assert parse_qs(url.query)["guid"] == [launched["guid"]]


@pytest.mark.keyauth_outcome("launchSession/200/launched")
def test_every_launch_is_a_session_of_its_own(launch: Callable[..., dict[str, Any]]) -> None:
    assert launch()["guid"] != launch()["guid"]


@pytest.mark.keyauth_outcome("launchSession/200/launched")
@pytest.mark.parametrize("media_type", ["application/xml", "text/xml", "application/xml; charset=utf-8"])
def test_a_session_is_launched_with_xml(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, media_type: str) -> None:
    as_xml = {"Content-Type": media_type}
    response = keyfax.post("/api/v1/startup", content=start_up_xml(), headers=as_xml)
    assert response.status_code == 200
    assert response.json()["company"] == COMPANY


@pytest.mark.keyauth_outcome("launchSession/200/launched")
def test_a_session_is_launched_with_xml_inside_of_json(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl) -> None:
    # startUpXml, a string, is the only item of the body that the document names.
    response = keyfax.post("/api/v1/startup", json={"startUpXml": start_up_xml()})
    assert response.status_code == 200
    assert response.json()["company"] == COMPANY


@pytest.mark.keyauth_outcome("launchSession/200/launched")
@pytest.mark.parametrize("mode", ["RD", "FL", "ROL", "EOL"])
def test_a_session_is_launched_in_each_mode(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, mode: str) -> None:
    assert keyfax.post("/api/v1/startup", json=start_up_json(mode=mode)).status_code == 200
    in_xml = start_up_xml({**REQUIRED, "mode": mode})
    assert keyfax.post("/api/v1/startup", content=in_xml, headers=AS_XML).status_code == 200


@pytest.mark.keyauth_outcome("launchSession/200/launched")
def test_items_may_have_keys_ids_attributes_and_children(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl) -> None:
    attribute = {"key": "Source", "id": "1", "value": "CRM", "attributes": [], "children": []}
    further = {
        "originatingSystem": {"value": "CRM", "attributes": [attribute], "children": []},
        "returnUrl": {"value": "https://consumer.example/back?status={0}&co={1}&guid={2}&user={3}"},
        "customData": {"key": "Case", "children": [{"key": "Number", "value": "4711", "attributes": [attribute]}]},
    }
    assert keyfax.post("/api/v1/startup", json=start_up_json() | further).status_code == 200


@pytest.mark.keyauth_outcome("launchSession/200/launched")
def test_a_session_is_launched_without_authorization(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl) -> None:
    response = send(keyfax, unsigned(keyfax), None)
    assert "Authorization" not in response.request.headers
    assert response.status_code == 200


@pytest.mark.keyauth_outcome("launchSession/200/launched")
def test_a_session_is_launched_with_a_token(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials, token: str
) -> None:
    assert send(keyfax, unsigned(keyfax), f"Bearer {keyfax_credentials.host}:{token}").status_code == 200


@pytest.mark.keyauth_outcome("launchSession/200/launched")
def test_the_signature_is_over_the_bytes_of_the_body_as_they_are_sent_as_is_assumed(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    content = json.dumps(start_up_json(originatingSystem="Höfe"), ensure_ascii=False, indent=3).encode()
    assert keyfax.post("/api/v1/startup", content=content, headers=AS_JSON).status_code == 200
    request = keyfax.build_request("POST", "/api/v1/startup", content=content, headers=AS_JSON)
    assert send_signed(keyfax, request, keyfax_credentials).status_code == 200


@wrong_basic.each_wrong_basic
@pytest.mark.keyauth_outcome("launchSession/401/unauthorized")
def test_a_wrong_signature_is_refused_though_none_is_required(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, spoil: wrong_basic.Spoil
) -> None:
    request = unsigned(keyfax)
    response = send(keyfax, request, spoil(sign(request, keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""
    assert not gives_launch_data(response)


@pytest.mark.keyauth_outcome("launchSession/401/unauthorized")
@pytest.mark.parametrize(
    "signed",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(json.dumps(start_up_json(), indent=3).encode(), id="the-same-in-other-bytes"),
        pytest.param(json.dumps(start_up_json(company="Another_Company")).encode(), id="another-company"),
    ],
)
def test_a_signature_over_another_body_is_refused(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, signed: bytes
) -> None:
    other = keyfax.build_request("POST", "/api/v1/startup", content=signed)
    response = send(keyfax, unsigned(keyfax), sign(other, keyfax_credentials).header())
    assert response.status_code == 401
    assert not gives_launch_data(response)


@wrong_bearer.each_wrong_bearer
@pytest.mark.keyauth_outcome("launchSession/401/unauthorized")
def test_a_wrong_token_is_refused_though_none_is_required(
    keyfax: httpx.Client, keyfax_credentials: KeyfaxCredentials, spoil: wrong_bearer.Spoil
) -> None:
    response = send(keyfax, unsigned(keyfax), spoil(bear(keyfax_credentials)))
    assert response.status_code == 401
    assert explanation(response) != ""
    assert not gives_launch_data(response)


@pytest.mark.keyauth_outcome("launchSession/401/unauthorized")
def test_a_launch_that_is_sent_again_is_refused(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, keyfax_credentials: KeyfaxCredentials
) -> None:
    request = unsigned(keyfax)
    header = sign(request, keyfax_credentials).header()
    assert send(keyfax, request, header).status_code == 200
    assert send(keyfax, request, header).status_code == 401


@pytest.mark.keyauth_outcome("launchSession/500/failed")
@pytest.mark.parametrize("missing", ["mode", "userName", "password", "company", "scriptSet"])
def test_start_up_data_without_an_item_that_is_assumed_to_be_required_is_refused(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, missing: str
) -> None:
    values = {name: value for name, value in REQUIRED.items() if name != missing}
    in_json = keyfax.post("/api/v1/startup", json={name: {"value": value} for name, value in values.items()})
    in_xml = keyfax.post("/api/v1/startup", content=start_up_xml(values), headers=AS_XML)
    for response in (in_json, in_xml):
        assert response.status_code == 500
        assert explanation(response) != ""
        assert not gives_launch_data(response)


@pytest.mark.keyauth_outcome("launchSession/500/failed")
def test_a_mode_that_there_is_not_is_refused_as_is_assumed(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl
) -> None:
    response = keyfax.post("/api/v1/startup", json=start_up_json(mode="XX"))
    assert response.status_code == 500
    assert explanation(response) != ""


@pytest.mark.keyauth_outcome("launchSession/500/failed")
def test_a_company_that_is_not_known_is_named_in_the_assumed_explanation(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl
) -> None:
    in_json = keyfax.post("/api/v1/startup", json=start_up_json(company="Nowhere_Housing"))
    in_xml = {**REQUIRED, "company": "Nowhere_Housing"}
    for response in (in_json, keyfax.post("/api/v1/startup", content=start_up_xml(in_xml), headers=AS_XML)):
        assert response.status_code == 500
        assert "Startup failed: Company / configuration 'Nowhere_Housing': " in explanation(response)
        assert not gives_launch_data(response)


@pytest.mark.keyauth_outcome("launchSession/500/failed")
def test_a_refused_start_leaves_no_session_behind(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl) -> None:
    asked = never_launched()
    refused = start_up_json(guid=asked["guid"], company="Nowhere_Housing")
    assert keyfax.post("/api/v1/startup", json=refused).status_code == 500
    assert keyfax.post("/api/v1/results", json=asked).status_code == 422


@pytest.mark.keyauth_outcome("launchSession/500/failed")
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps(start_up_json())[:-1].encode(), id="cut-off"),
        pytest.param(b"mode=RD&company=AbcHousing_Staff_Live", id="a-form"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="an-array"),
        pytest.param(b'"RD"', id="a-string"),
        pytest.param(b"3", id="a-number"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="an-empty-object"),
        pytest.param(json.dumps(start_up_json() | {"mode": 3}).encode(), id="an-item-that-is-a-number"),
        pytest.param(json.dumps(start_up_json(company={"value": COMPANY})).encode(), id="a-value-that-is-an-object"),
        pytest.param(json.dumps(start_up_json(userName="é"), ensure_ascii=False).encode("latin-1"), id="not-utf-8"),
        pytest.param(b"[" * 100_000, id="nested-too-deep"),
    ],
)
def test_broken_json_is_refused(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, content: bytes) -> None:
    response = keyfax.post("/api/v1/startup", content=content, headers=AS_JSON)
    assert response.status_code == 500
    assert explanation(response) != ""
    assert not gives_launch_data(response)


BROKEN_XML = [
    pytest.param(start_up_xml()[:-1], id="cut-off"),
    pytest.param(start_up_xml() * 2, id="two-roots"),
    pytest.param(start_up_xml().replace("StartUpData", "ShutDownData"), id="another-root"),
    pytest.param(start_up_xml().replace("</Mode>", "</Mood>"), id="tags-that-do-not-match"),
    pytest.param(start_up_xml().replace(COMPANY, "&company;"), id="an-undeclared-entity"),
    pytest.param("StartUpData", id="no-xml"),
]


@pytest.mark.keyauth_outcome("launchSession/500/failed")
@pytest.mark.parametrize("content", BROKEN_XML)
def test_broken_xml_is_refused(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, content: str) -> None:
    as_it_is = keyfax.post("/api/v1/startup", content=content, headers=AS_XML)
    inside_of_json = keyfax.post("/api/v1/startup", json={"startUpXml": content})
    for response in (as_it_is, inside_of_json):
        assert response.status_code == 500
        assert explanation(response) != ""
        assert not gives_launch_data(response)


def declaring(*declarations: str, company: str) -> str:
    """Start-up data in XML behind a document type with these declarations; `company` goes in as it is."""
    prolog = f"<!DOCTYPE StartUpData [{''.join(declarations)}]>"
    return prolog + start_up_xml().replace(COMPANY, company)


# Nine levels of ten: 10^9 times the company, from 1 kB.
BOMB = declaring(
    f'<!ENTITY e0 "{COMPANY}">',
    *(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10)),
    company="&e9;",
)
HOSTILE_XML = [
    pytest.param(BOMB, id="a-bomb-of-nine-levels"),
    pytest.param(declaring(f'<!ENTITY e "{"x" * 20_000}">', company="&e;" * 200), id="a-large-entity-many-times"),
    pytest.param(declaring('<!ENTITY e SYSTEM "file:///etc/passwd">', company="&e;"), id="an-external-entity"),
    pytest.param(
        declaring('<!ENTITY % e SYSTEM "file:///etc/passwd">', "%e;", company="Nowhere_Housing"),
        id="an-external-parameter-entity",
    ),
    pytest.param(
        '<!DOCTYPE StartUpData SYSTEM "file:///etc/passwd">' + start_up_xml().replace(COMPANY, "&e;"),
        id="an-external-document-type",
    ),
]


@pytest.mark.keyauth_outcome("launchSession/500/failed")
@pytest.mark.parametrize("content", HOSTILE_XML)
def test_entities_are_neither_expanded_nor_fetched(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl, content: str
) -> None:
    as_it_is = keyfax.post("/api/v1/startup", content=content, headers=AS_XML)
    inside_of_json = keyfax.post("/api/v1/startup", json={"startUpXml": content})
    for response in (as_it_is, inside_of_json):
        assert response.status_code == 500
        assert "root:" not in response.text
        assert len(response.content) < 10_000
        assert not gives_launch_data(response)


@pytest.mark.keyauth_outcome("launchSession/500/failed", "launchSession/200/launched")
def test_a_failed_store_launches_nothing_and_the_same_data_can_be_posted_again(
    keyfax: httpx.Client, keyfax_emulator: KeyfaxControl
) -> None:
    keyfax_emulator.fail_store("write-session")
    response = keyfax.post("/api/v1/startup", json=start_up_json())
    assert response.status_code == 500
    assert explanation(response) != ""
    assert not gives_launch_data(response)
    assert keyfax.post("/api/v1/startup", json=start_up_json()).status_code == 200
