from pathlib import Path
from typing import Any

import pytest

from pytest_keyauth.cassette_summary import SHOWN, CassetteTally, find_orphans
from pytest_keyauth.recording.library import Library

A, B = "tests/test_a.py::test_a", "tests/test_b.py::test_b"


def tally(*taken: dict[str, Any]) -> CassetteTally:
    total = CassetteTally()
    for item in taken:
        total.add(item)
    return total


def played(test: str, unplayed: tuple[str, ...] = (), *, stale: bool = False) -> dict[str, Any]:
    origin = "emulator 0.1.0"
    return {"test": test, "played": "place", "origin": origin, "unplayed": [*unplayed], "stale": stale}


def recorded(test: str, place: str | None = "cassettes/a.yaml") -> dict[str, Any]:
    return {"test": test, "recorded": place, "origin": "live 2026-01-05"}


def test_without_cassettes_nothing_is_said() -> None:
    assert [*tally().summarize(strict=True)] == []
    assert [*tally({"test": A, "recorded": None}).summarize(strict=True)] == []


def test_a_recording_that_held_a_secret_is_told_from_one_whose_test_failed() -> None:
    both = tally({"test": A, "failed": True}, {"test": B, "refused": True})
    assert [*both.summarize(strict=False)] == [
        "  not recorded, since the test did not pass:",
        f"    {A}",
        "  not recorded, since a secret would have been kept:",
        f"    {B}",
    ]


def test_what_was_recorded_and_played_is_counted_with_its_origins() -> None:
    assert [*tally(recorded(A)).summarize(strict=False)] == ["1 cassette recorded from live 2026-01-05"]
    both = tally(played(A), played(B))
    assert [*both.summarize(strict=True)] == ["2 cassettes played, recorded from emulator 0.1.0"]
    assert both.problems == 0


def test_what_does_not_fit_is_listed_by_its_reason_and_counted() -> None:
    total = tally(played(A, ("GET /users", "GET /status")), played(B, stale=True), {"test": "t", "failed": True})
    total.orphans.update(["cassettes/c.yaml"])
    total.missing_outcomes = ["a/200/b"]
    assert total.problems == 3
    assert [*total.summarize(strict=True)] == [
        "  not recorded, since the test did not pass:",
        "    t",
        "  outcomes that no cassette shows:",
        "    a/200/b",
        "2 cassettes played, recorded from emulator 0.1.0",
        "  not played whole:",
        f"    {A}: GET /users, GET /status",
        "  stale: the test has changed since it was recorded:",
        f"    {B}",
        "  orphans: cassettes of no test:",
        "    cassettes/c.yaml",
        "FAILED: 3 cassettes not as --keyauth-strict-cassettes wants",
    ]


def test_it_fails_only_where_it_was_asked_to_be_strict() -> None:
    assert not any("FAILED" in line for line in tally(played(A, stale=True)).summarize(strict=False))


def test_a_long_list_is_cut_short() -> None:
    names = [f"t.py::test_{number:03}" for number in range(SHOWN + 2)]
    lines = [*tally(*(played(name, stale=True) for name in reversed(names))).summarize(strict=False)]
    assert lines[-2:] == [f"    {names[SHOWN - 1]}", "    and 2 more"]


# Orphans


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.chdir(tmp_path)
    library = Library(tmp_path / "cassettes")
    names = (
        "tests/test_a/test_a.yaml",
        "tests/test_a/test_gone.yaml",
        "keytrac/test_users/test_a.yaml",
        "keytrac/test_gone/test_a.yaml",
        "outcomes/keytrac/listUsers/200/listed.yaml",
    )
    for name in names:
        library.folder.save(name, b"{}")
    return library


def test_a_cassette_is_an_orphan_where_all_tests_of_its_file_are_there_and_none_is_its(
    library: Library, tmp_path: Path
) -> None:
    assert find_orphans(library, {A: True}, {}, tmp_path) == ["cassettes/tests/test_a/test_gone.yaml"]


def test_nobody_knows_of_a_file_of_which_only_some_tests_were_collected(library: Library, tmp_path: Path) -> None:
    assert find_orphans(library, {A: False}, {}, tmp_path) == []


def test_a_cassette_of_contracts_is_an_orphan_where_their_module_is_gone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/test_users.py").write_text("")
    orphans = find_orphans(library, {}, {"keytrac": tmp_path / "contracts"}, tmp_path)
    assert orphans == ["cassettes/keytrac/test_gone/test_a.yaml"]


def test_a_cassette_of_a_users_own_test_is_an_orphan_where_its_file_is_gone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_there.py").write_text("")
    for name in ("test_there", "test_away"):
        content = f'{{"version": 1, "keyauth": {{"test": "tests/{name}.py::test_it"}}, "interactions": []}}'
        library.folder.save(f"tests/{name}/test_it.yaml", content.encode())
    assert find_orphans(library, {}, {}, tmp_path) == ["cassettes/tests/test_away/test_it.yaml"]


def test_of_a_test_that_was_run_again_the_last_try_counts() -> None:
    tally = CassetteTally()
    for taken in ({"failed": True}, {"refused": True}, {"recorded": "a.yaml", "origin": "emulator 1"}):
        tally.add({"test": "test_a.py::test_it", **taken})
    tally.add({"test": "test_a.py::test_other", "failed": True})
    assert list(tally.summarize(strict=False)) == [
        "1 cassette recorded from emulator 1",
        "  not recorded, since the test did not pass:",
        "    test_a.py::test_other",
    ]
