"""What aiohttp is given, encoded before vcrpy sees it.

vcrpy notes a call of aiohttp's as it was made: a form like JSON, both without a content type, and an address without
the session's base URL. Other libraries could not replay that, nor could it be told whose address it is.
"""

import functools
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import urlencode

__all__ = ["encoded_aiohttp"]

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

Call = Callable[..., Awaitable[Any]]


@contextmanager
def encoded_aiohttp(is_ours: Callable[[str], bool]) -> Iterator[None]:
    """Encode what the sessions of aiohttp, where it is installed, send to us; calls to others are left alone."""
    try:
        from aiohttp import ClientSession
    except ImportError:
        yield
        return
    with mock.patch.object(ClientSession, "_request", _encoding(ClientSession._request, is_ours)):
        yield


def _encoding(call: Call, is_ours: Callable[[str], bool]) -> Call:
    @functools.wraps(call)
    async def encode_and_call(session: Any, method: str, url: Any, **options: Any) -> Any:
        address = session._build_url(url)
        if not is_ours(str(address)):
            return await call(session, method, url, **options)
        return await call(session, method, address, **_encode(session, options))

    return encode_and_call


def _encode(session: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The same options with a body in bytes, as aiohttp would encode it."""
    data: Any = options.get("data")
    given = options.get("json")
    if data is None and given is not None:
        body, content_type = session._json_serialize(given).encode("utf-8"), JSON
    elif _is_form(data):
        body, content_type = urlencode(data, doseq=True).encode("ascii"), FORM
    else:
        return options
    headers = session._prepare_headers(options.get("headers"))
    headers.setdefault("Content-Type", content_type)
    return {**options, "json": None, "data": body, "headers": headers}


def _is_form(data: Any) -> bool:
    """Whether it is a form of texts alone: with a file in it, it is sent in parts."""
    fields = data.items() if isinstance(data, Mapping) else data
    return (isinstance(data, Mapping | list | tuple) and bool(data)) and all(
        isinstance(field, tuple) and len(field) == 2 and all(isinstance(part, str) for part in field)
        for field in fields
    )
