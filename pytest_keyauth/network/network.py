"""The network of a run: one server with one authority, and the test that it answers for."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pytest_keyauth.adapters.asgi import read_body, read_request
from pytest_keyauth.adapters.delivery import deliver
from pytest_keyauth.emulator.message import Request, Response, json_response
from pytest_keyauth.errors import HostBlockedError, KeyauthUsageError, SettingsError
from pytest_keyauth.network.authority import Authority
from pytest_keyauth.network.children import describe_detour, set_environment
from pytest_keyauth.network.chromium import describe_chromium
from pytest_keyauth.network.detour import LOOPBACK_HOSTS, Detour, make_client_context, make_loopback_context
from pytest_keyauth.network.guard import ProviderGuard
from pytest_keyauth.network.relay import Proxy, Relay, find_proxies
from pytest_keyauth.network.server import NetworkServer

__all__ = ["Network"]

NEEDS_SOCKETS = (
    "keyauth_network needs sockets of this machine, and there are none ({error}). With pytest-socket say "
    "--allow-hosts=127.0.0.1 instead of --disable-socket, or mark the test enable_socket"
)

Handle = Callable[[Request], Response]


class Network:
    """Brings clients of this process to emulators while a test has it open.

    The server and the authority are made once, since they cost some milliseconds; what answers is each test's own.
    """

    def __init__(self, guard: ProviderGuard) -> None:
        self._guard = guard
        self._authority = Authority()
        self._certificate = self._authority.certificate.decode()
        self._client_context = cache(lambda checks: make_client_context(self._certificate, checks_name=checks))
        self._for_chromium = cache(self._describe_chromium)
        self._handlers: Mapping[str, Handle] = {}
        self._detour: Detour | None = None
        self._folder = TemporaryDirectory(prefix="keyauth-network-")
        self._known_children: tuple[Any, ...] = ()
        self._children: dict[str, str] = {}
        self._start()

    def _start(self) -> None:
        self._process = os.getpid()
        self._relays: dict[Proxy, int] = {}
        try:
            self._server = NetworkServer(self._answer, self._authority.server_context())
        except (RuntimeError, Warning) as error:  # what pytest-socket raises, after it has warned
            raise SettingsError(NEEDS_SOCKETS.format(error=error)) from error

    def __repr__(self) -> str:
        return f"<Network: {', '.join(self._handlers) or 'closed'}>"

    @contextmanager
    def open(
        self, handlers: Mapping[str, Handle], *, block_others: bool = False, loopback_tls: bool = False
    ) -> Iterator[None]:
        """Let what is at these addresses be answered by these handlers.

        :param handlers: by host, or by ``localhost`` and port where the host is this machine.
        :param block_others: refuse connections to all other hosts but this machine.
        :param loopback_tls: TLS is spoken with an address of this machine.
        """
        if self._process != os.getpid():  # a fork has no thread but the one that forked
            self._start()
        names = frozenset(handlers)
        hosts = frozenset(name for name in names if ":" not in name)
        ports = frozenset(int(name.rpartition(":")[2]) for name in names - hosts)
        detour = Detour(
            hosts,
            ports,
            self._server.port,
            lambda own: self._client_context(own.check_hostname),
            _refuse if block_others else _let_pass,
            (lambda own: make_loopback_context(own, self._certificate)) if loopback_tls else None,
            {proxy: self._find_relay(proxy) for proxy in find_proxies(os.environ, LOOPBACK_HOSTS)},
        )
        self._detour = detour
        self._handlers = dict(handlers)
        try:
            children = self._for_children(detour, block_others=block_others, loopback_tls=loopback_tls)
            variables = children | self._for_chromium(names, self._server.port)
            with set_environment(variables), self._guard.leading(detour):
                yield
        finally:
            self._handlers, self._detour = {}, None
            self._server.hang_up()

    def _find_relay(self, proxy: Proxy) -> int:
        if proxy not in self._relays:
            self._relays[proxy] = self._server.add_relay(Relay(proxy, self._is_here, self._find_refusal))
        return self._relays[proxy]

    def _is_here(self, host: str, port: int) -> bool:
        return self._detour is not None and self._detour.find_port(host, port) is not None

    def _find_refusal(self, host: str) -> str | None:
        """Why a host is not to be reached through a proxy, either."""
        try:
            self._guard.wire.check(host)
        except KeyauthUsageError as error:
            return str(error)
        return None

    def _for_children(self, detour: Detour, **wishes: bool) -> dict[str, str]:
        """The variables for child processes; what they name is written anew only where it is not the same."""
        before, guarded = self._guard.read_environment(), sorted(self._guard.wire.guarded)
        plan: dict[str, Any] = {"hosts": sorted(detour.hosts), "ports": sorted(detour.ports), **wishes}
        plan |= {"guarded": guarded, "port": detour.server_port}
        if (plan, before) != self._known_children:
            self._children = describe_detour(Path(self._folder.name), before, self._authority.certificate, **plan)
            self._known_children = (plan, before)
        return self._children

    def _describe_chromium(self, names: frozenset[str], port: int) -> dict[str, str]:
        hosts = sorted({name.partition(":")[0] for name in names})
        certificates = [self._authority.certificate_of(host).cert_chain_pems[0].bytes() for host in hosts]
        return describe_chromium(names, port, certificates)

    async def _answer(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = await read_body(receive)
        if body is not None:
            await deliver(self._handle(read_request(scope, body)), scope, receive, send)

    def _handle(self, request: Request) -> Response:
        handle = self._handlers.get(_address(request))
        if handle is None:
            return json_response(503, {"error": "no test is using keyauth_network, or not for this host"})
        return handle(request)

    def close(self) -> None:
        """Leave no thread, no socket and no file."""
        self._server.close()
        self._folder.cleanup()


def _address(request: Request) -> str:
    """The address that a request is for, as handlers are named."""
    host = (request.header("host", case_sensitive=False) or "").lower()
    name, colon, port = host.rpartition(":")
    if not colon or "]" in port:
        name, port = host, "443" if request.scheme == "https" else "80"
    name = name.strip("[]")
    return f"localhost:{port}" if name in LOOPBACK_HOSTS else name


def _refuse(host: str) -> None:
    raise HostBlockedError(host)


def _let_pass(host: str) -> None:
    """Other hosts are nobody's business."""
