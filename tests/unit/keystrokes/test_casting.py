import sys
from collections import defaultdict
from itertools import combinations
from statistics import fmean
from typing import Any

import pytest

from pytest_keyauth.emulator.keytrac.anytext import Rhythm as AnytextRhythm
from pytest_keyauth.emulator.keytrac.password import vectorize
from pytest_keyauth.emulator.keytrac.profile import AnytextProfile, PasswordProfile
from pytest_keyauth.emulator.keytrac.timing import measure
from pytest_keyauth.keystrokes import Typist, cast, parse
from pytest_keyauth.keystrokes.casting import Device, Mode
from pytest_keyauth.keystrokes.keyboard import SHIFTS
from pytest_keyauth.keystrokes.names import find_name
from pytest_keyauth.keystrokes.population import REALISTIC
from pytest_keyauth.keystrokes.texts import sentence

SENTENCE = "Der Nebel liegt noch auf den Wiesen, als Anna die Fähre am anderen Ufer zum ersten Mal sieht."
OTHER_SENTENCE = "Auf dem Markt gibt es heute Birnen, Quitten und Honig, aber keinen frischen Käse mehr."


def test_a_cast_follows_from_its_seed() -> None:
    assert cast(5, 1) == cast(5, 1)
    assert [typist.types("Ja") for typist in cast(5, 1)] == [typist.types("Ja") for typist in cast(5, 1)]
    assert cast(5, 1) != cast(5, 2)


def test_the_people_of_a_cast_do_not_depend_on_what_their_recordings_follow_from() -> None:
    here, elsewhere = cast(2, 1, recordings="here"), cast(2, 1, recordings="elsewhere")
    assert here == elsewhere == cast(2, 1)
    assert here[0].types("Ja") != elsewhere[0].types("Ja")


def test_a_larger_cast_begins_with_the_smaller_one() -> None:
    assert cast(10, "seed/of a test")[:3] == cast(3, "seed/of a test")


def test_a_cast_can_be_empty_but_not_less() -> None:
    assert cast(0, 1) == []
    with pytest.raises(ValueError, match="a cast cannot have -1 typists; ask for 0 or more"):
        cast(-1, 1)


@pytest.mark.parametrize("device", ["desktop", "mobile"])
@pytest.mark.parametrize("seed", range(1))
def test_twelve_typists_are_far_apart_wherever_they_are_most_alike(seed: int, device: Device) -> None:
    typists = cast(12, seed, device=device)
    assert all(typist.device == device for typist in typists)
    assert min(one.rhythm.distance(other.rhythm) for one, other in combinations(typists, 2)) > 1.5


def test_realistic_people_are_not_chosen_to_be_apart() -> None:
    typists = cast(20, 1, mode="realistic")
    assert {typist.population for typist in typists} == {REALISTIC}
    assert min(one.rhythm.distance(other.rhythm) for one, other in combinations(typists, 2)) < 0.7


def test_a_cast_types_on_the_keyboards_of_its_language_at_the_pace_that_was_asked_for() -> None:
    [typist] = cast(1, 1, language="fr", pace=60)
    assert typist.language == "fr"
    assert round(typist.words_per_minute) == 60
    assert parse(typist.types("Où ça ?")).keys
    assert cast(1, 1, language="de-AT")[0].language == "de"


@pytest.mark.parametrize("mode", ["distinct", "realistic"])
def test_everybody_of_a_french_cast_types_on_a_french_keyboard(mode: Mode) -> None:
    for typist in cast(3, 1, mode=mode, language="fr"):
        keys = [event.key for event in parse(typist.types("é1")).events if event.action == "d"]
        assert [key for key in keys if key not in SHIFTS] == ["50", "49"]
        assert keys[0] == "50"  # AZERTY writes é with the key of 2 alone, and 1 with shift
        assert len(keys) == 3


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"mode": "real"}, "mode='real': expected 'distinct' or 'realistic'"),
        ({"device": "phone"}, "device='phone': expected 'desktop' or 'mobile'"),
        ({"pace": 500}, "nobody types 500 words per minute here; expected 10 to 150"),
        ({"pace": 9.9}, "nobody types 9.9 words per minute here; expected 10 to 150"),
        ({"language": "xx"}, "'xx'.* expected a language tag such as 'de-AT', of the languages .*de-CH.*, fr"),
    ],
)
def test_what_no_cast_can_be_is_refused(wish: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cast(1, 1, **wish)


@pytest.mark.parametrize("method", ["anytext", "password"])
def test_distinct_people_get_in_and_nobody_else_does(method: str) -> None:
    for seed in range(3):
        typists = cast(6, f"apart {seed}")
        attempts, profiles = zip(*(enrolled(typist, method) for typist in typists), strict=True)
        for number, profile in enumerate(profiles):
            accepted = [profile.score([attempt]) >= 50 for attempt in attempts]
            assert accepted == [number == other for other in range(6)]


def enrolled(typist: Typist, method: str) -> tuple[Any, Any]:
    """An attempt of a typist, and what the emulator has learnt of them from two sentences, or three passwords."""
    if method == "anytext":
        rhythms = [AnytextRhythm.of(measure(parse(typist.types(sentence(number))))) for number in range(3)]
        return rhythms[2], AnytextProfile.enrol(rhythms[:2])
    vectors = [vectorize(measure(parse(typist.password("kiesel-27")))) for _ in range(4)]
    return vectors[3], PasswordProfile.enrol(9, vectors[:3])


def test_everybody_has_a_name_of_their_own_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faker", None)
    find_name.cache_clear()
    names = [typist.name for typist in cast(80, 1, mode="realistic")]  # who need not be chosen to be apart
    assert len(set(names)) == 80
    assert names[0] == "Alma Birkhain"
    assert names[36] == "Alma Birkhain 2"
    find_name.cache_clear()


def test_where_faker_is_installed_names_are_of_the_language_and_of_the_seed() -> None:
    pytest.importorskip("faker")
    find_name.cache_clear()
    assert find_name("pl", "somebody", 0) == find_name("pl", "somebody", 7) != find_name("pl", "somebody else", 0)
    assert len({typist.name for typist in cast(30, 1, mode="realistic", language="sv")}) > 25


def habits(texts: list[str]) -> dict[str, float]:
    """The mean hold of each key (ms), and the mean interval from key to key, as measured in samples."""
    times_ms: dict[str, list[int]] = defaultdict(list)
    for text in texts:
        now_ms = 0
        down_ms: dict[str, int] = {}
        last_down_ms = None
        for event in parse(text).events:
            now_ms += event.delay_ms
            if event.action == "u":
                times_ms[event.key].append(now_ms - down_ms.pop(event.key))
                continue
            down_ms[event.key] = now_ms
            if last_down_ms is not None:
                times_ms["interval"].append(now_ms - last_down_ms)
            last_down_ms = now_ms
    return {key: fmean(times) for key, times in times_ms.items()}


def difference(one: dict[str, float], other: dict[str, float]) -> float:
    shared = one.keys() & other.keys()
    return fmean(abs(one[key] - other[key]) / (one[key] + other[key]) for key in shared)


@pytest.mark.slow
def test_a_sentence_is_enough_to_tell_thirty_typists_apart() -> None:
    typists = cast(30, 1)
    known = [habits([typist.types(SENTENCE), typist.types(OTHER_SENTENCE)]) for typist in typists]
    for number, typist in enumerate(typists):
        sample = habits([typist.types(SENTENCE)])
        differences = [difference(sample, habit) for habit in known]
        assert differences.index(min(differences)) == number


def test_a_password_is_enough_to_tell_five_typists_apart() -> None:
    def samples(typist: Typist) -> list[str]:
        return [typist.password("kiesel-27") for _ in range(3)]

    typists = cast(5, 1)
    known = [habits(samples(typist)) for typist in typists]
    for number, typist in enumerate(typists):
        differences = [difference(habits([typist.password("kiesel-27")]), habit) for habit in known]
        assert differences.index(min(differences)) == number
