"""What is left of a person's typing in what was recorded: nothing, but the shape."""

import json
import re
import subprocess
import sys
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth import strategies
from pytest_keyauth.keystrokes import GrammarError, Samples, Typist, cast, parse
from pytest_keyauth.recording.biometrics import looks_like_sample, replace_in_text, replace_sample, shape

# Typed in from the provider's document.
ANYTEXT = (
    "firefox/38.0#m=0#2016-04-25 09:22:52|336dRSHIFT|80d68|64uRSHIFT|32u68|32d73|80u73|8d69|72dSPACE|16u69|88uSPACE"
    "|64d66|72u66|64d69|80d78|18u69|62u78|104d85|72u85|32d84|64d90|8u84|88u90|8d84|48d69|48u84|72u69|8dSPACE|88uSPACE"
)
PASSWORD = "firefox/38.0#m=0#2016-04-25 09:27:05|l=7|872dI0|56uI0|64dI1|72uI1|128dI2|104uI2|117dI3|43uI3|72dI4|104uI4"
HEAD = "chrome/126.0#m=0#2026-03-04 05:06:07"
SILENT = {"RSHIFT", "LSHIFT", "8"}

few = settings(max_examples=25)
good = strategies.samples(max_characters=20) | strategies.masked_samples()
wrong = st.one_of(
    *(
        kind(masked=masked).map(lambda spoiled: spoiled.samples[spoiled.index - 1])
        for masked in (False, True)
        for kind in (strategies.corrupted, strategies.no_input, strategies.undetermined_length, strategies.too_short)
    ),
    strategies.only_key_downs().map(lambda spoiled: spoiled.samples[spoiled.index - 1]),
    strategies.no_length().map(lambda spoiled: spoiled.samples[spoiled.index - 1]),
)
anything = good | wrong | strategies.any_samples() | strategies.corrupted_samples()


def parses(text: str) -> bool:
    try:
        parse(text)
    except GrammarError:
        return False
    return True


def pairs(text: str) -> list[tuple[int, int]]:
    """Which event is the key-up of which, by index: of the nearest key-down before it that is of the same key."""
    events = parse(text).events
    found = []
    for up, event in enumerate(events):
        before = [index for index in range(up) if events[index].key == event.key]
        if event.action == "u" and before and events[before[-1]].action == "d":
            found.append((before[-1], up))
    return found


def characters(text: str) -> list[str]:
    return [key for _, action, key in parse(text).events if action == "d" and key not in SILENT]


def runs(items: list[str] | tuple[int, ...], length: int) -> set[tuple[str | int, ...]]:
    return {tuple(items[start : start + length]) for start in range(len(items) - length + 1)}


# What looks like a recording


@few
@given(anything)
def test_every_sample_however_wrong_looks_like_one(text: str) -> None:
    assert looks_like_sample(text)


@pytest.mark.parametrize(
    "text",
    [
        ANYTEXT[:60],
        ANYTEXT[60:],
        HEAD,
        PASSWORD.replace("firefox/38.0", "Mobile Safari/17.5"),
        ANYTEXT.replace("d", "D").replace("u", "U"),
        ANYTEXT.replace("#m=0#", "#m=0#x=1#de#"),
        ANYTEXT.replace("|80d68|", "|eighty|"),
        f'INFO sent {{"samples": ["{PASSWORD}"]}}',
        "sample=firefox%2F38.0%23m%3D0%232016-04-25%2009%3A22%3A52%7C336dRSHIFT%7C80d68",
    ],
)
def test_a_recording_is_seen_cut_short_spoiled_quoted_or_encoded(text: str) -> None:
    assert looks_like_sample(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please type the sentence again, 20 seconds are enough | or try 3 days later.",
        '{"authenticated":true,"score":95,"ids":["8f5a2308-90b5-4afa-8847-ebf2b99f4082"]}',
        "https://api.example/anytext/enrol?m=0&l=7#m=1",
        "8f5a2308-90d5-4afa-8847-ebf2b99f4082",
        "320d84",
        "2016-04-25 09:22:52",
        "2015-06-29T07:31:01Z",
        "Mozilla/5.0 (X11; Linux x86_64; rv:38.0) Gecko/20100101 Firefox/38.0",
        "| id | 12d | 3 |",
        "commit 4f80d68|merged",
    ],
)
def test_ordinary_text_does_not_look_like_a_recording(text: str) -> None:
    assert not looks_like_sample(text)
    assert replace_in_text(text, lambda _: "REPLACED") == text


# The shape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ANYTEXT, "anytext m=0"),
        (PASSWORD, "masked m=0 l=7"),
        (PASSWORD.replace("m=0", "m=1"), "masked m=1 l=7"),
        (PASSWORD.replace("|l=7", ""), "masked m=0"),
        (PASSWORD.replace("l=7", "l=secret"), "masked m=0 l=?"),
        (HEAD, "anytext m=0 without events"),
        (f"{HEAD}|80d68|90d69", "anytext m=0 without key-ups"),
        (f"{HEAD}|80dRSHIFT|90uRSHIFT", "anytext m=0 without text"),
        (f"{HEAD}|80d68|90u68", "anytext m=0 too short"),
        (f"{HEAD}|80d68|90", "unreadable"),
        ("nonsense", "unreadable"),
    ],
)
def test_the_shape_names_the_kind_and_the_plainest_fault(text: str, expected: str) -> None:
    assert shape(text) == expected


@few
@given(strategies.samples(mobile=True), strategies.masked_samples(9, mobile=False))
def test_the_shape_depends_on_neither_the_typist_nor_the_text(text: str, password: str) -> None:
    assert shape(text) == "anytext m=1"
    assert shape(password) == "masked m=0 l=9"


# The replacement


@few
@given(anything, st.text(max_size=5))
def test_a_replacement_has_the_shape_of_the_original_and_parses_if_that_does(text: str, seed: str) -> None:
    replacement = replace_sample(text, seed)
    assert shape(replacement) == shape(text)
    assert parses(replacement) == parses(text)
    assert replacement.count("|") == text.count("|")
    assert replace_sample(replacement, seed) == replacement


@few
@given(good | strategies.any_samples())
def test_events_keep_their_order_and_their_partners(text: str) -> None:
    before, after = parse(text), parse(replace_sample(text, "seed"))
    assert after.actions == before.actions
    assert (after.browser, after.recorded_at, after.mobile) == ("firefox/38.0", "2016-01-29 17:50:51", before.mobile)
    assert set(pairs(text)) <= set(pairs(replace_sample(text, "seed")))
    if before.masked:
        assert after.keys == before.keys


def test_thirty_keys_that_are_down_together_keep_their_partners() -> None:
    keys = [*range(65, 91), *range(48, 58)]
    text = HEAD + "".join(f"|{70 + key}{action}{key}" for action in "du" for key in keys)
    assert pairs(replace_sample(text, "seed")) == pairs(text) == [(index, index + 36) for index in range(36)]


def test_a_key_up_without_its_key_down_gets_no_partner() -> None:
    assert pairs(replace_sample(f"{HEAD}|80d65|90d66|70u66|60u67|50u65", "seed")) == [(1, 2), (0, 4)]


def test_anomalies_stay_field_by_field() -> None:
    spoiled = "chrome/126.0#m=7#2026-02-30 05:06:07|l=geheim|80d68|eighty|1d2d3||90dRSHIFT|"
    assert re.fullmatch(
        r"firefox/38\.0#m=7#\?{19}\|l=\?{6}\|\d+d81\|\?{6}\|\?{6}\|\|\d+dRSHIFT\|", replace_sample(spoiled, "seed")
    )


@few
@given(st.lists(st.integers(1000, 999_999), min_size=80, max_size=80, unique=True))
def test_no_four_delays_of_the_original_survive(delays_ms: list[int]) -> None:
    text = HEAD + "".join(f"|{ms}{'du'[index % 2]}{65 + index // 2 % 26}" for index, ms in enumerate(delays_ms))
    replaced = parse(replace_sample(text, "seed"))
    assert not runs(replaced.delays_ms, 4) & runs(tuple(delays_ms), 4)
    assert not set(replaced.delays_ms) & {ms for ms in delays_ms if ms > 4_700}  # longer than any typist takes


@few
@given(good)
def test_new_delays_do_not_depend_on_the_old_ones(text: str) -> None:
    slower = re.sub(r"\|(\d+)(?=[du])", lambda delay: f"|{int(delay[1]) * 3 + 7}", text)
    assert replace_sample(slower, "seed") == replace_sample(text, "seed")


def test_new_delays_are_within_what_people_take() -> None:
    text = Typist("a person").types("Der Nebel liegt noch auf den Wiesen.")
    delays_ms = parse(replace_sample(text, "seed")).delays_ms
    assert len(set(delays_ms)) > len(delays_ms) / 4
    assert 30 < sorted(delays_ms)[len(delays_ms) // 2] < 300


TEXTS = ["Der Nebel liegt noch auf den Wiesen", "fish and chips at ten", "a bb ccc dddd\neeeee\tff"]


@pytest.mark.parametrize("text", TEXTS)
def test_no_three_characters_of_the_text_survive(text: str) -> None:
    sample = Typist("a person").types(text)
    before, after = characters(sample), characters(replace_sample(sample, "seed"))
    assert len(after) == len(before)
    assert not runs(after, 3) & runs(before, 3)


def test_texts_with_other_words_have_the_same_replacement() -> None:
    events = [f"{80 + number}{action}{{{number}}}" for number in range(24) for action in "du"]
    pattern = "|".join([HEAD, *events])
    samples = {
        pattern.format(*(key for word in lengths for key in ["69"] * word + ["SPACE"]))
        for lengths in ([3, 4, 14], [11, 11], [1, 1, 1, 17], [5, 2, 6, 7])
    }
    assert len(samples) == 4
    assert len({replace_sample(sample, "seed") for sample in samples}) == 1


def test_key_downs_alone_do_not_show_which_keys_were_the_same() -> None:
    repeated, different = (HEAD + "".join(f"|90d{key}" for key in keys) for keys in ([69] * 20, range(65, 85)))
    assert replace_sample(repeated, "seed") == replace_sample(different, "seed")


def test_many_unreadable_fields_do_not_tell_spaces_from_letters() -> None:
    shouted = ANYTEXT.replace("d", "D").replace("u", "U")
    lengths = {len(field) for field in replace_sample(shouted, "seed").split("|")[1:]}
    assert lengths == {len("336DRSHIFT")}


def test_different_seeds_give_different_samples_and_equal_seeds_the_same() -> None:
    assert len({replace_sample(ANYTEXT, f"{number}") for number in range(20)}) == 20
    assert replace_sample(ANYTEXT, "seed") == replace_sample(ANYTEXT, "seed")


def test_people_at_touch_screens_type_otherwise_than_at_a_desk() -> None:
    on_mobile = replace_sample(ANYTEXT.replace("m=0", "m=1"), "seed")
    assert parse(on_mobile).delays_ms != parse(replace_sample(ANYTEXT, "seed")).delays_ms


def test_another_process_makes_the_same_replacement() -> None:
    call = "print(replace_sample(*sys.argv[1:]), end='')"
    program = f"import sys; from pytest_keyauth.recording.biometrics import replace_sample; {call}"
    run = subprocess.run([sys.executable, "-c", program, ANYTEXT, "7"], capture_output=True, text=True, check=True)
    assert run.stdout == replace_sample(ANYTEXT, "7")


@pytest.mark.parametrize("masked", [False, True])
def test_everything_that_the_factory_makes_keeps_its_shape(masked: bool) -> None:
    samples = Samples(cast(1, "biometrics")[0])
    factory = samples.masked if masked else samples
    texts = [
        *factory.valid(), *factory.corrupted(), *factory.mixed_devices(), *factory.no_input(), *factory.too_short(),
        *factory.only_key_downs(), *factory.undetermined_length(), *factory.wrong_kind(),
    ]  # fmt: skip
    assert all(looks_like_sample(text) for text in texts)
    shapes = [shape(text) for text in texts]
    assert [shape(replace_sample(text, "seed")) for text in texts] == shapes
    assert len([*groupby(sorted(shapes))]) >= 6


# In longer text


@pytest.mark.parametrize(
    "pattern",
    [
        "{}",
        "2026-03-04 INFO keytrac: enrolling with {}, 2 samples",
        "sample={}&limit=3",
        '{{"samples":["{}","{}"],"user_id":"x"}}',
        "first {}\nsecond {}.",
        "[{},{}]",
        "<p>{}</p>",
    ],
)
@pytest.mark.parametrize("sample", [ANYTEXT, PASSWORD, f"{ANYTEXT}|80", HEAD])
def test_recordings_in_longer_text_are_replaced_and_nothing_else(pattern: str, sample: str) -> None:
    assert replace_in_text(pattern.format(sample, sample), lambda found: f"<{len(found)}>") == pattern.format(
        *[f"<{len(sample)}>"] * 2
    )


def test_recordings_in_json_in_json_are_replaced() -> None:
    text = json.dumps({"body": json.dumps({"samples": [ANYTEXT, PASSWORD]})})
    found: list[str] = []
    replace_in_text(text, lambda sample: found.append(sample) or "")  # type: ignore[func-returns-value]
    assert found == [ANYTEXT, PASSWORD]


def test_a_browser_of_two_words_belongs_to_its_sample() -> None:
    sample = ANYTEXT.replace("firefox/38.0", "mobile safari/17.5")
    assert replace_in_text(sample, lambda found: f"<{len(found)}>") == f"<{len(sample)}>"


@few
@given(anything, st.sampled_from(["{}", 'got "{}" today', "a {} b"]))
def test_no_event_is_left_when_recordings_were_taken_out(text: str, pattern: str) -> None:
    left = replace_in_text(pattern.format(text), lambda _: "")
    assert not re.search(r"\|[0-9]{1,9}[du](?:[0-9]+|[A-Z])", left)
    assert not looks_like_sample(left)


@pytest.mark.parametrize("mark", [",5d", " d"])
def test_damage_in_every_event_hides_none(mark: str) -> None:
    text = re.sub("d(?=[0-9A-Z])", mark, re.sub("u(?=[0-9A-Z])", mark.replace("d", "u"), ANYTEXT))
    assert replace_in_text(f'"{text}"', lambda _: "") == '""'
