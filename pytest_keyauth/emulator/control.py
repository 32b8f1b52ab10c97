"""The control plane: how another process steers the emulators. Plain values in, plain values out.

Commands are JSON objects; what they do is on the emulators' own methods. An account is named by its token, and is the
first one where no token is given.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pytest_keyauth.emulator.journal import Exchange
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response, json_response

__all__ = ["PREFIX", "ControlPlane"]

PREFIX = "/_keyauth/"

#: Headers whose values are secrets.
_SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie"})


class ControlPlane:
    """Answers the requests below ``/_keyauth/``.

    ``GET /_keyauth/`` describes it, ``GET /_keyauth/requests`` shows the journal; ``POST`` of a JSON object to
    ``reset``, ``accounts``, ``configure``, ``fault`` and ``clock`` changes things.

    A web page in a browser on the same machine must not steer it: commands need ``Content-Type: application/json``,
    which a page cannot send elsewhere without being asked first, and requests with an ``Origin`` are refused.
    """

    def __init__(self, keytrac: KeytracEmulator) -> None:
        self._keytrac = keytrac
        self._commands: dict[tuple[str, str], Callable[[Mapping[str, Any]], Any]] = {
            ("GET", ""): self._describe,
            ("GET", "requests"): self._list_requests,
            ("POST", "reset"): self._reset,
            ("POST", "accounts"): self._open_account,
            ("POST", "configure"): self._configure,
            ("POST", "fault"): self._place_fault,
            ("POST", "clock"): self._move_clock,
        }

    def handle(self, request: Request) -> Response:
        """Carry out one command. A command that cannot be is a 400 that says why, and changes nothing."""
        if request.header("Origin", case_sensitive=False) is not None:
            return json_response(403, {"error": "the control plane does not answer web pages (Origin is set)"})
        command = self._commands.get((request.method, request.path.removeprefix(PREFIX)))
        if command is None:
            known = ", ".join(f"{method} {PREFIX}{name}" for method, name in self._commands)
            return json_response(404, {"error": f"no such command; there are: {known}"})
        try:
            return json_response(200, command(_read_arguments(request)))
        except (TypeError, ValueError) as error:
            return json_response(400, {"error": str(error)})

    def _describe(self, _arguments: Mapping[str, Any]) -> Any:
        return {"providers": ["keytrac"], "commands": [f"{method} {PREFIX}{name}" for method, name in self._commands]}

    def _list_requests(self, _arguments: Mapping[str, Any]) -> Any:
        return [_show(exchange) for exchange in self._keytrac.requests]

    def _reset(self, _arguments: Mapping[str, Any]) -> Any:
        self._keytrac.reset()
        return {}

    def _open_account(self, _arguments: Mapping[str, Any]) -> Any:
        return {"token": self._keytrac.open_account()}

    def _configure(self, arguments: Mapping[str, Any]) -> Any:
        """``{"token": …, "settings": {…}}``; ``case_sensitive_headers`` is the emulator's, the others the account's."""
        settings = dict(_member(arguments, "settings", dict))
        case_sensitive = settings.pop("case_sensitive_headers", self._keytrac.case_sensitive_headers)
        if not isinstance(case_sensitive, bool):
            raise ValueError(f"case_sensitive_headers={case_sensitive!r}: expected true or false")
        self._account(arguments).configure(**settings)
        self._keytrac.case_sensitive_headers = case_sensitive
        return {}

    def _place_fault(self, arguments: Mapping[str, Any]) -> Any:
        """``{"fault": "fail-store", "action": …, "times": 1}``; of a profile ``{"fault", "user_id", "method"}``."""
        account, fault = self._account(arguments), _member(arguments, "fault", str)
        profile_faults = {
            "damage-profile": account.damage_profile,
            "distort-profile": account.distort_profile,
            "restore-profile": account.restore_profile,
        }
        if fault == "fail-store":
            account.fail_store(_member(arguments, "action", str), _member({"times": 1, **arguments}, "times", int))
        elif fault in profile_faults:
            profile_faults[fault](_member(arguments, "user_id", str), _member(arguments, "method", str))
        else:
            raise ValueError(f"no fault {fault!r}; there are: {', '.join(['fail-store', *profile_faults])}")
        return {}

    def _move_clock(self, arguments: Mapping[str, Any]) -> Any:
        """``{"hours": 24}``: any of days, hours, minutes, seconds."""
        return {"now": self._keytrac.clock.advance(**arguments).isoformat()}

    def _account(self, arguments: Mapping[str, Any]) -> Any:
        token = arguments.get("token")
        return self._keytrac.account if token is None else self._keytrac.find_account(str(token))


def _read_arguments(request: Request) -> Mapping[str, Any]:
    if request.method == "GET":
        return {}
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


def _member(arguments: Mapping[str, Any], name: str, kind: type) -> Any:
    value = arguments.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{name}={value!r}: expected {kind.__name__}")
    return value


def _show(exchange: Exchange) -> dict[str, Any]:
    """An exchange as JSON, with the secrets of its headers masked."""
    request, response = exchange.request, exchange.response
    headers = [[name, "…" if name.lower() in _SECRET_HEADERS else value] for name, value in request.headers]
    return {
        "operation": exchange.operation,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": headers,
        "body": request.body.decode("utf-8", "replace"),
        "status": response.status,
        "answer": response.body.decode("utf-8", "replace"),
    }
