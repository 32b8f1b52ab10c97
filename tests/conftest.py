"""How properties are searched, and what is said at the end of a run of what the guards counted."""

import os

import hypothesis
import pytest

# No deadline, since machines are shared; in CI always the same examples, so that a failure is the change's.
_PROJECT = hypothesis.settings(deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.register_profile("project", _PROJECT, max_examples=25)
hypothesis.settings.register_profile("thorough", _PROJECT, max_examples=500)
hypothesis.settings.load_profile("project")

COUNTED = "guard"

#: These have an environment of their own: `make neighbours`.
collect_ignore = ["neighbours"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == COUNTED:
                terminalreporter.line(f"guard: {value}")
