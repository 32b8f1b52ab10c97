import gzip
from typing import Any

import httpx
import pytest

from pytest_keyauth.recording.exchange import Request, Response
from pytest_keyauth.recording.transport import CassetteTransport, RecordingAsyncTransport, RecordingTransport

URL = "https://api.keytrac.net/users"
NOTED = tuple[Request, Response]


def pass_all(_request: httpx.Request) -> None:
    pass


def served(response: Response) -> CassetteTransport:
    return CassetteTransport(lambda _request: response, pass_all)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_a_sync_client_is_answered() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return Response(201, (("X-One", "1"), ("X-One", "2")), b'{"a": 1}')

    with httpx.Client(transport=CassetteTransport(answer, pass_all)) as client:
        response = client.post(f"{URL}?a=1", json={"b": 2}, headers={"X-Sent": "yes"})
    assert (response.status_code, response.json(), response.headers.get_list("X-One")) == (201, {"a": 1}, ["1", "2"])
    assert (asked[0].method, asked[0].url, asked[0].body) == ("POST", f"{URL}?a=1", b'{"b":2}')
    assert ("X-Sent", "yes") in asked[0].headers


@pytest.mark.anyio
async def test_an_async_client_is_answered() -> None:
    async with httpx.AsyncClient(transport=served(Response(200, (), b"text"))) as client:
        assert (await client.get(URL)).text == "text"


def test_a_request_that_is_refused_is_not_answered() -> None:
    def refuse(request: httpx.Request) -> None:
        raise LookupError(request.url.host)

    transport = CassetteTransport(lambda _request: Response(200), refuse)
    with httpx.Client(transport=transport) as client, pytest.raises(LookupError, match="api"):
        client.get(URL)


def test_a_header_that_is_not_ascii_is_answered_as_it_was_read() -> None:
    with httpx.Client(transport=served(Response(200, (("X-Name", "Jörg"),), b""))) as client:
        assert (b"X-Name", "Jörg".encode("latin-1")) in client.get(URL).headers.raw


def test_an_answer_has_one_length_and_it_is_its_bodys() -> None:
    with httpx.Client(transport=served(Response(200, (("content-length", "99"),), b"four"))) as client:
        assert client.get(URL).headers.get_list("Content-Length") == ["4"]


def test_a_body_that_was_recorded_encoded_is_decoded_by_the_client() -> None:
    encoded = Response(200, (("Content-Encoding", "gzip"),), gzip.compress(b"text"))
    with httpx.Client(transport=served(encoded)) as client:
        assert client.get(URL).text == "text"


def stream_answer(_request: httpx.Request) -> httpx.Response:
    """As a server gives it: still to be read, and encoded."""
    headers = [(b"Content-Encoding", b"gzip"), (b"X-Name", "Jörg".encode("latin-1"))]
    return httpx.Response(404, headers=headers, stream=httpx.ByteStream(gzip.compress(b"text")))


def check(noted: list[NOTED]) -> None:
    [(request, response)] = noted
    assert (request.method, request.url, request.body) == ("PUT", URL, b"sent")
    assert response == Response(404, (("X-Name", "Jörg"),), b"text")


def test_what_a_sync_client_exchanges_is_noted_decoded_and_goes_on_as_it_was() -> None:
    noted: list[NOTED] = []
    transport = RecordingTransport(httpx.MockTransport(stream_answer), lambda *exchange: noted.append(exchange))
    with httpx.Client(transport=transport) as client:
        assert client.put(URL, content=iter([b"se", b"nt"])).text == "text"
    check(noted)


@pytest.mark.anyio
async def test_what_an_async_client_exchanges_is_noted_too() -> None:
    noted: list[NOTED] = []
    transport = RecordingAsyncTransport(httpx.MockTransport(stream_answer), lambda *exchange: noted.append(exchange))
    async with httpx.AsyncClient(transport=transport) as client:
        assert (await client.put(URL, content=b"sent")).text == "text"
    check(noted)


def test_what_was_not_answered_is_not_noted() -> None:
    def fail(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    noted: list[NOTED] = []
    transport = RecordingTransport(httpx.MockTransport(fail), lambda *exchange: noted.append(exchange))
    with httpx.Client(transport=transport) as client, pytest.raises(httpx.ConnectError):
        client.get(URL)
    assert noted == []


@pytest.mark.anyio
async def test_closing_closes_what_is_underneath() -> None:
    class Underneath(httpx.BaseTransport, httpx.AsyncBaseTransport):
        closed = 0

        def close(self) -> None:
            self.closed += 1

        async def aclose(self) -> None:
            self.closed += 10

    def forget(*_exchange: Any) -> None:
        pass

    underneath = Underneath()
    RecordingTransport(underneath, forget).close()
    await RecordingAsyncTransport(underneath, forget).aclose()
    assert underneath.closed == 11
