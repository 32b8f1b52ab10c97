"""Whom a fixture's client may talk to: the host that its credentials are for, and nobody else."""

import httpx

from pytest_keyauth.errors import ForeignHostError

__all__ = ["Origin"]


class Origin:
    """Scheme, host and port of one server.

    A client with credentials that reaches anybody else would hand them over; and an emulator that answered for any host
    would hide a wrong URL.
    """

    def __init__(self, url: str) -> None:
        self._url = httpx.URL(url)

    def __str__(self) -> str:
        return f"{self._url.scheme}://{self._url.netloc.decode('ascii')}"

    def check(self, request: httpx.Request) -> None:
        """Let a request to this origin pass.

        :raises ForeignHostError: for any other.
        """
        url, own = request.url, self._url
        if (url.raw_host, url.port, url.raw_scheme) != (own.raw_host, own.port, own.raw_scheme):
            shown = f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"  # a query may hold a secret
            raise ForeignHostError(shown, str(self))
