"""A signer of the tests' own: the assumed scheme, written a third time."""

import hmac
from base64 import b64decode, b64encode
from hashlib import md5

from pytest_keyauth.emulator.keyfax import KeyPair

#: 2016-03-24T11:45:24Z, where the emulator's clock stands until it is moved.
NOW_S = 1_458_819_924
#: All characters that .NET's HttpUtility.UrlEncode leaves as they are.
KEPT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!*()"


def write_basic(
    keys: KeyPair,
    method: str,
    path: str,
    nonce: str,
    *,
    query: str = "",
    body: bytes = b"",
    host: str | None = None,
    time_stamp: int | str = NOW_S,
) -> str:
    """A Basic header for a request to the application at http://localhost:8088/interview."""
    url = f"http://localhost:8088/interview{path}{'?' if query else ''}{query}".lower()
    encoded = "".join(chr(byte) if chr(byte) in KEPT else f"%{byte:02x}" for byte in url.encode())
    content = b64encode(md5(body).digest()).decode() if body else ""
    text = f"{keys.api_key}{method}{encoded}{time_stamp}{nonce}{content}"
    signature = b64encode(hmac.new(b64decode(keys.signing_key), text.encode(), "sha256").digest()).decode()
    return f"Basic {keys.host if host is None else host}:{keys.api_key}:{signature}:{nonce}:{time_stamp}"
