import pytest

from pytest_keyauth.recording.names import (
    ADDRESS_HEADERS,
    DROPPED_HEADERS,
    PLAIN_HEADERS,
    SECRET_KINDS,
    kind_by_name,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("user_id", "user-id"),
        ("userId", "user-id"),
        ("USER-ID", "user-id"),
        ("sessionGuid", "guid"),
        ("hostName", "host"),
        ("apiKey", "api-key"),
        ("api_key", "api-key"),
        ("signingKey", "signing-key"),
        ("request_signature", "signature"),
        ("nonce", "nonce"),
        ("token", "token"),
        ("access_token", "token"),
        ("id.token", "token"),
        ("user[token]", "token"),
        ("refreshToken2", "token"),
        ("password", "secret"),
        ("new-password", "secret"),
        ("client_secret", "secret"),
        ("X-Api-Key", "secret"),
        ("Set-Cookie", "secret"),
        ("privateKey", "secret"),
        ("pin", "secret"),
        ("PHPSESSIONID", "secret"),
    ],
)
def test_a_name_says_what_stands_under_it_however_it_is_written(name: str, kind: str) -> None:
    assert kind_by_name(name) == kind


@pytest.mark.parametrize("name", ["", "name", "company", "samples", "spinning", "shipping", "author", "side", "idle"])
def test_a_name_that_says_nothing_has_no_kind(name: str) -> None:
    assert kind_by_name(name) is None


def test_what_identifies_is_told_from_what_opens() -> None:
    assert {"user-id", "guid", "host"}.isdisjoint(SECRET_KINDS)
    assert {kind_by_name(name) for name in ("apiKey", "signingKey", "token", "password", "nonce")} <= SECRET_KINDS


def test_a_header_is_treated_in_one_way() -> None:
    assert not (PLAIN_HEADERS & DROPPED_HEADERS) | (PLAIN_HEADERS & ADDRESS_HEADERS)
    assert not DROPPED_HEADERS & ADDRESS_HEADERS


@pytest.mark.parametrize("name", ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"])
def test_a_header_that_carries_a_secret_is_never_recorded_as_it_is(name: str) -> None:
    assert name not in PLAIN_HEADERS | ADDRESS_HEADERS
    assert kind_by_name(name) in SECRET_KINDS
