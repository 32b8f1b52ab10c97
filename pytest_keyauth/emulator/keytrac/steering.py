"""The commands that steer a KeyTrac emulator from outside. An account is named by its token; without one, the first."""

from collections.abc import Mapping
from typing import Any

from pytest_keyauth.emulator.arguments import Arguments, Command, read_disturbance, read_member, read_timing
from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.journal import Journal
from pytest_keyauth.emulator.keytrac.account import Account
from pytest_keyauth.emulator.keytrac.emulator import KeytracEmulator

__all__ = ["KeytracSteering"]


class KeytracSteering:
    """Commands by name, and what is common to all emulators: journals, clocks, reset."""

    def __init__(self, emulator: KeytracEmulator) -> None:
        self._emulator = emulator
        self.commands: Mapping[str, Command] = {
            "accounts": self._change_accounts,
            "configure": self._configure,
            "fault": self._place_fault,
            "answer": self._answer,
            "decide": self._decide,
        }

    def journal(self, _arguments: Arguments) -> Journal:
        """What was asked and answered."""
        return self._emulator.requests

    def clock(self, _arguments: Arguments) -> Clock:
        """The emulator's clock."""
        return self._emulator.clock

    def reset(self, _arguments: Arguments) -> None:
        """Forget everything."""
        self._emulator.reset()

    def _change_accounts(self, arguments: Arguments) -> Any:
        """``{}`` opens an empty account: ``{"token": …}``; ``{"remove": token}`` closes it."""
        if "remove" in arguments:
            self._emulator.close_account(read_member(arguments, "remove", str))
            return {}
        return {"token": self._emulator.open_account()}

    def _configure(self, arguments: Arguments) -> Any:
        """``{"token": …, "settings": {…}}``; ``case_sensitive_headers`` is the emulator's, the others the account's."""
        settings = dict(read_member(arguments, "settings", dict))
        case_sensitive = settings.pop("case_sensitive_headers", self._emulator.case_sensitive_headers)
        if not isinstance(case_sensitive, bool):
            raise ValueError(f"case_sensitive_headers={case_sensitive!r}: expected true or false")
        self._account(arguments).configure(**settings)
        self._emulator.case_sensitive_headers = case_sensitive
        return {}

    def _answer(self, arguments: Arguments) -> Any:
        """``{"outcome": …}``; and ``times``, ``after``, ``user``, ``path``, ``probability`` (see the emulator)."""
        outcome = read_member(arguments, "outcome", str)
        self._emulator.answer(outcome, **read_timing(arguments), **_read_scope(arguments))
        return {}

    def _decide(self, arguments: Arguments) -> Any:
        """``{"user_id": …, "score": 42}``; without a user everybody's, and ``null`` for what the typing has."""
        score = arguments.get("score")
        if score is not None:
            score = read_member(arguments, "score", int)
        self._account(arguments).decide(arguments.get("user_id"), score=score)
        return {}

    def _place_fault(self, arguments: Arguments) -> Any:
        """``{"fault": "fail-store", "action": …, "times": 1}``; of a profile ``{"fault", "user_id", "method"}``.

        ``{"fault": "fail-transport", "kind": …, "seconds": …, "lost": …, "operation": …}``, and as with an answer.
        """
        account, fault = self._account(arguments), read_member(arguments, "fault", str)
        profile_faults = {
            "damage-profile": account.damage_profile,
            "distort-profile": account.distort_profile,
            "restore-profile": account.restore_profile,
        }
        if fault == "fail-store":
            times = read_member({"times": 1, **arguments}, "times", int)
            account.fail_store(read_member(arguments, "action", str), times)
        elif fault == "fail-transport":
            disturbance = read_disturbance(arguments)
            self._emulator.fail_transport(**disturbance, **read_timing(arguments), **_read_scope(arguments))
        elif fault in profile_faults:
            user_id, method = read_member(arguments, "user_id", str), read_member(arguments, "method", str)
            profile_faults[fault](user_id, method)
        else:
            raise ValueError(
                f"no fault {fault!r}; there are: {', '.join(['fail-store', 'fail-transport', *profile_faults])}"
            )
        return {}

    def _account(self, arguments: Arguments) -> Account:
        token = arguments.get("token")
        return self._emulator.account if token is None else self._emulator.find_account(str(token))


def _read_scope(arguments: Arguments) -> dict[str, Any]:
    """Which requests are meant; the token says whose, since others may use the same server."""
    return {
        name: read_member(arguments, name, str) for name in ("user", "path", "token") if arguments.get(name) is not None
    }
