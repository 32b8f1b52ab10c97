import pytest

from pytest_keyauth.recording.names import (
    ADDRESS_HEADERS,
    DROPPED_HEADERS,
    PLAIN_HEADERS,
    SECRET_KINDS,
    kind_by_name,
    name_beside,
)

TELLING = (
    *("user_pin", "newPin", "user[pin]", "pins", "pincode", "sms_otp", "otp_code", "totp", "TOTP", "mfaCode", "db_pwd"),
    *("login_pass", "auth_code", "verification-code", "recovery_codes", "oneTimeCode", "passkey", "security_answer"),
    *("authkey", "sharedKey", "master_key", "encryptionKey", "resetKey", "csrf", "X-XSRF", "sessid", "PHPSESSID"),
    *("assertion", "client_assertion", "tan", "mTAN", "basicAuth"),
)
PLAIN = (
    *("", "name", "company", "samples", "spinning", "shipping", "author", "side", "idle", "compass", "bypass"),
    *("pin_length", "passRate", "otpRequired", "mfa_method", "auth_type", "client_assertion_type", "tangent"),
    *("status_code", "errorCode", "country_code", "postal-code", "public_key", "sort_key", "foreignKey", "answer"),
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
        *((name, "secret") for name in TELLING),
    ],
)
def test_a_name_says_what_stands_under_it_however_it_is_written(name: str, kind: str) -> None:
    assert kind_by_name(name) == kind


@pytest.mark.parametrize("name", PLAIN)
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


@pytest.mark.parametrize(
    ("value", "names", "is_one"),
    [
        ("482913", ["code"], True),
        ("4829", ["code", "user_id"], True),
        ("482", ["code"], False),
        ("482913000", ["code"], False),
        (482913, ["code"], False),
        ("E4829", ["code"], False),
        ("4829", ["code", "errorMessage"], False),
        ("4829", ["status", "code"], False),
        ("0049", ["country", "code"], False),
        ("4829", ["code", "last_name"], False),
    ],
)
def test_digits_under_code_are_a_one_time_code_unless_something_beside_them_says_otherwise(
    value: object, names: list[str], is_one: bool
) -> None:
    assert (name_beside("code", value, names) == "otp.code") == is_one
