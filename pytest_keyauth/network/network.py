"""The network of a run: one server with one authority, and the test that it answers for."""

import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pytest_keyauth.adapters.asgi import read_body, read_request
from pytest_keyauth.adapters.delivery import deliver
from pytest_keyauth.emulator.message import Request, Response, json_response
from pytest_keyauth.errors import HostBlockedError
from pytest_keyauth.network.authority import Authority
from pytest_keyauth.network.children import describe_environment, set_environment
from pytest_keyauth.network.chromium import describe_chromium
from pytest_keyauth.network.server import NetworkServer
from pytest_keyauth.network.wire import LOOPBACK_HOSTS, Detour, diverted

__all__ = ["Network"]

Handle = Callable[[Request], Response]

NO_PROXY = ("NO_PROXY", "no_proxy")


class Network:
    """Brings clients of this process to emulators while a test has it open.

    The server and the authority are made once, since they cost some milliseconds; what answers is each test's own.
    """

    def __init__(self) -> None:
        self._authority = Authority()
        self._client_context = cache(self._make_client_context)
        self._for_chromium = cache(self._describe_chromium)
        self._handlers: Mapping[str, Handle] = {}
        self._folder = TemporaryDirectory(prefix="keyauth-network-")
        self._hosts_of_children: frozenset[str] = frozenset()
        self._children: dict[str, str] = {}
        self._server = NetworkServer(self._answer, self._authority.server_context())

    def __repr__(self) -> str:
        return f"<Network: {', '.join(self._handlers) or 'closed'}>"

    def _make_client_context(self, verifies: bool) -> ssl.SSLContext:  # a key of a cache
        return self._authority.client_context(verifies=verifies)

    @contextmanager
    def open(self, handlers: Mapping[str, Handle], *, block_others: bool = False) -> Iterator[None]:
        """Let what is at these addresses be answered by these handlers.

        :param handlers: by host, or by ``localhost`` and port where the host is this machine.
        :param block_others: refuse connections to all other hosts but this machine.
        """
        names = frozenset(handlers)
        hosts = frozenset(name for name in names if ":" not in name)
        ports = frozenset(int(name.rpartition(":")[2]) for name in names - hosts)
        detour = Detour(hosts, ports, self._server.port, self._client_context, _refuse if block_others else _let_pass)
        self._handlers = dict(handlers)
        try:
            variables = _without_proxy(hosts) | self._for_children(hosts) | self._for_chromium(names)
            with set_environment(variables), diverted(detour):
                yield
        finally:
            self._handlers = {}
            self._server.hang_up()

    def _for_children(self, hosts: frozenset[str]) -> dict[str, str]:
        """The variables for child processes; what they name is written anew only where other hosts are diverted."""
        if hosts != self._hosts_of_children:
            folder = Path(self._folder.name)
            self._children = describe_environment(folder, hosts, self._server.port, self._authority.certificate)
            self._hosts_of_children = hosts
        return self._children

    def _describe_chromium(self, names: frozenset[str]) -> dict[str, str]:
        hosts = sorted({name.partition(":")[0] for name in names})
        certificates = [self._authority.certificate_of(host).cert_chain_pems[0].bytes() for host in hosts]
        return describe_chromium(names, self._server.port, certificates)

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


def _without_proxy(hosts: frozenset[str]) -> dict[str, str]:
    """What lets clients that are built now go to these hosts themselves, whatever proxy the environment names."""
    return {name: ",".join([*filter(None, [os.environ.get(name)]), *sorted(hosts)]) for name in NO_PROXY}
