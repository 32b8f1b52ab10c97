"""Verdicts on demand, beside the real scoring."""

from collections.abc import Callable
from typing import Any

import pytest

from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Response
from pytest_keyauth.keystrokes import Typist

Send = Callable[..., Response]

pytestmark = pytest.mark.parametrize("method", ["anytext", "password"])


@pytest.fixture
def attempt_of(send: Send, method: str, enrolled_id: str) -> Callable[[str], Any]:
    """Authenticates the enrolled user with a sample, and gives the answer."""
    return lambda sample: send("POST", f"/{method}/authenticate", {"user_id": enrolled_id, "samples": [sample]}).json()


@pytest.mark.parametrize(("score", "authenticated"), [(0, False), (49, False), (50, True), (100, True)])
def test_a_decided_score_is_answered_whoever_types(
    emulator: KeytracEmulator,
    attempt_of: Callable[[str], Any],
    enrolled_id: str,
    method: str,
    attempt: str,
    of_somebody_else: Callable[[str], str],
    score: int,
    authenticated: bool,
) -> None:
    emulator.decide(enrolled_id, score=score)
    for sample in (attempt, of_somebody_else(method)):
        assert attempt_of(sample) == {"authenticated": authenticated, "score": score}


def test_everybody_is_accepted_or_rejected_until_the_typing_decides_again(
    emulator: KeytracEmulator,
    attempt_of: Callable[[str], Any],
    enrolled_id: str,
    method: str,
    attempt: str,
    of_somebody_else: Callable[[str], str],
) -> None:
    assert attempt_of(attempt)["authenticated"] is True
    emulator.reject()
    assert attempt_of(attempt) == {"authenticated": False, "score": 0}
    emulator.accept(enrolled_id)  # one's own goes before everybody's
    assert attempt_of(attempt) == {"authenticated": True, "score": 100}
    emulator.decide(enrolled_id, score=None)
    assert attempt_of(attempt)["authenticated"] is False
    emulator.decide(score=None)
    assert attempt_of(attempt)["authenticated"] is True
    assert attempt_of(of_somebody_else(method))["authenticated"] is False


def test_a_profile_learns_nothing_from_whom_it_was_told_to_accept(
    emulator: KeytracEmulator,
    attempt_of: Callable[[str], Any],
    profile: Callable[[], bytes],
    method: str,
    of_somebody_else: Callable[[str], str],
) -> None:
    before = profile()
    emulator.accept()
    attempt_of(of_somebody_else(method))
    assert profile() == before


def test_what_is_wrong_in_another_way_is_refused_as_ever(
    emulator: KeytracEmulator, attempt_of: Callable[[str], Any], enrolled_id: str, method: str, attempt: str
) -> None:
    emulator.accept()
    assert "error" in attempt_of("no sample")
    emulator.fail_store("write-profile")
    assert attempt_of(attempt) == {"error": "Unable to adapt profile of user"}
    emulator.damage_profile(enrolled_id, method)
    assert attempt_of(attempt) == {"error": "Unable to deserialize profile of user"}


@pytest.mark.parametrize("score", [-1, 101, 42.5])
def test_a_score_that_cannot_be_is_refused(emulator: KeytracEmulator, method: str, score: Any) -> None:
    with pytest.raises(ValueError, match=f"score={score}: expected a whole number from 0 to 100, or None"):
        emulator.decide(score=score)


def test_nothing_is_decided_for_a_user_that_there_is_not(emulator: KeytracEmulator, method: str) -> None:
    with pytest.raises(ValueError, match="no user 'nobody' in this account"):
        emulator.accept("nobody")


def test_a_reset_forgets_what_was_decided_and_planned(
    emulator: KeytracEmulator, send: Send, method: str, enrolment: list[str], attempt: str
) -> None:
    emulator.reject()
    emulator.fail_transport("reset", times=None)
    emulator.reset()
    user_id = send("POST", "/users").json()["id"]
    send("POST", f"/{method}/enrol", {"user_id": user_id, "samples": enrolment})
    answer = send("POST", f"/{method}/authenticate", {"user_id": user_id, "samples": [attempt]})
    assert (answer.json()["authenticated"], answer.disturbance) == (True, None)


def test_an_identification_ranks_by_what_was_decided(
    emulator: KeytracEmulator, send: Send, method: str, crowd: dict[str, Typist]
) -> None:
    [first, *_, last] = crowd
    sample = crowd[first].types("Der Nebel liegt noch auf den Wiesen, als Anna die Fähre zum ersten Mal sieht.")

    def identify(**more: Any) -> list[dict[str, Any]]:
        ranking: list[dict[str, Any]] = send("POST", "/anytext/identify", {"samples": [sample], **more}).json()
        return ranking

    assert identify(limit=1)[0]["user_id"] == first
    emulator.decide(first, score=1)
    emulator.decide(last, score=99)
    ranking = identify()
    assert ranking[0] == {"user_id": last, "score": 99}
    assert {"user_id": first, "score": 1} in ranking
    assert [item["score"] for item in ranking] == sorted((item["score"] for item in ranking), reverse=True)
    assert identify(limit=2) == ranking[:2]
