"""AnyText scoring by itself: one authentication, and identification among many.

The reference of identification is the least that anything has to do that looks at the same numbers: for each slot that
was typed, gather the counts and totals of those users who have it, and add them to the users' sums.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy
from document_user import SAMPLES
from measuring import Line, Pairs, in_turn

from pytest_keyauth.emulator.keytrac.account import AccountSettings
from pytest_keyauth.emulator.keytrac.anytext import Rhythm
from pytest_keyauth.emulator.keytrac.gallery import Gallery
from pytest_keyauth.emulator.keytrac.profile import AnytextProfile
from pytest_keyauth.emulator.keytrac.submission import read_submission
from pytest_keyauth.emulator.keytrac.timing import measure as measure_timing
from pytest_keyauth.keystrokes import cast, parse
from pytest_keyauth.keystrokes.texts import SENTENCES

SETTINGS = AccountSettings()
TYPISTS = 40
#: So many accepted attempts fill a profile's window.
ATTEMPTS_BEFORE = 20
WANTED = 10
TYPED_CHARACTERS = 80

Columns = list[tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]]
"""For each slot: rows of the users who have it, their counts, their totals."""


def measure(quick: bool) -> Iterator[Line]:
    """A sample typed, an authentication without HTTP, then identification."""
    yield _measure_typing(*((2, 5) if quick else (41, 50)))
    yield from _measure_authentication(*((2, 5) if quick else (41, 50)))
    yield from _measure_identification((50, 500) if quick else (1000, 100_000), 2 if quick else 11)


def _measure_typing(rounds: int, calls: int) -> Line:
    """A person types the same text again; the reference reads what was typed."""
    [typist] = cast(1, "bench", mode="realistic")
    text = SENTENCES[1][:TYPED_CHARACTERS]
    sample = typist.types(text)
    pairs = in_turn(
        rounds, partial(_time_us, calls, partial(typist.types, text)), partial(_time_us, calls, partial(parse, sample))
    )
    return Line.of_ratio(f"{TYPED_CHARACTERS} characters, typed : parsed", pairs, "< 500 us", "{:.0f} us")


def _measure_authentication(rounds: int, calls: int) -> Iterator[Line]:
    enrolment, samples = SAMPLES["anytext"]
    profile = AnytextProfile.enrol(read_submission(enrolment, "anytext", "enrol", SETTINGS).rhythms)
    profile.adapt(read_submission(samples, "anytext", "authenticate", SETTINGS).rhythms * ATTEMPTS_BEFORE)
    authenticate = partial(_authenticate, profile.serialize(), samples)
    body = {"user_id": "f7f3ff36-4c4b-4a4a-9c2a-bb9aa5a0bb1d", "samples": samples}
    for name, reference in (
        ("json", lambda: json.loads(json.dumps(body))),
        ("parse", lambda: [parse(sample) for sample in samples]),
    ):
        pairs = in_turn(rounds, partial(_time_us, calls, authenticate), partial(_time_us, calls, reference))
        yield Line.of_ratio(f"anytext, sample to stored profile : {name}", pairs, "< 250 us", "{:.0f} us")


def _authenticate(stored: bytes, samples: Sequence[str]) -> bytes:
    """All that an accepted attempt takes, from the samples' text to the bytes of the adapted profile."""
    rhythms = read_submission(samples, "anytext", "authenticate", SETTINGS).rhythms
    profile = AnytextProfile.deserialize(stored)
    assert profile.score(rhythms) >= 50
    profile.adapt(rhythms)
    return profile.serialize()


def _measure_identification(sizes: tuple[int, int], rounds: int) -> Iterator[Line]:
    typists = cast(TYPISTS, "bench")
    attempt = _read([typists[0].types(SENTENCES[0])])
    pairs, profiles = {}, [_enrol([typist.types(text) for text in SENTENCES[1:3]]) for typist in typists]
    for users in sizes:
        gallery = Gallery()
        gallery.update((f"{user:06}", profiles[user % TYPISTS]) for user in range(users))
        columns = _gather(profiles, users, attempt)
        identify, gather = partial(gallery.rank, attempt, WANTED), partial(_sum_up, columns, users)
        pairs[users] = in_turn(rounds, partial(_time_us, 3, identify), partial(_time_us, 3, gather))
        yield Line.of_ratio(f"identify among {users:,} : one numpy pass", pairs[users], "< 3x", "{:.0f} us")
    smaller, larger = ([time_us / users for time_us in pairs[users].ours] for users in sizes)
    yield Line.of_ratio("  time per user of the larger : of the smaller", Pairs(larger, smaller), "linear", "{:.2f} us")
    changes = [(f"{user:06}", profiles[(user + 1) % TYPISTS]) for user in range(10 * rounds)]
    figure_us = _time_us(1, partial(_change_one_by_one, gallery, changes)) / len(changes)
    yield Line("a changed profile, taken into the larger", f"{figure_us:.0f} us", "not linear")


def _change_one_by_one(gallery: Gallery, changes: list[tuple[str, bytes]]) -> None:
    for change in changes:
        gallery.update([change])


def _read(samples: Sequence[str]) -> list[Rhythm]:
    return [Rhythm.of(measure_timing(parse(sample))) for sample in samples]


def _enrol(samples: Sequence[str]) -> bytes:
    return AnytextProfile.enrol(_read(samples)).serialize()


def _gather(profiles: Sequence[bytes], users: int, attempt: Sequence[Rhythm]) -> Columns:
    """The columns of those slots that the attempt needs, of users who have the profiles in turn."""
    sums = [AnytextProfile.deserialize(stored).statistics.slots for stored in profiles]
    columns = []
    for slot in {slot for rhythm in attempt for slot, _ in rhythm.dwells + rhythm.intervals}:
        owners = [place for place, slots in enumerate(sums) if slot in slots]
        rows = numpy.sort(numpy.concatenate([numpy.arange(place, users, len(sums)) for place in [*owners, users]]))
        counts, totals = (
            numpy.array([slots.get(slot, (0.0, 0.0))[which] for slots in sums], numpy.float32) for which in (0, 1)
        )
        columns.append((rows, counts[rows % len(sums)], totals[rows % len(sums)]))
    return columns


def _sum_up(columns: Columns, users: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    seen, sums = numpy.zeros(users), numpy.zeros(users)
    for rows, counts, totals in columns:
        seen[rows] += counts
        sums[rows] += totals
    return seen, sums


def _time_us(calls: int, call: Callable[[], object]) -> float:
    """The mean of so many calls, in microseconds."""
    started = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - started) / calls * 1e6
