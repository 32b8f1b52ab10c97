import base64
import re
import uuid
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.values import form_of, made_up_value


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        ("token", "a4c0dc53-e763-4ef3-bd19-cc92734e8691", None),
        ("token", "0123456789abcdef0123456789abcdef", "hex:32"),
        ("user-id", "a word of 22 characters", "text:23"),
        ("api-key", "0123456789abcdef0123456789abcdef", None),
        ("api-key", "a4c0dc53-e763-4ef3-bd19-cc92734e8691", "uuid"),
        ("signing-key", "dGhpcnR5LXR3byBieXRlcyBmb3Igb3VyIHZlY3RvcnM=", None),
        ("signing-key", "c2l4dGVlbiBieXRlcyBpdA==", "base64:16"),
        ("secret", "exactly twenty-four long", None),
        ("secret", "short", "text:5"),
        ("host", "A HOST OF ANY NAME", None),
        ("jwt", "eyJhbGciOiJIUzI1NiJ9.e30.x", None),
    ],
)
def test_the_form_of_a_value_is_told_where_its_kind_does_not_say_it(kind: str, value: str, form: str | None) -> None:
    assert form_of(kind, value) == form


@settings(max_examples=30)
@given(st.binary(min_size=12, max_size=80))
def test_base64_is_made_up_as_base64_of_as_many_bytes(key: bytes) -> None:
    value = base64.b64encode(key).decode()
    form = form_of("signing-key", value) or "base64:32"
    made_up = made_up_value("<signing-key:1>", form, "seed")
    if form.startswith("base64"):
        assert len(base64.b64decode(made_up, validate=True)) == len(key)
    assert len(made_up) == len(value)


@settings(max_examples=60)
@given(st.integers(12, 60), st.integers(0, 9999))
def test_the_form_does_not_depend_on_the_luck_of_a_value(length: int, seed: int) -> None:
    """Whether there is a sign in it that only one alphabet has."""
    key, other = Random(seed).randbytes(length), b"\xff" * length
    encodings = (base64.b64encode, base64.urlsafe_b64encode)
    assert len({form_of("token", encode(data).decode()) for encode in encodings for data in (key, other)}) == 1
    unpadded = [base64.urlsafe_b64encode(data).rstrip(b"=").decode() for data in (key, other)]
    assert len({form_of("token", text) for text in unpadded}) == 1


@settings(max_examples=60)
@given(st.integers(1, 80), st.integers(0, 99))
def test_made_up_base64_can_be_read_in_either_alphabet(length: int, seed: int) -> None:
    value = made_up_value("<token:1>", f"base64:{length}", str(seed))
    read = base64.b64decode(value, validate=True)
    assert base64.b64decode(value, altchars=b"-_", validate=True) == read
    assert len(read) == length
    assert base64.b64encode(read).decode() == value


@settings(max_examples=30)
@given(st.integers(16, 200))
def test_hex_is_made_up_as_hex_of_as_many_digits(length: int) -> None:
    form = form_of("secret", ("0123456789abcdef" * 13)[:length])
    assert re.fullmatch(f"[0-9a-f]{{{length}}}", made_up_value("<secret:1>", form, "seed"))


@settings(max_examples=30)
@given(st.text("xyz -", min_size=1, max_size=100))
def test_a_text_is_made_up_as_one_of_as_many_characters(text: str) -> None:
    assert len(made_up_value("<secret:1>", form_of("secret", text), "seed")) == len(text)


@pytest.mark.parametrize("kind", ["token", "user-id", "guid"])
def test_identifiers_are_valid_uuids_of_version_4(kind: str) -> None:
    value = made_up_value(f"<{kind}:1>", None, "seed")
    parsed = uuid.UUID(value)
    assert (str(parsed), parsed.version, parsed.variant) == (value, 4, uuid.RFC_4122)


def test_a_host_can_be_read_and_a_token_has_three_parts() -> None:
    assert made_up_value("<host:2>", None, "seed") == "HOST-2"
    assert re.fullmatch(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", made_up_value("<jwt:1>", None, "seed"))


def test_equal_references_have_equal_values_and_others_have_others() -> None:
    references = [f"<{kind}:{number}>" for kind in ("token", "user-id", "api-key", "secret") for number in range(1, 30)]
    values = [made_up_value(reference, None, "seed") for reference in references]
    assert values == [made_up_value(reference, None, "seed") for reference in references]
    assert len({*values}) == len(values)
    assert {*values}.isdisjoint(made_up_value(reference, None, "another seed") for reference in references)


@settings(max_examples=30)
@given(st.sampled_from(["token", "api-key", "signing-key", "secret", "guid"]), st.integers(1, 999))
def test_a_made_up_value_is_of_the_form_that_it_is_told_of(kind: str, number: int) -> None:
    assert form_of(kind, made_up_value(f"<{kind}:{number}>", None, "seed")) in (None, "hex:24")
