"""One lane for each neighbour: the consumer's tests come to the same beside it as alone."""

from collections.abc import Callable

import pytest
from project import LOOP, RECORDING, REPLAYING, Expected, Project

Make = Callable[..., Project]

#: By lane: the plugins that are loaded beside ours, and with which options.
LANES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "xdist": (("xdist",), ("-n", "2")),
    "randomly": (("randomly",), ("--randomly-seed=27",)),
    "rerunfailures": (("rerunfailures",), ("--reruns=2",)),
    "asyncio, strict": (("asyncio",), ("--asyncio-mode=strict", LOOP)),
    "asyncio, auto": (("asyncio",), ("--asyncio-mode=auto", LOOP)),
    "anyio": (("anyio",), ()),
    "timeout by a signal": (("timeout",), ("--timeout=60", "--timeout-method=signal")),
    "timeout by a thread": (("timeout",), ("--timeout=60", "--timeout-method=thread")),
    "socket": (("pytest_socket",), ("--allow-hosts=127.0.0.1",)),
    "recording": (("recording",), ("--block-network", "--allowed-hosts=127.0.0.1")),
    "respx": (("respx",), ()),
    "pytest-httpx": (("pytest_httpx",), ()),
    "pytest-httpx2": (("pytest_httpx2",), ()),
    "cassetter": (("cassetter",), ()),
    "time-machine": (("time_machine",), ()),
    "cov": (("pytest_cov",), ("--cov=shop", "--cov-branch")),
}


@pytest.mark.parametrize("lane", LANES)
def test_the_consumers_tests_come_to_the_same_as_alone(project: Make, alone: Expected, lane: str) -> None:
    plugins, options = LANES[lane]
    consumer = project(*plugins)
    recorded = consumer.run(*RECORDING, *options)
    assert recorded.code == 0, recorded.said
    assert recorded.passed == alone.recorded.passed, recorded.said
    assert recorded.summary == alone.recorded.summary
    assert consumer.data() == alone.data  # made-up data follow from the seed and the test, in whatever order
    assert consumer.cassettes() == alone.cassettes
    replayed = consumer.run(*REPLAYING, *options)
    assert replayed.code == 0, replayed.said
    assert (replayed.passed, replayed.summary) == (alone.replayed.passed, alone.replayed.summary)


def test_a_gate_that_is_missed_fails_the_run_beside_workers_and_reruns(project: Make) -> None:
    consumer = project("xdist", "rerunfailures", "pytest_cov")
    ran = consumer.run("-n", "2", "--reruns=1", "--cov=shop", "--cov-report=", "--keyauth-fail-under=90")
    assert ran.code == 1, ran.said
    assert ran.summary[-1].endswith("% witnessed, --keyauth-fail-under=90 FAILED: too few outcomes were witnessed")
    assert ran.outcomes == {"passed": 10}
