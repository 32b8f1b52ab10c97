"""How often the emulator errs about typists of the mode `distinct`, through the profiles that it stores."""

from collections.abc import Callable, Sequence

from pytest_keyauth.emulator.keytrac.anytext import Rhythm
from pytest_keyauth.emulator.keytrac.password import vectorize
from pytest_keyauth.emulator.keytrac.profile import AnytextProfile, PasswordProfile
from pytest_keyauth.emulator.keytrac.timing import measure
from pytest_keyauth.keystrokes import Typist, cast, parse
from pytest_keyauth.keystrokes.texts import PASSWORD, SENTENCES

__all__ = ["count_anytext_errors", "count_password_errors"]

ACCEPTED_FROM = 50

Enrol = Callable[[Typist], Callable[[Typist, int], float]]
"""Enrols a typist, and gives what scores one recording of a typist, of the attempt of that number."""


def count_anytext_errors(casts: int = 20, people: int = 10, attempts: int = 5) -> tuple[int, int]:
    """Genuine attempts refused, and impostors accepted: two sentences enrolled, so many attempts a person."""

    def enrol(typist: Typist) -> Callable[[Typist, int], float]:
        rhythms = [Rhythm.of(measure(parse(typist.types(text)))) for text in SENTENCES[:2]]
        profile = AnytextProfile.deserialize(AnytextProfile.enrol(rhythms).serialize())
        return lambda other, attempt: profile.score([Rhythm.of(measure(parse(other.types(SENTENCES[2 + attempt]))))])

    return _count(casts, people, attempts, enrol)


def count_password_errors(casts: int = 20, people: int = 10, attempts: int = 5) -> tuple[int, int]:
    """The same for a password of nine characters, enrolled three times."""

    def enrol(typist: Typist) -> Callable[[Typist, int], float]:
        vectors = [vectorize(measure(parse(typist.password(PASSWORD)))) for _ in range(3)]
        profile = PasswordProfile.deserialize(PasswordProfile.enrol(len(PASSWORD), vectors).serialize())
        return lambda other, _: profile.score([vectorize(measure(parse(other.password(PASSWORD))))])

    return _count(casts, people, attempts, enrol)


def _count(
    casts: int, people: int, attempts: int, enrol: Callable[[Typist], Callable[[Typist, int], float]]
) -> tuple[int, int]:
    refused = accepted = 0
    for seed in range(casts):
        typists = cast(people, f"measured {seed}")
        for number, typist in enumerate(typists):
            score = enrol(typist)
            others = _others(typists, number, attempts)
            refused += sum(round(score(typist, attempt)) < ACCEPTED_FROM for attempt in range(attempts))
            accepted += sum(round(score(others[attempt], attempt)) >= ACCEPTED_FROM for attempt in range(attempts))
    return refused, accepted


def _others(typists: Sequence[Typist], number: int, attempts: int) -> list[Typist]:
    """As many others as there are attempts: the next ones, round the cast."""
    return [typists[(number + 1 + attempt % (len(typists) - 1)) % len(typists)] for attempt in range(attempts)]
