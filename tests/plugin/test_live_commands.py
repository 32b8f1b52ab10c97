"""`keyauth check`, `accept` and `diff`, and the ready workflows."""

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import KEYAUTH
from .meddling import Passing, meddling

ROOT = Path(__file__).parents[2]
DRIFTED = "showUser/404/user-not-found"


def keyauth(
    folder: Path, served: dict[str, str], *arguments: str, **environ: str
) -> "subprocess.CompletedProcess[str]":
    command = [str(KEYAUTH), *arguments]
    everything = {**os.environ, **served, **environ}
    return subprocess.run(command, cwd=folder, env=everything, capture_output=True, text=True, timeout=120, check=False)


def renamed(passing: Passing) -> Passing:
    return passing.saying(b"User not found", b"No such user")


#: A few contracts, which stand for all.
SOME = ("--", "-k", "test_show_user and not_found")


@pytest.mark.slow
def test_what_has_drifted_is_accepted_by_a_human_and_expected_from_then_on(
    served: dict[str, str], tmp_path: Path
) -> None:
    known, today = tmp_path / "keyauth-verified.json", datetime.now(UTC).date().isoformat()
    check = ("check", "--provider=keytrac", f"--verified={known}", *SOME)
    assert keyauth(tmp_path, served, *check).returncode == 0
    assert json.loads(known.read_text())["outcomes"][DRIFTED]["confirmed"] == today

    with meddling(served["KEYAUTH_KEYTRAC_URL"], renamed) as meddler:
        there = {"KEYAUTH_KEYTRAC_URL": meddler.url}
        drifted = keyauth(tmp_path, served, *check, **there)
        assert (drifted.returncode, "Traceback" in drifted.stdout) == (1, False)
        assert f'drifted  {DRIFTED}  body /error expected "User not found", got "No such user"' in drifted.stdout
        entry = json.loads(known.read_text())["outcomes"][DRIFTED]
        assert entry["confirmed"] == today  # which a drift does not change
        assert entry["drift"]["since"] == today

        listed = keyauth(tmp_path, served, "accept")
        assert (listed.returncode, listed.stdout.splitlines()[0]) == (1, f"{DRIFTED}, since {today}")
        assert keyauth(tmp_path, served, "accept", "showUser/200/shown").returncode == 2
        assert keyauth(tmp_path, served, "accept", DRIFTED).returncode == 0

        accepted = keyauth(tmp_path, served, *check, **there)
        assert accepted.returncode == 0, accepted.stdout
        assert "1 accepted" in accepted.stdout

    with meddling(served["KEYAUTH_KEYTRAC_URL"], lambda passing: passing.saying(b'"error"', b'"message"')) as meddler:
        another = keyauth(tmp_path, served, *check, KEYAUTH_KEYTRAC_URL=meddler.url)
    assert another.returncode == 1  # another drift than the one that was accepted


def test_a_check_says_which_command_it_runs_and_writes_where_a_ci_shows_it(
    served: dict[str, str], tmp_path: Path
) -> None:
    summary = tmp_path / "step_summary_1f2e"
    summary.write_text("What others said.\n")
    checked = keyauth(tmp_path, served, "check", "--provider=keytrac", *SOME, GITHUB_STEP_SUMMARY=str(summary))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.startswith("keyauth check: pytest -p pytest_keyauth ")
    shown = f"keyauth: requests go to {served['KEYAUTH_KEYTRAC_URL']} as token {served['KEYAUTH_KEYTRAC_TOKEN'][:4]}…"
    assert shown in checked.stdout.splitlines()
    assert "keytrac: 1 confirmed" in checked.stdout
    assert summary.read_text().startswith("What others said.\n")
    assert DRIFTED in summary.read_text()
    assert {"keyauth-report.html", "keyauth-report.json"} <= {path.name for path in tmp_path.iterdir()}
    assert not (tmp_path / "keyauth-verified.json").exists()  # an emulator confirms nothing of a provider


def test_a_check_without_anything_says_what_is_missing(tmp_path: Path) -> None:
    checked = keyauth(tmp_path, {}, "check")
    assert checked.returncode == 4
    assert "KEYAUTH_KEYTRAC_URL and KEYAUTH_KEYTRAC_TOKEN" in checked.stderr
    assert "not set in the environment" in checked.stderr


@pytest.mark.slow
def test_an_emulator_a_served_one_and_cassettes_answer_alike(served: dict[str, str], tmp_path: Path) -> None:
    for other in (served["KEYAUTH_KEYTRAC_URL"], "cassettes"):
        compared = keyauth(tmp_path, served, "diff", "emulator", other)
        assert compared.returncode == 0, compared.stdout + compared.stderr
        assert "145 outcomes of emulator compared" in compared.stdout


@pytest.mark.slow
def test_a_difference_between_two_targets_is_told_at_its_place(served: dict[str, str], tmp_path: Path) -> None:
    with meddling(served["KEYAUTH_KEYTRAC_URL"], renamed) as meddler:
        meddler.shows_control_plane = True
        compared = keyauth(tmp_path, served, "diff", "--provider=keytrac", served["KEYAUTH_KEYTRAC_URL"], meddler.url)
    assert compared.returncode == 1
    assert f"{DRIFTED}  body /error: User not found | No such user" in compared.stdout


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml"])
def test_a_ready_workflow_checks_and_commits_nothing(name: str) -> None:
    text = (ROOT / "examples" / name).read_text()
    assert yaml.safe_load(text)
    assert "keyauth check --allow-host=api.keytrac.net" in text
    for writing in ("git commit", "git push", "contents: write"):
        assert writing not in text


def test_a_github_workflow_may_read_the_repository_and_open_issues_and_nothing_else() -> None:
    workflow: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "github-actions.yml").read_text())
    assert workflow["permissions"] == {"contents": "read", "issues": "write"}
    secrets = {value for name, value in workflow["jobs"]["check"]["env"].items() if name != "KEYAUTH_KEYTRAC_URL"}
    assert all(value.startswith("${{ secrets.KEYAUTH_") for value in secrets)
