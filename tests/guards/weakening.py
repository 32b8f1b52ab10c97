"""Emulators with one check switched off: what a tampering run plants beside changed answers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

from pytest_keyauth.emulator.keyfax import KeyfaxEmulator, authorization
from pytest_keyauth.emulator.keyfax.store import Store as KeyfaxStore
from pytest_keyauth.emulator.keytrac import KeytracEmulator, emulator, submission
from pytest_keyauth.emulator.message import Request

__all__ = ["Weakening", "emulator_class", "relative_path", "weakenings"]


@dataclass(frozen=True)
class Weakening:
    """One check switched off, and the contract module where somebody should notice first."""

    name: str
    module: str
    apply: Callable[[], AbstractContextManager[None]]


def emulator_class(provider: str) -> type[Any]:
    """The emulator of a provider."""
    return {"keytrac": KeytracEmulator, "keyfax": KeyfaxEmulator}[provider]


def relative_path(provider: str, path: str) -> str:
    """A request's path below the provider's base URL."""
    return path.removeprefix("/interview") if provider == "keyfax" else path


def weakenings(provider: str) -> Iterator[Weakening]:
    """Each authentication check, and each other rule, switched off by itself."""
    return {"keytrac": _weaken_keytrac, "keyfax": _weaken_keyfax}[provider]()


def _weaken_keytrac() -> Iterator[Weakening]:
    for name in ("a missing token", "an unknown token", "an unverified account", "a lower-case header name"):
        yield Weakening(f"{name} is let in", "test_every_operation.py", partial(_admitting, name))
    for (use, method), rules in submission.RULES.items():
        for rule in rules:
            name = f"{use} {method} without {rule.__name__}"
            yield Weakening(name, f"test_{use}_{method}.py", partial(_without, (use, method), rule))


@contextmanager
def _admitting(what: str) -> Iterator[None]:
    """Switch off one check of who is calling."""
    admit = KeytracEmulator._admit

    def weak_admit(this: KeytracEmulator, request: Request) -> Any:
        token = request.header("Authorization", case_sensitive=what != "a lower-case header name")
        account = this._find_account(token) if token else None
        if what == "a lower-case header name" and account is not None and account.settings.verified:
            return account
        if what == "a missing token" and not token:
            return this.account
        if what == "an unknown token" and token and account is None:
            return this.account
        if what == "an unverified account" and account is not None:
            return account
        return admit(this, request)

    with patch.object(emulator.KeytracEmulator, "_admit", weak_admit):
        yield


@contextmanager
def _without(key: Any, rule: submission.Rule) -> Iterator[None]:
    rules = tuple(other for other in submission.RULES[key] if other is not rule)
    with patch.dict(submission.RULES, {key: rules}):
        yield


#: Where the first to notice that a check of an authorization scheme is off should be.
_KEYFAX_MODULES = {
    "any": "test_create_token.py",
    "Basic": "test_create_token.py",
    "Bearer": "test_renew_token.py",
    "ApiKey": "test_example_startup.py",
}


def _weaken_keyfax() -> Iterator[Weakening]:
    for scheme, checks in authorization.CHECKS.items():
        for check in checks:
            name = f"{scheme} without {check.__name__}"
            yield Weakening(name, _KEYFAX_MODULES[scheme], partial(_unchecked, scheme, check))
    yield Weakening("old keys live on", "test_reset_key.py", _retiring_no_keys)


@contextmanager
def _unchecked(scheme: str, check: authorization.Check) -> Iterator[None]:
    checks = tuple(other for other in authorization.CHECKS[scheme] if other is not check)
    with patch.dict(authorization.CHECKS, {scheme: checks}):
        yield


@contextmanager
def _retiring_no_keys() -> Iterator[None]:
    with patch.object(KeyfaxStore, "use_pair", lambda _store, _pair: None):
        yield
