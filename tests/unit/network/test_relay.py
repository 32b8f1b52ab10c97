import pytest

from pytest_keyauth.network.detour import LOOPBACK_HOSTS
from pytest_keyauth.network.relay import Asked, find_proxies, read_asked


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, set()),
        ({"https_proxy": "http://proxy.example:3128"}, {("proxy.example", 3128)}),
        ({"HTTP_PROXY": "http://user:secret@Proxy.Example"}, {("proxy.example", 80)}),
        ({"ALL_PROXY": "proxy.example:3128", "all_proxy": ""}, {("proxy.example", 3128)}),
        (
            {"http_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://localhost:2"},
            {("localhost", 1), ("localhost", 2)},
        ),
        ({"ALL_PROXY": "socks5://proxy.example:1080", "https_proxy": "https://proxy.example"}, set()),
    ],
)
def test_the_http_proxies_of_the_environment_are_found(environ: dict[str, str], found: set[tuple[str, int]]) -> None:
    assert find_proxies(environ, LOOPBACK_HOSTS) == found


@pytest.mark.parametrize(
    ("head", "asked"),
    [
        (b"CONNECT provider.example:443 HTTP/1.1\r\n\r\n", Asked("provider.example", 443, True)),
        (b"CONNECT [::1]:8443 HTTP/1.1\r\n\r\n", Asked("::1", 8443, True)),
        (b"GET http://Provider.Example/users?limit=1 HTTP/1.1\r\n\r\n", Asked("provider.example", 80, False)),
        (b"GET /users HTTP/1.1\r\nHost: provider.example\r\n\r\n", None),
        (b"CONNECT provider.example:many HTTP/1.1\r\n\r\n", None),
        (b"\x16\x03\x01", None),
    ],
)
def test_what_a_proxy_is_asked_for_is_read_of_its_first_line(head: bytes, asked: Asked | None) -> None:
    assert read_asked(head) == asked
