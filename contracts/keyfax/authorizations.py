"""How a contract signs a request by itself, and sends it with exactly that Authorization."""

import secrets
import time

import httpx

from pytest_keyauth import KeyfaxCredentials

from .signatures import BasicAuthorization, BearerAuthorization

TOKEN_LIFETIME_S = 24 * 60 * 60


def sign(request: httpx.Request, credentials: KeyfaxCredentials) -> BasicAuthorization:
    """The right Basic Authorization of a request, now."""
    return BasicAuthorization(
        host=credentials.host,
        api_key=credentials.api_key,
        signing_key=credentials.signing_key,
        method=request.method,
        uri=str(request.url),
        body=request.content,
        nonce=secrets.token_hex(16),
        time_stamp=str(int(time.time())),
    )


def bear(credentials: KeyfaxCredentials) -> BearerAuthorization:
    """The right Bearer Authorization, with a token of our own making: assumed are its claims and its algorithm.

    It was issued a minute ago, since the provider's clock may be behind ours.
    """
    issued = int(time.time()) - 60
    claims = {
        "apiKey": credentials.api_key,
        "hostName": credentials.host,
        "iat": issued,
        "nbf": issued,
        "exp": issued + TOKEN_LIFETIME_S,
    }
    return BearerAuthorization(credentials.host, credentials.signing_key, claims)


def send(client: httpx.Client, request: httpx.Request, authorization: str | None) -> httpx.Response:
    """Send a request with this Authorization, and nothing that the client would add; None for no such header."""
    if authorization is not None:
        request.headers.encoding = "latin-1"  # as bytes that are not ASCII travel in a header
        request.headers["Authorization"] = authorization
    return client.send(request, auth=None)


def send_signed(client: httpx.Client, request: httpx.Request, credentials: KeyfaxCredentials) -> httpx.Response:
    """Send a request, rightly signed with these credentials."""
    return send(client, request, sign(request, credentials).header())


def token_answer(client: httpx.Client, credentials: KeyfaxCredentials) -> httpx.Response:
    """What is answered to a createToken that is signed with these credentials: 200 where they work, 401 where not."""
    return send_signed(client, client.build_request("GET", "/api/v1/token"), credentials)


def renewal_answer(client: httpx.Client, authorization: str) -> httpx.Response:
    """What is answered to a renewToken with this Authorization."""
    return send(client, client.build_request("POST", "/api/v1/token"), authorization)
