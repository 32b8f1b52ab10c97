import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: How the lines of the table begin, in its order.
LINES = [
    "collect-only with : without plugin, wall",
    "collect-only with : without plugin, CPU",
    "anytext authenticate : bare MockTransport",
    "password authenticate : bare MockTransport",
    "80 characters, typed : parsed",
    "anytext, sample to stored profile : json",
    "anytext, sample to stored profile : parse",
    "identify among",
    "identify among",
    "  time per user of the larger : of the smaller",
    "a changed profile, taken into the larger",
    "requests signed a second",
    "requests verified and answered a second",
    "signed request : bare MockTransport",
    "keyauth serve, status : empty app",
    "keyauth serve, anytext authenticate : empty app",
    "keyauth serve, password authenticate : empty app",
    *(
        f"{operation}, {at_once} at once : {rival}"
        for operation in ("status", "authenticate", "identify/20", "identify/100")
        for at_once in (1, 16, 64)
        for rival in ("empty app", "moto", "Prism", "pytest-httpserver")
    ),
    "keyauth serve, process start to listening",
    "a contract (of",
    "a contract (of",
    "  of which imports",
    "replay of 1, a request : plain vcrpy",
    "replay of 100, a request : plain vcrpy",
    "replay of 100, a request : plain vcrpy",
    "a replaying test above one in process",
    "  of keyauth_cassette, through vcrpy",
    "  of keyauth_replay, through vcrpy",
    "  of pytest-recording",
    "all contracts on cassettes : on the emulators",
    "keyauth_network, set up and torn down",
    "  of pytest-httpserver's httpserver",
    "  of moto's mock_aws",
    "a test that would reach a provider, refused",
    "keyauth_network over TLS : the same over HTTP",
    "keyauth_network over TLS : pytest-httpserver",
    "reset of an emulator with a user",
    "a fresh emulator, seeded",
]


@pytest.mark.slow
def test_every_measurement_prints_its_line() -> None:
    run = subprocess.run(
        [sys.executable, "tests/bench/run.py", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    printed = run.stdout.splitlines()
    table = printed[printed.index(next(line for line in printed if line.startswith("measurement"))) + 1 : -1]
    assert [line[: len(begin)] for line, begin in zip(table, LINES, strict=True)] == LINES
