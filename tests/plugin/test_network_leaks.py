"""What a long row of tests with the network leaves behind: nothing."""

import json

import pytest

TESTS = """
    import httpx
    import pytest

    CLIENT = httpx.Client()

    @pytest.fixture(autouse=True, scope="session")
    def closed():
        yield
        CLIENT.close()

    @pytest.mark.parametrize("number", range({count}))
    def test_status(keyauth_network, keytrac_emulator, number):
        headers = {{"Authorization": keytrac_emulator.token}}
        assert CLIENT.get("https://api.keytrac.net/status", headers=headers).status_code == 200
"""

#: What is there before the first thing of ours is done, after each test, and after the last.
WITNESS = """
    import _socket
    import asyncio
    import json
    import os
    import socket
    import ssl
    import sys
    import threading
    from pathlib import Path

    import pytest
    import uvloop

    OWNERS = (_socket, socket, socket.socket, ssl.SSLContext, asyncio.BaseEventLoop, uvloop.Loop, sys.meta_path)
    HERE = Path(__file__).parent
    NAME = os.environ.get("PYTEST_XDIST_WORKER", "main")

    def look():
        files = Path("/proc/self/fd")
        links = [os.readlink(file) for file in files.iterdir() if file.is_symlink() and os.path.exists(file)]
        functions = {
            f"{owner!r}.{name}": id(value)
            for owner in OWNERS[:-1]
            for name, value in vars(owner).items()
            if callable(value)
        }
        return {
            "files": len(links),
            "sockets": sum(link.startswith("socket:") for link in links),
            "threads": sorted(thread.name for thread in threading.enumerate()),
            "environment": {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
            "functions": functions | {"finders": [id(finder) for finder in sys.meta_path]},
        }

    SEEN = []

    class Witness:
        def pytest_collection(self):
            SEEN.append(look())  # nothing has been found out of the tests

        def pytest_runtest_logfinish(self):
            SEEN.append(look())
            del SEEN[3:-2]  # the second test, and the last but one: with the last one the server goes

    def pytest_configure(config):
        config.pluginmanager.register(Witness())
        config.add_cleanup(lambda: (SEEN.append(look()), HERE.joinpath(f"{NAME}.json").write_text(json.dumps(SEEN))))
"""


@pytest.mark.parametrize(
    ("count", "workers"),
    [(100, 0), *(pytest.param(1000, workers, marks=pytest.mark.slow) for workers in (0, 2))],
)
def test_tests_in_a_row_leave_nothing_behind(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, count: int, workers: int
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    temporary = pytester.mkdir("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    pytester.makeconftest(WITNESS)
    pytester.makepyfile(TESTS.format(count=count))
    options = ("-n", str(workers)) if workers else ()
    result = pytester.runpytest_subprocess("-p", "pytest_keyauth", "-W", "error", "-q", *options)
    result.assert_outcomes(passed=count)
    for name in [f"gw{number}" for number in range(workers)] or ["main"]:
        seen = json.loads(pytester.path.joinpath(f"{name}.json").read_text())
        before, _, after_the_second, after_the_last_but_one, _, at_the_end = seen
        assert after_the_last_but_one == after_the_second
        assert at_the_end.pop("files") <= before.pop("files")  # pytest has closed what it captured into
        assert at_the_end == before
    assert not list(temporary.glob("keyauth-*"))
