"""What a run with ``--keyauth-fuzz`` has more of: tests that fuzz, a summary, and how to get it again."""

from collections.abc import Generator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_keyauth.contract_collection import ContractPath
from pytest_keyauth.errors import FuzzingFailure
from pytest_keyauth.fixtures import TRAFFIC
from pytest_keyauth.settings import PROVIDERS, Settings

if TYPE_CHECKING:
    from pytest_keyauth.fuzzing.campaign import Fuzz, Tally
    from pytest_keyauth.fuzzing.customers import Customer

__all__ = ["FuzzKeeper", "FuzzModule", "place_suites"]

SUITE = Path(__file__).parent / "fuzzing" / "suite"

PHASES = ("examples", "coverage", "fuzzing", "stateful")

#: Under what name a report tells what was sent; it is in JUnit files, too.
PROPERTY = "keyauth_fuzz"

#: So many failures are shown; one that is explained often takes others with it.
MOST_SHOWN = 10

NEEDS_EXTRA = 'needs schemathesis: pip install "pytest-keyauth[fuzz]"'


def place_suites(arguments: Sequence[str], providers: Sequence[str], directory: Path) -> list[str]:
    """Add the suites to what pytest was asked to collect.

    ``fuzz``, ``fuzz/keytrac`` and ``fuzz/keytrac::stateful`` among the arguments stand for them, as long as the user
    has no such file; then nothing is added, so that they can be run by themselves.
    """
    placed: list[str] = []
    for argument in arguments:
        path, separator, rest = argument.partition("::")
        root, *below = Path(path).parts or ("",)
        if root != "fuzz" or (directory / path).exists():
            placed.append(argument)
        elif below:
            placed.append(f"{SUITE.joinpath(*below)}.py{separator}{rest}")
        else:
            placed += [str(SUITE / f"{provider}.py") for provider in providers]
    alone = any(str(SUITE) in argument for argument in placed)
    return placed if alone else [*placed, *(str(SUITE / f"{provider}.py") for provider in providers)]


class FuzzModule(pytest.Module):
    """A provider's suite; its node id is the same wherever the package is installed."""

    @classmethod
    def collect_file(cls, parent: pytest.Collector, path: Path) -> "FuzzModule":
        """The collector of one suite."""
        module: FuzzModule = cls.from_parent(parent, path=path, nodeid=f"fuzz/{path.stem}")
        return module

    def funcnamefilter(self, name: str) -> bool:
        """Tests are named after schemathesis's phases."""
        return name in PHASES

    def classnamefilter(self, _name: str) -> bool:
        """There are no classes."""
        return False


class FuzzKeeper:
    """Collects the suites, runs their campaigns, and tells what was sent; in the controller of pytest-xdist, too."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        if find_spec("schemathesis") is None:
            raise pytest.UsageError(f"--keyauth-fuzz={settings.fuzz} {NEEDS_EXTRA}")
        self._settings = settings
        self._sent: dict[str, dict[str, str]] = {}
        path = config.pluginmanager.get_plugin("keyauth-contract-path")
        if isinstance(path, ContractPath):
            path.also(SUITE)
        else:
            config.pluginmanager.register(ContractPath([SUITE]), "keyauth-contract-path")
        providers = settings.contracts or PROVIDERS
        config.args[:] = place_suites(config.args, providers, config.invocation_params.dir)

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
        """Collect the suites by our own naming."""
        collected = yield
        if file_path.parent == SUITE and file_path.stem in PROVIDERS:
            return [FuzzModule.collect_file(parent, file_path)]
        return collected

    @pytest.fixture
    def _keyauth_fuzz(self, request: pytest.FixtureRequest) -> "Fuzz":
        """Run one phase against the provider of a customer."""
        settings = self._settings

        def fuzz(phase: str, customer: "Customer") -> None:
            __tracebackhide__ = True
            from pytest_keyauth.fuzzing.campaign import Campaign

            traffic = request.node.stash[TRAFFIC]
            tally = Campaign(phase, settings.fuzz, settings.seed).run(customer, traffic.keep_one_of_each)
            request.node.user_properties.append((PROPERTY, f"{customer.provider} {phase} {tally.cases}"))
            if not tally.is_clean:
                raise FuzzingFailure(describe(request.node.nodeid, settings, tally))

        return fuzz

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what a test has sent."""
        for name, value in report.user_properties if report.when == "call" else ():
            if name == PROPERTY:
                provider, phase, cases = str(value).split()
                self._sent.setdefault(provider, {})[phase] = cases

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how many cases were sent, by provider and phase."""
        if self._sent:
            terminalreporter.section("keyauth fuzzing", sep="-")
        for provider, phases in sorted(self._sent.items(), reverse=True):
            parts = ", ".join(f"{phase} {phases[phase]}" for phase in PHASES if phase in phases)
            total = sum(map(int, phases.values()))
            terminalreporter.line(f"{provider} {total} cases ({parts}), seed {self._settings.seed}")


def describe(node: str, settings: Settings, tally: "Tally") -> str:
    """All that was found, and how to get it again."""
    again = f"pytest -p pytest_keyauth --keyauth-fuzz={settings.fuzz} --keyauth-seed={tally.seed} {node}"
    lines = [f"{len(tally.failures) + len(tally.errors)} found among {tally.cases} cases; again: {again}"]
    lines += [f"not tested: {error}" for error in tally.errors[:MOST_SHOWN]]
    lines += map(str, tally.failures[:MOST_SHOWN])
    if (more := len(tally.failures) - MOST_SHOWN) > 0:
        lines.append(f"and {more} more")
    return "\n".join(lines)
