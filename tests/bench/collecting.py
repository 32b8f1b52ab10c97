"""What having the plugin costs a user's every run: `pytest --collect-only`, as whole processes."""

from collections.abc import Iterator

import process
from measuring import Line, Pairs

COLLECT = (*process.PYTEST, "--collect-only")


def measure(quick: bool) -> Iterator[Line]:
    """Collect one trivial test, with the plugin and without, autoload on in both."""
    with process.empty_folder() as folder:
        (folder / "test_trivial.py").write_text("def test_nothing():\n    pass\n")
        costs = [
            (
                process.run(COLLECT, folder, folder / "byte-code"),
                process.run((*COLLECT, "-p", "no:pytest_keyauth"), folder, folder / "byte-code"),
            )
            for _ in range(2 if quick else 41)
        ][1:]  # the first ones wrote the byte code
    wall = Pairs([ours.wall_ms for ours, _ in costs], [reference.wall_ms for _, reference in costs])
    cpu = Pairs([ours.cpu_ms for ours, _ in costs], [reference.cpu_ms for _, reference in costs])
    yield Line.of_ratio("collect-only with : without plugin, wall", wall, "<= 1.03x", "{:.1f} ms")
    yield Line.of_ratio("collect-only with : without plugin, CPU", cpu, "<= 1.03x", "{:.1f} ms")
