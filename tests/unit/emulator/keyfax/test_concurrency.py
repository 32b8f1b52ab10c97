"""Callers at once: resets, first uses of new keys, and requests that are under way while keys are rotated.

The document: "Any existing keys will continue to work until the new key is used for the first time."
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import perf_counter

import pytest

from pytest_keyauth.emulator.keyfax import KeyfaxEmulator, KeyPair
from pytest_keyauth.emulator.message import Response

TOKEN, KEY = "/api/v1/token", "/api/v1/key"
AT_ONCE = 6

Send = Callable[..., Response]


@pytest.fixture(autouse=True)
def _switching_all_the_time() -> Iterator[None]:
    """Threads take turns a hundred times as often as usual."""
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(5e-5)
    yield
    sys.setswitchinterval(usual_s)


def at_once(*calls: Callable[[], Response]) -> list[Response]:
    """The answers to calls that begin together, in the order of the calls."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Response]) -> Response:
        barrier.wait(10)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_callers_who_reset_at_once_all_get_keys_and_all_of_them_work_until_the_newest_is_used(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Send
) -> None:
    answers = at_once(*[lambda: send(keys, "POST", KEY)] * AT_ONCE)
    assert [answer.status for answer in answers] == [201] * AT_ONCE
    first, *waiting = emulator.keys("LIVE")
    assert first == keys
    assert len({pair.api_key for pair in waiting}) == AT_ONCE
    assert sorted(answer.json()["apiKey"] for answer in answers) == sorted(pair.api_key for pair in waiting)
    assert sorted(delivery.key.api_key for delivery in emulator.mailbox) == sorted(pair.api_key for pair in waiting)
    for pair in (keys, *waiting):  # each as it is used ends the older ones
        assert send(pair, "GET", TOKEN).status == 200
        assert emulator.keys("LIVE")[0] == pair
    assert emulator.keys("LIVE") == [waiting[-1]]
    assert {send(pair, "GET", TOKEN).status for pair in (keys, *waiting[:-1])} == {401}


def test_two_hosts_that_reset_at_once_get_each_their_own(emulator: KeyfaxEmulator, keys: KeyPair, send: Send) -> None:
    others = emulator.issue_keys("TEST")
    answers = at_once(*[lambda: send(keys, "POST", KEY), lambda: send(others, "POST", KEY)] * 3)
    assert [answer.json()["hostName"] for answer in answers] == ["LIVE", "TEST"] * 3
    assert {delivery.key.host for delivery in emulator.mailbox} == {"LIVE"}
    assert {delivery.key.host for delivery in emulator.web_hook_calls} == {"TEST"}
    assert {send(pair, "GET", TOKEN).status for pair in (*emulator.keys("LIVE"), *emulator.keys("TEST"))} == {200}


@pytest.mark.parametrize("_round", range(10))
def test_a_reset_beside_the_first_use_of_newer_keys_comes_before_it_or_is_refused(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Send, _round: int
) -> None:
    send(keys, "POST", KEY)
    newer = emulator.keys("LIVE")[-1]
    used, reset = at_once(lambda: send(newer, "GET", TOKEN), lambda: send(keys, "POST", KEY))
    assert used.status == 200
    assert reset.status in (201, 401)
    first, *waiting = emulator.keys("LIVE")
    assert first == newer
    assert [pair.api_key for pair in waiting] == ([reset.json()["apiKey"]] if reset.status == 201 else [])


@pytest.mark.parametrize("_round", range(5))
def test_initial_keys_that_are_asked_for_at_once_are_given_to_one_caller(
    emulator: KeyfaxEmulator, ask: Send, _round: int
) -> None:
    answers = at_once(*[lambda: ask("GET", KEY, query="hostName=TEST")] * AT_ONCE)
    assert sorted(answer.status for answer in answers) == [201, *[400] * (AT_ONCE - 1)]
    [given] = [answer.json() for answer in answers if answer.status == 201]
    assert [pair.result() for pair in emulator.keys("TEST")] == [given]


@pytest.mark.parametrize("_round", range(5))
def test_a_deletion_beside_a_reset_leaves_no_keys_of_either(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Send, _round: int
) -> None:
    deleted, reset = at_once(lambda: send(keys, "DELETE", KEY, query="hostName=LIVE"), lambda: send(keys, "POST", KEY))
    assert deleted.status == 200
    assert reset.status in (201, 401)  # before the deletion, or after it
    assert emulator.keys("LIVE") == []


def test_requests_under_way_while_keys_are_rotated_are_taken_before_the_first_use_and_refused_after_it(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Send
) -> None:
    taken: list[tuple[float, float, int]] = []
    over = Event()

    def go_on_with_the_old_keys() -> None:
        while not over.is_set():
            began = perf_counter()
            status = send(keys, "GET", TOKEN).status
            taken.append((began, perf_counter(), status))

    def wait_for(more: int) -> None:
        enough = len(taken) + more
        while len(taken) < enough:
            over.wait(0.001)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        futures = [threads.submit(go_on_with_the_old_keys) for _ in range(AT_ONCE)]
        try:
            wait_for(20)
            assert send(keys, "POST", KEY).status == 201
            wait_for(20)
            newer = emulator.keys("LIVE")[-1]
            began = perf_counter()
            assert send(newer, "GET", TOKEN).status == 200
            ended = perf_counter()
            wait_for(20)
        finally:
            over.set()
        for future in futures:
            future.result(10)
    before = [status for _, end, status in taken if end < began]
    after = [status for begin, _, status in taken if begin > ended]
    assert set(before) == {200}
    assert set(after) == {401}
    assert len(before) >= 40
    assert len(after) >= 10
    assert {status for *_, status in taken} == {200, 401}
