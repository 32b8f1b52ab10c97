"""A live run leaves a provider as it was, however it ends, and touches nobody whom it did not make."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from .conftest import KEYAUTH
from .meddling import Meddler, Passing, meddling

#: Makes users all the time, and does something with each.
CONTRACTS = ("contracts/keytrac/test_delete_user.py", "contracts/keytrac/test_show_user.py")
RUN = [sys.executable, "-m", "pytest", "-p", "pytest_keyauth", "-q", "-p", "no:cacheprovider"]
LIVE = ["--keyauth-target=live", "--keyauth-contracts=keytrac"]

POST_USERS = ("POST", "/users")


class Account:
    """The account of a served emulator, reached past the proxy, with users of somebody else's."""

    def __init__(self, served: dict[str, str]) -> None:
        headers = {"Authorization": served["KEYAUTH_KEYTRAC_TOKEN"]}
        self._client = httpx.Client(base_url=served["KEYAUTH_KEYTRAC_URL"], headers=headers, trust_env=False)
        for _ in range(3):
            self.create()

    def close(self) -> None:
        self._client.close()

    def create(self) -> str:
        return str(self._client.post("/users").json()["id"])

    def users(self) -> set[str]:
        return {user["identifier"] for user in self._client.get("/users").json()}


@pytest.fixture
def account(
    start_serving: Callable[..., tuple[subprocess.Popen[str], dict[str, str]]],
) -> Iterator[tuple[Account, dict[str, str]]]:
    process, served = start_serving()
    there = Account(served)
    yield there, served
    there.close()
    process.terminate()
    process.wait(timeout=10)


def environment(served: dict[str, str], meddler: Meddler) -> dict[str, str]:
    names = ("KEYAUTH_KEYTRAC_TOKEN",)
    return {**os.environ, **{name: served[name] for name in names}, "KEYAUTH_KEYTRAC_URL": meddler.url}


def start(folder: Path, environ: dict[str, str], *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a live run in a session of its own, so that its workers can be told from ours."""
    command = [*RUN, *LIVE, *arguments, *CONTRACTS]
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(command, cwd=folder, env=environ, stdout=output, stderr=output, start_new_session=True)


def clean(folder: Path, environ: dict[str, str]) -> str:
    command = [str(KEYAUTH), "clean"]
    cleaned = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    return cleaned.stdout


def deleted(meddler: Meddler) -> set[str]:
    return {passing.path.rpartition("/")[2] for passing in meddler.passed if passing.method == "DELETE"}


def created(meddler: Meddler) -> list[Passing]:
    return [passing for passing in meddler.passed if (passing.method, passing.path) == POST_USERS]


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def kill_at(moment: int, process_of: Callable[[], "subprocess.Popen[bytes]"]) -> Callable[[Passing], Passing | None]:
    """Kill the run when the provider has made its nth user, and before it has told which."""
    made = 0

    def meddle(passing: Passing) -> Passing | None:
        nonlocal made
        made += (passing.method, passing.path) == POST_USERS
        if made == moment and (passing.method, passing.path) == POST_USERS:
            os.killpg(process_of().pid, signal.SIGKILL)
            return None
        return passing

    return meddle


@pytest.mark.parametrize(
    "moment", [pytest.param(moment, marks=pytest.mark.slow) if moment != 5 else 5 for moment in (1, 2, 5, 9)]
)
def test_a_user_whom_a_killed_run_never_heard_of_is_removed_by_clean(
    account: tuple[Account, dict[str, str]], tmp_path: Path, moment: int
) -> None:
    there, served = account
    before, runs = there.users(), []
    with meddling(served["KEYAUTH_KEYTRAC_URL"], kill_at(moment, lambda: runs[0])) as meddler:
        environ = environment(served, meddler)
        runs.append(start(tmp_path, environ))
        runs[0].wait(timeout=60)
        assert there.users() > before
        assert "removed" in clean(tmp_path, environ)
        assert there.users() == before
        assert not deleted(meddler) & before
    assert [path.name for path in (tmp_path / ".keyauth").iterdir()] == [".gitignore"]


def test_of_users_whom_somebody_else_has_made_meanwhile_nobody_is_touched(
    account: tuple[Account, dict[str, str]], tmp_path: Path
) -> None:
    there, served = account
    runs: list[subprocess.Popen[bytes]] = []
    foreign: list[str] = []
    kill = kill_at(3, lambda: runs[0])

    def meddle(passing: Passing) -> Passing | None:
        if (passing.method, passing.path) == POST_USERS:
            foreign.append(there.create())
        return kill(passing)

    with meddling(served["KEYAUTH_KEYTRAC_URL"], meddle) as meddler:
        environ = environment(served, meddler)
        runs.append(start(tmp_path, environ))
        runs[0].wait(timeout=60)
        command = [str(KEYAUTH), "clean"]
        cleaned = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert cleaned.returncode == 1
        assert "nobody was touched" in cleaned.stdout
        assert not deleted(meddler) & set(foreign)
        assert set(foreign) <= there.users()


@pytest.mark.parametrize(
    ("end", "workers"),
    [
        pytest.param(signal.SIGTERM, (), id="sigterm"),
        pytest.param(signal.SIGINT, (), id="ctrl-c", marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, ("-n2",), id="sigterm-with-workers", marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, ("-n2",), id="ctrl-c-with-workers", marks=pytest.mark.slow),
    ],
)
def test_a_run_that_is_told_to_end_cleans_up_by_itself(
    account: tuple[Account, dict[str, str]], tmp_path: Path, end: signal.Signals, workers: tuple[str, ...]
) -> None:
    there, served = account
    before = there.users()
    runs: list[subprocess.Popen[bytes]] = []

    def meddle(passing: Passing) -> Passing:
        if len(meddler.passed) == 12:
            os.kill(runs[0].pid, end)
            time.sleep(0.2)
        return passing

    with meddling(served["KEYAUTH_KEYTRAC_URL"], meddle) as meddler:
        runs.append(start(tmp_path, environment(served, meddler), *workers))
        assert runs[0].wait(timeout=60) == pytest.ExitCode.INTERRUPTED, (tmp_path / "output").read_text()
        assert there.users() == before
        assert not deleted(meddler) & before


@pytest.mark.slow
def test_a_failing_test_leaves_nobody_and_the_next_run_removes_what_a_killed_one_has_left(
    account: tuple[Account, dict[str, str]], tmp_path: Path
) -> None:
    there, served = account
    before = there.users()
    runs: list[subprocess.Popen[bytes]] = []
    with meddling(served["KEYAUTH_KEYTRAC_URL"], kill_at(4, lambda: runs[0])) as meddler:
        environ = environment(served, meddler)
        runs.append(start(tmp_path, environ))
        runs[0].wait(timeout=60)
        (tmp_path / "test_own.py").write_text("def test_it(keytrac): assert not keytrac.post('/users').json()")
        command = [*RUN, "--keyauth-target=live", "test_own.py"]
        ended = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert ended.returncode == pytest.ExitCode.TESTS_FAILED, ended.stdout
        assert there.users() == before
        assert not deleted(meddler) & before


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["one-process", "two-workers"])
def test_killed_at_twenty_random_moments_clean_leaves_exactly_who_was_there(
    account: tuple[Account, dict[str, str]], tmp_path: Path, workers: tuple[str, ...]
) -> None:
    there, served = account
    before, chance = there.users(), random.Random(7)
    with meddling(served["KEYAUTH_KEYTRAC_URL"]) as meddler:
        environ = environment(served, meddler)
        for _ in range(20):
            begun = len(created(meddler))
            run = start(tmp_path, environ, *workers)
            while len(created(meddler)) == begun and run.poll() is None:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.8))
            kill_group(run)
            clean(tmp_path, environ)
            assert there.users() == before
        assert len(created(meddler)) >= 40
        assert not deleted(meddler) & before
