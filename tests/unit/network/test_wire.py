"""Where connections go, tried with real sockets, contexts and event loops."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import uvloop

from pytest_keyauth.errors import HostBlockedError, ProviderBlockedError
from pytest_keyauth.network.detour import Detour
from pytest_keyauth.network.wire import Wire


def refuse(host: str) -> None:
    raise HostBlockedError(host)


def let_pass(host: str) -> None:
    pass


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire({"real.example"}, ProviderBlockedError)
    wire.install()
    yield wire
    wire.take(None)
    wire.remove()


def detour(server: socket.socket, *hosts: str, ports: frozenset[int] = frozenset(), refuse: Any = let_pass) -> Detour:
    port = server.getsockname()[1]
    return Detour(frozenset(hosts), ports, port, lambda _: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), refuse)


def is_reached(server: socket.socket, client: socket.socket) -> bool:
    with server.accept()[0] as accepted, client:
        return accepted.getpeername()[1] == client.getsockname()[1]


def connect(address: tuple[Any, ...], family: int = socket.AF_INET) -> socket.socket:
    client = socket.socket(family)
    client.connect(address)
    return client


WAYS = {
    "create_connection": lambda: socket.create_connection(("provider.example", 443)),
    "by name": lambda: connect(("Provider.Example", 443)),
    "gethostbyname": lambda: connect((socket.gethostbyname("provider.example"), 443)),
    "gethostbyname_ex": lambda: connect((socket.gethostbyname_ex("provider.example")[2][0], 443)),
    "IPv6": lambda: connect(socket.getaddrinfo("provider.example", 443, socket.AF_INET6)[0][4], socket.AF_INET6),
    "127.0.0.1": lambda: socket.create_connection(("127.0.0.1", 8088)),
    "localhost": lambda: socket.create_connection(("localhost", 8088)),
    "::1": lambda: socket.create_connection(("::1", 8088)),
    "localhost by name": lambda: connect(("localhost", 8088)),
}


@pytest.mark.parametrize("reach", WAYS.values(), ids=WAYS)
def test_what_is_diverted_reaches_the_server_however_it_connects(wire: Wire, server: socket.socket, reach: Any) -> None:
    wire.take(detour(server, "provider.example", ports=frozenset({8088})))
    assert is_reached(server, reach())


def test_a_function_that_somebody_has_kept_from_before_is_no_way_around(server: socket.socket) -> None:
    kept = socket.getaddrinfo
    wire = Wire({"real.example"}, ProviderBlockedError)
    wire.install()
    try:
        with pytest.raises(ProviderBlockedError):
            kept("real.example", 443)
    finally:
        wire.remove()


def test_other_connections_go_where_they_went(wire: Wire, server: socket.socket) -> None:
    wire.take(detour(server, "provider.example", ports=frozenset({1})))
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(5)
        for host in ("127.0.0.1", "localhost"):
            assert is_reached(other, socket.create_connection((host, other.getsockname()[1])))
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        other.settimeout(5)
        assert is_reached(other, socket.create_connection(other.getsockname()[:2]))
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        datagrams.connect(("127.0.0.1", 1))
        assert datagrams.getpeername() == ("127.0.0.1", 1)
    left, right = socket.socketpair()
    with left, right:
        assert isinstance(left.getsockname(), str)


def test_other_hosts_may_be_refused_by_name_and_by_address_but_never_this_machine(
    wire: Wire, server: socket.socket
) -> None:
    wire.take(detour(server, "provider.example", refuse=refuse))
    with pytest.raises(HostBlockedError, match=r"other\.example"):
        socket.getaddrinfo("other.example", 443)
    with socket.socket() as client, pytest.raises(HostBlockedError, match=r"192\.0\.2\.1"):
        client.connect(("192.0.2.1", 443))
    for host in ("localhost", "127.0.0.1", None):
        assert socket.getaddrinfo(host, 80)


def test_an_address_that_was_kept_for_later_is_refused_by_its_name(wire: Wire, server: socket.socket) -> None:
    wire.take(detour(server, "provider.example"))
    address = socket.gethostbyname("provider.example")
    wire.take(None)
    with socket.socket() as client, pytest.raises(ConnectionRefusedError, match=r"provider\.example was refused"):
        client.connect((address, 443))


def test_another_clients_context_is_not_touched(wire: Wire, server: socket.socket) -> None:
    context = ssl.create_default_context()
    before = context.cert_store_stats()
    wire.take(detour(server, "provider.example"))
    connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="provider.example")
    other = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="other.example")
    assert connection.context is not context
    assert other.context is context
    assert context.cert_store_stats() == before


def test_a_tunnel_through_somebody_elses_proxy_is_refused_and_not_diverted(wire: Wire, server: socket.socket) -> None:
    wire.take(detour(server, "provider.example"))
    with socket.create_server(("127.0.0.1", 0)) as proxy, socket.create_connection(proxy.getsockname()) as tunnel:
        context = ssl.create_default_context()
        with pytest.raises(ProviderBlockedError):
            context.wrap_socket(tunnel, server_hostname="provider.example")


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("host", ["provider.example", "localhost"])
def test_event_loops_of_either_kind_are_led_there(wire: Wire, server: socket.socket, new_loop: Any, host: str) -> None:
    async def reach() -> None:
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, host, 8088)
        server.accept()[0].close()
        transport.close()
        await asyncio.sleep(0)
        with pytest.raises(ProviderBlockedError):
            await asyncio.get_running_loop().create_connection(asyncio.Protocol, "real.example", 443)
        with pytest.raises(ProviderBlockedError):
            await asyncio.get_running_loop().getaddrinfo("real.example", 443)

    wire.take(detour(server, "provider.example", ports=frozenset({8088})))
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(reach())


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_pool_whose_loop_stands_still_is_told_that_its_connections_are_gone(
    wire: Wire, server: socket.socket, new_loop: Any
) -> None:
    async def reach() -> asyncio.BaseTransport:
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(asyncio.Protocol, "provider.example", 443))[0]

    wire.take(detour(server, "provider.example"))
    with asyncio.Runner(loop_factory=new_loop) as runner:
        transport = runner.run(reach())
        with server.accept()[0]:
            assert not transport.is_closing()
            wire.take(None)
            assert transport.is_closing()
        runner.run(asyncio.sleep(0))


def test_what_others_put_in_our_place_meanwhile_is_theirs_and_ours_comes_back() -> None:
    original = vars(socket.socket).get("connect", socket.socket.connect)
    wire = Wire({"real.example"}, ProviderBlockedError)
    wire.install()
    ours = socket.socket.connect
    with pytest.MonkeyPatch.context() as theirs:
        theirs.setattr(socket.socket, "connect", lambda *_: None)
        wire.install()  # as at the beginning of a test
        with socket.socket() as client, pytest.raises(ProviderBlockedError):
            client.connect(("real.example", 443))
    assert socket.socket.connect is ours
    wire.remove()
    assert socket.socket.connect is original
