"""The whole contract run in one process, against as many trivial tests: what a contract costs above pytest's own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import process
from measuring import Line, Pairs, done_in_turn

CONTRACTS = (*process.PYTEST, "--keyauth-contracts=all")
TRIVIAL = (*process.PYTEST, "-p", "no:pytest_keyauth")
MODULES = 20  # about as many as the contracts are in

#: Prints how long it takes to import what the contracts use, where pytest has loaded what it loads anyway.
IMPORTS = """
import contextlib, io, pytest, time
with contextlib.redirect_stdout(io.StringIO()):
    pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:pytest_keyauth"])
started = time.perf_counter()
import pytest_keyauth.plugin, pytest_keyauth.targets.keytrac, pytest_keyauth.targets.keyfax, pytest_keyauth.summary
import pytest_keyauth.keystrokes.samples, pytest_keyauth.keystrokes.casting, yaml
print((time.perf_counter() - started) * 1000)
"""


def measure(quick: bool) -> Iterator[Line]:
    """Whole processes, in ms a contract, and the part of them that is imports."""
    rounds = 1 if quick else 11
    with process.empty_folder() as folder:
        byte_code, empty, trivial = folder / "byte-code", folder / "empty", folder / "trivial"
        empty.mkdir()
        count = process.run((*CONTRACTS, "--collect-only"), empty, byte_code).output.count("::")
        _write_trivial_tests(trivial, count)
        runs = done_in_turn(
            rounds,
            lambda: process.run(CONTRACTS, empty, byte_code),
            lambda: process.run(TRIVIAL, trivial, byte_code),
        )
        imports = [_import_ms(trivial, byte_code) / count for _ in range(rounds + 1)][1:]
    wall, cpu = Pairs.of(runs, lambda run: run.wall_ms / count), Pairs.of(runs, lambda run: run.cpu_ms / count)
    yield Line.of_difference(f"a contract (of {count}) above a trivial test, wall", wall, "< 1.5 ms", "{:.2f} ms")
    yield Line.of_difference(f"a contract (of {count}) above a trivial test, CPU", cpu, "< 1.5 ms", "{:.2f} ms")
    yield Line("  of which imports", f"{median(imports):.2f} ms")


def _write_trivial_tests(folder: Path, count: int) -> None:
    folder.mkdir()
    for module in range(MODULES):
        tests = "".join(f"def test_{number}():\n    pass\n" for number in range(module, count, MODULES))
        (folder / f"test_trivial_{module}.py").write_text(tests)


def _import_ms(folder: Path, byte_code: Path) -> float:
    return float(process.run((sys.executable, "-c", IMPORTS), folder, byte_code).output)
