"""What one test makes at a provider, written into the run's ledger as it happens."""

import json
from collections.abc import Callable
from contextlib import suppress

import httpx

from pytest_keyauth.errors import BudgetExceeded, ProviderUnreachable
from pytest_keyauth.live.creations import KEYS, USER, Creations

__all__ = ["MadeKeys", "MadeUsers"]

_NUMBER = "keyauth_creation"

#: Nothing was sent.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, BudgetExceeded, ProviderUnreachable)


class MadeUsers:
    """The users that a test creates.

    :param creations: the ledger; None for an account that is the test's own, and gone with its server.
    :param prepare: is called before the first user is asked for.
    """

    def __init__(self, creations: Creations | None, account: str, prepare: Callable[[], None]) -> None:
        self._creations = creations
        self._account = account
        self._prepare = prepare
        self.identifiers: list[str] = []

    def ask(self, path: str, request: httpx.Request) -> None:
        """Write down that a user is going to be created."""
        if self._creations is not None and (request.method, path) == ("POST", "/users"):
            self._prepare()
            request.extensions[_NUMBER] = self._creations.intend(self._account, USER)

    def hear(self, path: str, request: httpx.Request, response: httpx.Response) -> None:
        """Write down what became of it. An answer without an identifier is the contracts' business."""
        if request.method == "DELETE" and path.startswith("/users/") and response.status_code in (200, 204, 404):
            self._forget(path.removeprefix("/users/"))
        if (request.method, path) != ("POST", "/users"):
            return
        if response.is_success:
            with suppress(ValueError, TypeError, KeyError):
                self._remember(request, str(json.loads(response.content)["id"]))
        elif response.is_client_error:
            self._void(request)

    def miss(self, request: httpx.Request, error: Exception) -> None:
        """Write down where nothing was sent; else it is not known whether a user was created."""
        if isinstance(error, _UNSENT):
            self._void(request)

    def _remember(self, request: httpx.Request, identifier: str) -> None:
        if self._creations is not None and _NUMBER in request.extensions:
            self._creations.make(request.extensions[_NUMBER], identifier)
        self.identifiers.append(identifier)

    def _void(self, request: httpx.Request) -> None:
        if self._creations is not None and _NUMBER in request.extensions:
            self._creations.void(request.extensions[_NUMBER])

    def _forget(self, identifier: str) -> None:
        if self._creations is not None:
            self._creations.remove_named(self._account, USER, identifier)
        with suppress(ValueError):
            self.identifiers.remove(identifier)


class MadeKeys:
    """The keys that tests make for a Keyfax host that is set aside. One test has the host at a time."""

    def __init__(self, creations: Creations, account: str) -> None:
        self._creations = creations
        self._account = account

    def begin(self, host: str) -> None:
        """Write down that keys are going to be made for a host that has none."""
        number = self._creations.intend(self._account, KEYS, host)
        self._creations.make(number, host)

    def end(self, host: str) -> None:
        """Write down that they are gone."""
        self._creations.remove_named(self._account, KEYS, host)
