"""The users of a live KeyTrac account, for whoever keeps it as it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from pytest_keyauth.errors import CleaningError

__all__ = ["KeytracUsers", "ListedUser"]


@dataclass(frozen=True, slots=True)
class ListedUser:
    """A user as the provider lists them. ``created_s``: seconds since 1970; None where it does not say."""

    identifier: str
    created_s: float | None
    is_active: bool


class KeytracUsers:
    """Lists and deletes users.

    :param client: with base URL and token; what it does is no test's traffic.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def remove(self, identifier: str) -> None:
        """Delete a user; one who is gone already is fine.

        :raises CleaningError: where the provider does not do it.
        """
        response = _ask(lambda: self._client.delete(f"/users/{identifier}"))
        if not response.is_success and response.status_code != 404:
            raise CleaningError(f"DELETE /users/{identifier} was answered with {response.status_code}")

    def find_all(self) -> list[ListedUser]:
        """All users.

        :raises CleaningError: where the provider does not tell.
        """
        response = _ask(lambda: self._client.get("/users"))
        try:
            return [_read_user(item) for item in response.raise_for_status().json()]
        except (httpx.HTTPStatusError, ValueError, TypeError, KeyError, AttributeError):
            raise CleaningError(f"GET /users was answered with {response.status_code}, and no list") from None


def _ask(send: Callable[[], httpx.Response]) -> httpx.Response:
    try:
        return send()
    except httpx.TransportError as error:
        raise CleaningError(f"the provider does not answer ({type(error).__name__})") from None


def _read_user(item: dict[str, Any]) -> ListedUser:
    return ListedUser(str(item["identifier"]), _read_time(item.get("created_at")), bool(item.get("last_activity")))


def _read_time(text: object) -> float | None:
    try:
        moment = datetime.fromisoformat(str(text).removesuffix(" UTC"))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
