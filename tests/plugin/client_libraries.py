"""One interface to the client libraries that vcrpy knows: what a consumer's own code might call a provider with.

Tests copy this file beside a consumer's tests, since it is what the consumer has.
"""

import asyncio
import gzip
import json as json_module
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import httpx
import requests
import urllib3

Headers = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What a client made of an answer. The names of headers are in small letters."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        return json_module.loads(self.body)


@dataclass(frozen=True)
class Body:
    """A request's body, in one of the forms that client libraries take; a stream is given in chunks."""

    json: Any = None
    form: Headers | None = None
    content: bytes | None = None
    chunks: Iterable[bytes] | None = field(default=None)


class Requests:
    """Client of requests."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def send(self, method: str, url: str, headers: Headers, body: Body) -> Answer:
        data = body.form or body.content or (iter(body.chunks) if body.chunks else None)
        response = self._session.request(method, url, headers=headers, json=body.json, data=data)
        return _answer(response.status_code, response.headers.items(), response.content)

    def close(self) -> None:
        self._session.close()


class Httpx:
    """Client of httpx."""

    def __init__(self) -> None:
        self._client = httpx.Client(verify=False, trust_env=False, follow_redirects=True)

    def send(self, method: str, url: str, headers: Headers, body: Body) -> Answer:
        content = body.content or (iter(body.chunks) if body.chunks else None)
        response = self._client.request(method, url, headers=headers, json=body.json, data=body.form, content=content)
        return _answer(response.status_code, response.headers.multi_items(), response.content)

    def close(self) -> None:
        self._client.close()


class AsyncHttpx:
    """Async client of httpx."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(verify=False, trust_env=False, follow_redirects=True)

    def send(self, method: str, url: str, headers: Headers, body: Body) -> Answer:
        content = body.content or (_stream(body.chunks) if body.chunks else None)
        call = self._client.request(method, url, headers=headers, json=body.json, data=body.form, content=content)
        response = self._runner.run(call)
        return _answer(response.status_code, response.headers.multi_items(), response.content)

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


class Aiohttp:
    """Client of aiohttp."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._session = self._runner.run(self._open())

    async def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))  # addresses may have cookies, too

    def send(self, method: str, url: str, headers: Headers, body: Body) -> Answer:
        return self._runner.run(self._send(method, url, headers, body))

    async def _send(self, method: str, url: str, headers: Headers, body: Body) -> Answer:
        data = body.form or body.content or (_stream(body.chunks) if body.chunks else None)
        async with self._session.request(method, url, headers=headers, json=body.json, data=data) as response:
            return _answer(response.status, response.headers.items(), await response.read())

    def close(self) -> None:
        self._runner.run(self._session.close())
        self._runner.close()


class Urllib3:
    """Client of urllib3, which keeps no cookies."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager()

    def send(self, method: str, url: str, headers: Headers, body: Body) -> Answer:
        if body.form:
            sent = {"headers": headers, "fields": body.form, "encode_multipart": False}
        elif body.json is not None:
            sent = {"headers": headers, "json": body.json}
        else:
            sent = {"headers": headers, "body": body.content or (iter(body.chunks) if body.chunks else None)}
        response = self._pool.request(method, url, **sent)
        return _answer(response.status, response.headers.items(), response.data)

    def close(self) -> None:
        self._pool.clear()


class Urllib:
    """The standard library's, which encodes and decodes nothing by itself."""

    def __init__(self) -> None:
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
        self._opener = urllib.request.build_opener(*handlers)

    def send(self, method: str, url: str, headers: Headers, body: Body) -> Answer:
        data, content_type = self._encode(body)
        request = urllib.request.Request(url, data, headers | content_type, method=method)
        try:
            response = self._opener.open(request)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            content = response.read()
            if response.headers.get("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
            return _answer(response.status, response.headers.items(), content)

    @staticmethod
    def _encode(body: Body) -> tuple[Any, Headers]:
        if body.json is not None:
            return json_module.dumps(body.json).encode(), {"Content-Type": "application/json"}
        if body.form:
            return urlencode(body.form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        # Not as a stream: vcrpy joins its chunks while the header still promises some, and the server waits for them.
        return body.content or (b"".join(body.chunks) if body.chunks else None), {}

    def close(self) -> None:
        self._opener.close()


CLIENTS = {
    "requests": Requests,
    "httpx": Httpx,
    "httpx-async": AsyncHttpx,
    "aiohttp": Aiohttp,
    "urllib3": Urllib3,
    "urllib": Urllib,
}


class Client:
    """Calls with one of the libraries."""

    def __init__(self, library: str) -> None:
        self._client = CLIENTS[library]()
        self.close = self._client.close

    def get(self, url: str, headers: Headers | None = None) -> Answer:
        return self._client.send("GET", url, headers or {}, Body())

    def post(self, url: str, headers: Headers | None = None, **body: Any) -> Answer:
        return self._client.send("POST", url, headers or {}, Body(**body))


@contextmanager
def opened(library: str) -> Iterator[Client]:
    """A client that is closed at the end."""
    client = Client(library)
    try:
        yield client
    finally:
        client.close()


def _answer(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    return Answer(status, {name.lower(): value for name, value in headers}, body)


async def _stream(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
