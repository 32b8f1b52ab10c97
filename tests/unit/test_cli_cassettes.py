"""`keyauth cassettes`: the shipped recordings, listed, and copied to where others can read them."""

import json
from pathlib import Path

import pytest
import vcr

from pytest_keyauth.cli import main

OUTCOME = "outcomes/keytrac/showUser/404/user-not-found.yaml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_outcomes_and_contracts_are_listed_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cassettes"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert OUTCOME in listed
    assert (
        "keytrac/test_show_user/test_the_last_activity_is_the_one_of_the_list_and_of_the_only_method_used.yaml"
        in listed
    )
    assert len([name for name in listed if name.startswith("outcomes/")]) == 119 + 26


def test_patterns_choose_some(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cassettes", "outcomes/keytrac/showUser/40?/*", "outcomes/keyfax/renewToken/200/*"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "outcomes/keyfax/renewToken/200/token.yaml",
        "outcomes/keytrac/showUser/401/client-unauthorized.yaml",
        "outcomes/keytrac/showUser/401/token-missing.yaml",
        "outcomes/keytrac/showUser/403/not-verified.yaml",
        OUTCOME,
    ]


def test_copies_are_files_that_vcrpy_loads(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cassettes", OUTCOME, "--copy", "recordings"]) == 0
    assert capsys.readouterr().out == f"recordings/{OUTCOME}\n"
    copied = [path for path in folder.rglob("*") if path.is_file()]
    assert copied == [folder / "recordings" / OUTCOME]
    with vcr.use_cassette(str(copied[0]), record_mode="none") as cassette:
        assert json.loads(cassette.responses[0]["body"]["string"]) == {"error": "User not found"}


def test_a_pattern_that_fits_none_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cassettes", "outcomes/keytrac/nowhere/*"]) == 1
    assert capsys.readouterr().out == (
        "keyauth cassettes: none is named outcomes/keytrac/nowhere/*; without a pattern all are listed\n"
    )


def test_a_folder_that_cannot_be_written_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.joinpath("file").write_text("in the way")
    assert main(["cassettes", OUTCOME, "--copy", "file"]) == 2
    assert capsys.readouterr().err == f"keyauth cassettes: file/{OUTCOME} cannot be written: Not a directory\n"
    assert folder.joinpath("file").read_text() == "in the way"
