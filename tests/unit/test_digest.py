from pathlib import Path
from textwrap import dedent

import pytest

from pytest_keyauth.digest import digest_test

MODULE = dedent('''\
    """Some tests."""

    import json

    URL = "http://localhost"


    def make(value):
        return json.dumps(value)


    class Helper:
        kept = 1


    @decorate("one")
    def test_one():
        # why
        assert make(1)


    def test_two():
        assert make(2)


    class TestThree:
        def test_method(self):
            assert make(3)
    ''')


@pytest.fixture
def digest(tmp_path: Path) -> "Digest":
    return Digest(tmp_path)


class Digest:
    """Each text in a file of its own: a module is read once in a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def __call__(self, source: str | bytes, name: str) -> str | None:
        self._count += 1
        path = self._folder / f"test_{self._count}.py"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return digest_test(path, name)


CHANGES = {
    "its body": ("assert make(1)", "assert make(11)"),
    "its comment": ("# why", "# why not"),
    "its decorator": ('decorate("one")', 'decorate("more")'),
    "a helper": ("return json.dumps(value)", "return str(value)"),
    "a helper class": ("kept = 1", "kept = 2"),
    "an import": ("import json", "import orjson as json"),
    "a constant": ("http://localhost", "http://127.0.0.1"),
}
OTHER_CHANGES = {
    "another test": ("assert make(2)", "assert make(22)"),
    "a class of tests": ("assert make(3)", "assert make(33)"),
    "another test's name": ("def test_two", "def test_second"),
    "blank lines": ("\n\n\ndef make", "\n\n\n\n\ndef make"),
    "blanks at the end of a line": ("assert make(1)", "assert make(1)  "),
    "a comment between": ("\n\ndef test_two", "\n# two\ndef test_two"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_digest_changes_with_the_test_and_with_what_it_may_use(digest: Digest, change: tuple[str, str]) -> None:
    assert MODULE.count(change[0]) == 1
    assert digest(MODULE.replace(*change), "test_one") != digest(MODULE, "test_one")


@pytest.mark.parametrize("change", OTHER_CHANGES.values(), ids=OTHER_CHANGES.keys())
def test_a_digest_stays_whatever_else_changes(digest: Digest, change: tuple[str, str]) -> None:
    assert MODULE.count(change[0]) == 1
    assert digest(MODULE.replace(*change), "test_one") == digest(MODULE, "test_one")


def test_each_test_has_a_digest_of_its_own_and_methods_have_their_class_s(digest: Digest) -> None:
    digests = [digest(MODULE, name) for name in ("test_one", "test_two", "TestThree")]
    assert len({*digests}) == 3
    assert digest(MODULE.replace("make(3)", "make(33)"), "TestThree") not in digests


def test_a_digest_is_twelve_hex_digits(digest: Digest) -> None:
    found = digest(MODULE, "test_one")
    assert found is not None
    assert len(found) == 12
    assert set(found) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "source", [MODULE.replace("\n", "\r\n").encode(), MODULE.encode("utf-8-sig")], ids=["CRLF", "BOM"]
)
def test_a_digest_is_the_same_however_the_file_was_checked_out(digest: Digest, source: bytes) -> None:
    assert digest(source, "test_one") == digest(MODULE, "test_one")


@pytest.mark.parametrize("awkward", ["\f", "# \u2028 and \x85 and \x1c\n", 'TEXT = "\u2029\x0b"\n'])
def test_a_tests_lines_are_counted_as_python_counts_them(digest: Digest, awkward: str) -> None:
    module = awkward + MODULE
    assert digest(module.replace("make(1)", "make(11)"), "test_one") != digest(module, "test_one")
    assert digest(module.replace("make(2)", "make(22)"), "test_one") == digest(module, "test_one")


@pytest.mark.parametrize("source", [b"def test_one(:", b"\xff\xfe", b"a = '\x00'"])
def test_a_file_that_is_no_python_has_no_digest(digest: Digest, source: bytes) -> None:
    assert digest(source, "test_one") is None


def test_a_file_that_is_not_there_has_no_digest(tmp_path: Path) -> None:
    assert digest_test(tmp_path / "test_gone.py", "test_one") is None
