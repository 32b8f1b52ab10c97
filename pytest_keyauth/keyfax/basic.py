"""Signs each request: ``Authorization: Basic {hostName}:{apiKey}:{requestSignature}:{nonce}:{timeStamp}``."""

import secrets
import time
from collections.abc import Callable, Generator

import httpx

from pytest_keyauth.errors import CredentialsError
from pytest_keyauth.keyfax.credentials import KeyfaxCredentials, find_fault
from pytest_keyauth.keyfax.signature import HmacSha256Signature, RequestSignature, SignedRequest

__all__ = [
    "DEFAULT_SIGNATURE",
    "KeyfaxBasic",
    "header",
    "new_nonce",
    "read_time",
    "sent_url",
    "set_header",
    "was_given_header",
]

DEFAULT_SIGNATURE: RequestSignature = HmacSha256Signature()

UNAUTHORIZED = 401

OWN_HEADER = "pytest_keyauth.authorization"


def new_nonce() -> str:
    """Make 32 hex characters that have never been sent."""
    return secrets.token_hex(16)


def read_time() -> float:
    """The present time in Unix seconds; looked up anew each time, since a test may have it frozen."""
    return time.time()


def sent_url(request: httpx.Request) -> str:
    """Give the absolute URL that a server sees: the host of the Host header, path and query in the bytes sent.

    A question mark with nothing behind it is left out, since servers do not tell it from none.
    """
    url = request.url
    netloc = url.netloc.decode("ascii")
    host = request.headers.get("Host", netloc)
    if host != netloc:
        netloc = httpx.URL(f"{url.scheme}://{host}").netloc.decode("ascii")
    path = url.raw_path.decode("ascii")
    return f"{url.scheme}://{netloc}{path if url.query else path.removesuffix('?')}"


def header(host: str, request: SignedRequest, signature: str) -> str:
    """Give the value of Authorization for a signed request.

    :raises CredentialsError: a nonce or a signature, from code of the consumer, that would not stay one part.
    """
    # In the assumed scheme the nonce is followed by the body's digest, in base64 and with nothing between them: a nonce
    # with its equals signs could stand for another nonce and a body.
    if "=" in request.nonce:
        raise CredentialsError("the nonce holds an equals sign, which could be taken for the end of a body's digest")
    for name, part in (("nonce", request.nonce), ("signature", signature)):
        if fault := find_fault(part):
            raise CredentialsError(f"the {name} {fault}")
    return f"Basic {host}:{request.api_key}:{signature}:{request.nonce}:{request.time_stamp}"


def set_header(request: httpx.Request, value: str) -> None:
    """Authorize a request, and note in its extensions that it was done here: sent again, it is to be signed anew."""
    request.headers["Authorization"] = value
    request.extensions[OWN_HEADER] = value


def was_given_header(request: httpx.Request) -> bool:
    """Whether the caller has given an Authorization of its own, as a test does that wants to be refused."""
    given = request.headers.get("Authorization")
    return given is not None and given != request.extensions.get(OWN_HEADER)


class KeyfaxBasic(httpx.Auth):
    """Signs the exact bytes that are sent, with a nonce and a time stamp of their own for each try.

    A streamed body is read into memory first. ``clock`` gives Unix seconds, ``nonce`` a text that was never used.

    httpx copies the header onto a redirect that it follows by itself, so that this one hop carries a spent signature.
    When the provider refuses it, the redirected request is signed and sent anew; but never for another origin: there
    httpx has taken the header away, and it stays away.
    """

    requires_request_body = True

    def __init__(
        self,
        credentials: KeyfaxCredentials,
        *,
        signature: RequestSignature = DEFAULT_SIGNATURE,
        clock: Callable[[], float] = read_time,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        self._credentials = credentials
        self._signature = signature
        self._clock = clock
        self._nonce = nonce

    def __repr__(self) -> str:
        return f"KeyfaxBasic(host={self._credentials.host!r}, …)"

    def sign(self, request: httpx.Request) -> None:
        """Sign a request whose body has been read: also for a transport that sends one request several times."""
        credentials = self._credentials
        signed = SignedRequest(
            request.method,
            sent_url(request),
            request.content,
            credentials.api_key,
            int(self._clock()),
            self._nonce(),
        )
        signature = self._signature.sign(signed, credentials.signing_key)
        set_header(request, header(credentials.host, signed, signature))

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one request, and what it is redirected to. One that was given a header is sent with that."""
        if was_given_header(request):
            yield request
        else:
            yield from self.exchange(request)

    def exchange(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, httpx.Response]:
        """Do the same, and return the last response."""
        while True:
            self.sign(request)
            response = yield request
            if response.status_code != UNAUTHORIZED or not _carries_spent_signature(response.request, request):
                return response
            request = response.request
            request.read()


def _carries_spent_signature(answered: httpx.Request, signed: httpx.Request) -> bool:
    """Whether the answer is to a redirect that httpx followed, with the header copied."""
    return answered is not signed and answered.headers.get("Authorization") == signed.headers["Authorization"]
