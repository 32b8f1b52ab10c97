"""The contract modules that the package ships."""

from collections.abc import Generator, Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest

__all__ = [
    "ContractModule",
    "ContractPath",
    "find_contracts",
    "is_contract",
    "is_shipped",
    "place_contracts",
]

_PACKAGE = Path(__file__).parent
#: Installed they are in the package; in a checkout they stand beside it.
_ROOTS = (_PACKAGE / "contracts", _PACKAGE.parent / "contracts")


def find_contracts(provider: str) -> Path:
    """The folder with a provider's contract modules."""
    for root in _ROOTS:
        if (root / provider).is_dir():
            return root / provider
    raise FileNotFoundError(f"no contracts for {provider!r} in {' or '.join(map(str, _ROOTS))}; reinstall the package")


def is_shipped(path: Path) -> bool:
    """Whether a file is one of those that the contracts consist of."""
    return path.parent.parent in _ROOTS


def is_contract(path: Path) -> bool:
    """Whether a file is one of the shipped contract modules."""
    return fnmatch(path.name, "test_*.py") and is_shipped(path)


def place_contracts(arguments: Sequence[str], folders: Sequence[Path], directory: Path) -> list[str]:
    """Add contract folders to what pytest was asked to collect.

    ``contracts`` among the arguments stands for the folders, and a contract's node id for that contract, as long as the
    user has no such file: then nothing is added, so that they can be run by themselves. A worker of pytest-xdist is
    given what its controller has placed.
    """
    placed: list[str] = []
    for argument in arguments:
        path, separator, rest = argument.partition("::")
        root, *below = Path(path).parts or ("",)
        shipped = (directory / path).resolve() in _ROOTS or (root == "contracts" and not (directory / path).exists())
        if shipped and not below:
            placed += map(str, folders)
        elif shipped:
            placed.append(str(folders[0].parent.joinpath(*below)) + separator + rest)
        else:
            placed.append(argument)
    alone = any(path == folder or folder in path.parents for path in _paths(placed, directory) for folder in folders)
    return placed if alone else [*placed, *map(str, folders)]


def _paths(arguments: Sequence[str], directory: Path) -> list[Path]:
    return [(directory / argument.partition("::")[0]).resolve() for argument in arguments]


class ContractPath:
    """The path to contract folders through folders that pytest leaves out.

    pytest drops an argument that is below another one. Where the package is installed in a virtual environment of the
    user's project, the contracts are below the project, and the virtual environment is left out.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)
        self._opened: set[Path] = set()

    def also(self, folder: Path) -> None:
        """Let one more folder in. Two paths would shut out each other's."""
        self._folders = (*self._folders, folder)

    @pytest.hookimpl(wrapper=True)
    def pytest_ignore_collect(self, collection_path: Path) -> Generator[None, bool | None, bool | None]:
        """Let the folders that lead to contracts in, and nothing else of what is left out."""
        ignored = yield
        if any(collection_path == folder or collection_path in folder.parents for folder in self._folders):
            if ignored:
                self._opened.add(collection_path)
            return False
        if any(folder in collection_path.parents for folder in self._folders):
            return ignored
        return True if not self._opened.isdisjoint(collection_path.parents) else ignored


class ContractModule(pytest.Module):
    """A contract module: collected by our own naming, whatever the user's ``python_functions`` says.

    Its node id is the same wherever the package is installed, so that what follows from it (made-up data) is too.
    """

    @classmethod
    def collect_file(cls, parent: pytest.Collector, path: Path) -> "ContractModule":
        """The collector of one contract module."""
        module: ContractModule = cls.from_parent(parent, path=path, nodeid=f"contracts/{path.parent.name}/{path.name}")
        return module

    def funcnamefilter(self, name: str) -> bool:
        """Contracts are functions named ``test_…``."""
        return name.startswith("test_")

    def classnamefilter(self, _name: str) -> bool:
        """Contracts are never in classes."""
        return False
