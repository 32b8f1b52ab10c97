"""POST /anytext/authenticate."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from pytest_keyauth import KeytracControl, Samples, Typist

from . import document
from .answers import answer
from .enrolled import AnytextUser, PasswordUser


def authenticate(keytrac: httpx.Client, user_id: str, samples: list[str]) -> httpx.Response:
    """The answer to an attempt to be `user_id` by typing text."""
    return keytrac.post("/anytext/authenticate", json={"user_id": user_id, "samples": samples})


@pytest.mark.keyauth_outcome("authenticateAnytext/2XX/accepted")
@pytest.mark.parametrize("count", [1, 2])
def test_the_user_is_accepted(keytrac: httpx.Client, anytext_user: AnytextUser, count: int) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.valid(count=count))
    _, media_type, body = answer(response)
    assert response.is_success
    assert media_type == "application/json"
    assert set(body) == {"authenticated", "score"}
    assert body["authenticated"] is True
    assert type(body["score"]) is int
    assert 0 <= body["score"] <= 100


@pytest.mark.keyauth_outcome("authenticateAnytext/2XX/accepted")
def test_the_user_of_the_document_is_accepted(keytrac: httpx.Client, user_id: str) -> None:
    enrolment = {"user_id": user_id, "samples": document.ANYTEXT_ENROLMENT}
    keytrac.post("/anytext/enrol", json=enrolment).raise_for_status()
    response = authenticate(keytrac, user_id, document.ANYTEXT_ATTEMPT)
    _, media_type, body = answer(response)
    assert response.is_success
    assert media_type == "application/json"
    assert set(body) == {"authenticated", "score"}
    assert body["authenticated"] is True


@pytest.mark.keyauth_outcome("authenticateAnytext/2XX/accepted")
def test_the_user_is_accepted_again_and_again(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    verdicts = [anytext_user.accepts(anytext_user.genuine.valid()) for _ in range(4)]
    assert verdicts == [True, True, True, True]


@pytest.mark.keyauth_outcome("authenticateAnytext/2XX/rejected")
def test_somebody_else_is_rejected(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.impostor.valid())
    _, media_type, body = answer(response)
    assert response.is_success
    assert media_type == "application/json"
    assert set(body) == {"authenticated", "score"}
    assert body["authenticated"] is False
    assert type(body["score"]) is int
    assert 0 <= body["score"] <= 100
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/2XX/rejected")
def test_most_other_people_are_not_the_user_of_the_document(
    keytrac: httpx.Client, user_id: str, typists: Callable[[int], list[Typist]]
) -> None:
    """Most, since nobody was cast to differ from the person who typed the document's samples."""
    enrolment = {"user_id": user_id, "samples": document.ANYTEXT_ENROLMENT}
    keytrac.post("/anytext/enrol", json=enrolment).raise_for_status()
    verdicts = []
    for person in typists(7):
        typed = [person.types("Die benutzte Methode besteht in der Messung der Luft.") for _ in range(2)]
        verdicts.append(authenticate(keytrac, user_id, typed).raise_for_status().json()["authenticated"])
    assert verdicts.count(False) >= 4


@pytest.mark.keyauth_outcome("authenticateAnytext/2XX/rejected")
def test_users_are_compared_with_their_own_profiles_and_nobody_elses(
    keytrac: httpx.Client, anytext_user: AnytextUser
) -> None:
    other_id = keytrac.post("/users").raise_for_status().json()["id"]
    other = replace(anytext_user, identifier=other_id, genuine=anytext_user.impostor, impostor=anytext_user.genuine)
    enrolment = {"user_id": other_id, "samples": other.genuine.valid()}
    keytrac.post("/anytext/enrol", json=enrolment).raise_for_status()
    for user in (anytext_user, other):
        assert not user.accepts(user.impostor.valid())
        assert user.accepts(user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/2XX/rejected")
def test_the_genuine_attempt_scores_higher_than_the_rejected_one(
    keytrac: httpx.Client, anytext_user: AnytextUser
) -> None:
    rejected = authenticate(keytrac, anytext_user.identifier, anytext_user.impostor.valid()).json()
    accepted = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.valid()).json()
    assert (accepted["authenticated"], rejected["authenticated"]) == (True, False)
    assert accepted["score"] > rejected["score"]


@pytest.mark.keyauth_outcome("authenticateAnytext/2XX/rejected")
def test_rejected_attempts_do_not_train_the_profile(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    verdicts = [anytext_user.accepts(anytext_user.impostor.valid()) for _ in range(4)]
    assert verdicts == [False, False, False, False]
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/2XX/rejected")
def test_a_rejected_attempt_writes_no_profile(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    keytrac_emulator.fail_store("write-profile")
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.impostor.valid())
    assert response.is_success
    assert response.json()["authenticated"] is False


@pytest.mark.keyauth_outcome("authenticateAnytext/400/mixed-device-types")
def test_samples_from_a_phone_and_a_desktop_are_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.mixed_devices())
    assert answer(response) == (400, "application/json", {"error": "Samples contain mixed device types"})
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/400/corrupted-sample")
def test_a_corrupted_sample_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.corrupted())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 is corrupted or format is not valid"},
    )
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/400/corrupted-sample")
def test_the_second_sample_is_named_when_it_is_the_corrupted_one(
    keytrac: httpx.Client, anytext_user: AnytextUser
) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.corrupted(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 is corrupted or format is not valid"},
    )


@pytest.mark.keyauth_outcome("authenticateAnytext/400/text-length-undetermined")
def test_a_sample_whose_text_length_cannot_be_determined_is_refused(
    keytrac: httpx.Client, anytext_user: AnytextUser
) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.undetermined_length())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Unable to determine text length of sample"},
    )
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/400/unsuitable-sample")
def test_a_masked_sample_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.wrong_kind())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 is invalid and can’t be used with this type of enrollment/authentication"},
    )
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/400/unsuitable-sample")
def test_the_second_sample_is_named_when_it_is_the_masked_one(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.wrong_kind(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 is invalid and can’t be used with this type of enrollment/authentication"},
    )


@pytest.mark.keyauth_outcome("authenticateAnytext/400/no-user-inputs")
def test_an_empty_sample_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.no_input())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 does not contain any user inputs"},
    )
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/400/no-user-inputs")
def test_the_second_sample_is_named_when_it_is_the_empty_one(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.no_input(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 does not contain any user inputs"},
    )


@pytest.mark.keyauth_outcome("authenticateAnytext/400/out-of-specification")
def test_a_sample_of_nothing_but_down_keys_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.only_key_downs())
    assert answer(response) == (400, "application/json", {"error": "Given samples are out of specification"})
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/400/out-of-specification")
def test_a_sample_that_is_too_short_is_refused(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.too_short())
    assert answer(response) == (400, "application/json", {"error": "Given samples are out of specification"})
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/404/not-enrolled")
def test_a_user_without_a_profile_cannot_be_authenticated(
    keytrac: httpx.Client, user_id: str, samples: Samples
) -> None:
    response = authenticate(keytrac, user_id, samples.valid())
    assert answer(response) == (
        404,
        "application/json",
        {"error": "User is not yet enrolled for this authentication type"},
    )
    assert keytrac.get(f"/users/{user_id}").json()["overview"]["authentication_count"] == 0


@pytest.mark.keyauth_outcome("authenticateAnytext/404/not-enrolled")
def test_a_user_enrolled_for_passwords_only_cannot_be_authenticated_by_text(
    keytrac: httpx.Client, password_user: PasswordUser, samples: Samples
) -> None:
    response = authenticate(keytrac, password_user.identifier, samples.valid())
    assert answer(response) == (
        404,
        "application/json",
        {"error": "User is not yet enrolled for this authentication type"},
    )


@pytest.mark.keyauth_outcome("authenticateAnytext/404/entity-not-found")
def test_nobody_is_authenticated_under_an_unknown_identifier(keytrac: httpx.Client, samples: Samples) -> None:
    response = authenticate(keytrac, "8f5a2308-90b5-4afa-8847-ebf2b99f4082", samples.valid())
    assert answer(response) == (404, "application/json", {"error": "Entity not found"})


@pytest.mark.keyauth_outcome("authenticateAnytext/404/entity-not-found")
def test_a_user_of_another_account_cannot_be_authenticated(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, samples: Samples
) -> None:
    other = {"Authorization": keytrac_emulator.open_account()}
    others_user = keytrac.request("POST", "/users", auth=None, headers=other).json()["id"]
    enrolment = {"user_id": others_user, "samples": samples.valid()}
    keytrac.request("POST", "/anytext/enrol", json=enrolment, auth=None, headers=other).raise_for_status()
    response = authenticate(keytrac, others_user, samples.valid())
    assert answer(response) == (404, "application/json", {"error": "Entity not found"})


@pytest.mark.keyauth_outcome("authenticateAnytext/500/deserialize-profile")
def test_a_damaged_profile_cannot_be_loaded(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    keytrac_emulator.damage_profile(anytext_user.identifier, "anytext")
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.valid())
    assert answer(response) == (500, "application/json", {"error": "Unable to deserialize profile of user"})
    keytrac_emulator.restore_profile(anytext_user.identifier, "anytext")
    assert anytext_user.accepts(anytext_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticateAnytext/500/adapt-profile")
def test_an_accepted_attempt_whose_adaptation_fails_is_an_error_and_can_be_repeated(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    attempt = anytext_user.genuine.valid()
    keytrac_emulator.fail_store("write-profile")
    response = authenticate(keytrac, anytext_user.identifier, attempt)
    assert answer(response) == (500, "application/json", {"error": "Unable to adapt profile of user"})
    shown = keytrac.get(f"/users/{anytext_user.identifier}").json()
    assert shown["overview"]["authentication_count"] == 0
    assert anytext_user.accepts(attempt)


@pytest.mark.keyauth_outcome("authenticateAnytext/500/authenticate-user")
def test_a_profile_that_cannot_be_computed_with_decides_nothing(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, anytext_user: AnytextUser
) -> None:
    keytrac_emulator.distort_profile(anytext_user.identifier, "anytext")
    response = authenticate(keytrac, anytext_user.identifier, anytext_user.genuine.valid())
    assert answer(response) == (500, "application/json", {"error": "Unable to authenticate user"})
    keytrac_emulator.restore_profile(anytext_user.identifier, "anytext")
    assert anytext_user.accepts(anytext_user.genuine.valid())
