"""The eight operations, from a request to the answer and to what is stored afterwards."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keyfax import KeyfaxEmulator, KeyPair
from pytest_keyauth.emulator.message import Request, Response

NOW_S = 1_458_819_924
TOKEN, STARTUP, RESULTS, KEY = "/api/v1/token", "/api/v1/startup", "/api/v1/results", "/api/v1/key"
COMPANY = "AbcHousing_Staff_Live"

Ask = Callable[..., Response]
Launch = Callable[..., dict[str, str]]


def message(response: Response) -> str:
    """The text of an error, in the assumed form."""
    assert response.headers == (("Content-Type", "application/json"),)
    body = response.json()
    assert list(body) == ["message"]
    return str(body["message"])


# Keys


def test_the_initial_keys_are_given_to_anybody_once(emulator: KeyfaxEmulator, ask: Ask) -> None:
    response = ask("GET", KEY, query="hostName=LIVE")
    assert response.status == 201
    assert response.json() == {
        "hostName": "LIVE",
        "apiKey": "0123456789abcdef0123456789abcdef",
        "signingKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    }
    again = ask("GET", KEY, query="hostName=LIVE")
    assert (again.status, message(again)) == (400, "the host has keys already")
    assert len(emulator.keys("LIVE")) == 1
    assert len(emulator.outbox) == 0


@pytest.mark.parametrize(
    "query", ["", "hostName=", "hostName=NOPE", "hostName=live", "hostname=LIVE", "hostName=LIVE%00", "hostName=%ff"]
)
def test_a_host_that_is_not_defined_is_given_no_keys(emulator: KeyfaxEmulator, ask: Ask, query: str) -> None:
    response = ask("GET", KEY, query=query)
    assert (response.status, message(response)) == (400, "the host is not defined in KfServerConfig.xml")
    assert emulator.keys("LIVE") == []


def test_a_host_name_is_decoded(emulator: KeyfaxEmulator, ask: Ask) -> None:
    emulator.define_host("LIVE 2+3")
    assert ask("GET", KEY, query="hostName=LIVE+2%2B3").json()["hostName"] == "LIVE 2+3"


def test_keys_that_could_not_be_stored_were_not_given(emulator: KeyfaxEmulator, ask: Ask) -> None:
    emulator.fail_store("write-key")
    response = ask("GET", KEY, query="hostName=LIVE")
    assert (response.status, message(response)) == (500, "the initial keys could not be stored")
    assert emulator.keys("LIVE") == []
    assert ask("GET", KEY, query="hostName=LIVE").status == 201


def test_a_reset_answers_with_the_api_key_and_delivers_both(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask) -> None:
    response = send(keys, "POST", KEY)
    old, new = emulator.keys("LIVE")
    assert old is keys
    assert response.status == 201
    assert response.json() == {"hostName": "LIVE", "apiKey": new.api_key}
    assert new.api_key != keys.api_key
    assert new.signing_key not in response.body.decode()
    assert [(delivery.destination, delivery.key) for delivery in emulator.mailbox] == [("keys@consumer.example", new)]
    assert emulator.web_hook_calls == []


@pytest.mark.parametrize(
    ("web_hook", "email", "kinds"),
    [
        ("http://hook.example/", None, ["web-hook"]),
        (None, "keys@consumer.example", ["email"]),
        ("http://hook.example/", "keys@consumer.example", ["web-hook", "email"]),
    ],
)
def test_new_keys_go_to_where_the_host_wants_them(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, web_hook: str | None, email: str | None, kinds: list[str]
) -> None:
    emulator.define_host("LIVE", web_hook, email)
    assert send(keys, "POST", KEY).status == 201
    new = emulator.keys("LIVE")[1]
    destinations = {"web-hook": "http://hook.example/", "email": "keys@consumer.example"}
    assert emulator.deliveries("LIVE") == [
        {
            "kind": kind,
            "destination": destinations[kind],
            "hostName": "LIVE",
            "apiKey": new.api_key,
            "signingKey": new.signing_key,
        }
        for kind in kinds
    ]
    assert emulator.deliveries("TEST") == []


def test_keys_cannot_be_reset_for_ever_without_a_new_pair_being_used(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Ask
) -> None:
    assert [send(keys, "POST", KEY).status for _ in range(999)] == [201] * 999
    response = send(keys, "POST", KEY)
    assert (response.status, message(response)[:45]) == (500, "the keys cannot be reset: 1000 pairs work alr")
    last = emulator.keys("LIVE")[-1]
    assert send(last, "POST", KEY).status == 201
    assert emulator.keys("LIVE")[0] is last


def test_keys_that_could_not_reach_anybody_are_not_made(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask) -> None:
    emulator.define_host("LIVE")
    response = send(keys, "POST", KEY)
    text = "the keys cannot be reset: no web hook and no e-mail address is defined for the host"
    assert (response.status, message(response)) == (500, text)
    assert emulator.keys("LIVE") == [keys]


def test_a_reset_that_could_not_be_stored_delivers_nothing(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask) -> None:
    emulator.fail_store("write-key")
    response = send(keys, "POST", KEY)
    assert (response.status, message(response)) == (500, "the new keys could not be stored")
    assert emulator.keys("LIVE") == [keys]
    assert len(emulator.outbox) == 0
    assert send(keys, "GET", TOKEN).status == 200


def test_the_old_keys_work_until_the_new_ones_are_used_and_then_no_more(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Ask
) -> None:
    send(keys, "POST", KEY)
    new = emulator.keys("LIVE")[1]
    assert [send(keys, "GET", TOKEN).status for _ in range(2)] == [200, 200]
    assert send(new, "GET", TOKEN).status == 200
    assert emulator.keys("LIVE") == [new]
    assert send(keys, "GET", TOKEN).status == 401
    assert send(new, "GET", TOKEN).status == 200


def test_of_several_resets_the_one_used_ends_the_older_and_keeps_the_newer(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Ask
) -> None:
    for _ in range(3):
        send(keys, "POST", KEY)
    first, second, third = emulator.keys("LIVE")[1:]
    send(second, "GET", STARTUP)
    assert emulator.keys("LIVE") == [second, third]
    assert [send(pair, "GET", TOKEN).status for pair in (keys, first, second, third, second)] == [
        401,
        401,
        200,
        200,
        401,
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda header: header + ":1", id="malformed"),
        pytest.param(lambda header: header[:-1] + "5", id="another time stamp"),
        pytest.param(lambda header: header.replace("LIVE", "TEST"), id="another host"),
        pytest.param(lambda header: header.replace("Basic", "Digest"), id="another scheme"),
    ],
)
def test_a_refused_use_of_the_new_keys_is_no_use(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, ask: Ask, sign: Callable[..., str], spoil: Callable[[str], str]
) -> None:
    send(keys, "POST", KEY)
    old_and_new = emulator.keys("LIVE")
    assert ask("GET", TOKEN, Authorization=spoil(sign(old_and_new[1], "GET", TOKEN))).status == 401
    assert emulator.keys("LIVE") == old_and_new


def test_a_use_that_fails_in_the_store_is_a_use(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask) -> None:
    send(keys, "POST", KEY)
    new = emulator.keys("LIVE")[1]
    emulator.fail_store("read-key")
    assert send(new, "GET", TOKEN).status == 500
    assert emulator.keys("LIVE") == [new]


def test_deletion_ends_all_keys_of_a_host_and_no_other(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, ask: Ask
) -> None:
    other = emulator.issue_keys("TEST")
    send(keys, "POST", KEY)
    response = send(other, "DELETE", KEY, query="hostName=LIVE")
    assert (response.status, response.json()) == (200, {})
    assert (emulator.keys("LIVE"), emulator.keys("TEST")) == ([], [other])
    assert send(keys, "GET", TOKEN).status == 401
    assert ask("GET", KEY, query="hostName=LIVE").status == 201


@pytest.mark.parametrize("query", ["", "hostName=", "hostName=NOPE", "hostName=TEST"])
def test_a_host_without_keys_has_nothing_to_delete(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, query: str
) -> None:
    response = send(keys, "DELETE", KEY, query=query)
    assert (response.status, response.headers, response.body) == (304, (), b"")
    assert emulator.keys("LIVE") == [keys]


def test_keys_that_could_not_be_deleted_live_on(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask) -> None:
    emulator.fail_store("delete-key")
    response = send(keys, "DELETE", KEY, query="hostName=LIVE")
    assert (response.status, message(response)) == (500, "the keys could not be deleted")
    assert send(keys, "GET", TOKEN).status == 200


# Tokens


def test_a_token_comes_with_a_company(keys: KeyPair, send: Ask) -> None:
    body = send(keys, "GET", TOKEN).json()
    assert list(body) == ["company", "token"]
    assert body["company"] == COMPANY
    assert body["token"].count(".") == 2


def test_a_token_is_of_the_keys_in_use(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, ask: Ask) -> None:
    header = f"Bearer LIVE:{send(keys, 'GET', TOKEN).json()['token']}"
    send(keys, "POST", KEY)
    renewed = f"Bearer LIVE:{ask('POST', TOKEN, Authorization=header).json()['token']}"
    assert ask("GET", STARTUP, Authorization=renewed).status == 200
    send(emulator.keys("LIVE")[1], "GET", STARTUP)
    assert [ask("GET", STARTUP, Authorization=dead).status for dead in (header, renewed)] == [401, 401]


def test_the_lifetime_of_tokens_can_be_set(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, ask: Ask) -> None:
    emulator.configure(token_lifetime_h=0.5)
    header = f"Bearer LIVE:{send(keys, 'GET', TOKEN).json()['token']}"
    emulator.clock.advance(minutes=29)
    assert ask("GET", STARTUP, Authorization=header).status == 200
    emulator.clock.advance(minutes=1)
    assert ask("GET", STARTUP, Authorization=header).status == 401


def test_a_store_that_fails_gives_no_token(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, ask: Ask) -> None:
    header = f"Bearer LIVE:{send(keys, 'GET', TOKEN).json()['token']}"
    emulator.fail_store("read-key", 2)
    for response in (send(keys, "GET", TOKEN), ask("POST", TOKEN, Authorization=header)):
        assert (response.status, message(response)) == (500, "the token could not be made: the keys cannot be read")
    assert ask("POST", TOKEN, Authorization=header).status == 200


# Sessions


def test_the_example_can_be_posted_back(ask: Ask) -> None:
    in_json = ask("GET", STARTUP)
    assert in_json.headers == (("Content-Type", "application/json"),)
    assert ask("POST", STARTUP, body=in_json.body, Content_Type="application/json").status == 200
    in_xml = ask("GET", STARTUP, Accept="application/xml")
    assert in_xml.headers == (("Content-Type", "application/xml; charset=utf-8"),)
    assert ElementTree.fromstring(in_xml.body).tag == "StartUpData"
    assert ask("POST", STARTUP, body=in_xml.body, Content_Type="application/xml").status == 200


def test_the_example_is_for_a_company_that_exists(emulator: KeyfaxEmulator, ask: Ask) -> None:
    emulator.configure(companies=["B_Live", "A_Live"])
    assert ask("GET", STARTUP).json()["company"] == {"value": "A_Live"}
    emulator.configure(companies=[])
    assert ask("GET", STARTUP).json()["company"] == {"value": "AbcHousing_Staff_Live"}


@pytest.mark.parametrize(
    ("accept", "in_xml"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("application/xml", True),
        ("text/xml", True),
        ("APPLICATION/XML ; charset=utf-8", True),
        ("application/xml, */*", True),
        ("text/html, application/xml;q=0.9, */*;q=0.8", True),
        ("application/json, application/xml", False),
        ("application/json;q=0.5, application/xml", True),
        ("application/xml;q=0.5, application/json", False),
        ("application/xml;q=0", False),
        ("application/xml;q=x", False),
        (",;,", False),
    ],
)
def test_xml_is_for_who_prefers_it(ask: Ask, accept: str | None, in_xml: bool) -> None:
    media_type = ask("GET", STARTUP, Accept=accept).headers[0][1]
    assert media_type.startswith("application/xml" if in_xml else "application/json")


def test_a_launch_gives_launch_data(emulator: KeyfaxEmulator, launch: Launch) -> None:
    launched = launch()
    guid = launched["guid"]
    assert launched == {
        "guid": guid,
        "launchUrl": f"http://localhost:8088/interview/launch?co={COMPANY}&guid={guid}",
        "company": COMPANY,
    }
    assert list(emulator.sessions) == [guid]
    assert emulator.sessions[guid].status is None


def test_a_launch_url_is_of_the_scheme_and_host_that_were_asked(startup: Callable[..., bytes]) -> None:
    emulator = KeyfaxEmulator(root="")
    request = Request("POST", STARTUP, "", (("Host", "keyfax.example"),), startup(), "https")
    assert emulator.handle(request).json()["launchUrl"].startswith("https://keyfax.example/launch?co=")
    without_host = Request("POST", STARTUP, "", (), startup())
    assert emulator.handle(without_host).json()["launchUrl"].startswith("http://localhost/launch?co=")


def test_a_guid_can_be_chosen_once(
    emulator: KeyfaxEmulator, launch: Launch, ask: Ask, startup: Callable[..., bytes]
) -> None:
    assert launch(guid={"value": "g-1"})["guid"] == "g-1"
    response = ask("POST", STARTUP, body=startup(guid={"value": "g-1"}, mode={"value": "FL"}))
    assert (response.status, message(response)) == (500, "Startup failed: guid: a session was launched with it before")
    assert emulator.sessions["g-1"].startup.mode == "RD"


def test_an_unknown_company_is_named(emulator: KeyfaxEmulator, ask: Ask, startup: Callable[..., bytes]) -> None:
    response = ask("POST", STARTUP, body=startup(company={"value": "Nowhere"}))
    text = "Startup failed: Company / configuration 'Nowhere': it is not defined, so no session can be launched for it"
    assert (response.status, message(response)) == (500, text)
    assert emulator.sessions == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b"\xff",
        b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>",
        b"x" * 10_000_000,
    ],
    ids=lambda body: str(len(body)),
)
def test_bad_startup_data_leave_no_session(emulator: KeyfaxEmulator, ask: Ask, body: bytes) -> None:
    response = ask("POST", STARTUP, body=body)
    assert response.status == 500
    assert message(response).startswith("Startup failed: ")
    assert len(response.body) < 200
    assert emulator.sessions == {}


def test_a_session_that_could_not_be_stored_was_not_launched(
    emulator: KeyfaxEmulator, ask: Ask, startup: Callable[..., bytes]
) -> None:
    emulator.fail_store("write-session")
    response = ask("POST", STARTUP, body=startup())
    assert (response.status, message(response)) == (500, "Startup failed: the session could not be stored")
    assert emulator.sessions == {}


# Results


def ask_results(ask: Ask, value: Any, **headers: str) -> Response:
    return ask("POST", RESULTS, body=json.dumps(value).encode(), **headers)


def test_results_come_when_the_session_has_ended(emulator: KeyfaxEmulator, ask: Ask, launch: Launch) -> None:
    launched = launch(customData={"key": "Case", "value": "Öztürk"}, mode={"value": "ROL"})
    before = ask_results(ask, launched)
    assert (before.status, message(before)[:28]) == (422, "there are no results yet: th")
    emulator.finish_session(launched["guid"])
    body = ask_results(ask, launched).json()
    xml = body.pop("resultsXml")
    assert body == {
        "guid": launched["guid"],
        "status": 1,
        "company": COMPANY,
        "customData": {"key": "Case", "value": "Öztürk"},
    }
    assert ElementTree.fromstring(xml).findtext("CustomData/Value") == "Öztürk"
    in_xml = ask_results(ask, launched, Accept="application/xml")
    assert in_xml.headers == (("Content-Type", "application/xml; charset=utf-8"),)
    assert in_xml.body.decode() == f'<?xml version="1.0" encoding="utf-8"?>\n{xml}'


def test_results_without_custom_data_say_so(emulator: KeyfaxEmulator, ask: Ask, launch: Launch) -> None:
    launched = launch()
    emulator.finish_session(launched["guid"], 2)
    body = ask_results(ask, launched).json()
    assert (body["status"], body["customData"]) == (2, None)


@pytest.mark.parametrize(
    "names", [["guid"], ["launchUrl"], ["guid", "company"], ["launchUrl", "company"], ["guid", "launchUrl"]], ids=str
)
def test_a_session_is_found_by_any_part_that_has_its_guid(
    emulator: KeyfaxEmulator, ask: Ask, launch: Launch, names: list[str]
) -> None:
    launched = launch()
    emulator.finish_session(launched["guid"])
    launch()
    body = ask_results(ask, {name: launched[name] for name in names} | {"other": 1}).json()
    assert body["guid"] == launched["guid"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"guid": "nope"},
        {"guid": "é"},
        {"guid": "{guid}", "company": "Other"},
        {"launchUrl": "http://x/?guid={guid}&co=Other"},
        {"guid": "nope", "launchUrl": "http://x/?guid={guid}"},
    ],
    ids=str,
)
def test_a_session_that_was_not_launched_has_no_results(
    emulator: KeyfaxEmulator, ask: Ask, launch: Launch, wrong: dict[str, str]
) -> None:
    guid = launch()["guid"]
    emulator.finish_session(guid)
    response = ask_results(ask, {name: value.replace("{guid}", guid) for name, value in wrong.items()})
    assert (response.status, message(response)) == (422, "there is no such session: it has not been launched")


PARSED = "the launch data cannot be parsed: "


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", f"{PARSED}expected a JSON object"),
        (b"[]", f"{PARSED}expected a JSON object"),
        (b"\xff", f"{PARSED}expected a JSON object"),
        (b"<LaunchData/>", f"{PARSED}expected a JSON object"),
        (b"[" * 100_000, f"{PARSED}expected a JSON object"),
        (b" " * 2_000_000 + b"{}", f"{PARSED}expected a JSON object"),
        (b"{}", f"{PARSED}expected a guid, or a launchUrl that has one"),
        (b'{"guid": null}', f"{PARSED}expected a guid, or a launchUrl that has one"),
        (b'{"guid": "", "launchUrl": "http://x/?co=a"}', f"{PARSED}expected a guid, or a launchUrl that has one"),
        (b'{"launchUrl": "http://["}', f"{PARSED}launchUrl is no URL"),
        (b'{"guid": 7}', f"{PARSED}expected guid to be a string"),
        (b'{"guid": "g", "company": []}', f"{PARSED}expected company to be a string"),
        (b'{"guid": "g", "launchUrl": {}}', f"{PARSED}expected launchUrl to be a string"),
    ],
    ids=lambda value: repr(value[:30]) + str(len(value)),
)
def test_launch_data_that_cannot_be_parsed_are_an_error(ask: Ask, body: bytes, text: str) -> None:
    response = ask("POST", RESULTS, body=body)
    assert (response.status, message(response)) == (500, text)


def test_results_that_could_not_be_read_are_still_there(emulator: KeyfaxEmulator, ask: Ask, launch: Launch) -> None:
    launched = launch()
    emulator.finish_session(launched["guid"])
    emulator.fail_store("read-session")
    response = ask_results(ask, launched)
    assert (response.status, message(response)) == (500, "the results could not be read")
    assert ask_results(ask, launched).status == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["guid", "launchUrl", "company"]), inner)
    ),
    max_leaves=6,
)


@given(st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=40)))
@settings(max_examples=200, deadline=None)
def test_no_launch_data_raise(body: bytes) -> None:
    response = KeyfaxEmulator().handle(Request("POST", f"/interview{RESULTS}", "", (), body))
    assert response.status in (422, 500)
    assert message(response)
