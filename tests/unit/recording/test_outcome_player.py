import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pytest_keyauth.errors import CassetteError, CassetteMismatch, UnknownOutcomeError
from pytest_keyauth.outcomes import load_catalogue
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.cassette import Cassette, Origin
from pytest_keyauth.recording.exchange import Interaction, RecordedRequest, RecordedResponse, Request, Response
from pytest_keyauth.recording.library import Library
from pytest_keyauth.recording.outcome_player import OutcomePlayer
from pytest_keyauth.recording.shelf import Folder, outcome_name

NOW = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)
URL = "https://api.keytrac.net"
JSON = (("Content-Type", "application/json"),)
NOT_ENROLLED = "authenticateAnytext/404/not-enrolled"


def player(folder: Path, *names: str) -> OutcomePlayer:
    playing = OutcomePlayer(Library(folder), NOW, Addresses())
    playing.play(*names)
    return playing


def authenticate(playing: OutcomePlayer, body: Any = None) -> Response:
    content = json.dumps(body or {"user_id": "anybody", "samples": []}).encode()
    return playing.answer(Request("POST", f"{URL}/anytext/authenticate", JSON, content))


def test_any_request_for_the_operation_is_answered_with_the_named_outcome(tmp_path: Path) -> None:
    playing = player(tmp_path, NOT_ENROLLED)
    for body in ({"user_id": 'any "body"', "samples": ["no sample"]}, {"a": 1}, [1]):
        response = authenticate(playing, body)
        assert response.status == 404
        assert json.loads(response.body) == {"error": "User is not yet enrolled for this authentication type"}


def test_of_several_outcomes_of_an_operation_each_answers_once_and_the_last_from_then_on(tmp_path: Path) -> None:
    playing = player(tmp_path, NOT_ENROLLED, "authenticateAnytext/404/entity-not-found", "listUsers/500/user-overview")
    catalogue = load_catalogue("keytrac")
    named = []
    for _ in range(4):
        response = authenticate(playing)
        outcome = catalogue.recognize("POST", "/anytext/authenticate", response.status, response.body)
        named.append(outcome and outcome.label)
    assert named == ["not-enrolled", "entity-not-found", "entity-not-found", "entity-not-found"]


def test_an_operation_of_which_no_outcome_was_named_succeeds(tmp_path: Path) -> None:
    response = player(tmp_path, NOT_ENROLLED).answer(Request("GET", f"{URL}/users", ()))
    assert response.status == 200


@pytest.mark.parametrize("provider", ["keytrac", "keyfax"])
def test_every_operation_has_a_documented_success_to_answer_with(provider: str) -> None:
    catalogue = load_catalogue(provider)
    succeeding = {outcome.operation for outcome in catalogue if outcome.status.startswith("2")}
    assert succeeding == {operation.name for operation in catalogue.operations}


def test_an_identifier_that_a_request_names_comes_back_in_the_answer(tmp_path: Path) -> None:
    recorded = RecordedRequest("GET", f"{URL}/users/<user-id:1>", (), "")
    answer = RecordedResponse(404, JSON, '{"gone": "<user-id:1>", "other": "<user-id:2>"}')
    outcome = Cassette("mine", Origin("live"), (Interaction(recorded, answer),))
    Folder(tmp_path).save(outcome_name("keytrac", "showUser/404/user-not-found"), outcome.write())
    response = player(tmp_path, "showUser/404/user-not-found").answer(Request("GET", f"{URL}/users/my%20%22own%22"))
    body = json.loads(response.body)
    assert body["gone"] == 'my "own"'
    assert len(body["other"]) == 36


def test_outcomes_that_are_named_later_take_the_place_of_earlier_ones_of_their_operation(tmp_path: Path) -> None:
    playing = player(tmp_path, NOT_ENROLLED)
    playing.play("authenticateAnytext/404/entity-not-found")
    assert b"not yet enrolled" not in authenticate(playing).body


def test_threads_are_each_given_the_next_outcome(tmp_path: Path) -> None:
    playing = player(tmp_path, *[NOT_ENROLLED] * 9, "authenticateAnytext/404/entity-not-found")
    with ThreadPoolExecutor(2) as threads:
        answers = [*threads.map(lambda _: authenticate(playing).body, range(10))]
    assert sum(b"not yet enrolled" in answer for answer in answers) == 9


# What goes wrong


def test_an_unknown_name_is_refused_with_the_nearest_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownOutcomeError) as caught:
        player(tmp_path, "authenticateAnytext/404/not-enroled")
    assert NOT_ENROLLED in caught.value.nearest


def test_without_a_name_nothing_is_answered(tmp_path: Path) -> None:
    with pytest.raises(CassetteMismatch) as caught:
        authenticate(player(tmp_path))
    expected = 'no outcome was named to answer with: call keyauth_replay("operation/status/name") before the request'
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("method", "url", "what"),
    [
        ("GET", f"{URL}/nothing?token=geheim", "GET /nothing"),
        ("PATCH", f"{URL}/users", "PATCH /users"),
        ("GET", "https://example.org/?token=geheim", "GET this request"),
    ],
)
def test_a_request_for_no_documented_operation_is_not_answered(
    tmp_path: Path, method: str, url: str, what: str
) -> None:
    with pytest.raises(CassetteMismatch) as caught:
        player(tmp_path, NOT_ENROLLED).answer(Request(method, url))
    start = f"{what} is no documented operation, so that no outcome answers it; named were authenticateAnytext"
    assert str(caught.value).startswith(start)
    assert "geheim" not in str(caught.value)


def test_the_users_own_recording_of_an_outcome_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "outcomes/keytrac/authenticateAnytext/404/not-enrolled.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no cassette")
    with pytest.raises(CassetteError, match="this is no cassette"):
        authenticate(player(tmp_path, NOT_ENROLLED))


def test_credentials_are_the_same_made_up_ones_in_every_run(tmp_path: Path) -> None:
    one, other = player(tmp_path), player(tmp_path)
    assert len(one.credential("<token:1>")) == 36
    assert one.credential("<token:1>") == other.credential("<token:1>") != one.credential("<token:2>")


def test_a_player_shows_what_was_named(tmp_path: Path) -> None:
    assert repr(player(tmp_path)) == "<OutcomePlayer: nothing named>"
    assert repr(player(tmp_path, NOT_ENROLLED)) == "<OutcomePlayer: authenticateAnytext>"
