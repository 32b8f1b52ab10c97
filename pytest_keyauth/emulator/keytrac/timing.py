"""What both scorers read from a recording: how long each key was held, and how far apart the keys went down."""

from dataclasses import dataclass, field

from pytest_keyauth.keystrokes.grammar import Recording

__all__ = ["Timing", "measure"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Dwell and down-down times of one recording, in milliseconds, in the order of typing.

    ``downs``: (key, time) of each press, auto-repeats left out. ``dwells``: (key, dwell_ms) of each complete stroke.
    ``followers``: for each of ``dwells`` the key that went down next, "" where none did; only free text needs them.
    """

    downs: list[tuple[str, int]]
    dwells: list[tuple[str, int]]
    followers: list[str] = field(default_factory=list)


def measure(recording: Recording) -> Timing:
    """Follow the events of a recording once. A key that goes down again before it came up is an auto-repeat."""
    now_ms = 0
    pressed: dict[str, int] = {}  # which of the downs it was
    downs: list[tuple[str, int]] = []
    dwells: list[tuple[str, int]] = []
    struck: list[int] = []  # which of the downs each dwell began with
    for delay_ms, action, key in zip(recording.delays_ms, recording.actions, recording.keys, strict=True):
        now_ms += delay_ms
        if action == "d":
            if key not in pressed:
                pressed[key] = len(downs)
                downs.append((key, now_ms))
        elif (index := pressed.pop(key, None)) is not None:
            dwells.append((key, now_ms - downs[index][1]))
            struck.append(index)
    following = [*[key for key, _ in downs[1:]], ""]
    return Timing(downs, dwells, [following[index] for index in struck])
