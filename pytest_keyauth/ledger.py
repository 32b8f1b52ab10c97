"""Which documented outcomes were witnessed: seen in the traffic of a passing test."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pytest_keyauth.outcomes import Catalogue, Outcome, load_catalogue

__all__ = ["Coverage", "Ledger", "Observation", "Sent", "Traffic", "Trouble", "Witnesses", "percentage"]

Witnesses = dict[str, list[str]]
"""Outcome names by provider; plain data, since it travels between processes."""


Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request was, beside its method. All of it may hold secrets."""

    url: str = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer that a test got. ``path`` is relative to the provider's base URL, without the query.

    ``headers`` are the answer's, ``sent`` is the request.
    """

    provider: str
    method: str
    path: str
    status: int
    body: bytes = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    sent: Sent = field(default=Sent(""), repr=False)

    @property
    def media_type(self) -> str:
        """The media type without its parameters; empty where the answer names none."""
        named = (value for name, value in self.headers if name.lower() == "content-type")
        return next(named, "").partition(";")[0].strip().lower()

    def outcome(self) -> Outcome | None:
        """The documented outcome that this answer is; None where it is none."""
        return load_catalogue(self.provider).recognize(self.method, self.path, self.status, self.body)

    def describe(self) -> str:
        """One line for messages: what was asked, and what came back (cut where it is long)."""
        outcome = self.outcome()
        text = self.body[:120].decode("utf-8", "replace") + ("…" if len(self.body) > 120 else "")
        known = outcome.name if outcome else "not documented"
        return f"{self.method} {self.path} -> {self.status} {text} ({known})"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A request that got no answer, or one that somebody on the way gave: the provider has not said anything.

    ``is_ours``: it was not sent, since we may not send any more.
    """

    provider: str
    method: str
    path: str
    reason: str
    is_ours: bool = False

    def describe(self) -> str:
        """One line for messages."""
        return f"{self.method} {self.path}: {self.reason}"


@dataclass(slots=True)
class Traffic:
    """The answers that one test got, from all providers, in order; and what got none."""

    observations: list[Observation] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def observe(self, observation: Observation) -> None:
        """Note one answer. What it means is worked out later, and only where somebody asks."""
        self.observations.append(observation)

    def keep_one_of_each(self) -> None:
        """Keep one answer of each documented outcome, and forget the others: a long run has too many to keep."""
        kept = {outcome.name: observation for observation in self.observations if (outcome := observation.outcome())}
        self.observations[:] = kept.values()

    def witnesses(self) -> Witnesses:
        """The documented outcomes among the answers."""
        found: Witnesses = {}
        for observation in self.observations:
            names = found.setdefault(observation.provider, [])
            outcome = observation.outcome()
            if outcome is not None and outcome.name not in names:
                names.append(outcome.name)
        return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a provider's documented outcomes were witnessed, and which were not."""

    provider: str
    total: int
    missing: tuple[Outcome, ...]

    @property
    def witnessed(self) -> int:
        """The number of witnessed outcomes."""
        return self.total - len(self.missing)

    def __str__(self) -> str:
        return f"{self.provider} {self.witnessed}/{self.total} outcomes"


@dataclass(slots=True)
class Ledger:
    """The witnessed outcomes of a whole run; under xdist, the controller's."""

    _witnessed: dict[str, set[str]] = field(default_factory=dict)

    def add(self, witnesses: Mapping[str, Sequence[str]]) -> None:
        """Enter the outcomes that one passing test witnessed."""
        for provider, names in witnesses.items():
            self._witnessed.setdefault(provider, set()).update(names)

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers that passing tests have talked to."""
        return tuple(self._witnessed)

    def coverage(self, provider: str) -> Coverage:
        """Compare what was witnessed with what the provider documents."""
        catalogue: Catalogue = load_catalogue(provider)
        witnessed = self._witnessed.get(provider, set())
        missing = tuple(outcome for outcome in catalogue if outcome.name not in witnessed)
        return Coverage(provider, len(catalogue), missing)


def percentage(coverages: Iterable[Coverage]) -> float:
    """The witnessed share of all outcomes together, in percent; 100 where there are none."""
    coverages = tuple(coverages)
    total = sum(coverage.total for coverage in coverages)
    return 100.0 * sum(coverage.witnessed for coverage in coverages) / total if total else 100.0
