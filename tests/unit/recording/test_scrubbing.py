import base64
import json
import logging
import pickle
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_keyauth.recording.scrubbing import Scrubber, ScrubbingFilter, scrub_report
from pytest_keyauth.recording.search import SHORTEST
from pytest_keyauth.recording.words import is_word

TOKEN = "päss wörd/+%41'\""
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "Python": lambda text: repr(text)[1:-1],
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON without ASCII escapes": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON with escaped slashes": lambda text: json.dumps(text)[1:-1].replace("/", r"\/"),
    "quote": quote,
    "quote without safe characters": lambda text: quote(text, safe=""),
    "quote_plus": quote_plus,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
}


@pytest.mark.parametrize("encode", FORMS.values(), ids=FORMS.keys())
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=6, max_size=12) | st.just(TOKEN))
def test_each_form_of_a_secret_becomes_its_kind(encode: Callable[[str], str], secret: str) -> None:
    assert Scrubber({"token": [secret]}).scrub(f"({encode(secret)})") == "(<token>)"


def test_escapes_of_urls_are_known_in_lower_case() -> None:
    assert Scrubber({"token": ["a/B+C/d"]}).scrub("x=a%2fB%2bC%2fd") == "x=<token>"


def test_a_secret_within_a_longer_one_leaves_nothing_of_it() -> None:
    scrubber = Scrubber({"user id": ["abcdef"], "token": ["abcdef-ghijkl"]})
    assert scrubber.scrub("abcdef-ghijkl abcdef") == "<token> <user id>"


def test_a_scrubber_may_come_to_know_more() -> None:
    scrubber = Scrubber()
    assert scrubber.scrub("geheim-33") == "geheim-33"
    scrubber.add("token", "geheim-33")
    assert scrubber.scrub("geheim-33") == "<token>"


def test_a_short_secret_is_left_alone() -> None:
    assert Scrubber({"token": ["hallo"]}).scrub("hallo") == "hallo"


def test_no_secret_shows_in_a_scrubber_and_none_can_be_pickled() -> None:
    scrubber = Scrubber({"token": ["geheim-33"]})
    assert "geheim" not in f"{scrubber!r}{scrubber}"
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(scrubber)


class Listener(logging.Handler):
    """Keeps what a handler would have written."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.records: list[logging.LogRecord] = []
        self.addFilter(ScrubbingFilter(Scrubber({"token": ["geheim-33"]})))

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.texts.append(self.format(record))


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def logger(listener: Listener) -> logging.Logger:
    logger = logging.Logger("spoken")
    logger.addHandler(listener)
    return logger


def test_a_logged_message_is_scrubbed_after_it_was_formatted(logger: logging.Logger, listener: Listener) -> None:
    logger.warning("it is %s, 100%%", "geheim-33")
    logger.warning("it is geh%s", "eim-33")
    logger.warning("it is geheim-33, 100%")
    logger.warning("it is %(token)s", {"token": "geheim-33"})
    assert listener.texts == ["it is <token>, 100%", "it is <token>", "it is <token>, 100%", "it is <token>"]
    assert not any("geheim" in repr(vars(record)) for record in listener.records)


def test_arguments_that_the_message_shows_cut_are_scrubbed(logger: logging.Logger, listener: Listener) -> None:
    logger.warning("it begins with %.3s", "geheim-33")
    assert listener.texts == ["it begins with geh"]
    assert "geheim-33" not in repr(vars(listener.records[0]))


def test_a_logged_traceback_and_a_stack_are_scrubbed(logger: logging.Logger, listener: Listener) -> None:
    try:
        raise ValueError("geheim" + "-33")
    except ValueError:
        logger.exception("oops")
    logger.warning("here", stack_info=True, extra={"url": "?token=geheim-33"})  # its stack shows this very line
    assert "ValueError: <token>" in listener.texts[0]
    assert 'extra={"url": "?token=<token>"}' in listener.texts[1]
    assert not any("geheim-33" in text for text in listener.texts)
    assert not any("geheim-33" in repr(vars(record)) for record in listener.records)


def test_a_record_without_a_secret_is_left_as_it_is() -> None:
    try:
        raise ValueError("harmless")
    except ValueError:
        exception = sys.exc_info()
    arguments = ("harmless", [1])
    record = logging.LogRecord("a", logging.INFO, "a.py", 1, "%s %s", arguments, exception, sinfo="Stack: harmless")
    before = dict(vars(record))
    assert ScrubbingFilter(Scrubber({"token": ["geheim-33"]})).filter(record)
    assert vars(record) == before
    assert record.args is arguments
    assert record.exc_info is exception


class Talkative(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "nothing"


class Mute:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("geheim-33 %d", ("geheim-33",)),
        ("%s", ("geheim-33", "too many")),
        ("%s %s", ("geheim-33",)),
        ("%(name)s", ({"token": "geheim-33"},)),
        ("%s", (Mute(), "geheim-33")),
        ("%s", (Mute(),)),
        ("%d", (Talkative("geheim-33"),)),
        (Mute(), ()),
    ],
)
def test_a_badly_formatted_record_passes_without_its_secret(message: Any, arguments: tuple[Any, ...]) -> None:
    record = logging.LogRecord("a", logging.INFO, "a.py", 1, message, arguments, None)
    assert ScrubbingFilter(Scrubber({"token": ["geheim-33"]})).filter(record)
    assert "geheim-33" not in f"{record.msg!r}{record.args!r}"  # what logging prints in its complaint


def test_a_record_with_a_wrong_exception_passes() -> None:
    record = logging.makeLogRecord({"msg": "geheim-33", "exc_info": True})
    assert ScrubbingFilter(Scrubber({"token": ["geheim-33"]})).filter(record)
    assert record.msg == "<token>"


def make_report(longrepr: Any = None, **others: Any) -> pytest.TestReport:
    return pytest.TestReport("test_a.py::test", ("test_a.py", 1, "test"), {}, "failed", longrepr, "call", **others)


@pytest.fixture
def scrubber() -> Scrubber:
    return Scrubber({"token": ["geheim-33"]})


def structured(message: str) -> Any:
    with pytest.raises(ValueError, match=message) as caught:
        raise ValueError(message)
    return caught.getrepr()


def test_a_structured_failure_that_shows_a_secret_becomes_a_text(scrubber: Scrubber) -> None:
    report = make_report(structured("geheim-33"))
    scrub_report(report, scrubber)
    assert isinstance(report.longrepr, str)
    assert "ValueError: <token>" in report.longreprtext
    assert "geheim-33" not in report.longreprtext


class CrashOnly:
    """A failure of whose message only pytest's short summary makes use."""

    reprcrash = SimpleNamespace(message="ValueError: geheim-33")

    def __str__(self) -> str:
        return "a failure without details"


def test_a_secret_in_the_short_summary_alone_is_scrubbed(scrubber: Scrubber) -> None:
    report = make_report(CrashOnly())
    scrub_report(report, scrubber)
    assert report.longrepr == "a failure without details"


def test_a_failure_in_text_and_the_reason_of_a_skip_are_scrubbed(scrubber: Scrubber) -> None:
    failed, skipped = make_report("it is geheim-33"), make_report(("test_a.py", 3, "Skipped: geheim-33"))
    scrub_report(failed, scrubber)
    scrub_report(skipped, scrubber)
    assert failed.longrepr == "it is <token>"
    assert skipped.longrepr == ("test_a.py", 3, "Skipped: <token>")


def test_captured_output_and_properties_are_scrubbed(scrubber: Scrubber) -> None:
    report = make_report(
        sections=[("Captured stdout call", "one geheim-33\n"), ("Captured log call", "none")],
        user_properties=[("url", "?t=geheim-33"), ("seen", {"keytrac": ["geheim-33"]}), ("count", 3)],
    )
    scrub_report(report, scrubber)
    assert report.sections == [("Captured stdout call", "one <token>\n"), ("Captured log call", "none")]
    assert report.user_properties == [("url", "?t=<token>"), ("seen", "{'keytrac': ['<token>']}"), ("count", 3)]


def test_a_report_without_a_secret_is_left_as_it_is(scrubber: Scrubber) -> None:
    witnesses = {"keytrac": ["createUser/201/created"]}
    report = make_report(structured("harmless"), sections=[("a", "b")], user_properties=[("seen", witnesses)])
    before = dict(vars(report))
    scrub_report(report, scrubber)
    assert all(vars(report)[name] is value for name, value in before.items())
    assert report.user_properties[0][1] is witnesses


def test_a_secret_that_is_a_word_is_scrubbed_as_a_whole_word() -> None:
    scrubber = Scrubber({"secret": ["swordfish"]})
    told = r"'swordfish' is \nswordfish, and swordfishes are no c3dvcmRmaXNo"
    assert scrubber.scrub(told) == r"'<secret>' is \n<secret>, and swordfishes are no <secret>"
    assert scrubber.shows_in(told)
    assert not scrubber.shows_in("swordfishes")


@given(
    st.lists(
        st.text(st.characters(exclude_characters="<>", exclude_categories=["Cs"]), min_size=SHORTEST, max_size=12),
        min_size=1,
    ),
    st.data(),
)
def test_among_many_secrets_each_is_found_in_a_short_text(secrets: list[str], data: st.DataObject) -> None:
    """Where there are many of them, they are looked for by their beginnings."""
    scrubber = Scrubber({"token": [*secrets, *(f"another-secret-{number}" for number in range(300))]})
    secret = data.draw(st.sampled_from(secrets))
    if not is_word(secret):
        assert scrubber.shows_in(f"a {secret} b")
        assert secret not in scrubber.scrub(f"a {secret} b")
    assert not scrubber.shows_in("a another-secre b")
