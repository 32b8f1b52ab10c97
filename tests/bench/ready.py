"""How long `keyauth serve` takes from the start of its process until it announces that it listens."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import process
from measuring import Line, in_turn
from serving import BARE, BARE_ANNOUNCES, SERVE, SERVE_ANNOUNCES


def measure(quick: bool) -> Iterator[Line]:
    """Starts of it, and of an empty application behind the same server."""
    with process.empty_folder() as byte_code:
        pairs = in_turn(
            1 if quick else 15,
            lambda: _ready_s(SERVE, SERVE_ANNOUNCES, byte_code),
            lambda: _ready_s(BARE, BARE_ANNOUNCES, byte_code),
        )
    ours, reference = f"{median(pairs.ours):.3f} s", f"{median(pairs.reference):.3f} s"
    yield Line("keyauth serve, process start to listening", ours, "< 0.3 s", ours, reference)


def _ready_s(command: tuple[str, ...], last: str, byte_code: Path) -> float:
    with process.serving(command, last, byte_code) as server:
        return server.ready_s
