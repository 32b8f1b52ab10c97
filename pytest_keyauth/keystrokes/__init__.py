"""Keystroke samples: their format, made-up people who type them, and samples that are wrong on purpose.

The grammar is imported at once. The rest is imported when it is first used: who only reads samples, as the
emulator does, never loads what makes them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from pytest_keyauth.keystrokes.grammar import GrammarError, Recording, parse, render

if TYPE_CHECKING:
    from pytest_keyauth.keystrokes.casting import cast
    from pytest_keyauth.keystrokes.samples import Samples
    from pytest_keyauth.keystrokes.typist import Typist

__all__ = ["GrammarError", "Recording", "Samples", "Typist", "cast", "parse", "render"]

_HOMES = {"Samples": "samples", "Typist": "typist", "cast": "casting"}


def __getattr__(name: str) -> object:
    """Import one of the names that make samples (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
