import gzip
from collections import Counter

import pytest

from pytest_keyauth.keystrokes.casting import cast
from pytest_keyauth.recording.exchange import Headers
from pytest_keyauth.recording.unreadable import describe_answer, describe_request, generalize_unreadable, why_unreadable

PLAIN: Headers = (("Content-Type", "text/plain"),)
SAMPLES = [typist.types("Der Text").encode() for typist in cast(2, "people", recordings="recordings")]


def describe(body: bytes, headers: Headers = PLAIN) -> str:
    return describe_request(body, headers, "it is no JSON")


def test_a_request_is_told_by_its_length_and_one_byte_of_a_digest() -> None:
    told = describe(b"\x00\xff plain")
    assert told.startswith("<unreadable body of 8 bytes, digest ")
    assert told == describe(b"\x00\xff plain")
    assert len({describe(b"%03d" % number) for number in range(600)}) > 200  # but no more than 256 are told apart
    assert max(Counter(describe(b"PIN=%04d" % number) for number in range(10_000)).values()) > 20


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"user a4c0dc53-e763-4ef3-bd19-cc92734e8691!", b"user 0b9a6d1e-2f4c-4d7b-8a53-6e1f0c2d9b87!"),
        (
            "user a4c0dc53-e763-4ef3-bd19-cc92734e8691!".encode("utf-16"),
            "user 0b9a6d1e-2f4c-4d7b-8a53-6e1f0c2d9b87!".encode("utf-16"),
        ),
        (b'["' + SAMPLES[0] + b'"', b'["' + SAMPLES[1] + b'"'),
        (b"key 0123456789abcdef0123456789abcdef", b"key 00000000000000000000000000000000"),
        (b"token eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.x", b"token eyJhbGciOiJIUzI1NiJ9.eyJhIjoyMn0.yz"),
    ],
)
def test_what_a_server_gives_out_is_not_compared(one: bytes, other: bytes) -> None:
    assert describe(one) == describe(other)
    assert describe(one) != describe(one + b"?")


def test_neither_boundaries_nor_what_packing_adds_make_a_difference() -> None:
    parts = [
        describe(f"--{mark}\r\nx\r\n--{mark}--".encode(), (("content-type", f"multipart/form-data; boundary={mark}"),))
        for mark in ("3f2a", "9c81bb")
    ]
    assert parts[0] == parts[1]
    packed = (*PLAIN, ("Content-Encoding", "gzip"))
    assert describe(gzip.compress(b"text", mtime=1), packed) == describe(gzip.compress(b"text", mtime=2), packed)
    assert describe(b"\x1f\x8bbroken", packed).startswith("<unreadable body of 8 bytes, digest ")


def test_a_description_says_why_and_nothing_else_is_one() -> None:
    assert why_unreadable(describe(b"text")) == "it is no JSON"
    assert (
        why_unreadable(describe_answer(b"pong", "its content type is text/plain")) == "its content type is text/plain"
    )
    assert why_unreadable('{"a": "<unreadable body of 1 bytes: x>"}') is None
    assert why_unreadable("") is None


def test_one_without_a_digest_fits_any() -> None:
    assert generalize_unreadable("<unreadable body of 3 bytes: x>", "<any>") == "<unreadable body of <any>>"
    assert generalize_unreadable(describe(b"text"), "<any>") == describe(b"text")
    assert generalize_unreadable("<r/>", "<any>") == "<r/>"
