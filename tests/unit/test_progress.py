from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_keyauth.live.budget import Budget
from pytest_keyauth.live.run_file import RunFile
from pytest_keyauth.progress import LOG_S, Progress


class Terminal:
    def __init__(self, *, isatty: bool) -> None:
        self.isatty = isatty
        self.lines: list[str] = []

    def rewrite(self, line: str, **_: bool) -> None:
        self.lines.append(line)

    def write_line(self, line: str) -> None:
        self.lines.append(line)

    def write(self, text: str) -> None:
        self.lines.append(text)


def report(when: str, *results: str, outcome: str = "passed") -> Any:
    found = [{"result": result} for result in results]
    is_failed = outcome == "failed"
    return SimpleNamespace(when=when, outcome=outcome, keyauth_findings=found, passed=not is_failed, failed=is_failed)


@pytest.mark.parametrize("isatty", [True, False])
def test_the_line_counts_what_was_found_out_and_what_was_sent(tmp_path: Path, isatty: bool) -> None:
    terminal, now = Terminal(isatty=isatty), [0.0]
    config: Any = SimpleNamespace(pluginmanager=SimpleNamespace(get_plugin=lambda _name: terminal))
    budget = Budget(RunFile(tmp_path / "run"), None, None)
    progress = Progress(config, lambda: budget, lambda: now[0])
    progress.pytest_collection_finish(SimpleNamespace(items=[1, 2, 3]))  # type: ignore[arg-type]
    budget.take("https://a.example")
    progress.pytest_runtest_logreport(report("call", "confirmed", "drifted"))
    progress.pytest_runtest_logreport(report("teardown"))
    assert terminal.lines == []  # not yet: nobody reads a line that is gone at once
    now[0] = LOG_S + 45
    progress.pytest_runtest_logreport(report("call", "unreachable"))
    progress.pytest_runtest_logreport(report("teardown"))
    assert terminal.lines == ["keyauth: 2/3 tests, 1 confirmed, 1 drifted, 1 unreachable, 1 requests, 1:15"]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (report("setup"), ("", "", "")),
        (report("call"), ("passed", "", "PASSED")),
        (report("call", outcome="failed"), ("failed", "", "FAILED")),
        (report("setup", outcome="failed"), ("error", "", "ERROR")),
    ],
)
def test_no_letter_is_written_for_what_the_line_counts(told: Any, shown: tuple[str, str, str]) -> None:
    progress = Progress(SimpleNamespace(), lambda: None)  # type: ignore[arg-type, return-value]
    assert progress.pytest_report_teststatus(told) == shown
