"""The Keyfax emulator: from a request to the answer that the document promises."""

from collections.abc import Iterable
from random import Random
from threading import RLock

from pytest_keyauth.emulator.clock import Clock
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

__all__ = ["KeyfaxEmulator"]

DEFAULT_HOSTS = (HostDefinition("LIVE", email="keys@consumer.example"),)


class KeyfaxEmulator:
    """An emulator of the Keyfax Web API that really verifies, really delivers and really runs sessions.

    What is checked, in this order; the first rule that is broken answers:

    1. the path is a resource, and the method one of its operations (:meth:`_route`);
    2. the Authorization header (``authorization``, which has the order of its checks);
    3. what was sent: the host's name, start-up data, launch data (``operations``, ``startup``);
    4. the store keeps what changed (``operations``).

    New signing keys go into ``outbox``, and from there with ``courier`` to where their host wants them. Without a
    courier they arrive in this process: in ``mailbox`` and ``web_hook_calls``.

    :param hosts: the hosts that are defined from the beginning; none of them has keys yet.
    :param clock: the emulator's own clock.
    :param random: where keys and identifiers come from.
    :param signature: how request signatures are computed; the default is an assumption.
    :param root: the path of the application, which everything else is below; empty for none.
    :param courier: delivers new keys, called without any lock held; see ``adapters.courier`` for real ones.
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
    ) -> None:
        if root and (not root.startswith("/") or root.endswith("/")):
            raise ValueError(f"root={root!r}: expected a path such as '/interview', or nothing")
        self.clock = clock or Clock()
        self.requests = Journal()
        self.root = root
        self._in_process = InProcessCourier()
        self.outbox = Outbox(courier or self._in_process)
        self._random = random or Random()
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
            operation: Operation | None = None
            try:
                operation = self._route(request)
                response = operation.run(self._admit(request, operation))
            except Refusal as refusal:
                response = json_response(refusal.status, {"message": refusal.text}, refusal.headers)
            self.requests.record(Exchange(request, response, operation.name if operation else None))
        self.outbox.dispatch(self.clock.seconds())
        return response

    def _route(self, request: Request) -> Operation:
        methods = OPERATIONS.get(request.path.removeprefix(self.root)) if request.path.startswith(self.root) else None
        if methods is None:
            raise Refusal(404, "there is no such resource")
        operation = methods.get(request.method)
        if operation is None:
            raise Refusal(405, "the resource does not have this method", (("Allow", ", ".join(methods)),))
        return operation

    def _admit(self, request: Request, operation: Operation) -> Call:
        now, caller = self.clock.now(), NOBODY
        if operation.policy is not None:
            caller = self._authorizer.authorize(request, operation.policy, self.settings, int(now.timestamp()))
        return Call(request, caller, now, self._store, self.settings, self._hosts, self.outbox, self._random, self.root)

    def reset(self) -> None:
        """Forget sessions, deliveries, hosts defined since, settings, faults, requests and the clock's moves.

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
            self.clock.reset()

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
