"""A provider's OpenAPI document as schemathesis wants it: whose cases our sender sends, and how they are judged."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.specs.openapi.schemas import OpenApiSchema
from schemathesis.transport import BaseTransport

from pytest_keyauth.fuzzing.customers import Customer
from pytest_keyauth.fuzzing.expectations import expected_statuses
from pytest_keyauth.fuzzing.sender import PLACEHOLDER, Sender
from pytest_keyauth.outcomes import Catalogue, load_catalogue, load_document

__all__ = ["PHASES", "FuzzedSchema", "Round", "make_schema"]

PHASES = ("examples", "coverage", "fuzzing", "stateful")

#: How many requests a stateful scenario has at most: create, enrol, authenticate, show, delete, and some more.
MOST_STEPS = 10


@dataclass(frozen=True, slots=True)
class Round:
    """What one run of schemathesis's engine is to do.

    ``examples``: how many cases of an operation (when fuzzing), or how many scenarios (stateful). ``most``: how many
    cases of one operation are sent in the phases that have their own number; None for all.
    """

    phase: str
    seed: int
    examples: int
    most: int | None = None


@dataclass(eq=False)
class FuzzedSchema(OpenApiSchema):
    """A schema whose cases are sent by our sender."""

    sender: Sender = field(kw_only=True)
    catalogue: Catalogue = field(kw_only=True)

    @property
    def transport(self) -> BaseTransport[Any]:
        """What sends."""
        return self.sender


def make_schema(customer: Customer, task: Round) -> FuzzedSchema:
    """Load a provider's document for one round.

    Its servers are left out but for their path: before it begins, schemathesis would probe them past the target.
    """
    catalogue, document = load_catalogue(customer.provider), load_document(customer.provider)
    document["servers"] = [{"url": urlsplit(customer.url).path or "/"}]
    config = schemathesis.Config.from_dict(_configuration(task, catalogue))
    schema = FuzzedSchema(
        raw_schema=document,
        config=config.projects.get(document),
        sender=Sender(customer, catalogue),
        catalogue=catalogue,
    )
    if task.most is not None:
        _limit(schema, task.most)
    return schema


def _configuration(task: Round, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "seed": task.seed,
        "cache": {"enabled": False},
        "headers": {"Authorization": PLACEHOLDER},
        "generation": {"database": "none", "max-examples": task.examples},
        "output": {"sanitization": {"enabled": False}},  # there are placeholders only, and we scrub what came back
        "phases": {
            **{phase: {"enabled": phase == task.phase} for phase in PHASES},
            "stateful": {"enabled": task.phase == "stateful", "max-steps": MOST_STEPS},
        },
        "operations": expected_statuses(catalogue),
    }


def _limit(schema: FuzzedSchema, most: int) -> None:
    """Let no operation have more cases than that."""
    made: Counter[str] = Counter()

    def filter_case(context: HookContext, case: Case[Any]) -> bool:
        made[case.operation.label] += 1
        return made[case.operation.label] <= most

    schema.hook(filter_case)
