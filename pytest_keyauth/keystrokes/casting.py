"""Casts: several typists of whom no two could be taken for each other."""

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


def cast(count: int, seed: int | str, *, mobile: bool = False) -> list[Typist]:
    """So many typists, the same ones for the same seed, and the first of a larger cast of that seed.

    Each is far enough from all before. Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError(f"a cast cannot have {count} typists; ask for 0 or more")
    typists: list[Typist] = []
    while len(typists) < count:
        typists.append(_next_typist([typist.rhythm for typist in typists], seed, mobile))
    return typists


def _next_typist(before: list[Rhythm], seed: int | str, mobile: bool) -> Typist:
    number = len(before)
    candidates = [f"{seed}/{number}/{candidate}" for candidate in range(_CANDIDATES if before else 1)]

    def distance(candidate: str) -> float:
        rhythm = Rhythm.drawn(candidate, mobile)
        return min((rhythm.distance(other) for other in before), default=0.0)

    return Typist(_name(number), max(candidates, key=distance), mobile)


def _name(number: int) -> str:
    """A made-up name of their own for everybody: after the last of the list, with a number."""
    name = _NAMES[number % len(_NAMES)]
    return name if number < len(_NAMES) else f"{name} {number // len(_NAMES) + 1}"
