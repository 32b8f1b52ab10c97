"""The server and whose answers it gives, by raw sockets."""

import socket
import threading
from collections.abc import Iterator

import pytest

from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.network.guard import ProviderGuard
from pytest_keyauth.network.network import Network


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    guard = ProviderGuard(frozenset())
    guard.install()
    network = Network(guard)
    yield network
    network.close()
    guard.remove()
    assert "keyauth-network" not in {thread.name for thread in threading.enumerate()}


def say(request: Request) -> Response:
    return Response(200, (), f"{request.method} {request.scheme} {request.path}".encode())


def ask(address: tuple[str, int], request: bytes) -> bytes:
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(1000):
            answer += chunk
        return answer


def is_closed(connection: socket.socket) -> bool:
    """Whether nothing comes any more, but what is on its way; a connection that stays open runs into its timeout."""
    try:
        while connection.recv(1000):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (("provider.example", 80), b"provider.example"),
        (("provider.example", 8080), b"PROVIDER.example:8080"),
        (("localhost", 8088), b"localhost:8088"),
        (("127.0.0.1", 8088), b"127.0.0.1:8088"),
    ],
)
def test_the_host_of_a_request_says_who_answers(network: Network, address: tuple[str, int], host: bytes) -> None:
    with network.open({"provider.example": say, "localhost:8088": say}):
        answer = ask(address, b"GET /status HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert answer.endswith(b"\r\n\r\nGET http /status")


def test_what_is_for_no_emulator_is_told_so(network: Network) -> None:
    with network.open({"provider.example": say}):
        answer = ask(("provider.example", 80), b"GET / HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"no test is using keyauth_network, or not for this host" in answer


def test_connections_end_with_the_test(network: Network) -> None:
    with network.open({"provider.example": say}):
        connection = socket.create_connection(("provider.example", 80), timeout=5)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: provider.example\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    with connection:
        assert is_closed(connection)


def test_nobody_answers_while_it_is_closed(network: Network) -> None:
    with pytest.raises(OSError):  # noqa: PT011  # the name is not known, or the machine is offline: it says so in many ways
        socket.create_connection(("provider.example", 80), timeout=5)
