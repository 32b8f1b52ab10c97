"""What `make bench` runs: every measurement that the project has an aim for, in one run, as ratios.

Ours and its reference are measured in turn, A B A B …, so that whatever slows the machine down slows both. A ratio (or
a difference) is the median of the neighbours'; beside it stand the medians of both. Nothing is judged here: figures
depend on the machine and on what else it does, which is why each has its reference.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator

import collecting
import contract_run
import emulator_state
import in_process
import network
import ready
import recognition
import replaying
import rivals
import serving
import signed
from measuring import Line

MEASUREMENTS: tuple[Callable[[bool], Iterator[Line]], ...] = (
    collecting.measure,
    in_process.measure,
    recognition.measure,
    signed.measure,
    serving.measure,
    rivals.measure,
    ready.measure,
    contract_run.measure,
    replaying.measure,
    network.measure,
    emulator_state.measure,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repetitions: shows that it runs, and nothing else")
    quick = parser.parse_args().quick
    started = time.monotonic()
    print(
        f"Python {sys.version.split()[0]}; ours and its reference are measured in turn, A B A B …; "
        "a ratio or difference is the median of the neighbours'"
    )
    print(Line.HEADING)
    for measure in MEASUREMENTS:
        for line in measure(quick):
            print(line, flush=True)
    print(f"took {time.monotonic() - started:.0f} s{', --quick: too short to mean anything' if quick else ''}")


if __name__ == "__main__":
    main()
