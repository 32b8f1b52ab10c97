"""The assumed signature scheme, stage by stage, against vectors that openssl made.

The signing key is the bytes 0 to 31. A digest is made with
    printf '%s' "$TEXT" | openssl dgst -sha256 -mac HMAC -binary | openssl base64
and -macopt hexkey:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.keyfax import HmacSha256Scheme, KeyfaxEmulator, KeyPair, SignedMessage
from pytest_keyauth.emulator.keyfax.signature import absolute_url
from pytest_keyauth.emulator.message import Request, Response

#: printf '\x00\x01…\x1f' | openssl base64
SIGNING_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
API_KEY = "0123456789abcdef0123456789abcdef"
NONCE = "00112233445566778899aabbccddeeff"
TIME_STAMP = 1_458_819_924

START = "http://localhost:8088/interview/api/v1/startup"
TOKEN = "http://localhost:8088/interview/api/v1/token"
KEY = "http://localhost:8088/interview/api/v1/key?hostName=H%C3%B6st%20100%25"

#: The message, its canonical text, and the signature that openssl makes of that text.
VECTORS = [
    pytest.param(
        SignedMessage("POST", START, b'{"mode":{"value":"RD"}}', API_KEY, TIME_STAMP, NONCE),
        "0123456789abcdef0123456789abcdefPOSThttp%3a%2f%2flocalhost%3a8088%2finterview%2fapi%2fv1%2fstartup"
        "145881992400112233445566778899aabbccddeeffgq/nnkzEaztExRz75IRseg==",
        "G3IGPB8DioDJSEredE+22V51FunL/rZEs9k6kHG5nag=",
        id="with a body",
    ),
    pytest.param(
        SignedMessage("GET", TOKEN, b"", API_KEY, TIME_STAMP, NONCE),
        "0123456789abcdef0123456789abcdefGEThttp%3a%2f%2flocalhost%3a8088%2finterview%2fapi%2fv1%2ftoken"
        "145881992400112233445566778899aabbccddeeff",
        "2WZatJJIOCHLNZ+8iN/4z9pOo6JwT3bxonMYOCrE7iI=",
        id="without a body",
    ),
    pytest.param(
        SignedMessage("delete", KEY, b"", API_KEY, TIME_STAMP, NONCE),
        "0123456789abcdef0123456789abcdefDELETEhttp%3a%2f%2flocalhost%3a8088%2finterview%2fapi%2fv1%2fkey"
        "%3fhostname%3dh%25c3%25b6st%2520100%2525145881992400112233445566778899aabbccddeeff",
        "XULHS7/4vc72hY4AiBNCi1vsN1kBLK1U2g6L5UaMRAE=",
        id="with a query that is escaped, and a method in lower case",
    ),
]


@pytest.mark.parametrize(("message", "text", "_signature"), VECTORS)
def test_the_canonical_text_joins_what_is_signed(message: SignedMessage, text: str, _signature: str) -> None:
    assert HmacSha256Scheme().canonical_text(message) == text


@pytest.mark.parametrize(("_message", "text", "signature"), VECTORS)
def test_the_digest_is_what_openssl_makes_of_the_text(_message: SignedMessage, text: str, signature: str) -> None:
    assert HmacSha256Scheme().digest(text, SIGNING_KEY) == signature


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("", "04tCCW2A9F+Ca0Sp1WB95ySWpBXT9KGoyI47udqNwcs="),
        ("Grüße", "hQ4ueisVLLc3mtzPXANb8hQcPz11HEj8w9EnbQs9Qnw="),
    ],
)
def test_the_digest_is_over_utf_8(text: str, digest: str) -> None:
    assert HmacSha256Scheme().digest(text, SIGNING_KEY) == digest


def test_another_signing_key_makes_another_digest() -> None:
    # hexkey:0101…01, 32 bytes
    other = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
    text = HmacSha256Scheme().canonical_text(SignedMessage("GET", TOKEN, b"", API_KEY, TIME_STAMP, NONCE))
    assert HmacSha256Scheme().digest(text, other) == "iezLuwUV7uSON5MddTa6cIH4L8Lh4ui+2UPRmxcpx2I="


@pytest.mark.parametrize(("message", "_text", "signature"), VECTORS)
def test_a_signature_is_both_stages(message: SignedMessage, _text: str, signature: str) -> None:
    assert HmacSha256Scheme().sign(message, SIGNING_KEY) == signature


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"url": START + "/"},
        {"url": START + "?page=1"},
        {"url": START.replace("http:", "https:")},
        {"url": START.replace("8088", "8089")},
        {"body": b'{"mode": {"value":"RD"}}'},
        {"body": b""},
        {"api_key": API_KEY[:-1] + "0"},
        {"time_stamp": TIME_STAMP + 1},
        {"nonce": NONCE[:-1] + "0"},
    ],
)
def test_a_signature_covers_everything(change: dict[str, object]) -> None:
    message = SignedMessage("POST", START, b'{"mode":{"value":"RD"}}', API_KEY, TIME_STAMP, NONCE)
    scheme = HmacSha256Scheme()
    assert scheme.sign(replace(message, **change), SIGNING_KEY) != scheme.sign(message, SIGNING_KEY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "digest"),
    [
        # printf '%s' "$BODY" | openssl md5 -binary | openssl base64
        (b'{"mode":{"value":"RD"}}', "gq/nnkzEaztExRz75IRseg=="),
        (b"", ""),
    ],
)
def test_a_body_is_in_the_text_as_the_base64_of_its_md5(body: bytes, digest: str) -> None:
    assert HmacSha256Scheme().body_digest(body) == digest


@pytest.mark.parametrize(
    ("url", "encoded"),
    [
        ("http://HOST/Path", "http%3a%2f%2fhost%2fpath"),
        ("a-_.!*()b", "a-_.!*()b"),
        ("a b+c", "a+b%2bc"),
        ("~'\"$&,/:;=?@#[]", "%7e%27%22%24%26%2c%2f%3a%3b%3d%3f%40%23%5b%5d"),
        ("%C3%B6", "%25c3%25b6"),
        ("Ü€", "%c3%bc%e2%82%ac"),
    ],
)
def test_a_uri_is_encoded_as_dotnet_form_encodes_it(url: str, encoded: str) -> None:
    assert HmacSha256Scheme().encoded_uri(url) == encoded


@pytest.mark.parametrize(
    ("scheme", "host", "expected"),
    [
        ("http", "localhost:8088", "http://localhost:8088/a%20b?c=%2F"),
        ("http", "keyfax.example:80", "http://keyfax.example/a%20b?c=%2F"),
        ("https", "keyfax.example:443", "https://keyfax.example/a%20b?c=%2F"),
        ("https", "keyfax.example:80", "https://keyfax.example:80/a%20b?c=%2F"),
        ("http", "keyfax.example:8080", "http://keyfax.example:8080/a%20b?c=%2F"),
        ("http", "[::1]:80", "http://[::1]/a%20b?c=%2F"),
    ],
)
def test_the_absolute_url_is_as_it_was_sent_without_a_default_port(scheme: str, host: str, expected: str) -> None:
    request = Request("GET", "/a%20b", "c=%2F", (("host", host),), scheme=scheme)
    assert absolute_url(request) == expected


def test_the_absolute_url_without_query_and_host() -> None:
    assert absolute_url(Request("GET", "/a")) == "http:///a"


def test_a_request_signed_by_openssl_is_verified(keys: KeyPair, ask: Callable[..., Response]) -> None:
    # The second vector above, as a header.
    signature = "2WZatJJIOCHLNZ+8iN/4z9pOo6JwT3bxonMYOCrE7iI="
    header = f"Basic LIVE:{API_KEY}:{signature}:{NONCE}:{TIME_STAMP}"
    assert ask("GET", "/api/v1/token", Authorization=header).status == 200


@pytest.mark.parametrize(
    "signature",
    [
        "iezLuwUV7uSON5MddTa6cIH4L8Lh4ui+2UPRmxcpx2I=",  # by another key
        "2WZatJJIOCHLNZ+8iN/4z9pOo6JwT3bxonMYOCrE7iJ=",  # the same bytes, written otherwise
        "2WZatJJIOCHLNZ+8iN/4z9pOo6JwT3bxonMYOCrE7iI",
        "2wZatJJIOCHLNZ+8iN/4z9pOo6JwT3bxonMYOCrE7iI=",
        "G3IGPB8DioDJSEredE+22V51FunL/rZEs9k6kHG5nag=",  # of another request
    ],
)
def test_a_signature_that_differs_is_refused(keys: KeyPair, ask: Callable[..., Response], signature: str) -> None:
    header = f"Basic LIVE:{API_KEY}:{signature}:{NONCE}:{TIME_STAMP}"
    response = ask("GET", "/api/v1/token", Authorization=header)
    assert (response.status, response.json()) == (401, {"message": "the signature does not match the request"})


class BackwardsScheme:
    """A scheme of a consumer's own, as plain as can be."""

    def sign(self, message: SignedMessage, signing_key: str) -> str:
        return f"{message.method}-{message.nonce}-{message.time_stamp}-{signing_key.rstrip('=')}"[::-1]


def test_a_second_scheme_can_be_plugged_in() -> None:
    emulator = KeyfaxEmulator(clock=Clock(lambda: float(TIME_STAMP)), signature=BackwardsScheme())
    keys = emulator.issue_keys("LIVE")
    signed = f"GET-n1-{TIME_STAMP}-{keys.signing_key.rstrip('=')}"[::-1]

    def token_with(signature: str, nonce: str) -> int:
        header = f"Basic LIVE:{keys.api_key}:{signature}:{nonce}:{TIME_STAMP}"
        request = Request("GET", "/interview/api/v1/token", headers=(("Authorization", header),))
        return emulator.handle(request).status

    assert token_with(signed, "n2") == 401
    assert token_with(signed, "n1") == 200
    assert token_with(signed, "n1") == 401


def test_a_message_shows_neither_key_nor_body() -> None:
    shown = repr(SignedMessage("POST", START, b"geheim-7", API_KEY, TIME_STAMP, NONCE))
    assert "geheim" not in shown
    assert API_KEY not in shown
