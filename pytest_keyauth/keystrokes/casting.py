"""Casts: several typists of whom no two could be taken for each other."""

from functools import lru_cache

from pytest_keyauth.keystrokes.rhythm import Rhythm
from pytest_keyauth.keystrokes.typist import Typist

__all__ = ["cast"]

_CANDIDATES = 40  # for each part; the one farthest from everybody before gets it

_NAMES = (
    "Alma Birkhain", "Bruno Felsner", "Clara Moosgrund", "Dario Winterlich",
    "Edda Kranzfeld", "Falk Ostermoor", "Greta Silbersee", "Hanno Tiefbrunn",
    "Ilka Morgenroth", "Joris Lindacker", "Kaja Sandberger", "Levin Hagedank",
    "Malin Eschweg", "Nils Rabenhorst", "Oda Feuerbach", "Piet Wiesenrain",
    "Quirin Talheimer", "Romy Kieselbach", "Sander Nebelung", "Thea Goldammer",
    "Ulf Steinkamp", "Viola Herbstritt", "Wanja Auental", "Xenia Brombeer",
    "Yorick Dornfeld", "Zita Abendrot", "Anton Mühlgraben", "Berit Schneewind",
    "Caspar Lerchenau", "Dörte Weidenhof", "Emil Hasenklee", "Frauke Bernstein",
    "Gero Nachtigall", "Hilde Sonntager", "Iven Buchfink", "Jette Marschner",
)  # fmt: skip


def cast(count: int, seed: int | str, *, mobile: bool = False, recordings: int | str | None = None) -> list[Typist]:
    """So many typists, the same ones for the same seed, and the first of a larger cast of that seed.

    Each is far enough from all before. `recordings` is what their recordings follow from (see Typist).
    Raises ValueError for a negative count.
    """
    if not isinstance(count, int):
        raise TypeError(f"a cast cannot have {count!r} typists; ask for a whole number")
    if count < 0:
        raise ValueError(f"a cast cannot have {count} typists; ask for 0 or more")
    return [
        Typist(_name(number), _person(number, seed, mobile), mobile, recordings=recordings) for number in range(count)
    ]


@lru_cache(maxsize=4096)  # choosing takes 5 ms a person; a run casts the same few people in every test
def _person(number: int, seed: int | str, mobile: bool) -> str:
    """The seed of the person of that number: of some candidates, the one farthest from everybody before."""
    before = [Rhythm.drawn(_person(earlier, seed, mobile), mobile) for earlier in range(number)]
    candidates = [f"{seed}/{number}/{candidate}" for candidate in range(_CANDIDATES if before else 1)]

    def distance(candidate: str) -> float:
        rhythm = Rhythm.drawn(candidate, mobile)
        return min((rhythm.distance(other) for other in before), default=0.0)

    return max(candidates, key=distance)


def _name(number: int) -> str:
    """A made-up name of their own for everybody: after the last of the list, with a number."""
    name = _NAMES[number % len(_NAMES)]
    return name if number < len(_NAMES) else f"{name} {number // len(_NAMES) + 1}"
