"""Casts: several typists whose rhythms are far apart, or a number of people as they are."""

from functools import lru_cache
from typing import Literal, NamedTuple

from pytest_keyauth.keystrokes.layouts import find_layout
from pytest_keyauth.keystrokes.population import DISTINCT, POPULATIONS, Population
from pytest_keyauth.keystrokes.rhythm import Rhythm
from pytest_keyauth.keystrokes.typist import Typist

__all__ = ["DEVICES", "Device", "Mode", "cast"]

Mode = Literal["distinct", "realistic"]
Device = Literal["desktop", "mobile"]
DEVICES = ("desktop", "mobile")

_CANDIDATES = 50  # for each part; the one farthest from everybody before gets it


class _Part(NamedTuple):
    """What all candidates for the parts of a cast have in common."""

    seed: int | str
    mobile: bool
    population: Population
    pace: float | None

    def play(self, person: str) -> Rhythm:
        """The rhythm of a candidate."""
        return Rhythm.drawn(person, self.mobile, self.population, self.pace)


def cast(
    count: int,
    seed: int | str,
    *,
    mode: Mode = "distinct",
    language: str = "de",
    device: Device = "desktop",
    pace: float | None = None,
    recordings: int | str | None = None,
) -> list[Typist]:
    """So many typists, the same ones for the same seed, and the first of a larger cast of that seed.

    In the mode `distinct` each is chosen to be far from all before, so that the emulator tells their recordings apart
    (the README says how surely); in the mode `realistic` they differ and err like human beings. `language` is that of
    their keyboards (a BCP 47 tag, see `layouts`), `device` desktop or mobile, `pace` their speed in words per minute
    (each has their own otherwise); `recordings` is what their recordings follow from (see Typist).
    Raises ValueError for a negative count, and for a mode, language, device or pace that there is not.
    """
    if not isinstance(count, int):
        raise TypeError(f"a cast cannot have {count!r} typists; ask for a whole number")
    if count < 0:
        raise ValueError(f"a cast cannot have {count} typists; ask for 0 or more")
    if mode not in POPULATIONS:
        raise ValueError(f"mode={mode!r}: expected {' or '.join(map(repr, POPULATIONS))}")
    if device not in DEVICES:
        raise ValueError(f"device={device!r}: expected {' or '.join(map(repr, DEVICES))}")
    part = _Part(seed, device == "mobile", POPULATIONS[mode], pace)
    return [
        Typist(
            _person(part, number),
            population=part.population,
            layout=find_layout(language),
            mobile=part.mobile,
            pace=pace,
            number=number,
            recordings=recordings,
        )
        for number in range(count)
    ]


@lru_cache(maxsize=4096)  # choosing takes milliseconds a person; a run casts the same few people in every test
def _person(part: _Part, number: int) -> str:
    """The seed of the person of that number: of some candidates, the one farthest from everybody before."""
    if part.population is not DISTINCT:
        return f"{part.seed}/{number}"
    before = [part.play(_person(part, earlier)) for earlier in range(number)]
    candidates = [f"{part.seed}/{number}/{candidate}" for candidate in range(_CANDIDATES if before else 1)]

    def distance(candidate: str) -> float:
        rhythm = part.play(candidate)
        return min((rhythm.distance(other) for other in before), default=0.0)

    return max(candidates, key=distance)
