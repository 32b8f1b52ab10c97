"""Opens a take for each test that is recorded or played, and says at the end how cassettes and tests fit together."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_keyauth.contract_collection import find_contracts, is_contract
from pytest_keyauth.errors import CassetteError, SecretFoundError
from pytest_keyauth.fixtures import SETTINGS, TAKE, cassette_folder, forget_earlier_try
from pytest_keyauth.markers import CASSETTE, OUTCOME, named_outcomes

if TYPE_CHECKING:
    from pytest_keyauth.recording.cassette import Origin
    from pytest_keyauth.recording.recorder import Recorder
    from pytest_keyauth.takes import TestText

__all__ = ["CassetteKeeper"]

ORPHANS = "keyauth_orphans"
TAKEN = "keyauth_take"

FAILED = pytest.StashKey[bool]()

#: What became of a test's take, until its report is made.
FINISHED = pytest.StashKey[dict[str, Any]]()


class CassetteKeeper:
    """What a run does with cassettes; in workers of pytest-xdist all but the summary.

    :param tell: is told each secret that a recording meets.
    """

    def __init__(self, config: pytest.Config, tell: Callable[[str, str], None]) -> None:
        from pytest_keyauth.cassette_summary import CassetteTally
        from pytest_keyauth.recording.addresses import Addresses
        from pytest_keyauth.recording.library import Library

        self._config = config
        self._tell = tell
        self._settings = config.stash[SETTINGS]
        self._library: Library = Library(cassette_folder(config))
        self._addresses = Addresses(self._settings.urls)
        self._tally: CassetteTally = CassetteTally()
        self._origin: Origin | None = None
        self._recorder: Recorder | None = None
        self._deselected: set[Path] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Open the take of a test."""
        from pytest_keyauth.takes import RecordingTake, ReplayingTake

        forget_earlier_try(item, TAKE, FAILED)
        self._recorder = None
        test = _test_text(item)
        if self._settings.target == "cassettes":
            item.stash[TAKE] = ReplayingTake(test, self._library, self._addresses)
        elif _is_recorded(item) and (self._settings.record == "all" or not self._library.has_own(item.nodeid)):
            item.stash[TAKE] = take = RecordingTake(
                test,
                self._library,
                self._addresses,
                self._find_origin(),
                keeps_samples=self._settings.target == "emulator",
                tell=self._tell,
                secrets=self._settings.secrets(),
            )
            self._recorder = take.recorder

    def _find_origin(self) -> "Origin":
        if self._origin is None:
            from pytest_keyauth.takes import find_origin

            self._origin = find_origin(self._settings)
        return self._origin

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Fail a test whose code has swallowed that a cassette has no answer."""
        result = yield
        from pytest_keyauth.takes import ReplayingTake

        take = item.stash.get(TAKE, None)
        if isinstance(take, ReplayingTake):
            take.check()
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Keep what was recorded, when the last fixture has said its last word."""
        from pytest_keyauth.takes import RecordingTake

        take = item.stash.get(TAKE, None)
        if isinstance(take, RecordingTake):
            item.stash[FINISHED] = {"test": item.nodeid, "failed": True}  # until it is kept: a fixture may fail yet
        result = yield
        if take is not None and not item.stash.get(FAILED, False):
            try:
                taken = take.finish()
            except SecretFoundError:
                item.stash[FINISHED] = {"test": item.nodeid, "refused": True}
                raise
            if taken is not None:
                item.stash[FINISHED] = taken
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: "pytest.FixtureDef[Any]") -> Generator[None, Any, Any]:
        """Refuse to record what would be in the cassette of whichever test happens to be the first."""
        __tracebackhide__ = True  # a fixture that fails is no matter of ours
        recorder = self._recorder
        before = 0 if recorder is None else len(recorder)
        result = yield
        if recorder is not None and fixturedef.scope != "function" and len(recorder) > before:
            error = CassetteError(
                f"the fixture {fixturedef.argname} has the scope {fixturedef.scope} and sent a request while a test "
                "was recorded: its answer would be in the cassette of that test alone, and be missed by all others. "
                "Let fixtures that send requests have the scope function"
            )
            if fixturedef.cached_result is not None:  # or the next test would have it without an error
                fixturedef.cached_result = (None, fixturedef.cached_result[1], (error, None))
            raise error
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[Any]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send what became of a take along with the test's report."""
        report = yield
        if not report.passed:
            item.stash[FAILED] = True
        mismatch = getattr(item.stash.get(TAKE, None), "mismatch", None)
        if report.failed and mismatch is not None and call.excinfo is not None and call.excinfo.value is not mismatch:
            report.sections.append(("keyauth", str(mismatch)))  # the tested code made another failure of it
        if report.when == "teardown" and FINISHED in item.stash:
            vars(report)[TAKEN] = item.stash[FINISHED]
            del item.stash[FINISHED]
        return report

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Remember of which files not all tests are there."""
        self._deselected.update(item.path for item in items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Find cassettes that no test is there for."""
        if hasattr(self._config, "workerinput") and self._config.workerinput["workerid"] != "gw0":
            return
        if not session.items or session.config.getoption("numprocesses", None):
            return
        from pytest_keyauth.cassette_summary import find_orphans

        folder = self._config.invocation_params.dir
        partial = {(folder / path).resolve() for path, colons, _ in map(_split, self._config.args) if colons}
        whole = {item.path for item in session.items} - self._deselected - partial
        tests = {item.nodeid: item.path in whole for item in session.items}
        folders = {provider: find_contracts(provider) for provider in self._settings.contracts}
        orphans = find_orphans(self._library, tests, folders, self._config.rootpath)
        self._tally.orphans.update(orphans)
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[ORPHANS] = orphans

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker has found."""
        self._tally.orphans.update(getattr(node, "workeroutput", {}).get(ORPHANS, ()))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a take."""
        if taken := getattr(report, TAKEN, None):
            self._tally.add(taken)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the outcomes of what was recorded; fail a strict run."""
        if hasattr(self._config, "workerinput"):
            return
        if self._settings.record != "none" and self._settings.contracts and self._tally.recorded:
            from pytest_keyauth.recording.library import write_outcomes

            self._tally.missing_outcomes = write_outcomes(self._library.folder, self._settings.contracts)
        if self._settings.strict_cassettes and self._tally.problems and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how it went."""
        lines = list(self._tally.summarize(strict=self._settings.strict_cassettes))
        if lines:
            terminalreporter.section("keyauth cassettes", sep="-")
            for line in lines:
                terminalreporter.line(line)


def _split(argument: str) -> tuple[str, str, str]:
    return argument.partition("::")


def _is_recorded(item: pytest.Item) -> bool:
    return is_contract(item.path) or item.get_closest_marker(CASSETTE) is not None


def _test_text(item: pytest.Item) -> "TestText":
    from pytest_keyauth.takes import TestText

    owner = getattr(item, "cls", None)
    name = owner.__name__ if owner is not None else getattr(item, "originalname", None) or item.name
    return TestText(item.nodeid, item.path, name, tuple(named_outcomes(item, OUTCOME)))
