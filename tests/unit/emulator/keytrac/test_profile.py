from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keytrac.anytext import Rhythm
from pytest_keyauth.emulator.keytrac.password import Vector, vectorize
from pytest_keyauth.emulator.keytrac.profile import AnytextProfile, DamagedProfile, PasswordProfile, distort
from pytest_keyauth.emulator.keytrac.timing import measure
from pytest_keyauth.keystrokes.grammar import parse

#: What can be learnt of two short recordings, and of a password of three keys.
RHYTHM = Rhythm([("68", 0.3), ("SPACE", -0.5)], [("68 SPACE", 0.25)])
OTHER_RHYTHM = Rhythm([("68", 0.6)], [("68 68", -0.125)])
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
residuals = st.lists(st.tuples(st.text("AZ09_ ", min_size=1, max_size=4), st.floats(-2, 2)), min_size=1, max_size=6)
rhythms = st.builds(Rhythm, residuals, residuals)


@settings(max_examples=50, deadline=None)
@given(st.lists(rhythms, min_size=1, max_size=3), st.lists(rhythms, max_size=3))
def test_an_anytext_profile_survives_being_stored(enrolled: list[Rhythm], adapted: list[Rhythm]) -> None:
    profile = AnytextProfile.enrol(enrolled)
    profile.adapt(adapted)
    loaded = AnytextProfile.deserialize(profile.serialize())
    assert loaded == profile
    assert loaded.serialize() == profile.serialize()


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
    profile = AnytextProfile.enrol([Rhythm([("68", 0.3)], [("68 69", 1.0)])])
    profile.adapt([Rhythm([("68", 0.6)], [("69 68", 2.0)])])
    statistics = profile.statistics
    assert statistics.dwell.slots["68"] == pytest.approx((14 / 15 + 1, 0.3 * 14 / 15 + 0.6, 0.09 * 14 / 15 + 0.36))
    assert statistics.interval.slots["68 69"] == pytest.approx((14 / 15, 14 / 15, 14 / 15))
    assert statistics.interval.slots["69 68"] == (1.0, 2.0, 4.0)


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
