"""What the tests of the plugin start from: an environment that says nothing, and emulators in other processes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

# A run of pytest in this process forgets what it was the first to import: what is heavy is imported once.
import aiohttp  # noqa: F401
import aioresponses  # noqa: F401
import httpcore  # noqa: F401
import httpx2  # noqa: F401
import pytest
import requests  # noqa: F401
import responses  # noqa: F401
import yaml  # noqa: F401

import pytest_keyauth
from pytest_keyauth.keystrokes.casting import cast

from .cassette_runs import PLAY, RECORD, Play, block_sockets
from .counting_provider import CountingServer, counting

for _module in walk_packages(pytest_keyauth.__path__, "pytest_keyauth."):
    import_module(_module.name)

KEYAUTH = Path(sysconfig.get_path("scripts"), "keyauth")
AUTOLOADING = ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_PLUGINS")
TOKEN = "2c7e1d40-93b5-4f6a-8d02-51c9e6b7a8f3"

Serving = tuple[subprocess.Popen[str], dict[str, str]]
"""A `keyauth serve`, and the environment variables that it printed."""


@pytest.fixture(autouse=True)
def _silent_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "pytester" in request.fixturenames:
        request.getfixturevalue("pytester")  # it takes PYTEST_ADDOPTS away
    for name in os.environ:
        if name.startswith("KEYAUTH_") or name in AUTOLOADING:
            monkeypatch.delenv(name)
    # Ours has many plugins, few users have them all, and to find them takes each run its time.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p anyio -p xdist -p xdist.looponfail -p pytest_keyauth")
    # This process has imported what its runs would rewrite.
    monkeypatch.setattr("_pytest.assertion.rewrite.AssertionRewritingHook._warn_already_imported", lambda *_: None)


@pytest.fixture
def all_plugins(_silent_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs have all plugins that are installed, but Hypothesis's, which looks at every test."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")


@pytest.fixture(scope="session", autouse=True)
def _byte_code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what pytest makes of test modules for the other runs of this session, and out of everybody's folders."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = str(tmp_path_factory.mktemp("byte-code"))
        monkeypatch.setattr(sys, "pycache_prefix", folder)
        monkeypatch.setattr(sys, "dont_write_bytecode", False)
        monkeypatch.setenv("PYTHONPYCACHEPREFIX", folder)
        monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


@pytest.fixture(scope="session")
def start_process() -> Iterator[Callable[[list[str]], Serving]]:
    """Start a server by its command, and wait until it listens. All end with the session, and must end in silence."""
    processes: list[subprocess.Popen[str]] = []

    def start(command: list[str]) -> Serving:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process, read_exports(process)

    yield start
    try:
        for process in processes:
            with suppress(ValueError):  # a test that stopped it has read what it said
                process.terminate()
                _, errors = process.communicate(timeout=5)
                assert not errors
    finally:
        for process in processes:
            process.kill()
            process.wait()


def read_exports(process: subprocess.Popen[str]) -> dict[str, str]:
    """Read the lines `export NAME=value` that a server prints as soon as it listens."""
    exports: dict[str, str] = {}
    while len(exports) < 6:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            exports[name] = value
    return exports


@pytest.fixture(scope="session")
def start_serving(start_process: Callable[[list[str]], Serving]) -> Callable[..., Serving]:
    """Start `keyauth serve` on a free port, with further arguments."""
    command = [str(KEYAUTH), "serve", "--port", "0", "--keytrac-token", TOKEN]
    return lambda *arguments: start_process([*command, *arguments])


@pytest.fixture(scope="session")
def served(start_serving: Callable[..., Serving]) -> dict[str, str]:
    """The environment variables that reach a `keyauth serve` of this session. Work on an account of your own."""
    return start_serving()[1]


@pytest.fixture
def reaching(served: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The same, and they are set."""
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    return served


@pytest.fixture
def consumer(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with client libraries, and samples that a person has typed."""
    pytester.syspathinsert()
    shutil.copy(Path(__file__).with_name("client_libraries.py"), pytester.path)
    [typist] = cast(1, "consumers", recordings="consumers")
    samples = [
        typist.types(text) for text in ("Jeder tippt anders.", "Wer lange tippt, hat einen Rhythmus.", "Und nun?")
    ]
    pytester.path.joinpath("samples.json").write_text(json.dumps(samples), encoding="utf-8")
    return pytester


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call it to forget the environment, and to let nobody connect but to the given ports."""

    def cut_off(*ports: int) -> None:
        for name in (
            "KEYTRAC_URL",
            "KEYTRAC_TOKEN",
            "KEYFAX_URL",
            "KEYFAX_HOST",
            "KEYFAX_API_KEY",
            "KEYFAX_SIGNING_KEY",
        ):
            monkeypatch.delenv(f"KEYAUTH_{name}", raising=False)
        connect = socket.socket.connect

        def connect_there(self: socket.socket, address: Any) -> None:
            assert address[1] in ports, f"connects to {address}"
            connect(self, address)

        monkeypatch.setattr(socket.socket, "connect", connect_there)

    return cut_off


@pytest.fixture
def reaching_counter(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountingServer]:
    """A provider on loopback that counts what it is asked; the environment names it."""
    with counting() as server:
        monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", server.url)
        monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", "9b" * 18)
        yield server


@pytest.fixture
def play(pytester: pytest.Pytester) -> Play:
    """Record tests, edit them, and play: `play(source, (old, new), …)`."""

    def record_and_play(source: str, *edits: tuple[str, str], options: tuple[str, ...] = (PLAY,)) -> pytest.RunResult:
        pytester.makepyfile(test_it=source)
        assert pytester.runpytest(RECORD).ret == pytest.ExitCode.OK
        for old, new in edits:
            assert old in source
            source = source.replace(old, new)
        pytester.makepyfile(test_it=source)
        with pytest.MonkeyPatch.context() as context:
            block_sockets(context)
            return pytester.runpytest(*options)

    return record_and_play
