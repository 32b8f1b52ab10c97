"""Keeps the secrets of a run out of what pytest says of it: failures, captured output, logs, JUnit files."""

import logging
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pytest_keyauth.contract_collection import is_contract
from pytest_keyauth.recording.scrubbing import Scrubber, ScrubbingFilter, scrub_collection, scrub_report
from pytest_keyauth.settings import Settings

__all__ = ["ReportScrubber"]


class ReportScrubber:
    """Knows the credentials of a live target, and all that recordings meet."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._junit: Any = None
        self._begin()

    def _begin(self) -> None:
        """Know what the run is told, and nothing that a test has met."""
        # A person may have typed what goes to a real provider; what goes to an emulator is made up.
        self._scrubber = Scrubber(hides_samples=self._settings.target == "live")
        for kind, value in self._settings.secrets():
            self._scrubber.add(kind, value)
        self._filter = ScrubbingFilter(self._scrubber)

    def learn(self, kind: str, value: str) -> None:
        """Learn a secret that a test has met."""
        self._scrubber.add(kind, value)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Forget what an earlier contract has met: a thousand of them meet ten thousand secrets, each its own.

        A user's tests may share what one of them has got.
        """
        if is_contract(item.path):
            self._begin()

    # Innermost, so that the handlers of pytest's own are there.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, Any]:
        """Scrub what is logged."""
        __tracebackhide__ = True
        with self._scrubbed_logs():
            return (yield)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        """Scrub what is logged."""
        __tracebackhide__ = True
        with self._scrubbed_logs():
            return (yield)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        """Scrub what is logged."""
        __tracebackhide__ = True
        with self._scrubbed_logs():
            return (yield)

    @contextmanager
    def _scrubbed_logs(self) -> Iterator[None]:
        handlers, scrubbing = list(logging.getLogger().handlers), self._filter
        for handler in handlers:
            handler.addFilter(_is_told_in_time)
            handler.addFilter(scrubbing)
        try:
            yield
        finally:
            for handler in handlers:
                handler.removeFilter(scrubbing)
                handler.removeFilter(_is_told_in_time)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Scrub a warning, which the summary shows at the end."""
        text = str(warning_message.message)
        if self._scrubber.shows_in(text):
            warning_message.message = UserWarning(self._scrubber.scrub(text))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Scrub what a module said when it was imported."""
        report = yield
        if report.longrepr is not None or report.sections:
            scrub_collection(report, self._scrubber)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Scrub a report, when all others have said what they have to say in it."""
        report = yield
        self._scrub(report)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Scrub the report of a subtest, to which pytest adds what was captured after it was made."""
        if hasattr(report, "context"):
            self._scrub(report)
        if report.when == "teardown" and self._junit is not None:
            attributes = self._junit.node_reporter(report).attrs  # of record_xml_attribute
            attributes.update({name: self._scrubber.scrub(value) for name, value in attributes.items()})

    def _scrub(self, report: pytest.TestReport) -> None:
        if report.longrepr is not None or report.sections or report.user_properties or _says_more(report):
            scrub_report(report, self._scrubber)

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Find pytest's writer of JUnit files, which keeps to itself what tests give it past their reports."""
        plugins = session.config.pluginmanager.get_plugins()
        self._junit = next((plugin for plugin in plugins if hasattr(plugin, "global_properties")), None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Scrub the properties of the whole run, before they are written."""
        if self._junit is not None:
            told = self._junit.global_properties
            told[:] = [(self._scrubber.scrub(name), self._scrubber.scrub(value)) for name, value in told]


def _says_more(report: pytest.TestReport) -> bool:
    """Whether a report has the reason of an expected failure, or what a subtest was given."""
    return hasattr(report, "wasxfail") or hasattr(report, "context")


#: Loggers that tell a request or an answer before the recording has met it, so that its secrets are not known.
_HASTY_LOGGERS = ("vcr", "httpcore")


def _is_told_in_time(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in _HASTY_LOGGERS
