"""The arguments of a command: members of a JSON object, each read with its type."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Arguments", "Command", "read_member"]

Arguments = Mapping[str, Any]

Command = Callable[[Arguments], Any]
"""Carries out one command and gives its answer as a JSON value; raises ValueError for arguments that are unfit."""


def read_member(arguments: Arguments, name: str, kind: type) -> Any:
    """Give one member.

    :raises ValueError: where it is missing or of another type.
    """
    value = arguments.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name}={value!r}: expected {kind.__name__}")
    return value
