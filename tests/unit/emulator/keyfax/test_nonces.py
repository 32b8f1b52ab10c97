import sys
from itertools import count

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keyfax.nonces import MOST_NONCES, NonceMemory

NOW_S, WINDOW_S = 1_458_819_924, 300
USED = "the nonce was used before"


def test_a_nonce_is_known_once_it_was_used_and_only_for_that_key() -> None:
    nonces = NonceMemory()
    assert nonces.objection("key", "nonce", NOW_S, NOW_S) is None
    nonces.remember("key", "nonce", NOW_S)
    assert nonces.objection("key", "nonce", NOW_S, NOW_S) == USED
    for api_key, nonce in (("other", "nonce"), ("key", "nonc"), ("keyn", "once")):
        assert nonces.objection(api_key, nonce, NOW_S, NOW_S) is None


def test_a_nonce_is_held_against_others_as_long_as_its_own_request_could_come_again_and_no_longer() -> None:
    nonces = NonceMemory()
    nonces.remember("key", "nonce", NOW_S)
    assert nonces.objection("key", "nonce", NOW_S + WINDOW_S, NOW_S) == USED
    assert nonces.objection("key", "nonce", NOW_S + WINDOW_S, NOW_S + 1) is None


def test_a_nonce_that_is_good_again_is_known_by_its_later_use() -> None:
    nonces = NonceMemory()
    for time_stamp in (NOW_S, NOW_S + 900, NOW_S + 600):
        nonces.remember("key", "nonce", time_stamp)
    assert len(nonces) == 1
    assert nonces.objection("key", "nonce", NOW_S + 901, NOW_S + 900) == USED
    assert nonces.objection("key", "nonce", NOW_S + 901, NOW_S + 901) is None


def test_a_window_that_reaches_back_before_all_times_knows_no_more_than_was_used() -> None:
    nonces = NonceMemory()
    nonces.remember("key", "nonce", 0)
    assert nonces.objection("key", "nonce", 5, -(10**12)) == USED
    assert nonces.objection("key", "other", 0, -(10**12)) is None


def test_where_there_are_too_many_the_oldest_go_and_nothing_as_old_is_taken_any_more() -> None:
    nonces = NonceMemory(most=3)
    for number in (2, 0, 3, 1):
        nonces.remember("key", str(number), NOW_S + number)
    assert len(nonces) == 3
    said = "more than 3 nonces were used since the time stamp, so that this one cannot be told"
    assert nonces.objection("key", "0", NOW_S, NOW_S) == said
    assert nonces.objection("key", "new", NOW_S, NOW_S) == said
    assert nonces.objection("key", "new", NOW_S + 1, NOW_S) is None
    assert nonces.objection("key", "1", NOW_S + 1, NOW_S) == USED


def test_a_nonce_that_was_used_again_is_not_among_the_oldest() -> None:
    nonces = NonceMemory(most=2)
    nonces.remember("key", "again", NOW_S)
    nonces.remember("key", "once", NOW_S + 400)
    nonces.remember("key", "again", NOW_S + 500)
    nonces.remember("key", "third", NOW_S + 600)
    assert nonces.objection("key", "again", NOW_S + 500, NOW_S + 400) == USED
    assert nonces.objection("key", "once", NOW_S + 400, NOW_S + 400) is not None
    assert nonces.objection("key", "new", NOW_S + 401, NOW_S + 400) is None


def test_what_is_remembered_takes_as_much_memory_as_is_said() -> None:
    """250 bytes each at most, however long a nonce is; measured with a few, since all of them take a second."""
    most = 1_000
    nonces = NonceMemory(most)
    for number in range(3 * most):
        nonces.remember("key", f"{number:05}" * 100, NOW_S + number % 7)
    parts = (*nonces._latest, *nonces._latest.values(), *nonces._oldest_first)
    size = sum(map(sys.getsizeof, (nonces._latest, nonces._oldest_first, *parts)))
    assert (len(nonces), len(nonces._oldest_first)) == (most, most)
    assert size / most < 250
    assert size / most * MOST_NONCES < 50_000_000


STEP = st.tuples(
    st.sampled_from((0, 1, -1, 60, WINDOW_S, WINDOW_S + 1, -WINDOW_S, 86_400, -86_400)),  # how the clock moves
    st.sampled_from((0, -WINDOW_S, WINDOW_S, 17)),  # how far off the caller's clock is
    st.sampled_from((WINDOW_S, WINDOW_S, 0, 2 * 86_400)),  # the window
    st.integers(0, 3),  # which nonce: few, so that they come again
)


@given(steps=st.lists(STEP, max_size=40), most=st.sampled_from((1, 2, 5, 1_000)))
@example(steps=[(0, 0, WINDOW_S, 0), (86_400, 0, WINDOW_S, 1), (-86_400, 17, WINDOW_S, 2)], most=1_000)
@settings(max_examples=100, deadline=None)
def test_nothing_that_was_taken_is_taken_again_however_clock_and_window_move(
    steps: list[tuple[int, int, int, int]], most: int
) -> None:
    """After each step, all that was ever taken is sent again."""
    nonces, taken, now_s = NonceMemory(most), set[tuple[str, int]](), NOW_S
    fresh = count()

    def is_taken(nonce: str, time_stamp: int, window_s: int) -> bool:
        if abs(now_s - time_stamp) > window_s or nonces.objection("key", nonce, time_stamp, now_s - window_s):
            return False
        nonces.remember("key", nonce, time_stamp)
        return True

    for moved_s, offset_s, window_s, number in steps:
        now_s += moved_s
        for again in taken:
            assert not is_taken(*again, window_s)
        message = (str(number), now_s + offset_s)
        if is_taken(*message, window_s):
            assert message not in taken
            taken.add(message)
        if most == 1_000 and abs(offset_s) <= window_s:  # what is new is refused only where there are too many
            message = (f"fresh {next(fresh)}", now_s + offset_s)
            assert is_taken(*message, window_s)
            taken.add(message)
        assert len(nonces) <= most
