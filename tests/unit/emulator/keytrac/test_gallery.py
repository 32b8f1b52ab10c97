import json
import subprocess
import sys
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keytrac import gallery
from pytest_keyauth.emulator.keytrac.anytext import MOST_SLOTS, Rhythm
from pytest_keyauth.emulator.keytrac.gallery import BATCH, Gallery
from pytest_keyauth.emulator.keytrac.profile import AnytextProfile, DamagedProfile, distort
from pytest_keyauth.emulator.keytrac.slots import dwell_slot, interval_slot

KEYS = ["68", "69", "74", "75", "SPACE", "8", "RSHIFT", "190", "XYZ"]
DWELLS = [dwell_slot(key, follower)[0] for key in KEYS for follower in KEYS]
INTERVALS = [interval_slot(first, second)[0] for first in KEYS for second in KEYS]


def type_text(random: Random, keys: int = 30) -> Rhythm:
    """Anybody's: values all over the range that counts."""
    dwells = [(random.choice(DWELLS), random.uniform(-0.7, 0.7)) for _ in range(keys)]
    return Rhythm(dwells, [(random.choice(INTERVALS), random.uniform(-1.2, 1.2)) for _ in range(keys)])


def enrol(random: Random) -> bytes:
    """Somebody's profile, who has a pace of his or her own; it has adapted a few times."""
    pace = random.uniform(-0.4, 0.4)

    def type_own() -> Rhythm:
        dwells = [(random.choice(DWELLS), pace + random.uniform(-0.2, 0.2)) for _ in range(30)]
        return Rhythm(dwells, [(random.choice(INTERVALS), pace + random.uniform(-0.2, 0.2)) for _ in range(30)])

    profile = AnytextProfile.enrol([type_own(), type_own()])
    profile.adapt([type_own() for _ in range(random.choice([0, 1, 5, 60]))])
    return profile.serialize()


def one_by_one(profiles: dict[str, bytes], attempt: list[Rhythm]) -> dict[str, float]:
    """Everybody's score as authentication works it out."""
    return {name: AnytextProfile.deserialize(stored).score(attempt) for name, stored in profiles.items()}


@cache
def somebody(number: int) -> bytes:
    return enrol(Random(number))


#: What changed from one identification to the next: profiles that were written, overwritten, and (None) deleted.
histories = st.lists(
    st.dictionaries(st.sampled_from("abcdefgh"), st.none() | st.integers(0, 19).map(somebody), max_size=6),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(histories, st.integers(0, 2**32), st.integers(1, 2), st.sampled_from([None, 0, 1, 3, 10**30]))
def test_everybody_scores_as_in_an_authentication_whatever_has_changed(
    changes: list[dict[str, bytes | None]], seed: int, recordings: int, limit: int | None
) -> None:
    random, everybody = Random(seed), Gallery()
    profiles: dict[str, bytes] = {}
    for step in changes:
        everybody.update(step.items())
        profiles = {name: stored for name, stored in {**profiles, **step}.items() if stored is not None}
        attempt = [type_text(random, 12) for _ in range(recordings)]
        scores = one_by_one(profiles, attempt)
        ranked = everybody.rank(attempt, limit)
        assert [score for _, score in ranked] == sorted(map(round, scores.values()), reverse=True)[:limit]
        assert dict(ranked) == {name: round(scores[name]) for name, _ in ranked}
        exact = [scores[name] for name, _ in ranked]
        assert exact == pytest.approx(sorted(scores.values(), reverse=True)[:limit], abs=0.001)
        assert len(everybody) == len(profiles)


def test_a_score_next_to_a_half_is_rounded_as_in_an_authentication(monkeypatch: pytest.MonkeyPatch) -> None:
    """With all scores taken for near ones, all are those of the stored profiles."""
    random = Random("near")
    profiles = {str(number): enrol(random) for number in range(40)}
    everybody, attempt = Gallery(), [type_text(random, 5)]
    everybody.update(profiles.items())
    expected = {name: round(score) for name, score in one_by_one(profiles, attempt).items()}
    monkeypatch.setattr(gallery, "NEAR", 1.0)
    asked: list[bytes] = []
    deserialize = AnytextProfile.deserialize
    monkeypatch.setattr(AnytextProfile, "deserialize", lambda stored: asked.append(stored) or deserialize(stored))
    assert dict(everybody.rank(attempt)) == expected
    assert sorted(asked) == sorted(profiles.values())


def test_users_with_the_same_profile_are_in_the_order_of_their_identifiers() -> None:
    random = Random("twins")
    stored, other = enrol(random), enrol(random)
    everybody = Gallery()
    for name in ("c", "a", "x", "b"):
        everybody.update([(name, other if name == "x" else stored)])
    names = [name for name, _ in everybody.rank([type_text(random)])]
    assert [name for name in names if name != "x"] == ["a", "b", "c"]


def test_of_users_with_the_same_profile_the_first_by_identifier_are_within_the_limit() -> None:
    random = Random("triplets")
    stored = enrol(random)
    everybody = Gallery()
    everybody.update([(name, stored) for name in ("c", "a", "b")])
    assert [name for name, _ in everybody.rank([type_text(random)], 2)] == ["a", "b"]


def test_a_gallery_of_several_batches_has_everybody() -> None:
    random = Random("batches")
    profiles = [enrol(random) for _ in range(3)]
    everybody = Gallery()
    everybody.update((f"{number:05}", profiles[number % 3]) for number in range(BATCH + 7))
    attempt = [type_text(random)]
    scores = one_by_one({str(number): stored for number, stored in enumerate(profiles)}, attempt)
    expected = {f"{number:05}": round(scores[str(number % 3)]) for number in range(BATCH + 7)}
    assert dict(everybody.rank(attempt)) == expected


def test_who_changes_again_and_again_does_not_fill_the_memory() -> None:
    everybody = Gallery()
    sizes = []
    for number in range(600):
        everybody.update([(str(number % 10), somebody(number % 20))])
        sizes.append(everybody.nbytes)
    assert max(sizes[300:]) <= max(sizes[:300])
    assert len(everybody) == 10


def test_a_profile_of_nonsense_takes_a_bounded_part_of_the_memory() -> None:
    """Hostile samples name any keys: their slots are bounded, and so are those that a profile remembers."""
    keys = [f"K{number}" for number in range(400)]
    nonsense = Rhythm([(DWELLS[0], 0.1)], [(interval_slot(first, second)[0], 0.1) for first in keys for second in keys])
    everybody = Gallery()
    everybody.update([("hostile", AnytextProfile.enrol([nonsense]).serialize())])
    assert everybody.nbytes < 30 * MOST_SLOTS


def test_nobody_is_in_a_gallery_without_users() -> None:
    everybody = Gallery()
    assert everybody.rank([type_text(Random("nobody"))]) == []
    assert len(everybody) == 0


def test_nobody_can_be_ranked_while_one_profile_is_damaged() -> None:
    random = Random("damaged")
    stored, attempt = enrol(random), [type_text(random)]
    everybody = Gallery()
    everybody.update([("a", stored), ("b", stored[:-1])])
    for _ in range(2):
        with pytest.raises(DamagedProfile):
            everybody.rank(attempt)
    assert len(everybody) == 2
    everybody.update([("b", stored)])
    assert [name for name, _ in everybody.rank(attempt)] == ["a", "b"]


def test_nobody_can_be_ranked_while_one_profile_is_distorted_and_out_of_reach() -> None:
    """Also where the distorted profile knows no slot that was typed, and is not among those that are wanted."""
    random = Random("distorted")
    stored = enrol(random)
    elsewhere = AnytextProfile.enrol([Rhythm([(dwell_slot("90", "")[0], 0.1)], [])]).serialize()
    everybody = Gallery()
    everybody.update([("a", stored), ("b", distort(elsewhere))])
    with pytest.raises(ValueError, match="not finite"):
        everybody.rank([type_text(random)], 1)
    everybody.update([("b", None)])
    assert [name for name, _ in everybody.rank([type_text(random)], 1)] == ["a"]


def test_numpy_is_loaded_with_the_first_identification_and_not_before(
    anytext_enrolment: list[str], anytext_attempt: str
) -> None:
    """In a process of its own, since here it is loaded."""
    steps = """
import json, sys
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request

emulator = KeytracEmulator()
headers = (("Authorization", emulator.token), ("Content-Type", "application/json"))
post = lambda path, value: emulator.handle(Request("POST", path, headers=headers, body=json.dumps(value).encode()))
user_id = post("/users", {}).json()["id"]
enrolment, attempt = json.load(sys.stdin)
post("/anytext/enrol", {"user_id": user_id, "samples": enrolment})
assert post("/anytext/authenticate", {"user_id": user_id, "samples": [attempt]}).json()["authenticated"]
print("numpy" in sys.modules)
print(post("/anytext/identify", {"samples": [attempt]}).status, "numpy" in sys.modules)
"""
    samples = json.dumps([anytext_enrolment, anytext_attempt])
    run = subprocess.run([sys.executable, "-c", steps], input=samples, capture_output=True, text=True, check=False)
    assert run.stdout.split() == ["False", "200", "True"], run.stderr
