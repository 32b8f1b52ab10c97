import copy
import pickle
import traceback
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pprint import pformat
from typing import Any

import pytest

from pytest_keyauth.errors import CredentialsError, KeyauthUsageError, TokenError
from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxBearer, KeyfaxCredentials, KeyfaxToken

API_KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
SIGNING_KEY = "c2lnbmluZyBrZXkgb2Ygb25lIG9mIG91ciB0ZXN0cyE="
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwODY0MDB9.c2VjcmV0"
ROOT = "https://keyfax.example/interview"


def make_credentials() -> KeyfaxCredentials:
    return KeyfaxCredentials("LIVE", API_KEY, SIGNING_KEY)


HOLDERS: dict[str, Callable[[], Any]] = {
    "credentials": make_credentials,
    "token": lambda: KeyfaxToken("LIVE", TOKEN),
    "basic": lambda: KeyfaxBasic(make_credentials()),
    "bearer with credentials": lambda: KeyfaxBearer(make_credentials(), ROOT),
    "bearer with a token": lambda: KeyfaxBearer(KeyfaxToken("LIVE", TOKEN), ROOT),
}
EACH_HOLDER = pytest.mark.parametrize("make", HOLDERS.values(), ids=HOLDERS.keys())


def shows_a_secret(text: str) -> bool:
    return any(secret in text for secret in (API_KEY, SIGNING_KEY, TOKEN, TOKEN.split(".")[2]))


@EACH_HOLDER
def test_no_secret_shows_in_a_representation(make: Callable[[], Any]) -> None:
    holder = make()
    for shown in (repr(holder), str(holder), f"{holder}", pformat(holder), pformat([holder])):
        assert "LIVE" in shown
        assert not shows_a_secret(shown)


@pytest.mark.parametrize("name", ["basic", "bearer with credentials", "bearer with a token"])
def test_no_secret_shows_in_what_an_auth_is_made_of(name: str) -> None:
    assert not shows_a_secret(repr(vars(HOLDERS[name]())))


@EACH_HOLDER
def test_no_secret_can_be_pickled(make: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="pickle") as caught:
        pickle.dumps(make())
    assert not shows_a_secret(str(caught.value))


@pytest.mark.parametrize("name", ["credentials", "token"])
def test_pytest_does_not_explain_an_unequal_comparison_by_showing_secrets(name: str) -> None:
    one, other = HOLDERS[name](), HOLDERS[name]()
    other = replace(other, host="TEST")
    with pytest.raises(AssertionError) as caught:
        assert one == other
    assert "LIVE" in str(caught.value)
    assert not shows_a_secret(str(caught.value))


@pytest.mark.parametrize("name", ["credentials", "token"])
def test_what_is_made_of_the_same_parts_is_equal_and_hashes_the_same(name: str) -> None:
    one, other = HOLDERS[name](), HOLDERS[name]()
    assert one == other
    assert hash(one) == hash(other)
    assert one != replace(one, host="TEST")
    assert one != "LIVE"


@pytest.mark.parametrize("name", ["credentials", "token"])
def test_a_copy_is_the_thing_itself_since_it_cannot_be_changed(name: str) -> None:
    one = HOLDERS[name]()
    assert copy.copy(one) is one
    assert copy.deepcopy({"auth": one})["auth"] is one
    with pytest.raises(FrozenInstanceError):
        one.host = "TEST"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"host": ""}, "the Keyfax host is missing"),
        ({"host": None}, "the Keyfax host is missing"),
        ({"host": "LIVE:8088"}, "the Keyfax host holds a colon, which separates the parts of the Authorization header"),
        ({"host": "Köln"}, "the Keyfax host holds what a header cannot carry"),
        ({"host": " LIVE"}, "the Keyfax host holds what a header cannot carry"),
        ({"api_key": ""}, "the Keyfax API key is missing"),
        ({"api_key": API_KEY + ":"}, "the Keyfax API key holds a colon"),
        ({"api_key": API_KEY + "\n"}, "with no blank or line break around it"),
        ({"api_key": API_KEY + "\r\nX-Other: 1"}, "the Keyfax API key holds a colon"),
        ({"api_key": API_KEY + "\r\nX"}, "the Keyfax API key holds what a header cannot carry"),
        ({"api_key": API_KEY + "ä"}, "the Keyfax API key holds what a header cannot carry"),
        ({"signing_key": ""}, "the Keyfax signing key is missing"),
        ({"signing_key": None}, "the Keyfax signing key is missing"),
        ({"signing_key": SIGNING_KEY + "\n"}, "the Keyfax signing key is not base64"),
        ({"signing_key": SIGNING_KEY[:-2]}, "the Keyfax signing key is not base64"),
        ({"signing_key": "-_" + SIGNING_KEY[2:]}, "the Keyfax signing key is not base64"),
        ({"signing_key": "ä" + SIGNING_KEY[1:]}, "the Keyfax signing key is not base64"),
    ],
)
def test_a_part_that_cannot_be_used_is_named_without_being_shown(change: dict[str, Any], message: str) -> None:
    parts = {"host": "LIVE", "api_key": API_KEY, "signing_key": SIGNING_KEY} | change
    with pytest.raises(CredentialsError) as caught:
        KeyfaxCredentials(**parts)
    assert message in str(caught.value)
    assert not shows_a_secret("".join(traceback.format_exception(caught.value)))
    # pytest shows the arguments of the function that raises: it must be one that has none but self.
    assert caught.traceback[-1].name == "__post_init__"


def test_a_host_may_have_a_blank_within() -> None:
    assert KeyfaxCredentials("My Host", API_KEY, SIGNING_KEY).host == "My Host"


@pytest.mark.parametrize(
    ("host", "token", "message"),
    [
        ("", TOKEN, "the Keyfax host is missing"),
        ("A:B", TOKEN, "the Keyfax host holds a colon"),
        ("LIVE", "", "the Keyfax token is not a JSON Web Token: expected header.payload.signature"),
        ("LIVE", TOKEN + "\r\n", "the Keyfax token is not a JSON Web Token"),
        ("LIVE", TOKEN.rpartition(".")[0], "the Keyfax token is not a JSON Web Token"),
        ("LIVE", "a.b.c", "the Keyfax token is not a JSON Web Token"),
    ],
)
def test_a_token_that_cannot_be_borne_is_refused_without_being_shown(host: str, token: str, message: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        KeyfaxToken(host, token)
    assert message in str(caught.value)
    assert not shows_a_secret(str(caught.value))


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ("", "the Keyfax root is no absolute URL"),
        ("keyfax.example/interview", "the Keyfax root is no absolute URL"),
        ("ftp://keyfax.example", "the Keyfax root is no absolute URL"),
        ("http://keyfax.example:port", "the Keyfax root is not a URL"),
        ("https://me:kiesel-27@keyfax.example/interview", "the Keyfax root has user info, query or fragment"),
        ("https://keyfax.example/interview?a=kiesel-27", "the Keyfax root has user info, query or fragment"),
        ("https://keyfax.example/interview/api/v1/", "the Keyfax root ends with /api/v1: expected the URL that ends"),
    ],
)
def test_a_root_that_cannot_be_used_is_refused(root: str, message: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        KeyfaxBearer(make_credentials(), root)
    assert message in str(caught.value)
    assert "kiesel-27" not in str(caught.value)


@pytest.mark.parametrize("margin_s", [-1, float("nan")])
def test_a_margin_below_nothing_is_refused(margin_s: float) -> None:
    with pytest.raises(CredentialsError, match="expected 0 or more seconds"):
        KeyfaxBearer(make_credentials(), ROOT, margin_s=margin_s)


def test_bad_credentials_are_our_fault_and_a_missing_token_is_not() -> None:
    assert issubclass(CredentialsError, KeyauthUsageError)
    assert not issubclass(TokenError, KeyauthUsageError)


def test_a_token_error_keeps_the_answer_but_does_not_show_it() -> None:
    error = TokenError("GET … answered 500, expected 200 with a token", 500, "kiesel-27")
    assert (error.status, error.body) == (500, "kiesel-27")
    assert "kiesel-27" not in str(error) + repr(error)
