"""The keys of a Keyfax host that is set aside, for whoever makes some and deletes them again."""

from collections.abc import Callable

import httpx

from pytest_keyauth.errors import CleaningError

__all__ = ["KeyfaxKeyring"]


class KeyfaxKeyring:
    """Tells whether a host has keys, and deletes them.

    :param client: signs with the keys of another host; what it does is no test's traffic.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def has_keys(self, host: str) -> bool:
        """Whether a host has keys, asked in the one way that changes nothing: by renewing no token of its.

        The document: "404 … no active key … exist matching the supplied host name within the Bearer authorization".

        :raises CleaningError: where the provider answers with anything else than what is documented.
        """
        bearer = {"Authorization": f"Bearer {host}:no.such.token"}
        request = self._client.build_request("POST", "/api/v1/token", headers=bearer)
        response = _ask(lambda: self._client.send(request, auth=None))
        if response.status_code not in (401, 404):
            raise CleaningError(f"POST /api/v1/token for {host} was answered with {response.status_code}")
        return response.status_code == 401

    def remove(self, host: str) -> None:
        """Delete the keys of a host; where there are none, that is fine (304).

        :raises CleaningError: where the provider does not do it.
        """
        response = _ask(lambda: self._client.delete("/api/v1/key", params={"hostName": host}))
        if response.status_code not in (200, 304):
            raise CleaningError(f"DELETE /api/v1/key?hostName={host} was answered with {response.status_code}")


def _ask(send: Callable[[], httpx.Response]) -> httpx.Response:
    try:
        return send()
    except httpx.TransportError as error:
        raise CleaningError(f"the provider does not answer ({type(error).__name__})") from None
