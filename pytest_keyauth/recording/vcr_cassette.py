"""Cassettes behind vcrpy's patches: any client library that vcrpy knows is recorded, and answered.

vcrpy is imported here and in `threads` alone, and only by tests that need it: for 200 ms, once.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from email.message import Message
from typing import Any
from unittest import mock

from vcr.cassette import Cassette as VcrCassette
from vcr.patch import CassettePatcherBuilder
from vcr.record_mode import RecordMode
from vcr.stubs import compat

from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.aiohttp_bodies import encoded_aiohttp
from pytest_keyauth.recording.exchange import Headers, Request, Response
from pytest_keyauth.recording.threads import Belt, patches_that_stay

__all__ = ["patched_clients"]


@contextmanager
def patched_clients(
    addresses: Addresses,
    answer: Callable[[Request], Response] | None = None,
    note: Callable[[Request, Response], None] | None = None,
    hear: Callable[[Request], None] = lambda request: None,
) -> Iterator[None]:
    """Let the client libraries of this process be answered, or their exchanges noted, in all threads.

    :param addresses: tells which URLs are recorded; other hosts are left alone.
    :param hear: is given each request before it is sent; where it is sent in parts, perhaps more than once.
    :raises BypassError: where a request has gone past vcrpy.
    """
    is_ours = addresses.is_providers
    cassette = _Answering(is_ours, answer) if answer is not None else _Noting(is_ours, note, hear)
    with Belt(addresses, replays=answer is not None).on(), patches_that_stay(), ExitStack() as stack:
        for patcher in CassettePatcherBuilder(cassette).build():
            stack.enter_context(patcher)
        stack.enter_context(encoded_aiohttp(is_ours))
        stack.enter_context(mock.patch.object(compat, "get_headers", _headers_in_order))
        yield


def _headers_in_order(message: Message) -> Iterator[tuple[str, list[str]]]:
    """The headers of a message as they came; vcrpy takes them from a set, whose order is another one in each run."""
    names: dict[str, str] = {}
    for name in message.keys():  # noqa: SIM118  # it is no dictionary, and may have a name twice
        names.setdefault(name.lower(), name)
    for name in names.values():
        yield name, message.get_all(name, [])


class _Cassette(VcrCassette):  # type: ignore[misc]  # vcrpy has no types
    """What vcrpy's patches ask a cassette."""

    def __init__(self, is_ours: Callable[[str], bool], mode: RecordMode) -> None:
        super().__init__("pytest-keyauth", record_mode=mode)
        self._is_ours = is_ours

    def filter_request(self, request: Any) -> Any:
        """Let only our requests be recorded, or refused."""
        return request if self._is_ours(request.uri) else None


class _Answering(_Cassette):
    def __init__(self, is_ours: Callable[[str], bool], answer: Callable[[Request], Response]) -> None:
        super().__init__(is_ours, RecordMode.NONE)
        self._answer = answer

    def can_play_response_for(self, request: Any) -> bool:
        """Whether a request is ours: then it is answered, or its mismatch is told."""
        return self._is_ours(request.uri)

    def play_response(self, request: Any) -> dict[str, Any]:
        """Answer a request."""
        answer = self._answer(_read_request(request))
        headers: dict[str, list[str]] = {}
        for name, value in answer.headers:
            headers.setdefault(name, []).append(value)
        return {"status": {"code": answer.status, "message": ""}, "headers": headers, "body": {"string": answer.body}}

    def find_requests_with_most_matches(self, request: Any) -> list[Any]:
        """What aiohttp's patch asks when it follows a redirect: the request itself will do."""
        return [(request, [], [])]


class _Noting(_Cassette):
    def __init__(
        self,
        is_ours: Callable[[str], bool],
        note: Callable[[Request, Response], None] | None,
        hear: Callable[[Request], None],
    ) -> None:
        super().__init__(is_ours, RecordMode.ALL)
        self._note = note
        self._hear = hear

    def can_play_response_for(self, request: Any) -> bool:
        """Nothing is played while it is recorded; but vcrpy asks before it sends."""
        if self._is_ours(request.uri):
            self._hear(_read_request(request))
        return False

    def append(self, request: Any, response: Mapping[str, Any]) -> None:
        """Note an exchange."""
        if self._note is not None and self._is_ours(request.uri):
            self._note(_read_request(request), _read_response(response))


def _read_request(request: Any) -> Request:
    return Request(request.method, str(request.uri), _read_headers(request.headers), _read_body(request.body))


def _read_response(response: Mapping[str, Any]) -> Response:
    body = _read_body(response["body"].get("string"))
    return Response(int(response["status"]["code"]), _read_headers(response["headers"]), body)


def _read_body(body: Any) -> bytes:
    """The bytes of a body, in any of the forms that client libraries give vcrpy."""
    if body is None:
        return b""
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    if isinstance(body, str):
        return body.encode("utf-8")
    if hasattr(body, "read"):
        return _read_body(body.read())
    if isinstance(body, dict | list):  # what aiohttp is given as a form with files
        try:
            return json.dumps(body).encode()
        except (TypeError, ValueError):
            return repr(type(body)).encode()
    if not isinstance(body, Iterable):  # aiohttp's FormData, which can be read once
        return repr(type(body)).encode()
    return b"".join(map(_read_body, body))


def _read_headers(headers: Mapping[str, Any]) -> Headers:
    return tuple(
        (_read_text(name), _read_text(value))
        for name, values in headers.items()
        for value in (values if isinstance(values, list | tuple) else [values])
    )


def _read_text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
