"""The commands that steer Keyfax installations from outside. One is named by its root; without one, the first."""

from collections.abc import Mapping
from typing import Any

from pytest_keyauth.emulator.arguments import Arguments, Command, read_disturbance, read_member, read_timing
from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.journal import Journal
from pytest_keyauth.emulator.keyfax.emulator import KeyfaxEmulator
from pytest_keyauth.emulator.keyfax.installations import Installations

__all__ = ["KeyfaxSteering"]


class KeyfaxSteering:
    """Commands by name, and what is common to all emulators: journals, clocks, reset."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations
        self.commands: Mapping[str, Command] = {
            "installations": self._change_installations,
            "hosts": self._define_host,
            "keys": self._issue_keys,
            "configure": self._configure,
            "fault": self._place_fault,
            "answer": self._answer,
            "sessions": self._finish_session,
            "deliveries": self._list_deliveries,
        }

    def journal(self, arguments: Arguments) -> Journal:
        """What was asked and answered."""
        return self._find(arguments).requests

    def clock(self, arguments: Arguments) -> Clock:
        """The installation's clock."""
        return self._find(arguments).clock

    def reset(self, arguments: Arguments) -> None:
        """Forget everything; of all installations where none is named."""
        if arguments.get("root") is None:
            self._installations.reset()
        else:
            self._find(arguments).reset()  # raises before it resets

    def _find(self, arguments: Arguments) -> KeyfaxEmulator:
        root = arguments.get("root")
        return self._installations.get(None if root is None else str(root))

    def _change_installations(self, arguments: Arguments) -> Any:
        """``{}`` makes an installation: ``{"root": …}``; ``{"remove": root}`` removes it."""
        if "remove" in arguments:
            self._installations.remove(read_member(arguments, "remove", str))
            return {}
        return {"root": self._installations.add().root}

    def _define_host(self, arguments: Arguments) -> Any:
        """``{"name": …, "web_hook": …, "email": …}``."""
        name = read_member(arguments, "name", str)
        self._find(arguments).define_host(name, arguments.get("web_hook"), arguments.get("email"))
        return {}

    def _issue_keys(self, arguments: Arguments) -> Any:
        """``{"host": …}``: its initial keys, as a key result."""
        return self._find(arguments).issue_keys(read_member(arguments, "host", str)).result()

    def _configure(self, arguments: Arguments) -> Any:
        """``{"settings": {…}}``."""
        self._find(arguments).configure(**read_member(arguments, "settings", dict))
        return {}

    def _answer(self, arguments: Arguments) -> Any:
        """``{"outcome": …}``; and ``times``, ``after``, ``path``, ``probability`` (see the emulator)."""
        outcome = read_member(arguments, "outcome", str)
        self._find(arguments).answer(outcome, **read_timing(arguments), **_read_scope(arguments))
        return {}

    def _place_fault(self, arguments: Arguments) -> Any:
        """``{"fault": "fail-store", "action": …, "times": 1}`` or ``{"fault": "damage-signing-key", "host": …}``.

        ``{"fault": "fail-transport", "kind": …, "seconds": …, "lost": …, "operation": …}``, and as with an answer.
        """
        emulator, fault = self._find(arguments), read_member(arguments, "fault", str)
        if fault == "fail-store":
            times = read_member({"times": 1, **arguments}, "times", int)
            emulator.fail_store(read_member(arguments, "action", str), times)
        elif fault == "fail-transport":
            disturbance = read_disturbance(arguments)
            emulator.fail_transport(**disturbance, **read_timing(arguments), **_read_scope(arguments))
        elif fault == "damage-signing-key":
            emulator.damage_signing_key(read_member(arguments, "host", str))
        else:
            raise ValueError(f"no fault {fault!r}; there are: fail-store, fail-transport, damage-signing-key")
        return {}

    def _finish_session(self, arguments: Arguments) -> Any:
        """``{"guid": …, "status": 1}``."""
        status = read_member({"status": 1, **arguments}, "status", int)
        self._find(arguments).finish_session(read_member(arguments, "guid", str), status)
        return {}

    def _list_deliveries(self, arguments: Arguments) -> Any:
        """``{"host": …}``: what was delivered for it."""
        return {"deliveries": self._find(arguments).deliveries(read_member(arguments, "host", str))}


def _read_scope(arguments: Arguments) -> dict[str, Any]:
    """Which requests are meant."""
    return {} if arguments.get("path") is None else {"path": read_member(arguments, "path", str)}
