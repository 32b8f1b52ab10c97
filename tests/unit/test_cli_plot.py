"""`keyauth plot`: where it finds samples, what it writes, and what it says where it cannot."""

import io
import json
import sys
from pathlib import Path

import pytest

from pytest_keyauth.cli import main

HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"
ONE = HEADER + "|100dRSHIFT|50d74|90uRSHIFT|10u74"
OTHER = HEADER + "|100d74|200u74"
BAD = HEADER + "|100d74|oops"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def picture(folder: Path, name: str = "keystrokes.svg") -> str:
    return folder.joinpath(name).read_text(encoding="utf-8")


def test_a_sample_is_drawn_into_the_usual_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", ONE]) == 0
    assert capsys.readouterr().out == "keystrokes.svg: 1 sample\n"
    assert "stroke-1-1-2" in picture(folder)
    assert [path.name for path in folder.iterdir()] == ["keystrokes.svg"]


def test_two_samples_are_compared_in_words_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--name", "Alma", "--name", "Bruno", "--title", "J twice", "--output", "two.PNG"]
    assert main(["plot", ONE, OTHER, *arguments]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "two.PNG: 2 samples",
        "Bruno holds the same key 2.00 times as long as Alma (1 key in common).",
        "Far apart: 2.0 times the distance of one person's two recordings.",
    ]
    assert folder.joinpath("two.PNG").read_bytes().startswith(b"\x89PNG")


def test_samples_are_read_from_standard_input_and_named_by_their_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{ONE}\n{OTHER}\n".encode())))
    assert main(["plot", "-", "--name", "Alma"]) == 0
    assert ">Alma</text>" in picture(folder)
    assert ">standard input, line 2</text>" in picture(folder)


NOT_ONE = "not a keystroke sample: at position 44, expected a delay in ms, found 'oops'"
REFUSED: dict[str, tuple[list[str], str, str]] = {
    "a bad argument": ([ONE, BAD], "", f"argument 2: {NOT_ONE}"),
    "a bad line": (["typing.txt"], f"{ONE}\n{BAD}\n", f"typing.txt, line 2: {NOT_ONE}"),
    "a bad list": (["typing.txt"], json.dumps([BAD, ONE]), f"typing.txt, sample 1: {NOT_ONE}"),
    "no file": (
        ["nowhere.txt"],
        "",
        "nowhere.txt: cannot be read: No such file or directory; expected a file, - for standard input, or a sample",
    ),
    "a null": (["a\x00b"], "", "a\x00b: cannot be read: embedded null byte"),
    "an empty file": (["typing.txt"], "\n", "typing.txt: empty; expected samples, one a line, or JSON with samples"),
    "no text": (["typing.txt"], "\udcff", "typing.txt: not text in UTF-8 (invalid start byte at byte 0)"),
    "no JSON": (["typing.txt"], '{"samples": [', "typing.txt: begins like JSON and is none: Expecting value"),
    "deep JSON": (["typing.txt"], "[" * 100_000, "typing.txt: begins like JSON and is none: "),
    "other JSON": (["typing.txt"], '{"samples": "x"}', "typing.txt: expected a JSON list of samples, or"),
    "no samples": (["typing.txt"], "[]", "typing.txt: expected a JSON list of samples, or"),
    "other output": ([ONE, "--output", "x.pdf"], "", "--output x.pdf: expected a name that ends in .svg or .png"),
    "no folder": ([ONE, "--output", "no/x.svg"], "", "cannot write no/x.svg: No such file or directory; choose"),
    "many names": ([ONE, "--name=a", "--name=b"], "", "2 names for 1 samples: expected at most one --name for each"),
    "many samples": ([ONE] * 13, "", "a picture shows 1 to 12 recordings, not 13"),
}


@pytest.mark.parametrize(("arguments", "text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_drawn_is_named_and_the_old_picture_stays(
    arguments: list[str], text: str, message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.joinpath("typing.txt").write_bytes(text.encode(errors="surrogateescape"))
    folder.joinpath("keystrokes.svg").write_text("the old one")
    assert main(["plot", *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"keyauth plot: {message}")
    assert (said.out, picture(folder)) == ("", "the old one")
    assert {path.name for path in folder.iterdir()} == {"typing.txt", "keystrokes.svg"}


def test_a_file_that_cannot_be_finished_leaves_the_old_one_whole_and_nothing_beside_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:100])
        raise OSError(28, "No space left on device")

    folder.joinpath("keystrokes.svg").write_text("the old one")
    monkeypatch.setattr(Path, "write_bytes", fail)
    assert main(["plot", ONE]) == 2
    assert "cannot write keystrokes.svg: No space left on device" in capsys.readouterr().err
    assert picture(folder) == "the old one"
    assert [path.name for path in folder.iterdir()] == ["keystrokes.svg"]


def test_without_matplotlib_it_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "pytest_keyauth.pictures.drawing", raising=False)
    assert main(["plot", ONE]) == 2
    said = 'keyauth plot: drawing needs matplotlib: pip install "pytest-keyauth[plot]"\n'
    assert capsys.readouterr().err == said
    assert not list(folder.iterdir())
