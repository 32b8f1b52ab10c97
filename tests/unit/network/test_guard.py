import socket
import ssl
from collections.abc import Iterator

import pytest

from pytest_keyauth.errors import ProviderBlockedError
from pytest_keyauth.network.guard import ProviderGuard, read_host, replaced


@pytest.fixture
def guard() -> Iterator[ProviderGuard]:
    guard = ProviderGuard(frozenset({"real.example"}))
    guard.install()
    yield guard
    guard.remove()


@pytest.mark.parametrize(
    "host", ["real.example", "REAL.example", "real.example.", pytest.param(b"real.example", id="bytes")]
)
def test_a_guarded_host_is_not_looked_up_however_it_is_written(guard: ProviderGuard, host: str | bytes) -> None:
    with pytest.raises(ProviderBlockedError, match=r"a connection to real\.example was refused, and nothing was sent"):
        socket.getaddrinfo(host, 443)


def test_any_other_host_is_looked_up(guard: ProviderGuard) -> None:
    assert socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4] == ("127.0.0.1", 80)


def test_tls_with_a_guarded_host_is_refused_whatever_the_connection_goes_to(guard: ProviderGuard) -> None:
    guard.guard_tls()
    context = ssl.create_default_context()
    with pytest.raises(ProviderBlockedError):
        context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="real.example")
    with socket.socket() as connection, pytest.raises(ProviderBlockedError):
        context.wrap_socket(connection, server_hostname="real.example")
    assert context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="other.example")


def test_what_was_replaced_is_put_back_once_the_guard_is_removed() -> None:
    before = socket.getaddrinfo, vars(ssl.SSLContext)["wrap_socket"], vars(ssl.SSLContext)["wrap_bio"]
    guard = ProviderGuard(frozenset())
    for _ in range(2):
        guard.install()
        guard.install()
        guard.guard_tls()
        guard.remove()
        guard.remove()
    assert before == (socket.getaddrinfo, vars(ssl.SSLContext)["wrap_socket"], vars(ssl.SSLContext)["wrap_bio"])


def test_an_attribute_that_was_inherited_is_inherited_again() -> None:
    with replaced((socket.socket, "connect", None)):
        assert socket.socket.connect is None
    assert "connect" not in vars(socket.socket)


@pytest.mark.parametrize(
    ("given", "name"), [("A.example.", "a.example"), (b"a.example", "a.example"), (None, ""), ("", "")]
)
def test_hosts_are_compared_by_their_names(given: object, name: str) -> None:
    assert read_host(given) == name
