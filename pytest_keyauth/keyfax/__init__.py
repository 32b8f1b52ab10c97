"""Keyfax credentials for httpx, sync and async, usable in production code too.

``KeyfaxBasic`` signs each request; ``KeyfaxBearer`` sends a token that it fetches, renews and replaces by itself.
How the signature is computed is not published: what is used here is an assumption and one replaceable piece,
a ``RequestSignature``.
"""

from pytest_keyauth.keyfax.basic import KeyfaxBasic
from pytest_keyauth.keyfax.bearer import KeyfaxBearer
from pytest_keyauth.keyfax.credentials import KeyfaxCredentials
from pytest_keyauth.keyfax.signature import HmacSha256Signature, RequestSignature, SignedRequest
from pytest_keyauth.keyfax.token import KeyfaxToken

__all__ = [
    "HmacSha256Signature",
    "KeyfaxBasic",
    "KeyfaxBearer",
    "KeyfaxCredentials",
    "KeyfaxToken",
    "RequestSignature",
    "SignedRequest",
]
