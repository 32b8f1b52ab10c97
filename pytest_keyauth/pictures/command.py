"""What `keyauth plot` does."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pytest_keyauth.pictures.comparison import compare
from pytest_keyauth.pictures.sources import NamedRecording, read_sources
from pytest_keyauth.pictures.timeline import trace

__all__ = ["plot"]

_FORMATS: dict[str, Literal["svg", "png"]] = {".svg": "svg", ".png": "png"}


def plot(options: argparse.Namespace) -> int:
    """Draw a timeline of each sample, and compare two of them."""
    try:
        recordings = read_sources(options.samples, sys.stdin.buffer.read)
        names = _name(recordings, options.name)
        _draw(recordings, names, options)
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        return _fail('drawing needs matplotlib: pip install "pytest-keyauth[plot]"')
    except ValueError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"cannot write {options.output}: {error.strerror or error}; choose another --output")
    print(f"{options.output}: {len(recordings)} sample{'s' if len(recordings) > 1 else ''}")
    if len(recordings) == 2:
        first, second = (trace(recording) for _, recording in recordings)
        print("\n".join(compare(first, second).describe(*names)))
    return 0


def _fail(reason: str) -> int:
    print(f"keyauth plot: {reason}", file=sys.stderr)
    return 2


def _name(recordings: Sequence[NamedRecording], names: Sequence[str]) -> list[str]:
    """The names that were given, in order, and after them those of the places where the samples were found."""
    if len(names) > len(recordings):
        raise ValueError(f"{len(names)} names for {len(recordings)} samples: expected at most one --name for each")
    return [*names, *(name for name, _ in recordings[len(names) :])]


def _draw(recordings: Sequence[NamedRecording], names: Sequence[str], options: argparse.Namespace) -> None:
    image_format = _FORMATS.get(options.output.suffix.lower())
    if image_format is None:
        raise ValueError(f"--output {options.output}: expected a name that ends in .svg or .png")
    from pytest_keyauth.pictures.drawing import draw, render

    figure = draw([recording for _, recording in recordings], names, options.title)
    _replace(options.output, render(figure, image_format))


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that there is the old one or the new one at any time, and never half of it."""
    target = path.resolve()  # what a link points to, not the link
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
