from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_keyauth.emulator.faults import StoreFailure
from pytest_keyauth.emulator.keytrac.account import Account, AccountSettings
from pytest_keyauth.emulator.keytrac.profile import DamagedProfile, PasswordProfile
from pytest_keyauth.emulator.keytrac.store import User

TOKEN = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"
PROFILE = PasswordProfile.enrol(2, [(-2.0, -2.5, -1.5, 0.1), (-2.1, -2.4, -1.6, 0.2)]).serialize()
NEWER_PROFILE = PasswordProfile.enrol(2, [(-3.0, -3.5, -2.5, 0.3)]).serialize()


@pytest.fixture
def user() -> User:
    """A user with the identifier "somebody" who is enrolled with a password."""
    return User("somebody", datetime(2016, 3, 24, tzinfo=UTC), profiles={"password": PROFILE})


@pytest.fixture
def account(user: User) -> Account:
    account = Account(TOKEN)
    account.store.insert_user(user)
    return account


# Settings


def test_an_account_is_verified_and_wants_little_unless_it_is_configured() -> None:
    assert Account(TOKEN).settings == AccountSettings(verified=True, minimum_text_length=40, minimum_password_samples=1)


def test_only_the_named_settings_change(account: Account) -> None:
    account.configure(minimum_text_length=0)
    account.configure(verified=False)
    assert account.settings == AccountSettings(verified=False, minimum_text_length=0, minimum_password_samples=1)


def test_configuring_nothing_changes_nothing(account: Account) -> None:
    account.configure()
    assert account.settings == AccountSettings()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"minimum_length": 3}, "no account setting 'minimum_length'; there are: minimum_password_samples, minimum_te"),
        ({"verified": None}, "verified=None: expected True or False"),
        ({"verified": 1}, "verified=1: expected True or False"),
        ({"minimum_text_length": -1}, "minimum_text_length=-1: expected a whole number, 0 or more"),
        ({"minimum_text_length": 40.0}, "minimum_text_length=40.0: expected a whole number"),
        ({"minimum_text_length": "40"}, "minimum_text_length='40': expected a whole number"),
        ({"minimum_password_samples": True}, "minimum_password_samples=True: expected a whole number"),
        ({"minimum_password_samples": None}, "minimum_password_samples=None: expected a whole number"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_and_none_is_changed(
    account: Account, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        account.configure(**{"verified": False, **changes})
    assert account.settings == AccountSettings()


# Faults


def test_the_store_of_an_account_can_be_told_to_fail(account: Account) -> None:
    account.fail_store("list-users", 1)
    with pytest.raises(StoreFailure):
        account.store.list_users()
    assert len(account.store.list_users()) == 1


def test_a_damaged_profile_cannot_be_loaded(account: Account, user: User) -> None:
    account.damage_profile("somebody", "password")
    assert user.profiles["password"] != PROFILE
    with pytest.raises(DamagedProfile):
        PasswordProfile.deserialize(user.profiles["password"])


def test_a_distorted_profile_can_be_loaded_and_not_be_computed_with(account: Account, user: User) -> None:
    account.distort_profile("somebody", "password")
    profile = PasswordProfile.deserialize(user.profiles["password"])
    with pytest.raises(ValueError, match="not finite"):
        profile.score([(-2.0, -2.5, -1.5, 0.1)])


@pytest.mark.parametrize(
    "faults",
    [
        [],
        ["damage_profile"],
        ["distort_profile"],
        ["damage_profile", "distort_profile"],
        ["distort_profile", "damage_profile"],
        ["damage_profile", "damage_profile"],
        ["distort_profile", "restore_profile", "damage_profile"],
        ["damage_profile", "restore_profile"],
    ],
)
def test_a_restored_profile_is_what_it_was_before_all_faults(account: Account, user: User, faults: list[str]) -> None:
    for fault in faults:
        getattr(account, fault)("somebody", "password")
    account.restore_profile("somebody", "password")
    assert user.profiles == {"password": PROFILE}


@pytest.mark.parametrize("fault", ["damage_profile", "distort_profile"])
def test_a_profile_that_was_enrolled_anew_is_not_replaced_by_the_one_before(
    account: Account, user: User, fault: str
) -> None:
    getattr(account, fault)("somebody", "password")
    account.store.write_profile(user, "password", NEWER_PROFILE)
    account.restore_profile("somebody", "password")
    assert user.profiles == {"password": NEWER_PROFILE}
    getattr(account, fault)("somebody", "password")
    account.restore_profile("somebody", "password")
    assert user.profiles == {"password": NEWER_PROFILE}


def test_what_a_deleted_user_was_steered_by_is_forgotten(account: Account) -> None:
    account.decide("somebody", score=64)
    account.distort_profile("somebody", "password")
    account.store.delete_user("somebody")
    account.forget_user("somebody")
    account.forget_user("somebody")
    assert not account.decides
    assert not account._spoiled


def test_of_a_profile_that_is_spoiled_and_enrolled_again_and_again_one_state_is_remembered(
    account: Account, user: User
) -> None:
    for profile in (PROFILE, NEWER_PROFILE) * 50:
        account.store.write_profile(user, "password", profile)
        account.damage_profile("somebody", "password")
    assert len(account._spoiled) == 1
    account.restore_profile("somebody", "password")
    assert not account._spoiled
    assert user.profiles == {"password": NEWER_PROFILE}


def test_profiles_that_look_the_same_once_distorted_are_restored_each_for_itself(account: Account, user: User) -> None:
    others = PasswordProfile.enrol(2, [(-3.0, -3.5, -2.5, 0.3), (-3.1, -3.4, -2.6, 0.4)]).serialize()
    other = User("other", user.created_at, profiles={"password": others})
    account.store.insert_user(other)
    account.distort_profile("somebody", "password")
    account.distort_profile("other", "password")
    assert user.profiles == other.profiles
    account.restore_profile("other", "password")
    account.restore_profile("somebody", "password")
    assert (user.profiles["password"], other.profiles["password"]) == (PROFILE, others)


@pytest.mark.parametrize("fault", ["damage_profile", "distort_profile", "restore_profile"])
@pytest.mark.parametrize(
    ("user_id", "method", "message"),
    [
        ("nobody", "password", "no user 'nobody' in this account"),
        ("somebody", "anytext", r"user 'somebody' has no profile for 'anytext'; enrolled: \['password'\]"),
        ("somebody", "", r"user 'somebody' has no profile for ''; enrolled: \['password'\]"),
    ],
)
def test_a_fault_of_what_is_not_there_says_what_is(
    account: Account, fault: str, user_id: str, method: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(account, fault)(user_id, method)


def test_the_token_does_not_show_in_the_representation_of_an_account(account: Account) -> None:
    assert repr(account).startswith("Account(settings=AccountSettings(verified=True")
    assert TOKEN not in repr(account)
