"""Where the command finds samples: in files of several forms, on standard input, or in the argument itself."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_keyauth.keystrokes.grammar import GrammarError, Recording, parse

__all__ = ["NamedRecording", "read_sources"]

# How every sample begins. What looks like one is read as one, so that the grammar says what is wrong with it.
_OPENS_SAMPLE = re.compile(r"[^#|]*/[^#|]*#m=")


class NamedRecording(NamedTuple):
    """A recording, and where it was found: "alma.txt, line 2"."""

    name: str
    recording: Recording


def read_sources(arguments: Sequence[str], read_standard_input: Callable[[], bytes]) -> list[NamedRecording]:
    """Read the samples that arguments name, in their order.

    An argument is a sample itself, or a file: one sample a line, a JSON list of samples, or a request's JSON body with
    `samples`. A dash stands for standard input.

    Raises ValueError for a file that cannot be read and for what is no sample; says which and where.
    """
    recordings = []
    for number, argument in enumerate(arguments, start=1):
        if _OPENS_SAMPLE.match(argument):
            recordings.append(_read(f"argument {number}", argument))
        elif argument == "-":
            recordings += _read_file("standard input", read_standard_input())
        else:
            recordings += _read_file(argument, _open(argument))
    return recordings


def _open(argument: str) -> bytes:
    try:
        return Path(argument).read_bytes()
    except (OSError, ValueError) as error:  # a ValueError for a name with a null character
        reason = getattr(error, "strerror", None) or error
        raise ValueError(
            f"{argument}: cannot be read: {reason}; expected a file, - for standard input, or a sample itself"
        ) from None


def _read_file(name: str, content: bytes) -> list[NamedRecording]:
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{name}: not text in UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8"
        ) from None
    if not text:
        raise ValueError(f"{name}: empty; expected samples, one a line, or JSON with samples")
    if text[0] in "[{":
        samples = _read_json(name, text)
        return [_read(_numbered(name, "sample", number, len(samples)), sample) for number, sample in samples.items()]
    lines = {number: line.strip("\r ") for number, line in enumerate(text.split("\n"), start=1)}
    return [_read(_numbered(name, "line", number, len(lines)), line) for number, line in lines.items() if line]


def _read_json(name: str, text: str) -> dict[int, str]:
    """The samples of a JSON list or body, by their numbers from 1."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name}: begins like JSON and is none: {error}") from None
    samples = content.get("samples") if isinstance(content, dict) else content
    if not isinstance(samples, list) or not samples or not all(isinstance(sample, str) for sample in samples):
        raise ValueError(f'{name}: expected a JSON list of samples, or {{"samples": [a list of them]}}')
    return dict(enumerate(samples, start=1))


def _numbered(name: str, noun: str, number: int, count: int) -> str:
    return f"{name}, {noun} {number}" if count > 1 else name


def _read(name: str, text: str) -> NamedRecording:
    try:
        return NamedRecording(name, parse(text))
    except GrammarError as error:
        raise ValueError(f"{name}: {error}") from None
