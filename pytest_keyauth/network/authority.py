"""A certificate authority that lives as long as a run, and certificates for the hosts that emulators stand in for."""

import ssl
from functools import cache

import trustme

__all__ = ["Authority"]


class Authority:
    """Signs certificates that only this run trusts: its key is in no file and ends with the process."""

    def __init__(self) -> None:
        self._authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        self._context_of = cache(self._make_context)
        self.certificate_of = cache(self._issue)

    def __repr__(self) -> str:
        return "<Authority of this run>"

    @property
    def certificate(self) -> bytes:
        """The authority's own certificate, as PEM: what a client has to trust."""
        return self._authority.cert_pem.bytes()

    def server_context(self) -> ssl.SSLContext:
        """A server's context that shows each client a certificate of the host that it asks for."""
        context = self._make_context("localhost")

        def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            if name and name != "localhost":
                connection.context = self._context_of(name.lower())

        context.sni_callback = choose
        return context

    def _make_context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.certificate_of(host).configure_cert(context)
        return context

    def _issue(self, host: str) -> trustme.LeafCert:
        names = ("localhost", "127.0.0.1", "::1") if host == "localhost" else (host,)
        return self._authority.issue_cert(*names, key_type=trustme.KeyType.ECDSA)
