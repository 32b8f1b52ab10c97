"""The ways in which a Basic Authorization can be wrong, each in one respect and otherwise right.

Where a part that the signature covers is wrong, the signature is made over the wrong part: nothing else refuses it.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace

import pytest

from .signatures import BasicAuthorization

NOBODY = "NOBODY-5E0C9A36"
API_KEY_OF_NOBODY = "5e0c9a361f7b4d7e9b63c2f1a8d04e97"
SIGNING_KEY_OF_NOBODY = b64encode(bytes(range(32))).decode()

Spoil = Callable[[BasicAuthorization], str]
"""Makes a wrong header from what makes a right one."""


def _signed_with(**changes: str) -> Spoil:
    return lambda right: replace(right, **changes).header()  # type: ignore[arg-type]  # none of them is the body


def _unsigned(**parts: str) -> Spoil:
    return lambda right: right.header(**parts)


def _without(*names: str) -> Spoil:
    return lambda right: "Basic " + ":".join(value for name, value in right.parts().items() if name not in names)


def _over_another_method(right: BasicAuthorization) -> str:
    return replace(right, method="GET" if right.method == "POST" else "POST").header()


def _over_another_path(right: BasicAuthorization) -> str:
    other = "results" if "/api/v1/startup" in right.uri else "startup"
    return replace(right, uri=re.sub(r"/api/v1/\w+", f"/api/v1/{other}", right.uri)).header()


def _over_another_query(right: BasicAuthorization) -> str:
    return replace(right, uri=right.uri + ("&" if "?" in right.uri else "?") + "page=2").header()


def _over_another_authority(right: BasicAuthorization) -> str:
    return replace(right, uri=re.sub("//[^/]+", "//elsewhere.example", right.uri)).header()


def _at(offset_s: int) -> Spoil:
    return lambda right: replace(right, time_stamp=str(int(right.time_stamp) + offset_s)).header()


def _in_hexadecimal(right: BasicAuthorization) -> str:
    return right.header(signature=b64decode(right.signature).hex())


def _with_a_flipped_bit(right: BasicAuthorization) -> str:
    first, *others = b64decode(right.signature)
    return right.header(signature=b64encode(bytes([first ^ 1, *others])).decode())


each_wrong_basic = pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(_signed_with(host=NOBODY), id="no-such-host"),
        pytest.param(_signed_with(api_key=API_KEY_OF_NOBODY), id="wrong-api-key"),
        pytest.param(_unsigned(api_key=API_KEY_OF_NOBODY), id="wrong-api-key-unsigned"),
        pytest.param(lambda right: right.header(api_key=right.api_key[:-1]), id="api-key-cut-short"),
        pytest.param(_unsigned(api_key="clé"), id="api-key-not-ascii"),
        pytest.param(_signed_with(signing_key=SIGNING_KEY_OF_NOBODY), id="signed-with-another-key"),
        pytest.param(_signed_with(signing_key=""), id="signed-with-an-empty-key"),
        pytest.param(_with_a_flipped_bit, id="signature-with-a-flipped-bit"),
        pytest.param(_unsigned(signature=b64encode(bytes(32)).decode()), id="signature-of-zeros"),
        pytest.param(lambda right: right.header(signature=right.signature[:4]), id="signature-cut-short"),
        pytest.param(_in_hexadecimal, id="signature-in-hexadecimal"),
        pytest.param(lambda right: right.header(signature=right.signature.rstrip("=")), id="signature-without-padding"),
        pytest.param(lambda right: right.header(signature="!" + right.signature), id="signature-malformed-base64"),
        pytest.param(_unsigned(signature="sígnature"), id="signature-not-ascii"),
        pytest.param(_over_another_method, id="over-another-method"),
        pytest.param(_over_another_path, id="over-another-path"),
        pytest.param(_over_another_query, id="over-another-query"),
        pytest.param(_over_another_authority, id="over-another-authority"),
        pytest.param(lambda right: replace(right, body=right.body + b"{}").header(), id="over-another-body"),
        pytest.param(_unsigned(nonce="0123456789abcdef"), id="nonce-unsigned"),
        pytest.param(lambda right: right.header(time_stamp=str(int(right.time_stamp) - 1)), id="time-stamp-unsigned"),
        pytest.param(_at(-600), id="stale"),
        pytest.param(_at(-24 * 60 * 60), id="stale-by-a-day"),
        pytest.param(_at(600), id="future"),
        pytest.param(_signed_with(time_stamp="now"), id="time-stamp-a-word"),
        pytest.param(_signed_with(time_stamp="nan"), id="time-stamp-not-a-number"),
        pytest.param(_signed_with(time_stamp="9" * 40), id="time-stamp-of-forty-digits"),
        pytest.param(lambda right: replace(right, time_stamp=right.time_stamp + "000").header(), id="milliseconds"),
        pytest.param(
            lambda right: replace(right, time_stamp=f"{int(right.time_stamp):_}").header(), id="time-stamp-grouped"
        ),
        pytest.param(_signed_with(time_stamp="¹²³"), id="time-stamp-in-superscript"),
        pytest.param(_signed_with(host=""), id="empty-host"),
        pytest.param(_signed_with(api_key=""), id="empty-api-key"),
        pytest.param(_unsigned(signature=""), id="empty-signature"),
        pytest.param(_signed_with(nonce=""), id="empty-nonce"),
        pytest.param(_signed_with(time_stamp=""), id="empty-time-stamp"),
        pytest.param(_without("time_stamp"), id="four-parts-no-time-stamp"),
        pytest.param(_without("nonce"), id="four-parts-no-nonce"),
        pytest.param(_without("nonce", "time_stamp"), id="three-parts-of-the-quick-start"),
        pytest.param(_without("signature", "nonce", "time_stamp"), id="two-parts"),
        pytest.param(lambda right: f"Basic {right.host}", id="one-part"),
        pytest.param(lambda _right: "Basic", id="no-parts"),
        pytest.param(lambda right: right.header() + ":", id="six-parts-the-last-empty"),
        pytest.param(lambda right: right.header() + ":1", id="six-parts"),
        pytest.param(lambda right: right.header().removeprefix("Basic "), id="no-scheme"),
        pytest.param(lambda right: right.header().replace("Basic ", "Bearer "), id="scheme-bearer"),
        pytest.param(lambda right: right.header().replace("Basic ", "Digest "), id="scheme-unknown"),
        pytest.param(lambda right: f"ApiKey {right.host}:{right.api_key}", id="scheme-api-key-which-is-off"),
    ],
)
"""Runs a contract once for each way to be wrong, with a `Spoil`."""
