"""Where a provider's own rules contradict a general check: which statuses are expected then, and why.

What a schema cannot say is no failure of the provider: it may refuse what is well formed. The statuses below are
added to those that schemathesis expects by itself; all else is as strict as it is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pytest_keyauth.outcomes import Catalogue

__all__ = ["EXCEPTIONS", "StatusException", "expected_statuses"]

POSITIVE = "positive_data_acceptance"
NEGATIVE = "negative_data_rejection"
SERVER_ERROR = "not_a_server_error"


@dataclass(frozen=True, slots=True)
class StatusException:
    """A status that an operation may answer with although a general check would have another."""

    check: str
    operation: str
    status: str
    reason: str


_SAMPLES = "samples are judged by the grammar of the recorder, by each other and by the account's settings"
_JUDGES_SAMPLES = (
    "enrolAnytext",
    "enrolPassword",
    "authenticateAnytext",
    "authenticatePassword",
    "identifyAnytext",
)

EXCEPTIONS = (
    *(StatusException(POSITIVE, operation, "400", _SAMPLES) for operation in _JUDGES_SAMPLES),
    StatusException(POSITIVE, "showStatus", "400", "`from` and `to` go together, and are days of the calendar"),
    StatusException(POSITIVE, "createKey", "400", "only a defined host that has no keys is given any"),
    StatusException(POSITIVE, "getResults", "422", "a session has results only when it was launched and has ended"),
    StatusException(NEGATIVE, "deleteKey", "304", "a host that is not known has nothing to delete"),
)


def _defaults() -> dict[str, list[str]]:
    from schemathesis.config import NotAServerErrorConfig, PositiveDataAcceptanceConfig
    from schemathesis.config._checks import NegativeDataRejectionConfig

    configurations = {
        POSITIVE: PositiveDataAcceptanceConfig(),
        NEGATIVE: NegativeDataRejectionConfig(),
        SERVER_ERROR: NotAServerErrorConfig(),
    }
    return {check: list(configuration.expected_statuses) for check, configuration in configurations.items()}


def expected_statuses(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The part ``operations`` of schemathesis's configuration.

    A documented 5xx that a request by itself can provoke is no crash; that it is the documented one, word for word,
    is another check's to see (`checks.documented_outcome`).
    """
    documented = [
        StatusException(SERVER_ERROR, outcome.operation, outcome.status, outcome.condition)
        for outcome in catalogue
        if outcome.status.startswith("5") and outcome.needs is None
    ]
    return [
        {"include-operation-id": operation.name, "checks": checks}
        for operation in catalogue.operations
        if (checks := _checks(operation.name, [*EXCEPTIONS, *documented]))
    ]


def _checks(operation: str, exceptions: Iterable[StatusException]) -> dict[str, Any]:
    defaults = _defaults()
    checks: dict[str, Any] = {}
    for exception in exceptions:
        if exception.operation == operation:
            statuses = checks.setdefault(exception.check, {"expected-statuses": defaults[exception.check]})
            if exception.status not in statuses["expected-statuses"]:
                statuses["expected-statuses"].append(exception.status)
    return checks
