"""How a model is run beside an emulator."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from pytest_keyauth.emulator.message import Response
from pytest_keyauth.outcomes import load_catalogue


def check(model: Any, provider: str, examples: int, steps: int) -> set[str]:
    """Run a model, whose `ask` sends a request, and tell which documented outcomes were answered."""
    seen: set[str] = set()

    class Watched(model):  # type: ignore[misc]
        def ask(self, method: str, path: str, *arguments: Any, **keywords: Any) -> Response:
            response: Response = super().ask(method, path, *arguments, **keywords)
            outcome = load_catalogue(provider).recognize(method, path, response.status, response.body)
            if outcome is not None:
                seen.add(outcome.name)
            return response

    checks = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Watched, settings=checks)  # type: ignore[no-untyped-call]
    return seen
