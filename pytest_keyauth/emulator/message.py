"""What goes into an emulator and what comes out: plain HTTP messages without a connection."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from pytest_keyauth.emulator.disturbance import Disturbance

__all__ = ["Request", "Response", "json_response"]

JSON_HEADERS = (("Content-Type", "application/json"),)

_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it was sent.

    ``path`` is the target's path, still percent-encoded; ``query`` what follows the question mark, without it.
    ``headers`` keep the names as they were written, since a provider may tell ``Authorization`` from ``authorization``.
    """

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # they hold credentials
    body: bytes = field(default=b"", repr=False)  # biometric data, or keys
    scheme: str = "http"

    def header(self, name: str, *, case_sensitive: bool) -> str | None:
        """Give the value of a header; several of one name are joined by a comma, as HTTP says (RFC 9110, 5.3)."""
        if case_sensitive:
            values = [value for key, value in self.headers if key == name]
        else:
            lower = name.lower()
            values = [value for key, value in self.headers if key.lower() == lower]
        return ", ".join(values) if values else None

    def parameters(self) -> dict[str, str]:
        """Read the form-encoded query; of a repeated name the last one counts, and bad UTF-8 becomes U+FFFD."""
        return dict(_split_query(self.query))


def _split_query(query: str) -> Iterator[tuple[str, str]]:
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            yield unquote_plus(name), unquote_plus(value)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer: status, headers in order, and the whole body; and what is to go wrong with it on its way."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=())
    body: bytes = field(default=b"", repr=False)
    disturbance: Disturbance | None = None

    @property
    def is_broken(self) -> bool:
        """Whether no client gets it whole."""
        return self.disturbance is not None and self.disturbance.breaks

    def json(self) -> Any:
        """Parse the body as JSON."""
        return json.loads(self.body)


def json_response(status: int, value: Any, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """Render a JSON answer in UTF-8, with the document's characters unescaped (``can’t``)."""
    return Response(status, JSON_HEADERS + headers, _encode_json(value).encode())
