"""``keyauth clean``: removes at the providers what killed runs have left there."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from filelock import Timeout

from pytest_keyauth.errors import SettingsError
from pytest_keyauth.live.cleaning import Cleaned
from pytest_keyauth.live.run import FOLDER, LiveRun, find_abandoned
from pytest_keyauth.settings import Settings, read_settings

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be asked for."""
    parser.add_argument("--folder", type=Path, help=f"where ledgers are (default: {FOLDER} here, or in a folder above)")
    parser.add_argument("--allow-host", action="append", default=[], metavar="HOST", help="let requests go there")


def run(options: argparse.Namespace) -> int:
    """Remove users and keys that runs have made and not removed, by their ledgers, and nothing else.

    Exit status: 0 where nothing is left, 1 where something is, 2 where the command or the environment is wrong.
    """
    folder = options.folder or _find_folder(Path.cwd())
    paths = list(find_abandoned(folder)) if folder is not None else []
    if not paths:
        print(f"keyauth clean: no run has left anything behind, says {folder or FOLDER}")
        return 0
    try:
        settings = read_settings({"target": "live", "allow_host": options.allow_host}, os.environ)
    except SettingsError as error:
        print(f"keyauth clean: {error}", file=sys.stderr)
        return 2
    results = list(_clean(paths, settings))
    print(f"keyauth clean: removed {sum(cleaned.removed for cleaned in results)}")
    left = [line for cleaned in results for line in cleaned.left]
    for line in left:
        print(f"  left: {line}")
    return 1 if left else 0


def _clean(paths: list[Path], settings: Settings) -> Iterator[Cleaned]:
    for path in paths:
        try:
            abandoned = LiveRun(path, settings, "cleaning")
        except Timeout:
            yield Cleaned(left=[f"{path.name} is being cleaned up by another process"])
            continue
        yield abandoned.clean()
        abandoned.end()


def _find_folder(start: Path) -> Path | None:
    """The nearest folder of ledgers: pytest's root may be above."""
    places = (folder / FOLDER for folder in (start, *start.parents))
    return next((place for place in places if place.is_dir()), None)
