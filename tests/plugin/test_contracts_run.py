"""The shipped contracts, as somebody runs them in an empty folder."""

import subprocess
import sys

import pytest

CONTRACTS = ("-p", "pytest_keyauth", "--keyauth-contracts=keytrac")
SOME = ("-k", "create_user or list_users or show_status")

REVERSED = """
    def pytest_collection_modifyitems(items):
        items.reverse()
"""


def coverage(lines: list[str]) -> str:
    """The line that counts KeyTrac's outcomes."""
    [line] = [line for line in lines if line.startswith("keytrac ") and line.endswith("/119 outcomes")]
    return line


def all_passed(lines: list[str]) -> int:
    """How many tests there were, all of which passed without a warning."""
    outcomes = pytest.RunResult.parse_summary_nouns(lines)
    assert set(outcomes) - {"deselected"} == {"passed"}
    return outcomes["passed"]


def witnessed(result: pytest.RunResult) -> tuple[int, str]:
    """How many contracts passed, and how many outcomes they witnessed."""
    assert result.ret == pytest.ExitCode.OK
    return all_passed(result.stdout.lines), coverage(result.stdout.lines)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    """What some contracts come to in an ordinary run."""
    command = [sys.executable, "-m", "pytest", *CONTRACTS, *SOME]
    run = subprocess.run(command, cwd=tmp_path_factory.mktemp("usual"), capture_output=True, text=True, check=True)
    lines = run.stdout.splitlines()
    assert all_passed(lines) > 20
    return all_passed(lines), coverage(lines)


@pytest.mark.slow
def test_all_contracts_pass_in_an_empty_folder_and_leave_nothing_there(pytester: pytest.Pytester) -> None:
    pytester.mkdir("empty")
    result = pytester.runpytest_subprocess(
        *("-p", "pytest_keyauth", "-p", "no:cacheprovider", "--rootdir=empty", "--strict-config", "--strict-markers"),
        *("-W", "error", "--keyauth-contracts=keytrac", "--keyauth-fail-under=100", "empty"),
    )
    passed, covered = witnessed(result)
    assert passed > 119
    assert covered == "keytrac 119/119 outcomes"
    result.stdout.fnmatch_lines(["100.0 % witnessed, --keyauth-fail-under=100 reached"])
    assert "not witnessed:" not in result.stdout.str()
    assert list((pytester.path / "empty").iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["-n2"], id="workers", marks=pytest.mark.slow),
        pytest.param(
            ["-p", "no:xdist", "-p", "no:anyio", "-p", "no:cacheprovider"],
            id="no-other-plugins",
            marks=pytest.mark.slow,
        ),
        pytest.param(["--import-mode=importlib"], id="importlib", marks=pytest.mark.slow),
        pytest.param(["--doctest-modules"], id="doctests", marks=pytest.mark.slow),
    ],
)
def test_contracts_run_the_same_way(pytester: pytest.Pytester, usual: tuple[int, str], arguments: list[str]) -> None:
    assert witnessed(pytester.runpytest_subprocess(*CONTRACTS, *SOME, *arguments)) == usual


@pytest.mark.slow
def test_contracts_run_where_plugins_are_not_loaded_by_themselves(
    pytester: pytest.Pytester, usual: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert witnessed(pytester.runpytest_subprocess(*CONTRACTS, *SOME)) == usual


@pytest.mark.slow
def test_contracts_run_in_workers_where_plugins_are_not_loaded_by_themselves(
    pytester: pytest.Pytester, usual: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert witnessed(pytester.runpytest_subprocess(*CONTRACTS, *SOME, "-p", "xdist", "-n2")) == usual


@pytest.mark.slow
def test_contracts_run_without_naming_the_plugin_where_plugins_are_loaded_by_themselves(
    pytester: pytest.Pytester, usual: tuple[int, str]
) -> None:
    assert witnessed(pytester.runpytest("--keyauth-contracts=keytrac", *SOME)) == usual


@pytest.mark.slow
def test_contracts_run_in_any_order(pytester: pytest.Pytester, usual: tuple[int, str]) -> None:
    pytester.makepyfile(backwards=REVERSED)
    assert witnessed(pytester.runpytest_subprocess(*CONTRACTS, *SOME, "-p", "backwards")) == usual


def test_contracts_run_beside_the_tests_of_a_consumer(pytester: pytest.Pytester, usual: tuple[int, str]) -> None:
    pytester.makepyfile(
        test_mine="def test_list_users_of_mine(keytrac): keytrac.get('/users')",
        test_other="def test_list_users_otherwise(): raise AssertionError",
    )
    mine = witnessed(pytester.runpytest("--keyauth-contracts=keytrac", *SOME, "test_mine.py"))
    assert mine == (usual[0] + 1, usual[1])


def test_a_contract_that_fails_shows_what_was_answered(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(autouse=True)
        def unverified(keytrac_emulator): keytrac_emulator.configure(verified=False)
        """
    )
    result = pytester.runpytest_subprocess(*CONTRACTS, "-k", "an_account_without_users_has_an_empty_list")
    result.assert_outcomes(failed=1, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(["E * assert (403, *) == (200, *"])
