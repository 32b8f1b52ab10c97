"""What a consumer submits: a list of samples, and the rules that they must pass, in order.

The order of the rules is written down here and nowhere else: :data:`RULES` names, for each operation, the rules that
the document lists there. Those about one sample come first, those about all of them together after. Each rule carries
the document's text. Where the document does not say what makes a sample wrong in that way, the rule's docstring says
what was assumed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pytest_keyauth.emulator.keytrac.account import AccountSettings
from pytest_keyauth.emulator.keytrac.anytext import Rhythm
from pytest_keyauth.emulator.keytrac.password import Vector, vectorize
from pytest_keyauth.emulator.keytrac.refusal import Refusal
from pytest_keyauth.emulator.keytrac.slots import BACKSPACE_KEYS, SHIFT_KEYS
from pytest_keyauth.emulator.keytrac.store import Method
from pytest_keyauth.emulator.keytrac.timing import Timing, measure
from pytest_keyauth.keystrokes.grammar import GrammarError, Recording, parse

__all__ = ["RULES", "Submission", "Use", "read_submission"]

Use = Literal["enrol", "authenticate", "identify"]

#: With fewer complete strokes there is no rhythm to speak of.
FEWEST_STROKES = 4
#: A recording of more events is no typing of a text field; it bounds the work that one request can cause.
MOST_EVENTS = 20_000
#: A length of more digits than this is no password's.
LONGEST_LENGTH_DIGITS = 4

#: JavaScript codes of keys that write nothing: tab, enter, control, alt, pause, locks, escape, paging, arrows, insert,
#: delete, system and function keys.
_SILENT_CODES = {
    *range(9, 10),
    12,
    13,
    *range(16, 21),
    27,
    *range(33, 41),
    44,
    45,
    46,
    *range(91, 94),
    *range(112, 124),
    144,
    145,
}
SILENT_KEYS = frozenset(str(code) for code in _SILENT_CODES) | SHIFT_KEYS


@dataclass(frozen=True)
class Submission:
    """Samples that were read: the recordings with their timings, and the settings of the account that sent them."""

    recordings: tuple[Recording, ...]
    timings: tuple[Timing, ...]
    settings: AccountSettings

    @cached_property
    def rhythms(self) -> tuple[Rhythm, ...]:
        """What AnyText scoring reads of the samples."""
        return tuple(Rhythm.of(timing) for timing in self.timings)

    @property
    def vectors(self) -> tuple[Vector, ...]:
        """What password scoring reads of the samples, once the rules have passed."""
        return tuple(vectorize(timing) for timing in self.timings)

    @property
    def length(self) -> int:
        """The length of the password, once the rules have passed."""
        return int(self.recordings[0].length or 0)


Rule = Callable[[Submission], None]


def read_submission(samples: Sequence[str], method: Method, use: Use, settings: AccountSettings) -> Submission:
    """Read samples and apply the rules of an operation.

    :raises Refusal: with the text of the first rule that is broken.
    """
    recordings = tuple(_parse(sample, number) for number, sample in enumerate(samples, start=1))
    submission = Submission(recordings, tuple(measure(recording) for recording in recordings), settings)
    for rule in RULES[use, method]:
        rule(submission)
    return submission


def _parse(sample: str, number: int) -> Recording:
    try:
        return parse(sample)
    except GrammarError:
        raise Refusal(400, f"Sample #{number} is corrupted or format is not valid") from None


def _refuse_masked(submission: Submission, *, masked: bool) -> None:
    for number, recording in enumerate(submission.recordings, start=1):
        if recording.masked == masked and (masked or recording.keys):
            raise Refusal(
                400, f"Sample #{number} is invalid and can’t be used with this type of enrollment/authentication"
            )


def refuse_masked(submission: Submission) -> None:
    """AnyText takes only unmasked samples."""
    _refuse_masked(submission, masked=True)


def refuse_unmasked(submission: Submission) -> None:
    """Passwords take only masked samples. One without length and events could be either."""
    _refuse_masked(submission, masked=False)


def refuse_without_length(submission: Submission) -> None:
    """A masked sample says its length (``l=12``)."""
    for number, recording in enumerate(submission.recordings, start=1):
        if recording.length is None:
            raise Refusal(400, f"Sample #{number} does not contain a sample length")


def refuse_empty(submission: Submission) -> None:
    """A sample without a single event is empty."""
    for number, recording in enumerate(submission.recordings, start=1):
        if not recording.keys:
            raise Refusal(400, f"Sample #{number} does not contain any user inputs")


def count_characters(recording: Recording) -> int:
    """Count the characters that an unmasked recording leaves in its field."""
    count = 0
    for action, key in zip(recording.actions, recording.keys, strict=True):
        if action == "d":
            if key in BACKSPACE_KEYS:
                count = max(0, count - 1)
            elif key not in SILENT_KEYS:
                count += 1
    return count


def writes_something(recording: Recording) -> bool:
    """Whether some key of an unmasked recording writes a character, be it deleted again or not."""
    events = zip(recording.actions, recording.keys, strict=True)
    return any(action == "d" and key not in SILENT_KEYS and key not in BACKSPACE_KEYS for action, key in events)


def _is_positive_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_LENGTH_DIGITS and int(text) > 0


def refuse_undetermined_length(submission: Submission) -> None:
    """Unmasked: some key must write a character. Masked: the length must be a positive whole number (both assumed)."""
    for recording in submission.recordings:
        if recording.length is not None:
            determined = _is_positive_number(recording.length)
        else:
            determined = writes_something(recording)
        if not determined:
            raise Refusal(400, "Unable to determine text length of sample")


def refuse_mixed_devices(submission: Submission) -> None:
    """All samples come from one type of device, mobile or desktop."""
    if len({recording.mobile for recording in submission.recordings}) > 1:
        raise Refusal(400, "Samples contain mixed device types")


def refuse_duplicates(submission: Submission) -> None:
    """No recording twice: a new time stamp on the same key strokes does not make a new one (assumed)."""
    unique = {(recording.delays_ms, recording.actions, recording.keys) for recording in submission.recordings}
    if len(unique) < len(submission.recordings):
        raise Refusal(400, "Insufficient number of unique samples submitted")


def refuse_few_samples(submission: Submission) -> None:
    """The account's minimum number of password samples."""
    minimum = submission.settings.minimum_password_samples
    if len(submission.recordings) < minimum:
        raise Refusal(
            400,
            f"Insufficient number of submitted samples. The minimum sample count is set to {minimum} samples. "
            "To change this setting, please log in to your KeyTrac Console - https://console.keytrac.net",
        )


def refuse_ambiguous_size(submission: Submission) -> None:
    """All samples of a password have the same length."""
    if len({recording.length for recording in submission.recordings}) > 1:
        raise Refusal(400, "Sample size is ambiguous")


def refuse_short_text(submission: Submission) -> None:
    """The account's minimum for the text of all samples together."""
    minimum = submission.settings.minimum_text_length
    if sum(count_characters(recording) for recording in submission.recordings) < minimum:
        raise Refusal(
            400,
            "Combined text length of given samples are insufficient. The minimum text length of the combined samples "
            f"is set to {minimum} characters. "
            "To change this setting, please log in to your KeyTrac Console - https://console.keytrac.net",
        )


def _holds_password(recording: Recording, timing: Timing) -> bool:
    positions = [f"I{index}" for index in range(int(recording.length or 0))]
    strokes = len(positions)
    return (
        strokes >= FEWEST_STROKES
        and len(timing.downs) == len(timing.dwells) == strokes
        and {key for key, _ in timing.downs} == {key for key, _ in timing.dwells} == set(positions)
    )


def refuse_unlike_password(submission: Submission) -> None:
    """Only key-downs, too short, or not each position of the password once (assumed)."""
    for recording, timing in zip(submission.recordings, submission.timings, strict=True):
        if not _holds_password(recording, timing):
            raise Refusal(400, "Given samples are out of specification")


def refuse_unlike_text(submission: Submission) -> None:
    """Only key-downs, too short, or too long (the bounds are assumed); times that say nothing do not count."""
    for recording, rhythm in zip(submission.recordings, submission.rhythms, strict=True):
        enough = len(rhythm.dwells) >= FEWEST_STROKES and len(rhythm.intervals) >= FEWEST_STROKES - 1
        if not enough or len(recording.keys) > MOST_EVENTS:
            raise Refusal(400, "Given samples are out of specification")


_ONE_BY_ONE_ANYTEXT: tuple[Rule, ...] = (refuse_masked, refuse_empty, refuse_undetermined_length)
_ONE_BY_ONE_PASSWORD: tuple[Rule, ...] = (
    refuse_unmasked,
    refuse_without_length,
    refuse_empty,
    refuse_undetermined_length,
)

#: For each use and method the rules in the order in which they are applied. What is not a sample at all comes first
#: (:func:`read_submission`). Identification's list in the document has no text for an empty sample.
RULES: dict[tuple[Use, Method], tuple[Rule, ...]] = {
    ("enrol", "anytext"): (
        *_ONE_BY_ONE_ANYTEXT,
        refuse_mixed_devices,
        refuse_duplicates,
        refuse_short_text,
        refuse_unlike_text,
    ),
    ("enrol", "password"): (
        *_ONE_BY_ONE_PASSWORD,
        refuse_mixed_devices,
        refuse_duplicates,
        refuse_few_samples,
        refuse_ambiguous_size,
        refuse_unlike_password,
    ),
    ("authenticate", "anytext"): (*_ONE_BY_ONE_ANYTEXT, refuse_mixed_devices, refuse_unlike_text),
    ("authenticate", "password"): (
        *_ONE_BY_ONE_PASSWORD,
        refuse_mixed_devices,
        refuse_few_samples,
        refuse_ambiguous_size,
        refuse_unlike_password,
    ),
    ("identify", "anytext"): (
        refuse_masked,
        refuse_undetermined_length,
        refuse_mixed_devices,
        refuse_short_text,
        refuse_unlike_text,
    ),
}
