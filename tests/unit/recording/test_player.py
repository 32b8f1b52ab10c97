import base64
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any
from xml.etree import ElementTree

import jwt
import pytest

from pytest_keyauth.errors import CassetteMismatch
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.cassette import Cassette, Command, Origin
from pytest_keyauth.recording.exchange import Interaction, RecordedRequest, RecordedResponse, Request, Response
from pytest_keyauth.recording.player import Materializer, Player

NOW = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)
URL = "https://api.keytrac.net"
JSON = (("Content-Type", "application/json"),)


def interaction(
    method: str, path: str, body: str = "", answer: str = "{}", status: int = 200, headers: Any = JSON
) -> Interaction:
    return Interaction(RecordedRequest(method, URL + path, JSON, body), RecordedResponse(status, headers, answer))


def cassette(*interactions: Interaction, **changes: Any) -> Cassette:
    return Cassette("t.py::t", Origin("emulator"), interactions, **changes)


def player(*interactions: Interaction, **changes: Any) -> Player:
    return Player(cassette(*interactions, **changes), "cassettes/t.yaml", NOW, Addresses())


def send(playing: Player, method: str, path: str, body: Any = None, headers: Any = JSON) -> Response:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return playing.answer(Request(method, URL + path, headers, content))


def said(response: Response) -> Any:
    return json.loads(response.body)


# Identifiers

CREATED = interaction("POST", "/users", answer='{"id": "<user-id:1>"}', status=201)
SHOWN = interaction("GET", "/users/<user-id:1>", answer='{"id": "<user-id:1>", "name": "first"}')
DELETED = interaction("DELETE", "/users/<user-id:1>", answer='"gone"')


def test_what_an_answer_gives_out_is_a_valid_identifier_and_must_come_back() -> None:
    playing = player(CREATED, SHOWN)
    identifier = said(send(playing, "POST", "/users"))["id"]
    assert str(uuid.UUID(identifier)) == identifier
    with pytest.raises(CassetteMismatch):
        send(playing, "GET", f"/users/{uuid.uuid4()}")
    assert said(send(playing, "GET", f"/users/{identifier}")) == {"id": identifier, "name": "first"}


@pytest.mark.parametrize("identifier", ["f0d0c6f4-8f53-4a2e-a52f-1d7f4ab2fb1d", "00000000-0000-0000-0000-000000000000"])
def test_an_identifier_of_the_clients_own_matches_whatever_it_is_and_comes_back_in_the_answer(identifier: str) -> None:
    playing = player(interaction("GET", "/users/<user-id:1>", answer='{"id": "<user-id:1>"}', status=404))
    response = send(playing, "GET", f"/users/{identifier}")
    assert (response.status, said(response)["id"]) == (404, identifier)


@pytest.mark.parametrize(
    "identifier", ['a "name" 1234567', "back\\slash\\12345", "1234567\n\x7f\u2028", "lone \ud800 12345"]
)
def test_what_a_client_has_sent_comes_back_escaped_where_json_wants_it(identifier: str) -> None:
    playing = player(interaction("POST", "/users", '{"user_id": "<user-id:1>"}', '{"error": "no user <user-id:1>"}'))
    assert said(send(playing, "POST", "/users", {"user_id": identifier})) == {"error": f"no user {identifier}"}


def test_what_a_client_has_sent_comes_back_escaped_where_xml_wants_it() -> None:
    xml = (("Content-Type", "application/xml"),)
    answer = '<users><user id="&lt;user-id:1&gt;">&lt;user-id:1&gt;</user></users>'
    playing = player(interaction("POST", "/users", '{"user_id": "<user-id:1>"}', answer, headers=xml))
    identifier = 'a <b> & "c" 12345678'
    user = ElementTree.fromstring(send(playing, "POST", "/users", {"user_id": identifier}).body)[0]
    assert (user.text, user.attrib) == (identifier, {"id": identifier})


# Sequences


def test_each_interaction_is_played_once_in_the_order_of_recording() -> None:
    playing = player(*(interaction("GET", "/status", answer=str([number])) for number in range(3)))
    assert [said(send(playing, "GET", "/status")) for _ in range(3)] == [[0], [1], [2]]
    with pytest.raises(CassetteMismatch) as caught:
        send(playing, "GET", "/status")
    assert str(caught.value) == (
        f"cassettes/t.yaml has no answer to GET {URL}/status: it was recorded 3 times and has been played as often\n"
        "Mend the test, or record it anew with --keyauth-record=all"
    )


def test_what_nobody_has_asked_for_is_told() -> None:
    playing = player(CREATED, interaction("GET", "/status"), DELETED)
    send(playing, "GET", "/status")
    assert playing.unplayed == [f"POST {URL}/users", f"DELETE {URL}/users/<user-id:1>"]


def test_two_threads_are_never_given_the_same_interaction() -> None:
    count = 60
    playing = player(*(interaction("GET", "/status", answer=str([number])) for number in range(2 * count)))
    together = Barrier(2)

    def play() -> list[int]:
        together.wait()
        return [said(send(playing, "GET", "/status"))[0] for _ in range(count)]

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(play), threads.submit(play)
    assert sorted(first.result() + second.result()) == [*range(2 * count)]
    assert playing.unplayed == []


def test_a_mismatch_says_field_by_field_what_differs_from_the_nearest() -> None:
    playing = player(
        interaction("DELETE", "/users/<user-id:1>"),
        interaction("POST", "/users?a=1", '{"name": "first", "tags": [1, 2]}'),
    )
    with pytest.raises(CassetteMismatch) as caught:
        send(playing, "POST", "/users?a=2", {"name": "second", "tags": [1, 2]})
    assert str(caught.value).splitlines() == [
        f"cassettes/t.yaml has no answer to POST {URL}/users: the nearest is number 2, POST {URL}/users:",
        "  query a: recorded 1, sent 2",
        '  body /name: recorded "first", sent "second"',
        "Mend the test, or record it anew with --keyauth-record=all",
    ]


def test_an_empty_cassette_says_that_nothing_was_recorded() -> None:
    with pytest.raises(CassetteMismatch, match="/status: nothing was recorded"):
        send(player(), "GET", "/status")


def test_a_mismatch_shows_no_secret_that_was_sent() -> None:
    token = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"
    with pytest.raises(CassetteMismatch) as caught:
        send(player(CREATED), "POST", f"/other?token={token}", {"password": "geheimes Wort", "note": f"is {token}"})
    assert "geheim" not in str(caught.value)
    assert token not in str(caught.value)


def test_a_body_that_nobody_could_read_is_matched_by_one_that_nobody_can_read() -> None:
    playing = player(interaction("POST", "/users", "<unreadable body of 7 bytes: it is no JSON>", status=400))
    assert send(playing, "POST", "/users", b'{"a": 1').status == 400


def test_bytes_that_are_no_text_are_answered_as_they_were() -> None:
    answer = b"\x1f\x8b\xff".decode("utf-8", "surrogateescape")
    assert send(player(interaction("GET", "/status", answer=answer)), "GET", "/status").body == b"\x1f\x8b\xff"


# Values


def materializer(**changes: Any) -> Materializer:
    return Materializer(cassette(**changes), NOW, "seed")


def test_a_reference_is_one_value_wherever_and_however_encoded_it_stands() -> None:
    values = materializer()
    token = values.value("<token:1>")
    assert values.fill("<token:1>/&lt;token:1&gt;") == f"{token}/{token}"
    assert base64.b64decode(values.fill("<token:1:base64>")).decode() == token
    assert bytes.fromhex(values.fill("<token:1:hex>")).decode() == token
    assert values.fill_data({"<token:1>": ["<token:1>", 1, None]}) == {token: [token, 1, None]}
    assert values.fill_headers((("Location", "/a/<token:1>"),)) == (("Location", f"/a/{token}"),)


def test_a_form_says_what_a_value_looks_like() -> None:
    assert len(bytes.fromhex(materializer(forms={"<token:1>": "hex:40"}).value("<token:1>"))) == 20


def test_another_cassette_of_the_same_test_has_the_same_values_and_another_test_others() -> None:
    assert materializer().value("<token:1>") == materializer().value("<token:1>")
    assert materializer().value("<token:1>") != Materializer(cassette(), NOW, "other").value("<token:1>")


def test_times_are_relative_to_the_moment_of_the_replay() -> None:
    playing = player(interaction("GET", "/status", answer='{"end": "<now+10min:YYYY-MM-DDThh:mm:ssZ>"}'))
    assert said(send(playing, "GET", "/status")) == {"end": "2026-01-05T09:10:00Z"}


TOKEN = {
    "header": {"alg": "HS256", "typ": "JWT"},
    "claims": {"hostName": "<host:1>", "exp": "<now+1440min:unix>", "jti": "<id:1>", "list": ["<api-key:1>", 7]},
    "signed-with": "<signing-key:2>",
}


def test_a_token_is_minted_anew_and_verifies_with_the_signing_key_of_the_replay() -> None:
    values = materializer(tokens={"<jwt:1>": TOKEN})
    key = base64.b64decode(values.value("<signing-key:2>"))
    claims = jwt.decode(values.value("<jwt:1>"), key, algorithms=["HS256"], options={"verify_exp": False})
    assert claims == {
        "hostName": values.value("<host:1>"),
        "exp": int(NOW.timestamp()) + 86_400,
        "jti": values.value("<id:1>"),
        "list": [values.value("<api-key:1>"), 7],
    }


def test_a_token_whose_signer_is_not_known_is_signed_with_the_targets_own_key() -> None:
    values = materializer(tokens={"<jwt:1>": {**TOKEN, "signed-with": None}})
    key = base64.b64decode(values.value("<signing-key:1>"))
    assert jwt.decode(values.value("<jwt:1>"), key, algorithms=["HS256"], options={"verify_exp": False})


# Commands

ISSUED = Command("keyfax", "issue_keys", {"host": "<host:2>"}, {"hostName": "<host:2>", "apiKey": "<api-key:2>"})


def test_a_command_is_answered_with_the_values_of_this_replay() -> None:
    playing = player(commands=(ISSUED,))
    keys = playing.command("keyfax", "issue_keys", {"host": "ANY HOST"})
    assert keys == {"hostName": playing.credential("<host:2>"), "apiKey": playing.credential("<api-key:2>")}


@pytest.mark.parametrize(
    ("provider", "name", "arguments"),
    [
        ("keytrac", "issue_keys", {"host": "A"}),
        ("keyfax", "damage_signing_key", {"host": "A"}),
        ("keyfax", "issue_keys", {"host": "A", "more": 1}),
    ],
)
def test_a_command_that_was_not_recorded_is_refused(provider: str, name: str, arguments: Any) -> None:
    with pytest.raises(CassetteMismatch) as caught:
        player(commands=(ISSUED,)).command(provider, name, arguments)
    start = f"cassettes/t.yaml has no answer to the command {name} of the {provider} emulator with {{"
    assert str(caught.value).startswith(start)
    assert str(caught.value).endswith("Mend the test, or record it anew with --keyauth-record=all")


def test_a_command_is_answered_as_often_as_it_was_recorded_in_order() -> None:
    commands = [Command("keytrac", "open_account", {}, f"<token:{number}>") for number in (2, 3)]
    playing = player(commands=tuple(commands))
    answers = [playing.command("keytrac", "open_account", {}) for _ in commands]
    assert answers == [playing.credential("<token:2>"), playing.credential("<token:3>")]
    with pytest.raises(CassetteMismatch):
        playing.command("keytrac", "open_account", {})


def test_a_player_shows_where_its_cassette_is() -> None:
    assert repr(player()) == "<Player of cassettes/t.yaml>"
