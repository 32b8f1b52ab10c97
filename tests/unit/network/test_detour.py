import socket
from typing import Any

import pytest

from pytest_keyauth.network.detour import Detour, describe_address, is_loopback, make_loopback_address, read_host

DETOUR = Detour(
    frozenset({"provider.example"}),
    frozenset({8088}),
    4711,
    lambda own: own,
    lambda host: None,
    relays={("proxy.example", 3128): 4712, ("localhost", 3129): 4713},
)


@pytest.mark.parametrize(
    ("given", "name"), [("A.example.", "a.example"), (b"a.example", "a.example"), (None, ""), ("", "")]
)
def test_hosts_are_compared_by_their_names(given: object, name: str) -> None:
    assert read_host(given) == name


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", ""])
def test_this_machine_has_many_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    ("host", "port", "ours"),
    [
        ("provider.example", 1, 4711),
        ("localhost", 8088, 4711),
        ("::1", 8088, 4711),
        ("localhost", 8089, None),
        ("other.example", 8088, None),
        ("proxy.example", 3128, 4712),
        ("127.0.0.1", 3129, 4713),
    ],
)
def test_hosts_are_diverted_at_any_port_and_this_machine_and_proxies_at_some(
    host: str, port: int, ours: int | None
) -> None:
    assert DETOUR.find_port(host, port) == ours


def test_a_socket_of_ipv6_reaches_this_machine_by_its_mapped_address() -> None:
    assert make_loopback_address(4711, socket.AF_INET) == ("127.0.0.1", 4711)
    assert make_loopback_address(4711, socket.AF_INET6) == ("::ffff:127.0.0.1", 4711, 0, 0)


@pytest.mark.parametrize(
    ("port", "number"), [(8443, 8443), pytest.param("8443", 8443, id="text"), ("https", 443), ("http", 80), (None, 0)]
)
def test_an_address_is_described_at_the_port_that_was_asked_for(port: Any, number: int) -> None:
    [found] = describe_address("127.75.89.1", port, socket.AF_INET, 0, 0)
    assert found == (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.75.89.1", number))


def test_who_wants_ipv6_has_the_same_address_in_ipv6_and_who_takes_any_has_both() -> None:
    mapped = ("::ffff:127.75.89.1", 443, 0, 0)
    assert [found[4] for found in describe_address("127.75.89.1", 443, socket.AF_INET6, 0, 0)] == [mapped]
    assert [found[4] for found in describe_address("127.75.89.1", 443, 0, 0, 0)] == [("127.75.89.1", 443), mapped]
