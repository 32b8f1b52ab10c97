"""What having the plugin costs a user's every run: `pytest --collect-only`, as whole processes."""

from collections.abc import Iterator

import process
from measuring import Line, Pairs, done_in_turn

COLLECT = (*process.PYTEST, "--collect-only")


def measure(quick: bool) -> Iterator[Line]:
    """Collect one trivial test, with the plugin and without, autoload on in both."""
    with process.empty_folder() as folder:
        (folder / "test_trivial.py").write_text("def test_nothing():\n    pass\n")
        runs = done_in_turn(
            1 if quick else 40,
            lambda: process.run(COLLECT, folder, folder / "byte-code"),
            lambda: process.run((*COLLECT, "-p", "no:pytest_keyauth"), folder, folder / "byte-code"),
        )
    wall, cpu = Pairs.of(runs, lambda run: run.wall_ms), Pairs.of(runs, lambda run: run.cpu_ms)
    yield Line.of_ratio("collect-only with : without plugin, wall", wall, "<= 1.03x", "{:.1f} ms")
    yield Line.of_ratio("collect-only with : without plugin, CPU", cpu, "<= 1.03x", "{:.1f} ms")
