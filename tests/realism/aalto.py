"""The Aalto excerpt, people who copied fifteen sentences each, as the recordings that a browser would have sent.

Dhakal, Feit, Kristensson, Oulasvirta, *Observations on Typing from 136 Million Keystrokes*, CHI 2018. For measuring
only: no test needs the file, and none of it is shipped.
"""

import csv
import gzip
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from pytest_keyauth.emulator.keytrac.timing import Timing, measure
from pytest_keyauth.keystrokes.grammar import Recording

__all__ = ["AALTO_PATH", "read_people", "read_recordings"]

AALTO_PATH = Path(__file__).parents[3] / "shared" / "data" / "aalto" / "keystrokes.csv.gz"

Stroke = tuple[int, int, str]
"""(press_ms, release_ms, JavaScript key code)"""


def read_people(path: Path) -> list[list[Timing]]:
    """The people of ``keystrokes.csv.gz``, ordered by their number, each with what is measured sentence by sentence."""
    return [[measure(recording) for recording in recordings] for recordings in read_recordings(path)]


def read_recordings(path: Path) -> list[list[Recording]]:
    """The same people, each with a recording of each sentence."""
    strokes: dict[int, dict[int, list[Stroke]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(path, "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            stroke = int(row["press_ms"]), int(row["release_ms"]), row["keycode"]
            strokes[int(row["participant"])][int(row["section"])].append(stroke)
    return [
        [_record(sentence) for _, sentence in sorted(sentences.items())] for _, sentences in sorted(strokes.items())
    ]


def _record(strokes: list[Stroke]) -> Recording:
    """The events of some strokes in the order of time; of two at once, the key that comes up is the first."""
    events = [(press_ms, 1, "d", key) for press_ms, _, key in strokes]
    events += [(release_ms, 0, "u", key) for _, release_ms, key in strokes]
    events.sort(key=lambda event: event[:2])
    times_ms = [time_ms for time_ms, *_ in events]
    delays_ms = (0, *(later - earlier for earlier, later in pairwise(times_ms)))
    actions = "".join(action for *_, action, _ in events)
    return Recording(
        "browser/1", False, "2018-04-21 12:00:00", None, delays_ms, actions, tuple(key for *_, key in events)
    )
