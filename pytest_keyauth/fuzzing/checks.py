"""Checks beside schemathesis's own. They judge our schemas only: other runs in this process know them, too."""

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response
from schemathesis.core.failures import Failure

from pytest_keyauth.fuzzing.customers import PLACEHOLDER_SIGN
from pytest_keyauth.fuzzing.schema import FuzzedSchema

__all__ = ["accepted_credentials", "documented_outcome"]

UNAUTHORIZED = 401

#: What is answered to a method that a resource does not have; another check judges it.
METHOD_NOT_ALLOWED = 405


@schemathesis.check
def documented_outcome(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Whether an operation's answer is documented, word for word where the document gives words.

    Errors that take a fault in the provider's system are failures: none was placed.
    """
    schema = case.operation.schema
    if not isinstance(schema, FuzzedSchema):
        return None
    operation = schema.sender.find_operation(str(response.request.method), str(response.request.url))
    if operation is None or response.status_code == METHOD_NOT_ALLOWED:
        return None
    outcome = schema.catalogue.recognize_answer(operation, response.status_code, response.content)
    if outcome is None:
        raise Failure(
            operation=case.operation.label,
            title="Undocumented outcome",
            message=f"{operation} documents no answer {response.status_code} with this body",
        )
    if outcome.needs == "fault":
        raise Failure(
            operation=case.operation.label,
            title="Outcome of a fault",
            message=f"{outcome.name} takes a fault in the provider's system, and none was placed",
        )
    return None


@schemathesis.check
def accepted_credentials(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Whether credentials that are good are taken for good, whatever they come with."""
    shown = response.request.headers.get("Authorization", "")
    ours = isinstance(case.operation.schema, FuzzedSchema) and isinstance(shown, str) and PLACEHOLDER_SIGN in shown
    if ours and response.status_code == UNAUTHORIZED:
        raise Failure(
            operation=case.operation.label,
            title="Good credentials refused",
            message="the request was sent with the credentials of the run, signed over its bytes",
        )
    return None
