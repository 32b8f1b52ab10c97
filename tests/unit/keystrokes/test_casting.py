from collections import defaultdict
from itertools import combinations
from statistics import fmean

import pytest

from pytest_keyauth.keystrokes import Typist, cast, parse

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


@pytest.mark.parametrize("mobile", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_thirty_typists_are_far_apart(seed: int, mobile: bool) -> None:
    typists = cast(30, seed, mobile=mobile)
    assert all(typist.mobile is mobile for typist in typists)
    assert min(one.rhythm.distance(other.rhythm) for one, other in combinations(typists, 2)) > 2.3


def test_everybody_has_a_name_of_their_own_however_many_there_are() -> None:
    names = [typist.name for typist in cast(80, 1)]
    assert len(set(names)) == 80
    assert names[0] == "Alma Birkhain"
    assert names[36] == "Alma Birkhain 2"


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
