"""Hypothesis strategies for samples and submissions: valid ones, and ones that are wrong in exactly one respect.

Needs Hypothesis: `pip install "pytest-keyauth[hypothesis]"`. ::

    from hypothesis import given
    from pytest_keyauth import strategies

    @given(strategies.submissions())
    def test_whatever_was_typed_can_be_enrolled(samples): ...

    @given(strategies.no_input(masked=True))
    def test_the_user_is_told_which_recording_is_empty(submission):
        assert enrol(submission.samples) == f"Recording {submission.index} is empty, please type again"

Everything shrinks towards few keystrokes of short times, on a desktop. The strategies for the documented errors have
the names of the methods of the fixture `samples`, which gives one submission for each.
"""

try:
    import hypothesis  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'pytest_keyauth.strategies needs Hypothesis: pip install "pytest-keyauth[hypothesis]"', name=error.name
    ) from error

from pytest_keyauth.strategies.grammar import any_samples, corrupted_samples, recordings
from pytest_keyauth.strategies.spoiled import (
    SpoiledSubmission,
    ambiguous_sizes,
    corrupted,
    duplicates,
    mixed_devices,
    no_input,
    no_length,
    only_key_downs,
    too_short,
    undetermined_length,
    wrong_kind,
)
from pytest_keyauth.strategies.strokes import masked_samples, samples
from pytest_keyauth.strategies.submissions import of_text_length, submissions

__all__ = [
    "SpoiledSubmission",
    "ambiguous_sizes",
    "any_samples",
    "corrupted",
    "corrupted_samples",
    "duplicates",
    "masked_samples",
    "mixed_devices",
    "no_input",
    "no_length",
    "of_text_length",
    "only_key_downs",
    "recordings",
    "samples",
    "submissions",
    "too_short",
    "undetermined_length",
    "wrong_kind",
]
