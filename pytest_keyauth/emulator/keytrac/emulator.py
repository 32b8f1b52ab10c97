"""The KeyTrac emulator: from a request to the answer that the document promises."""

from hashlib import sha256
from random import Random
from threading import RLock
from urllib.parse import unquote

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.journal import Exchange, Journal
from pytest_keyauth.emulator.keytrac.account import Account, AccountSettings
from pytest_keyauth.emulator.keytrac.operations import OPERATIONS, Call, Operation, new_identifier
from pytest_keyauth.emulator.keytrac.refusal import Refusal
from pytest_keyauth.emulator.message import Request, Response, json_response

__all__ = ["KeytracEmulator"]

#: The document states no success status; consumers test for any 2xx.
SUCCESS_STATUS = 200


class KeytracEmulator:
    """An emulator of the KeyTrac API that really verifies, really stores and really scores.

    What is checked, in this order; the first rule that is broken answers:

    1. a token is there, it is some account's, and the account is verified (:meth:`_admit`);
    2. the path is a resource, and the method one of its operations (:meth:`_route`);
    3. the attributes can be read, are JSON, and all are there (``attributes``);
    4. the user that the path or the attributes name exists (``operations``);
    5. the samples, by the rules of ``submission``;
    6. the stored profile: it is there, loads, has the password's length, and can be computed with (``operations``);
    7. the store keeps what changed (``operations``).

    State is in accounts: ``account`` is the one whose ``token`` the fixtures use, :meth:`open_account` adds others.

    :param clock: the emulator's own clock.
    :param random: where identifiers come from.
    :param token: the first account's token of 36 characters; a random one where none is given.
    """

    def __init__(self, clock: Clock | None = None, random: Random | None = None, token: str | None = None) -> None:
        self.clock = clock or Clock()
        self.requests = Journal()
        self.case_sensitive_headers = True
        self._random = random or Random()
        self._lock = RLock()
        self._accounts: dict[bytes, Account] = {}
        self.account = self._add_account(token or new_identifier(self._random))

    def __repr__(self) -> str:
        return f"<KeytracEmulator: {len(self._accounts)} accounts, {len(self.requests)} requests>"

    @property
    def token(self) -> str:
        """The first account's token."""
        return self.account.token

    @property
    def settings(self) -> AccountSettings:
        """The first account's settings; :meth:`configure` changes them."""
        return self.account.settings

    def handle(self, request: Request) -> Response:
        """Answer one request. Safe to call from several threads."""
        with self._lock:
            operation: Operation | None = None
            try:
                account = self._admit(request)
                operation, identifier = self._route(request)
                call = Call(request, account, self.clock.now(), self._random, identifier, self.case_sensitive_headers)
                response = json_response(SUCCESS_STATUS, operation.run(call))
            except Refusal as refusal:
                response = json_response(refusal.status, {"error": refusal.text}, refusal.headers)
            self.requests.record(Exchange(request, response, operation.name if operation else None))
            return response

    def _admit(self, request: Request) -> Account:
        token = request.header("Authorization", case_sensitive=self.case_sensitive_headers)
        if not token:
            raise Refusal(401, "Authentication token missing")
        account = self._find_account(token)
        if account is None:
            raise Refusal(401, "Client unauthorized")
        if not account.settings.verified:
            raise Refusal(403, "Account is not verified")
        return account

    def _find_account(self, token: str) -> Account | None:
        """Look an account up by the digest of its token, so that no comparison tells how much of a guess was right."""
        return self._accounts.get(_digest(token))

    def _route(self, request: Request) -> tuple[Operation, str]:
        path, identifier = request.path, ""
        if path.startswith("/users/") and len(path) > 7 and "/" not in path[7:]:
            path, identifier = "/users/:", unquote(path[7:])
        methods = OPERATIONS.get(path)
        if methods is None:
            raise Refusal(404, "Entity not found")
        operation = methods.get(request.method)
        if operation is None:
            raise Refusal(405, "Method not allowed", (("Allow", ", ".join(methods)),))
        return operation, identifier

    def _add_account(self, token: str) -> Account:
        account = Account(token)
        self._accounts[_digest(token)] = account
        return account

    def reset(self) -> None:
        """Forget users, other accounts, settings, faults, requests and the clock's moves; the token stays."""
        with self._lock:
            self._accounts.clear()
            self.account = self._add_account(self.account.token)
            self.requests.clear()
            self.clock.reset()
            self.case_sensitive_headers = True

    def open_account(self) -> str:
        """Open another, empty account and return its token."""
        with self._lock:
            return self._add_account(new_identifier(self._random)).token

    def find_account(self, token: str) -> Account:
        """Give the account of a token, to look into or to steer it.

        :raises ValueError: where no account has that token.
        """
        account = self._accounts.get(_digest(token))
        if account is None:
            raise ValueError("no account has this token; open_account() opens one")
        return account

    def configure(self, **changes: object) -> None:
        """Change the first account's settings (see :meth:`Account.configure`)."""
        self.account.configure(**changes)

    def fail_store(self, action: str, times: int = 1) -> None:
        """Let the first account's store fail (see :meth:`Account.fail_store`)."""
        self.account.fail_store(action, times)

    def damage_profile(self, user_id: str, method: str) -> None:
        """Cut a stored profile short (see :meth:`Account.damage_profile`)."""
        self.account.damage_profile(user_id, method)

    def distort_profile(self, user_id: str, method: str) -> None:
        """Make a stored profile useless (see :meth:`Account.distort_profile`)."""
        self.account.distort_profile(user_id, method)

    def restore_profile(self, user_id: str, method: str) -> None:
        """Put a damaged or distorted profile back."""
        self.account.restore_profile(user_id, method)


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
