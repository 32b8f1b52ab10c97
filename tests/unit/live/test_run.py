import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from filelock import Timeout

from pytest_keyauth.errors import CleaningError, SettingsError
from pytest_keyauth.live.creations import USER
from pytest_keyauth.live.run import LiveRun, find_abandoned
from pytest_keyauth.live.run_file import RunFile
from pytest_keyauth.settings import Settings


def begin(folder: Path) -> LiveRun:
    return LiveRun.begin(folder, Settings(target="live"))


def test_a_run_that_has_nothing_left_to_do_leaves_no_file(tmp_path: Path) -> None:
    run = begin(tmp_path / ".keyauth")
    assert list(find_abandoned(tmp_path / ".keyauth")) == []
    run.end()
    assert [path.name for path in (tmp_path / ".keyauth").iterdir()] == [".gitignore"]


def test_a_run_with_something_left_is_abandoned_when_its_last_process_is_gone(tmp_path: Path) -> None:
    run = begin(tmp_path)
    worker = LiveRun(run.path, Settings(target="live"), "gw0")
    worker.creations.intend("account", USER)
    run.end()
    assert list(find_abandoned(tmp_path)) == []
    worker.close()
    assert list(find_abandoned(tmp_path)) == [run.path]


def test_a_process_that_was_killed_holds_no_run(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from pytest_keyauth.live.run import LiveRun
from pytest_keyauth.settings import Settings

run = LiveRun.begin(Path(sys.argv[1]), Settings(target="live"))
run.creations.intend("account", "user")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    [path] = find_abandoned(tmp_path)
    left = LiveRun(path, Settings(target="live"), "cleaning")
    assert [creation.state for creation in left.creations.left()] == ["intended"]
    with pytest.raises(Timeout):
        LiveRun(path, Settings(target="live"), "cleaning")
    left.close()


def test_without_credentials_there_is_nothing_to_keep(tmp_path: Path) -> None:
    run = begin(tmp_path)
    with pytest.raises(SettingsError, match="KEYAUTH_KEYTRAC_URL is not set"):
        _ = run.users
    with pytest.raises(SettingsError, match="KEYAUTH_KEYFAX_URL is not set"):
        _ = run.keyring
    assert run.clean().left == []
    run.end()


def test_a_file_that_is_no_ledger_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "torn.run"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 30)
    with pytest.raises(CleaningError, match=r"torn\.run cannot be read"):
        RunFile(path)


def test_what_is_interrupted_within_a_transaction_is_undone(tmp_path: Path) -> None:
    file = RunFile(tmp_path / "a.run")
    with suppress(KeyboardInterrupt), file.transaction() as rows:
        file.write_number(rows, "sent", 7)
        raise KeyboardInterrupt
    with file.transaction() as rows:
        assert file.read_number(rows, "sent") == 0
