import multiprocessing
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_keyauth.errors import BudgetExceeded, ProviderUnreachable
from pytest_keyauth.live.budget import LONGEST_WAIT_S, MOST_TROUBLES, PROBE_S, Budget
from pytest_keyauth.live.run_file import RunFile

HERE, THERE = "https://one.example", "https://two.example"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Callable[..., Budget]:
    return lambda most=None, rate=None: Budget(RunFile(tmp_path / "run"), most, rate, clock)


def take_turn(budget: Budget, origin: str = HERE) -> tuple[float, bool]:
    budget.take(origin)
    return budget.wait(origin)


def test_so_many_requests_are_sent_and_no_more(make: Callable[..., Budget]) -> None:
    budget = make(most=3)
    for _ in range(3):
        assert take_turn(budget) == (0, True)
    with pytest.raises(BudgetExceeded, match="may send 3 requests"):
        budget.take(THERE)
    assert budget.sent == 3


def test_who_cleans_up_is_in_no_budget_and_is_counted(make: Callable[..., Budget]) -> None:
    spent, unlimited = make(most=1), make()
    spent.take(HERE)
    unlimited.take(HERE)
    assert spent.sent == 2


def test_requests_are_sent_one_after_the_other_at_a_rate(make: Callable[..., Budget], clock: Clock) -> None:
    budget = make(rate=10)
    assert [round(take_turn(budget)[0], 3) for _ in range(4)] == [0, 0.1, 0.2, 0.3]
    clock.now += 5
    assert take_turn(budget) == (0, True)


def test_within_a_pause_nobody_gets_a_turn_and_other_servers_are_asked(
    make: Callable[..., Budget], clock: Clock
) -> None:
    budget = make()
    budget.pause(HERE, 30)
    assert take_turn(budget) == (30, False)
    assert take_turn(budget, THERE) == (0, True)
    clock.now += 30
    assert take_turn(budget) == (0, True)


def test_a_shorter_pause_does_not_end_a_longer_one(make: Callable[..., Budget]) -> None:
    budget = make()
    budget.pause(HERE, 30)
    budget.pause(HERE, 1)
    assert take_turn(budget) == (30, False)


def test_who_asks_for_a_very_long_pause_is_not_waited_for(make: Callable[..., Budget], clock: Clock) -> None:
    budget = make()
    budget.pause(HERE, 3600)
    with pytest.raises(ProviderUnreachable, match="left alone for another 3600 s"):
        budget.take(HERE)
    clock.now += 3600 - LONGEST_WAIT_S
    assert take_turn(budget) == (LONGEST_WAIT_S, False)


def test_who_does_not_answer_is_asked_again_now_and_then(make: Callable[..., Budget], clock: Clock) -> None:
    budget = make()
    for _ in range(MOST_TROUBLES):
        budget.take(HERE)
        budget.note(HERE, answered=False)
    with pytest.raises(ProviderUnreachable, match="has not answered 8 requests in a row"):
        budget.take(HERE)
    budget.take(THERE)
    clock.now += PROBE_S
    budget.take(HERE)
    with pytest.raises(ProviderUnreachable):
        budget.take(HERE)
    budget.note(HERE, answered=True)
    for _ in range(MOST_TROUBLES):
        budget.take(HERE)


def test_a_clock_that_is_set_back_makes_nobody_wait_longer(make: Callable[..., Budget], clock: Clock) -> None:
    budget = make(rate=1)
    take_turn(budget)
    budget.pause(HERE, 5)
    clock.now -= 86_400
    assert budget.wait(HERE)[0] <= 5


def take_all(path: Path, most: int, taken: "multiprocessing.Queue[int]") -> None:
    budget, count = Budget(RunFile(path), most, None), 0
    try:
        while True:
            budget.take(HERE)
            count += 1
    except BudgetExceeded:
        taken.put(count)


def test_several_processes_share_one_budget(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    taken: multiprocessing.Queue[int] = context.Queue()
    processes = [context.Process(target=take_all, args=(tmp_path / "run", 200, taken)) for _ in range(3)]
    for process in processes:
        process.start()
    counts = [taken.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
    assert sum(counts) == 200


def test_several_threads_share_one_budget(make: Callable[..., Budget]) -> None:
    budget, refused = make(most=100), []

    def ask() -> None:
        for _ in range(50):
            try:
                budget.take(HERE)
            except BudgetExceeded:
                refused.append(1)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (budget.sent, len(refused)) == (100, 100)
