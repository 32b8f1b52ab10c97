"""``keyauth accept``: a human says that a drift is how the provider is now."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from pytest_keyauth.errors import SettingsError
from pytest_keyauth.verified import Verified, read_verified

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be asked for."""
    parser.add_argument("outcomes", nargs="*", metavar="OUTCOME", help="such as showUser/404/user-not-found")
    parser.add_argument("--all", action="store_true", help="all that have drifted")
    parser.add_argument("--verified", type=Path, default=Path("keyauth-verified.json"), metavar="PATH")


def run(options: argparse.Namespace) -> int:
    """Accept that outcomes deviate from their documents as they were last seen to; without a name, list them.

    A contract that fails in these places alone is then expected to. Exit status: 0; 1 where drifts are listed, 2 where
    something is wrong.
    """
    try:
        verified = read_verified(options.verified)
        names = verified.drifted() if options.all else options.outcomes
        accepted = verified.accept(names, datetime.now(UTC).date())
    except SettingsError as error:
        print(f"keyauth accept: {error}", file=sys.stderr)
        return 2
    if not names:
        return _list(verified, options.verified)
    accepted.write(options.verified)
    for name in names:
        print(f"accepted {name}")
    print(f"Commit {options.verified}, so that others know.")
    return 0


def _list(verified: Verified, path: Path) -> int:
    names = verified.drifted()
    if not names:
        print(f"keyauth accept: {path} knows of no drift")
        return 0
    for name in names:
        drift = verified.entries[name].drift
        print(f"{name}, since {drift.since}" if drift is not None else name)
        for deviation in drift.deviations if drift is not None else ():
            print(f"  {deviation}")
    return 1
