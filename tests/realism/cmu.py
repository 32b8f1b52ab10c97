"""The password of 51 people, 400 repetitions each, as public data that lie beside the project.

Killourhy and Maxion, *Comparing Anomaly-Detection Algorithms for Keystroke Dynamics*, DSN 2009: ``.tie5Roanl`` and
Return, eleven keys, eight sessions of fifty repetitions. Nobody needs the data but who wants to measure.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["CMU_PATH", "PER_SESSION", "Passwords", "alternate_persons", "read_cmu"]

Passwords = NDArray[np.float64]
"""Persons x repetitions x times, in seconds. For n keys there are 3n - 2 times in the order of the file.

Dwell, down-down and up-down take turns (H, DD, UD), and the dwell of the last key ends the row.
"""

CMU_PATH = Path(__file__).parents[3] / "shared" / "data" / "cmu" / "DSL-StrongPasswordData.csv.gz"
PERSONS, REPETITIONS, PER_SESSION, TIMES = 51, 400, 50, 31


def read_cmu(path: Path = CMU_PATH) -> Passwords:
    """Read the data, persons sorted by their ids and repetitions by their time: an array 51 x 400 x 31, in seconds.

    :raises FileNotFoundError: where the data do not lie there.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"no password data at {path}: put DSL-StrongPasswordData.csv.gz there, or pass its path"
        )
    rows = np.loadtxt(path, delimiter=",", skiprows=1, dtype=str)
    order = np.lexsort((rows[:, 2].astype(int), rows[:, 1].astype(int), rows[:, 0]))
    return rows[order, 3:].astype(float).reshape(PERSONS, REPETITIONS, TIMES)


def alternate_persons(passwords: Passwords) -> tuple[Passwords, Passwords]:
    """Part the persons into those that constants may be tuned on (the first, third, …) and those held out."""
    return passwords[::2], passwords[1::2]
