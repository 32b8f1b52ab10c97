"""One request and its answer: as they travelled, and as a cassette tells them."""

from dataclasses import dataclass, field

__all__ = ["Exchange", "Headers", "Interaction", "RecordedRequest", "RecordedResponse", "Request", "Response", "header"]

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent. Everything but the method may hold a secret, so nothing else is shown."""

    method: str
    url: str = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came."""

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, as they travelled."""

    request: Request
    response: Response


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request in a cassette: no secret in it, but references."""

    method: str
    url: str
    headers: Headers
    body: str


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """An answer in a cassette: no secret in it, but references."""

    status: int
    headers: Headers
    body: str


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request and its answer in a cassette: vcrpy's word for it."""

    request: RecordedRequest
    response: RecordedResponse


def header(headers: Headers, name: str) -> str:
    """The value of a header, whatever its case; empty where there is none."""
    return next((value for key, value in headers if key.lower() == name), "")
