"""The line that tells how far a live run has come."""

import time
from collections import Counter
from collections.abc import Callable

import pytest

from pytest_keyauth.live.budget import Budget

__all__ = ["Progress"]

#: On a terminal the line is written anew; in a log there is another one now and then.
TERMINAL_S, LOG_S = 0.2, 30.0


class Progress:
    """Shows instead of pytest's dots what was found out so far.

    :param budget: gives the budget, once the run has begun.
    """

    def __init__(
        self, config: pytest.Config, budget: Callable[[], Budget], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._config = config
        self._budget = budget
        self._clock = clock
        self._words: Counter[str] = Counter()
        self._done = 0
        self._began = self._shown = clock()
        self._collected = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember how many tests there are; with pytest-xdist the workers know."""
        self._collected = len(session.items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Write no letter for what the line counts."""
        if hasattr(report, "wasxfail"):
            return "xfailed", "", "XFAIL"
        if report.when != "call" and report.passed:
            return "", "", ""
        category = "error" if report.when != "call" and report.failed else report.outcome
        return category, "", category.upper()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test, and show the line where it is time."""
        for finding in getattr(report, "keyauth_findings", ()):
            self._words[finding["result"]] += 1
        if report.when == "teardown":
            self._done += 1
            reporter = self._config.pluginmanager.get_plugin("terminalreporter")
            if reporter is not None and self._clock() - self._shown >= (TERMINAL_S if reporter.isatty else LOG_S):
                self._show(reporter)

    def _show(self, reporter: pytest.TerminalReporter) -> None:
        self._shown = self._clock()
        if reporter.isatty:
            reporter.rewrite(self.describe(), erase=True)
        else:
            reporter.write_line(self.describe())

    def pytest_sessionfinish(self) -> None:
        """Leave the terminal's line for what follows."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and self._done:
            reporter.write("\n")  # behind pytest's own last percentage
            self._show(reporter)

    def describe(self) -> str:
        """The line."""
        of = f"/{self._collected}" if self._collected else ""
        names = {
            "confirmed": "confirmed",
            "drifted": "drifted",
            "unreachable": "unreachable",
            "unprovokable": "skipped",
        }
        counts = [f"{self._words[word]} {name}" for word, name in names.items() if self._words[word]]
        minutes, seconds = divmod(int(self._clock() - self._began), 60)
        parts = [f"{self._done}{of} tests", *counts, f"{self._budget().sent} requests", f"{minutes}:{seconds:02}"]
        return f"keyauth: {', '.join(parts)}"
