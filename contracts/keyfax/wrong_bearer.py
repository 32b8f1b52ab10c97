"""The ways in which a Bearer Authorization can be wrong, each in one respect and otherwise right."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from .signatures import BearerAuthorization, decode_segment, encode_segment
from .wrong_basic import API_KEY_OF_NOBODY, NOBODY, SIGNING_KEY_OF_NOBODY

Spoil = Callable[[BearerAuthorization], str]
"""Makes a wrong header from what makes a right one."""


def _claiming(**claims: Any) -> Spoil:
    return lambda right: replace(right, claims={**right.claims, **claims}).header()


def _not_claiming(name: str) -> Spoil:
    return lambda right: replace(right, claims={key: right.claims[key] for key in right.claims if key != name}).header()


def _headed(algorithm: str | None, **head: str) -> Spoil:
    return lambda right: replace(right, head=head, algorithm=algorithm).header()


def _moved(seconds: int, *names: str) -> Spoil:
    return lambda right: _claiming(**{name: right.claims[name] + seconds for name in names})(right)


def _with_a_longer_life_unsigned(right: BearerAuthorization) -> str:
    longer = replace(right, claims={**right.claims, "exp": right.claims["exp"] + 1})
    return right.header(claims=longer.token().split(".")[1])


def _with_another_head_unsigned(right: BearerAuthorization) -> str:
    other = replace(right, head={**right.head, "kid": "1"})
    return right.header(head=other.token().split(".")[0])


def _with_a_flipped_bit(right: BearerAuthorization) -> str:
    first, *others = decode_segment(right.token().split(".")[2])
    return right.header(signature=encode_segment(bytes([first ^ 1, *others])))


def _with_a_segment_more(right: BearerAuthorization) -> str:
    return f"{right.header()}.{right.token().split('.')[2]}"


_CASES = [
    pytest.param(_headed(None, alg="none", typ="JWT"), id="alg-none"),
    pytest.param(_headed(None, alg="nOnE", typ="JWT"), id="alg-none-in-mixed-case"),
    pytest.param(_headed("sha256", alg="none", typ="JWT"), id="alg-none-but-signed"),
    pytest.param(_headed("sha384", alg="HS384", typ="JWT"), id="alg-hs384"),
    pytest.param(_headed("sha512", alg="HS512", typ="JWT"), id="alg-hs512"),
    pytest.param(_headed("sha256", alg="HS512", typ="JWT"), id="alg-hs512-signed-by-hs256"),
    pytest.param(_headed("sha256", alg="RS256", typ="JWT"), id="alg-rs256-signed-by-hs256"),
    pytest.param(_headed("sha512", alg="HS256", typ="JWT"), id="alg-hs256-signed-by-hs512"),
    pytest.param(_headed("sha256", typ="JWT"), id="alg-missing"),
    pytest.param(
        lambda right: replace(right, signing_key=SIGNING_KEY_OF_NOBODY).header(), id="signed-with-another-key"
    ),
    pytest.param(lambda right: replace(right, signing_key="").header(), id="signed-with-an-empty-key"),
    pytest.param(
        lambda right: replace(right, signing_key=b64encode(right.claims["apiKey"].encode()).decode()).header(),
        id="signed-with-the-api-key",
    ),
    pytest.param(_with_a_flipped_bit, id="signature-with-a-flipped-bit"),
    pytest.param(lambda right: right.header(signature=""), id="signature-empty"),
    pytest.param(lambda right: right.header(signature=right.token().split(".")[2][:4]), id="signature-cut-short"),
    pytest.param(lambda right: right.header(signature="sígnature"), id="signature-not-ascii"),
    pytest.param(_with_a_longer_life_unsigned, id="payload-altered"),
    pytest.param(_with_another_head_unsigned, id="head-altered"),
    pytest.param(_moved(-24 * 60 * 60 - 600, "iat", "nbf", "exp"), id="expired"),
    pytest.param(_moved(-7 * 24 * 60 * 60, "iat", "nbf", "exp"), id="expired-days-ago"),
    pytest.param(_moved(660, "nbf"), id="not-yet-valid"),
    pytest.param(_not_claiming("exp"), id="no-expiry"),
    pytest.param(_claiming(exp="never"), id="expiry-a-word"),
    pytest.param(_claiming(exp=float("nan")), id="expiry-not-a-number"),
    pytest.param(_claiming(nbf="soon"), id="start-a-word"),
    pytest.param(_not_claiming("apiKey"), id="no-api-key-claim"),
    pytest.param(_claiming(apiKey=API_KEY_OF_NOBODY), id="api-key-of-nobody"),
    pytest.param(_claiming(apiKey=None), id="api-key-null"),
    pytest.param(_claiming(apiKey=[API_KEY_OF_NOBODY]), id="api-key-an-array"),
    pytest.param(_claiming(hostName=NOBODY), id="host-claim-of-another"),
    pytest.param(lambda right: right.header_over(claims=encode_segment(b"{")), id="payload-broken-json"),
    pytest.param(lambda right: right.header_over(claims="!"), id="payload-malformed-base64"),
    pytest.param(lambda right: right.header_over(claims=encode_segment(b"[]")), id="payload-an-array"),
    pytest.param(lambda right: right.header_over(claims=encode_segment(b"\xff")), id="payload-not-utf-8"),
    pytest.param(lambda right: right.header_over(head=encode_segment(b"[]")), id="head-an-array"),
    pytest.param(lambda right: f"Bearer {right.host}:{right.claims['apiKey']}", id="no-jwt-at-all"),
    pytest.param(lambda right: right.header().rpartition(".")[0], id="too-few-dots"),
    pytest.param(_with_a_segment_more, id="too-many-dots"),
    pytest.param(lambda right: f"Bearer {right.host}:..", id="only-dots"),
    pytest.param(lambda right: f"Bearer {right.host}:", id="empty-token"),
    pytest.param(lambda right: f"Bearer :{right.token()}", id="empty-host"),
    pytest.param(lambda right: f"Bearer {right.token()}", id="one-part"),
    pytest.param(lambda right: f"{right.header()}:1", id="three-parts"),
    pytest.param(lambda _right: "Bearer", id="no-parts"),
    pytest.param(lambda right: right.header().removeprefix("Bearer "), id="no-scheme"),
    pytest.param(lambda right: right.header().replace("Bearer ", "Basic "), id="scheme-basic"),
    pytest.param(lambda right: right.header().replace("Bearer ", "Digest "), id="scheme-unknown"),
]

each_wrong_bearer_of_the_host = pytest.mark.parametrize("spoil", _CASES)
"""Runs a contract once for each way to be wrong under the name of a host that has keys, with a `Spoil`."""

each_wrong_bearer = pytest.mark.parametrize(
    "spoil", [*_CASES, pytest.param(lambda right: replace(right, host=NOBODY).header(), id="no-such-host")]
)
"""The same, and under the name of a host that there is not; renewToken answers that one with 404."""
