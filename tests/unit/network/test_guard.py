import os
import socket
import ssl
from collections.abc import Iterator

import pytest

from pytest_keyauth.errors import ProviderBlockedError
from pytest_keyauth.network.guard import ProviderGuard


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
    for look_up in (socket.gethostbyname, socket.gethostbyname_ex):
        with pytest.raises(ProviderBlockedError):
            look_up(host)
    assert guard.wire.refused == ["real.example"] * 3


@pytest.mark.parametrize("connect", ["connect", "connect_ex"])
def test_nor_is_it_connected_to_by_its_name(guard: ProviderGuard, connect: str) -> None:
    with socket.socket() as connection, pytest.raises(ProviderBlockedError):
        getattr(connection, connect)(("real.example", 443))


def test_any_other_host_is_looked_up(guard: ProviderGuard) -> None:
    assert socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4] == ("127.0.0.1", 80)


def test_tls_with_a_guarded_host_is_refused_whatever_the_connection_goes_to(guard: ProviderGuard) -> None:
    context = ssl.create_default_context()
    with pytest.raises(ProviderBlockedError):
        context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="real.example")
    with pytest.raises(ProviderBlockedError):
        context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), False, "real.example")
    with socket.socket() as connection:
        with pytest.raises(ProviderBlockedError):
            context.wrap_socket(connection, server_hostname="real.example")
        with pytest.raises(ProviderBlockedError):
            context.wrap_socket(connection, False, True, True, "real.example")
    assert context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="other.example")


def test_more_hosts_may_be_guarded(guard: ProviderGuard) -> None:
    guard.add({"another.example"})
    for host in ("real.example", "another.example"):
        with pytest.raises(ProviderBlockedError):
            socket.getaddrinfo(host, 443)
    assert "another.example" in os.environ["NO_PROXY"]


def test_what_was_replaced_is_put_back_once_the_guard_is_removed() -> None:
    def look() -> tuple[object, ...]:
        own = vars(ssl.SSLContext)
        names = ("connect", "connect_ex")
        return (
            *(socket._socket.getaddrinfo, socket.gethostbyname, own["wrap_socket"], own["wrap_bio"]),  # type: ignore[attr-defined]
            *(vars(socket.socket).get(name) for name in names),
            dict(os.environ),
        )

    before = look()
    guard = ProviderGuard(frozenset())
    for _ in range(2):
        guard.install()
        guard.install()
        assert look() != before
        guard.remove()
        guard.remove()
    assert look() == before


def test_the_users_own_variables_for_children_are_known_beside_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/their/path")
    guard = ProviderGuard(frozenset({"real.example"}))
    guard.install()
    assert os.environ["PYTHONPATH"].endswith(f"{os.pathsep}/their/path")
    assert guard.read_environment()["PYTHONPATH"] == "/their/path"
    monkeypatch.setenv("PYTHONPATH", "/another/path")
    assert guard.read_environment()["PYTHONPATH"] == "/another/path"
    monkeypatch.setenv("PYTHONPATH", guard._set["PYTHONPATH"])
    guard.remove()
    assert os.environ["PYTHONPATH"] == "/their/path"
