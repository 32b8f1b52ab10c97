"""Says at the end of a run what the guards counted."""

import pytest

COUNTED = "guard"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == COUNTED:
                terminalreporter.line(f"guard: {value}")
