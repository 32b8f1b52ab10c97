"""What a recording or a replay knows: secrets and identifiers, each with its reference."""

from collections.abc import Callable, Iterator

from pytest_keyauth.recording.inner_secrets import inner_secrets
from pytest_keyauth.recording.known_secrets import KnownSecrets
from pytest_keyauth.recording.names import SECRET_KINDS
from pytest_keyauth.recording.references import REFERENCE, Numbering, kind_of
from pytest_keyauth.recording.words import is_placeholder, is_word

__all__ = ["Knowledge"]

INNER = "inner-secret"

#: Met once each, and found by their form: looking for them in every text would make a recording quadratic.
_PASSING_KINDS = frozenset({"nonce", "signature", "jwt"})


class Knowledge:
    """Gives references, and finds what has one. Shows none of the values.

    ``learns``: whether what was never met gets a number. If not, it is remembered for one question alone.
    ``tell``: is told the kind and value of each secret that is learned.
    """

    def __init__(self, *, learns: bool, tell: Callable[[str, str], None]) -> None:
        self._learns = learns
        self._tell = tell
        self._numbering = Numbering()
        self._secrets = KnownSecrets()
        self._passing: dict[str, str] = {}
        self._passing_secrets = KnownSecrets()
        self._in_their_place: set[str] = set()
        self._promoted: set[str] = set()

    def __repr__(self) -> str:
        return f"<Knowledge of {self._numbering!r}>"

    def know(self, kind: str, value: str) -> str:
        """Learn a secret or an identifier, and tell its reference."""
        self._in_their_place.discard(value)
        return self._keep(self._numbering.number(kind, value), value)

    def recall(self, reference: str, value: str) -> None:
        """Let a reference of a recording stand for a value."""
        self._numbering.set(reference, value)
        if is_placeholder(value):
            self._in_their_place.add(value)
        else:
            self._keep(reference, value)

    def forget_passing(self) -> None:
        """Forget what got no number."""
        self._passing.clear()
        self._passing_secrets = KnownSecrets()

    @property
    def has_passing(self) -> bool:
        """Whether anything got no number."""
        return bool(self._passing)

    def numbered(self) -> Iterator[tuple[str, str, str]]:
        """Each reference with its kind and its value. Handle with care."""
        return ((reference, kind_of(reference), value) for value, reference in self._numbering)

    def secrets(self) -> dict[str, list[str]]:
        """All values that must be nowhere in a recording, by kind. Handle with care."""
        found: dict[str, list[str]] = {}
        for _, kind, value in self.numbered():
            if kind not in ("host", "time-stamp") and value not in self._in_their_place:
                found.setdefault(kind, []).append(value)
        return found

    def of_kind(self, kind: str) -> dict[str, str]:
        """The secrets of a kind, with their references."""
        return self._secrets.of_kind(kind)

    def find(self, value: str) -> str | None:
        """The reference of a value; None where it was never met."""
        return self._numbering.find(value) or self._passing.get(value)

    def are_in(self, text: str) -> bool:
        """Whether a secret stands in a text as it is."""
        return self._secrets.are_in(text) or self._passing_secrets.are_in(text)

    def replace(self, text: str) -> str:
        """Put references in the place of all secrets in a text, encoded or not."""
        return self._passing_secrets.replace(self._secrets.replace(text))

    def refer(self, kind: str, value: str, *, is_told: bool = True) -> str:
        """The reference of what stands in the place of a secret or an identifier.

        :param is_told: whether a name tells what it is; else a word is none in any other place.
        """
        if not value or REFERENCE.fullmatch(value):
            return value
        is_everywhere = not is_placeholder(value) and (is_told or not is_word(value))
        known = self.find(value)
        if known is not None:
            return self._promote(kind, known, value) if is_everywhere else known
        if self._learns:
            return self._number(kind, value, is_everywhere)
        return self._pass(kind, value, is_everywhere)

    def _number(self, kind: str, value: str, is_everywhere: bool) -> str:
        reference = self._numbering.number(kind, value)
        if is_everywhere:
            return self._keep(reference, value)
        self._in_their_place.add(value)
        return reference

    def _keep(self, reference: str, value: str) -> str:
        kind = kind_of(reference)
        if kind in SECRET_KINDS:
            self._tell(kind, value)
            if kind not in _PASSING_KINDS:
                self._secrets.add(value, reference)
                self._look_inside(kind, value)
        return reference

    def _look_inside(self, kind: str, value: str) -> None:
        for secret in inner_secrets(kind, value):
            if self._numbering.find(secret) is None:
                self._tell(INNER, secret)
                self._secrets.add(secret, self._numbering.number(INNER, secret))

    def _pass(self, kind: str, value: str, is_everywhere: bool) -> str:
        """The same without numbers."""
        reference = self._passing.setdefault(value, f"<{kind}:*>")
        if is_everywhere and kind in SECRET_KINDS and kind not in _PASSING_KINDS:
            self._passing_secrets.add(value, reference)
            for secret in inner_secrets(kind, value):
                if self.find(secret) is None:
                    self._passing[secret] = f"<{INNER}:*>"
                    self._passing_secrets.add(secret, f"<{INNER}:*>")
        return reference

    def _promote(self, kind: str, reference: str, value: str) -> str:
        """Know what stands in a secret's place now, and was an identifier before, or a word that nothing told."""
        was_secret = kind_of(reference) in SECRET_KINDS and value not in self._in_their_place
        if kind in SECRET_KINDS and not was_secret and value not in self._promoted and kind_of(reference) != "host":
            self._promoted.add(value)
            self._in_their_place.discard(value)
            self._tell(kind, value)
            self._secrets.add(value, reference)
        return reference
