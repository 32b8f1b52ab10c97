"""Plants bugs in the emulators, one at a time, and tells which of them no test noticed.

A script of its own, since it runs pytest many times over: ``python bug_run.py REPORT.json all``, or ``handful`` for one
of each of the kinds in HANDFUL. For each bug, the tests that ought to notice it run until one of them fails.
"""

import json
import sys
from pathlib import Path

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

sys.path.insert(0, str(Path(__file__).parent))
from bugs import Bug, StaleBugError
from keyfax_bugs import KEYFAX_BUGS
from keytrac_bugs import KEYTRAC_BUGS

PROJECT = Path(__file__).parents[2]
BUGS = (*KEYFAX_BUGS, *KEYTRAC_BUGS)

#: The kinds of which one bug is planted in each quick run.
HANDFUL = ("signature", "window", "nonce", "not rolled back", "counter", "wrong user")

#: A property that fails has noticed: nobody wants to know by which smallest example, now or in the next run.
_PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
hypothesis.settings.register_profile("bugs", deadline=None, derandomize=True, database=None, phases=_PHASES)


class BugRun:
    """A pytest plugin that runs the collected tests again and again, each time with one bug planted."""

    def __init__(self, bugs: tuple[Bug, ...], report: Path) -> None:
        self.bugs = bugs
        self.report = report

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of pytest's own loop: a clean run, then one with each bug."""
        failed = [item.nodeid for item in session.items if self._fails(item)]
        stale: list[str] = []
        caught, survived = {}, []
        for bug in self.bugs:
            try:
                noticed = self._notices(bug, session.items)
            except StaleBugError as error:
                stale.append(str(error))
                continue
            if noticed is None:
                survived.append(bug.name)
            else:
                caught[bug.name] = noticed
        result = {"failed": failed, "stale": stale, "caught": caught, "survived": survived}
        result["kinds"] = sorted({bug.kind for bug in self.bugs if bug.name in caught})
        self.report.write_text(json.dumps(result, indent=1))
        return True

    def _notices(self, bug: Bug, items: list[pytest.Item]) -> str | None:
        """The first test that fails with a bug planted."""
        near = [item for item in items if item.path == PROJECT / bug.near]
        with bug.planted():
            return next((item.nodeid for item in near if self._fails(item)), None)

    def _fails(self, item: pytest.Item) -> bool:
        return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def choose(which: str) -> tuple[Bug, ...]:
    """All bugs, or the first one of each kind that a quick run has."""
    return BUGS if which == "all" else tuple(next(bug for bug in BUGS if bug.kind == kind) for kind in HANDFUL)


def main(report: str, which: str) -> int:
    """Plant the bugs, and write the report."""
    bugs = choose(which)
    files = sorted({bug.near for bug in bugs})
    strangers = ("cacheprovider", "faker", "recording", "respx", "pytest_httpx", "schemathesis", "xdist")
    options = ["--hypothesis-profile=bugs", "-m", "not slow", "--assert=plain", "--tb=no", "-q"]
    options += [argument for name in strangers for argument in ("-p", f"no:{name}")]
    if any(file.startswith("contracts/") for file in files):
        options += ["-p", "pytest_keyauth"]
    return int(pytest.main([*options, *files], plugins=[BugRun(bugs, Path(report))]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
