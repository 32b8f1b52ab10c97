"""The pytest plugin: hooks and options, each handed on to a part that can be used without pytest."""

import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_keyauth import fixtures
from pytest_keyauth.contract_collection import (
    ContractModule,
    ContractPath,
    find_contracts,
    is_contract,
    is_shipped,
    place_contracts,
)
from pytest_keyauth.errors import OutcomeNotAskedFor, OutcomeNotWitnessed, SettingsError
from pytest_keyauth.fixtures import *  # noqa: F403  # pytest finds fixtures by their names in a plugin
from pytest_keyauth.fixtures import PLAYER, SEEDED, SETTINGS, TRAFFIC, forget_earlier_try
from pytest_keyauth.guarding import (
    check_network_markers,
    find_guard,
    guard_providers,
    only_shows,
    runs_tests_itself,
    shorten_refusal,
)
from pytest_keyauth.markers import (
    CASSETTE,
    NETWORK,
    OUTCOME,
    OUTCOMES,
    REPLAY,
    check_markers,
    check_recorders,
    named_outcomes,
)
from pytest_keyauth.matrix import ARGUMENT, check_matrix, matrix_outcome, parametrize_outcomes
from pytest_keyauth.settings import CONTRACTS, NETWORK_MODES, PROVIDERS, RECORD_MODES, TARGETS, read_settings

if TYPE_CHECKING:
    from pytest_keyauth.ledger import Coverage, Ledger

#: Under what name a worker of pytest-xdist tells its controller why it gave up.
USAGE_ERROR = "keyauth_usage_error"

PASSED = pytest.StashKey[bool]()

#: (name, metavar, help); each is an option ``--keyauth-NAME`` and an ini value ``keyauth_NAME``.
OPTIONS = (
    ("target", "|".join(TARGETS), "who answers the clients (default: emulator)"),
    ("contracts", "|".join(CONTRACTS), "also collect the contract modules that pytest-keyauth ships"),
    ("seed", "N", "what all made-up data follow from, with the test's id (default: 0)"),
    ("fail-under", "PCT", "fail the run where fewer of the documented outcomes were witnessed"),
    ("record", "|".join(RECORD_MODES), "record contracts, and tests marked keyauth_cassette (default: none)"),
    ("cassettes", "DIR", "the folder of cassettes, from pytest's root (default: cassettes)"),
    ("network", "|".join(NETWORK_MODES), "let every test have keyauth_network (default: none)"),
    ("fuzz", "N", "also fuzz the providers with about N cases each (extra: pytest-keyauth[fuzz])"),
    ("strict-cassettes", None, "fail the run where a cassette does not fit its test, or has none"),
    ("allow-host", "HOST", "let live requests go to this host, which is not this machine (may be repeated)"),
    ("max-requests", "N", "how many requests the live target may get (default: any number here, elsewhere 10000)"),
    ("rate", "N", "how many of them a second (default: any number here, elsewhere 10)"),
    ("timeout", "SECONDS", "how long one of them may take (default: 30)"),
    ("report", "PATH", "write a report: *.html, *.md or *.json (may be repeated)"),
    ("verified", "PATH", "what was confirmed live and when (default: keyauth-verified.json)"),
)

#: Options that may be given more than once.
REPEATED = ("allow-host", "report")

FIXTURES = frozenset(name for name in fixtures.__all__ if name.islower() and not name.startswith("_"))

MARKERS = (
    f"{OUTCOME}(name): the documented outcome that a test asserts, and must witness",
    f"{OUTCOMES}(operation, ..., status=, without=, times=1): run once for each documented outcome, which comes next",
    f"{REPLAY}(name, ...): answer the test's requests, by any client, with these recorded outcomes",
    f"{NETWORK}(keyfax=URL, token=TOKEN, block_others=False): bring any client that calls a provider to the emulators",
    f"{CASSETTE}: record what the test's clients say to the providers, and play it with --keyauth-target=cassettes",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("keyauth", "KeyTrac and Keyfax (pytest-keyauth)")
    for name, metavar, description in OPTIONS:
        destination = f"keyauth_{name.replace('-', '_')}"
        shape: dict[str, Any] = {"metavar": metavar} if metavar else {"action": "store_const", "const": "true"}
        if name in REPEATED:
            shape["action"] = "append"
            parser.addini(destination, description, type="linelist", default=[])
        else:
            parser.addini(destination, description, type="string", default="")
        group.addoption(f"--keyauth-{name}", dest=destination, help=description, **shape)


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    names = [name.replace("-", "_") for name, _, _ in OPTIONS]
    values = {name: config.getoption(f"keyauth_{name}") or config.getini(f"keyauth_{name}") for name in names}
    from_ini = {name: f"keyauth_{name}" for name in names if values[name] and not config.getoption(f"keyauth_{name}")}
    try:
        settings = config.stash[SETTINGS] = read_settings(values, os.environ, from_ini)
        if not hasattr(config, "workerinput"):
            config.pluginmanager.register(LedgerKeeper(config), "keyauth-ledger")
        _register_keepers(config)
    except SettingsError as error:
        raise pytest.UsageError(str(error)) from None
    if settings.asks_for_providers and runs_tests_itself(config):
        guard_providers(config, settings)
    folders = [find_contracts(provider) for provider in settings.contracts]
    if folders:
        config.pluginmanager.register(ContractPath(folders), "keyauth-contract-path")
        config.args[:] = place_contracts(config.args, folders, config.invocation_params.dir)
    if settings.fuzz:
        from pytest_keyauth.fuzz_collection import FuzzKeeper

        config.pluginmanager.register(FuzzKeeper(config, settings), "keyauth-fuzz")


def _register_keepers(config: pytest.Config) -> None:
    """Register what only some runs need."""
    settings, tell, live = config.stash[SETTINGS], _tell_nobody, None
    if settings.target == "live" or settings.record != "none":
        from pytest_keyauth.report_scrubber import ReportScrubber

        scrubber = ReportScrubber(settings)
        config.pluginmanager.register(scrubber, "keyauth-scrubber")
        tell = scrubber.learn
    if settings.target == "live":
        from pytest_keyauth.live_keeper import LiveKeeper

        live = LiveKeeper(config)
        config.pluginmanager.register(live, "keyauth-live")
    if live is not None or settings.reports:
        from pytest_keyauth.verdict_keeper import VerdictKeeper

        config.pluginmanager.register(VerdictKeeper(config, live, tell), "keyauth-verdicts")
    if settings.target == "cassettes" or settings.record != "none":
        from pytest_keyauth.cassette_keeper import CassetteKeeper

        config.pluginmanager.register(CassetteKeeper(config, tell), "keyauth-cassettes")


def _tell_nobody(kind: str, value: str) -> None:
    """A replay has no secrets."""


def pytest_report_header(config: pytest.Config) -> str:
    return config.stash[SETTINGS].describe()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
    collected = yield
    if is_contract(file_path):
        return [ContractModule.collect_file(parent, file_path)]
    return [] if is_shipped(file_path) else collected


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parametrize_outcomes(metafunc, PROVIDERS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    try:
        check_markers(items, OUTCOME, PROVIDERS)
        check_markers(items, REPLAY, PROVIDERS)
        check_recorders(items)
        check_matrix(items)
        check_network_markers(items)
    except pytest.UsageError as error:
        if hasattr(config, "workeroutput"):
            config.workeroutput[USAGE_ERROR] = str(error)
        raise
    settings = config.stash[SETTINGS]
    for item in items:
        use_markers(item, network=settings.network != "none")
    if any(map(_is_ours, items)):
        guard_providers(config, settings, items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    forget_earlier_try(item, TRAFFIC, PLAYER)
    if (guard := find_guard(item.config)) is not None:
        guard.begin_test()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    __tracebackhide__ = True  # what a failed claim has to say is in its message
    result = yield
    if claimed := named_outcomes(item, OUTCOME):
        _check_claims(item, claimed)
    if (outcome := matrix_outcome(item)) is not None:
        _check_asked(item, outcome.name)
    return result


def _is_ours(item: pytest.Item) -> bool:
    """Whether a test uses anything of ours."""
    names = getattr(item, "fixturenames", ())
    return not FIXTURES.isdisjoint(names) or is_contract(item.path) or item.get_closest_marker(CASSETTE) is not None


def use_markers(item: pytest.Item, *, network: bool) -> None:
    """Let the marked tests have what they are marked for, before any other fixture of theirs.

    :param network: every test is to have the network, and the contracts have no need of it.
    """
    names = getattr(item, "fixturenames", None)
    if names is None:
        return
    by_name = item.get_closest_marker(REPLAY) is not None
    network = network and not is_contract(item.path)
    if matrix_outcome(item) is not None:
        names.insert(0, ARGUMENT)
        by_name = by_name or item.config.stash[SETTINGS].target == "cassettes"
        network = network or not by_name
    if (network or item.get_closest_marker(NETWORK) is not None) and "keyauth_network" not in names:
        names.insert(0, "keyauth_network")
    if by_name:
        names.insert(0, "keyauth_replay")
    elif item.get_closest_marker(CASSETTE) is not None:
        names.insert(0, "_keyauth_clients")


def _check_claims(item: pytest.Item, claimed: list[str]) -> None:
    __tracebackhide__ = True
    witnessed, seen = _seen(item)
    if not witnessed.issuperset(claimed):
        raise OutcomeNotWitnessed(claimed, seen)


def _check_asked(item: pytest.Item, outcome: str) -> None:
    __tracebackhide__ = True
    witnessed, seen = _seen(item)
    if outcome not in witnessed:
        raise OutcomeNotAskedFor(outcome, seen)


def _seen(item: pytest.Item) -> tuple[set[str], list[str]]:
    """The outcomes that a test's traffic has shown, and all of it in words."""
    from pytest_keyauth.ledger import Traffic

    traffic = item.stash.get(TRAFFIC, Traffic())
    witnessed = {name for names in traffic.witnesses().values() for name in names}
    return witnessed, [observation.describe() for observation in traffic.observations]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    shorten_refusal(item.config, call)
    report = yield
    if report.failed and SEEDED in item.stash:
        report.sections.append(
            ("keyauth", f"the data of this test follow from --keyauth-seed={item.config.stash[SETTINGS].seed}")
        )
    if report.failed and (guard := find_guard(item.config)) is not None and guard.wire.refused:
        refused = ", ".join(sorted(set(guard.wire.refused)))
        report.sections.append(("keyauth", f"connections of this test to {refused} were refused, and nothing was sent"))
    if TRAFFIC not in item.stash:
        return report
    item.stash[PASSED] = report.passed and (report.when == "setup" or item.stash.get(PASSED, False))
    if report.when == "teardown" and item.stash[PASSED]:
        vars(report)["keyauth_witnesses"] = item.stash[TRAFFIC].witnesses()  # pytest-xdist carries it along
    return report


class LedgerKeeper:
    """Keeps the run's ledger: where tests run in workers, in the controller that their reports come to."""

    def __init__(self, config: pytest.Config) -> None:
        self._settings = config.stash[SETTINGS]
        self._runs_tests = not only_shows(config)
        self._ledger: Ledger | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        witnesses = getattr(report, "keyauth_witnesses", None)
        if witnesses:
            from pytest_keyauth.ledger import Ledger

            self._ledger = self._ledger or Ledger()
            self._ledger.add(witnesses)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        if message := getattr(node, "workeroutput", {}).get(USAGE_ERROR):
            raise pytest.UsageError(message)

    def _coverages(self) -> "list[Coverage]":
        """The coverage of the providers whose contracts were asked for, or that passing tests have talked to."""
        gated = self._settings.contracts
        if self._ledger is None and not gated:
            if self._settings.fail_under is None:
                return []
            gated = PROVIDERS  # who asks for a gate and talks to nobody must not pass it
        from pytest_keyauth.ledger import Ledger

        ledger = self._ledger or Ledger()
        return [ledger.coverage(name) for name in PROVIDERS if name in ledger.providers or name in gated]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        finished = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        if self._settings.fail_under is None or not self._runs_tests or not finished:
            return
        from pytest_keyauth.summary import passes_gate

        if not passes_gate(self._settings, self._coverages()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        coverages = self._coverages() if self._runs_tests else []
        if coverages:
            from pytest_keyauth.summary import summarize

            terminalreporter.section("keyauth", sep="-")
            quiet = terminalreporter.config.get_verbosity() < 0
            told = self._settings.target == "live"  # by the verdicts, with the reasons
            for line in summarize(self._settings, coverages, quiet=quiet, told=told):
                terminalreporter.line(line)
