"""Whole processes: run to their end and timed, or started as servers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

#: Of what is installed for development only, and has no place in a user's start-up.
STRANGERS = (
    "hypothesispytest",
    "xdist",
    "xdist.looponfail",
    "recording",
    "respx",
    "pytest_httpx",
    "pytest_httpserver",
    "socket",
)


def pytest_with(*wanted: str) -> tuple[str, ...]:
    """The command of a run of pytest, with those of the strangers that are wanted."""
    without = [argument for name in STRANGERS if name not in wanted for argument in ("-p", f"no:{name}")]
    return (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *without)


PYTEST = pytest_with()


@contextmanager
def empty_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with TemporaryDirectory(prefix="keyauth-bench-") as name:
        yield Path(name)


def environment(byte_code: Path) -> dict[str, str]:
    """Ours without what would steer pytest or the plugin; byte code is kept, as at everybody's, but not in the tree."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PYTEST", "KEYAUTH_", "COVERAGE_"))
    }
    return {**kept, "PYTHONPYCACHEPREFIX": str(byte_code)}


@dataclass(frozen=True)
class Ended:
    """What a process took, and what it wrote."""

    wall_ms: float
    cpu_ms: float
    output: str


def run(command: Sequence[str], folder: Path, byte_code: Path, exit_status: int = 0) -> Ended:
    """Run a command to its end, and fail with what it wrote where it ends otherwise than it should."""
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment(byte_code), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        assert child.stdout is not None
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != exit_status:
        raise SystemExit(f"{' '.join(command)}: exit status {child.returncode}\n{output}")
    return Ended(wall_s * 1000, (usage.ru_utime + usage.ru_stime) * 1000, output)


@dataclass(frozen=True)
class Server:
    """A server in a process of its own: what it announced, and how long that took from its start."""

    variables: dict[str, str]
    ready_s: float


@contextmanager
def serving(command: Sequence[str], last: str, byte_code: Path) -> Iterator[Server]:
    """Start a server that announces itself by lines of `export NAME=value`, the last of them of the name `last`."""
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment(byte_code), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        variables: dict[str, str] = {}
        try:
            for line in child.stdout:
                name, _, value = line.strip().removeprefix("export ").partition("=")
                variables[name] = value
                if name == last:
                    break
            else:
                raise SystemExit(f"{' '.join(command)}: ended before it announced {last}")
            yield Server(variables, time.perf_counter() - started)
        finally:
            child.terminate()
