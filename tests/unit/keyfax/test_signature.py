"""The assumed scheme against vectors made by hand, stage by stage.

All were made with openssl 3.0 and a shell, once for all::

    KEY=$(printf 'thirty-two bytes for our vectors' | openssl base64 -A)
    HEX=$(printf '%s' "$KEY" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
    md5() { openssl dgst -md5 -binary | openssl base64 -A; }                    # of what comes in
    hmac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$HEX" -binary | openssl base64 -A; }

The canonical texts were put together by hand from their parts.
"""

import pytest

from pytest_keyauth.keyfax import HmacSha256Signature, RequestSignature, SignedRequest
from pytest_keyauth.keyfax.basic import header

API_KEY = "0123456789abcdef0123456789abcdef"
SIGNING_KEY = "dGhpcnR5LXR3byBieXRlcyBmb3Igb3VyIHZlY3RvcnM="  # $KEY
NONCE = "00112233445566778899aabbccddeeff"
STARTUP = "http://localhost:8088/interview/api/v1/startup"
KEY_OF_HOST = "https://keyfax.example/Interview/api/v1/key?hostName=My%20Host~1&x=(a)*!'+b"


def signed_request(method: str, url: str, body: bytes = b"") -> SignedRequest:
    return SignedRequest(method, url, body, API_KEY, 1_700_000_000, NONCE)


# printf '%s' '{"mode":{"value":"RD"}}' | md5     -> gq/nnkzEaztExRz75IRseg==
# printf '%s' "$TEXT" | hmac                      -> QMzWb33RUx4LDMR5NuJfvFBoWSk2DXrjinjfrH8+uFk=
POST_JSON = (
    signed_request("POST", STARTUP, b'{"mode":{"value":"RD"}}'),
    (
        "0123456789abcdef0123456789abcdef"
        "POST"
        "http%3a%2f%2flocalhost%3a8088%2finterview%2fapi%2fv1%2fstartup"
        "1700000000"
        "00112233445566778899aabbccddeeff"
        "gq/nnkzEaztExRz75IRseg=="
    ),
    "QMzWb33RUx4LDMR5NuJfvFBoWSk2DXrjinjfrH8+uFk=",
)

# No body, so nothing in its place; a query with what .NET keeps ( ) * ! and what it encodes ~ ' + and the % of %20.
# printf '%s' "$TEXT" | hmac                      -> BsdCKMI4Fnz/UNkZFChh5SOfdFKy6fecd9x4VYTzrfI=
DELETE_WITH_QUERY = (
    signed_request("DELETE", KEY_OF_HOST),
    (
        "0123456789abcdef0123456789abcdef"
        "DELETE"
        "https%3a%2f%2fkeyfax.example%2finterview%2fapi%2fv1%2fkey%3fhostname%3dmy%2520host%7e1%26x%3d(a)*!%27%2bb"
        "1700000000"
        "00112233445566778899aabbccddeeff"
    ),
    "BsdCKMI4Fnz/UNkZFChh5SOfdFKy6fecd9x4VYTzrfI=",
)

# printf '\000\377\r\n' | md5                     -> oHaEkNrfiIgo2yPdfRnhkw==
# printf '%s' "$TEXT" | hmac                      -> KILAb5cJq7IQfGJpZlgzSd0tysKhjE9D5QH4iQqLou0=
PUT_BYTES = (
    signed_request("PUT", STARTUP, b"\x00\xff\r\n"),
    (
        "0123456789abcdef0123456789abcdef"
        "PUT"
        "http%3a%2f%2flocalhost%3a8088%2finterview%2fapi%2fv1%2fstartup"
        "1700000000"
        "00112233445566778899aabbccddeeff"
        "oHaEkNrfiIgo2yPdfRnhkw=="
    ),
    "KILAb5cJq7IQfGJpZlgzSd0tysKhjE9D5QH4iQqLou0=",
)

VECTORS = pytest.mark.parametrize(
    ("request_", "text", "digest"),
    [POST_JSON, DELETE_WITH_QUERY, PUT_BYTES],
    ids=["json body", "no body, query", "bytes that are no text"],
)


@VECTORS
def test_the_canonical_text_is_the_one_put_together_by_hand(request_: SignedRequest, text: str, digest: str) -> None:
    assert HmacSha256Signature().canonical_text(request_) == text


@VECTORS
def test_the_digest_of_a_text_is_the_one_that_openssl_makes(request_: SignedRequest, text: str, digest: str) -> None:
    assert HmacSha256Signature().digest(text, SIGNING_KEY) == digest


@VECTORS
def test_signing_is_both_stages(request_: SignedRequest, text: str, digest: str) -> None:
    scheme: RequestSignature = HmacSha256Signature()
    assert scheme.sign(request_, SIGNING_KEY) == digest


def test_the_header_has_the_five_parts_in_the_documented_order() -> None:
    assert header("LIVE", POST_JSON[0], POST_JSON[2]) == (
        "Basic LIVE:0123456789abcdef0123456789abcdef:QMzWb33RUx4LDMR5NuJfvFBoWSk2DXrjinjfrH8+uFk="
        ":00112233445566778899aabbccddeeff:1700000000"
    )


# Each is `printf '%s' "$TEXT" | hmac` of the text of POST_JSON with one slip in it, or that text by another command.
NEARLY_RIGHT = {
    "the URI in upper-case hex": "C4nFR1LMZ7usHvp+WlOXFrAXbc5yV1/cpgB2pUMGNlU=",
    "the URI not encoded": "rAmIKqjY8EQBuEOxnWPw6KrEaS4kPy2CJtANNYEObzk=",
    "the method in lower case": "+K8Dewhurmfe/ZYSV8UnqaumsYBht/X04zpZCaiW7VA=",
    "the nonce before the time stamp": "TvbYUqJ+uJdAGagkyTPIHo64wsd4v11FrnpZ1whpjus=",
    "the MD5 in hex (openssl dgst -md5 -r)": "qLgM9Mk/iHVnVhlq2KiGc/4wxhIsmQVpekcSuS1l03Y=",
    "the signing key not decoded (openssl dgst -sha256 -hmac $KEY)": "wgGqPGIjbsp7e1x+Vlpp74iNfSPka1R5w0PXgztHdXI=",
    "HMAC-SHA1 (openssl dgst -sha1)": "ad98uo6Pus3HY7GHVWAEEShny/I=",
    "a SHA-256 without key (openssl dgst -sha256)": "RTTRKQlPhOYnjhSkXY2O973sBJMoav5p5MyDO7cT/mg=",
    "in hex (openssl dgst -r)": "40ccd66f7dd1531e0b0cc47936e25fbc50685929360d7ae38a78dfac7f3eb859",
}


@pytest.mark.parametrize("digest", NEARLY_RIGHT.values(), ids=NEARLY_RIGHT.keys())
def test_no_slip_makes_the_signature(digest: str) -> None:
    assert HmacSha256Signature().sign(POST_JSON[0], SIGNING_KEY) != digest


def test_an_empty_body_is_not_hashed() -> None:
    # The text of DELETE_WITH_QUERY, and $(printf '' | md5) after it.
    assert HmacSha256Signature().sign(DELETE_WITH_QUERY[0], SIGNING_KEY) != (
        "XGPkboKwodzDUDaGQ/zs1MXC5vMBzG/xX652B4g9DNg="
    )


@pytest.mark.parametrize(
    "other",
    [
        SignedRequest("PUT", STARTUP, b"{}", API_KEY, 1_700_000_000, NONCE),
        SignedRequest("POST", STARTUP + "?", b"{}", API_KEY, 1_700_000_000, NONCE),
        SignedRequest("POST", STARTUP.replace("http:", "https:"), b"{}", API_KEY, 1_700_000_000, NONCE),
        SignedRequest("POST", STARTUP, b"{} ", API_KEY, 1_700_000_000, NONCE),
        SignedRequest("POST", STARTUP, b"{}", API_KEY[::-1], 1_700_000_000, NONCE),
        SignedRequest("POST", STARTUP, b"{}", API_KEY, 1_700_000_001, NONCE),
        SignedRequest("POST", STARTUP, b"{}", API_KEY, 1_700_000_000, NONCE[::-1]),
    ],
    ids=["method", "query", "scheme", "body", "API key", "time stamp", "nonce"],
)
def test_each_part_of_a_request_is_covered(other: SignedRequest) -> None:
    scheme = HmacSha256Signature()
    one = signed_request("POST", STARTUP, b"{}")
    assert scheme.sign(one, SIGNING_KEY) != scheme.sign(other, SIGNING_KEY)


def test_the_case_of_the_url_is_not_covered_and_a_method_in_lower_case_is_raised() -> None:
    scheme = HmacSha256Signature()
    assert scheme.canonical_text(signed_request("post", STARTUP.upper())) == scheme.canonical_text(
        signed_request("POST", STARTUP)
    )


def test_a_space_becomes_a_plus_and_other_characters_become_their_utf8() -> None:
    text = HmacSha256Signature().canonical_text(signed_request("GET", "http://x/ä b"))
    assert "GEThttp%3a%2f%2fx%2f%c3%a4+b1700000000" in text


def test_a_signed_request_shows_neither_body_nor_api_key() -> None:
    shown = repr(signed_request("POST", STARTUP, b'{"password": "kiesel-27"}'))
    assert "kiesel-27" not in shown
    assert API_KEY not in shown
    assert STARTUP in shown
