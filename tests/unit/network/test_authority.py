import ssl
from typing import Any

import pytest

from pytest_keyauth.network.authority import Authority


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


@pytest.mark.parametrize("host", ["provider.example", "keyfax.customer.example", "localhost"])
def test_each_host_has_a_certificate_of_its_own_that_verifies(host: str) -> None:
    authority = Authority()
    certificate = shake_hands(authority.client_context(verifies=True), authority.server_context(), host)
    assert certificate["subjectAltName"] == (("DNS", host),)


def test_nobody_else_trusts_it() -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(ssl.create_default_context(), Authority().server_context(), "provider.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(Authority().client_context(verifies=True), Authority().server_context(), "provider.example")


def test_a_client_that_checks_nothing_is_given_what_checks_nothing() -> None:
    shake_hands(Authority().client_context(verifies=False), Authority().server_context(), "provider.example")


def test_the_certificate_of_the_authority_is_pem() -> None:
    assert ssl.create_default_context(cadata=Authority().certificate.decode()).get_ca_certs()
