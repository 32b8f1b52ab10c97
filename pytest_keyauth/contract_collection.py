"""The contract modules that the package ships, and the law that they are under."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest

from pytest_keyauth.errors import UnknownOutcomeError

__all__ = ["MARKER", "ContractModule", "check_markers", "claimed_outcomes", "find_contracts", "is_contract"]

MARKER = "keyauth_outcome"

_PACKAGE = Path(__file__).parent
#: Installed they are in the package; in a checkout they stand beside it.
_ROOTS = (_PACKAGE / "contracts", _PACKAGE.parent / "contracts")


def find_contracts(provider: str) -> Path:
    """The folder with a provider's contract modules."""
    for root in _ROOTS:
        if (root / provider).is_dir():
            return root / provider
    raise FileNotFoundError(f"no contracts for {provider!r} in {' or '.join(map(str, _ROOTS))}; reinstall the package")


def is_contract(path: Path) -> bool:
    """Whether a file is one of the shipped contract modules."""
    return fnmatch(path.name, "test_*.py") and path.parent.parent in _ROOTS


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


def claimed_outcomes(item: pytest.Item) -> list[str]:
    """The outcomes that a test is marked for."""
    return [str(name) for mark in item.iter_markers(MARKER) for name in mark.args]


def check_markers(items: Sequence[pytest.Item], providers: Iterable[str]) -> None:
    """Refuse markers that name no documented outcome: all offenders in one error.

    :raises pytest.UsageError: names each test with its wrong outcome, and the nearest right ones.
    """
    claims = [(item, name) for item in items for name in claimed_outcomes(item)]
    if not claims:
        return
    from pytest_keyauth.outcomes import find_outcome, load_catalogue

    catalogues = [load_catalogue(provider) for provider in providers]
    known = {outcome.name for catalogue in catalogues for outcome in catalogue}
    offenders = []
    for item, name in claims:
        if name not in known:
            try:
                find_outcome(name, catalogues)
            except UnknownOutcomeError as error:
                offenders.append(f"{item.nodeid}: {error}")
    if offenders:
        raise pytest.UsageError("\n".join([f"the marker {MARKER} names outcomes that are not documented:", *offenders]))
