from collections.abc import Callable
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keytrac.anytext import Rhythm
from pytest_keyauth.emulator.keytrac.password import Vector, vectorize
from pytest_keyauth.emulator.keytrac.profile import AnytextProfile, DamagedProfile, PasswordProfile, distort
from pytest_keyauth.emulator.keytrac.slots import dwell_slot, interval_slot
from pytest_keyauth.emulator.keytrac.timing import measure
from pytest_keyauth.keystrokes.grammar import parse

#: What can be learnt of two short recordings, and of a password of three keys.
D, SPACE = dwell_slot("68", "SPACE")[0], dwell_slot("SPACE", "68")[0]
D_SPACE, D_D = interval_slot("68", "SPACE")[0], interval_slot("68", "68")[0]
RHYTHM = Rhythm([(D, 0.3), (SPACE, -0.5)], [(D_SPACE, 0.25)])
OTHER_RHYTHM = Rhythm([(D, 0.6)], [(D_D, -0.125)])
VECTOR = (-2.5, -2.25, -2.0, -1.5, -1.0, 0.125, -0.0625)
ANYTEXT_BYTES = AnytextProfile.enrol([RHYTHM, OTHER_RHYTHM]).serialize()
PASSWORD_BYTES = PasswordProfile.enrol(3, [VECTOR]).serialize()

STORED = {"anytext": ANYTEXT_BYTES, "password": PASSWORD_BYTES}
LOADERS: dict[str, Callable[[bytes], object]] = {
    "anytext": AnytextProfile.deserialize,
    "password": PasswordProfile.deserialize,
}

each_method = pytest.mark.parametrize("method", STORED)


# Through bytes and back

numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)
keys = st.sampled_from(["68", "69", "74", "SPACE", "8", "RSHIFT", "190", "XYZ", "99999"])
dwells = st.tuples(st.builds(lambda *keys: dwell_slot(*keys)[0], keys, keys), st.floats(-0.7, 0.7))
intervals = st.tuples(st.builds(lambda *keys: interval_slot(*keys)[0], keys, keys), st.floats(-1.2, 1.2))
rhythms = st.builds(Rhythm, st.lists(dwells, min_size=1, max_size=6), st.lists(intervals, min_size=1, max_size=6))


@settings(max_examples=50, deadline=None)
@given(st.lists(rhythms, min_size=1, max_size=3), st.lists(rhythms, max_size=60), rhythms)
def test_an_anytext_profile_survives_being_stored(
    enrolled: list[Rhythm], adapted: list[Rhythm], attempt: Rhythm
) -> None:
    profile = AnytextProfile.enrol(enrolled)
    profile.adapt(adapted)
    loaded = AnytextProfile.deserialize(profile.serialize())
    assert loaded.serialize() == profile.serialize()
    assert loaded.score([attempt]) == pytest.approx(profile.score([attempt]), abs=0.01)


def test_the_order_of_typing_cannot_be_read_in_a_stored_anytext_profile() -> None:
    backwards = [Rhythm(each.dwells[::-1], each.intervals[::-1]) for each in (OTHER_RHYTHM, RHYTHM)]
    assert AnytextProfile.enrol(backwards).serialize() == ANYTEXT_BYTES


def test_a_stored_anytext_profile_takes_twelve_bytes_a_slot_and_some_for_all_of_them() -> None:
    assert len(ANYTEXT_BYTES) == 9 + 44 + 4 * 12


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 12))
def test_a_password_profile_survives_being_stored(data: st.DataObject, length: int) -> None:
    vectors = st.tuples(*[numbers] * (3 * length - 2))
    profile = PasswordProfile.enrol(length, data.draw(st.lists(vectors, min_size=1, max_size=4)))
    profile.adapt(data.draw(st.lists(vectors, max_size=4)))
    loaded = PasswordProfile.deserialize(profile.serialize())
    assert loaded == profile
    assert loaded.serialize() == profile.serialize()


def test_a_stored_password_profile_scores_as_the_one_that_was_enrolled(password_enrolment: list[str]) -> None:
    """Seven digits of a time are more than its milliseconds tell."""
    vectors = [vectorize(measure(parse(sample))) for sample in password_enrolment]
    profile = PasswordProfile.enrol(7, vectors[:1])
    loaded = PasswordProfile.deserialize(profile.serialize())
    assert loaded.score(vectors[1:]) == pytest.approx(profile.score(vectors[1:]), abs=0.001)


def test_a_stored_password_profile_takes_four_bytes_for_each_time() -> None:
    one, two = (len(PasswordProfile.enrol(3, [VECTOR] * count).serialize()) for count in (1, 2))
    assert two - one == 7 * 4


def test_what_was_typed_cannot_be_read_in_a_stored_password_profile(password_enrolment: list[str]) -> None:
    vectors = [vectorize(measure(parse(sample))) for sample in password_enrolment]
    stored = PasswordProfile.enrol(7, vectors).serialize()
    assert b"I0" not in stored
    assert b"firefox" not in stored


# Damage


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(STORED)), st.data())
def test_a_profile_that_was_cut_short_cannot_be_loaded(method: str, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(STORED[method]) - 1))
    with pytest.raises(DamagedProfile):
        LOADERS[method](STORED[method][:length])


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(STORED)), st.data())
def test_a_profile_with_a_flipped_byte_cannot_be_loaded(method: str, data: st.DataObject) -> None:
    damaged = bytearray(STORED[method])
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DamagedProfile):
        LOADERS[method](bytes(damaged))


@each_method
def test_a_profile_with_more_bytes_than_were_stored_cannot_be_loaded(method: str) -> None:
    with pytest.raises(DamagedProfile):
        LOADERS[method](STORED[method] + b"\x00")


@pytest.mark.parametrize(("method", "other"), [("anytext", "password"), ("password", "anytext")])
def test_a_profile_of_the_other_method_cannot_be_loaded(method: str, other: str) -> None:
    with pytest.raises(DamagedProfile, match="header"):
        LOADERS[method](STORED[other])


@each_method
@pytest.mark.parametrize("version", [0, 3, 255])
def test_a_profile_of_another_version_cannot_be_loaded_and_the_user_has_to_be_enrolled_again(
    method: str, version: int
) -> None:
    other = STORED[method][:3] + bytes([version]) + STORED[method][4:]
    with pytest.raises(DamagedProfile, match=f"version {version}, expected .: enrol the user again"):
        LOADERS[method](other)


@pytest.mark.parametrize("payload", [b"", bytes(43), bytes([1]) + bytes(43), bytes(44 + 12)])
def test_an_anytext_profile_whose_sizes_contradict_each_other_cannot_be_loaded(payload: bytes) -> None:
    """The checksum is right, and the number of slots is not that of the bytes."""
    sealed = ANYTEXT_BYTES[:5] + crc32(payload).to_bytes(4, "big") + payload
    with pytest.raises(DamagedProfile, match="bytes"):
        AnytextProfile.deserialize(sealed)


@each_method
def test_a_profile_that_is_intact_can_be_loaded(method: str) -> None:
    LOADERS[method](STORED[method])


# Distortion


def test_a_distorted_anytext_profile_loads_and_cannot_be_computed_with() -> None:
    profile = AnytextProfile.deserialize(distort(ANYTEXT_BYTES))
    with pytest.raises(ValueError, match="not finite"):
        profile.score([RHYTHM])


def test_a_distorted_password_profile_loads_and_cannot_be_computed_with() -> None:
    profile = PasswordProfile.deserialize(distort(PASSWORD_BYTES))
    assert profile.length == 3
    with pytest.raises(ValueError, match="not finite"):
        profile.score([VECTOR])


# Adaptation


def test_an_anytext_profile_lets_a_fifteenth_of_what_it_knew_fade_with_each_recording() -> None:
    profile = AnytextProfile.enrol([Rhythm([(D, 0.3)], [(D_SPACE, 1.0)])])
    profile.adapt([Rhythm([(D, 0.6)], [(D_D, 0.5)])])
    statistics = profile.statistics
    weighted = {
        slot: (count / statistics.weight, total / statistics.weight)
        for slot, (count, total) in statistics.slots.items()
    }
    assert weighted[D] == pytest.approx((14 / 15 + 1, 0.3 * 14 / 15 + 0.6))
    assert weighted[D_SPACE] == pytest.approx((14 / 15, 14 / 15))
    assert weighted[D_D] == pytest.approx((1.0, 0.5))


def test_an_anytext_profile_that_adapts_for_long_stays_as_large_as_what_is_typed() -> None:
    profile = AnytextProfile.enrol([RHYTHM])
    profile.adapt([OTHER_RHYTHM] * 500)
    assert set(profile.statistics.slots) == {D, D_D}
    count, total = profile.statistics.slots[D]
    assert count / profile.statistics.weight == pytest.approx(15)
    assert total / count == pytest.approx(0.6)


def test_a_password_profile_keeps_the_last_fifteen_recordings() -> None:
    profile = PasswordProfile.enrol(1, [(-1.0,), (-2.0,)])
    for number in range(13):
        profile.adapt([(float(number),)])
    assert profile.vectors == [(-1.0,), (-2.0,), *((float(number),) for number in range(13))]
    profile.adapt([(13.0,)])
    assert profile.vectors == [(-2.0,), *((float(number),) for number in range(14))]


def test_a_password_profile_that_adapts_to_many_at_once_keeps_the_last_of_them() -> None:
    profile = PasswordProfile.enrol(1, [(-1.0,)])
    profile.adapt([(float(number),) for number in range(40)])
    assert profile.vectors == [(float(number),) for number in range(25, 40)]


def test_of_very_many_samples_at_enrolment_a_password_profile_keeps_the_last_fifteen() -> None:
    profile = PasswordProfile.enrol(1, [(float(number),) for number in range(200)])
    assert profile.vectors == [(float(number),) for number in range(185, 200)]


def test_a_loaded_password_profile_goes_on_as_the_one_that_was_stored() -> None:
    profile = PasswordProfile.enrol(1, [(float(number),) for number in range(14)])
    loaded = PasswordProfile.deserialize(profile.serialize())
    for each in (profile, loaded):
        each.adapt([(14.0,), (15.0,)])
    assert loaded == profile


def test_a_profile_adapts_towards_what_was_accepted() -> None:
    stranger: Vector = tuple(value + 0.3 for value in VECTOR)
    profile = PasswordProfile.enrol(3, [VECTOR, VECTOR])
    before = profile.score([stranger])
    profile.adapt([stranger, stranger])
    assert profile.score([stranger]) > before


def test_the_score_of_several_password_samples_is_their_mean() -> None:
    profile = PasswordProfile.enrol(3, [VECTOR])
    other: Vector = tuple(value + 0.2 for value in VECTOR)
    assert profile.score([VECTOR, other]) == pytest.approx((profile.score([VECTOR]) + profile.score([other])) / 2)
