from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keyfax.nonces import NonceMemory

NOW_S = 1_458_819_924


def test_a_nonce_is_known_once_it_was_used_and_only_for_that_key() -> None:
    nonces = NonceMemory()
    assert not nonces.knows("key", "nonce")
    nonces.remember("key", "nonce", NOW_S + 300, NOW_S)
    assert nonces.knows("key", "nonce")
    assert not nonces.knows("other", "nonce")
    assert not nonces.knows("key", "nonc")
    assert not nonces.knows("keyn", "once")


def test_a_nonce_is_known_as_long_as_its_request_could_come_again_and_no_longer() -> None:
    nonces = NonceMemory()
    nonces.remember("key", "first", NOW_S + 300, NOW_S)
    nonces.remember("key", "second", NOW_S + 900, NOW_S + 300)
    assert nonces.knows("key", "first")
    nonces.remember("key", "third", NOW_S + 901, NOW_S + 301)
    assert not nonces.knows("key", "first")
    assert nonces.knows("key", "second")
    assert len(nonces) == 2


def test_a_nonce_that_is_remembered_twice_is_kept_once() -> None:
    nonces = NonceMemory()
    nonces.remember("key", "nonce", NOW_S, NOW_S)
    nonces.remember("key", "nonce", NOW_S, NOW_S)
    nonces.remember("key", "other", NOW_S + 10, NOW_S + 1)
    assert len(nonces) == 1


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(-300, 300)), max_size=60))
@settings(max_examples=60, deadline=None)
def test_memory_is_bounded_by_one_window_and_forgets_nothing_in_it(requests: list[tuple[int, int]]) -> None:
    """Requests come at rising times, each with a time stamp somewhere in the window around them."""
    nonces, sent = NonceMemory(), []
    now_s = NOW_S
    for number, (pause_s, offset_s) in enumerate(requests):
        now_s += pause_s
        nonces.remember("key", str(number), now_s + offset_s + 300, now_s)
        sent.append((str(number), now_s + offset_s + 300))
    alive = [nonce for nonce, good_until_s in sent if good_until_s >= now_s]
    assert all(nonces.knows("key", nonce) for nonce in alive)
    assert len(nonces) == len(alive)
