"""What a run says of each documented outcome, and of the providers as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from pytest_keyauth.findings import Cause, Deviation, Evidence, Finding
from pytest_keyauth.outcomes import Outcome

__all__ = ["WORDS", "Conclusion", "Report", "Verdict", "Word", "conclude", "doubt", "judge"]

Word = Literal["confirmed", "drifted", "accepted", "unprovokable", "unreachable", "unchecked"]

#: What the verdicts mean, in the order in which they are told.
WORDS: Mapping[Word, str] = {
    "drifted": "the provider's answer is not the documented one",
    "unreachable": "the provider could not be asked",
    "accepted": "not as documented, which somebody has accepted",
    "confirmed": "the provider's answer is the documented one",
    "unprovokable": "needs a fault or a setting that nobody can bring about from here",
    "unchecked": "no test of this run asked",
}

Conclusion = Literal["confirmed", "drift", "outage", "refused", "incomplete"]
"""What a run comes to: all that was asked is as documented; something is not; a provider could not be asked; it refuses
our credentials; or the budget of requests did not suffice."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says of one outcome.

    ``reason``: why it was not confirmed. ``tests``: the node ids of the tests that are for it. ``notes``: what the
    document leaves open and an answer had. ``evidence`` is there for what deviates, and for all where a report in JSON
    was asked for. ``confirmed_on``: the day on which it was last confirmed live, this run included; None for never.
    """

    outcome: Outcome
    word: Word
    reason: str = ""
    deviations: tuple[Deviation, ...] = ()
    notes: tuple[Deviation, ...] = ()
    evidence: Evidence | None = None
    tests: tuple[str, ...] = ()
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run.

    ``servers``: by provider, where it was asked and as whom, masked (``https://api.keytrac.net as token 2283…``); empty
    where emulators or cassettes answer. ``started`` is in UTC. ``requests``: how many were sent to live servers.
    ``details``: what there is to say of the conclusion, in words.
    """

    version: str
    target: str
    seed: int
    started: datetime
    seconds: float
    conclusion: Conclusion
    verdicts: tuple[Verdict, ...]
    servers: Mapping[str, str] = field(default_factory=dict)
    requests: int = 0
    details: tuple[str, ...] = ()

    def count(self, word: Word, provider: str | None = None) -> int:
        """How many outcomes have that verdict, of one provider or of all."""
        return sum(verdict.word == word and provider in (None, verdict.outcome.provider) for verdict in self.verdicts)

    def with_word(self, word: Word) -> tuple[Verdict, ...]:
        """The verdicts of that word, in the document's order."""
        return tuple(verdict for verdict in self.verdicts if verdict.word == word)


def judge(outcome: Outcome, findings: Sequence[Finding], confirmed_on: date | None = None) -> Verdict:
    """Make one verdict of what the tests that are for an outcome have found.

    One that drifted outweighs all others, since a test that passed has looked at less. Confirmed by one test and
    out of reach for another is confirmed, and the reason says so.
    """
    for result, word in _WEIGHTS:
        chosen = [finding for finding in findings if finding.result == result]
        if chosen:
            return _tell(outcome, word, chosen, findings, confirmed_on)
    return Verdict(outcome, "unchecked", confirmed_on=confirmed_on)


_WEIGHTS: tuple[tuple[str, Word], ...] = (
    ("drifted", "drifted"),
    ("confirmed", "confirmed"),
    ("unreachable", "unreachable"),
    ("unprovokable", "unprovokable"),
)


def _tell(
    outcome: Outcome, word: Word, chosen: Sequence[Finding], findings: Sequence[Finding], confirmed_on: date | None
) -> Verdict:
    first = next((finding for finding in chosen if finding.deviations), chosen[0])
    reason = first.reason
    if word == "confirmed":
        reason = next((finding.reason for finding in findings if finding.result == "unreachable"), "")
    return Verdict(
        outcome,
        word,
        reason=reason,
        deviations=first.deviations,
        notes=_unique(note for finding in findings for note in finding.notes),
        evidence=first.evidence,
        tests=tuple(finding.test for finding in findings),
        confirmed_on=confirmed_on,
    )


def _unique(notes: Iterable[Deviation]) -> tuple[Deviation, ...]:
    """Each place and kind once: what several tests have seen is one note."""
    found: dict[tuple[str, str], Deviation] = {}
    for note in notes:
        found.setdefault((note.place, note.kind), note)
    return tuple(found.values())


#: So many outcomes of a provider must have failed, and none been confirmed, for an outage that answers.
FEWEST_FAILURES = 10


def doubt(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Take for unreachable what has drifted where everything of a provider has: nobody changes all answers in a night.

    A page of a gateway, a revoked account or a wrong address look like that.
    """
    providers = {verdict.outcome.provider for verdict in verdicts}
    doubted = {provider for provider in providers if _all_fail(verdicts, provider)}
    return tuple(
        replace(verdict, word="unreachable", reason=f"everything that was asked for failed: {_first(verdict)}")
        if verdict.word == "drifted" and verdict.outcome.provider in doubted
        else verdict
        for verdict in verdicts
    )


def _all_fail(verdicts: Sequence[Verdict], provider: str) -> bool:
    words = [verdict.word for verdict in verdicts if verdict.outcome.provider == provider]
    failures = words.count("drifted") + words.count("unreachable")
    return failures >= FEWEST_FAILURES and not words.count("confirmed") and not words.count("accepted")


def _first(verdict: Verdict) -> str:
    return str(verdict.deviations[0]) if verdict.deviations else verdict.reason


def conclude(verdicts: Iterable[Verdict], causes: Iterable[Cause]) -> Conclusion:
    """What a run comes to.

    :param causes: why tests could not ask.
    """
    words, causes = {verdict.word for verdict in verdicts}, set(causes)
    if "drifted" in words:
        return "drift"
    if "budget" in causes:
        return "incomplete"
    if "unreachable" in words:
        return "outage"
    return "confirmed" if words & {"confirmed", "accepted"} else "incomplete"
