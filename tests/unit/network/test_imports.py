import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_keyauth.network.imports import ImportWatch

TOLD: list[str] = []


@pytest.fixture
def watches() -> Iterator[tuple[ImportWatch, ImportWatch]]:
    """Two that watch for the same module, as in a run within a run."""
    watches = tuple(ImportWatch(["watched_module"], lambda name=name: TOLD.append(name)) for name in ("outer", "inner"))
    TOLD.clear()
    for watch in watches:
        watch.begin()
    yield watches
    for watch in watches:
        watch.end()


def test_all_who_watch_are_told_once_a_module_has_been_imported(
    watches: tuple[ImportWatch, ImportWatch], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.joinpath("watched_module.py").write_text("LOADER = __spec__.loader\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__("watched_module")
    del sys.modules["watched_module"]
    assert sorted(TOLD) == ["inner", "outer"]
    assert type(module.__loader__).__name__ == "SourceFileLoader"
    assert module.LOADER is module.__spec__.loader is module.__loader__


def test_what_is_not_there_is_found_by_nobody(watches: tuple[ImportWatch, ImportWatch]) -> None:
    with pytest.raises(ModuleNotFoundError):
        __import__("watched_module")
    assert not TOLD


def test_who_has_ended_watches_no_longer(watches: tuple[ImportWatch, ImportWatch]) -> None:
    for watch in watches:
        watch.begin()
        watch.end()
        watch.end()
        assert watch not in sys.meta_path
