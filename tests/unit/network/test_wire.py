import socket
import ssl
from typing import Any

import pytest

from pytest_keyauth.network.wire import SENTINEL, Detour, diverted

SERVER_PORT = 4711


def refuse(host: str) -> None:
    raise LookupError(host)


def detour(hosts: frozenset[str] = frozenset({"provider.example"}), ports: frozenset[int] = frozenset()) -> Detour:
    return Detour(hosts, ports, SERVER_PORT, lambda _: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), refuse)


@pytest.mark.parametrize(
    ("port", "number"), [(8443, 8443), pytest.param("8443", 8443, id="text"), ("https", 443), ("http", 80), (None, 443)]
)
def test_a_diverted_host_has_an_address_of_nobodys_at_the_port_that_was_asked_for(port: Any, number: int) -> None:
    with diverted(detour()):
        [found] = socket.getaddrinfo("Provider.Example", port, type=socket.SOCK_STREAM)
    assert found == (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (SENTINEL, number))


def test_who_wants_ipv6_has_the_same_address_in_ipv6() -> None:
    with diverted(detour()):
        [found] = socket.getaddrinfo("provider.example", 443, socket.AF_INET6)
    assert (found[0], found[4]) == (socket.AF_INET6, (f"::ffff:{SENTINEL}", 443, 0, 0))


def test_other_hosts_may_be_refused_but_never_this_machine() -> None:
    with diverted(detour()):
        with pytest.raises(LookupError, match=r"other\.example"):
            socket.getaddrinfo("other.example", 443)
        for host in ("localhost", "127.0.0.1", None):
            assert socket.getaddrinfo(host, 80)


@pytest.mark.parametrize(
    ("address", "diverted_to"),
    [
        ((SENTINEL, 443), ("127.0.0.1", SERVER_PORT)),
        ((f"::ffff:{SENTINEL}", 443, 0, 0), ("::ffff:127.0.0.1", SERVER_PORT, 0, 0)),
        (("127.0.0.1", 8088), ("127.0.0.1", SERVER_PORT)),
        (("127.0.0.1", 8089), ("127.0.0.1", 8089)),
        (("::1", 8088, 0, 0), ("::ffff:127.0.0.1", SERVER_PORT, 0, 0)),
        (("192.0.2.1", 8088), ("192.0.2.1", 8088)),
        ("/run/a.socket", "/run/a.socket"),
    ],
)
def test_connections_go_to_the_server_and_all_others_where_they_went(address: Any, diverted_to: Any) -> None:
    assert detour(ports=frozenset({8088})).divert(address) == diverted_to


def test_an_ipv6_socket_really_reaches_a_server_of_ipv4() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = Detour(frozenset({"p.example"}), frozenset(), server.getsockname()[1], lambda _: None, refuse)  # type: ignore[arg-type,return-value]
        with diverted(there), socket.socket(socket.AF_INET6) as client:
            client.connect(socket.getaddrinfo("p.example", 443, socket.AF_INET6)[0][4])
            server.accept()[0].close()


def test_another_clients_context_is_not_touched() -> None:
    context = ssl.create_default_context()
    before = context.cert_store_stats()
    with diverted(detour()):
        connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="provider.example")
        other = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="other.example")
    assert connection.context is not context
    assert other.context is context
    assert context.cert_store_stats() == before
