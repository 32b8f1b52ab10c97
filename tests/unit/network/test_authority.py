import ssl
from typing import Any

import pytest

from pytest_keyauth.network.authority import Authority
from pytest_keyauth.network.detour import make_client_context, make_loopback_context


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> dict[str, Any]:
    """Do a TLS handshake in memory, and give the certificate that the client has seen."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (asking, answering):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return asking.getpeercert() or {}


def client(authority: Authority, *, checks_name: bool = True) -> ssl.SSLContext:
    return make_client_context(authority.certificate.decode(), checks_name=checks_name)


@pytest.mark.parametrize("host", ["provider.example", "keyfax.customer.example", "keyfax.internal"])
def test_each_host_has_a_certificate_of_its_own_that_verifies(host: str) -> None:
    authority = Authority()
    certificate = shake_hands(client(authority), authority.server_context(), host)
    assert certificate["subjectAltName"] == (("DNS", host),)


def test_nobody_else_trusts_it() -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(ssl.create_default_context(), Authority().server_context(), "provider.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(client(Authority()), Authority().server_context(), "provider.example")


def test_what_stands_in_for_a_client_that_checks_nothing_trusts_nobody_but_us() -> None:
    authority = Authority()
    shake_hands(client(authority, checks_name=False), authority.server_context(), "provider.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(client(authority, checks_name=False), Authority().server_context(), "provider.example")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_this_machine_is_trusted_by_name_and_address_beside_whom_the_client_trusts(host: str) -> None:
    authority, another = Authority(), Authority()
    both = make_loopback_context(client(another), authority.certificate.decode())
    for server in (authority, another):
        shake_hands(both, server.server_context(), host)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(both, Authority().server_context(), host)


def test_the_certificate_of_the_authority_is_pem() -> None:
    assert ssl.create_default_context(cadata=Authority().certificate.decode()).get_ca_certs()
