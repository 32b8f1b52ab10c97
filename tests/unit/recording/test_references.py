import base64
from urllib.parse import unquote

import pytest

from pytest_keyauth.recording.references import (
    ENCODINGS,
    Numbering,
    is_reference,
    kind_of,
    replace_references,
)


@pytest.mark.parametrize("text", ["<user-id:1>", "<token:12:base64url>", "<jwt:*>", "&lt;guid:1&gt;"])
def test_a_reference_is_one_in_json_and_in_xml(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "user-id:1",
        "<user-id>",
        "<user-id:>",
        "<User:1>",
        "<user-id:1> ",
        "<user-id:1><user-id:2>",
        "<a:-1>",
        "<a:١>",
    ],
)
def test_any_other_text_is_none(text: str) -> None:
    assert not is_reference(text)


def test_the_kind_of_a_reference_stands_in_it() -> None:
    assert kind_of("<signing-key:3:hex>") == "signing-key"
    with pytest.raises(ValueError, match="'no reference' is no reference"):
        kind_of("no reference")


def test_references_are_replaced_wherever_they_stand() -> None:
    text = "a<token:1>b&lt;user-id:2:hex&gt;c<jwt:*>d<now+1min:unix>"
    replaced = replace_references(text, lambda kind, number, encoding: f"({kind}/{number}/{encoding})")
    assert replaced == "a(token/1/None)b(user-id/2/hex)c(jwt/*/None)d<now+1min:unix>"


def test_each_encoding_says_the_value_again() -> None:
    value = "päss wörd/+?>"
    assert base64.b64decode(ENCODINGS["base64"](value)).decode() == value
    assert base64.urlsafe_b64decode(ENCODINGS["base64url"](value)).decode() == value
    assert bytes.fromhex(ENCODINGS["hex"](value)).decode() == value
    assert unquote(ENCODINGS["url"](value)) == value
    assert "/" not in ENCODINGS["url"](value)


def test_values_are_numbered_by_kind_in_the_order_in_which_they_come() -> None:
    numbering = Numbering()
    asked = [("token", "a"), ("user-id", "b"), ("token", "c"), ("token", "a"), ("user-id", "a")]
    assert [numbering.number(*item) for item in asked] == [
        "<token:1>",
        "<user-id:1>",
        "<token:2>",
        "<token:1>",
        "<token:1>",  # the same value, whatever it is taken for
    ]
    assert dict(numbering) == {"a": "<token:1>", "b": "<user-id:1>", "c": "<token:2>"}
    assert numbering.find("c") == "<token:2>"
    assert numbering.find("d") is None


def test_a_reference_may_be_set() -> None:
    numbering = Numbering()
    numbering.set("<token:9>", "a")
    assert numbering.number("token", "a") == "<token:9>"


def test_a_numbering_shows_no_value() -> None:
    numbering = Numbering()
    numbering.number("token", "geheim")
    assert repr(numbering) == "<Numbering: 1 values>"
