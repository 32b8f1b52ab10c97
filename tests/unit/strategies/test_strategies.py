"""What each strategy gives, held against the grammar and against the emulator's answer, by the document's text."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from pytest_keyauth import strategies
from pytest_keyauth.emulator.keytrac.account import AccountSettings
from pytest_keyauth.emulator.keytrac.refusal import Refusal
from pytest_keyauth.emulator.keytrac.store import Method
from pytest_keyauth.emulator.keytrac.submission import Use, read_submission
from pytest_keyauth.keystrokes.grammar import GrammarError, KeyEvent, Recording, parse, render
from pytest_keyauth.keystrokes.samples import MaskedSamples, Samples
from pytest_keyauth.strategies import SpoiledSubmission

USES: dict[Method, tuple[Use, ...]] = {
    "anytext": ("enrol", "authenticate", "identify"),
    "password": ("enrol", "authenticate"),
}
few = settings(max_examples=30)
some_or_many = pytest.mark.parametrize("count", [60, pytest.param(1500, marks=pytest.mark.slow)])

# Typed in from the provider's document.
CORRUPTED = "400 Sample #{} is corrupted or format is not valid"
WRONG_KIND = "400 Sample #{} is invalid and can’t be used with this type of enrollment/authentication"
NO_LENGTH = "400 Sample #{} does not contain a sample length"
NO_INPUT = "400 Sample #{} does not contain any user inputs"
UNDETERMINED_LENGTH = "400 Unable to determine text length of sample"
MIXED_DEVICES = "400 Samples contain mixed device types"
DUPLICATES = "400 Insufficient number of unique samples submitted"
AMBIGUOUS_SIZES = "400 Sample size is ambiguous"
OUT_OF_SPECIFICATION = "400 Given samples are out of specification"
TOO_LITTLE_TEXT = (
    "400 Combined text length of given samples are insufficient. The minimum text length of the combined samples is "
    "set to 40 characters. To change this setting, please log in to your KeyTrac Console - https://console.keytrac.net"
)


def answer(samples: list[str], use: Use, method: Method, **changes: int) -> str:
    """Status and text of the emulator's refusal; nothing where the samples can be used."""
    try:
        read_submission(samples, method, use, AccountSettings(**changes))  # type: ignore[arg-type]
    except Refusal as refusal:
        return f"{refusal.status} {refusal.text}"
    return ""


def answers(samples: list[str], method: Method, **changes: int) -> set[str]:
    """What all operations of a method say."""
    return {answer(samples, use, method, **changes) for use in USES[method]}


# What the grammar allows, and what not

KINDS: dict[str, Callable[[Recording], bool]] = {
    "plain": lambda recording: not recording.masked,
    "a phone": lambda recording: recording.mobile,
    "a strange browser": lambda recording: "\u3000" in recording.browser,
    "no event": lambda recording: not recording.keys,
    "a key up first": lambda recording: recording.actions[:1] == "u",
    "a long delay": lambda recording: max(recording.delays_ms, default=0) > 99_999_999,
    "a name like a position": lambda recording: any(re.match("I[0-9]+[A-Z_]", key) for key in recording.keys),
    "positions without a length": lambda recording: recording.masked and recording.length is None,
    "a length in words": lambda recording: recording.length is not None and not recording.length.isdecimal(),
    "a length and no event": lambda recording: recording.length is not None and not recording.keys,
}


def test_recordings_can_be_written_and_are_of_all_kinds() -> None:
    seen = set()

    @settings(max_examples=150, derandomize=True, database=None, phases=[Phase.generate])
    @given(strategies.recordings())
    def search(recording: Recording) -> None:
        assert parse(render(recording)) == recording
        seen.update(kind for kind, is_of in KINDS.items() if is_of(recording))

    search()
    assert seen == set(KINDS)


@few
@given(st.data(), st.booleans())
def test_recordings_are_masked_as_wanted(data: st.DataObject, masked: bool) -> None:
    assert data.draw(strategies.recordings(masked)).masked is masked


@some_or_many
def test_any_sample_is_one_and_can_be_sent(count: int) -> None:
    @settings(max_examples=count)
    @given(strategies.any_samples())
    def search(sample: str) -> None:
        assert render(parse(sample)) == sample
        assert json.loads(json.dumps([sample], ensure_ascii=False).encode()) == [sample]

    search()


@some_or_many
def test_a_corrupted_sample_is_none(count: int) -> None:
    @settings(max_examples=count)
    @given(strategies.corrupted_samples())
    def search(sample: str) -> None:
        with pytest.raises(GrammarError):
            parse(sample)

    search()


# What can be used


def strikes(sample: str) -> dict[str, int]:
    """How often each key goes down; fails where one comes up unless it is down."""
    counts: dict[str, int] = {}
    down = set()
    for _, action, key in parse(sample).events:
        assert (key in down) is (action == "u")
        down ^= {key}
        counts[key] = counts.get(key, 0) + (action == "d")
    assert not down
    return counts


def characters(sample: str) -> int:
    """How many characters are left of what was typed: a slip and its backspace (8) leave none."""
    counts = strikes(sample)
    return sum(count for key, count in counts.items() if "SHIFT" not in key) - 2 * counts.get("8", 0)


@few
@given(strategies.samples(min_characters=7, max_characters=30))
def test_a_sample_is_typing_of_the_wanted_length(sample: str) -> None:
    assert not parse(sample).masked
    assert 7 <= characters(sample) <= 30
    assert answer([sample], "authenticate", "anytext") == ""


@few
@given(st.data(), st.none() | st.integers(4, 40))
def test_a_masked_sample_strikes_each_position_once(data: st.DataObject, length: int | None) -> None:
    sample = data.draw(strategies.masked_samples(length))
    wanted = int(parse(sample).length or 0)
    assert wanted == length or (length is None and 4 <= wanted <= 20)
    assert strikes(sample) == {f"I{position}": 1 for position in range(wanted)}
    assert answers([sample], "password") == {""}


@given(st.data(), st.sampled_from(get_args(Method)))
def test_submissions_can_be_used_for_everything(data: st.DataObject, method: Method) -> None:
    samples = data.draw(strategies.submissions(masked=method == "password"))
    assert 1 <= len(samples) <= 3
    assert answers(samples, method) == {""}


@few
@given(strategies.submissions(minimum_text_length=90, min_size=2, max_size=2, mobile=True))
def test_submissions_are_as_wanted(samples: list[str]) -> None:
    assert len(samples) == 2
    assert all(parse(sample).mobile for sample in samples)
    assert answers(samples, "anytext", minimum_text_length=90) == {""}


@few
@given(strategies.submissions(masked=True, length=11))
def test_password_submissions_are_of_the_wanted_length(samples: list[str]) -> None:
    assert {parse(sample).length for sample in samples} == {"11"}


# What the document has an error for

ABOUT_ONE = {
    "corrupted": ("both", CORRUPTED),
    "wrong_kind": ("both", WRONG_KIND),
    "no_input": ("both", NO_INPUT),
    "undetermined_length": ("both", UNDETERMINED_LENGTH),
    "only_key_downs": ("both", OUT_OF_SPECIFICATION),
    "too_short": ("both", OUT_OF_SPECIFICATION),
    "no_length": ("password", NO_LENGTH),
}
ABOUT_ALL = {
    "mixed_devices": ("both", MIXED_DEVICES),
    "duplicates": ("both", DUPLICATES),
    "ambiguous_sizes": ("password", AMBIGUOUS_SIZES),
}
Case = tuple[str, Method, str]


def cases(table: dict[str, tuple[str, str]]) -> list[Case]:
    return [(name, method, text) for name, (of, text) in table.items() for method in USES if of in ("both", method)]


def strategy(name: str, method: Method) -> "st.SearchStrategy[Any]":
    of_both = {**ABOUT_ONE, **ABOUT_ALL}[name][0] == "both"
    made = getattr(strategies, name)(**({"masked": method == "password"} if of_both else {}))
    assert isinstance(made, st.SearchStrategy)
    return made


def check_one(submission: SpoiledSubmission, name: str, method: Method, text: str) -> None:
    """The refusal is the document's and names the wrong sample, and the others are good."""
    for use in USES[method]:
        expected = UNDETERMINED_LENGTH if (name, use) == ("no_input", "identify") else text
        assert answer(submission.samples, use, method) == expected.format(submission.index)
    others = [sample for number, sample in enumerate(submission.samples, start=1) if number != submission.index]
    assert len(others) == len(submission.samples) - 1
    assert not others or answers(others, method, minimum_text_length=0) == {""}


def check_all(samples: list[str], name: str, method: Method, text: str) -> None:
    """The refusal is the document's, and each sample by itself is good."""
    uses = ("enrol",) if name == "duplicates" else USES[method]
    assert {answer(samples, use, method, minimum_text_length=0) for use in uses} == {text}
    for sample in set(samples):
        assert answers([sample], method, minimum_text_length=0) == {""}


@settings(max_examples=130)
@given(st.data(), st.sampled_from(cases(ABOUT_ONE)))
def test_where_one_sample_is_wrong_it_is_named_as_the_document_does(data: st.DataObject, case: Case) -> None:
    check_one(data.draw(strategy(*case[:2])), *case)


@given(st.data(), st.sampled_from(cases(ABOUT_ALL)))
def test_where_samples_are_wrong_together_they_are_refused_as_the_document_does(
    data: st.DataObject, case: Case
) -> None:
    check_all(data.draw(strategy(*case[:2])), *case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [*cases(ABOUT_ONE), *cases(ABOUT_ALL)], ids=lambda case: f"{case[0]}-{case[1]}")
@settings(max_examples=400)
@given(data=st.data())
def test_hundreds_of_submissions_are_refused_as_the_document_does(data: st.DataObject, case: Case) -> None:
    check = check_one if case[0] in ABOUT_ONE else check_all
    check(data.draw(strategy(*case[:2])), *case)  # type: ignore[arg-type]


@few
@given(st.data(), st.integers(4, 39))
def test_a_little_text_is_refused_as_a_whole_only(data: st.DataObject, length: int) -> None:
    samples = data.draw(strategies.of_text_length(length))
    assert {answer(samples, use, "anytext") for use in ("enrol", "identify")} == {TOO_LITTLE_TEXT}  # type: ignore[arg-type]
    assert answers(samples, "anytext", minimum_text_length=length) == {""}


def test_there_is_a_strategy_for_each_way_to_be_wrong() -> None:
    ways = {name for factory in (Samples, MaskedSamples) for name in dir(factory) if not name.startswith("_")}
    ways -= {"by", "typist", "masked", "valid", "of_length"}  # of_length: submissions(masked=True, length=…)
    assert ways == {*ABOUT_ONE, *ABOUT_ALL, "of_text_length"}
    valid = {"any_samples", "corrupted_samples", "masked_samples", "recordings", "samples", "submissions"}
    assert set(strategies.__all__) == ways | valid | {"SpoiledSubmission"}


# How they are to use


def simplest(samples: "st.SearchStrategy[str]", longest_delay_ms: int) -> Recording:
    """What is left, after shrinking, of a sample with so long a delay."""
    search = settings(derandomize=True, database=None, phases=[Phase.generate, Phase.shrink])
    has_it = lambda sample: max(parse(sample).delays_ms, default=0) >= longest_delay_ms  # noqa: E731
    return parse(find(samples, has_it, settings=search))


@pytest.mark.parametrize("masked", [False, True])
def test_samples_shrink_to_few_strokes_of_short_times_on_a_desktop(masked: bool) -> None:
    recording = simplest(strategies.masked_samples() if masked else strategies.samples(), 200)
    assert (recording.browser, recording.mobile, len(recording.keys)) == ("firefox/38.0", False, 4 * 2)
    assert min(recording.delays_ms) <= 30
    assert max(recording.delays_ms) < 210


def test_recordings_shrink_to_what_is_asked_for_and_nothing_else() -> None:
    recording = simplest(strategies.any_samples(), 200)
    assert (recording.browser, recording.recorded_at) == ("firefox/38.0", "2016-01-01 00:00:00")
    assert recording.events in ((KeyEvent(200, "d", "0"),), (KeyEvent(200, "d", "I0"),))


IMPOSSIBLE = {
    "min_characters=3": lambda: strategies.samples(min_characters=3),
    "min_characters=9, max_characters=8": lambda: strategies.samples(min_characters=9, max_characters=8),
    "length=3": lambda: strategies.masked_samples(3),
    "length=2": lambda: strategies.submissions(masked=True, length=2),
    "min_size=0": lambda: strategies.submissions(min_size=0),
    "min_size=3, max_size=2": lambda: strategies.submissions(min_size=3, max_size=2),
    "length=1, max_size=3": lambda: strategies.of_text_length(1),
}


@pytest.mark.parametrize("arguments", IMPOSSIBLE)
def test_impossible_arguments_are_refused_when_the_strategy_is_made(arguments: str) -> None:
    with pytest.raises(ValueError, match=rf"^{arguments}.*: .*at least"):
        IMPOSSIBLE[arguments]()


def test_without_hypothesis_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['hypothesis'] = None; import pytest_keyauth.strategies"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1] == (
        'ModuleNotFoundError: pytest_keyauth.strategies needs Hypothesis: pip install "pytest-keyauth[hypothesis]"'
    )
