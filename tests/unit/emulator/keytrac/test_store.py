from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from pytest_keyauth.emulator.faults import StoreFailure
from pytest_keyauth.emulator.keytrac.store import DailyCount, Store, User

MORNING = datetime(2016, 3, 24, 8, 0, tzinfo=UTC)
EVENING = datetime(2016, 3, 24, 23, 59, 59, 999_999, UTC)
NEXT_DAY = datetime(2016, 3, 25, 0, 0, tzinfo=UTC)


@pytest.fixture
def store() -> Store:
    """A store with the users "first" and "second"; the second one has an AnyText profile."""
    store = Store()
    store.insert_user(User("first", MORNING))
    store.insert_user(User("second", EVENING, profiles={"anytext": b"old"}))
    return store


# Counting


def test_a_count_knows_its_days() -> None:
    count = DailyCount()
    for moment in (MORNING, EVENING, NEXT_DAY):
        count.add(moment)
    assert count.total == 3
    assert count.between(date(2016, 3, 24), date(2016, 3, 24)) == 2
    assert count.between(date(2016, 3, 25), date(2016, 3, 25)) == 1


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2016, 3, 24), date(2016, 3, 25), 2),
        (date(2016, 3, 23), date(2016, 3, 26), 2),
        (date(2016, 3, 23), date(2016, 3, 24), 1),
        (date(2016, 3, 25), date(2016, 3, 26), 1),
        (date(2016, 3, 1), date(2016, 3, 23), 0),
        (date(2016, 3, 26), date(2017, 3, 24), 0),
        (date.min, date.max, 2),
    ],
)
def test_a_window_includes_its_first_and_its_last_day(first: date, last: date, expected: int) -> None:
    count = DailyCount()
    count.add(MORNING)
    count.add(NEXT_DAY)
    assert count.between(first, last) == expected


def test_a_count_of_nothing_is_zero() -> None:
    assert DailyCount().total == 0
    assert DailyCount().between(date.min, date.max) == 0


# Users


def test_users_are_found_by_their_identifier(store: Store) -> None:
    found = store.find_user("first")
    assert found is not None
    assert found.created_at == MORNING
    assert store.find_user("third") is None


def test_the_newest_user_is_listed_first(store: Store) -> None:
    assert [user.identifier for user in store.list_users()] == ["second", "first"]


def test_a_deleted_user_is_gone_with_its_profiles_but_stays_counted(store: Store) -> None:
    store.delete_user("second")
    assert store.find_user("second") is None
    assert [user.identifier for user in store.list_users()] == ["first"]
    assert list(store.scan_profiles("anytext")) == []
    assert store.users_created.total == 2


def test_touching_a_user_notes_the_moment_for_the_user_and_the_method() -> None:
    user = User("first", MORNING)
    user.touch("anytext", EVENING)
    user.touch("password", NEXT_DAY)
    assert user.last_activity == NEXT_DAY
    assert user.method_activity == {"anytext": EVENING, "password": NEXT_DAY}


def test_profiles_do_not_show_in_the_representation_of_a_user() -> None:
    assert "secret rhythm" not in repr(User("first", MORNING, profiles={"anytext": b"secret rhythm"}))


# Profiles


def test_a_profile_is_written_over_an_older_one_of_the_same_method(store: Store) -> None:
    user = store.find_user("second")
    assert user is not None
    store.write_profile(user, "anytext", b"new")
    store.write_profile(user, "password", b"other")
    assert user.profiles == {"anytext": b"new", "password": b"other"}


def test_only_the_profiles_of_one_method_are_scanned(store: Store) -> None:
    assert list(store.scan_profiles("anytext")) == [("second", b"old")]
    assert list(store.scan_profiles("password")) == []


def test_what_changed_among_the_anytext_profiles_is_told_once_and_at_first_all(store: Store) -> None:
    first, second = store.find_user("first"), store.find_user("second")
    assert first is not None
    assert second is not None
    assert store.scan_changes() == [("second", b"old")]
    assert store.scan_changes() == []
    store.write_profile(first, "anytext", b"new")
    store.write_profile(second, "password", b"other")
    store.insert_user(User("third", NEXT_DAY, profiles={"anytext": b"brought along"}))
    assert store.scan_changes() == [("first", b"new"), ("third", b"brought along")]
    store.replace_profile(first, "anytext", b"spoiled")
    store.delete_user("third")
    assert store.scan_changes() == [("first", b"spoiled"), ("third", None)]
    assert store.scan_changes() == []


def test_users_who_come_and_go_between_two_looks_are_not_remembered(store: Store) -> None:
    store.scan_changes()
    for number in range(100):
        store.insert_user(user := User(f"passing {number}", NEXT_DAY))
        store.write_profile(user, "anytext", b"short-lived")
        store.delete_user(user.identifier)
    store.delete_user("second")
    assert store.scan_changes() == [("second", None)]
    store.insert_user(User("second", NEXT_DAY, profiles={"anytext": b"again"}))
    store.delete_user("second")
    assert store.scan_changes() == []


@pytest.mark.parametrize("looks", [0, 1])
def test_a_store_that_fails_to_tell_what_changed_tells_it_the_next_time(store: Store, looks: int) -> None:
    for _ in range(looks):
        store.scan_changes()
    second = store.find_user("second")
    assert second is not None
    store.write_profile(second, "anytext", b"new")
    store.fail("scan-profiles")
    with pytest.raises(StoreFailure):
        store.scan_changes()
    assert store.scan_changes() == [("second", b"new")]


# Failing


def list_users(store: Store) -> object:
    return store.list_users()


def delete_user(store: Store) -> object:
    return store.delete_user("second")


def read_activity(store: Store) -> object:
    return store.read_activity()


def write_profile(store: Store) -> object:
    user = store.find_user("second")
    assert user is not None
    return store.write_profile(user, "anytext", b"new")


def scan_profiles(store: Store) -> object:
    return list(store.scan_profiles("anytext"))


ACTIONS = {
    "list-users": list_users,
    "delete-user": delete_user,
    "read-activity": read_activity,
    "write-profile": write_profile,
    "scan-profiles": scan_profiles,
}


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize(("action", "attempt"), ACTIONS.items(), ids=ACTIONS)
def test_an_action_fails_exactly_as_often_as_it_is_told_to_and_changes_nothing(
    store: Store, action: str, attempt: Callable[[Store], object], times: int
) -> None:
    store.fail(action, times)
    for _ in range(times):
        with pytest.raises(StoreFailure, match=action):
            attempt(store)
    user = store.find_user("second")
    assert user is not None
    assert user.profiles == {"anytext": b"old"}
    attempt(store)


@pytest.mark.parametrize("action", ACTIONS)
def test_only_the_named_action_fails(store: Store, action: str) -> None:
    store.fail(action)
    others = [attempt for name, attempt in ACTIONS.items() if name not in (action, "delete-user")]
    for attempt in others:
        attempt(store)
    with pytest.raises(StoreFailure):
        ACTIONS[action](store)


def test_a_failing_store_can_be_mended(store: Store) -> None:
    store.fail("list-users", 3)
    store.fail("list-users", 0)
    assert len(store.list_users()) == 2


def test_telling_a_store_to_fail_again_does_not_add_up(store: Store) -> None:
    store.fail("list-users", 3)
    store.fail("list-users", 1)
    with pytest.raises(StoreFailure):
        store.list_users()
    assert len(store.list_users()) == 2


@pytest.mark.parametrize("action", ["", "enrol", "list_users", "LIST-USERS"])
def test_an_unknown_action_is_refused_with_the_names_of_the_known_ones(store: Store, action: str) -> None:
    with pytest.raises(ValueError, match="list-users, delete-user, read-activity, write-profile, scan-profiles"):
        store.fail(action)


def test_a_store_cannot_fail_less_than_not_at_all(store: Store) -> None:
    with pytest.raises(ValueError, match="times=-1: expected 0"):
        store.fail("list-users", -1)
    assert len(store.list_users()) == 2
