"""POST /password/authenticate."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from pytest_keyauth import KeytracControl, Samples, Typist

from . import document
from .answers import answer
from .enrolled import AnytextUser, PasswordUser


def authenticate(keytrac: httpx.Client, user_id: str, samples: list[str]) -> httpx.Response:
    """The answer to an attempt to be `user_id` by typing a password."""
    return keytrac.post("/password/authenticate", json={"user_id": user_id, "samples": samples})


@pytest.mark.keyauth_outcome("authenticatePassword/2XX/accepted")
@pytest.mark.parametrize("count", [1, 2])
def test_the_user_is_accepted(keytrac: httpx.Client, password_user: PasswordUser, count: int) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.valid(count=count))
    _, media_type, body = answer(response)
    assert response.is_success
    assert media_type == "application/json"
    assert set(body) == {"authenticated", "score"}
    assert body["authenticated"] is True
    assert type(body["score"]) is int
    assert 0 <= body["score"] <= 100


@pytest.mark.keyauth_outcome("authenticatePassword/2XX/accepted")
def test_the_user_of_the_document_is_accepted(keytrac: httpx.Client, user_id: str) -> None:
    enrolment = {"user_id": user_id, "samples": document.PASSWORD_ENROLMENT}
    keytrac.post("/password/enrol", json=enrolment).raise_for_status()
    response = authenticate(keytrac, user_id, document.PASSWORD_ATTEMPT)
    _, media_type, body = answer(response)
    assert response.is_success
    assert media_type == "application/json"
    assert set(body) == {"authenticated", "score"}
    assert body["authenticated"] is True


@pytest.mark.keyauth_outcome("authenticatePassword/2XX/accepted")
def test_the_user_is_accepted_again_and_again(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    verdicts = [password_user.accepts(password_user.genuine.valid()) for _ in range(4)]
    assert verdicts == [True, True, True, True]


@pytest.mark.keyauth_outcome("authenticatePassword/2XX/rejected")
def test_somebody_else_is_rejected(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.impostor.valid())
    _, media_type, body = answer(response)
    assert response.is_success
    assert media_type == "application/json"
    assert set(body) == {"authenticated", "score"}
    assert body["authenticated"] is False
    assert type(body["score"]) is int
    assert 0 <= body["score"] <= 100
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/2XX/rejected")
def test_most_other_people_are_not_the_user_of_the_document(
    keytrac: httpx.Client, user_id: str, typists: Callable[[int], list[Typist]]
) -> None:
    """Most, since nobody was cast to differ from the person who typed the document's samples."""
    enrolment = {"user_id": user_id, "samples": document.PASSWORD_ENROLMENT}
    keytrac.post("/password/enrol", json=enrolment).raise_for_status()
    verdicts = []
    for person in typists(7):
        typed = [person.password("geheim7") for _ in range(2)]
        verdicts.append(authenticate(keytrac, user_id, typed).raise_for_status().json()["authenticated"])
    assert verdicts.count(False) >= 4


@pytest.mark.keyauth_outcome("authenticatePassword/2XX/rejected")
def test_users_are_compared_with_their_own_profiles_and_nobody_elses(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    other_id = keytrac.post("/users").raise_for_status().json()["id"]
    other = replace(password_user, identifier=other_id, genuine=password_user.impostor, impostor=password_user.genuine)
    enrolment = {"user_id": other_id, "samples": other.genuine.valid()}
    keytrac.post("/password/enrol", json=enrolment).raise_for_status()
    for user in (password_user, other):
        assert not user.accepts(user.impostor.valid())
        assert user.accepts(user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/2XX/rejected")
def test_the_genuine_attempt_scores_higher_than_the_rejected_one(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    rejected = authenticate(keytrac, password_user.identifier, password_user.impostor.valid()).json()
    accepted = authenticate(keytrac, password_user.identifier, password_user.genuine.valid()).json()
    assert (accepted["authenticated"], rejected["authenticated"]) == (True, False)
    assert accepted["score"] > rejected["score"]


@pytest.mark.keyauth_outcome("authenticatePassword/2XX/rejected")
def test_rejected_attempts_do_not_train_the_profile(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    verdicts = [password_user.accepts(password_user.impostor.valid()) for _ in range(4)]
    assert verdicts == [False, False, False, False]
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/2XX/rejected")
def test_a_rejected_attempt_writes_no_profile(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, password_user: PasswordUser
) -> None:
    keytrac_emulator.fail_store("write-profile")
    response = authenticate(keytrac, password_user.identifier, password_user.impostor.valid())
    assert response.is_success
    assert response.json()["authenticated"] is False


@pytest.mark.keyauth_outcome("authenticatePassword/400/mixed-device-types")
def test_samples_from_a_phone_and_a_desktop_are_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.mixed_devices())
    assert answer(response) == (400, "application/json", {"error": "Samples contain mixed device types"})
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/400/corrupted-sample")
def test_a_corrupted_sample_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.corrupted())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 is corrupted or format is not valid"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/400/corrupted-sample")
def test_the_second_sample_is_named_when_it_is_the_corrupted_one(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.corrupted(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 is corrupted or format is not valid"},
    )


@pytest.mark.keyauth_outcome("authenticatePassword/400/text-length-undetermined")
def test_a_sample_whose_text_length_cannot_be_determined_is_refused(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.undetermined_length())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Unable to determine text length of sample"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/400/unsuitable-sample")
def test_a_sample_that_is_not_masked_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.wrong_kind())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 is invalid and can’t be used with this type of enrollment/authentication"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/400/unsuitable-sample")
def test_the_second_sample_is_named_when_it_is_the_one_not_masked(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.wrong_kind(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 is invalid and can’t be used with this type of enrollment/authentication"},
    )


@pytest.mark.keyauth_outcome("authenticatePassword/400/no-sample-length")
def test_a_sample_without_a_length_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.no_length())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 does not contain a sample length"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/400/no-sample-length")
def test_the_second_sample_is_named_when_it_is_the_one_without_a_length(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.no_length(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 does not contain a sample length"},
    )


@pytest.mark.keyauth_outcome("authenticatePassword/400/no-user-inputs")
def test_an_empty_sample_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.no_input())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 does not contain any user inputs"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/400/no-user-inputs")
def test_the_second_sample_is_named_when_it_is_the_empty_one(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.no_input(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 does not contain any user inputs"},
    )


@pytest.mark.keyauth_outcome("authenticatePassword/400/ambiguous-sample-size")
def test_samples_of_passwords_of_different_lengths_are_refused(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.ambiguous_sizes())
    assert answer(response) == (400, "application/json", {"error": "Sample size is ambiguous"})
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/400/profile-size-mismatch")
@pytest.mark.parametrize("length", [8, 10])
def test_a_password_of_another_length_than_the_enrolled_one_is_refused(
    keytrac: httpx.Client, password_user: PasswordUser, length: int
) -> None:
    enrolment = {"user_id": password_user.identifier, "samples": password_user.genuine.of_length(9)}
    keytrac.post("/password/enrol", json=enrolment).raise_for_status()
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.of_length(length))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Authentication rejected, mismatch of sample and profile size"},
    )
    assert password_user.accepts(password_user.genuine.of_length(9))


@pytest.mark.keyauth_outcome("authenticatePassword/400/insufficient-samples")
def test_fewer_samples_than_the_account_demands_are_refused(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, password_user: PasswordUser
) -> None:
    keytrac_emulator.configure(minimum_password_samples=3)
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.valid(count=2))
    assert answer(response) == (
        400,
        "application/json",
        {
            "error": "Insufficient number of submitted samples. The minimum sample count is set to 3 "
            "samples. To change this setting, please log in to your KeyTrac Console - https://console.keytrac.net"
        },
    )
    assert password_user.accepts(password_user.genuine.valid(count=3))


@pytest.mark.keyauth_outcome("authenticatePassword/400/out-of-specification")
def test_a_sample_of_nothing_but_down_keys_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.only_key_downs())
    assert answer(response) == (400, "application/json", {"error": "Given samples are out of specification"})
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/400/out-of-specification")
def test_a_sample_that_is_too_short_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.too_short())
    assert answer(response) == (400, "application/json", {"error": "Given samples are out of specification"})
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/404/not-enrolled")
def test_a_user_without_a_profile_cannot_be_authenticated(
    keytrac: httpx.Client, user_id: str, samples: Samples
) -> None:
    response = authenticate(keytrac, user_id, samples.masked.valid())
    assert answer(response) == (
        404,
        "application/json",
        {"error": "User is not yet enrolled for this authentication type"},
    )
    assert keytrac.get(f"/users/{user_id}").json()["overview"]["authentication_count"] == 0


@pytest.mark.keyauth_outcome("authenticatePassword/404/not-enrolled")
def test_a_user_enrolled_for_text_only_cannot_be_authenticated_by_password(
    keytrac: httpx.Client, anytext_user: AnytextUser, samples: Samples
) -> None:
    response = authenticate(keytrac, anytext_user.identifier, samples.masked.valid())
    assert answer(response) == (
        404,
        "application/json",
        {"error": "User is not yet enrolled for this authentication type"},
    )


@pytest.mark.keyauth_outcome("authenticatePassword/404/entity-not-found")
def test_nobody_is_authenticated_under_an_unknown_identifier(keytrac: httpx.Client, samples: Samples) -> None:
    response = authenticate(keytrac, "8f5a2308-90b5-4afa-8847-ebf2b99f4082", samples.masked.valid())
    assert answer(response) == (404, "application/json", {"error": "Entity not found"})


@pytest.mark.keyauth_outcome("authenticatePassword/404/entity-not-found")
def test_a_user_of_another_account_cannot_be_authenticated(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, samples: Samples
) -> None:
    other = {"Authorization": keytrac_emulator.open_account()}
    others_user = keytrac.request("POST", "/users", auth=None, headers=other).json()["id"]
    enrolment = {"user_id": others_user, "samples": samples.masked.valid()}
    keytrac.request("POST", "/password/enrol", json=enrolment, auth=None, headers=other).raise_for_status()
    response = authenticate(keytrac, others_user, samples.masked.valid())
    assert answer(response) == (404, "application/json", {"error": "Entity not found"})


@pytest.mark.keyauth_outcome("authenticatePassword/500/deserialize-profile")
def test_a_damaged_profile_cannot_be_loaded(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, password_user: PasswordUser
) -> None:
    keytrac_emulator.damage_profile(password_user.identifier, "password")
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.valid())
    assert answer(response) == (500, "application/json", {"error": "Unable to deserialize profile of user"})
    keytrac_emulator.restore_profile(password_user.identifier, "password")
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("authenticatePassword/500/adapt-profile")
def test_an_accepted_attempt_whose_adaptation_fails_is_an_error_and_can_be_repeated(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, password_user: PasswordUser
) -> None:
    attempt = password_user.genuine.valid()
    keytrac_emulator.fail_store("write-profile")
    response = authenticate(keytrac, password_user.identifier, attempt)
    assert answer(response) == (500, "application/json", {"error": "Unable to adapt profile of user"})
    shown = keytrac.get(f"/users/{password_user.identifier}").json()
    assert shown["overview"]["authentication_count"] == 0
    assert password_user.accepts(attempt)


@pytest.mark.keyauth_outcome("authenticatePassword/500/authenticate-user")
def test_a_profile_that_cannot_be_computed_with_decides_nothing(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, password_user: PasswordUser
) -> None:
    keytrac_emulator.distort_profile(password_user.identifier, "password")
    response = authenticate(keytrac, password_user.identifier, password_user.genuine.valid())
    assert answer(response) == (500, "application/json", {"error": "Unable to authenticate user"})
    keytrac_emulator.restore_profile(password_user.identifier, "password")
    assert password_user.accepts(password_user.genuine.valid())
