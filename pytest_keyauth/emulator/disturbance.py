"""What can go wrong with an answer on its way: values that say so, carried out by whatever sends the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, get_args

__all__ = ["KINDS", "Delay", "Disturbance", "Kind", "Loss", "read_delay", "read_kind"]

Kind = Literal["latency", "slow-drip", "truncated-body", "malformed-chunk", "garbage", "reset", "timeout"]
Loss = Literal["answer", "request"]

KINDS: tuple[Kind, ...] = get_args(Kind)
_TAKING_TIME = ("latency", "slow-drip")

#: Longer waits are better simulated by the kind timeout.
LONGEST_S = 3600.0

Delay = Callable[[Random], float]
"""Draws how long something takes, in seconds."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """How an answer goes wrong on its way.

    ``latency``: it comes ``seconds`` late. ``slow-drip``: it comes byte by byte, which takes ``seconds``.
    ``truncated-body``: the connection ends in the midst of it. ``malformed-chunk``: it is chunked, and a chunk's length
    is no number. ``garbage``: what comes is no HTTP. ``reset``: the connection is reset. ``timeout``: nothing comes.
    ``lost``: whether the answer was lost, to what the emulator has done, or the request, so that nothing was done.
    """

    kind: Kind
    seconds: float = 0.0
    lost: Loss = "answer"

    @property
    def breaks(self) -> bool:
        """Whether no client gets the answer whole."""
        return self.kind not in _TAKING_TIME


def read_kind(kind: str, seconds: object) -> Kind:
    """The kind of a disturbance by its name.

    :raises ValueError: for a name that there is not, or where seconds are missing, or given to what takes none.
    """
    for known in KINDS:
        if kind == known:
            break
    else:
        raise ValueError(f"no transport fault {kind!r}; there are: {', '.join(KINDS)}")
    if (seconds is not None) != (known in _TAKING_TIME):
        expected = "expected a number of them" if known in _TAKING_TIME else f"expected none with {known}"
        raise ValueError(f"seconds={seconds!r}: {expected}")
    return known


def read_delay(seconds: object) -> Delay:
    """How long something takes: ``0.2``; ``(0.1, 0.5)``, evenly between; ``{"median": 0.2, "sigma": 0.5}``, log-normal.

    A log-normal delay is what networks show: most near the median, some of them many times as long.

    :raises ValueError: for anything else, or times below 0 or above an hour.
    """
    if seconds is None:
        return lambda _random: 0.0
    if isinstance(seconds, Mapping):
        return _read_log_normal(seconds)
    if isinstance(seconds, Sequence) and not isinstance(seconds, str) and len(seconds) == 2:
        low, high = (_read_time(item, seconds) for item in seconds)
        if low > high:
            raise _unfit(seconds)
        return lambda random: random.uniform(low, high)
    constant = _read_time(seconds, seconds)
    return lambda _random: constant


def _read_log_normal(parameters: Mapping[Any, Any]) -> Delay:
    if set(parameters) != {"median", "sigma"}:
        raise _unfit(parameters)
    median_s, sigma = (_read_time(parameters[name], parameters) for name in ("median", "sigma"))
    return lambda random: min(median_s * random.lognormvariate(0.0, sigma), LONGEST_S)


def _read_time(value: object, whole: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_S:
        raise _unfit(whole)
    return float(value)


def _unfit(seconds: object) -> ValueError:
    return ValueError(
        f"seconds={seconds!r}: expected a number such as 0.2, two such as (0.1, 0.5), or "
        '{"median": 0.2, "sigma": 0.5}, each from 0 to 3600'
    )
