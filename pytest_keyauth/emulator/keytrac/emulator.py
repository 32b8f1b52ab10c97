"""The KeyTrac emulator: from a request to the answer that the document promises."""

from collections.abc import Mapping
from hashlib import sha256
from random import Random
from threading import RLock
from urllib.parse import unquote

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.documents import Documents, NoDocuments
from pytest_keyauth.emulator.journal import Exchange, Journal
from pytest_keyauth.emulator.keytrac.account import Account, AccountSettings
from pytest_keyauth.emulator.keytrac.attributes import find_user_id
from pytest_keyauth.emulator.keytrac.operations import OPERATIONS, Call, Operation, new_identifier
from pytest_keyauth.emulator.keytrac.recorder import answer_script
from pytest_keyauth.emulator.keytrac.refusal import Refusal
from pytest_keyauth.emulator.message import Request, Response, json_response
from pytest_keyauth.emulator.script import NEVER_CAME, Asked, Scope, Script, Timing

__all__ = ["KeytracEmulator"]

#: The document states no success status; consumers test for any 2xx.
SUCCESS_STATUS = 200

_NAMES = [operation.name for methods in OPERATIONS.values() for operation in methods.values()]


class KeytracEmulator:
    """An emulator of the KeyTrac API that really verifies, really stores and really scores.

    What is checked, in this order; the first rule that is broken answers:

    1. a token is there, it is some account's, and the account is verified (:meth:`_admit`);
    2. the path is a resource, and the method one of its operations;
    3. the attributes can be read, are JSON, and all are there (``attributes``);
    4. the user that the path or the attributes name exists (``operations``);
    5. the samples, by the rules of ``submission``;
    6. the stored profile: it is there, loads, has the password's length, and can be computed with (``operations``);
    7. the store keeps what changed (``operations``).

    State is in accounts: ``account`` is the one whose ``token`` the fixtures use, :meth:`open_account` adds others.
    What was planned (:meth:`answer`, :meth:`fail_transport`) comes before all rules.

    :param clock: the emulator's own clock.
    :param random: where identifiers come from.
    :param token: the first account's token of 36 characters; a random one where none is given.
    :param documents: what :meth:`answer` finds outcomes in by their names.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        random: Random | None = None,
        token: str | None = None,
        documents: Documents | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.requests = Journal(operations=_NAMES)
        self.case_sensitive_headers = True
        self._random = random or Random()
        self._documents = documents or NoDocuments()
        self._script = Script(self._documents, lambda: Random(repr(self._random.getstate())))
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
        if (script := answer_script(request)) is not None:
            return script
        with self._lock:
            methods, identifier = _find_resource(request.path)
            operation = methods.get(request.method)
            name = operation.name if operation else None
            if self._script:
                asked = self._look_at(request, name, identifier)
                response = self._script.handle(asked, lambda: self._follow_rules(request, methods, identifier))
                if response.status == NEVER_CAME:
                    return response
            else:
                response = self._follow_rules(request, methods, identifier)
            self.requests.record(Exchange(request, response, name, self._documents.recognize))
            return response

    def _look_at(self, request: Request, operation: str | None, identifier: str) -> Asked:
        token = request.header("Authorization", case_sensitive=False)
        return Asked(request, operation, lambda: identifier or find_user_id(request), self.clock.now(), token)

    def _follow_rules(self, request: Request, methods: Mapping[str, Operation], identifier: str) -> Response:
        try:
            account = self._admit(request)
            operation = _choose(methods, request.method)
            call = Call(request, account, self.clock.now(), self._random, identifier, self.case_sensitive_headers)
            return json_response(SUCCESS_STATUS, operation.run(call))
        except Refusal as refusal:
            return json_response(refusal.status, {"error": refusal.text}, refusal.headers)

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

    def _add_account(self, token: str) -> Account:
        account = Account(token)
        self._accounts[_digest(token)] = account
        return account

    def reset(self) -> None:
        """Forget users, other accounts, settings, faults, plans, requests and the clock's moves; the token stays."""
        with self._lock:
            self._accounts.clear()
            self.account = self._add_account(self.account.token)
            self.requests.clear()
            self._script.clear()
            self.clock.reset()
            self.case_sensitive_headers = True

    def open_account(self) -> str:
        """Open another, empty account and return its token."""
        with self._lock:
            return self._add_account(new_identifier(self._random)).token

    def close_account(self, token: str) -> None:
        """Close an account that was opened, with its users and what was planned for it.

        :raises ValueError: for the first account, or where no account has that token.
        """
        with self._lock:
            closing = self.find_account(token)
            if closing is self.account:
                raise ValueError("the first account cannot be closed; reset() empties it")
            del self._accounts[_digest(token)]
            self._script.forget(token)

    def find_account(self, token: str) -> Account:
        """Give the account of a token, to look into or to steer it.

        :raises ValueError: where no account has that token.
        """
        account = self._accounts.get(_digest(token))
        if account is None:
            raise ValueError("no account has this token; open_account() opens one")
        return account

    def answer(
        self,
        outcome: str,
        *,
        times: int | None = 1,
        after: int = 0,
        user: str | None = None,
        path: str | None = None,
        probability: float = 1.0,
        token: str | None = None,
    ) -> None:
        """Answer requests of an operation with one of its documented outcomes, whatever the rules say.

        An error is answered and nothing is done. A success is done where the rules allow it, and said in any case.
        Several plans for one request come true one after the other.

        :param outcome: its name in the OpenAPI document, such as ``authenticateAnytext/500/adapt-profile``.
        :param times: for how many requests; None for all from now on.
        :param after: how many are let through before.
        :param user: only requests that name this user, in the path or as ``user_id``.
        :param path: only requests for this path, as it is sent.
        :param probability: of each request to get it; drawn from the emulator's seed.
        :param token: only requests with this token.
        :raises UnknownOutcomeError: for a name that is not documented; names the nearest.
        :raises ValueError: for numbers that cannot be.
        """
        with self._lock:
            scope = Scope(user=user, path=path, token=token)
            self._script.plan_answer(outcome, scope, Timing(times, after, probability))

    def fail_transport(
        self,
        fault: str,
        *,
        seconds: object = None,
        lost: str = "answer",
        operation: str | None = None,
        times: int | None = 1,
        after: int = 0,
        user: str | None = None,
        path: str | None = None,
        probability: float = 1.0,
        token: str | None = None,
    ) -> None:
        """Let something go wrong with answers on their way, be they planned or by the rules.

        :param fault: ``latency``, ``slow-drip``, ``truncated-body``, ``malformed-chunk``, ``garbage``, ``reset`` or
            ``timeout`` (see :class:`Disturbance`).
        :param seconds: how long ``latency`` and ``slow-drip`` take: ``0.2``, ``(0.1, 0.5)`` evenly between, or
            ``{"median": 0.2, "sigma": 0.5}`` log-normal.
        :param lost: with ``garbage``, ``reset`` and ``timeout``: ``"answer"``, to what was done, or ``"request"``.
        :param operation: only requests of this operation; the others are as in :meth:`answer`.
        :raises ValueError: for what cannot be; says what was expected.
        """
        with self._lock:
            if operation is not None:
                self.requests.calls(operation)  # raises where there is no such operation
            scope = Scope(operation, user, path, token)
            self._script.plan_disturbance(fault, scope, Timing(times, after, probability), seconds, lost)

    def decide(self, user_id: str | None = None, *, score: int | None) -> None:
        """Let all attempts of a user have this score, or of everybody (see :meth:`Account.decide`)."""
        self.account.decide(user_id, score=score)

    def accept(self, user_id: str | None = None) -> None:
        """Accept all attempts of a user, or of everybody, with the best score."""
        self.account.decide(user_id, score=100)

    def reject(self, user_id: str | None = None) -> None:
        """Reject all attempts of a user, or of everybody, with the least score."""
        self.account.decide(user_id, score=0)

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


def _find_resource(path: str) -> tuple[Mapping[str, Operation], str]:
    """The operations of a path by method, and the user that it names; none where it is no resource."""
    identifier = ""
    if path.startswith("/users/") and len(path) > 7 and "/" not in path[7:]:
        path, identifier = "/users/:", unquote(path[7:])
    return OPERATIONS.get(path, {}), identifier


def _choose(methods: Mapping[str, Operation], method: str) -> Operation:
    if not methods:
        raise Refusal(404, "Entity not found")
    if method not in methods:
        raise Refusal(405, "Method not allowed", (("Allow", ", ".join(methods)),))
    return methods[method]


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
