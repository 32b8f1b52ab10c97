"""``keyauth check``: the nightly check of live providers in one word."""

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pytest_keyauth.access import LIVE_VARIABLES
from pytest_keyauth.errors import SettingsError
from pytest_keyauth.settings import read_settings

__all__ = ["add_arguments", "build_command", "run"]

DEFAULT_REPORTS = ("keyauth-report.html", "keyauth-report.json")

#: A file that GitHub Actions shows on the page of a run.
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be asked for."""
    parser.add_argument(
        "--provider", choices=[*LIVE_VARIABLES, "all"], help="default: those that the environment names"
    )
    parser.add_argument("--allow-host", action="append", default=[], metavar="HOST", help="let requests go there")
    parser.add_argument("--max-requests", metavar="N", help="how many may be sent (default: 10000)")
    parser.add_argument("--rate", metavar="N", help="how many a second (default: 10)")
    parser.add_argument("--report", action="append", metavar="PATH", help=f"default: {', '.join(DEFAULT_REPORTS)}")
    parser.add_argument("--verified", metavar="PATH", help="default: keyauth-verified.json")
    parser.add_argument("--dry-run", action="store_true", help="say what would be run, and send nothing")
    parser.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="for pytest, after --")


def build_command(options: argparse.Namespace, environ: Mapping[str, str]) -> list[str]:
    """The arguments of pytest.

    The project's own ``addopts`` are for its own tests: a coverage gate, say, would fail the check.
    """
    provider = options.provider or _find_provider(environ)
    command = [
        "-p",
        "pytest_keyauth",
        "-q",
        "--tb=no",  # the summary and the reports tell more, of each drift once
        "-rN",
        "-o",
        "addopts=",
        f"--keyauth-contracts={provider}",
        "--keyauth-target=live",
    ]
    command += [f"--keyauth-allow-host={host}" for host in options.allow_host]
    for name in ("max_requests", "rate", "verified"):
        if (value := getattr(options, name)) is not None:
            command.append(f"--keyauth-{name.replace('_', '-')}={value}")
    command += [f"--keyauth-report={place}" for place in options.report or DEFAULT_REPORTS]
    if summary := environ.get(STEP_SUMMARY):
        command.append(f"--keyauth-report=md:{summary}")
    return [*command, *options.arguments, "contracts"]


def _find_provider(environ: Mapping[str, str]) -> str:
    """The providers of which anything is said; all where nothing is, so that pytest says what is missing."""
    named = [name for name, variables in LIVE_VARIABLES.items() if any(map(environ.get, variables))]
    return named[0] if len(named) == 1 else "all"


def run(options: argparse.Namespace) -> int:
    """Run the contracts against the live providers that the environment names, and say with which command.

    Exit status: 0 where all that was asked is as documented, 1 for drift, 69 for an outage, 4 for what is wrong with
    the command, the credentials or the budget, 2 where it was interrupted.
    """
    command = build_command(options, os.environ)
    print(f"keyauth check: pytest {shlex.join(command)}", flush=True)
    _print_header(options)
    if options.dry_run:
        return 0
    return _run_pytest(command)


def _print_header(options: argparse.Namespace) -> None:
    """Say where requests go and as whom, which pytest's header does not where it is to be quiet."""
    names = ("allow_host", "max_requests", "rate")
    values = {"target": "live", "contracts": options.provider or _find_provider(os.environ)}
    with suppress(SettingsError):  # which pytest tells
        print(
            read_settings(values | {name: getattr(options, name) for name in names}, os.environ).describe(), flush=True
        )


def _run_pytest(command: Sequence[str]) -> int:
    """Run pytest in this process's place, so that who ends this ends that; on Windows beside it."""
    whole = [sys.executable, "-m", "pytest", *command]
    if os.name == "posix":
        os.execv(sys.executable, whole)  # noqa: S606  # it does not return
    return subprocess.call(whole)  # noqa: S603
