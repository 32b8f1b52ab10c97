"""Gathers what the tests of a run find out of each documented outcome, and tells it: reports, terminal, JUnit."""

from collections import defaultdict
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_keyauth import __version__
from pytest_keyauth.contract_collection import is_contract
from pytest_keyauth.errors import UnknownOutcomeError
from pytest_keyauth.fixtures import EXAMINER, SETTINGS, TRAFFIC, forget_earlier_try
from pytest_keyauth.guarding import only_shows
from pytest_keyauth.markers import OUTCOME, named_outcomes
from pytest_keyauth.settings import PROVIDERS

if TYPE_CHECKING:
    from pytest_keyauth.examination import Ending
    from pytest_keyauth.findings import Finding
    from pytest_keyauth.live_keeper import LiveKeeper
    from pytest_keyauth.outcomes import Outcome
    from pytest_keyauth.verdicts import Conclusion, Report, Verdict
    from pytest_keyauth.verified import Verified

__all__ = ["EXIT_STATUSES", "VerdictKeeper"]

FINDINGS = "keyauth_findings"

FOUND = pytest.StashKey[bool]()

#: How the node ids of shipped contracts begin, wherever they are installed.
CONTRACTS = tuple(f"contracts/{provider}/" for provider in PROVIDERS)

#: What a run of contracts ends with. A drift is what pytest says of any failed test, an outage `EX_UNAVAILABLE` of
#: sysexits.h, and a budget that did not suffice is, as pytest says, a usage error.
EXIT_STATUSES = {"confirmed": 0, "drift": 1, "outage": 69, "refused": 4, "incomplete": 4}


class VerdictKeeper:
    """What a run says of outcomes; in workers of pytest-xdist all but the report.

    :param live: the keeper of a live run; None where emulators or cassettes answer.
    :param tell: is told each secret's kind and value when a test meets it.
    :raises SettingsError: where no report can be written, or the file of confirmations is none.
    """

    def __init__(self, config: pytest.Config, live: "LiveKeeper | None", tell: Callable[[str, str], None]) -> None:
        from pytest_keyauth.recording.addresses import Addresses
        from pytest_keyauth.reports.files import check_places
        from pytest_keyauth.verified import read_verified

        check_places(config.stash[SETTINGS].reports)
        self._config = config
        self._live = live
        self._tell = tell
        self._settings = config.stash[SETTINGS]
        self._addresses = Addresses(self._settings.urls)
        self._started = datetime.now(UTC)
        self._findings: dict[str, list[Finding]] = defaultdict(list)
        self._own_failed = self._unclaimed_failed = False
        self._report: Report | None = None
        self._path: Path = config.rootpath / self._settings.verified
        self._verified: Verified = read_verified(self._path)
        self._keeps_evidence = any(".json" in place or place.startswith("json:") for place in self._settings.reports)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Get ready to look at what a test says."""
        from pytest_keyauth.examination import Examiner

        forget_earlier_try(item, EXAMINER, FOUND)
        item.stash[EXAMINER] = Examiner(
            item.nodeid,
            self._addresses,
            self._tell,
            secrets=self._settings.secrets(),
            keeps_evidence=self._keeps_evidence,
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Say with a test's report what it has found out, as soon as that is clear."""
        report = yield
        claimed = named_outcomes(item, OUTCOME)
        if claimed and FOUND not in item.stash and (report.when == "call" or not report.passed):
            item.stash[FOUND] = True
            self._examine(item, report, claimed)
        elif report.failed and is_contract(item.path) and TRAFFIC in item.stash:
            _soften_trouble(item, report)
        return report

    def _examine(self, item: pytest.Item, report: pytest.TestReport, claimed: list[str]) -> None:
        from pytest_keyauth.ledger import Traffic
        from pytest_keyauth.reports.junit import properties_of

        examiner, traffic = item.stash[EXAMINER], item.stash.get(TRAFFIC, Traffic())
        ending = _read_ending(report)
        findings = [examiner.examine(outcome, ending, traffic) for outcome in _look_up(claimed)]
        vars(report)[FINDINGS] = [finding.to_plain() for finding in findings]
        for finding in findings:
            item.user_properties += properties_of(finding)
        if report.failed and is_contract(item.path):
            self._soften(item, report, findings)

    def _soften(self, item: pytest.Item, report: pytest.TestReport, findings: "list[Finding]") -> None:
        """A contract that could not ask says nothing of the provider; and what somebody has accepted is expected."""
        if all(finding.result == "unreachable" for finding in findings):
            _skip(item, report, findings[0].reason)
            return
        drifted = [finding for finding in findings if finding.result == "drifted"]
        accepted = [self._verified.accepts(finding.outcome, finding.deviations) for finding in drifted]
        if drifted and all(accepted):
            report.outcome = "skipped"
            report.wasxfail = f"not as documented, which was accepted on {accepted[0]}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather what a test has found out."""
        from pytest_keyauth.findings import Finding

        found = [Finding.from_plain(plain) for plain in getattr(report, FINDINGS, ())]
        for finding in found:
            self._findings[finding.outcome].append(finding)
        if report.failed and not found:
            self._unclaimed_failed = True
        if report.failed and not report.nodeid.startswith(CONTRACTS):
            self._own_failed = True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Come to a conclusion, write it down, and end the run with it."""
        if hasattr(self._config, "workerinput") or only_shows(self._config) or not _has_run(exitstatus):
            return
        if not (self._findings or self._settings.contracts or self._settings.reports):
            return
        from pytest_keyauth.reports.files import write_report

        self._report = report = self._conclude()
        write_report(report, self._settings.reports)
        if self._live is not None:
            self._keep_verified(report)
            if self._settings.contracts and self._decides(report):
                session.exitstatus = EXIT_STATUSES[report.conclusion]

    def _decides(self, report: "Report") -> bool:
        """Whether the outcomes alone say how the run ends, and not a test that failed beside them."""
        nothing_answers = report.conclusion == "outage" and not report.count("confirmed")
        return not self._own_failed and (nothing_answers or not self._unclaimed_failed)

    def _conclude(self) -> "Report":
        from pytest_keyauth.outcomes import load_catalogue
        from pytest_keyauth.verdicts import Report, conclude, doubt

        providers = self._settings.contracts or PROVIDERS
        verdicts = doubt([self._judge(outcome) for provider in providers for outcome in load_catalogue(provider)])
        causes = [finding.cause for findings in self._findings.values() for finding in findings]
        conclusion: Conclusion = conclude(verdicts, causes)
        return Report(
            version=__version__,
            target=self._settings.target,
            seed=self._settings.seed,
            started=self._started,
            seconds=round((datetime.now(UTC) - self._started).total_seconds(), 1),
            conclusion=conclusion,
            verdicts=verdicts,
            servers={name: access.describe() for name, access in self._settings.accesses.items()},
            requests=self._live.run.budget.sent if self._live is not None else 0,
            details=(*self._details(), *(["its budget of requests was spent"] if "budget" in causes else [])),
        )

    def _details(self) -> list[str]:
        return self._live.details if self._live is not None else []

    def _judge(self, outcome: "Outcome") -> "Verdict":
        from dataclasses import replace

        from pytest_keyauth.verdicts import judge

        findings = self._findings.get(outcome.name, [])
        verdict = judge(outcome, findings, self._verified.confirmed_on(outcome.name))
        if verdict.word == "confirmed" and self._counts(outcome.provider):
            return replace(verdict, confirmed_on=self._started.date())
        accepted = self._verified.accepts(outcome.name, verdict.deviations) if verdict.word == "drifted" else None
        if accepted is not None:
            return replace(verdict, word="accepted", reason=f"accepted on {accepted}")
        return verdict

    def _counts(self, provider: str) -> bool:
        """Whether a provider's answers are a real provider's, and not an emulator's on this machine."""
        if self._live is None:
            return False
        return self._settings.keeps_verified or self._settings.is_distant_at(provider)

    def _keep_verified(self, report: "Report") -> None:
        counted = [verdict for verdict in report.verdicts if self._counts(verdict.outcome.provider)]
        if counted:
            servers = {name: access.url for name, access in self._settings.accesses.items()}
            self._verified = self._verified.update(counted, servers, self._started.date())
            self._verified.write(self._path)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what the run has come to."""
        if self._report is None or (self._live is None and not self._settings.reports):
            return
        from pytest_keyauth.reports.terminal import summarize_report

        terminalreporter.section("keyauth verdicts", sep="-")
        for line in summarize_report(self._report, quiet=terminalreporter.config.get_verbosity() < -1):
            terminalreporter.line(line)


def _soften_trouble(item: pytest.Item, report: pytest.TestReport) -> None:
    """A contract that is for no outcome, and could not ask, says nothing of the provider either."""
    if troubles := item.stash[TRAFFIC].troubles:
        _skip(item, report, troubles[0].describe())


def _skip(item: pytest.Item, report: pytest.TestReport, reason: str) -> None:
    path, line, _ = item.location
    report.outcome = "skipped"
    report.longrepr = (path, line or 0, f"Skipped: not reached: {reason}")


def _has_run(exitstatus: int) -> bool:
    return exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


def _look_up(names: list[str]) -> "list[Outcome]":
    from pytest_keyauth.outcomes import find_outcome, load_catalogue

    catalogues = [load_catalogue(provider) for provider in PROVIDERS]
    found = []
    for name in names:
        try:
            found.append(find_outcome(name, catalogues))
        except UnknownOutcomeError:  # which has failed the run when tests were collected
            continue
    return found


def _read_ending(report: pytest.TestReport) -> "Ending":
    from pytest_keyauth.examination import Ending

    failure: Any = report.longrepr
    if report.skipped:
        reason = failure[2] if isinstance(failure, tuple) else str(failure or "")
        return Ending("skipped", str(reason).removeprefix("Skipped: "))
    if report.passed:
        return Ending("passed")
    crash = getattr(failure, "reprcrash", None)
    return Ending("failed", str(getattr(crash, "message", failure or "")))
