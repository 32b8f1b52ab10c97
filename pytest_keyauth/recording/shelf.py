"""Where cassettes are: a folder of files, or an archive that the package ships. One file a test, replaced whole."""

import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cached_property
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Protocol

from pytest_keyauth.errors import CassetteError
from pytest_keyauth.settings import PROVIDERS

__all__ = [
    "Archive",
    "Folder",
    "Shelf",
    "cassette_name",
    "copy_cassettes",
    "find_cassettes",
    "outcome_name",
    "shipped_shelf",
]

SUFFIX = ".yaml"

#: With a longer name a file cannot be on every file system, with the folders above it.
LONGEST_NAME = 100

_UNFIT = re.compile(r"[^A-Za-z0-9._\[\]=,+-]+")

_PACKAGE = Path(__file__).parents[1]


def cassette_name(test: str) -> str:
    """The file of a test, by its node id: ``tests/test_login.py::test_a[b]`` is in ``tests/test_login/test_a[b].yaml``.

    The shipped contracts have no folder ``contracts`` above them; tests of a user's own folder of that name have.
    """
    path, _, rest = test.partition("::")
    folder = PurePosixPath(path).with_suffix("")
    is_shipped = folder.parts[:2] in [("contracts", provider) for provider in PROVIDERS]
    parts = folder.parts[1:] if is_shipped else folder.parts
    classes, bracket, parameters = rest.partition("[")  # a parameter's own colons are no class's
    name = _file_name(classes.replace("::", ".") + bracket + parameters, test) + SUFFIX
    return "/".join((*(part if part.strip("./") else "__" for part in parts), name))


def _file_name(name: str, test: str) -> str:
    fit = _UNFIT.sub("-", name)
    if fit == name and len(fit) <= LONGEST_NAME:
        return fit
    return f"{fit[: LONGEST_NAME - 9]}-{blake2b(test.encode(), digest_size=4).hexdigest()}"


def outcome_name(provider: str, outcome: str) -> str:
    """The file of a documented outcome: ``outcomes/keytrac/enrolAnytext/400/mixed-device-types.yaml``."""
    return f"outcomes/{provider}/{outcome}{SUFFIX}"


class Shelf(Protocol):
    """Something that has cassettes by name."""

    def find(self, name: str) -> bytes | None:
        """The content of a cassette; None where there is none of that name."""

    def names(self) -> Iterable[str]:
        """The names of all cassettes."""

    def place(self, name: str) -> str:
        """Where a cassette is, for messages."""


class Folder:
    """Cassettes in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, name: str) -> bytes | None:
        """Read a cassette."""
        try:
            return (self.path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise CassetteError(f"{self.place(name)} cannot be read: {error.strerror}") from None

    def names(self) -> Iterator[str]:
        """The names of all cassettes, in order."""
        return (path.relative_to(self.path).as_posix() for path in sorted(self.path.rglob(f"*{SUFFIX}")))

    def place(self, name: str) -> str:
        """Where a cassette is, from here."""
        path = self.path / name
        with suppress(ValueError):
            path = path.relative_to(Path.cwd())
        return path.as_posix()

    def save(self, name: str, content: bytes) -> None:
        """Put a cassette in the place of the old one. Whoever looks, and whenever a run dies, it is one or the other.

        :raises CassetteError: where it cannot be written; the old one is still there.
        """
        path = self.path / name
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):  # what is wrong may be the folder itself
                draft.unlink()
            raise CassetteError(f"{self.place(name)} cannot be written: {error.strerror}") from None
        for left in path.parent.glob(f".{_escape(path.name)}.*.draft"):  # by runs that were killed
            left.unlink(missing_ok=True)


def _escape(name: str) -> str:
    return re.sub(r"([\[*?])", r"[\1]", name)


class Archive:
    """Cassettes in a zip file: a thousand files in a wheel would slow down every start of pytest."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _file(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(self._path)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self._file.namelist())

    def find(self, name: str) -> bytes | None:
        """Read a cassette."""
        return self._file.read(name) if name in self._names else None

    def names(self) -> list[str]:
        """The names of all cassettes, in order."""
        return sorted(self._names)

    def place(self, name: str) -> str:
        """What a message calls a cassette."""
        return f"{self._path.name}/{name}"


def find_cassettes(shelf: Shelf, patterns: Sequence[str]) -> list[str]:
    """The names of a shelf's cassettes that fit one of the patterns; all where there are none."""
    return [name for name in shelf.names() if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)]


def copy_cassettes(shelf: Shelf, names: Iterable[str], folder: Folder) -> list[str]:
    """Copy cassettes into a folder, and tell where they are.

    :raises CassetteError: where one cannot be written.
    """
    places = []
    for name in names:
        folder.save(name, shelf.find(name) or b"")
        places.append(folder.place(name))
    return places


def shipped_shelf() -> Shelf:
    """The cassettes of the package: in an archive where it is installed, in a folder beside it in a checkout."""
    archive = _PACKAGE / "cassettes.zip"
    return Archive(archive) if archive.is_file() else Folder(_PACKAGE.parent / "cassettes")
