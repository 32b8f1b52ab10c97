import base64
import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.known_secrets import KnownSecrets

SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=6, max_size=20)


def knowing(*secrets: tuple[str, str]) -> KnownSecrets:
    known = KnownSecrets()
    for value, reference in secrets:
        known.add(value, reference)
    return known


FORMS = {
    "plain": str,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "url": lambda text: quote(text, safe=""),
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=15)
@given(secret=SECRETS | st.just("päss wörd/+%41'\""))
def test_a_secret_is_replaced_in_each_of_its_encodings(form: str, secret: str) -> None:
    encoded = FORMS[form](secret)
    written = knowing((secret, "<token:1>")).replace(f"({encoded})")
    said = re.fullmatch(r"\(<token:1(?::([a-z0-9]+))?>\)", written)
    assert said is not None
    assert FORMS[said[1] or "plain"](secret) == encoded


@settings(max_examples=15)
@given(SECRETS)
def test_base64_without_its_padding_is_replaced_too(secret: str) -> None:
    encoded = base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")
    assert re.fullmatch(r"\(<token:1:base64(url)?>\)", knowing((secret, "<token:1>")).replace(f"({encoded})"))


def test_the_longest_secret_is_replaced_first() -> None:
    known = knowing(("geheim", "<token:1>"), ("geheimer", "<token:2>"))
    assert known.replace("geheimer als geheim") == "<token:2> als <token:1>"


@pytest.mark.parametrize("value", ["", "short", "12345"])
def test_what_is_too_short_to_be_told_from_others_is_left_alone(value: str) -> None:
    known = knowing((value, "<token:1>"))
    assert known.replace(f"a {value} b") == f"a {value} b"
    assert not known.are_in(f"a {value} b")


def test_a_secret_that_is_known_later_is_replaced_from_then_on() -> None:
    known = knowing(("first secret", "<token:1>"))
    assert known.replace("second secret") == "second secret"
    known.add("second secret", "<token:2>")
    assert known.replace("second secret, first secret") == "<token:2>, <token:1>"


def test_a_secret_keeps_its_first_reference() -> None:
    assert knowing(("geheim", "<token:1>"), ("geheim", "<secret:1>")).replace("geheim") == "<token:1>"


def test_secrets_are_found_by_kind_and_shown_to_nobody() -> None:
    known = knowing(("a signing key", "<signing-key:1>"), ("a token", "<token:1>"))
    assert known.of_kind("signing-key") == {"a signing key": "<signing-key:1>"}
    assert known.of_kind("signing") == {}
    assert known.are_in("it is a token.")
    assert repr(known) == "<KnownSecrets: 2>"


def test_without_secrets_a_text_stays_as_it_is() -> None:
    assert KnownSecrets().replace("anything") == "anything"
