"""POST /anytext/identify."""

from collections.abc import Callable

import httpx
import pytest

from pytest_keyauth import KeytracControl, Samples, Typist

from . import document
from .answers import answer
from .enrolled import AnytextUser


def identify(keytrac: httpx.Client, samples: list[str]) -> httpx.Response:
    """The answer to the question who typed `samples`."""
    return keytrac.post("/anytext/identify", json={"samples": samples})


def identify_few(keytrac: httpx.Client, samples: list[str], limit: int) -> httpx.Response:
    """The answer to the question which `limit` users are the most likely to have typed `samples`."""
    return keytrac.post("/anytext/identify", json={"limit": limit, "samples": samples})


@pytest.fixture
def crowd(keytrac: httpx.Client, samples: Samples, typists: Callable[[int], list[Typist]]) -> dict[str, Samples]:
    """Three users enrolled for AnyText: the identifier of each, with samples in that user's rhythm."""
    users: dict[str, Samples] = {}
    for person in typists(3):
        user_id = keytrac.post("/users").raise_for_status().json()["id"]
        users[user_id] = samples.by(person)
        enrolment = {"user_id": user_id, "samples": users[user_id].valid()}
        keytrac.post("/anytext/enrol", json=enrolment).raise_for_status()
    return users


@pytest.mark.keyauth_outcome("identifyAnytext/2XX/identified")
def test_all_users_are_ranked_and_the_one_who_typed_is_first(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, crowd: dict[str, Samples]
) -> None:
    _, genuine, _ = crowd
    response = identify(keytrac, crowd[genuine].valid())
    _, media_type, body = answer(response)
    scores = [match["score"] for match in body]
    assert response.is_success
    assert media_type == "application/json"
    assert [set(match) for match in body] == [
        {"user_id", "score"},
        {"user_id", "score"},
        {"user_id", "score"},
    ]
    assert sorted(match["user_id"] for match in body) == sorted(crowd)
    assert body[0]["user_id"] == genuine
    assert [type(score) for score in scores] == [int, int, int]
    assert 100 >= scores[0] > scores[1] >= scores[2] >= 0


@pytest.mark.keyauth_outcome("identifyAnytext/2XX/identified")
def test_among_other_users_the_one_who_typed_is_found(keytrac: httpx.Client, crowd: dict[str, Samples]) -> None:
    _, genuine, _ = crowd
    response = identify(keytrac, crowd[genuine].valid())
    _, media_type, body = answer(response)
    scores = [match["score"] for match in body]
    assert response.is_success
    assert media_type == "application/json"
    assert all(set(match) == {"user_id", "score"} for match in body)
    assert next(match["user_id"] for match in body if match["user_id"] in crowd) == genuine
    assert all(type(score) is int for score in scores)
    assert all(0 <= score <= 100 for score in scores)
    assert scores == sorted(scores, reverse=True)


@pytest.mark.keyauth_outcome("identifyAnytext/2XX/identified")
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_limit_keeps_the_best_matches(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, crowd: dict[str, Samples], limit: int
) -> None:
    _, _, genuine = crowd
    typed = crowd[genuine].valid()
    ranking = identify(keytrac, typed).json()
    response = identify_few(keytrac, typed, limit)
    assert response.is_success
    assert len(response.json()) == limit
    assert response.json()[0]["user_id"] == genuine
    assert response.json() == ranking[:limit]


@pytest.mark.keyauth_outcome("identifyAnytext/2XX/identified")
def test_a_limit_above_the_number_of_users_gives_all_of_them(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, crowd: dict[str, Samples]
) -> None:
    genuine, _, _ = crowd
    response = identify_few(keytrac, crowd[genuine].valid(), 100)
    assert response.is_success
    assert sorted(match["user_id"] for match in response.json()) == sorted(crowd)


@pytest.mark.keyauth_outcome("identifyAnytext/2XX/identified")
def test_the_user_of_the_document_is_identified(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    documented = keytrac.post("/users").json()["id"]
    enrolment = {"user_id": documented, "samples": document.ANYTEXT_ENROLMENT}
    keytrac.post("/anytext/enrol", json=enrolment).raise_for_status()
    response = identify_few(keytrac, document.ANYTEXT_ATTEMPT, 3)
    assert response.is_success
    assert [match["user_id"] for match in response.json()] == [documented, anytext_user.identifier]


@pytest.mark.keyauth_outcome("identifyAnytext/2XX/identified")
def test_a_deleted_user_is_no_longer_identified(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, crowd: dict[str, Samples]
) -> None:
    first, second, deleted = crowd
    keytrac.delete(f"/users/{deleted}").raise_for_status()
    response = identify(keytrac, crowd[deleted].valid())
    assert response.is_success
    assert sorted(match["user_id"] for match in response.json()) == sorted([first, second])


@pytest.mark.keyauth_outcome("identifyAnytext/2XX/identified")
def test_a_user_without_a_profile_is_not_identified(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    keytrac.post("/users").raise_for_status()
    response = identify(keytrac, anytext_user.genuine.valid())
    assert response.is_success
    assert [match["user_id"] for match in response.json()] == [anytext_user.identifier]


@pytest.mark.keyauth_outcome("identifyAnytext/2XX/identified")
def test_an_identification_is_no_authentication(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    assert identify(keytrac, anytext_user.genuine.valid()).is_success
    counters = keytrac.get("/status").json()["overview"]
    assert counters == {"users_created": 1, "enrolments": 1, "authentications": 0}


@pytest.mark.keyauth_outcome("identifyAnytext/2XX/identified")
def test_exactly_the_minimum_of_text_is_enough(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    keytrac_emulator.configure(minimum_text_length=120)
    assert identify(keytrac, anytext_user.genuine.of_text_length(120)).is_success


@pytest.mark.keyauth_outcome("identifyAnytext/400/mixed-device-types")
def test_samples_from_a_phone_and_a_desktop_are_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = identify(keytrac, anytext_user.genuine.mixed_devices())
    assert answer(response) == (400, "application/json", {"error": "Samples contain mixed device types"})


@pytest.mark.keyauth_outcome("identifyAnytext/400/corrupted-sample")
def test_a_corrupted_sample_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = identify(keytrac, anytext_user.genuine.corrupted())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 is corrupted or format is not valid"},
    )


@pytest.mark.keyauth_outcome("identifyAnytext/400/corrupted-sample")
def test_the_second_sample_is_named_when_it_is_the_corrupted_one(
    keytrac: httpx.Client, anytext_user: AnytextUser
) -> None:
    response = identify(keytrac, anytext_user.genuine.corrupted(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 is corrupted or format is not valid"},
    )


@pytest.mark.keyauth_outcome("identifyAnytext/400/unsuitable-sample")
def test_a_masked_sample_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = identify(keytrac, anytext_user.genuine.wrong_kind())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 is invalid and can’t be used with this type of enrollment/authentication"},
    )


@pytest.mark.keyauth_outcome("identifyAnytext/400/unsuitable-sample")
def test_the_second_sample_is_named_when_it_is_the_masked_one(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = identify(keytrac, anytext_user.genuine.wrong_kind(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 is invalid and can’t be used with this type of enrollment/authentication"},
    )


@pytest.mark.keyauth_outcome("identifyAnytext/400/text-length-undetermined")
def test_a_sample_whose_text_length_cannot_be_determined_is_refused(
    keytrac: httpx.Client, anytext_user: AnytextUser
) -> None:
    response = identify(keytrac, anytext_user.genuine.undetermined_length())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Unable to determine text length of sample"},
    )


@pytest.mark.keyauth_outcome("identifyAnytext/400/combined-text-length")
def test_samples_with_too_little_text_are_refused(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    keytrac_emulator.configure(minimum_text_length=120)
    response = identify(keytrac, anytext_user.genuine.of_text_length(119))
    assert answer(response) == (
        400,
        "application/json",
        {
            "error": "Combined text length of given samples are insufficient. The minimum text length of the "
            "combined samples is set to 120 characters. To change this setting, please log in to your "
            "KeyTrac Console - https://console.keytrac.net"
        },
    )


@pytest.mark.keyauth_outcome("identifyAnytext/400/out-of-specification")
def test_a_sample_of_nothing_but_down_keys_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = identify(keytrac, anytext_user.genuine.only_key_downs())
    assert answer(response) == (400, "application/json", {"error": "Given samples are out of specification"})


@pytest.mark.keyauth_outcome("identifyAnytext/400/out-of-specification")
def test_a_sample_that_is_too_short_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = identify(keytrac, anytext_user.genuine.too_short())
    assert answer(response) == (400, "application/json", {"error": "Given samples are out of specification"})


@pytest.mark.keyauth_outcome("identifyAnytext/400/attributes-missing")
def test_a_limit_that_is_no_number_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    unlimited = {"samples": anytext_user.genuine.valid()}
    response = keytrac.post("/anytext/identify", json=unlimited | {"limit": "three"})
    assert answer(response) == (400, "application/json", {"error": "Attributes missing"})


@pytest.mark.keyauth_outcome("identifyAnytext/404/no-user-enrolled")
def test_nobody_is_identified_on_an_account_without_users(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, samples: Samples
) -> None:
    response = identify(keytrac, samples.valid())
    assert answer(response) == (
        404,
        "application/json",
        {"error": "Unable to execute identification as no user is enrolled"},
    )


@pytest.mark.keyauth_outcome("identifyAnytext/404/no-user-enrolled")
def test_nobody_is_identified_as_long_as_no_user_is_enrolled(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, user_id: str, samples: Samples
) -> None:
    response = identify(keytrac, samples.valid())
    assert answer(response) == (
        404,
        "application/json",
        {"error": "Unable to execute identification as no user is enrolled"},
    )
    enrolment = {"user_id": user_id, "samples": samples.valid()}
    keytrac.post("/anytext/enrol", json=enrolment).raise_for_status()
    assert [match["user_id"] for match in identify(keytrac, samples.valid()).json()] == [user_id]


@pytest.mark.keyauth_outcome("identifyAnytext/404/no-user-enrolled")
def test_users_of_another_account_are_not_identified(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, samples: Samples
) -> None:
    other = {"Authorization": keytrac_emulator.open_account()}
    others_user = keytrac.request("POST", "/users", auth=None, headers=other).json()["id"]
    enrolment = {"user_id": others_user, "samples": samples.valid()}
    keytrac.request("POST", "/anytext/enrol", json=enrolment, auth=None, headers=other).raise_for_status()
    response = identify(keytrac, samples.valid())
    assert answer(response) == (
        404,
        "application/json",
        {"error": "Unable to execute identification as no user is enrolled"},
    )


@pytest.mark.keyauth_outcome("identifyAnytext/500/identify-user")
def test_an_identification_that_fails_is_an_error_and_can_be_repeated(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    typed = anytext_user.genuine.valid()
    keytrac_emulator.fail_store("scan-profiles")
    response = identify(keytrac, typed)
    assert answer(response) == (500, "application/json", {"error": "Unable to identify user"})
    assert [match["user_id"] for match in identify(keytrac, typed).json()] == [anytext_user.identifier]
