import base64
import json
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.tokens import JSON_WEB_TOKEN, describe_token, mint_token

# RFC 7515, A.1: the token, and its key in base64 (there it is in base64url)
RFC_TOKEN = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
RFC_KEY = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow=="

# printf … | openssl dgst -sha256 -hmac "a text that signs as it stands" -binary | basenc --base64url
TEXT_KEY = "a text that signs as it stands"
TEXT_TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhcGlLZXkiOiJrIiwiZXhwIjoxNzAwMDg2NDAwfQ"
    ".ten54ncQzTXBGJGhWj77Gi9H5jGdZ69joTy9d2IMZoE"
)
KEY = base64.b64encode(b"sixty-four bytes, since PyJWT warns of anything less for SHA-512!").decode()


def encode(data: object) -> str:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def keep(claims: Any) -> Any:
    return claims


def test_the_token_of_rfc_7515_says_what_it_says_and_who_has_signed_it() -> None:
    assert describe_token(RFC_TOKEN, ["another key", RFC_KEY]) == {
        "header": {"typ": "JWT", "alg": "HS256"},
        "claims": {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True},
        "signed-with": RFC_KEY,
    }


def test_a_text_that_is_no_base64_signs_as_it_stands() -> None:
    description = describe_token(TEXT_TOKEN, [RFC_KEY, TEXT_KEY])
    assert description is not None
    assert description["signed-with"] == TEXT_KEY


@pytest.mark.parametrize("token", [RFC_TOKEN[:-1] + "l", RFC_TOKEN.rpartition(".")[0] + "."])
def test_a_token_that_none_of_the_keys_has_signed_has_no_signer(token: str) -> None:
    description = describe_token(token, [RFC_KEY])
    assert description is not None
    assert description["signed-with"] is None


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"alg": "RS256"}, {"alg": []}, {"alg": {}}, {"alg": None}, {"alg": 256}, {"typ": "JWT"}]
)
def test_a_header_may_say_anything_of_its_algorithm(header: dict[str, Any]) -> None:
    token = f"{encode(header)}.{encode({'a': 1})}.xxxx"
    assert describe_token(token, [RFC_KEY]) == {"header": header, "claims": {"a": 1}, "signed-with": None}
    minted = mint_token({"header": header, "claims": {"a": 1}}, RFC_KEY, keep)
    assert JSON_WEB_TOKEN.fullmatch(minted)
    assert minted.split(".")[:2] == [encode_compact(header), encode_compact({"a": 1})]


def encode_compact(data: object) -> str:
    return encode(json.dumps(data, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "token",
    [
        f"{encode([])}.{encode({})}.x",
        f"{encode({})}.{encode([])}.x",
        f"{encode(b'no JSON')}.{encode({})}.x",
        f"{encode({})}.{encode(b'{')}.x",
        f"{encode({})}.{encode(bytes(range(128, 140)))}.x",
        f"{encode({})}.{encode(b'[' * 100_000)}.x",
        f"{encode({})}.{encode(b'1' * 5_000)}.x",
        "e.e.e",
    ],
)
def test_what_only_looks_like_a_token_is_none(token: str) -> None:
    assert describe_token(token, [RFC_KEY]) is None


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@settings(max_examples=10)
@given(st.dictionaries(st.text("abcäß<>", max_size=4), st.text(max_size=4) | st.integers(-9, 9), max_size=3))
def test_a_minted_token_is_one_that_pyjwt_verifies_with_the_key(algorithm: str, claims: dict[str, Any]) -> None:
    token = mint_token({"header": {"alg": algorithm, "typ": "JWT"}, "claims": claims}, KEY, keep)
    assert jwt.decode(token, base64.b64decode(KEY), algorithms=[algorithm]) == claims
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, bytes(64), algorithms=[algorithm])
    described = describe_token(token, [KEY])
    assert described == {"header": {"alg": algorithm, "typ": "JWT"}, "claims": claims, "signed-with": KEY}


def test_the_claims_of_a_minted_token_are_filled_in() -> None:
    token = mint_token({"header": {"alg": "HS256"}, "claims": {"a": 1}}, KEY, lambda claims: {**claims, "b": 2})
    assert jwt.decode(token, base64.b64decode(KEY), algorithms=["HS256"]) == {"a": 1, "b": 2}


@pytest.mark.parametrize("text", [f"Bearer {RFC_TOKEN}", f'{{"token":"{RFC_TOKEN}"}}', f"a={RFC_TOKEN}&b", RFC_TOKEN])
def test_a_token_is_found_in_a_longer_text(text: str) -> None:
    match = JSON_WEB_TOKEN.search(text)
    assert match is not None
    assert match[0] == RFC_TOKEN
