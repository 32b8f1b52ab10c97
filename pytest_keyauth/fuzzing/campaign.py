"""One phase of fuzzing against one provider, in rounds: after each, the provider starts anew."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from schemathesis.engine import from_schema

import pytest_keyauth.fuzzing.checks  # noqa: F401  # imported, the check is known to schemathesis
from pytest_keyauth.fuzzing.customers import Customer
from pytest_keyauth.fuzzing.formats import register_formats
from pytest_keyauth.fuzzing.reproduction import FoundFailure, Storyteller
from pytest_keyauth.fuzzing.schema import Round, make_schema
from pytest_keyauth.recording.scrubbing import Scrubber

__all__ = ["Campaign", "Fuzz", "Tally"]

Fuzz = Callable[[str, Customer], None]
"""Runs a phase against a customer's provider, and raises where something was found."""

#: Cases between two starts of the provider: what has gathered there makes every answer slower, and bigger.
CASES_A_ROUND = 2_000

SEEDS_A_ROUND = 1_000

#: A stateful scenario sends about so many cases, whatever the most is.
CASES_A_SCENARIO = 6

#: The phases that draw new cases for as long as they are asked to, and share the wanted number.
DRAWING = ("fuzzing", "stateful")

#: Of what the coverage phase enumerates, so many parts of the wanted number go to one operation at most.
LARGEST_SHARE = 8


@dataclass(slots=True)
class Tally:
    """What a phase has sent and found. ``errors``: what kept schemathesis from testing something.

    ``seed``: that of the latest round.
    """

    cases: int = 0
    seed: int = 0
    rounds: int = 0
    failures: list[FoundFailure] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to explain."""
        return not (self.failures or self.errors)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A phase, and how many cases a provider is to get in all phases together.

    Examples and coverage have as many as the document makes them have (of coverage, an operation gets an eighth of
    ``cases`` at most); fuzzing and stateful each go on for half of ``cases``. ``seed``: what all of it follows from.
    A later round is the first one of a later seed, so that it can be had by itself.
    """

    phase: str
    cases: int
    seed: int

    def run(self, customer: Customer, after_round: Callable[[], None] = lambda: None) -> Tally:
        """Run rounds until there are enough cases, or something was found.

        :param after_round: is called between rounds, when nothing is being sent.
        """
        tally = Tally()
        while True:
            register_formats(customer.begin_round())
            self._run_round(customer, tally)
            after_round()
            if not tally.is_clean or self.phase not in DRAWING or tally.cases >= self.cases // 2:
                return tally

    def _run_round(self, customer: Customer, tally: Tally) -> None:
        task = self._plan(tally)
        schema = make_schema(customer, task)
        story = Storyteller()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # hypothesis's advice is for whoever writes strategies
            for event in from_schema(schema).execute():
                story.hear(event)
        sent = schema.sender.sent.total()
        tally.cases, tally.rounds, tally.seed = tally.cases + sent, tally.rounds + 1, task.seed
        scrubber = Scrubber()
        for kind, value in customer.secrets():
            scrubber.add(kind, value)
        tally.failures += story.failures(scrubber, schema.sender.authorizations)
        tally.errors += story.errors(scrubber)
        if not sent:
            tally.errors.append("no case was sent")

    def _plan(self, tally: Tally) -> Round:
        seed = self.seed + tally.rounds * SEEDS_A_ROUND
        if self.phase not in DRAWING:
            return Round(self.phase, seed, examples=1, most=max(1, self.cases // LARGEST_SHARE))
        wanted = min(CASES_A_ROUND, self.cases // 2 - tally.cases)
        return Round(self.phase, seed, examples=max(1, ceil(wanted / self._cases_an_example)))

    @property
    def _cases_an_example(self) -> int:
        return CASES_A_SCENARIO if self.phase == "stateful" else 8  # about as many operations have a provider
