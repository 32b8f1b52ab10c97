"""The contracts' own signatures against vectors made with openssl, stage by stage. The shell commands, in one session:

KEY=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
API_KEY=5e0c9a361f7b4d7e9b63c2f1a8d04e97 TIME=1763794880 NONCE=0123456789abcdef0123456789abcdef
hmac() { openssl dgst -$1 -mac HMAC -macopt hexkey:$KEY -binary; }
url64() { openssl base64 -A | tr '+/' '-_' | tr -d =; }

# SIGNING_KEY, and BODY_HASH
printf $KEY | xxd -r -p | openssl base64
BODY_HASH=$(printf '{"guid": "é"}' | openssl md5 -binary | openssl base64)

# ENCODED_URI, by the rule in words: lower case, then every byte but letters, digits and -_.!*() escaped
ENCODED_URI=$(printf %s "$URI" | tr A-Z a-z | sed 's/%/%25/g; s/:/%3a/g; s/\\//%2f/g; s/?/%3f/g; s/=/%3d/g; s/+/%2b/g; s/~/%7e/g')

# the signatures of a request without a body, and with one
printf %s "${API_KEY}DELETE$ENCODED_URI$TIME$NONCE" | hmac sha256 | openssl base64
printf %s "${API_KEY}POST$ENCODED_URI$TIME$NONCE$BODY_HASH" | hmac sha256 | openssl base64

# the tokens
HEAD=$(printf '{"alg":"HS256","typ":"JWT"}' | url64)      # and HS512
CLAIMS=$(printf '{"apiKey":"…","hostName":"LIVE","iat":1763794880,"nbf":1763794880,"exp":1763881280}' | url64)
printf %s "$HEAD.$CLAIMS" | hmac sha256 | url64           # and sha512
"""  # noqa: E501

from dataclasses import replace

import pytest

from contracts.keyfax.signatures import (
    BasicAuthorization,
    BearerAuthorization,
    encode_uri,
    hash_body,
    is_signed_with,
    read_token,
)

API_KEY = "5e0c9a361f7b4d7e9b63c2f1a8d04e97"
SIGNING_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NONCE = "0123456789abcdef0123456789abcdef"
ROOT = "http://localhost:8088/interview"

DELETION = BasicAuthorization(
    host="LIVE",
    api_key=API_KEY,
    signing_key=SIGNING_KEY,
    method="DELETE",
    uri=f"{ROOT}/api/v1/key?hostName=H%C3%B6st+A~(1)!*_-.",
    body=b"",
    nonce=NONCE,
    time_stamp="1763794880",
)
RESULTS = replace(DELETION, method="post", uri=f"{ROOT}/api/v1/results", body='{"guid": "é"}'.encode())
DELETION_SIGNATURE = "WZ1hOX1TwiUNoAp/Q6J2/42/Xk8pxj9pI0OWFKxNGc0="
RESULTS_SIGNATURE = "RIfUhv/jQBs6qzIcEz0XxOUVu2fr5dMKrl0aPK4Pugo="

CLAIMS = {"apiKey": API_KEY, "hostName": "LIVE", "iat": 1763794880, "nbf": 1763794880, "exp": 1763881280}
CLAIMS_SEGMENT = (
    "eyJhcGlLZXkiOiI1ZTBjOWEzNjFmN2I0ZDdlOWI2M2MyZjFhOGQwNGU5NyIsImhvc3ROYW1lIjoiTElWRSIsImlhdCI6MTc2Mzc5NDg4MCwi"
    "bmJmIjoxNzYzNzk0ODgwLCJleHAiOjE3NjM4ODEyODB9"
)
TOKEN = f"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{CLAIMS_SEGMENT}.jr8O2oIdmIjhEecS57K4KaUieQQBl2Ia-R4ETd353BU"
HS512_SIGNATURE = "e5WjmPit9Fbi84dVhgVr7iIWIg1hWNSEX0EeSArZHTR7DPuKO2Y2JDSYTavA66z5dv8uPnipkkRikt166KdQlw"
BEARER = BearerAuthorization("LIVE", SIGNING_KEY, CLAIMS)


def test_a_uri_is_put_in_lower_case_and_escaped_like_a_form_value() -> None:
    assert encode_uri(DELETION.uri) == (
        "http%3a%2f%2flocalhost%3a8088%2finterview%2fapi%2fv1%2fkey%3fhostname%3dh%25c3%25b6st%2ba%7e(1)!*_-."
    )
    assert encode_uri("É '") == "%c3%a9+%27"


def test_a_body_is_hashed_and_no_body_is_not() -> None:
    assert hash_body(RESULTS.body) == "On67gl8Odqn+j4az+lO8+Q=="
    assert hash_body(b"") == ""


def test_the_canonical_text_is_the_six_parts_in_their_order() -> None:
    uri = "http%3a%2f%2flocalhost%3a8088%2finterview%2fapi%2fv1%2fresults"
    assert RESULTS.canonical_text == f"{API_KEY}POST{uri}1763794880{NONCE}On67gl8Odqn+j4az+lO8+Q=="


@pytest.mark.parametrize(("request_", "signature"), [(DELETION, DELETION_SIGNATURE), (RESULTS, RESULTS_SIGNATURE)])
def test_a_request_is_signed_as_openssl_signs_it(request_: BasicAuthorization, signature: str) -> None:
    assert request_.signature == signature
    assert request_.header() == f"Basic LIVE:{API_KEY}:{signature}:{NONCE}:1763794880"


@pytest.mark.parametrize(
    "change",
    [
        {"api_key": API_KEY[::-1]},
        {"signing_key": "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
        {"method": "GET"},
        {"uri": f"{ROOT}/api/v1/key"},
        {"body": b"{}"},
        {"nonce": NONCE[::-1]},
        {"time_stamp": "1763794881"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_part_has_another_signature(change: dict[str, str]) -> None:
    assert replace(DELETION, **change).signature != DELETION_SIGNATURE


def test_an_unsigned_part_leaves_the_signature_as_it_is() -> None:
    assert DELETION.header(nonce="1") == f"Basic LIVE:{API_KEY}:{DELETION_SIGNATURE}:1:1763794880"
    with pytest.raises(AssertionError):
        DELETION.header(method="GET")


def test_a_token_is_made_as_openssl_makes_it() -> None:
    assert BEARER.token() == TOKEN
    assert BEARER.header() == f"Bearer LIVE:{TOKEN}"
    assert read_token(TOKEN) == ({"alg": "HS256", "typ": "JWT"}, CLAIMS)


def test_a_token_can_be_made_by_another_algorithm_or_by_none() -> None:
    strong = replace(BEARER, head={"alg": "HS512", "typ": "JWT"}, algorithm="sha512")
    assert strong.token() == f"eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.{CLAIMS_SEGMENT}.{HS512_SIGNATURE}"
    assert replace(BEARER, algorithm=None).token() == f"{TOKEN.rpartition('.')[0]}."


def test_segments_are_exchanged_before_or_after_signing() -> None:
    head, claims, signature = TOKEN.split(".")
    assert BEARER.header(claims="e30") == f"Bearer LIVE:{head}.e30.{signature}"
    assert BEARER.header_over(claims=claims, head=head) == BEARER.header()
    resigned = BEARER.header_over(claims="e30").removeprefix("Bearer LIVE:")
    assert is_signed_with(resigned, SIGNING_KEY)
    assert resigned.startswith(f"{head}.e30.")
    with pytest.raises(AssertionError):
        BEARER.header(payload="e30")


def test_only_the_right_key_has_signed_a_token() -> None:
    assert is_signed_with(TOKEN, SIGNING_KEY)
    assert not is_signed_with(TOKEN, "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    assert not is_signed_with(TOKEN[:-1], SIGNING_KEY)
