import os
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.errors import CassetteError
from pytest_keyauth.recording.shelf import LONGEST_NAME, Archive, Folder, cassette_name, outcome_name, shipped_shelf

NAME = "tests/test_a/test_b[c].yaml"

# Names


@pytest.mark.parametrize(
    ("test", "name"),
    [
        ("tests/test_login.py::test_a[b]", "tests/test_login/test_a[b].yaml"),
        ("test_login.py::TestLogin::test_a", "test_login/TestLogin.test_a.yaml"),
        ("contracts/keytrac/test_users.py::test_a", "keytrac/test_users/test_a.yaml"),
        ("tests/test.some.py::test_a[1.5,b=2]", "tests/test.some/test_a[1.5,b=2].yaml"),
    ],
)
def test_a_cassette_is_found_by_the_node_id_of_its_test(test: str, name: str) -> None:
    assert cassette_name(test) == name


PARAMETERS = [
    "::1",
    ".1",
    ":1",
    "a/b",
    "a\\b",
    "a:b",
    "a b",
    "a-b",
    "../x",
    "ä",
    "\x00",
    "x" * 300,
    "x" * 301,
    "*?",
    "",
]


def test_no_two_tests_have_one_cassette() -> None:
    names = [cassette_name(f"tests/test_a.py::test_b[{parameter}]") for parameter in PARAMETERS]
    names += [cassette_name("tests/test_a.py::Test::test_b"), cassette_name("tests/test_a.py::test_b")]
    assert len({*names}) == len(names)


@settings(max_examples=60)
@given(st.text(max_size=150), st.sampled_from(["tests/test_a.py", "../elsewhere/test_a.py", "/root/test_a.py"]))
def test_a_name_is_one_that_file_systems_take_and_stays_in_the_folder(test: str, module: str) -> None:
    path = PurePosixPath(cassette_name(f"{module}::{test}"))
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert path.name.isascii()
    assert len(path.name) <= LONGEST_NAME + len(".yaml")
    assert not set('/\\:*?"<>|\x00\n') & set(path.name)
    assert path.parent.name == "test_a"


def test_a_documented_outcome_has_a_file_by_its_name() -> None:
    name = outcome_name("keytrac", "enrolAnytext/400/mixed-device-types")
    assert name == "outcomes/keytrac/enrolAnytext/400/mixed-device-types.yaml"


# A folder


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_what_was_saved_is_found_and_nothing_else_is_left(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "cassettes")
    assert folder.find(NAME) is None
    assert [*folder.names()] == []
    folder.save(NAME, b"old")
    folder.save(NAME, b"new")
    folder.save("a.yaml", b"other")
    assert (folder.find(NAME), folder.find("a.yaml"), folder.find("b.yaml")) == (b"new", b"other", None)
    assert [*folder.names()] == files(folder.path) == ["a.yaml", NAME]


@pytest.mark.parametrize(
    ("module", "function"), [("os", "fsync"), ("pathlib.Path", "replace"), ("pathlib.Path", "open")]
)
def test_where_saving_fails_the_old_one_is_whole_and_no_draft_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, function: str
) -> None:
    folder = Folder(tmp_path)
    folder.save(NAME, b"old")

    def fail(*_arguments: Any) -> NoReturn:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(f"{module}.{function}", fail)
        with pytest.raises(CassetteError) as caught:
            folder.save(NAME, b"new")
    assert str(caught.value).endswith(f"{NAME} cannot be written: No space left on device")
    assert files(tmp_path) == [NAME]
    assert folder.find(NAME) == b"old"


def test_at_the_moment_of_the_replacement_the_new_one_is_whole_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    folder.save(NAME, b"old")
    said: list[str] = []
    synced, replace = os.fsync, Path.replace

    def note_sync(file: int) -> None:
        said.append("synced")
        synced(file)

    def note_replacement(draft: Path, target: Path) -> Path:
        said.append(f"{draft.read_bytes().decode()} for {target.read_bytes().decode()}")
        return replace(draft, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_replacement)
    folder.save(NAME, b"new")
    assert said == ["synced", "new for old"]


def test_drafts_of_runs_that_were_killed_are_no_cassettes_and_are_cleared_away(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.save(NAME, b"old")
    other = tmp_path / "tests/test_a/.test_b[c].yaml.backup"
    other.write_bytes(b"not ours")
    (tmp_path / "tests/test_a/.test_b[c].yaml.123.draft").write_bytes(b"ha")
    (tmp_path / "tests/test_a/.test_bc.yaml.123.draft").write_bytes(b"another's")
    assert [*folder.names()] == [NAME]
    folder.save(NAME, b"new")
    assert files(tmp_path) == sorted(
        [NAME, "tests/test_a/.test_b[c].yaml.backup", "tests/test_a/.test_bc.yaml.123.draft"]
    )


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "tests").write_bytes(b"")
    folder = Folder(tmp_path)
    assert folder.find(NAME) is None
    with pytest.raises(CassetteError, match=r"test_b\[c\]\.yaml cannot be written: "):
        folder.save(NAME, b"new")


def test_a_cassette_that_is_a_folder_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir(parents=True)
    with pytest.raises(CassetteError, match=r"test_b\[c\]\.yaml cannot be read: Is a directory"):
        Folder(tmp_path).find(NAME)


def test_a_place_is_told_from_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path / "cassettes")
    monkeypatch.chdir(tmp_path)
    assert folder.place(NAME) == f"cassettes/{NAME}"
    monkeypatch.chdir(tmp_path.parent.parent)
    assert folder.place(NAME).endswith(f"{tmp_path.name}/cassettes/{NAME}")
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(tmp_path / "else")
    assert folder.place(NAME) == (tmp_path / "cassettes" / NAME).as_posix()


# An archive


def test_an_archive_is_read_like_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "cassettes.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("b.yaml", b"second")
        packed.writestr(NAME, b"first")
    archive = Archive(path)
    assert (archive.find(NAME), archive.find("b.yaml"), archive.find("c.yaml")) == (b"first", b"second", None)
    assert archive.names() == ["b.yaml", NAME]
    assert archive.place(NAME) == f"cassettes.zip/{NAME}"


def test_the_package_ships_cassettes() -> None:
    shelf = shipped_shelf()
    name = outcome_name("keytrac", "authenticateAnytext/404/not-enrolled")
    assert shelf.find(name) is not None
    assert name in [*shelf.names()]
