from math import log
from typing import get_args

import pytest

from pytest_keyauth.emulator.keytrac.account import AccountSettings
from pytest_keyauth.emulator.keytrac.refusal import Refusal
from pytest_keyauth.emulator.keytrac.store import Method
from pytest_keyauth.emulator.keytrac.submission import Submission, Use, read_submission

DESKTOP = "firefox/38.0#m=0#2016-04-25 09:22:52"
MOBILE = "firefox/38.0#m=1#2016-04-25 09:22:52"

ANYTEXT_USES: tuple[Use, ...] = ("enrol", "authenticate", "identify")
PASSWORD_USES: tuple[Use, ...] = ("enrol", "authenticate")
ALL = [*((use, "anytext") for use in ANYTEXT_USES), *((use, "password") for use in PASSWORD_USES)]

each_use_of_anytext = pytest.mark.parametrize("use", ANYTEXT_USES)
each_use_of_passwords = pytest.mark.parametrize("use", PASSWORD_USES)
each_operation = pytest.mark.parametrize(("use", "method"), ALL)


def text(count: int, header: str = DESKTOP, *, dwell_ms: int = 80) -> str:
    """A sample of so many letters, each held for so long."""
    return header + f"|100d65|{dwell_ms}u65" * count


def password(length: int, header: str = DESKTOP, *, dwell_ms: int = 80) -> str:
    """A masked sample of so many keys, each held for so long."""
    strokes = "".join(f"|100dI{position}|{dwell_ms}uI{position}" for position in range(length))
    return f"{header}|l={length}{strokes}"


def sample(method: Method, header: str = DESKTOP, *, dwell_ms: int = 80) -> str:
    """A good sample for a method."""
    return text(40, header, dwell_ms=dwell_ms) if method == "anytext" else password(8, header, dwell_ms=dwell_ms)


def read(samples: list[str], use: Use, method: Method, **settings: int) -> Submission:
    return read_submission(samples, method, use, AccountSettings(**settings))  # type: ignore[arg-type]


def refusal(samples: list[str], use: Use, method: Method, **settings: int) -> str:
    """The text with which samples are refused; the status is 400 always."""
    with pytest.raises(Refusal) as caught:
        read(samples, use, method, **settings)
    assert caught.value.status == 400
    return caught.value.text


# What is read


@each_operation
def test_good_samples_are_read(use: Use, method: Method) -> None:
    submission = read([sample(method), sample(method, dwell_ms=90)], use, method)
    assert len(submission.recordings) == len(submission.timings) == 2


def test_what_is_scored_is_read_of_each_sample() -> None:
    texts = read([text(40), text(50)], "authenticate", "anytext")
    assert [len(rhythm.dwells) for rhythm in texts.rhythms] == [40, 50]
    passwords = read([password(4), password(4, dwell_ms=90)], "authenticate", "password")
    assert passwords.length == 4
    assert [vector[0] for vector in passwords.vectors] == pytest.approx([log(0.08), log(0.09)])


@pytest.mark.parametrize("method", get_args(Method))
def test_the_documents_own_samples_can_be_used(
    method: Method,
    anytext_enrolment: list[str],
    anytext_attempt: str,
    password_enrolment: list[str],
    password_attempt: str,
) -> None:
    enrolment, attempt = {
        "anytext": (anytext_enrolment, anytext_attempt),
        "password": (password_enrolment, password_attempt),
    }[method]
    assert len(read(enrolment, "enrol", method).recordings) == 2
    assert len(read([attempt], "authenticate", method).recordings) == 1


# Errors about one sample


@each_operation
@pytest.mark.parametrize(
    "broken",
    [
        "",
        "x",
        DESKTOP[:-1],
        DESKTOP + "|",
        DESKTOP + "|100d65|80",
        DESKTOP + "|100d65|80uI0",
        DESKTOP + "|l=4|100d65",
        "firefox/38.0#m=2#2016-04-25 09:22:52|100d65",
        "firefox/38.0#m=0#2016-02-30 09:22:52|100d65",
        DESKTOP + "|-1d65",
        DESKTOP + "|100d\ud800",
        "\x00" * 100,
    ],
)
def test_what_is_no_sample_is_corrupted(use: Use, method: Method, broken: str) -> None:
    assert refusal([broken], use, method) == "Sample #1 is corrupted or format is not valid"


@each_operation
@pytest.mark.parametrize("index", [1, 2, 3])
def test_a_corrupted_sample_is_named_by_its_number(use: Use, method: Method, index: int) -> None:
    samples = [sample(method, dwell_ms=80 + number) for number in range(3)]
    samples[index - 1] += "|"
    assert refusal(samples, use, method) == f"Sample #{index} is corrupted or format is not valid"


@each_use_of_anytext
@pytest.mark.parametrize(
    "masked",
    [password(40), DESKTOP + "|l=40", password(40).replace("|l=40", ""), DESKTOP + "|l="],
    ids=["length and positions", "length alone", "positions alone", "an empty length"],
)
def test_a_masked_sample_is_not_suitable_for_anytext(use: Use, masked: str) -> None:
    expected = "Sample #2 is invalid and can’t be used with this type of enrollment/authentication"
    assert refusal([text(40), masked], use, "anytext") == expected


@each_use_of_passwords
def test_an_unmasked_sample_is_not_suitable_for_passwords(use: Use) -> None:
    expected = "Sample #2 is invalid and can’t be used with this type of enrollment/authentication"
    assert refusal([password(8), text(8)], use, "password") == expected


@each_use_of_passwords
@pytest.mark.parametrize("without", [password(8).replace("|l=8", ""), DESKTOP], ids=["positions", "nothing at all"])
def test_a_password_sample_without_a_length_is_refused(use: Use, without: str) -> None:
    assert refusal([password(8), without], use, "password") == "Sample #2 does not contain a sample length"


@pytest.mark.parametrize("use", ["enrol", "authenticate"])
@pytest.mark.parametrize(
    ("method", "empty"), [("anytext", DESKTOP), ("password", DESKTOP + "|l=8"), ("password", DESKTOP + "|l=")]
)
def test_a_sample_without_events_is_empty(use: Use, method: Method, empty: str) -> None:
    assert refusal([sample(method), empty], use, method) == "Sample #2 does not contain any user inputs"


def test_identification_has_no_text_of_its_own_for_an_empty_sample() -> None:
    assert refusal([text(40), DESKTOP], "identify", "anytext") == "Unable to determine text length of sample"


#: JavaScript codes of tab, enter, control and its like, escape, paging and arrows, insert and delete, system and
#: function keys, and locks; the named shift keys; and backspace.
SILENT_CODES = (8, 9, 12, 13, 16, 17, 20, 27, 33, 37, 40, 44, 45, 46, 91, 93, 112, 123, 144, 145)
SILENT_KEYS = ["RSHIFT", "LSHIFT", "SHIFT", "BACKSPACE", *map(str, SILENT_CODES)]
#: Space, digits, letters, the number pad, and the keys of a German keyboard that a code below 256 names.
WRITING_CODES = (32, 48, 57, 65, 90, 96, 105, 106, 111, 186, 187, 188, 189, 190, 192, 219, 222, 226)
WRITING_KEYS = ["SPACE", *map(str, WRITING_CODES)]


@pytest.mark.parametrize("key", SILENT_KEYS)
def test_a_text_that_no_key_writes_has_no_length(key: str) -> None:
    silent = DESKTOP + f"|100d{key}|80u{key}" * 50
    assert refusal([silent], "identify", "anytext") == "Unable to determine text length of sample"


@pytest.mark.parametrize("key", WRITING_KEYS)
def test_a_text_of_any_key_that_writes_has_a_length(key: str) -> None:
    read([DESKTOP + f"|100d{key}|80u{key}" * 40], "identify", "anytext")


@each_use_of_anytext
def test_one_sample_without_a_length_is_enough_to_be_refused(use: Use) -> None:
    silent = DESKTOP + "|100dRSHIFT|80uRSHIFT" * 50
    assert refusal([text(40), silent], use, "anytext") == "Unable to determine text length of sample"


@each_use_of_passwords
@pytest.mark.parametrize(
    "length",
    [
        "",
        "0",
        "000",
        "-8",
        "+8",
        "8.0",
        "8 ",
        "eight",
        "٨",
        "８",
        "²",
        "10000",
        pytest.param("9" * 5000, id="5,000 digits"),
    ],
)
def test_a_password_whose_length_is_no_positive_whole_number_has_none(use: Use, length: str) -> None:
    wrong = password(8).replace("|l=8", f"|l={length}")
    assert refusal([wrong], use, "password") == "Unable to determine text length of sample"


# Errors about all samples


@each_operation
def test_samples_of_two_types_of_devices_do_not_go_together(use: Use, method: Method) -> None:
    samples = [sample(method), sample(method, MOBILE, dwell_ms=90)]
    assert refusal(samples, use, method) == "Samples contain mixed device types"


@each_operation
def test_samples_of_a_mobile_device_go_together(use: Use, method: Method) -> None:
    samples = [sample(method, MOBILE), sample(method, MOBILE, dwell_ms=90)]
    assert all(recording.mobile for recording in read(samples, use, method).recordings)


@pytest.mark.parametrize("method", get_args(Method))
@pytest.mark.parametrize("stamp", ["2016-04-25 09:22:52", "2016-04-25 09:22:53"])
def test_a_recording_cannot_be_enrolled_twice_even_with_another_time_stamp(method: Method, stamp: str) -> None:
    again = sample(method).replace("2016-04-25 09:22:52", stamp)
    expected = "Insufficient number of unique samples submitted"
    assert refusal([sample(method), again], "enrol", method) == expected


@pytest.mark.parametrize(("use", "method"), [(use, method) for use, method in ALL if use != "enrol"])
def test_a_recording_may_be_sent_twice_where_nothing_is_enrolled(use: Use, method: Method) -> None:
    assert len(read([sample(method)] * 2, use, method).recordings) == 2


TOO_SHORT = (
    "Combined text length of given samples are insufficient. The minimum text length of the combined samples is set to "
    "{} characters. To change this setting, please log in to your KeyTrac Console - https://console.keytrac.net"
)


@pytest.mark.parametrize("use", ["enrol", "identify"])
@pytest.mark.parametrize("lengths", [[39], [20, 19], [35, 4]])
def test_texts_that_together_are_too_short_are_refused(use: Use, lengths: list[int]) -> None:
    assert refusal([text(length) for length in lengths], use, "anytext") == TOO_SHORT.format(40)


@pytest.mark.parametrize("use", ["enrol", "identify"])
@pytest.mark.parametrize("lengths", [[40], [21, 19], [36, 4]])
def test_texts_that_together_have_the_minimum_are_enough(use: Use, lengths: list[int]) -> None:
    assert len(read([text(length) for length in lengths], use, "anytext").recordings) == len(lengths)


def test_authentication_knows_no_minimum_of_text() -> None:
    assert len(read([text(4)], "authenticate", "anytext").recordings) == 1


@pytest.mark.parametrize("use", ["enrol", "identify"])
def test_the_minimum_of_text_is_a_setting(use: Use) -> None:
    assert refusal([text(99)], use, "anytext", minimum_text_length=100) == TOO_SHORT.format(100)
    read([text(100)], use, "anytext", minimum_text_length=100)
    read([text(4)], use, "anytext", minimum_text_length=0)


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ("|100d66|80u66", True),
        ("|100dSPACE|80uSPACE", True),
        ("|100d190|80u190", True),
        ("|100dRSHIFT|100d66|80u66|10uRSHIFT", True),
        ("|100d65|500d65|30u65|80d8|80u8", True),  # a key that repeats while it is held writes again
        ("|100dRSHIFT|80uRSHIFT", False),
        ("|100d9|80u9", False),
        ("|100d66|80u66|100d8|80u8", False),
        ("|100d66|80u66|100dBACKSPACE|80uBACKSPACE", False),
        ("|80u66", False),
    ],
)
def test_only_keys_that_write_a_character_that_stays_count(more: str, counts: bool) -> None:
    samples = [text(39) + more]
    if counts:
        read(samples, "identify", "anytext")
    else:
        assert refusal(samples, "identify", "anytext") == TOO_SHORT.format(40)


def test_what_is_erased_before_anything_was_written_is_nothing() -> None:
    erased = DESKTOP + "|100d8|80u8" * 5
    read([text(40, erased)], "identify", "anytext")
    assert refusal([text(39, erased)], "identify", "anytext") == TOO_SHORT.format(40)


FEW_SAMPLES = (
    "Insufficient number of submitted samples. The minimum sample count is set to {} samples. "
    "To change this setting, please log in to your KeyTrac Console - https://console.keytrac.net"
)


@each_use_of_passwords
def test_the_minimum_of_password_samples_is_a_setting(use: Use) -> None:
    samples = [password(8, dwell_ms=80 + number) for number in range(3)]
    assert refusal(samples[:2], use, "password", minimum_password_samples=3) == FEW_SAMPLES.format(3)
    assert len(read(samples, use, "password", minimum_password_samples=3).recordings) == 3


def test_the_minimum_of_password_samples_does_not_apply_to_anytext() -> None:
    assert len(read([text(40)], "enrol", "anytext", minimum_password_samples=3).recordings) == 1


@each_use_of_passwords
def test_passwords_of_two_lengths_do_not_go_together(use: Use) -> None:
    assert refusal([password(8), password(9)], use, "password") == "Sample size is ambiguous"


OUT_OF_SPECIFICATION = "Given samples are out of specification"


@each_use_of_passwords
@pytest.mark.parametrize(
    "strange",
    [
        password(3),
        password(1),
        f"{DESKTOP}|l=8" + "".join(f"|100dI{position}" for position in range(8)),
        f"{DESKTOP}|l=8" + "".join(f"|100uI{position}" for position in range(8)),
        password(7).replace("|l=7", "|l=8"),
        password(9).replace("|l=9", "|l=8"),
        password(8) + "|100dI0|80uI0",
        password(8) + "|100dI8",
        password(8).replace("I7", "I0"),
        password(8).replace("I7", "I8"),
        password(8).replace("|l=8", "|l=9999"),
        f"{DESKTOP}|l=4|100dI0|80uI0|100dI1|80uI1|100dI2|80uI2|100dI3",
        f"{DESKTOP}|l=4|80uI0|100dI0|80uI1|100dI1|80uI2|100dI2|80uI3|100dI3",
    ],
    ids=[
        "three keys",
        "one key",
        "only downs",
        "only ups",
        "one too few",
        "one too many",
        "one again",
        "one more down",
        "one twice",
        "one missing",
        "a far longer one",
        "one not released",
        "up before down",
    ],
)
def test_a_password_sample_that_does_not_strike_each_key_once_is_out_of_specification(use: Use, strange: str) -> None:
    assert refusal([strange], use, "password") == OUT_OF_SPECIFICATION


@each_use_of_passwords
@pytest.mark.parametrize(
    "good",
    [
        password(4),
        f"{DESKTOP}|l=4|0dI0|10dI1|10dI2|10dI3|10uI3|10uI2|10uI1|10uI0",
        f"{DESKTOP}|l=4|0dI3|10uI3|10dI2|10uI2|10dI1|10uI1|10dI0|10uI0",
        f"{DESKTOP}|l=4|0dI0|500dI0|30dI0|10uI0|10dI1|10uI1|10dI2|10uI2|10dI3|10uI3",
    ],
    ids=["one after the other", "all at once", "backwards", "a key that repeats"],
)
def test_a_password_sample_that_strikes_each_key_once_is_good(use: Use, good: str) -> None:
    assert read([good], use, "password").length == 4


@each_use_of_anytext
@pytest.mark.parametrize(
    "strange",
    [
        text(3),
        DESKTOP + "|100d65|100d66|100d67|100d68|100d69",
        DESKTOP + "|5000d65|80u65" * 40,
        DESKTOP + "|100d65|1u65" * 40,
        DESKTOP + "|100d65|900u65" * 40,
        text(4, dwell_ms=2000),
        text(2) + "|2000d65|80u65|100d65|80u65",
        text(10_000) + "|100d65",
    ],
    ids=[
        "three keys",
        "only downs",
        "only pauses",
        "too short holds",
        "too long holds",
        "four of them",
        "a pause among four keys",
        "too many events",
    ],
)
def test_a_text_without_a_rhythm_is_out_of_specification(use: Use, strange: str) -> None:
    assert refusal([text(40), strange], use, "anytext") == OUT_OF_SPECIFICATION


def test_four_keys_are_enough_for_a_rhythm_and_ten_thousand_are_not_too_many() -> None:
    read([text(4)], "authenticate", "anytext")
    read([text(10_000)], "authenticate", "anytext")


# Which error comes first where a sample is wrong in several respects


@each_operation
def test_what_is_no_sample_is_told_before_anything_else(use: Use, method: Method) -> None:
    wrong_kind = password(8) if method == "anytext" else text(8)
    assert refusal([wrong_kind, "x"], use, method) == "Sample #2 is corrupted or format is not valid"


@each_operation
def test_what_is_wrong_with_one_sample_is_told_before_what_is_wrong_with_all(use: Use, method: Method) -> None:
    wrong_kind = password(8, MOBILE) if method == "anytext" else text(8, MOBILE)
    assert refusal([sample(method), sample(method), wrong_kind], use, method).startswith("Sample #3 is invalid")
