"""POST /password/enrol."""

from collections.abc import Callable

import httpx
import pytest

from pytest_keyauth import KeytracControl, Samples, Typist

from . import document
from .answers import answer
from .enrolled import AnytextUser, EnrolledUser, PasswordUser


def enrol(keytrac: httpx.Client, user_id: str, samples: list[str]) -> httpx.Response:
    """The answer to an enrolment of `user_id` for Password Hardening with `samples`."""
    return keytrac.post("/password/enrol", json={"user_id": user_id, "samples": samples})


@pytest.mark.keyauth_outcome("enrolPassword/2XX/enrolled")
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_user_is_enrolled_with_samples_of_a_password(
    keytrac: httpx.Client, user_id: str, samples: Samples, count: int
) -> None:
    response = enrol(keytrac, user_id, samples.masked.valid(count=count))
    _, media_type, body = answer(response)
    assert response.is_success
    assert (media_type, body) == ("application/json", {"OK": True})
    assert body["OK"] is True
    assert keytrac.get(f"/users/{user_id}").json()["overview"]["enrolment_count"] == 1


@pytest.mark.keyauth_outcome("enrolPassword/2XX/enrolled")
def test_a_user_is_enrolled_with_the_samples_of_the_document(keytrac: httpx.Client, user_id: str) -> None:
    response = enrol(keytrac, user_id, document.PASSWORD_ENROLMENT)
    _, media_type, body = answer(response)
    assert response.is_success
    assert (media_type, body) == ("application/json", {"OK": True})


@pytest.mark.keyauth_outcome("enrolPassword/2XX/enrolled")
def test_an_enrolled_user_is_accepted_and_somebody_else_is_not(
    user_id: str, keytrac: httpx.Client, samples: Samples, typists: Callable[[int], list[Typist]]
) -> None:
    genuine, impostor = (samples.by(person).masked for person in typists(2))
    user = EnrolledUser(keytrac, "password", user_id, genuine, impostor)
    assert enrol(keytrac, user_id, genuine.valid()).is_success
    assert user.accepts(genuine.valid())
    assert not user.accepts(impostor.valid())


@pytest.mark.keyauth_outcome("enrolPassword/2XX/enrolled")
def test_a_new_enrolment_overwrites_the_profile(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.valid())
    assert response.is_success
    assert password_user.accepts(password_user.impostor.valid())
    assert not password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/2XX/enrolled")
def test_a_password_of_another_length_can_be_enrolled_anew(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.genuine.of_length(12))
    assert response.is_success
    assert password_user.accepts(password_user.genuine.of_length(12))


@pytest.mark.keyauth_outcome("enrolPassword/2XX/enrolled")
def test_an_enrolment_for_one_method_leaves_the_other_alone(keytrac: httpx.Client, anytext_user: AnytextUser) -> None:
    response = enrol(keytrac, anytext_user.identifier, anytext_user.impostor.masked.valid())
    assert response.is_success
    assert anytext_user.accepts(anytext_user.genuine.valid())
    assert not anytext_user.accepts(anytext_user.impostor.valid())


@pytest.mark.keyauth_outcome("enrolPassword/2XX/enrolled")
def test_exactly_the_minimum_of_samples_is_enough(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, user_id: str, samples: Samples
) -> None:
    keytrac_emulator.configure(minimum_password_samples=3)
    assert enrol(keytrac, user_id, samples.masked.valid(count=3)).is_success


@pytest.mark.keyauth_outcome("enrolPassword/2XX/enrolled")
def test_the_minimum_of_text_does_not_apply_to_passwords(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, user_id: str, samples: Samples
) -> None:
    keytrac_emulator.configure(minimum_text_length=120)
    assert enrol(keytrac, user_id, samples.masked.valid()).is_success


@pytest.mark.keyauth_outcome("enrolPassword/400/mixed-device-types")
def test_samples_from_a_phone_and_a_desktop_are_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.mixed_devices())
    assert answer(response) == (400, "application/json", {"error": "Samples contain mixed device types"})
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/unique-samples")
def test_the_same_sample_twice_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.duplicates())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Insufficient number of unique samples submitted"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/unique-samples")
def test_a_sample_that_comes_again_among_others_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    first, second = password_user.impostor.valid(count=2)
    response = enrol(keytrac, password_user.identifier, [first, second, first])
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Insufficient number of unique samples submitted"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/corrupted-sample")
def test_a_corrupted_sample_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.corrupted())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 is corrupted or format is not valid"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/corrupted-sample")
def test_the_second_sample_is_named_when_it_is_the_corrupted_one(
    keytrac: httpx.Client, user_id: str, samples: Samples
) -> None:
    response = enrol(keytrac, user_id, samples.masked.corrupted(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 is corrupted or format is not valid"},
    )


@pytest.mark.keyauth_outcome("enrolPassword/400/text-length-undetermined")
def test_a_sample_whose_text_length_cannot_be_determined_is_refused(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.undetermined_length())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Unable to determine text length of sample"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/unsuitable-sample")
def test_a_sample_that_is_not_masked_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.wrong_kind())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 is invalid and can’t be used with this type of enrollment/authentication"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/unsuitable-sample")
def test_the_second_sample_is_named_when_it_is_the_one_not_masked(
    keytrac: httpx.Client, user_id: str, samples: Samples
) -> None:
    response = enrol(keytrac, user_id, samples.masked.wrong_kind(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 is invalid and can’t be used with this type of enrollment/authentication"},
    )


@pytest.mark.keyauth_outcome("enrolPassword/400/no-sample-length")
def test_a_sample_without_a_length_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.no_length())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 does not contain a sample length"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/no-sample-length")
def test_the_second_sample_is_named_when_it_is_the_one_without_a_length(
    keytrac: httpx.Client, user_id: str, samples: Samples
) -> None:
    response = enrol(keytrac, user_id, samples.masked.no_length(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 does not contain a sample length"},
    )


@pytest.mark.keyauth_outcome("enrolPassword/400/no-user-inputs")
def test_an_empty_sample_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.no_input())
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #1 does not contain any user inputs"},
    )
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/no-user-inputs")
def test_the_second_sample_is_named_when_it_is_the_empty_one(
    keytrac: httpx.Client, user_id: str, samples: Samples
) -> None:
    response = enrol(keytrac, user_id, samples.masked.no_input(index=2))
    assert answer(response) == (
        400,
        "application/json",
        {"error": "Sample #2 does not contain any user inputs"},
    )


@pytest.mark.keyauth_outcome("enrolPassword/400/ambiguous-sample-size")
def test_samples_of_passwords_of_different_lengths_are_refused(
    keytrac: httpx.Client, password_user: PasswordUser
) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.ambiguous_sizes())
    assert answer(response) == (400, "application/json", {"error": "Sample size is ambiguous"})
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/insufficient-samples")
def test_fewer_samples_than_the_account_demands_are_refused(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, password_user: PasswordUser
) -> None:
    keytrac_emulator.configure(minimum_password_samples=3)
    response = enrol(keytrac, password_user.identifier, password_user.impostor.valid(count=2))
    assert answer(response) == (
        400,
        "application/json",
        {
            "error": "Insufficient number of submitted samples. The minimum sample count is set to 3 "
            "samples. To change this setting, please log in to your KeyTrac Console - https://console.keytrac.net"
        },
    )
    assert password_user.accepts(password_user.genuine.valid(count=3))


@pytest.mark.keyauth_outcome("enrolPassword/400/out-of-specification")
def test_a_sample_of_nothing_but_down_keys_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.only_key_downs())
    assert answer(response) == (400, "application/json", {"error": "Given samples are out of specification"})
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/400/out-of-specification")
def test_a_sample_that_is_too_short_is_refused(keytrac: httpx.Client, password_user: PasswordUser) -> None:
    response = enrol(keytrac, password_user.identifier, password_user.impostor.too_short())
    assert answer(response) == (400, "application/json", {"error": "Given samples are out of specification"})
    assert password_user.accepts(password_user.genuine.valid())


@pytest.mark.keyauth_outcome("enrolPassword/404/entity-not-found")
def test_nobody_is_enrolled_under_an_unknown_identifier(keytrac: httpx.Client, samples: Samples) -> None:
    response = enrol(keytrac, "8f5a2308-90b5-4afa-8847-ebf2b99f4082", samples.masked.valid())
    assert answer(response) == (404, "application/json", {"error": "Entity not found"})
    assert keytrac.get("/users/8f5a2308-90b5-4afa-8847-ebf2b99f4082").status_code == 404


@pytest.mark.keyauth_outcome("enrolPassword/404/entity-not-found")
def test_a_user_of_another_account_cannot_be_enrolled(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, samples: Samples
) -> None:
    other = {"Authorization": keytrac_emulator.open_account()}
    others_user = keytrac.request("POST", "/users", auth=None, headers=other).json()["id"]
    response = enrol(keytrac, others_user, samples.masked.valid())
    assert answer(response) == (404, "application/json", {"error": "Entity not found"})
    shown = keytrac.get(f"/users/{others_user}", auth=None, headers=other)
    assert shown.json()["overview"]["enrolment_count"] == 0


@pytest.mark.keyauth_outcome("enrolPassword/500/enroll-profile")
def test_an_enrolment_that_cannot_be_stored_changes_nothing_and_can_be_repeated(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, password_user: PasswordUser
) -> None:
    submitted = password_user.impostor.valid()
    keytrac_emulator.fail_store("write-profile")
    response = enrol(keytrac, password_user.identifier, submitted)
    assert answer(response) == (500, "application/json", {"error": "Unable to enroll profile for user"})
    assert password_user.accepts(password_user.genuine.valid())
    assert enrol(keytrac, password_user.identifier, submitted).is_success
    assert password_user.accepts(password_user.impostor.valid())


@pytest.mark.keyauth_outcome("enrolPassword/500/enroll-profile")
def test_a_first_enrolment_that_cannot_be_stored_leaves_the_user_without_a_profile(
    keytrac: httpx.Client, keytrac_emulator: KeytracControl, user_id: str, samples: Samples
) -> None:
    keytrac_emulator.fail_store("write-profile")
    response = enrol(keytrac, user_id, samples.masked.valid())
    assert answer(response) == (500, "application/json", {"error": "Unable to enroll profile for user"})
    attempt = {"user_id": user_id, "samples": samples.masked.valid()}
    assert keytrac.post("/password/authenticate", json=attempt).status_code == 404
    assert keytrac.get(f"/users/{user_id}").json()["overview"]["enrolment_count"] == 0
