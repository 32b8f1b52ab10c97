import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy

import pytest

from pytest_keyauth.keystrokes import GrammarError, Samples, cast, parse
from pytest_keyauth.keystrokes.keyboard import GERMAN, US
from pytest_keyauth.keystrokes.samples import MaskedSamples
from pytest_keyauth.keystrokes.texts import PASSWORD, SENTENCES, password_of, text_of

Factory = Samples | MaskedSamples
COMMON = {
    "valid", "corrupted", "mixed_devices", "duplicates", "no_input", "undetermined_length", "wrong_kind",
    "only_key_downs", "too_short", "masked", "by", "typist",
}  # fmt: skip
WITH_INDEX = ["corrupted", "no_input", "undetermined_length", "wrong_kind", "only_key_downs", "too_short"]
OF_SEVERAL = ["mixed_devices", "duplicates"]


@pytest.fixture
def samples() -> Samples:
    return Samples(cast(1, "samples")[0])


@pytest.fixture(params=["unmasked", "masked"])
def factory(samples: Samples, request: pytest.FixtureRequest) -> Factory:
    return samples.masked if request.param == "masked" else samples


def faults(text: str) -> set[str]:
    """Everything that keeps a single sample from being a good one, but for its kind."""
    try:
        recording = parse(text)
    except GrammarError:
        return {"corrupted"}
    downs = [event.key for event in recording.events if event.action == "d"]
    ups = [event.key for event in recording.events if event.action == "u"]
    if not recording.keys:
        return {"no input"}
    found = set()
    if not ups:
        found.add("only key downs")
    elif len(ups) < 4:
        found.add("too short")
    if recording.mobile:
        found.add("other device")
    if any("SHIFT" in key for key in downs) and all("SHIFT" in key for key in downs):
        found.add("nothing typed")
    if recording.masked and recording.length is None:
        found.add("no length")
    elif recording.length is not None and not recording.length.isdecimal():
        found.add("length is no number")
    elif recording.length is not None and len(downs) != int(recording.length) and "too short" not in found:
        found.add("keys are missing")
    return found


def kinds(texts: list[str]) -> list[bool]:
    return [parse(text).masked for text in texts]


def test_good_samples_are_good_and_no_two_are_the_same(factory: Factory) -> None:
    texts = factory.valid(count=20)
    assert [faults(text) for text in texts] == [set()] * 20
    assert set(kinds(texts)) == {isinstance(factory, MaskedSamples)}
    assert len({parse(text).delays_ms for text in texts}) == 20


def test_two_is_the_usual_count(factory: Factory) -> None:
    assert len(factory.valid()) == 2
    for name in WITH_INDEX + OF_SEVERAL:
        assert len(getattr(factory, name)()) == 2


@pytest.mark.parametrize("index", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("corrupted", "corrupted"),
        ("no_input", "no input"),
        ("only_key_downs", "only key downs"),
        ("too_short", "too short"),
    ],
)
def test_one_sample_has_this_fault_and_only_this(factory: Factory, name: str, fault: str, index: int) -> None:
    texts = getattr(factory, name)(index=index, count=3)
    assert [faults(text) for text in texts] == [{fault} if number == index else set() for number in (1, 2, 3)]
    if fault != "corrupted":
        assert set(kinds(texts)) <= {isinstance(factory, MaskedSamples)}


@pytest.mark.parametrize("index", [1, 2, 3])
def test_the_length_of_one_sample_cannot_be_determined(factory: Factory, index: int) -> None:
    fault = "length is no number" if isinstance(factory, MaskedSamples) else "nothing typed"
    texts = factory.undetermined_length(index=index, count=3)
    assert [faults(text) for text in texts] == [{fault} if number == index else set() for number in (1, 2, 3)]
    assert set(kinds(texts)) == {isinstance(factory, MaskedSamples)}


@pytest.mark.parametrize("index", [1, 2, 3])
def test_one_sample_is_of_the_other_kind_and_good_otherwise(factory: Factory, index: int) -> None:
    texts = factory.wrong_kind(index=index, count=3)
    masked = isinstance(factory, MaskedSamples)
    assert kinds(texts) == [masked != (number == index) for number in (1, 2, 3)]
    assert [faults(text) for text in texts] == [set()] * 3


def test_the_last_sample_is_from_the_other_device(factory: Factory) -> None:
    texts = factory.mixed_devices(count=3)
    assert [faults(text) for text in texts] == [set(), set(), {"other device"}]


def test_the_other_device_of_a_phone_is_a_desktop() -> None:
    texts = Samples(cast(1, 1, device="mobile")[0]).mixed_devices()
    assert [parse(text).mobile for text in texts] == [True, False]


def test_duplicates_are_one_good_sample_several_times(factory: Factory) -> None:
    first, *others = factory.duplicates(count=3)
    assert others == [first, first]
    assert faults(first) == set()


def test_a_no_input_sample_still_has_its_length_if_masked(samples: Samples) -> None:
    assert parse(samples.masked.no_input()[0]).length == "9"
    assert parse(samples.no_input()[0]).length is None


def test_key_downs_come_at_the_times_they_would_have(samples: Samples) -> None:
    whole = parse(Samples(cast(1, "samples")[0]).valid(count=1)[0])
    downs = parse(samples.only_key_downs(count=1)[0])
    elapsed_ms, down_times_ms = 0, []
    for event in whole.events:
        elapsed_ms += event.delay_ms
        if event.action == "d":
            down_times_ms.append(elapsed_ms)
    assert [sum(downs.delays_ms[: number + 1]) for number in range(len(downs.keys))] == down_times_ms


@pytest.mark.parametrize("index", [1, 2, 3])
def test_one_masked_sample_has_no_length(samples: Samples, index: int) -> None:
    texts = samples.masked.no_length(index=index, count=3)
    expected = [{"no length"} if number == index else set() for number in (1, 2, 3)]
    assert [faults(text) for text in texts] == expected
    assert set(kinds(texts)) == {True}


def test_the_last_masked_sample_is_of_another_length(samples: Samples) -> None:
    texts = samples.masked.ambiguous_sizes(count=3)
    assert [parse(text).length for text in texts] == ["9", "9", "10"]
    assert [faults(text) for text in texts] == [set()] * 3


@pytest.mark.parametrize("length", [4, 7, 9, 10, 40])
def test_masked_samples_can_be_of_any_length(samples: Samples, length: int) -> None:
    texts = samples.masked.of_length(length, count=3)
    assert [parse(text).length for text in texts] == [str(length)] * 3
    assert [faults(text) for text in texts] == [set()] * 3


def characters_in(text: str) -> int:
    return sum(event.action == "d" and "SHIFT" not in event.key for event in parse(text).events)


@pytest.mark.parametrize(("length", "count"), [(4, 1), (39, 1), (40, 1), (41, 2), (12, 3), (1000, 3)])
def test_texts_can_have_any_combined_length(samples: Samples, length: int, count: int) -> None:
    texts = samples.of_text_length(length, count)
    assert len(texts) == count
    assert sum(map(characters_in, texts)) == length
    assert [faults(text) for text in texts] == [set()] * count


def test_sample_texts_are_of_about_ninety_characters_and_passwords_of_nine(samples: Samples) -> None:
    assert all(85 <= characters_in(text) <= 95 for text in samples.valid(count=20))
    assert {parse(text).length for text in samples.masked.valid(count=5)} == {"9"}


def test_the_sentences_are_all_different_and_can_be_typed() -> None:
    assert len(set(SENTENCES)) == len(SENTENCES) >= 16
    for sentence in SENTENCES:
        assert 85 <= len(sentence) <= 95
        assert GERMAN.strokes(sentence)
    assert GERMAN.strokes(PASSWORD)
    assert US.strokes(PASSWORD)


def test_texts_and_passwords_have_the_wanted_length() -> None:
    for length in (1, 9, 90, 91, 500):
        assert len(text_of(length, 3)) == len(password_of(length)) == length
    assert password_of(len(PASSWORD)) == PASSWORD


def test_samples_follow_from_the_typist(factory: Factory) -> None:
    def all_of(factory: Factory) -> list[list[str]]:
        return [getattr(factory, name)() for name in ["valid", *WITH_INDEX, *OF_SEVERAL]]

    again: Factory = Samples(cast(1, "samples")[0])
    other: Factory = Samples(cast(1, "other")[0])
    if isinstance(factory, MaskedSamples):
        again, other = again.masked, other.masked
    texts = all_of(factory)
    assert all_of(again) == texts
    assert all_of(other) != texts


def test_another_person_can_type_the_samples(factory: Factory) -> None:
    somebody, other = cast(2, "samples")
    samples = factory.by(other)
    assert type(samples) is type(factory)
    assert samples.typist is other
    assert factory.typist == somebody
    assert [faults(text) for text in samples.valid()] == [set(), set()]


def test_masked_and_by_can_be_combined_in_any_order(samples: Samples) -> None:
    other = cast(2, "samples")[1]
    assert samples.masked.by(other) == samples.by(other).masked == samples.by(other).masked.masked


@pytest.mark.parametrize("name", ["valid", *WITH_INDEX])
def test_no_samples_at_all_are_no_submission(factory: Factory, name: str) -> None:
    with pytest.raises(ValueError, match="a submission has at least 1 sample, not count=0"):
        getattr(factory, name)(count=0)


@pytest.mark.parametrize("name", WITH_INDEX)
@pytest.mark.parametrize("index", [-1, 0, 3])
def test_an_index_outside_the_submission_is_refused(factory: Factory, name: str, index: int) -> None:
    with pytest.raises(ValueError, match=f"index counts from 1: with count=2 it is 1 to 2, not {index}"):
        getattr(factory, name)(index=index)


@pytest.mark.parametrize("name", OF_SEVERAL)
def test_one_sample_cannot_differ_from_itself(factory: Factory, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} takes at least 2 samples .*, not count=1"):
        getattr(factory, name)(count=1)


def impossible_arguments() -> list[tuple[Callable[[Samples], object], str]]:
    return [
        (lambda samples: samples.masked.ambiguous_sizes(count=1), "ambiguous_sizes takes at least 2 samples"),
        (lambda samples: samples.masked.no_length(index=3), "with count=2 it is 1 to 2, not 3"),
        (lambda samples: samples.masked.of_length(3), "at least 4 characters, not 3; too_short"),
        (lambda samples: samples.masked.of_length(9, count=0), "at least 1 sample, not count=0"),
        (lambda samples: samples.of_text_length(3), "count=1 has at least 4 together, not 3; too_short"),
        (lambda samples: samples.of_text_length(11, count=3), "count=3 has at least 12 together, not 11"),
        (
            lambda samples: samples.of_text_length(90, count=0),
            "a submission has at least 1 sample, not count=0",
        ),
    ]


@pytest.mark.parametrize(("call", "message"), impossible_arguments())
def test_impossible_arguments_are_refused_in_the_users_terms(
    samples: Samples, call: Callable[[Samples], object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        call(samples)


@pytest.mark.parametrize("name", ["no_length", "ambiguous_sizes", "of_length"])
def test_a_method_of_masked_samples_only_says_where_it_is(samples: Samples, name: str) -> None:
    message = rf"^samples\.{name} is for passwords only; call samples\.masked\.{name}$"
    with pytest.raises(AttributeError, match=message):
        getattr(samples, name)


def test_a_method_of_unmasked_samples_only_says_where_it_is(samples: Samples) -> None:
    message = r"^samples\.masked\.of_text_length is for AnyText only; call samples\.of_text_length$"
    with pytest.raises(AttributeError, match=message):
        _ = samples.masked.of_text_length  # type: ignore[attr-defined]


def test_a_method_that_there_is_not_is_an_ordinary_attribute_error(factory: Factory) -> None:
    with pytest.raises(AttributeError, match="has no method 'perfect'"):
        _ = factory.perfect  # type: ignore[union-attr]
    assert not hasattr(factory, "__iter__")
    assert deepcopy(factory) == factory


def test_the_two_factories_have_the_agreed_methods_and_no_others(samples: Samples) -> None:
    assert {name for name in dir(samples) if name[0] != "_"} == COMMON | {"of_text_length"}
    assert {name for name in dir(samples.masked) if name[0] != "_"} == COMMON | {
        "no_length", "ambiguous_sizes", "of_length",
    }  # fmt: skip


def test_who_only_reads_samples_does_not_load_what_makes_them() -> None:
    code = (
        "import sys; from pytest_keyauth.keystrokes import parse\n"
        "makers = {'casting', 'keyboard', 'layouts', 'mistakes', 'rhythm', 'samples', 'texts', 'typist'}\n"
        "assert not makers & {name.rpartition('keystrokes.')[2] for name in sys.modules}, sys.modules\n"
        "import pytest_keyauth.keystrokes as keystrokes\n"
        "for name in keystrokes.__all__: getattr(keystrokes, name)\n"
        "assert not {'numpy', 'httpx', 'pytest', 'hypothesis'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_package_has_no_other_names() -> None:
    import pytest_keyauth.keystrokes as keystrokes

    with pytest.raises(AttributeError, match=r"^module 'pytest_keyauth.keystrokes' has no attribute 'mock'$"):
        _ = keystrokes.mock
