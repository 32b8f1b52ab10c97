"""Neighbours that change how a run goes: workers that crash, tests that run again, hang, or are measured."""

from collections.abc import Callable

import pytest
from project import RECORD, RECORDING, REPLAY, Expected, Project

Make = Callable[..., Project]

CRASH = """
    import os

    def test_that_takes_its_worker_along(keytrac):
        keytrac.get("/users/unknown")
        os._exit(3)
"""


def test_a_worker_that_crashes_is_told_of_and_what_the_others_witnessed_counts(project: Make, alone: Expected) -> None:
    consumer = project("xdist")
    consumer.add("test_crash.py", CRASH)
    options = [option.replace("or test_show_user", "or test_crash or test_show_user") for option in RECORDING]
    ran = consumer.run(*options, "-n", "2")
    assert ran.code == 1
    assert ran.outcomes["failed"] == 1, ran.said
    assert "crashed while running 'test_crash.py::test_that_takes_its_worker_along'" in ran.said
    assert ran.outcomes["passed"] == alone.recorded.passed
    witnessed = [line for line in ran.summary if line.endswith(" outcomes")]
    assert witnessed == [line for line in alone.recorded.summary if line.endswith(" outcomes")]


FLAKY = """
    import pytest

    TRIES = {}

    @pytest.mark.parametrize("number", range(2))
    def test_flaky(keytrac, keytrac_emulator, typist, number):
        tries = TRIES.setdefault(number, [])
        tries.append((typist.types("Immer wieder."), keytrac_emulator.token))
        assert not keytrac_emulator.requests
        keytrac.post("/users")
        assert keytrac.get("/status").json()["overview"]["users_created"] == 1
        if len(tries) == 1:
            assert keytrac.post("/anytext/enrol", json={}).status_code == 400  # what a try that failed has seen
        assert len(tries) == 2
        assert tries[0] == tries[1]

    @pytest.mark.keyauth_cassette
    def test_flaky_and_recorded(keytrac):
        tries = TRIES.setdefault("recorded", [])
        tries.append(1)
        for _ in tries:
            keytrac.post("/users")
        assert len(tries) == 2

    @pytest.mark.keyauth_network
    @pytest.mark.keyauth_replay("showStatus/500/calculate-status")
    def test_flaky_replay(keytrac):
        tries = TRIES.setdefault("replayed", [])
        tries.append(1)
        assert keytrac.get("/status").status_code == 500
        assert len(tries) == 2
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "in workers"])
def test_a_test_that_runs_again_begins_anew_and_counts_once(project: Make, workers: tuple[str, ...]) -> None:
    consumer = project("rerunfailures", "xdist")
    consumer.add("test_flaky.py", FLAKY)
    recorded = consumer.run("test_flaky.py", "--reruns=1", RECORD, "-q", *workers)
    assert recorded.outcomes == {"passed": 4, "rerun": 4}, recorded.said
    assert recorded.summary[0] == "1 cassette recorded from emulator 0.1.0"
    assert "the test did not pass" not in recorded.said
    assert "keytrac 3/119 outcomes" in recorded.summary  # enrolAnytext/400 was seen by a try that failed
    [cassette] = consumer.cassettes().values()
    assert cassette.count('"method": "POST"') == 2
    consumer.add("test_flaky.py", FLAKY.replace("for _ in tries:", "for _ in range(2):"))
    replayed = consumer.run("test_flaky.py::test_flaky_and_recorded", "--reruns=1", REPLAY[0], *workers)
    assert replayed.outcomes == {"passed": 1, "rerun": 1}, replayed.said
    assert "1 cassette played, recorded from emulator 0.1.0" in replayed.summary


HANGING = """
    import httpx
    import pytest
    import shop

    def test_before(keyauth_network, keytrac_emulator):
        assert shop.status(keytrac_emulator.token) == 200

    @pytest.mark.timeout(2, func_only=True)
    def test_hanging(keyauth_network, keytrac_emulator):
        keytrac_emulator.fail_transport("latency", seconds=30)
        httpx.get("https://api.keytrac.net/status", timeout=None)

    @pytest.mark.timeout(2, func_only=True)
    def test_hanging_in_process(keytrac, keytrac_emulator):
        keytrac_emulator.fail_transport("latency", seconds=30)
        keytrac.get("/status")

    def test_after(keyauth_network, keytrac_emulator):
        assert shop.status(keytrac_emulator.token) == 200
        assert len(keytrac_emulator.requests) == 1
"""


def test_a_test_that_hangs_is_ended_by_a_signal_and_the_others_go_on(project: Make) -> None:
    consumer = project("timeout")
    consumer.add("test_hanging.py", HANGING)
    ran = consumer.run("test_hanging.py", "--timeout-method=signal", "-q")
    assert ran.outcomes == {"passed": 2, "failed": 2}, ran.said
    assert ran.said.count("Failed: Timeout (>2.0s) from pytest-timeout.") >= 2
    assert "keytrac 1/119 outcomes" in ran.summary
    assert "Task was destroyed" not in ran.said
    assert "Exception in ASGI application" not in ran.said
    assert ran.took_s < 20


def test_a_test_that_hangs_is_ended_by_a_thread_with_its_process_at_once(project: Make) -> None:
    """That method ends the whole process, and nothing of ours keeps it."""
    consumer = project("timeout")
    consumer.add("test_hanging.py", HANGING)
    ran = consumer.run("test_hanging.py", "--timeout-method=thread", "-q")
    assert ran.code == 1
    assert "Timeout" in ran.said
    assert "test_hanging" in ran.said
    assert ran.took_s < 15


def test_a_worker_with_a_test_that_hangs_is_replaced(project: Make) -> None:
    consumer = project("timeout", "xdist")
    consumer.add("test_hanging.py", HANGING)
    ran = consumer.run("test_hanging.py", "--timeout-method=thread", "-q", "-n", "1")
    assert ran.outcomes == {"passed": 2, "failed": 2}, ran.said
    assert "keytrac 1/119 outcomes" in ran.summary


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "in workers"])
def test_the_consumers_code_is_measured_and_nothing_else(project: Make, workers: tuple[str, ...]) -> None:
    consumer = project("pytest_cov", "xdist")
    ran = consumer.run("--cov=.", "--cov-branch", "--cov-report=term-missing", *workers)
    assert ran.outcomes == {"passed": 10}, ran.said
    measured = {
        line.split()[0]: line.split()[1:] for line in ran.said.splitlines() if line.split()[-1:] and ".py " in line
    }
    assert sorted(measured) == ["conftest.py", "shop.py", "test_shop.py"]
    assert {name: parts[-1] for name, parts in measured.items()} == dict.fromkeys(measured, "100%"), ran.said


def test_random_orders_change_no_data(project: Make, alone: Expected) -> None:
    """The neighbour seeds all random generators before each test; made-up data do not follow from those."""
    consumer = project("randomly")
    orders = set()
    for seed in (1, 2, 3):
        ran = consumer.run("-v", f"--randomly-seed={seed}")
        assert ran.outcomes == {"passed": 10}, ran.said
        orders.add(tuple(line.split(" ")[0] for line in ran.said.splitlines() if " PASSED" in line))
        assert consumer.data() == alone.data
    assert len(orders) == 3
