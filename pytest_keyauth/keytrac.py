"""KeyTrac credentials for httpx, usable in production code too."""

from collections.abc import Generator

import httpx

__all__ = ["HOST", "KeytracToken"]

#: The provider's host. KeyTrac is available through HTTPS only.
HOST = "https://api.keytrac.net"


class KeytracToken(httpx.Auth):
    """Sends the account's token of 36 characters, as it is, in ``Authorization``.

    The document says that header names are case sensitive, so the name is sent with its upper-case A.
    The token shows in no representation.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "KeytracToken(…)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header to one request, unless it was given one: then that is what is sent."""
        request.headers.setdefault("Authorization", self._token)
        yield request
