"""Tokens against vectors that openssl made: base64url of the parts, and

printf '%s' "$HEAD.$CLAIMS" | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f -binary
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keyfax.keys import DamagedKey, KeyPair
from pytest_keyauth.emulator.keyfax.tokens import ALGORITHMS, is_signed, make_token, read_claims

SECRET = bytes(range(32))
PAIR = KeyPair("LIVE", "0123456789abcdef0123456789abcdef", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")

HS256 = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"  # {"alg":"HS256","typ":"JWT"}
HS512 = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9"
RS256 = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"
NONE = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
#: {"apiKey":"0123456789abcdef0123456789abcdef","hostName":"LIVE","iat":1458819924,"nbf":1458819924,"exp":1458906324}
CLAIMS = (
    "eyJhcGlLZXkiOiIwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZiIsImhvc3ROYW1lIjoiTElWRSIsImlhdCI6MTQ1ODgxOTkyNCwibmJm"
    "IjoxNDU4ODE5OTI0LCJleHAiOjE0NTg5MDYzMjR9"
)
SIGNATURE = "kgPlJHcQB8JkxV1nj65rn_bx2KSzLnYUApdxS9_eDN0"
#: The same with -sha512, over {"alg":"HS512","typ":"JWT"}.
SIGNATURE_HS512 = "u39Y2Y9XbsoD7asS73Kyf-2pC-jO9HKUGPL3tAzlt-m9CRYvIiR1KC2fRq6jQOkq8DOs-jn41fcwX3vTb48G_A"
#: With -sha256, over {"alg":"none","typ":"JWT"}.
SIGNATURE_NONE = "c-e-ZecPnVU9ajQ1YOSu95faeh0fFb0qYxeVmXLf_rQ"


def encode(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_signed_by_openssl_is_signed() -> None:
    assert is_signed(f"{HS256}.{CLAIMS}.{SIGNATURE}", SECRET)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(f"{HS256}.{CLAIMS}.{SIGNATURE[:-2]}M0", id="another signature"),
        pytest.param(f"{HS256}.{CLAIMS}.", id="no signature"),
        pytest.param(f"{HS256}.{CLAIMS[:-4]}j0.{SIGNATURE}", id="other claims"),
        pytest.param(f"{HS512}.{CLAIMS}.{SIGNATURE_HS512}", id="HS512, rightly signed"),
        pytest.param(f"{HS512}.{CLAIMS}.{SIGNATURE}", id="HS512, signed as HS256"),
        pytest.param(f"{RS256}.{CLAIMS}.{SIGNATURE}", id="RS256, signed as HS256"),
        pytest.param(f"{NONE}.{CLAIMS}.", id="none"),
        pytest.param(f"{NONE}.{CLAIMS}.{SIGNATURE_NONE}", id="none, and signed"),
        pytest.param(f"{encode({'alg': 'nOnE'})}.{CLAIMS}.", id="none in mixed case"),
        pytest.param(f"{encode({'typ': 'JWT'})}.{CLAIMS}.{SIGNATURE}", id="no algorithm"),
        pytest.param(f"{encode({'alg': ['HS256']})}.{CLAIMS}.{SIGNATURE}", id="a list of algorithms"),
        pytest.param(
            f"{encode({'alg': 'HS256', 'crit': ['x']})}.{CLAIMS}.{SIGNATURE}", id="an unknown critical header"
        ),
        pytest.param("", id="nothing"),
        pytest.param("..", id="dots"),
        pytest.param("\ud800.é.\x00", id="half a character"),
    ],
)
def test_anything_else_is_not_signed(token: str) -> None:
    assert not is_signed(token, SECRET)


def test_another_secret_has_not_signed() -> None:
    assert not is_signed(f"{HS256}.{CLAIMS}.{SIGNATURE}", bytes(32))


def test_hs256_alone_is_accepted() -> None:
    assert ALGORITHMS == ("HS256",)


def test_times_are_not_judged_here() -> None:
    long_expired = make_token(PAIR, 0, 1, Random(1))
    assert is_signed(long_expired, SECRET)


def test_a_token_has_the_claims_that_are_assumed() -> None:
    token = make_token(PAIR, 1_458_819_924, 24, Random(1))
    head, claims, _ = token.split(".")
    assert json.loads(urlsafe_b64decode(head + "==")) == {"alg": "HS256", "typ": "JWT"}
    read = json.loads(urlsafe_b64decode(claims + "=="))
    assert len(read.pop("jti")) == 32
    assert read == {
        "apiKey": "0123456789abcdef0123456789abcdef",
        "hostName": "LIVE",
        "iat": 1_458_819_924,
        "nbf": 1_458_819_924,
        "exp": 1_458_906_324,
    }
    assert is_signed(token, SECRET)


def test_two_tokens_of_the_same_second_differ() -> None:
    random = Random(1)
    assert make_token(PAIR, 0, 24, random) != make_token(PAIR, 0, 24, random)


def test_a_damaged_key_signs_nothing() -> None:
    with pytest.raises(DamagedKey):
        make_token(PAIR.damaged(), 0, 24, Random(1))


def test_the_claims_of_a_token_are_read_without_its_signature() -> None:
    assert read_claims(f"{HS256}.{CLAIMS}.AAAA") == {
        "apiKey": "0123456789abcdef0123456789abcdef",
        "hostName": "LIVE",
        "iat": 1_458_819_924,
        "nbf": 1_458_819_924,
        "exp": 1_458_906_324,
    }


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(
            f"{HS256}.{CLAIMS}.{SIGNATURE}".replace("N0", "N1"), id="signature with a bit that does not count"
        ),
        pytest.param(f"{HS256}.{CLAIMS}=.{SIGNATURE}", id="padded"),
        pytest.param(f"{HS256}.{CLAIMS}\n.{SIGNATURE}", id="a line break"),
        pytest.param(f"{HS256}.{CLAIMS}.{SIGNATURE}.{SIGNATURE}", id="four parts"),
        pytest.param(f"{HS256}.{CLAIMS}", id="two parts"),
        pytest.param(f"{HS256}.{encode([1])}.{SIGNATURE}", id="claims that are an array"),
        pytest.param(f"{HS256}.{encode('x')[:-1]}.{SIGNATURE}", id="claims that are no JSON"),
        pytest.param(f"{HS256}._w.{SIGNATURE}", id="claims that are not UTF-8"),
        pytest.param(f"{HS256}.{urlsafe_b64encode(b'[' * 99_999).decode()}.", id="claims nested without end"),
        pytest.param(f"{HS256}.é.{SIGNATURE}", id="not ASCII"),
        pytest.param("\ud800.\ud800.\ud800", id="half a character"),
    ],
)
def test_what_is_no_token_claims_nothing(token: str) -> None:
    assert read_claims(token) == {}


PART = st.one_of(
    st.text(max_size=30),
    st.binary(max_size=60).map(lambda part: urlsafe_b64encode(part).rstrip(b"=").decode()),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["alg", "kid", "crit", "b64"]), inner)
        ),
        max_leaves=6,
    ).map(encode),
)


@given(st.lists(PART, min_size=1, max_size=4).map(".".join))
@settings(max_examples=300, deadline=None)
def test_no_text_raises_and_none_is_signed(token: str) -> None:
    assert isinstance(read_claims(token), dict)
    assert not is_signed(token, SECRET)
