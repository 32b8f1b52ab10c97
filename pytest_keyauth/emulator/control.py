"""The control plane: how another process steers the emulators. Plain values in, plain values out.

Commands are JSON objects; what they do is on the emulators' own methods (see each provider's ``steering``).
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from pytest_keyauth import __version__
from pytest_keyauth.emulator.arguments import Arguments, Command
from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.journal import Exchange, Journal
from pytest_keyauth.emulator.masking import MASK, mask_body
from pytest_keyauth.emulator.message import Request, Response, json_response
from pytest_keyauth.errors import KeyauthUsageError

__all__ = ["PREFIX", "ControlPlane", "Steering"]

PREFIX = "/_keyauth/"

_UNITS_OF_TIME = ("days", "hours", "minutes", "seconds")

_SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie"})


class Steering(Protocol):
    """How one provider is steered."""

    @property
    def commands(self) -> Mapping[str, Command]:
        """The provider's own commands by name."""

    def journal(self, arguments: Arguments) -> Journal:
        """What was asked and answered."""

    def clock(self, arguments: Arguments) -> Clock:
        """The emulator's clock."""

    def reset(self, arguments: Arguments) -> None:
        """Forget everything.

        :raises ValueError: where the arguments name what is not there; nothing is forgotten then.
        """


class ControlPlane:
    """Answers the requests below ``/_keyauth/``.

    ``GET /_keyauth/`` describes it, ``GET /_keyauth/requests`` shows the journals; a ``POST`` of a JSON object is a
    command. ``provider`` says whom a command is for; ``reset`` and ``clock`` are for all where it is missing, any other
    for the first provider that has it.

    A web page in a browser on the same machine must not steer it: commands need ``Content-Type: application/json``,
    which a page cannot send elsewhere without being asked first, and requests with an ``Origin`` are refused.
    """

    def __init__(self, providers: Mapping[str, Steering]) -> None:
        self._providers = providers

    def handle(self, request: Request) -> Response:
        """Carry out one command. A command that cannot be is a 400 that says why, and changes nothing."""
        if _is_of_web_page(request):
            return json_response(403, {"error": "the control plane does not answer web pages"})
        path = PREFIX if request.path == PREFIX[:-1] else request.path
        name = f"{request.method} {path}"
        if name not in self._names():
            return json_response(404, {"error": f"no such command; there are: {', '.join(self._names())}"})
        try:
            return json_response(200, self._run(path.removeprefix(PREFIX), _read_arguments(request)))
        except (TypeError, ValueError, KeyauthUsageError) as error:
            return json_response(400, {"error": str(error)})

    def _names(self) -> list[str]:
        """All commands as method and path, each once."""
        own = dict.fromkeys(name for steering in self._providers.values() for name in steering.commands)
        posts = [f"POST {PREFIX}{name}" for name in ("reset", "clock", *own)]
        return [f"GET {PREFIX}", f"GET {PREFIX}requests", *posts]

    def _run(self, name: str, arguments: Arguments) -> Any:
        if name == "":
            return {"version": __version__, "providers": list(self._providers), "commands": self._names()}
        chosen = self._choose(arguments)
        if name == "requests":
            return [_show(provider, item) for provider in chosen for item in chosen[provider].journal(arguments)]
        if name == "reset":
            for steering in chosen.values():
                steering.reset(arguments)
            return {}
        if name == "clock":
            return self._move_clocks(chosen, arguments)
        for steering in chosen.values():
            if name in steering.commands:
                return steering.commands[name](arguments)
        raise ValueError(f"provider {arguments.get('provider')!r} has no command {name!r}")

    def _choose(self, arguments: Arguments) -> Mapping[str, Steering]:
        provider = arguments.get("provider")
        if provider is None and "root" in arguments:
            provider = "keyfax"  # nobody else has one
        if provider is None:
            return self._providers
        if provider not in self._providers:
            raise ValueError(f"provider={provider!r}: expected one of {', '.join(self._providers)}")
        return {provider: self._providers[provider]}

    def _move_clocks(self, chosen: Mapping[str, Steering], arguments: Arguments) -> Any:
        """``{"hours": 24}``: any of days, hours, minutes, seconds."""
        move = {unit: amount for unit, amount in arguments.items() if unit not in ("provider", "root")}
        for unit, amount in move.items():
            if unit not in _UNITS_OF_TIME or isinstance(amount, bool) or not isinstance(amount, int | float):
                raise ValueError(f"{unit}={amount!r}: expected a number of {', '.join(_UNITS_OF_TIME)}")
        clocks = {name: steering.clock(arguments) for name, steering in chosen.items()}
        for clock in clocks.values():
            clock.after(**move)  # all of them can be moved, or none is
        return {name: clock.advance(**move).isoformat() for name, clock in clocks.items()}


def _is_of_web_page(request: Request) -> bool:
    """Whether a page in a browser makes the request: it says so, or has had its own name resolved to this machine."""
    if request.header("Origin", case_sensitive=False) is not None:
        return True
    if request.header("Sec-Fetch-Site", case_sensitive=False) not in (None, "none"):
        return True
    host = (request.header("Host", case_sensitive=False) or "").rpartition("]")[2].partition(":")[0].lower()
    return "." in host and not host.replace(".", "").isdigit() and not host.endswith(".localhost")


def _read_arguments(request: Request) -> Arguments:
    if request.method == "GET":
        return request.parameters()
    content_type = (request.header("Content-Type", case_sensitive=False) or "").partition(";")[0].strip()
    if content_type != "application/json":
        raise ValueError(f"Content-Type is {content_type or 'missing'!r}: expected application/json")
    try:
        arguments = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise ValueError("the body is no JSON: expected an object") from None
    if not isinstance(arguments, dict):
        raise ValueError(f"the body is {type(arguments).__name__}: expected an object")
    return arguments


def _show(provider: str, exchange: Exchange) -> dict[str, Any]:
    """An exchange as JSON, with its secrets masked."""
    request, response = exchange.request, exchange.response
    headers = [[name, MASK if name.lower() in _SECRET_HEADERS else value] for name, value in request.headers]
    return {
        "provider": provider,
        "operation": exchange.operation,
        "outcome": exchange.outcome,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": headers,
        "body": mask_body(request.body),
        "status": response.status,
        "answer": mask_body(response.body),
    }
