"""Replays and recordings of tests that send their requests from several threads, or past vcrpy."""

import json
from pathlib import Path

import pytest

from .cassette_runs import LIVE, STRICT, run
from .counting_provider import CountingServer

ASKS_IN_THREADS = """
    import os
    import urllib.error
    import urllib.request
    from concurrent.futures import ThreadPoolExecutor

    import httpx
    import pytest
    import requests
    import urllib3

    KEYTRAC = os.environ["KEYAUTH_KEYTRAC_URL"]

    def open_with_urllib(url):
        try:
            return urllib.request.urlopen(url).status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    LIBRARIES = [
        lambda url: requests.get(url).status_code,
        open_with_urllib,
        lambda url: httpx.get(url, trust_env=False).status_code,
        lambda url: urllib3.request("GET", url).status,
    ]

    def ask(number, url):
        return LIBRARIES[number % len(LIBRARIES)](url)

    def ask_all(urls):
        with ThreadPoolExecutor(8) as pool:
            return set(pool.map(ask, range(len(urls)), urls))
"""

REPLAYS = """
    @pytest.mark.keyauth_replay("showUser/404/user-not-found", "createToken/500/failed")
    def test_it():
        assert ask_all([f"{KEYTRAC}/users/anna{number}" for number in range(40)]) == {404}
        elsewhere = KEYTRAC.replace("127.0.0.1", "localhost")  # no setting names that: Keyfax is told by its paths
        assert ask_all([f"{elsewhere}/interview/api/v1/token"] * 40) == {500}
"""

RECORDS = """
    @pytest.mark.keyauth_cassette
    def test_it():
        assert ask_all([f"{KEYTRAC}/welcome?number={number}" for number in range(40)]) == {200}
"""

RECORDS_TLS = """
    @pytest.mark.keyauth_cassette
    def test_it(keyauth_network):
        assert ask_all([f"https://api.keytrac.net/users/anna-{number}" for number in range(12)]) == {401}
"""


def test_nothing_that_threads_send_in_a_replay_leaves_the_process(
    pytester: pytest.Pytester, reaching_counter: CountingServer
) -> None:
    pytester.makepyfile(test_it=ASKS_IN_THREADS + REPLAYS)
    run(pytester).assert_outcomes(passed=1)
    assert reaching_counter.count.total() == 0


def test_what_threads_send_is_recorded_once_each_and_played(
    pytester: pytest.Pytester, reaching_counter: CountingServer
) -> None:
    pytester.makepyfile(test_it=ASKS_IN_THREADS + RECORDS)
    run(pytester, *LIVE).assert_outcomes(passed=1)
    asked = [f"https://api.keytrac.net/welcome?number={number}" for number in range(40)]
    assert sorted(recorded(pytester.path)) == sorted(asked)
    reaching_counter.count.clear()
    run(pytester, *STRICT).assert_outcomes(passed=1)
    assert reaching_counter.count.total() == 0


def recorded(folder: Path) -> list[str]:
    """The addresses in the one cassette of a folder."""
    [path] = folder.rglob("*.yaml")
    return [interaction["request"]["uri"] for interaction in json.loads(path.read_bytes())["interactions"]]


def test_connections_over_tls_are_recorded_in_threads_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=ASKS_IN_THREADS.replace('os.environ["KEYAUTH_KEYTRAC_URL"]', '""') + RECORDS_TLS)
    run(pytester, "--keyauth-record=all").assert_outcomes(passed=1)
    assert len(recorded(pytester.path)) == 12
    run(pytester, *STRICT).assert_outcomes(passed=1)


# Past vcrpy

WAYS = {
    "own-class": (  # imported by its name, before vcrpy has replaced it
        """
        from contextlib import closing
        from http.client import HTTPConnection

        def ask(host, port):
            with closing(HTTPConnection(host, port)) as connection:
                connection.request("GET", "/users/anna?since=today")
                return connection.getresponse().read()
        """,
        "GET https://api.keytrac.net/users/anna was refused",
    ),
    "raw-socket": (
        """
        import socket

        def ask(host, port):
            with socket.create_connection((host, port)) as connection:
                connection.sendall(b"GET /users/anna HTTP/1.0\\r\\n\\r\\n")
                return connection.recv(10)
        """,
        "a connection to localhost:* was refused",
    ),
}

SWALLOWS = """
        import os
        from concurrent.futures import ThreadPoolExecutor
        from urllib.parse import urlsplit

        import pytest
        import requests

        def ask_and_swallow():
            parts = urlsplit(os.environ["KEYAUTH_KEYTRAC_URL"])
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(ask, parts.hostname, parts.port).exception()
"""


@pytest.mark.parametrize("way", WAYS)
def test_what_goes_past_vcrpy_in_a_replay_is_refused_and_fails_the_test(
    pytester: pytest.Pytester, reaching_counter: CountingServer, way: str
) -> None:
    asks, told = WAYS[way]
    replays = """
        @pytest.mark.keyauth_replay("showUser/404/user-not-found")
        def test_it():
            assert "nothing was sent" in str(ask_and_swallow())
    """
    pytester.makepyfile(test_it=asks + SWALLOWS + replays)
    result = run(pytester)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"E *BypassError: {told}, and nothing was sent: while recordings answer nothing *"])
    assert reaching_counter.count.total() == 0


def test_what_goes_past_vcrpy_while_a_test_is_recorded_is_refused_and_no_cassette_is_kept(
    pytester: pytest.Pytester, reaching_counter: CountingServer
) -> None:
    asks, told = WAYS["own-class"]
    records = """
        @pytest.mark.keyauth_cassette
        def test_it():
            requests.get(os.environ["KEYAUTH_KEYTRAC_URL"] + "/gzip")
            assert "nothing was sent" in str(ask_and_swallow())
    """
    pytester.makepyfile(test_it=asks + SWALLOWS + records)
    result = run(pytester, *LIVE)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"E *BypassError: {told}, and nothing was sent: it would not be recorded, *"])
    assert set(reaching_counter.count) == {"/_keyauth/", "/gzip"}  # the first is our own look for a control plane
    assert not list(pytester.path.rglob("*.yaml"))


def test_what_goes_elsewhere_past_vcrpy_is_left_alone(
    pytester: pytest.Pytester, reaching_counter: CountingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ELSEWHERE", reaching_counter.url)
    replays = """
        @pytest.mark.keyauth_replay("showUser/404/user-not-found")
        def test_it():
            parts = urlsplit(os.environ["ELSEWHERE"])
            assert ask(parts.hostname, parts.port)
            assert requests.get(os.environ["ELSEWHERE"] + "/gzip").ok
    """
    pytester.makepyfile(test_it=WAYS["own-class"][0] + SWALLOWS + replays)
    run(pytester).assert_outcomes(passed=1)
    assert reaching_counter.count.total() == 2
