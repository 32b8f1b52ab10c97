"""What both scorers read from a recording: how long each key was held, and how far apart the keys went down."""

from dataclasses import dataclass

from pytest_keyauth.keystrokes.grammar import Recording

__all__ = ["Timing", "measure"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Dwell and down-down times of one recording, in milliseconds, in the order of typing.

    ``downs``: (key, time) of each press, auto-repeats left out. ``dwells``: (key, dwell_ms) of each complete stroke.
    """

    downs: list[tuple[str, int]]
    dwells: list[tuple[str, int]]


def measure(recording: Recording) -> Timing:
    """Follow the events of a recording once. A key that goes down again before it came up is an auto-repeat."""
    now_ms = 0
    pressed: dict[str, int] = {}
    downs: list[tuple[str, int]] = []
    dwells: list[tuple[str, int]] = []
    for delay_ms, action, key in zip(recording.delays_ms, recording.actions, recording.keys, strict=True):
        now_ms += delay_ms
        if action == "d":
            if key not in pressed:
                pressed[key] = now_ms
                downs.append((key, now_ms))
        elif (down_ms := pressed.pop(key, None)) is not None:
            dwells.append((key, now_ms - down_ms))
    return Timing(downs, dwells)
