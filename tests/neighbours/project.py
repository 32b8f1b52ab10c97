"""A consumer's project, and runs of its tests beside exactly the neighbours that a lane names."""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

CONSUMER = Path(__file__).with_name("consumer")
LONGEST_S = 120

#: The consumer's tests, two modules of the contracts beside them, and a gate that both together pass.
WHOLE = ("--keyauth-contracts=all", "-k", "test_shop or test_show_user or test_renew_token")
RECORD = "--keyauth-record=all"
REPLAY = ("--keyauth-target=cassettes", "--keyauth-strict-cassettes")
RECORDING = (*WHOLE, RECORD, "--keyauth-fail-under=10")
REPLAYING = (*REPLAY, "-k", "test_recorded")

#: Some neighbours import each other, so that pytest comes too late to rewrite their assertions.
REWRITTEN = ("-W", "ignore::pytest.PytestAssertRewriteWarning")

#: pytest-asyncio warns where nothing says it.
LOOP = "--override-ini=asyncio_default_fixture_loop_scope=function"


@dataclass(frozen=True)
class Run:
    """What a run of pytest said."""

    code: int
    said: str
    took_s: float

    @property
    def outcomes(self) -> dict[str, int]:
        """How many tests passed, failed and so on."""
        last = [line for line in self.said.splitlines() if re.search(r" in \d+[.:]\d+", line)][-1]
        counts = {noun: int(count) for count, noun in re.findall(r"(\d+) ([a-z]+)", last.partition(" in ")[0])}
        return {{"error": "errors", "warning": "warnings"}.get(noun, noun): count for noun, count in counts.items()}

    @property
    def passed(self) -> int:
        """How many tests passed, where none did anything else."""
        counts = {noun: count for noun, count in self.outcomes.items() if noun != "deselected"}
        assert list(counts) == ["passed"], self.said
        return counts["passed"]

    @property
    def summary(self) -> list[str]:
        """What is said of cassettes and of witnessed outcomes, up to the next section."""
        lines, ours = [], False
        for line in self.said.splitlines():
            if re.match("[-=_]{3}", line) or not line:
                ours = re.search(" keyauth( cassettes)? ", line) is not None
            elif ours:
                lines.append(line)
        return lines


@dataclass
class Project:
    """A consumer's project in a folder of its own."""

    folder: Path
    neighbours: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        """Add a file of tests."""
        (self.folder / name).write_text(dedent(text), encoding="utf-8")

    def run(self, *options: str) -> Run:
        """Run its tests, with nobody but the plugin and the neighbours loaded."""
        plugins = [part for name in ("pytest_keyauth", *self.neighbours) for part in ("-p", name)]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            *plugins,
            "-W",
            "error",
            *REWRITTEN,
            *options,
        ]
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("KEYAUTH_", "PYTEST_"))
        }
        environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120"}
        began = time.perf_counter()
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=environment | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=LONGEST_S,
            check=False,
        )
        return Run(ran.returncode, ran.stdout, time.perf_counter() - began)

    def cassettes(self) -> dict[str, str]:
        """What was recorded, by file."""
        files = sorted((self.folder / "cassettes").rglob("*.yaml"))
        return {path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8") for path in files}

    def data(self) -> dict[str, str]:
        """What the tests were given, by test."""
        return {path.name: path.read_text() for path in sorted((self.folder / "data").iterdir())}


@dataclass(frozen=True)
class Expected:
    """What both runs of the consumer's tests come to where there are no neighbours."""

    recorded: Run
    replayed: Run
    data: dict[str, str]
    cassettes: dict[str, str]
