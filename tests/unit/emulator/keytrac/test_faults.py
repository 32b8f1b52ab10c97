from collections.abc import Callable
from typing import Any

import pytest

from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Response
from pytest_keyauth.keystrokes import Typist

Send = Callable[..., Response]

#: The text of the document's own samples.
TEXT = "Die benutzte Methode besteht in der Messung der Luft."
NOBODY = "8f5a2308-90b5-4afa-8847-ebf2b99f4082"

each_method = pytest.mark.parametrize("method", ["anytext", "password"])


@pytest.fixture
def state(
    send: Send, emulator: KeytracEmulator, user_id: str, anytext_enrolment: list[str], password_enrolment: list[str]
) -> Callable[[], list[Any]]:
    """What can be seen of an account with one user who is enrolled for both methods."""
    send("POST", "/anytext/enrol", {"user_id": user_id, "samples": anytext_enrolment})
    send("POST", "/password/enrol", {"user_id": user_id, "samples": password_enrolment})
    emulator.clock.advance(hours=1)

    def look() -> list[Any]:
        store = emulator.account.store
        seen = [send("GET", path).json() for path in ("/users", f"/users/{user_id}", "/status")]
        return [*seen, list(store.scan_profiles("anytext")), list(store.scan_profiles("password"))]

    return look


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(
    ("action", "method", "path", "error"),
    [
        ("list-users", "GET", "/users", "Unable to compute user overview"),
        ("delete-user", "DELETE", "/users/{}", "Unable to delete user"),
        ("read-activity", "GET", "/users/{}", "Unable to calculate status"),
        ("read-activity", "GET", "/status", "Unable to calculate status"),
        ("write-profile", "POST", "/anytext/enrol", "Unable to enroll profile for user"),
        ("write-profile", "POST", "/password/enrol", "Unable to enroll profile for user"),
        ("write-profile", "POST", "/anytext/authenticate", "Unable to adapt profile of user"),
        ("write-profile", "POST", "/password/authenticate", "Unable to adapt profile of user"),
        ("scan-profiles", "POST", "/anytext/identify", "Unable to identify user"),
    ],
)
def test_an_operation_fails_as_often_as_its_store_does_and_leaves_everything_as_it_was(
    send: Send,
    emulator: KeytracEmulator,
    user_id: str,
    state: Callable[[], list[Any]],
    anytext_attempt: str,
    password_attempt: str,
    action: str,
    method: str,
    path: str,
    error: str,
    times: int,
) -> None:
    sample = password_attempt if "password" in path else anytext_attempt
    value = {"user_id": user_id, "samples": [sample]} if method == "POST" else None
    before = state()
    emulator.fail_store(action, times)
    failures = [send(method, path.format(user_id), value) for _ in range(times)]
    assert [(response.status, response.json()) for response in failures] == [(500, {"error": error})] * times
    assert state() == before
    assert send(method, path.format(user_id), value).status == 200


@pytest.mark.parametrize(
    ("action", "method", "refused_path", "path"),
    [
        ("delete-user", "DELETE", f"/users/{NOBODY}", "/users/{}"),
        ("read-activity", "GET", f"/users/{NOBODY}", "/users/{}"),
        ("read-activity", "GET", "/status?from=2015-06-01", "/status"),
        ("write-profile", "POST", "/anytext/enrol", "/anytext/enrol"),
        ("scan-profiles", "POST", "/anytext/identify", "/anytext/identify"),
    ],
)
def test_a_request_that_is_refused_does_not_use_a_fault_up(
    send: Send,
    emulator: KeytracEmulator,
    user_id: str,
    anytext_attempt: str,
    action: str,
    method: str,
    refused_path: str,
    path: str,
) -> None:
    """Refused for a user that is not there, half a window, or a body that is not there."""
    emulator.fail_store(action)
    refused, _, query = refused_path.partition("?")
    assert send(method, refused, query=query).status in (400, 404)
    value = {"user_id": user_id, "samples": [anytext_attempt]} if method == "POST" else None
    assert send(method, path.format(user_id), value).status == 500


@each_method
def test_a_rejected_attempt_writes_nothing_so_that_no_fault_shows(
    send: Send,
    emulator: KeytracEmulator,
    method: str,
    enrolled_id: str,
    attempt: str,
    of_somebody_else: Callable[[str], str],
) -> None:
    emulator.fail_store("write-profile")
    rejected = {"user_id": enrolled_id, "samples": [of_somebody_else(method)]}
    assert send("POST", f"/{method}/authenticate", rejected).json()["authenticated"] is False
    accepted = {"user_id": enrolled_id, "samples": [attempt]}
    assert send("POST", f"/{method}/authenticate", accepted).status == 500


@each_method
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("damage_profile", "Unable to deserialize profile of user"),
        ("distort_profile", "Unable to authenticate user"),
    ],
)
def test_a_spoiled_profile_answers_for_its_own_user_only_until_it_is_restored(
    send: Send,
    emulator: KeytracEmulator,
    create_user: Callable[[], str],
    method: str,
    enrolled_id: str,
    enrolment: list[str],
    attempt: str,
    fault: str,
    error: str,
) -> None:
    other_id = create_user()
    send("POST", f"/{method}/enrol", {"user_id": other_id, "samples": enrolment})
    getattr(emulator, fault)(enrolled_id, method)
    before = send("GET", f"/users/{enrolled_id}").json()
    response = send("POST", f"/{method}/authenticate", {"user_id": enrolled_id, "samples": [attempt]})
    assert (response.status, response.json()) == (500, {"error": error})
    assert send("GET", f"/users/{enrolled_id}").json() == before
    for_other = {"user_id": other_id, "samples": [attempt]}
    assert send("POST", f"/{method}/authenticate", for_other).json()["authenticated"] is True
    emulator.restore_profile(enrolled_id, method)
    for_restored = {"user_id": enrolled_id, "samples": [attempt]}
    assert send("POST", f"/{method}/authenticate", for_restored).json()["authenticated"] is True


@pytest.mark.parametrize("fault", ["damage_profile", "distort_profile"])
def test_nobody_can_be_identified_while_one_profile_is_spoiled(
    send: Send, emulator: KeytracEmulator, crowd: dict[str, Typist], fault: str
) -> None:
    user_id, typist = list(crowd.items())[3]
    getattr(emulator, fault)(user_id, "anytext")
    response = send("POST", "/anytext/identify", {"samples": [typist.types(TEXT)]})
    assert (response.status, response.json()) == (500, {"error": "Unable to identify user"})
    emulator.restore_profile(user_id, "anytext")
    ranking = send("POST", "/anytext/identify", {"samples": [typist.types(TEXT)]}).json()
    assert ranking[0]["user_id"] == user_id


@each_method
@pytest.mark.parametrize("fault", ["damage_profile", "distort_profile"])
def test_a_spoiled_profile_can_be_enrolled_anew(
    send: Send,
    emulator: KeytracEmulator,
    method: str,
    enrolled_id: str,
    enrolment: list[str],
    attempt: str,
    fault: str,
) -> None:
    getattr(emulator, fault)(enrolled_id, method)
    send("POST", f"/{method}/enrol", {"user_id": enrolled_id, "samples": enrolment})
    response = send("POST", f"/{method}/authenticate", {"user_id": enrolled_id, "samples": [attempt]})
    assert response.json()["authenticated"] is True
