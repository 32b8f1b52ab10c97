"""What a fresh state costs each test: a new emulator, or the reset of a used one."""

import time
from collections.abc import Iterator
from random import Random
from statistics import median

from measuring import Line

from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request


def measure(quick: bool) -> Iterator[Line]:
    """Single calls, in microseconds; there is no reference, since every alternative does something else."""
    repetitions = 10 if quick else 5000
    emulator = KeytracEmulator(random=Random("bench"))
    resets = [_reset_us(emulator) for _ in range(repetitions)]
    yield Line("reset of an emulator with a user", f"{median(resets):.1f} us", "some us")
    fresh = [_fresh_us() for _ in range(repetitions)]
    yield Line("a fresh emulator, seeded", f"{median(fresh):.1f} us", "some us")


def _reset_us(emulator: KeytracEmulator) -> float:
    emulator.handle(Request("POST", "/users", headers=(("Authorization", emulator.token),)))
    started = time.perf_counter_ns()
    emulator.reset()
    return (time.perf_counter_ns() - started) / 1000


def _fresh_us() -> float:
    started = time.perf_counter_ns()
    KeytracEmulator(random=Random("bench"))
    return (time.perf_counter_ns() - started) / 1000
