"""What one test has found out about the documented outcomes that it is for, as plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["Answer", "Cause", "Deviation", "Evidence", "Finding", "Result"]

Result = Literal["confirmed", "drifted", "unprovokable", "unreachable"]

Cause = Literal["", "trouble", "blocked", "budget"]
"""Why an outcome could not be asked for: no answer came; another answer was in the way; we may not send any more."""

DeviationKind = Literal["missing", "added", "type", "value", "length", "behaviour"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One place in which an answer is not as documented, with its secrets masked.

    ``place``: ``status``, ``header content-type``, ``body`` with a JSON pointer (``body /error``), or ``behaviour``
    where each answer is as documented and what they say together is not. ``expected`` and ``actual`` are JSON, or words
    where there is no value; empty where there is nothing.
    """

    place: str
    kind: DeviationKind
    expected: str = ""
    actual: str = ""

    def __str__(self) -> str:
        told = {"missing": "is missing", "added": f"was added: {self.actual}"}
        return f"{self.place} {told.get(self.kind) or f'expected {self.expected}, got {self.actual}'}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its secrets masked. ``body`` is indented JSON where it is JSON, else the text; cut where long."""

    status: str
    media_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a test came to its finding.

    ``curl``: the request as a command, with environment variables and placeholders in the place of secrets and samples.
    ``expected`` is the documented answer, ``actual`` the one that came; None where none came.
    """

    curl: str
    expected: Answer
    actual: Answer | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one test says of one outcome.

    ``reason`` says in words why an outcome is not confirmed. ``notes`` are deviations that the document leaves open.
    """

    outcome: str
    provider: str
    test: str
    result: Result
    reason: str = ""
    cause: Cause = ""
    deviations: tuple[Deviation, ...] = ()
    notes: tuple[Deviation, ...] = ()
    evidence: Evidence | None = None

    def to_plain(self) -> dict[str, Any]:
        """Plain data, as pytest-xdist can carry it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> "Finding":
        """The finding that `to_plain` was asked of."""
        plain = dict(data)
        for name in ("deviations", "notes"):
            plain[name] = tuple(Deviation(**item) for item in plain[name])
        evidence = plain["evidence"]
        if evidence is not None:
            actual = Answer(**evidence["actual"]) if evidence["actual"] is not None else None
            plain["evidence"] = Evidence(evidence["curl"], Answer(**evidence["expected"]), actual)
        return cls(**plain)
