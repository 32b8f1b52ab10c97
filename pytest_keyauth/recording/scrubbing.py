"""Keeps known secrets out of what people read of a run: texts, log records and pytest's reports."""

import base64
import json
import logging
import re
import threading
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property
from html.entities import codepoint2name
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_keyauth.recording.biometrics import looks_like_sample, replace_in_text
from pytest_keyauth.recording.cut_secrets import scrub_cut
from pytest_keyauth.recording.search import SHORTEST
from pytest_keyauth.recording.words import is_word, whole_word

if TYPE_CHECKING:
    import pytest

__all__ = ["Scrubber", "ScrubbingFilter", "scrub_collection", "scrub_report"]

_FORMATTER = logging.Formatter()


class Scrubber:
    """Replaces every secret that it was told by its kind: ``<token>``.

    A secret is recognized plain, as Python and JSON write it in a string, URL-encoded, in hex, and in base64 where it
    is encoded alone; a plain word where it is a whole word. It may come to know more while it is in use, in other
    threads too. Values of fewer than six characters (`search.SHORTEST`) are left alone, since they stand in innocent
    texts by accident.
    """

    __slots__ = ("_adding", "_beginnings", "_escaped", "_hides_samples", "_known", "_values", "_waiting")

    def __init__(self, secrets: Mapping[str, Iterable[str]] | None = None, *, hides_samples: bool = False) -> None:
        """``secrets``: values by kind ("token"). ``hides_samples``: whether keystroke samples are secrets, too."""
        self._hides_samples = hides_samples
        self._adding = threading.Lock()
        self._known: tuple[tuple[str, str], ...] = ()
        self._beginnings: frozenset[str] = frozenset()
        self._escaped: dict[str, _Escaped | _Word] = {}
        self._values: dict[str, str] = {}
        self._waiting: list[tuple[str, str]] = []
        for kind, values in (secrets or {}).items():
            for value in values:
                self.add(kind, value)

    def __repr__(self) -> str:
        return f"<Scrubber of {len(self._replacements())} forms of secrets>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Scrubber is not pickled, since it holds secrets: make it where it is used")

    def add(self, kind: str, value: str) -> None:
        """Replace a value, too, from now on; one that is known already keeps its kind."""
        if len(value) >= SHORTEST:
            with self._adding:
                self._waiting.append((kind, value))

    def _replacements(self) -> tuple[tuple[str, str], ...]:
        """What is replaced by what; made when it is needed, since most tests have nothing to scrub."""
        with self._adding:
            if self._waiting:
                known = dict(self._known)
                for kind, value in self._waiting:
                    self._values.setdefault(value, f"<{kind}>")
                    for form in _forms(value):
                        if form != value or not is_word(value):
                            known.setdefault(form, f"<{kind}>")
                    if is_word(value):
                        self._escaped.setdefault(value, _Word(value, f"<{kind}>"))
                    elif not _PLAIN.fullmatch(value):
                        self._escaped.setdefault(value, _Escaped(value, f"<{kind}>"))
                self._waiting.clear()
                # The longest first: a secret that is replaced within another would leave the rest of it standing.
                self._known = tuple(sorted(known.items(), key=lambda replacement: -len(replacement[0])))
                self._beginnings = frozenset(form[:SHORTEST] for form in known)
            return self._known

    def scrub(self, text: str) -> str:
        """Give the text without its secrets; the same text where it has none."""
        known = self._replacements()
        text = scrub_cut(text, self._values.items())  # before anything else changes the pieces
        if self._may_hold(text, len(known)):
            for form, placeholder in known:
                if form in text:
                    text = text.replace(form, placeholder)
        for escaped in self._escaped.values():
            text = escaped.scrub(text)
        return replace_in_text(text, lambda _sample: "<sample>") if self._hides_samples else text

    def _may_hold(self, text: str, known: int) -> bool:
        """Whether a text may hold one of so many forms: thousands of them are looked for by their beginnings first."""
        if len(text) > known * 2:
            return True
        return any(text[at : at + SHORTEST] in self._beginnings for at in range(len(text) - SHORTEST + 1))

    def shows_in(self, text: str) -> bool:
        """Whether a text holds a secret."""
        known = self._replacements()
        if self._may_hold(text, len(known)) and any(form in text for form, _ in known):
            return True
        if self._hides_samples and looks_like_sample(text):
            return True
        if any(escaped.shows_in(text) for escaped in self._escaped.values()):
            return True
        return scrub_cut(text, self._values.items()) != text


def _forms(value: str) -> Iterator[str]:
    """All texts that a value is replaced in; some are the same."""
    data = value.encode("utf-8", "surrogatepass")
    yield from (value, repr(value)[1:-1])
    for ascii_only in (True, False):
        written = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield from (written, written.replace("/", "\\/"))
    for encoded in (urllib.parse.quote(data), urllib.parse.quote(data, safe=""), urllib.parse.quote_plus(data)):
        yield from (encoded, _lower_escapes(encoded))
    for encoded in (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()):
        yield from (encoded, encoded.rstrip("="))
    for core in _base64_cores(data):
        yield from (core, core.replace("+", "-").replace("/", "_"))
    yield from (data.hex(), data.hex().upper())


_PLAIN = re.compile("[A-Za-z0-9._~-]*")


class _Word:
    """A secret that is a word: it may be in any longer one."""

    def __init__(self, value: str, placeholder: str) -> None:
        self._value = value
        self._placeholder = placeholder

    def shows_in(self, text: str) -> bool:
        """Whether a text holds it."""
        return self._value in text and re.search(whole_word(self._value), text) is not None

    def scrub(self, text: str) -> str:
        """The text without it."""
        return re.sub(whole_word(self._value), self._placeholder, text) if self._value in text else text


class _Escaped:
    """A secret whose characters may be escaped in any way, several times over, such as JSON in a string of Python."""

    def __init__(self, value: str, placeholder: str) -> None:
        self._value = value
        self._placeholder = placeholder
        self._probe = max(re.findall("[A-Za-z0-9]*", value), key=len)  # no escape touches it

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pieces = (char if char.isalnum() and char.isascii() else _escapes(char) for char in self._value)
        return re.compile("".join(pieces))

    def shows_in(self, text: str) -> bool:
        """Whether a text holds it."""
        return self._probe in text and self._pattern.search(text) is not None

    def scrub(self, text: str) -> str:
        """The text without it."""
        return self._pattern.sub(self._placeholder, text) if self._probe in text else text


_BACKSLASH = r"(?:\\|%(?:25)*5[cC])"


def _escapes(char: str) -> str:
    data, code = char.encode("utf-8", "surrogatepass"), ord(char)
    units = char.encode("utf-16-be", "surrogatepass")
    ways = [
        rf"{_BACKSLASH}*{re.escape(char)}",
        f"{_BACKSLASH}*" + "".join(rf"%(?:25)*(?i:{byte:02x})" for byte in data),
        "".join(rf"{_BACKSLASH}+x(?i:{byte:02x})" for byte in data),
        "".join(rf"{_BACKSLASH}+u(?i:{units[at : at + 2].hex()})" for at in range(0, len(units), 2)),
        rf"&(?:amp;)*(?:#0*{code}|#[xX]0*(?i:{code:x})|{codepoint2name.get(code, 'apos')});",
    ]
    if code < 256:
        ways.append(rf"{_BACKSLASH}+x(?i:{code:02x})")
    if char in _LETTERS:
        ways.append(rf"{_BACKSLASH}+{_LETTERS[char]}")
    return f"(?:{'|'.join(ways)})"


_LETTERS = {
    "\n": "n",
    "\r": "r",
    "\t": "t",
    "\b": "b",
    "\f": "f",
}


def _base64_cores(data: bytes) -> Iterator[str]:
    """What base64 makes of data in the midst of others, whatever is before and behind."""
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data).decode()
        yield encoded[-(-8 * shift // 6) : 8 * (shift + len(data)) // 6]


def _lower_escapes(encoded: str) -> str:
    """A URL-encoded text with %2f for %2F."""
    first, *rest = encoded.split("%")
    return "%".join([first, *(part[:2].lower() + part[2:] for part in rest)])


class ScrubbingFilter(logging.Filter):
    """Lets every log record pass, without its secrets: to be added to handlers.

    (A filter of a logger does not see what its child loggers hand on.) A record that shows no secret is left as it is.
    One whose arguments do not fit its message passes too, since it is for logging to complain about it.
    """

    def __init__(self, scrubber: Scrubber) -> None:
        super().__init__()
        self._scrubber = scrubber

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message, the traceback and the texts of a record where they show a secret."""
        self._scrub_message(record)
        self._scrub_exception(record)
        # The stack is among them, and what `extra` brought.
        texts = {name: value for name, value in vars(record).items() if isinstance(value, str)}
        if self._scrubber.shows_in("\n".join(texts.values())):
            vars(record).update({name: self._scrubber.scrub(value) for name, value in texts.items()})
        return True

    def _scrub_message(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
            arguments = repr(record.args)
        except Exception:  # noqa: BLE001  # arguments are anybody's objects, and logging must not fail for them
            self._scrub_misfit(record)
            return
        if self._scrubber.shows_in(message) or self._scrubber.shows_in(arguments):
            record.msg, record.args = self._scrubber.scrub(message), None

    def _scrub_misfit(self, record: logging.LogRecord) -> None:
        """Scrub message and arguments one by one: logging prints them both in its complaint."""
        record.msg = self._scrub_value(record.msg)
        if isinstance(record.args, Mapping):
            record.args = {name: self._scrub_value(value) for name, value in record.args.items()}
        elif record.args:
            record.args = tuple(self._scrub_value(value) for value in record.args)

    def _scrub_value(self, value: object) -> object:
        """A value, or the scrubbed text of it where one of its texts shows a secret or cannot be made."""
        try:
            shown = self._scrubber.shows_in(str(value)) or self._scrubber.shows_in(repr(value))
            return self._scrubber.scrub(str(value)) if shown else value
        except Exception:  # noqa: BLE001  # see above
            return f"<{type(value).__name__} that cannot be shown>"

    def _scrub_exception(self, record: logging.LogRecord) -> None:
        if not record.exc_info:
            return
        try:
            text = record.exc_text or _FORMATTER.formatException(record.exc_info)
        except Exception:  # noqa: BLE001  # made by hand, and wrongly: there is nothing to scrub
            return
        if self._scrubber.shows_in(text):  # formatters prefer the text, and some look at the exception
            record.exc_text, record.exc_info = self._scrubber.scrub(text), None


def scrub_report(report: "pytest.TestReport", scrubber: Scrubber) -> None:
    """Take the secrets out of the report of a test: its failure, captured output and properties.

    A structured failure that shows one becomes a plain text. What shows none stays the object it was. The report of a
    subtest also says what the subtest was given, and that of an expected failure why it was expected.
    """
    _scrub_what_was_said(report, scrubber)
    if (reason := getattr(report, "wasxfail", None)) is not None:
        report.wasxfail = scrubber.scrub(str(reason))
    if any(scrubber.shows_in(f"{name}\n{value}") for name, value in report.user_properties):
        report.user_properties = [
            (scrubber.scrub(name), _scrub_property(value, scrubber)) for name, value in report.user_properties
        ]
    context = getattr(report, "context", None)
    if context is not None and scrubber.shows_in(f"{context.msg}\n{context.kwargs}"):
        vars(report)["context"] = _scrub_context(context, scrubber)


def scrub_collection(report: "pytest.CollectReport", scrubber: Scrubber) -> None:
    """Take the secrets out of what was said of a module or folder whose tests were looked for."""
    _scrub_what_was_said(report, scrubber)


def _scrub_what_was_said(report: "pytest.TestReport | pytest.CollectReport", scrubber: Scrubber) -> None:
    report.longrepr = _scrub_failure(report.longrepr, scrubber)
    if any(scrubber.shows_in(text) for section in report.sections for text in section):
        report.sections = [(scrubber.scrub(name), scrubber.scrub(text)) for name, text in report.sections]


def _scrub_context(context: Any, scrubber: Scrubber) -> Any:
    clean = copy(context)  # a frozen value, whose constructor would quote its texts once more
    object.__setattr__(clean, "msg", None if context.msg is None else scrubber.scrub(str(context.msg)))
    object.__setattr__(clean, "kwargs", {name: scrubber.scrub(str(value)) for name, value in context.kwargs.items()})
    return clean


def _scrub_failure(failure: Any, scrubber: Scrubber) -> Any:
    if isinstance(failure, tuple):  # path, line and reason of a skip: pytest's summary of skips wants them so
        return tuple(scrubber.scrub(part) if isinstance(part, str) else part for part in failure)
    crash = getattr(getattr(failure, "reprcrash", None), "message", "")  # the short summary shows it by itself
    text = str(failure)
    return scrubber.scrub(text) if scrubber.shows_in(text) or scrubber.shows_in(crash) else failure


def _scrub_property(value: object, scrubber: Scrubber) -> object:
    """A property, or its scrubbed text; one that is no text is judged by how it shows."""
    text = str(value)
    return scrubber.scrub(text) if scrubber.shows_in(text) else value
