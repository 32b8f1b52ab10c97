"""``keyauth diff``: what two targets answer, outcome by outcome."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from pytest_keyauth.access import LIVE_VARIABLES, find_host
from pytest_keyauth.comparison import compare
from pytest_keyauth.errors import SettingsError
from pytest_keyauth.reports.document import from_document
from pytest_keyauth.settings import TARGETS
from pytest_keyauth.verdicts import Report

__all__ = ["add_arguments", "run"]

#: Where Keyfax is below a URL that says nothing else: as in its document.
KEYFAX_ROOT = "/interview"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be asked for."""
    for name in ("first", "second"):
        parser.add_argument(name, metavar=name.upper(), help="emulator, cassettes, live, a URL, or a report in JSON")
    parser.add_argument("--provider", choices=[*LIVE_VARIABLES, "all"], default="all", help="default: all")
    parser.add_argument("--allow-host", action="append", default=[], metavar="HOST", help="let requests go there")


def run(options: argparse.Namespace) -> int:
    """Run the contracts against two targets and compare what these answer; live ones as the environment says.

    A URL takes the place of the environment's, with its credentials. Exit status: 0 where all answers are alike, 1
    where some are not, 2 where something is wrong.
    """
    try:
        with TemporaryDirectory(prefix="keyauth-diff-") as folder:
            first, second = (
                _ask(name, options, Path(folder) / f"{number}.json")
                for number, name in enumerate((options.first, options.second))
            )
    except SettingsError as error:
        print(f"keyauth diff: {error}", file=sys.stderr)
        return 2
    contrasts = list(compare(first, second))
    for contrast in contrasts:
        print(contrast)
    asked = sum(verdict.evidence is not None for verdict in first.verdicts)
    print(f"{asked} outcomes of {options.first} compared with {options.second}: {len(contrasts)} differences")
    return 1 if contrasts else 0


def _ask(name: str, options: argparse.Namespace, report: Path) -> Report:
    """Give the report of a target's run."""
    if name.endswith(".json"):
        return _read(Path(name))
    is_url = find_host(name) is not None
    if name not in TARGETS and not is_url:
        raise SettingsError(f"{name}: expected {', '.join(TARGETS)}, a URL, or a report that ends in .json")
    command = [sys.executable, "-m", "pytest", "-p", "pytest_keyauth", "-q", "-o", "addopts=", "-p", "no:cacheprovider"]
    command += [f"--keyauth-target={'live' if is_url else name}", f"--keyauth-contracts={options.provider}"]
    command += [f"--keyauth-allow-host={host}" for host in options.allow_host]
    environ = _point(os.environ, name) if is_url else os.environ
    print(f"keyauth diff: asking {name}", flush=True)
    command += [f"--keyauth-report=json:{report}", "contracts"]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603  # our own
    if not report.exists():
        said = (ended.stderr or ended.stdout).strip().splitlines()
        raise SettingsError(f"{name} could not be asked: {said[-1] if said else f'exit status {ended.returncode}'}")
    return _read(report)


def _point(environ: Mapping[str, str], url: str) -> dict[str, str]:
    """The environment with both providers at a URL; a path of Keyfax's stays."""
    base = url.rstrip("/")
    root = urlsplit(environ.get("KEYAUTH_KEYFAX_URL", "")).path.rstrip("/") or KEYFAX_ROOT
    return {**environ, "KEYAUTH_KEYTRAC_URL": base, "KEYAUTH_KEYFAX_URL": base + root}


def _read(path: Path) -> Report:
    try:
        return from_document(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} is no report in JSON: {error}") from None
