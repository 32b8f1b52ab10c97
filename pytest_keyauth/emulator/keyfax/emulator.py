"""The Keyfax emulator: from a request to the answer that the document promises."""

from collections.abc import Iterable, Mapping
from random import Random
from threading import RLock

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.documents import Documents, NoDocuments
from pytest_keyauth.emulator.journal import Exchange, Journal
from pytest_keyauth.emulator.keyfax.authorization import Authorizer
from pytest_keyauth.emulator.keyfax.call import Call
from pytest_keyauth.emulator.keyfax.configuration import HostDefinition, KeyfaxSettings
from pytest_keyauth.emulator.keyfax.keys import NOBODY, KeyPair
from pytest_keyauth.emulator.keyfax.operations import OPERATIONS, Operation, create_initial_pair
from pytest_keyauth.emulator.keyfax.outbox import Courier, Delivery, InProcessCourier, Outbox
from pytest_keyauth.emulator.keyfax.refusal import Refusal
from pytest_keyauth.emulator.keyfax.sessions import COMPLETED, FINAL, Session
from pytest_keyauth.emulator.keyfax.signature import HmacSha256Scheme, SignatureScheme
from pytest_keyauth.emulator.keyfax.store import Store
from pytest_keyauth.emulator.message import Request, Response, json_response
from pytest_keyauth.emulator.script import NEVER_CAME, Asked, Scope, Script, Timing

__all__ = ["KeyfaxEmulator"]

_NAMES = [item.name for methods in OPERATIONS.values() for item in methods.values() if item.name is not None]

DEFAULT_HOSTS = (HostDefinition("LIVE", email="keys@consumer.example"),)


class KeyfaxEmulator:
    """An emulator of the Keyfax Web API that really verifies, really delivers and really runs sessions.

    What is checked, in this order; the first rule that is broken answers:

    1. the path is a resource, and the method one of its operations;
    2. the Authorization header (``authorization``, which has the order of its checks);
    3. what was sent: the host's name, start-up data, launch data (``operations``, ``startup``);
    4. the store keeps what changed (``operations``).

    What was planned (:meth:`answer`, :meth:`fail_transport`) comes before all rules.

    New signing keys go into ``outbox``, and from there with ``courier`` to where their host wants them. Without a
    courier they arrive in this process: in ``mailbox`` and ``web_hook_calls``.

    :param hosts: the hosts that are defined from the beginning; none of them has keys yet.
    :param clock: the emulator's own clock.
    :param random: where keys and identifiers come from.
    :param signature: how request signatures are computed; the default is an assumption.
    :param root: the path of the application, which everything else is below; empty for none.
    :param courier: delivers new keys, called without any lock held; see ``adapters.courier`` for real ones.
    :param documents: what :meth:`answer` finds outcomes in by their names.
    """

    def __init__(
        self,
        hosts: Iterable[HostDefinition] = DEFAULT_HOSTS,
        *,
        clock: Clock | None = None,
        random: Random | None = None,
        signature: SignatureScheme | None = None,
        root: str = "/interview",
        courier: Courier | None = None,
        documents: Documents | None = None,
    ) -> None:
        if root and (not root.startswith("/") or root.endswith("/")):
            raise ValueError(f"root={root!r}: expected a path such as '/interview', or nothing")
        self.clock = clock or Clock()
        self.requests = Journal(operations=_NAMES)
        self.root = root
        self._in_process = InProcessCourier()
        self.outbox = Outbox(courier or self._in_process)
        self._random = random or Random()
        self._documents = documents or NoDocuments()
        self._script = Script(self._documents, lambda: Random(repr(self._random.getstate())))
        self._signature = signature or HmacSha256Scheme()
        self._initial_hosts = {definition.name: definition for definition in hosts}
        self._lock = RLock()
        self._issued: dict[str, KeyPair] = {}
        self._begin()

    def _begin(self) -> None:
        self.settings = KeyfaxSettings()
        self._hosts = dict(self._initial_hosts)
        self._store = Store()
        self._authorizer = Authorizer(self._store, self._signature)

    def __repr__(self) -> str:
        return f"<KeyfaxEmulator: {len(self._hosts)} hosts, {len(self.requests)} requests>"

    def handle(self, request: Request) -> Response:
        """Answer one request, then see to new deliveries. Safe to call from several threads."""
        with self._lock:
            methods = self._find_resource(request.path)
            operation = methods.get(request.method)
            name = operation.name if operation else None
            if self._script:
                asked = Asked(request, name, lambda: None, self.clock.now())
                response = self._script.handle(asked, lambda: self._follow_rules(request, methods))
                if response.status == NEVER_CAME:
                    return response
            else:
                response = self._follow_rules(request, methods)
            self.requests.record(Exchange(request, response, name, self._documents.recognize))
        self.outbox.dispatch(self.clock.seconds())
        return response

    def _find_resource(self, path: str) -> Mapping[str, Operation]:
        return OPERATIONS.get(path.removeprefix(self.root), {}) if path.startswith(self.root) else {}

    def _follow_rules(self, request: Request, methods: Mapping[str, Operation]) -> Response:
        try:
            operation = _choose(methods, request.method)
            return operation.run(self._admit(request, operation))
        except Refusal as refusal:
            return json_response(refusal.status, {"message": refusal.text}, refusal.headers)

    def _admit(self, request: Request, operation: Operation) -> Call:
        now, caller = self.clock.now(), NOBODY
        if operation.policy is not None:
            caller = self._authorizer.authorize(request, operation.policy, self.settings, now.timestamp())
        return Call(request, caller, now, self._store, self.settings, self._hosts, self.outbox, self._random, self.root)

    def reset(self) -> None:
        """Forget sessions, deliveries, hosts defined since, settings, faults, plans, requests and the clock's moves.

        What was issued (:meth:`issue_keys`) to the hosts of the beginning works again as it was issued, so that
        whoever was given it need not be told; all other keys are gone.
        """
        with self._lock:
            self._begin()
            self._issued = {host: pair for host, pair in self._issued.items() if host in self._hosts}
            for pair in self._issued.values():
                self._store.add_pair(pair)
            self.outbox.clear()
            self._in_process.clear()
            self.requests.clear()
            self._script.clear()
            self.clock.reset()

    def answer(
        self,
        outcome: str,
        *,
        times: int | None = 1,
        after: int = 0,
        path: str | None = None,
        probability: float = 1.0,
    ) -> None:
        """Answer requests of an operation with one of its documented outcomes, whatever the rules say.

        An error is answered and nothing is done. A success is done where the rules allow it, and said in any case.
        Several plans for one request come true one after the other.

        :param outcome: its name in the OpenAPI document, such as ``createToken/500/failed``.
        :param times: for how many requests; None for all from now on.
        :param after: how many are let through before.
        :param path: only requests for this path, as it is sent.
        :param probability: of each request to get it; drawn from the emulator's seed.
        :raises UnknownOutcomeError: for a name that is not documented; names the nearest.
        :raises ValueError: for numbers that cannot be.
        """
        with self._lock:
            self._script.plan_answer(outcome, Scope(path=path), Timing(times, after, probability))

    def fail_transport(
        self,
        fault: str,
        *,
        seconds: object = None,
        lost: str = "answer",
        operation: str | None = None,
        times: int | None = 1,
        after: int = 0,
        path: str | None = None,
        probability: float = 1.0,
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
            scope = Scope(operation, path=path)
            self._script.plan_disturbance(fault, scope, Timing(times, after, probability), seconds, lost)

    def configure(self, **changes: object) -> None:
        """Change settings (see :class:`KeyfaxSettings`).

        :raises ValueError: for an unknown setting or an unfit value.
        """
        with self._lock:
            self.settings = self.settings.changed(changes)

    @property
    def host(self) -> str:
        """The first host that is defined."""
        return next(iter(self._hosts))

    def name_host(self) -> str:
        """Make up the name of a host that is not defined."""
        with self._lock:
            return f"TEST-{self._random.getrandbits(48):012x}"

    def define_host(self, name: str, web_hook: str | None = None, email: str | None = None) -> None:
        """Define a host, as a ``WebApi/KeyGen`` element does, or define it anew; its keys stay as they are.

        :raises ValueError: for an unfit name, URL or address.
        """
        with self._lock:
            self._hosts[name] = HostDefinition(name, web_hook, email)

    def keys(self, host: str) -> list[KeyPair]:
        """Look at the living pairs of a host: the one in use first, then those that wait for their first use."""
        with self._lock:
            return list(self._store.pairs(host))

    def issue_keys(self, host: str) -> KeyPair:
        """Make the initial pair of a host, as ``createKey`` does.

        :raises ValueError: where the host is not defined, or has keys.
        """
        with self._lock:
            try:
                pair = create_initial_pair(host, self._hosts, self._store, self._random)
            except Refusal as refusal:
                hint = "" if host in self._hosts else "; define_host() defines it"
                raise ValueError(f"no keys for host {host!r}: {refusal.text}{hint}") from None
            self._issued[host] = pair
            return pair

    def damage_signing_key(self, host: str) -> None:
        """Spoil the stored signing keys of a host, so that nothing can be verified or signed with them.

        :raises ValueError: where the host has no keys.
        """
        with self._lock:
            if not self._store.pairs(host):
                raise ValueError(f"host {host!r} has no keys; issue_keys() makes some")
            self._store.damage_pairs(host)

    def fail_store(self, action: str, times: int = 1) -> None:
        """Let the store fail the next ``times`` times at one action (see :class:`Store`); 0 mends it."""
        with self._lock:
            self._store.fail(action, times)

    @property
    def sessions(self) -> dict[str, Session]:
        """The sessions by guid, the oldest first."""
        with self._lock:
            return self._store.sessions()

    def finish_session(self, guid: str, status: int = COMPLETED) -> None:
        """End a session without its page: 1 completed, 2 cancelled.

        :raises ValueError: for an unknown session or another status.
        """
        with self._lock:
            session = self._store.find_session(guid)
            if session is None:
                raise ValueError(f"no session {guid!r}; there are {len(self._store.sessions())}")
            if status not in FINAL:
                raise ValueError(f"status={status!r}: expected 1 (completed) or 2 (cancelled)")
            self._store.set_session(session.ended(status, self.clock.now()))

    @property
    def mailbox(self) -> list[Delivery]:
        """What arrived by e-mail in this process, oldest first."""
        return self._in_process.mailbox

    @property
    def web_hook_calls(self) -> list[Delivery]:
        """What arrived at web hooks in this process, oldest first."""
        return self._in_process.web_hook_calls

    def deliveries(self, host: str) -> list[dict[str, str]]:
        """What was delivered for a host, by any courier: ``kind``, ``destination`` and the key result's members."""
        return [
            {"kind": delivery.kind, "destination": delivery.destination, **delivery.key.result()}
            for delivery in self.outbox
            if delivery.delivered and delivery.key.host == host
        ]

    def deliver_due(self) -> int:
        """Try again what could not be delivered and is due by this emulator's clock; tell how many arrived."""
        return self.outbox.deliver_due(self.clock.seconds())


def _choose(methods: Mapping[str, Operation], method: str) -> Operation:
    if not methods:
        raise Refusal(404, "there is no such resource")
    if method not in methods:
        raise Refusal(405, "the resource does not have this method", (("Allow", ", ".join(methods)),))
    return methods[method]
