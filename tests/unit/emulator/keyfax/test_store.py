from dataclasses import replace

import pytest

from pytest_keyauth.emulator.faults import StoreFailure
from pytest_keyauth.emulator.keyfax.keys import KeyPair
from pytest_keyauth.emulator.keyfax.sessions import Session
from pytest_keyauth.emulator.keyfax.startup import StartupData
from pytest_keyauth.emulator.keyfax.store import Store

FIRST, SECOND = KeyPair("LIVE", "a1", "s1"), KeyPair("LIVE", "a2", "s2")
OTHER = KeyPair("TEST", "a3", "s3")
SESSION = Session("g", StartupData("RD", "u", "p", "c", "s"))


@pytest.fixture
def store() -> Store:
    store = Store()
    for pair in (FIRST, SECOND, OTHER):
        store.add_pair(pair)
    return store


def test_the_oldest_pair_is_the_active_one(store: Store) -> None:
    assert store.pairs("LIVE") == (FIRST, SECOND)
    assert store.active("LIVE") is store.read_active("LIVE") is FIRST
    assert store.active("DEV") is None
    assert store.pairs("DEV") == ()


def test_a_pair_is_found_by_its_api_key_as_long_as_it_lives(store: Store) -> None:
    assert store.find_pair("a1") is FIRST
    assert store.find_pair("") is store.find_pair("a") is store.find_pair("\ud800") is None
    store.use_pair(SECOND)
    assert store.find_pair("a1") is None
    assert store.find_pair("a2") is SECOND
    store.delete_pairs("LIVE")
    assert store.find_pair("a2") is None
    assert store.find_pair("a3") is OTHER


def test_the_use_of_a_pair_is_that_of_its_host_alone(store: Store) -> None:
    store.use_pair(SECOND)
    assert (store.pairs("LIVE"), store.pairs("TEST")) == ((SECOND,), (OTHER,))
    store.use_pair(FIRST)
    store.use_pair(KeyPair("DEV", "a", "s"))
    assert store.pairs("LIVE") == (SECOND,)
    assert store.pairs("DEV") == ()


def test_damaged_pairs_keep_their_api_keys(store: Store) -> None:
    store.damage_pairs("LIVE")
    assert [pair.api_key for pair in store.pairs("LIVE")] == ["a1", "a2"]
    assert all(pair.signing_key.startswith("!") for pair in store.pairs("LIVE"))
    assert store.find_pair("a1") == FIRST.damaged()
    assert store.pairs("TEST") == (OTHER,)


def test_the_oldest_session_is_forgotten_where_there_are_ten_thousand(store: Store) -> None:
    store.set_session(SESSION)
    for number in range(9_999):
        store.set_session(replace(SESSION, guid=str(number)))
    store.set_session(SESSION.opened())
    assert store.find_session("g") == SESSION.opened()
    assert not store.has_forgotten
    store.set_session(replace(SESSION, guid="one more"))
    assert store.find_session("g") is None
    assert store.has_forgotten
    assert (len(store.sessions()), next(iter(store.sessions()))) == (10_000, "0")


def test_a_store_that_fails_has_changed_nothing_and_works_again(store: Store) -> None:
    for action in ("write-key", "delete-key", "read-key", "write-session", "read-session"):
        store.fail(action)
    with pytest.raises(StoreFailure):
        store.add_pair(KeyPair("LIVE", "a4", "s4"))
    with pytest.raises(StoreFailure):
        store.delete_pairs("LIVE")
    with pytest.raises(StoreFailure):
        store.read_active("LIVE")
    with pytest.raises(StoreFailure):
        store.write_session(SESSION)
    with pytest.raises(StoreFailure):
        store.read_session("g")
    assert store.pairs("LIVE") == (FIRST, SECOND)
    assert store.find_pair("a4") is None
    assert store.sessions() == {}
    store.write_session(SESSION)
    assert store.read_session("g") is store.find_session("g") is SESSION


def test_verifying_and_steering_are_no_actions(store: Store) -> None:
    for action in ("write-key", "delete-key", "read-key", "write-session", "read-session"):
        store.fail(action)
    store.use_pair(SECOND)
    store.set_session(SESSION)
    assert store.find_pair("a2") is store.active("LIVE") is SECOND
    assert store.find_session("g") is SESSION


def test_sessions_are_given_as_a_copy(store: Store) -> None:
    store.write_session(SESSION)
    store.sessions().clear()
    assert store.sessions() == {"g": SESSION}


def test_an_unknown_action_cannot_fail(store: Store) -> None:
    with pytest.raises(ValueError, match="no store action 'list-users'; there are: write-key, delete-key, read-key"):
        store.fail("list-users")
