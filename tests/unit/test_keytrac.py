import httpx
import pytest

from pytest_keyauth.keytrac import HOST, KeytracToken

TOKEN = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"


@pytest.fixture
def seen() -> list[httpx.Request]:
    """The requests that were sent, in order."""
    return []


@pytest.fixture
def client(seen: list[httpx.Request]) -> httpx.Client:
    """A client with a token whose requests end in a list."""

    def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(401)

    return httpx.Client(base_url=HOST, auth=KeytracToken(TOKEN), transport=httpx.MockTransport(keep))


def test_the_provider_is_reached_through_https_only() -> None:
    assert HOST == "https://api.keytrac.net"


def test_the_token_is_sent_raw_under_a_name_with_a_capital_a(client: httpx.Client, seen: list[httpx.Request]) -> None:
    client.get("/status")
    assert (b"Authorization", TOKEN.encode()) in seen[0].headers.raw
    assert [name.lower() for name, _ in seen[0].headers.raw].count(b"authorization") == 1


def test_a_refused_token_is_not_sent_again(client: httpx.Client, seen: list[httpx.Request]) -> None:
    assert client.get("/status").status_code == 401
    assert len(seen) == 1


def test_a_request_that_is_told_so_sends_no_token(client: httpx.Client, seen: list[httpx.Request]) -> None:
    client.get("/status", auth=None)
    assert "Authorization" not in seen[0].headers


def test_the_body_is_sent_as_it_was(client: httpx.Client, seen: list[httpx.Request]) -> None:
    client.post("/users", content=b"")
    client.post("/anytext/enrol", content=b'{"samples": []}')
    assert [request.content for request in seen] == [b"", b'{"samples": []}']


def test_the_token_shows_in_no_representation(client: httpx.Client) -> None:
    auth = KeytracToken(TOKEN)
    request = next(auth.auth_flow(httpx.Request("GET", HOST)))
    shown = f"{auth!r} {auth!s} {client.auth!r} {client!r} {request!r} {request.headers!r}"
    assert "KeytracToken(…)" in shown
    assert TOKEN not in shown
