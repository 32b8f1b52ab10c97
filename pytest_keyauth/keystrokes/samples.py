"""Submissions for tests: valid samples, and samples that are wrong in exactly one respect.

Each method returns the texts of one submission, as the API takes them in `samples`. `index` counts from 1, as
the provider's error messages do, and says which of the `count` samples is the wrong one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from pytest_keyauth.keystrokes.grammar import FEWEST_STROKES, Recording, parse, render
from pytest_keyauth.keystrokes.texts import PASSWORD, password_of, sentence, text_of
from pytest_keyauth.keystrokes.typist import Typist

__all__ = ["MaskedSamples", "Samples"]


@dataclass
class _Turns:
    """Counts what was asked for. Not itertools.count, which can no longer be copied from Python 3.14 on."""

    taken: int = 0

    def take(self) -> int:
        """Give the next number, from 0."""
        self.taken += 1
        return self.taken - 1


@dataclass(frozen=True)
class _Submissions(ABC):
    """What masked and unmasked samples have in common. All that is random in them comes from the typist."""

    typist: Typist
    _turns: _Turns = field(default_factory=_Turns, repr=False, compare=False)

    def by(self, typist: Typist) -> Self:
        """The same factory in another person's rhythm. With passwords: the same password."""
        if not isinstance(typist, Typist):
            raise TypeError(
                f"samples.by({typist!r}): expected a typist, such as the fixture typist, or one of typists(2)"
            )
        return replace(self, typist=typist)

    def valid(self, count: int = 2) -> list[str]:
        """So many good samples, no two the same."""
        return [self._one() for _ in _checked(count)]

    def corrupted(self, index: int = 1, count: int = 2) -> list[str]:
        """One sample ends in the middle of an event, as if it had been cut off on its way."""
        texts = self.valid(count)
        return _with_wrong_one(texts, index, lambda text: text[: _last_action(text) + 1])

    def mixed_devices(self, count: int = 2) -> list[str]:
        """All samples are from one kind of device, but the last is from the other."""
        texts = self.valid(_at_least_two(count, "mixed_devices"))
        return _with_wrong_one(texts, count, _edited(_on_other_device))

    def duplicates(self, count: int = 2) -> list[str]:
        """All samples are one and the same."""
        return [self._one()] * _at_least_two(count, "duplicates")

    def no_input(self, index: int = 1, count: int = 2) -> list[str]:
        """One sample has no key events at all (if masked, it still has its `l=`)."""
        return _with_wrong_one(self.valid(count), index, _edited(_without_events))

    def only_key_downs(self, index: int = 1, count: int = 2) -> list[str]:
        """In one sample the keys go down as usual, but none ever comes up."""
        return _with_wrong_one(self.valid(count), index, _edited(_without_key_ups))

    @abstractmethod
    def _one(self) -> str:
        """The next good sample."""


class Samples(_Submissions):
    """Unmasked samples, as AnyText wants them: made-up sentences of about 90 characters, a new one each time.

    `masked` is the same for passwords, `by` the same in another person's rhythm.
    """

    @property
    def masked(self) -> "MaskedSamples":
        """The factory of masked samples, as Password Hardening wants them, by the same person."""
        return MaskedSamples(self.typist, self._turns)

    def undetermined_length(self, index: int = 1, count: int = 2) -> list[str]:
        """In one sample nothing is typed: it has complete key strokes, but of shift keys only."""
        return _with_wrong_one(self.valid(count), index, _edited(_only_shifts))

    def wrong_kind(self, index: int = 1, count: int = 2) -> list[str]:
        """One sample is masked."""
        return _with_wrong_one(self.valid(count), index, lambda _: self.typist.password(PASSWORD))

    def too_short(self, index: int = 1, count: int = 2) -> list[str]:
        """One sample has only two key strokes.

        With `count=1` that is also too little text for an account that wants a minimum, as accounts do.
        """
        return _with_wrong_one(self.valid(count), index, lambda _: self.typist.types("ja"))

    def of_text_length(self, length: int, count: int = 1) -> list[str]:
        """Good samples whose texts together have exactly so many characters."""
        shares = [length // count + (number < length % count) for number in _checked(count)]
        if min(shares) < FEWEST_STROKES:
            raise ValueError(
                f"a good sample has at least {FEWEST_STROKES} characters, so that count={count} has at least "
                f"{FEWEST_STROKES * count} together, not {length}; too_short() has fewer"
            )
        return [self.typist.types(text_of(share, self._turns.take())) for share in shares]

    def _one(self) -> str:
        return self.typist.types(sentence(self._turns.take()))

    if not TYPE_CHECKING:  # a type checker knows the names, and had better say so itself

        def __getattr__(self, name: str) -> object:
            """Say where a method is that only masked samples have."""
            if not name.startswith("_") and hasattr(MaskedSamples, name):
                raise AttributeError(f"samples.{name} is for passwords only; call samples.masked.{name}")
            raise AttributeError(f"samples has no method {name!r}")


class MaskedSamples(_Submissions):
    """Masked samples, as Password Hardening wants them: always the same password of 9 characters."""

    @property
    def masked(self) -> "MaskedSamples":
        """This factory."""
        return self

    def undetermined_length(self, index: int = 1, count: int = 2) -> list[str]:
        """In one sample a word, not a number, stands after `l=`."""
        return _with_wrong_one(self.valid(count), index, _edited(_length_in_words))

    def wrong_kind(self, index: int = 1, count: int = 2) -> list[str]:
        """One sample is not masked: it shows which keys were typed."""
        return _with_wrong_one(self.valid(count), index, lambda _: self.typist.types(PASSWORD))

    def too_short(self, index: int = 1, count: int = 2) -> list[str]:
        """In one sample only the password's first two keys are struck; its `l=` is as in the others."""
        return _with_wrong_one(self.valid(count), index, _edited(_only_two_strokes))

    def no_length(self, index: int = 1, count: int = 2) -> list[str]:
        """One sample has no `l=`."""
        return _with_wrong_one(self.valid(count), index, _edited(_without_length))

    def ambiguous_sizes(self, count: int = 2) -> list[str]:
        """The last sample is of a password that is one character longer than that of the others."""
        texts = self.valid(_at_least_two(count, "ambiguous_sizes"))
        return _with_wrong_one(texts, count, lambda _: self.typist.password(password_of(len(PASSWORD) + 1)))

    def of_length(self, length: int, count: int = 2) -> list[str]:
        """Good samples of a password of so many characters, always the same one for a length."""
        if length < FEWEST_STROKES:
            raise ValueError(
                f"a good sample has at least {FEWEST_STROKES} characters, not {length}; too_short() has fewer"
            )
        return [self.typist.password(password_of(length)) for _ in _checked(count)]

    def _one(self) -> str:
        return self.typist.password(PASSWORD)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Say where a method is that only unmasked samples have."""
            if not name.startswith("_") and hasattr(Samples, name):
                raise AttributeError(f"samples.masked.{name} is for AnyText only; call samples.{name}")
            raise AttributeError(f"samples.masked has no method {name!r}")


def _checked(count: int) -> range:
    if count < 1:
        raise ValueError(f"a submission has at least 1 sample, not count={count}")
    return range(count)


def _at_least_two(count: int, method: str) -> int:
    if count < 2:
        raise ValueError(f"{method} takes at least 2 samples that can be compared, not count={count}")
    return count


def _with_wrong_one(texts: list[str], index: int, spoil: Callable[[str], str]) -> list[str]:
    """The texts, with that of the 1-based index spoiled."""
    if not 1 <= index <= len(texts):
        raise ValueError(f"index counts from 1: with count={len(texts)} it is 1 to {len(texts)}, not {index}")
    return [spoil(text) if number == index else text for number, text in enumerate(texts, start=1)]


# The ways to be wrong.


def _edited(edit: Callable[[Recording], Recording]) -> Callable[[str], str]:
    """The edit of a recording as one of its text."""
    return lambda text: render(edit(parse(text)))


def _last_action(text: str) -> int:
    """Where the last event's letter is; only actions are lower case there."""
    return max(text.rfind("d"), text.rfind("u"))


def _on_other_device(recording: Recording) -> Recording:
    return replace(recording, mobile=not recording.mobile)


def _without_events(recording: Recording) -> Recording:
    return replace(recording, delays_ms=(), actions="", keys=())


def _without_key_ups(recording: Recording) -> Recording:
    """Without key ups, the keys going down when they did."""
    delays_ms, keys, elapsed_ms = [], [], 0
    for event in recording.events:
        elapsed_ms += event.delay_ms
        if event.action == "d":
            delays_ms.append(elapsed_ms)
            keys.append(event.key)
            elapsed_ms = 0
    return replace(recording, delays_ms=tuple(delays_ms), actions="d" * len(keys), keys=tuple(keys))


def _only_two_strokes(recording: Recording) -> Recording:
    """The first two keys of a masked recording struck one after the other, in the recording's own times."""
    keys = ("I0", "I0", "I1", "I1")
    return replace(recording, delays_ms=recording.delays_ms[:4], actions="dudu", keys=keys)


def _only_shifts(recording: Recording) -> Recording:
    """Four complete strokes of the two shift keys, in the recording's own times."""
    keys = ("RSHIFT", "LSHIFT") * 2
    return replace(
        recording,
        delays_ms=recording.delays_ms[:8],
        actions="du" * len(keys),
        keys=tuple(key for key in keys for _ in "du"),
    )


def _without_length(recording: Recording) -> Recording:
    return replace(recording, length=None)


def _length_in_words(recording: Recording) -> Recording:
    return replace(recording, length="nine")
