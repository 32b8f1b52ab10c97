import pickle
import string
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_keyauth.keystrokes.grammar import GrammarError, KeyEvent, Recording, parse, render

# Typed in from the provider's document, as are the literals of the first test.
ANYTEXT = (
    "firefox/38.0#m=0#2016-04-25 09:22:52|336dRSHIFT|80d68|64uRSHIFT|32u68|32d73|80u73|8d69|72dSPACE|16u69"
    "|88uSPACE|64d66|72u66|64d69|80d78|18u69|62u78|104d85|72u85|32d84|64d90|8u84|88u90|8d84|48d69|48u84"
    "|72u69|8dSPACE|88uSPACE"
)
PASSWORD = (
    "firefox/38.0#m=0#2016-04-25 09:27:05|l=7|872dI0|56uI0|64dI1|72uI1|128dI2|104uI2|117dI3|43uI3|72dI4"
    "|104uI4|24dI5|72dI6|40uI5|40uI6"
)
ENROLLED_PASSWORD = (
    "firefox/38.0#m=0#2016-04-25 09:25:40|l=7|0dI0|56uI0|72dI1|64uI1|112dI2|128uI2|128dI3|56uI3|72dI4|72dI5"
    "|24uI4|80dI6|32uI5|48uI6"
)
DOCUMENTED = [
    "firefox/38.0#m=0#2016-01-29 17:50:51|0dRSHIFT|320d84|48uRSHIFT",
    "firefox/38.0#m=0#2016-01-29 17:51:29|0dRSHIFT|280d84|42uRSHIFT",
    "firefox/38.0#m=0#2016-01-29 18:50:51|0dRSHIFT|320d84|48uRSHIFT",
    ANYTEXT,
    PASSWORD,
    ENROLLED_PASSWORD,
]
HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"  # 36 characters
MEGABYTE = 1_000_000


@pytest.mark.parametrize("text", DOCUMENTED)
def test_the_documents_own_samples_are_read_and_written_back_exactly(text: str) -> None:
    assert render(parse(text)) == text


def test_an_unmasked_sample_is_read_into_columns() -> None:
    assert parse("firefox/38.0#m=0#2016-01-29 17:50:51|0dRSHIFT|320d84|48uRSHIFT") == Recording(
        browser="firefox/38.0",
        mobile=False,
        recorded_at="2016-01-29 17:50:51",
        length=None,
        delays_ms=(0, 320, 48),
        actions="ddu",
        keys=("RSHIFT", "84", "RSHIFT"),
    )


def test_a_masked_sample_is_read_into_columns() -> None:
    assert parse("safari/9.1#m=1#2020-02-29 23:59:59|l=2|872dI0|56uI0|0dI1|999999999uI1") == Recording(
        browser="safari/9.1",
        mobile=True,
        recorded_at="2020-02-29 23:59:59",
        length="2",
        delays_ms=(872, 56, 0, 999_999_999),
        actions="dudu",
        keys=("I0", "I0", "I1", "I1"),
    )


def test_the_events_are_rows_of_delay_action_and_key() -> None:
    recording = parse(f"{HEADER}|336dRSHIFT|80d68")
    assert recording.events == (KeyEvent(336, "d", "RSHIFT"), KeyEvent(80, "d", "68"))
    assert recording.events[1].delay_ms == 80


@pytest.mark.parametrize(
    ("body", "masked"),
    [
        ("", False),
        ("|1d68", False),
        ("|1dINSERT", False),
        ("|1dI5A|1dI_0", False),
        ("|l=", True),
        ("|l=2|1dI0", True),
        ("|1dI0", True),
    ],
)
def test_a_sample_is_masked_by_its_length_or_by_positions(body: str, masked: bool) -> None:
    assert parse(HEADER + body).masked is masked


LENGTHS = ["", "7", "0", "-1", "07", "seven", "7.0", "l=7", "#", "7\n", "ä\ud800", "9" * 5000]


@pytest.mark.parametrize("length", LENGTHS)
def test_the_length_is_kept_as_it_stands(length: str) -> None:
    text = f"{HEADER}|l={length}|1dI0"
    assert parse(text).length == length
    assert render(parse(text)) == text


@pytest.mark.parametrize("browser", ["firefox/38.0", "mobile safari/9 (b)", "Ähm/ü", "a/b/c", " x/ y "])
def test_a_browser_is_a_name_and_a_version(browser: str) -> None:
    assert parse(f"{browser}#m=0#2016-04-25 09:22:52").browser == browser


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 0, "the name of a browser"),
        ("#m=0", 0, "the name of a browser"),
        ("  /38", 0, "the name of a browser"),
        ("/38.0#m=0#2016-04-25 09:22:52", 0, "the name of a browser"),
        ("firefox", 7, "'/'"),
        ("fire\x07fox/1", 4, "'/'"),
        ("fire\ud800fox/1", 4, "'/'"),
        ("fire|fox/1", 4, "'/'"),
        ("firefox/#m=0", 8, "the version"),
        ("firefox/   #m=0", 8, "the version"),
        ("firefox/38.0", 12, "'#'"),
        ("firefox/38.0\n#m=0", 12, "'#'"),
        ("firefox/38.0#n=0", 13, "'m='"),
        ("firefox/38.0#m=2#2016-04-25 09:22:52", 15, "the device flag"),
        ("firefox/38.0#m=#2016-04-25 09:22:52", 15, "the device flag"),
        ("firefox/38.0#m=٠#2016-04-25 09:22:52", 15, "the device flag"),
        ("firefox/38.0#m=00#2016-04-25 09:22:52", 16, "'#'"),
        ("firefox/38.0#m=0#2016-04-25", 17, "a time stamp"),
        ("firefox/38.0#m=0#2016-4-25 09:22:52", 17, "a time stamp"),
        ("firefox/38.0#m=0#2016-04-25T09:22:52", 17, "a time stamp"),
        ("firefox/38.0#m=0#2016-04-25 24:00:00", 17, "a time stamp"),
        ("firefox/38.0#m=0#2016-13-25 09:22:52", 17, "a time stamp"),
        ("firefox/38.0#m=0#２016-04-25 09:22:52", 17, "a time stamp"),
        ("firefox/38.0#m=0#2015-02-29 09:22:52", 17, "a date that exists"),
        ("firefox/38.0#m=0#0000-01-01 09:22:52", 17, "a date that exists"),
        (f"{HEADER}x", 36, "'|'"),
        (f"{HEADER}|", 37, "a delay"),
        (f"{HEADER}||1d68", 37, "a delay"),
        (f"{HEADER}|-5d68", 37, "a delay"),
        (f"{HEADER}|+5d68", 37, "a delay"),
        (f"{HEADER}| 5d68", 37, "a delay"),
        (f"{HEADER}|٥d68", 37, "a delay"),
        (f"{HEADER}|l68", 37, "a delay"),
        (f"{HEADER}|5", 38, "'d' or 'u'"),
        (f"{HEADER}|5x68", 38, "'d' or 'u'"),
        (f"{HEADER}|5D68", 38, "'d' or 'u'"),
        (f"{HEADER}|5.5d68", 38, "'d' or 'u'"),
        (f"{HEADER}|007d68", 38, "'d' or 'u'"),
        (f"{HEADER}|1234567890d68", 46, "'d' or 'u'"),
        (f"{HEADER}|5d", 39, "a key code"),
        (f"{HEADER}|5dI", 39, "a key code"),
        (f"{HEADER}|5dA", 39, "a key code"),
        (f"{HEADER}|5d_A", 39, "a key code"),
        (f"{HEADER}|5drshift", 39, "a key code"),
        (f"{HEADER}|5dI01", 39, "a key code"),
        (f"{HEADER}|5d٥", 39, "a key code"),
        (f"{HEADER}|5d068", 40, "'|'"),
        (f"{HEADER}|5d123456", 44, "'|'"),
        (f"{HEADER}|5dRShift", 41, "'|'"),
        (f"{HEADER}|5d68\n", 41, "'|'"),
        (f"{HEADER}|5d68 |5u68", 41, "'|'"),
        (f"{HEADER}|5d68|5uI0", 44, "a key code"),
        (f"{HEADER}|5dI0|5u68", 44, "a position"),
        (f"{HEADER}|l=1|5d68", 43, "a position"),
        (f"{HEADER}|l=1|5dRSHIFT", 43, "a position"),
        (f"{HEADER}|l=1|5dI00", 45, "'|'"),
        (f"{HEADER}|l=1|5dI1234567890", 53, "'|'"),
        (f"{HEADER}|l=1|l=1", 41, "a delay"),
        (f"{HEADER}|5d68|l=1", 42, "a delay"),
    ],
)
def test_an_error_says_where_and_what_was_expected(text: str, position: int, expected: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse(text)
    assert caught.value.position == position
    assert caught.value.expected.startswith(expected)


def test_the_message_is_short_and_shows_the_place() -> None:
    with pytest.raises(GrammarError) as caught:
        parse(f"{HEADER}|5d68|oops{'!' * MEGABYTE}")
    refusal = "not a keystroke sample: at position 42, expected a delay in ms, found 'oops!!!!!!!!!!!!!!!!'"
    assert str(caught.value) == refusal


def test_the_message_names_the_end_of_the_sample() -> None:
    with pytest.raises(GrammarError, match=r"at position 38, expected 'd' .*, found the end of the sample$"):
        parse(f"{HEADER}|5")


def test_the_error_survives_pickling_as_workers_do_it() -> None:
    error = GrammarError(3, "a delay in ms", "x")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.position, copy.expected, str(copy)) == (3, "a delay in ms", str(error))


def test_the_error_is_a_value_error() -> None:
    assert issubclass(GrammarError, ValueError)


def points_into(text: str, error: GrammarError) -> bool:
    """Fails where the error is not about this text."""
    assert 0 <= error.position <= len(text)
    assert text.startswith(error.found, error.position)
    assert str(error)
    return True


def reads_back_or_is_refused(text: str) -> bool:
    """Whether the text is a sample; fails where it is neither a sample nor refused."""
    try:
        recording = parse(text)
    except GrammarError as refusal:
        return not points_into(text, refusal)
    assert render(recording) == text
    return True


@pytest.mark.parametrize("text", [ANYTEXT, PASSWORD])
def test_every_beginning_of_a_sample_is_a_sample_or_refused(text: str) -> None:
    accepted = [length for length in range(len(text)) if reads_back_or_is_refused(text[:length])]
    assert accepted[0] == 36  # the header alone
    # Every sample with fewer events is among them.
    assert {place for place in range(37, len(text)) if text[place] == "|"} <= set(accepted)


@pytest.mark.parametrize("text", [f"{HEADER}|336dRSHIFT|80d68|64uRSHIFT|0u68", f"{HEADER}|l=7|0dI0|72uI10"])
def test_every_change_of_one_character_is_a_sample_or_refused(text: str) -> None:
    alphabet = string.printable + "äٕ٥０²\x00\x7f\x85\u2028\ud800😀"
    for place in range(len(text) + 1):
        reads_back_or_is_refused(text[:place] + text[place + 1 :])
        for character in alphabet:
            reads_back_or_is_refused(text[:place] + character + text[place + 1 :])
            reads_back_or_is_refused(text[:place] + character + text[place:])


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_sample_or_refused(text: str) -> None:
    reads_back_or_is_refused(text)


@settings(deadline=None)
@given(st.text(alphabet="|duI0159lA=_#-: \n"))
def test_any_body_is_a_sample_or_refused(body: str) -> None:
    reads_back_or_is_refused(HEADER + body)


printable = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="#|")
browsers = st.builds(
    "/".join,
    st.tuples(
        st.text(printable, min_size=1).filter(lambda text: text.strip() and "/" not in text),
        st.text(printable, min_size=1).filter(str.strip),
    ),
)
names = st.from_regex(r"[A-HJ-Z][A-Z0-9_]+|I[0-9]*[A-Z_]+", fullmatch=True)
plain_keys = st.integers(0, 99_999).map(str) | names
positions = st.integers(0, 999_999_999).map("I{}".format)
lengths = st.none() | st.text(st.characters(exclude_characters="|"))


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    length = draw(lengths)
    masked = length is not None or draw(st.booleans())
    event = st.tuples(st.integers(0, 999_999_999), st.sampled_from("du"), positions if masked else plain_keys)
    events = draw(st.lists(event, max_size=20))
    return Recording(
        browser=draw(browsers),
        mobile=draw(st.booleans()),
        recorded_at=draw(st.datetimes().map(lambda moment: moment.isoformat(" ", "seconds"))),
        length=length,
        delays_ms=tuple(event[0] for event in events),
        actions="".join(event[1] for event in events),
        keys=tuple(event[2] for event in events),
    )


@settings(deadline=None)
@given(recordings())
@example(parse(ANYTEXT))
@example(parse(PASSWORD))
def test_every_recording_is_written_and_read_back_the_same(recording: Recording) -> None:
    assert parse(render(recording)) == recording


@pytest.mark.parametrize(
    "change",
    [
        {"browser": "firefox"},
        {"browser": "fire#fox/1"},
        {"recorded_at": "yesterday"},
        {"recorded_at": "2016-04-25 09:22:52|l=2"},
        {"length": "7"},
        {"length": "7|0dI0"},
        {"delays_ms": (-1, 1, 1)},
        {"delays_ms": (1, 1, 1_000_000_000)},
        {"delays_ms": (1, 1)},
        {"actions": "dxu"},
        {"keys": ("68", "I0", "68")},
        {"keys": ("68", "68|1d68", "68")},
        {"keys": ("68", "", "68")},
    ],
)
def test_a_recording_that_no_sample_says_is_not_written(change: dict[str, object]) -> None:
    recording = parse("firefox/38.0#m=0#2016-01-29 17:50:51|0dRSHIFT|320d84|48uRSHIFT")
    with pytest.raises(ValueError, match=r"."):
        render(replace(recording, **change))  # type: ignore[arg-type]


HOSTILE = {
    "bars": HEADER + "|" * MEGABYTE,
    "a delay": HEADER + "|" + "1" * MEGABYTE,
    "zeros": HEADER + "|" + "0" * MEGABYTE,
    "a code": HEADER + "|1d" + "1" * MEGABYTE,
    "a name": HEADER + "|1d" + "A" * MEGABYTE + "!",
    "a position": HEADER + "|1dI" + "1" * MEGABYTE,
    "a masked position": HEADER + "|l=1|1dI" + "1" * MEGABYTE,
    "names": HEADER + "|1dAAAAAAAAAAAAAAAAA" * (MEGABYTE // 20) + "!",
    "events": HEADER + "|1d68" * (MEGABYTE // 5) + "!",
    "masked events": HEADER + "|l=7" + "|1dI0" * (MEGABYTE // 5) + "|1u68",
    "a mixture": HEADER + "|1d68" * (MEGABYTE // 5) + "|1uI0",
    "blanks": " " * MEGABYTE,
    "blanks and a name": " " * MEGABYTE + "x",
    "a browser": "x" * MEGABYTE,
    "slashes": "x" + "/" * MEGABYTE,
    "a blank version": "x/" + " " * MEGABYTE + "#",
    "hashes": "x/y" + "#" * MEGABYTE,
    "a length": HEADER + "|l=" + "1" * MEGABYTE + "|",
    "time stamps": "x/y#m=0#" + "2016-04-25 09:22:52#" * (MEGABYTE // 20),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_megabyte_of_anything_is_refused_without_going_over_it_again_and_again(text: str) -> None:
    # Were reading quadratic anywhere, a megabyte would take 10^12 steps, and this test would not end.
    assert not reads_back_or_is_refused(text)


def test_a_megabyte_of_events_is_read() -> None:
    assert reads_back_or_is_refused(HEADER + "|1d68" * (MEGABYTE // 5))
