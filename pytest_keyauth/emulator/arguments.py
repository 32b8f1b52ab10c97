"""The arguments of a command: members of a JSON object, each read with its type."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Arguments", "Command", "read_disturbance", "read_member", "read_timing"]

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


def read_timing(arguments: Arguments) -> dict[str, Any]:
    """When a plan comes true: ``times`` (null: for good), ``after``, ``probability``, as far as they are given.

    :raises ValueError: for one of another type.
    """
    timing: dict[str, Any] = {}
    if "times" in arguments:
        timing["times"] = None if arguments["times"] is None else read_member(arguments, "times", int)
    if "after" in arguments:
        timing["after"] = read_member(arguments, "after", int)
    if "probability" in arguments:
        probability = arguments["probability"]
        timing["probability"] = (
            probability if isinstance(probability, int) else read_member(arguments, "probability", float)
        )
    return timing


def read_disturbance(arguments: Arguments) -> dict[str, Any]:
    """What goes wrong on the way: ``kind``, ``seconds``, ``lost``, ``operation``, as far as they are given.

    :raises ValueError: for one that is missing or of another type.
    """
    disturbance: dict[str, Any] = {"fault": read_member(arguments, "kind", str), "seconds": arguments.get("seconds")}
    for name in ("lost", "operation"):
        if arguments.get(name) is not None:
            disturbance[name] = read_member(arguments, name, str)
    return disturbance
