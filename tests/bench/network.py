"""The network: what it costs each test, how many requests it answers, and how soon it refuses a provider."""

import http.client
import json
import logging
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import process
from measuring import Line, Pairs, in_turn

from pytest_keyauth.ledger import Traffic
from pytest_keyauth.network.guard import ProviderGuard
from pytest_keyauth.network.network import Network
from pytest_keyauth.targets.keytrac import EmulatedKeytrac

HOST = "api.keytrac.net"
TOKEN = "2c7e1d40-93b5-4f6a-8d02-51c9e6b7a8f3"
STATUS = {"overview": {"users_created": 0, "enrolments": 0, "authentications": 0}}

#: Tests of each kind by turns in one run, each timed from its set-up to its tear-down.
TIMED = """
import json
import time
from pathlib import Path

import pytest

TIMES = {}

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    started = time.perf_counter()
    result = yield
    TIMES.setdefault(item.originalname, []).append((time.perf_counter() - started) * 1000)
    return result

def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.callspec.params["number"])

def pytest_unconfigure():
    Path(__file__).with_name("times.json").write_text(json.dumps(TIMES))
"""
TESTS = """
import pytest

pytestmark = pytest.mark.parametrize("number", range({count}))

def test_trivial(number):
    pass

def test_network(number, keyauth_network):
    pass
"""
HTTPSERVER = """
def test_httpserver(number, httpserver):
    pass
"""
MOTO = """
from moto import mock_aws

@pytest.fixture
def aws():
    with mock_aws():
        yield

def test_aws(number, aws):
    pass
"""
REFUSED = """
import httpx
import pytest

CLIENT = httpx.Client()

@pytest.mark.parametrize("number", range({count}))
def test_refused(number, keytrac):
    assert CLIENT.get("https://api.keytrac.net/status").is_success
"""


def measure(quick: bool) -> Iterator[Line]:
    """All lines; what is not installed is named in its line."""
    count = 3 if quick else 400
    with process.empty_folder() as folder:
        yield from _measure_fixtures(folder / "fixtures", folder / "byte-code", count)
        yield _measure_refusal(folder / "refused", folder / "byte-code", count)
    yield from _measure_rates(2 if quick else 15, 20 if quick else 400)


def _measure_fixtures(folder: Path, byte_code: Path, count: int) -> Iterator[Line]:
    with_httpserver, with_moto = (find_spec(name) is not None for name in ("pytest_httpserver", "moto"))
    source = TESTS.format(count=count) + HTTPSERVER * with_httpserver + MOTO * with_moto
    plugins = ["pytest_httpserver"] if with_httpserver else []
    times = _run(folder, byte_code, source, (*process.pytest_with(*plugins), "-p", "pytest_keyauth"))
    trivial = times["test_trivial"]
    for name, test, aim in (
        ("keyauth_network, set up and torn down", "test_network", "< 5 ms"),
        ("  of pytest-httpserver's httpserver", "test_httpserver", ""),
        ("  of moto's mock_aws", "test_aws", ""),
    ):
        if test in times:
            yield Line.of_difference(name, Pairs(times[test], trivial), aim, "{:.2f} ms")
        else:
            yield Line(name, "skipped", aim, "not installed")


def _measure_refusal(folder: Path, byte_code: Path, count: int) -> Line:
    """A whole test, with the report of its failure."""
    source, command = REFUSED.format(count=count), (*process.PYTEST, "-p", "pytest_keyauth")
    times = _run(folder, byte_code, source, command, exit_status=1)["test_refused"]
    figure, worst = f"{median(times):.1f} ms", f"{max(times):.1f} ms at most"
    return Line("a test that would reach a provider, refused", figure, "< 50 ms", worst)


def _run(
    folder: Path, byte_code: Path, source: str, command: tuple[str, ...], exit_status: int = 0
) -> dict[str, list[float]]:
    """Run tests, and give the times of all but each kind's first, which imports and starts what the others use."""
    folder.mkdir()
    (folder / "conftest.py").write_text(TIMED)
    (folder / "test_bench.py").write_text(source)
    process.run(command, folder, byte_code, exit_status=exit_status)
    times: dict[str, list[float]] = json.loads((folder / "times.json").read_text())
    return {name: figures[1:] for name, figures in times.items()}


def _measure_rates(rounds: int, count: int) -> Iterator[Line]:
    """`GET /status` by the standard library's client, one after the other over a connection that is kept."""
    target = EmulatedKeytrac("bench", traffic := Traffic(), token=TOKEN)
    guard = ProviderGuard({HOST})
    guard.install()
    network = Network(guard)
    try:
        with network.open({HOST: target.control.handle}):
            over_tls = partial(_rate, _connect_tls, count, traffic)
            plain = partial(_rate, lambda: http.client.HTTPConnection(HOST), count, traffic)
            pairs = in_turn(rounds, over_tls, plain)
            yield Line.of_ratio("keyauth_network over TLS : the same over HTTP", pairs, "", "{:.0f} /s")
            name = "keyauth_network over TLS : pytest-httpserver"
            if find_spec("pytest_httpserver") is None:
                yield Line(name, "skipped", "", "not installed")
                return
            with _httpserver() as port:
                reference = partial(_rate, lambda: http.client.HTTPConnection("127.0.0.1", port), count // 4, traffic)
                yield Line.of_ratio(name, in_turn(rounds, over_tls, reference), "> 1x", "{:.0f} /s")
    finally:
        network.close()
        guard.remove()


def _connect_tls() -> http.client.HTTPConnection:
    return http.client.HTTPSConnection(HOST, context=ssl.create_default_context())


@contextmanager
def _httpserver() -> Iterator[int]:
    from pytest_httpserver import HTTPServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with HTTPServer(host="127.0.0.1", port=0) as server:
        server.expect_request("/status").respond_with_json(STATUS)
        yield server.port


def _rate(connect: Callable[[], http.client.HTTPConnection], count: int, traffic: Traffic) -> float:
    connection = connect()
    started = time.perf_counter()
    for _ in range(count):
        connection.request("GET", "/status", headers={"Authorization": TOKEN})
        answer = connection.getresponse()
        assert json.load(answer) == STATUS, answer.status
    duration_s = time.perf_counter() - started
    connection.close()
    traffic.observations.clear()
    return count / duration_s
