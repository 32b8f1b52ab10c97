"""Sends a token: ``Authorization: Bearer {hostName}:{jsonWebToken}``, and sees to it that there is a valid one."""

import logging
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext

import httpx

from pytest_keyauth.errors import CredentialsError, TokenError
from pytest_keyauth.keyfax.basic import (
    DEFAULT_SIGNATURE,
    UNAUTHORIZED,
    KeyfaxBasic,
    new_nonce,
    read_time,
    set_header,
    was_given_header,
)
from pytest_keyauth.keyfax.credentials import KeyfaxCredentials
from pytest_keyauth.keyfax.signature import RequestSignature
from pytest_keyauth.keyfax.token import HeldToken, KeyfaxToken, read_expiry

__all__ = ["MARGIN_S", "KeyfaxBearer"]

logger = logging.getLogger(__name__)

#: How long before its end a token is renewed.
MARGIN_S = 300.0

OK = 200


class KeyfaxBearer(httpx.Auth):
    """Bears a token: fetches it at first use, renews it before it expires, and replaces it once when it is refused.

    ``source``: credentials, with which tokens are fetched (GET, signed), or a token that somebody else fetched, which
    can be renewed (POST) but not replaced. ``root``: the URL that ends before ``/api/v1``. ``clock`` gives Unix
    seconds; the expiry is read from the token, which is not verified. Token requests go through the client that is
    sending, with its timeouts.

    A token that Keyfax does not renew is used until it expires. A request that is refused (401) is sent once more with
    a new token; a second 401 is the caller's.

    One object may serve many threads, tasks, event loops and clients. What is done once:

    - a renewal, everywhere: who begins it puts off the next one under a lock that is never held while anything is sent.
      Nobody waits for it; the others go on with the token that is still valid.
    - a fetch, among the threads of sync clients, and among the tasks of one event loop: the others have nothing to send
      and wait, by a ``threading`` lock, and by an anyio lock (asyncio and trio) that belongs to that loop. Between the
      two, and between loops, nobody waits: a blocked thread could be the one whose loop has to fetch. So each may fetch
      a token of its own, which does no harm, since tokens do not end each other.

    :raises CredentialsError: a root or a margin that cannot be used.
    :raises TokenError: from a request, when there is no token to send with it.
    """

    # Both are read by the flows below, the response's body only where it is a token. Who drives `auth_flow` by other
    # means has to do the same, and then has no protection against fetching twice.
    requires_request_body = True
    requires_response_body = True

    def __init__(
        self,
        source: KeyfaxCredentials | KeyfaxToken,
        root: str,
        *,
        signature: RequestSignature = DEFAULT_SIGNATURE,
        clock: Callable[[], float] = read_time,
        nonce: Callable[[], str] = new_nonce,
        margin_s: float = MARGIN_S,
    ) -> None:
        if not margin_s >= 0:
            raise CredentialsError(f"margin_s={margin_s}: expected 0 or more seconds")
        self._host = source.host
        self._token_url = f"{_check_root(root)}/api/v1/token"
        self._clock = clock
        self._margin_s = margin_s
        # Re-entrant, for the event hooks of a client, which may send a request while a token is being fetched.
        self._fetch_turn = threading.RLock()
        self._renewal_claim = threading.Lock()
        self._basic: KeyfaxBasic | None = None
        self._held: HeldToken | None = None
        if isinstance(source, KeyfaxCredentials):
            self._basic = KeyfaxBasic(source, signature=signature, clock=clock, nonce=nonce)
        else:
            self._held = self._hold(source.token)

    def __repr__(self) -> str:
        return f"KeyfaxBearer(host={self._host!r}, …)"

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request of a sync client. One that was given a header is sent with that."""
        request.read()
        if was_given_header(request):
            yield request
            return
        flow = self.auth_flow(request)
        response: httpx.Response | None = None
        while response is None or _is_refused(response):
            with self._turn(response):
                try:
                    sent = next(flow) if response is None else flow.send(response)
                    while sent is not request:
                        answer = yield sent
                        answer.read()
                        sent = flow.send(answer)
                except StopIteration:
                    return
            response = yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send a request of an async client. One that was given a header is sent with that."""
        await request.aread()
        if was_given_header(request):
            yield request
            return
        flow = self.auth_flow(request)
        response: httpx.Response | None = None
        while response is None or _is_refused(response):
            async with self._async_turn(response):
                try:
                    sent = next(flow) if response is None else flow.send(response)
                    while sent is not request:
                        answer = yield sent
                        await answer.aread()
                        sent = flow.send(answer)
                except StopIteration:
                    return
            response = yield request

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request with a token, and once more with another one if that was refused."""
        token = yield from self._get_token(request, refused=None)
        response = yield self._bear(request, token)
        if _is_refused(response) and self._basic is not None:
            token = yield from self._get_token(request, refused=token)
            yield self._bear(request, token)

    def _turn(self, response: httpx.Response | None) -> AbstractContextManager[object]:
        return nullcontext() if response is None and self._is_usable() else self._fetch_turn

    def _async_turn(self, response: httpx.Response | None) -> AbstractAsyncContextManager[object]:
        if response is None and self._is_usable():
            return nullcontext()
        from pytest_keyauth.keyfax.turn import turn_of  # anyio takes its time, and sync clients do without

        return turn_of(self)

    def _is_usable(self) -> bool:
        return self._held is not None and self._clock() < self._held.expires_at

    def _get_token(self, request: httpx.Request, refused: str | None) -> Generator[httpx.Request, httpx.Response, str]:
        """Give the token held; a new one where that is due for renewal, expired, or the one that was refused."""
        held = self._held
        if held is None or held.token == refused:
            return (yield from self._fetch(request)).token
        if self._basic is not None and not self._is_usable():
            return (yield from self._fetch(request)).token
        if self._claim_renewal(held):
            return (yield from self._renew(request, held)).token
        return held.token

    def _claim_renewal(self, held: HeldToken) -> bool:
        now = self._clock()
        with self._renewal_claim:
            if self._held is not held or now < held.renew_at:
                return False
            self._held = HeldToken.until(held.expires_at, held.token, now, self._margin_s)
            return True

    def _renew(self, request: httpx.Request, held: HeldToken) -> Generator[httpx.Request, httpx.Response, HeldToken]:
        response = yield self._bear(self._token_request("POST", request), held.token)
        try:
            self._held = renewed = self._read(response)
        except TokenError as failure:
            if self._clock() >= held.expires_at:
                raise
            logger.warning("%s; the token held is used until it expires or is refused", failure)
            return held
        return renewed

    def _fetch(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, HeldToken]:
        assert self._basic is not None, "without credentials a token is held from the beginning, and never given up"
        response = yield from self._basic.exchange(self._token_request("GET", request))
        self._held = fetched = self._read(response)
        return fetched

    def _token_request(self, method: str, request: httpx.Request) -> httpx.Request:
        """Make a token request that waits no longer than the request that needs the token."""
        headers = {"Accept": "application/json"}
        if "User-Agent" in request.headers:
            headers["User-Agent"] = request.headers["User-Agent"]
        extensions = {name: value for name, value in request.extensions.items() if name == "timeout"}
        return httpx.Request(method, self._token_url, headers=headers, extensions=extensions)

    def _bear(self, request: httpx.Request, token: str) -> httpx.Request:
        set_header(request, f"Bearer {self._host}:{token}")
        return request

    def _read(self, response: httpx.Response) -> HeldToken:
        answer = f"{response.request.method} {self._token_url} answered {response.status_code}"
        if response.status_code != OK:
            raise TokenError(f"{answer}, expected 200 with a token", response.status_code, response.text)
        held = self._hold(_find_token(response))
        if held is None:
            reason = f'{answer}, but not with a JSON Web Token, expected {{"company": "…", "token": "…"}}'
            raise TokenError(reason, response.status_code, response.text)
        return held

    def _hold(self, token: str) -> HeldToken | None:
        expires_at = read_expiry(token)
        return None if expires_at is None else HeldToken.until(expires_at, token, self._clock(), self._margin_s)


def _is_refused(response: httpx.Response) -> bool:
    """Whether the token was refused: not a 401 of another origin, to which httpx did not carry it on a redirect."""
    return response.status_code == UNAUTHORIZED and "Authorization" in response.request.headers


def _find_token(response: httpx.Response) -> str:
    try:
        token = response.json()["token"]
    except (ValueError, TypeError, KeyError):
        return ""
    return token if isinstance(token, str) else ""


def _check_root(root: str) -> str:
    try:
        url = httpx.URL(root)
    except httpx.InvalidURL:
        raise CredentialsError("the Keyfax root is not a URL") from None
    # The root is shown by no message: it may hold a password, which is one of the things that are wrong with it.
    if url.scheme not in ("http", "https") or not url.host:
        raise CredentialsError("the Keyfax root is no absolute URL: expected such as http://localhost:8088/interview")
    if url.userinfo or url.query or url.fragment:
        raise CredentialsError("the Keyfax root has user info, query or fragment: expected it without")
    text = str(url).rstrip("/")
    if text.endswith("/api/v1"):
        raise CredentialsError("the Keyfax root ends with /api/v1: expected the URL that ends before it")
    return text
