"""Who is let in. Headers are signed by the tests' own signer (see conftest), which openssl's vectors vouch for."""

import hmac
import inspect
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator import comparison
from pytest_keyauth.emulator.keyfax import KeyfaxEmulator, KeyPair, SignedMessage, authorization
from pytest_keyauth.emulator.keyfax.authorization import CHECKS
from pytest_keyauth.emulator.keyfax.tokens import make_token
from pytest_keyauth.emulator.message import Request, Response

NOW_S = 1_458_819_924
TOKEN, STARTUP, KEY = "/api/v1/token", "/api/v1/startup", "/api/v1/key"
STRANGER = KeyPair("LIVE", "f" * 32, "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")

Ask = Callable[..., Response]
Sign = Callable[..., str]


@pytest.fixture
def other_keys(emulator: KeyfaxEmulator, keys: KeyPair) -> KeyPair:
    """The keys of TEST, after those of LIVE."""
    return emulator.issue_keys("TEST")


def bear(keys: KeyPair, *, host: str = "LIVE", algorithm: str = "HS256", **claims: Any) -> str:
    """A Bearer header with a token of the test's own making; a claim of ... is left out."""
    members = {"apiKey": keys.api_key, "hostName": "LIVE", "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 60} | claims
    payload = {name: value for name, value in members.items() if value is not ...}
    text = ".".join(_encode(json.dumps(part).encode()) for part in ({"alg": algorithm, "typ": "JWT"}, payload))
    digest = f"sha{algorithm[2:]}"
    signature = b"" if algorithm == "none" else hmac.new(keys.secret(), text.encode(), digest).digest()
    return f"Bearer {host}:{text}.{_encode(signature)}"


def _encode(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def refusal(response: Response) -> str:
    """The reason of a 401."""
    assert response.status == 401
    body = response.json()
    assert list(body) == ["message"]
    assert response.headers == (("Content-Type", "application/json"),)
    return str(body["message"])


# Basic


def test_a_signed_request_is_let_in(keys: KeyPair, send: Ask) -> None:
    assert send(keys, "GET", TOKEN).status == 200


@pytest.mark.parametrize("scheme", ["basic", "BASIC"])
def test_the_name_of_the_scheme_is_case_insensitive(keys: KeyPair, ask: Ask, sign: Sign, scheme: str) -> None:
    header = sign(keys, "GET", TOKEN).replace("Basic", scheme)
    assert ask("GET", TOKEN, Authorization=header).status == 200


def test_header_names_are_case_insensitive(keys: KeyPair, emulator: KeyfaxEmulator, sign: Sign) -> None:
    headers = (("host", "localhost:8088"), ("authorization", sign(keys, "GET", TOKEN)))
    assert emulator.handle(Request("GET", f"/interview{TOKEN}", headers=headers)).status == 200


def test_two_headers_are_none(keys: KeyPair, emulator: KeyfaxEmulator, sign: Sign) -> None:
    header = ("Authorization", sign(keys, "GET", TOKEN))
    headers = (("Host", "localhost:8088"), header, header)
    assert emulator.handle(Request("GET", f"/interview{TOKEN}", headers=headers)).status == 401


@pytest.mark.parametrize(
    "header", [None, "", " ", "LIVE:a:b:c:d", "Digest LIVE:a:b:c:d", "Bearer LIVE:x", "ApiKey LIVE:x"]
)
@pytest.mark.parametrize(("method", "path"), [("POST", KEY), ("DELETE", KEY), ("GET", TOKEN)])
def test_where_a_signature_is_required_nothing_else_will_do(
    keys: KeyPair, ask: Ask, header: str | None, method: str, path: str
) -> None:
    text = refusal(ask(method, path, query="hostName=LIVE", Authorization=header))
    assert text.endswith("expected Basic {hostName}:{apiKey}:{requestSignature}:{nonce}:{timeStamp}")


def test_a_missing_header_is_told_from_a_scheme_that_is_not_taken(keys: KeyPair, ask: Ask) -> None:
    assert refusal(ask("GET", TOKEN)).startswith("the Authorization header is missing: ")
    assert refusal(ask("GET", TOKEN, Authorization="")).startswith("the authorization scheme is not accepted here: ")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda header: header.rpartition(":")[0], id="four"),
        pytest.param(lambda header: f"{header}:", id="a sixth that is empty"),
        pytest.param(lambda header: f"{header}:1", id="six"),
        pytest.param(lambda header: header.replace("LIVE", ""), id="no host"),
        pytest.param(lambda header: header.replace("0" * 16, ""), id="no nonce"),
        pytest.param(lambda _header: "Basic ::::", id="all empty"),
        pytest.param(lambda _header: "Basic", id="none"),
        pytest.param(lambda _header: "Basic TElWRTpwYXNzd29yZA==", id="the Basic of RFC 7617"),
    ],
)
def test_the_header_has_five_parts_that_are_not_empty(
    keys: KeyPair, ask: Ask, sign: Sign, change: Callable[[str], str]
) -> None:
    header = sign(keys, "GET", TOKEN, nonce="0" * 16)
    assert "parts that are not empty" in refusal(ask("GET", TOKEN, Authorization=change(header)))


@pytest.mark.parametrize("host", ["NOPE", "live", "TEST", ":"])
def test_the_host_is_the_one_of_the_key(keys: KeyPair, other_keys: KeyPair, ask: Ask, sign: Sign, host: str) -> None:
    text = refusal(ask("GET", TOKEN, Authorization=sign(keys, "GET", TOKEN, host=host.strip(":") or "LIV")))
    assert text == "the host is not known, or the API key is another host's"


@pytest.mark.parametrize("api_key", ["f" * 32, "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef", "é"])
def test_the_api_key_is_one_of_the_hosts(keys: KeyPair, ask: Ask, sign: Sign, api_key: str) -> None:
    header = sign(replace(keys, api_key=api_key), "GET", TOKEN)
    assert refusal(ask("GET", TOKEN, Authorization=header)) == "the API key is not one of the host's, or no longer"


@pytest.mark.parametrize("offset_s", [-300, -299, 0, 299, 300])
def test_a_time_stamp_may_be_five_minutes_off(keys: KeyPair, ask: Ask, sign: Sign, offset_s: int) -> None:
    header = sign(keys, "GET", TOKEN, time_stamp=NOW_S + offset_s)
    assert ask("GET", TOKEN, Authorization=header).status == 200


@pytest.mark.parametrize(
    ("offset_s", "text"),
    [
        (-301, "the time stamp is more than 300 seconds old"),
        (301, "the time stamp is more than 300 seconds ahead"),
        (-NOW_S, "the time stamp is more than 300 seconds old"),
        (NOW_S * 100, "the time stamp is more than 300 seconds ahead"),
    ],
)
def test_a_time_stamp_may_not_be_more_off(keys: KeyPair, ask: Ask, sign: Sign, offset_s: int, text: str) -> None:
    header = sign(keys, "GET", TOKEN, time_stamp=NOW_S + offset_s)
    assert refusal(ask("GET", TOKEN, Authorization=header)) == text


@pytest.mark.parametrize(
    "time_stamp",
    [
        "now",
        "1458819924.0",
        "+1458819924",
        "01458819924",
        "1_458_819_924",
        "-1",
        "9" * 40,
        " 1458819924",
        "²",
        "1458819924000",
    ],
)
def test_a_time_stamp_is_in_whole_seconds(keys: KeyPair, ask: Ask, sign: Sign, time_stamp: str) -> None:
    header = sign(keys, "GET", TOKEN, time_stamp=time_stamp)
    text = "the time stamp cannot be read: expected Unix time in whole seconds"
    assert refusal(ask("GET", TOKEN, Authorization=header)) == text


def test_the_window_and_the_clock_are_the_emulators(
    keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask, sign: Sign
) -> None:
    emulator.clock.advance(hours=1)
    assert refusal(ask("GET", TOKEN, Authorization=sign(keys, "GET", TOKEN))).endswith("300 seconds old")
    assert ask("GET", TOKEN, Authorization=sign(keys, "GET", TOKEN, time_stamp=NOW_S + 3600)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", STARTUP, "", b"{}"),
        ("GET", STARTUP, "", b""),
        ("GET", "/api/v1/startup/", "", b""),
        ("DELETE", KEY, "hostName=TEST", b""),
        ("DELETE", KEY, "hostName=LIVE&", b""),
        ("DELETE", KEY, "hostname%3DLIVE", b""),
        ("DELETE", KEY, "hostName=LIVE", b" "),
        ("DELETE", KEY, "", b""),
    ],
)
def test_the_signature_is_over_what_was_sent(
    keys: KeyPair, ask: Ask, sign: Sign, method: str, path: str, query: str, body: bytes
) -> None:
    header = sign(keys, method, path, query=query, body=body)
    response = ask("DELETE", KEY, query="hostName=LIVE", Authorization=header)
    assert refusal(response) == "the signature does not match the request"


def test_the_case_of_an_escape_does_not_count_and_its_presence_does(keys: KeyPair, ask: Ask, sign: Sign) -> None:
    header = sign(keys, "DELETE", KEY, query="hostName=%c3%b6")
    assert ask("DELETE", KEY, query="hostName=%C3%B6", Authorization=header).status == 304
    header = sign(keys, "DELETE", KEY, query="hostName=%4e")
    assert ask("DELETE", KEY, query="hostName=N", Authorization=header).status == 401


def test_the_signature_is_over_the_scheme(keys: KeyPair, emulator: KeyfaxEmulator, sign: Sign) -> None:
    headers = (("Host", "localhost:8088"), ("Authorization", sign(keys, "GET", TOKEN)))
    assert emulator.handle(Request("GET", f"/interview{TOKEN}", headers=headers, scheme="https")).status == 401


def test_the_body_is_signed_as_its_bytes_are(
    keys: KeyPair, ask: Ask, sign: Sign, startup: Callable[..., bytes]
) -> None:
    body = startup()
    header = sign(keys, "POST", STARTUP, body=body)
    assert ask("POST", STARTUP, body=body.replace(b": ", b":"), Authorization=header).status == 401
    assert ask("POST", STARTUP, body=body, Authorization=header).status == 200


def test_a_request_is_taken_once(keys: KeyPair, ask: Ask, sign: Sign) -> None:
    header = sign(keys, "GET", TOKEN)
    assert ask("GET", TOKEN, Authorization=header).status == 200
    assert refusal(ask("GET", TOKEN, Authorization=header)) == "the nonce was used before"


def test_a_nonce_is_taken_once_whatever_it_is_for(keys: KeyPair, ask: Ask, sign: Sign) -> None:
    assert ask("GET", TOKEN, Authorization=sign(keys, "GET", TOKEN, nonce="n")).status == 200
    header = sign(keys, "GET", STARTUP, nonce="n", time_stamp=NOW_S + 1)
    assert refusal(ask("GET", STARTUP, Authorization=header)) == "the nonce was used before"


def test_a_nonce_can_be_any_text_and_each_key_has_its_own(
    keys: KeyPair, other_keys: KeyPair, ask: Ask, sign: Sign
) -> None:
    for pair in (keys, other_keys):
        for nonce in ("1", "a b", "é", "x" * 5000):
            assert ask("GET", TOKEN, Authorization=sign(pair, "GET", TOKEN, nonce=nonce)).status == 200


def test_a_nonce_that_an_older_key_of_the_host_has_used_is_good_for_a_newer_one(
    emulator: KeyfaxEmulator, keys: KeyPair, ask: Ask, sign: Sign
) -> None:
    assert ask("POST", KEY, Authorization=sign(keys, "POST", KEY, nonce="n")).status == 201
    newer = emulator.keys("LIVE")[-1]
    assert ask("GET", TOKEN, Authorization=sign(newer, "GET", TOKEN, nonce="n")).status == 200


@pytest.mark.parametrize("offset_s", [0, 300, -300])
def test_a_request_is_never_taken_again_as_long_as_its_time_stamp_is_good(
    keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask, sign: Sign, offset_s: int
) -> None:
    header = sign(keys, "GET", TOKEN, time_stamp=NOW_S + offset_s)
    assert ask("GET", TOKEN, Authorization=header).status == 200
    for minute in range(12):
        other = sign(keys, "GET", TOKEN, time_stamp=int(emulator.clock.seconds()))
        assert ask("GET", TOKEN, Authorization=other).status == 200
        assert ask("GET", TOKEN, Authorization=header).status == 401, minute
        emulator.clock.advance(minutes=1)


@pytest.mark.parametrize("window_s", [300, 7 * 24 * 3600])
def test_a_request_is_not_taken_again_when_the_clock_is_turned_back_or_the_window_made_wider(
    keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask, sign: Sign, window_s: int
) -> None:
    header = sign(keys, "GET", TOKEN)
    assert ask("GET", TOKEN, Authorization=header).status == 200
    emulator.clock.advance(days=1)
    other = sign(keys, "GET", TOKEN, time_stamp=int(emulator.clock.seconds()))
    assert ask("GET", TOKEN, Authorization=other).status == 200  # when old nonces could be forgotten
    emulator.configure(time_window_s=window_s)
    if window_s == 300:
        emulator.clock.advance(days=-1)
    assert refusal(ask("GET", TOKEN, Authorization=header)) == "the nonce was used before"
    assert ask("GET", TOKEN, Authorization=sign(keys, "GET", TOKEN)).status == 200


def test_a_refused_request_uses_no_nonce(keys: KeyPair, ask: Ask, sign: Sign) -> None:
    header = sign(keys, "GET", TOKEN, nonce="n")
    for wrong in (f"{header}:", header.replace(":n:", ":n:1"), header.replace("LIVE", "TEST")):
        assert ask("GET", TOKEN, Authorization=wrong).status == 401
    assert ask("POST", TOKEN, Authorization=header).status == 401
    assert ask("GET", TOKEN, Authorization=header).status == 200


def test_a_verified_request_uses_its_nonce_though_it_fails(
    keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask, sign: Sign
) -> None:
    header = sign(keys, "GET", TOKEN)
    emulator.fail_store("read-key")
    assert ask("GET", TOKEN, Authorization=header).status == 500
    assert refusal(ask("GET", TOKEN, Authorization=header)) == "the nonce was used before"


def test_comparable_work_is_done_for_whoever_asks(
    keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong host, key, time stamp or signature costs one signature and one comparison of it, as a right one does."""
    signed: list[SignedMessage] = []
    compared: list[bytes] = []

    def note_message(message: SignedMessage, _signing_key: str) -> str:
        signed.append(message)
        return "right"

    def note_comparison(expected: bytes, given: bytes) -> bool:
        compared.append(given)
        return expected == given

    monkeypatch.setattr(emulator._signature, "sign", note_message, raising=False)
    monkeypatch.setattr(comparison, "compare_digest", note_comparison)
    for header in (
        f"Basic LIVE:{keys.api_key}:right:n1:{NOW_S}",
        f"Basic LIVE:{keys.api_key}:wrong:n2:{NOW_S}",
        f"Basic LIVE:{'f' * 32}:wrong:n3:{NOW_S}",
        f"Basic NOPE:{'f' * 32}:wrong:n4:{NOW_S}",
        f"Basic LIVE:{keys.api_key}:wrong:n5:1",
    ):
        signed.clear()
        compared.clear()
        ask("GET", TOKEN, Authorization=header)
        assert len(signed) == 1
        assert compared[0] == header.split(":")[2].encode()


# Bearer


def test_a_token_is_let_in_where_it_is_documented(keys: KeyPair, ask: Ask) -> None:
    assert ask("POST", TOKEN, Authorization=bear(keys)).status == 200
    assert ask("GET", STARTUP, Authorization=bear(keys)).status == 200


def test_a_token_of_the_emulator_is_let_in(keys: KeyPair, send: Ask, ask: Ask) -> None:
    token = send(keys, "GET", TOKEN).json()["token"]
    assert ask("POST", TOKEN, Authorization=f"Bearer LIVE:{token}").status == 200


def test_a_token_can_be_used_any_number_of_times(keys: KeyPair, ask: Ask) -> None:
    header = bear(keys)
    assert [ask("GET", STARTUP, Authorization=header).status for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(("method", "path"), [("POST", KEY), ("DELETE", KEY), ("GET", TOKEN)])
def test_a_token_is_not_taken_where_a_signature_is_documented(keys: KeyPair, ask: Ask, method: str, path: str) -> None:
    assert "scheme" in refusal(ask(method, path, query="hostName=LIVE", Authorization=bear(keys)))


def test_a_signature_is_not_taken_where_a_token_is_documented(keys: KeyPair, ask: Ask, sign: Sign) -> None:
    text = refusal(ask("POST", TOKEN, Authorization=sign(keys, "POST", TOKEN)))
    assert text == "the authorization scheme is not accepted here: expected Bearer {hostName}:{jsonWebToken}"


BAD_TOKEN = "the token is not signed by the host's signing key with HS256"
FOREIGN = "the token is not one of the host that the header names"
UNREADABLE = "the token cannot be read: expected a JSON Web Token"
PARTS = "parts that are not empty: expected Bearer {hostName}:{jsonWebToken}"
WRONG_KEY = "the API key is not one of the host's, or no longer"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        pytest.param(lambda keys: bear(keys, algorithm="none"), BAD_TOKEN, id="alg none"),
        pytest.param(lambda keys: bear(keys, algorithm="HS384"), BAD_TOKEN, id="HS384"),
        pytest.param(lambda keys: bear(keys, algorithm="HS512"), BAD_TOKEN, id="HS512"),
        pytest.param(lambda keys: bear(replace(keys, signing_key=STRANGER.signing_key)), BAD_TOKEN, id="another key"),
        pytest.param(
            lambda keys: bear(keys)[:-1] + ("A" if bear(keys)[-1] != "A" else "E"), BAD_TOKEN, id="another signature"
        ),
        pytest.param(lambda keys: bear(keys, apiKey="f" * 32), WRONG_KEY, id="an unknown key"),
        pytest.param(lambda keys: bear(keys, apiKey=...), WRONG_KEY, id="no key"),
        pytest.param(lambda keys: bear(keys, apiKey=None), WRONG_KEY, id="key null"),
        pytest.param(
            lambda keys: bear(keys, apiKey=["0123456789abcdef0123456789abcdef"]), WRONG_KEY, id="key an array"
        ),
        pytest.param(lambda keys: bear(keys, hostName="TEST"), FOREIGN, id="claim of another host"),
        pytest.param(lambda keys: bear(keys, hostName=...), FOREIGN, id="no host claim"),
        pytest.param(lambda keys: bear(keys, hostName=["LIVE"]), FOREIGN, id="host claim an array"),
        pytest.param(lambda keys: bear(keys, host="TEST"), FOREIGN, id="header of another host"),
        pytest.param(lambda keys: bear(keys, host="TEST", hostName="TEST"), FOREIGN, id="both of another host"),
        pytest.param(lambda keys: bear(keys, exp=NOW_S), "the token has expired", id="expired now"),
        pytest.param(lambda keys: bear(keys, exp=NOW_S - 0.5), "the token has expired", id="expired before"),
        pytest.param(lambda keys: bear(keys, exp=...), "the token has expired", id="no expiry"),
        pytest.param(lambda keys: bear(keys, exp=None), "the token has expired", id="expiry null"),
        pytest.param(lambda keys: bear(keys, exp=True), "the token has expired", id="expiry true"),
        pytest.param(lambda keys: bear(keys, exp=str(NOW_S + 60)), "the token has expired", id="expiry a text"),
        pytest.param(lambda keys: bear(keys, exp=float("inf")), "the token has expired", id="expiry infinite"),
        pytest.param(lambda keys: bear(keys, exp=float("nan")), "the token has expired", id="expiry NaN"),
        pytest.param(lambda keys: bear(keys, exp=10**400), "the token has expired", id="expiry beyond numbers"),
        pytest.param(lambda keys: bear(keys, nbf=NOW_S + 1), "the token is not valid yet", id="begins in a second"),
        pytest.param(lambda keys: bear(keys, nbf=None), "the token is not valid yet", id="begin null"),
        pytest.param(lambda keys: bear(keys, nbf=[]), "the token is not valid yet", id="begin an array"),
        pytest.param(lambda keys: bear(keys, nbf=float("nan")), "the token is not valid yet", id="begin NaN"),
        pytest.param(lambda _keys: "Bearer LIVE:x", UNREADABLE, id="no token"),
        pytest.param(lambda _keys: "Bearer LIVE:..", UNREADABLE, id="dots"),
        pytest.param(lambda keys: bear(keys) + "=", UNREADABLE, id="padded"),
        pytest.param(lambda keys: bear(keys) + ":", f"the Authorization header has 2 {PARTS}", id="a third part"),
        pytest.param(
            lambda keys: bear(keys).replace("LIVE:", ""), f"the Authorization header has 1 {PARTS}", id="one part"
        ),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", TOKEN), ("GET", STARTUP)])
def test_a_wrong_token_is_refused(
    keys: KeyPair, other_keys: KeyPair, ask: Ask, header: Callable[[KeyPair], str], text: str, method: str, path: str
) -> None:
    assert refusal(ask(method, path, Authorization=header(keys))) == text


@pytest.mark.parametrize(
    "claims",
    [
        {"nbf": ...},
        {"nbf": NOW_S},
        {"nbf": NOW_S - 0.5},
        {"exp": NOW_S + 1},
        {"exp": NOW_S + 0.5},
        {"iat": ...},
        {"iat": NOW_S + 60},
        {"aud": "x"},
        {"sub": 7},
    ],
)
def test_a_token_is_good_from_its_first_second_to_the_last(keys: KeyPair, ask: Ask, claims: dict[str, Any]) -> None:
    assert ask("GET", STARTUP, Authorization=bear(keys, **claims)).status == 200


def test_a_token_expires_by_the_emulators_clock(keys: KeyPair, emulator: KeyfaxEmulator, send: Ask, ask: Ask) -> None:
    header = f"Bearer LIVE:{send(keys, 'GET', TOKEN).json()['token']}"
    emulator.clock.advance(hours=23, minutes=59, seconds=59)
    assert ask("POST", TOKEN, Authorization=header).status == 200
    emulator.clock.advance(seconds=1)
    assert refusal(ask("POST", TOKEN, Authorization=header)) == "the token has expired"
    emulator.clock.advance(hours=-25)
    assert refusal(ask("POST", TOKEN, Authorization=header)) == "the token is not valid yet"


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        ({"nbf": NOW_S + 0.5}, True),
        ({"nbf": NOW_S + 0.75}, True),
        ({"nbf": NOW_S + 0.875}, False),
        ({"exp": NOW_S + 0.875}, True),
        ({"exp": NOW_S + 0.75}, False),
        ({"exp": NOW_S + 0.5}, False),
    ],
)
def test_a_token_that_tells_parts_of_a_second_is_good_to_that_part(
    keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask, claims: dict[str, Any], good: bool
) -> None:
    """RFC 7519: a time may have a fraction, and on or after "exp" a token must not be accepted."""
    emulator.clock.advance(seconds=0.75)
    assert ask("GET", STARTUP, Authorization=bear(keys, **claims)).status == (200 if good else 401)


@pytest.mark.parametrize("lifetime_s", [1, 90, 24 * 3600])
def test_a_token_made_within_a_second_is_good_at_once_and_ends_on_the_second(
    keys: KeyPair, emulator: KeyfaxEmulator, send: Ask, ask: Ask, lifetime_s: int
) -> None:
    emulator.configure(token_lifetime_h=lifetime_s / 3600)
    emulator.clock.advance(seconds=0.5)
    header = f"Bearer LIVE:{send(keys, 'GET', TOKEN).json()['token']}"
    assert ask("GET", STARTUP, Authorization=header).status == 200
    emulator.clock.advance(seconds=lifetime_s - 0.75)
    assert ask("GET", STARTUP, Authorization=header).status == 200
    emulator.clock.advance(seconds=0.25)
    assert refusal(ask("GET", STARTUP, Authorization=header)) == "the token has expired"


def test_the_token_of_a_dead_key_is_dead(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, ask: Ask) -> None:
    header = bear(keys)
    send(keys, "POST", KEY)
    assert ask("GET", STARTUP, Authorization=header).status == 200
    send(emulator.keys("LIVE")[-1], "GET", TOKEN)
    assert refusal(ask("GET", STARTUP, Authorization=header)) == WRONG_KEY


def test_a_token_that_is_signed_with_the_newest_key_is_its_first_use(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, ask: Ask
) -> None:
    send(keys, "POST", KEY)
    newest = emulator.keys("LIVE")[-1]
    assert ask("GET", STARTUP, Authorization=bear(newest)).status == 200
    assert emulator.keys("LIVE") == [newest]
    assert refusal(send(keys, "GET", TOKEN)) == WRONG_KEY


def test_a_host_without_keys_cannot_renew_whatever_the_token_is(keys: KeyPair, send: Ask, ask: Ask) -> None:
    message = {"message": "the host has no active key: generate one first"}
    for header in (
        bear(keys, host="NOPE"),
        "Bearer TEST:x",
        "Bearer TEST:..",
        bear(keys, host="TEST", hostName="TEST"),
    ):
        response = ask("POST", TOKEN, Authorization=header)
        assert (response.status, response.json()) == (404, message)
    assert ask("POST", TOKEN, Authorization="Bearer NOPE:").status == 401
    send(keys, "DELETE", KEY, query="hostName=LIVE")
    assert ask("POST", TOKEN, Authorization=bear(keys)).status == 404


def test_a_host_without_keys_is_a_wrong_host_elsewhere(keys: KeyPair, ask: Ask) -> None:
    assert refusal(ask("GET", STARTUP, Authorization=bear(keys, host="NOPE"))) == FOREIGN


# Optional


@pytest.mark.parametrize(("method", "path"), [("GET", STARTUP), ("POST", STARTUP), ("POST", "/api/v1/results")])
def test_an_optional_header_can_be_left_out_and_must_be_right_where_it_is_there(
    keys: KeyPair, send: Ask, ask: Ask, startup: Callable[..., bytes], method: str, path: str
) -> None:
    body = startup() if path == STARTUP and method == "POST" else b""
    expected = ask(method, path, body=body).status
    assert expected == (500 if path.endswith("results") else 200)
    assert send(keys, method, path, body=body).status == expected
    assert ask(method, path, body=body, Authorization=bear(keys)).status == expected
    for wrong in ("", "Bearer", "Bearer LIVE:x", "Basic LIVE:a:b:c:1", "Digest x", f"ApiKey LIVE:{keys.api_key}"):
        assert ask(method, path, body=body, Authorization=wrong).status == 401


def test_nobody_has_to_say_who_wants_the_initial_keys(ask: Ask) -> None:
    assert ask("GET", KEY, query="hostName=LIVE", Authorization="Digest whatever").status == 201


# API Key


def test_the_api_key_method_is_off_until_it_is_turned_on(keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask) -> None:
    header = f"ApiKey LIVE:{keys.api_key}"
    assert refusal(ask("GET", STARTUP, Authorization=header)) == "the API Key method is not turned on"
    emulator.configure(api_key_method=True)
    assert ask("GET", STARTUP, Authorization=header).status == 200
    assert ask("GET", STARTUP, Authorization=header.replace("ApiKey", "apikey")).status == 200


@pytest.mark.parametrize(
    "header",
    [
        "ApiKey",
        "ApiKey LIVE",
        "ApiKey LIVE:",
        "ApiKey LIVE:{f}",
        "ApiKey LIVE:{key}:",
        "ApiKey :{key}",
        "ApiKey TEST:{key}",
        "ApiKey NOPE:{key}",
        "ApiKey LIVE:{other}",
        "ApiKey ::",
        "ApiKey :",
    ],
)
def test_a_wrong_api_key_is_refused(
    keys: KeyPair, other_keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask, header: str
) -> None:
    emulator.configure(api_key_method=True)
    sent = header.format(key=keys.api_key, other=other_keys.api_key, f="f" * 32)
    assert ask("GET", STARTUP, Authorization=sent).status == 401


@pytest.mark.parametrize(("method", "path"), [("POST", KEY), ("DELETE", KEY), ("GET", TOKEN), ("POST", TOKEN)])
def test_an_api_key_alone_gives_neither_keys_nor_tokens(
    keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask, method: str, path: str
) -> None:
    emulator.configure(api_key_method=True)
    assert "scheme" in refusal(ask(method, path, query="hostName=LIVE", Authorization=f"ApiKey LIVE:{keys.api_key}"))


def test_an_api_key_alone_does_not_end_the_life_of_older_keys(
    keys: KeyPair, emulator: KeyfaxEmulator, send: Ask, ask: Ask
) -> None:
    emulator.configure(api_key_method=True)
    new = send(keys, "POST", KEY).json()["apiKey"]
    assert ask("GET", STARTUP, Authorization=f"ApiKey LIVE:{new}").status == 200
    assert send(keys, "GET", TOKEN).status == 200


# A damaged key


def test_a_damaged_key_is_a_failure_where_the_document_has_one_and_a_refusal_where_not(
    keys: KeyPair, emulator: KeyfaxEmulator, send: Ask, ask: Ask, startup: Callable[..., bytes]
) -> None:
    emulator.damage_signing_key("LIVE")
    message = {"message": "the header cannot be verified: the stored signing key is damaged"}
    for method, path in (("POST", KEY), ("DELETE", KEY), ("GET", TOKEN), ("POST", STARTUP)):
        response = send(keys, method, path, body=startup())
        assert (response.status, response.json()) == (500, message)
    assert ask("POST", TOKEN, Authorization=bear(keys)).status == 500
    assert refusal(send(keys, "GET", STARTUP)) == message["message"]
    assert emulator.sessions == {}


def test_a_damaged_key_does_not_matter_where_the_header_is_wrong_anyway(
    keys: KeyPair, emulator: KeyfaxEmulator, ask: Ask, sign: Sign
) -> None:
    emulator.damage_signing_key("LIVE")
    assert ask("GET", TOKEN, Authorization=sign(keys, "GET", TOKEN, time_stamp=1)).status == 401
    assert ask("GET", TOKEN, Authorization=sign(keys, "GET", TOKEN, host="NOPE")).status == 401


# Each check by itself


@dataclass(frozen=True)
class Wrong:
    """A header that is wrong in the one respect that a check is there for, and where it is sent to."""

    header: Callable[[KeyPair, KeyPair, Sign], str | None]
    method: str = "GET"
    path: str = STARTUP


def _replayed(keys: KeyPair, _other: KeyPair, sign: Sign) -> str:
    return sign(keys, "GET", STARTUP, nonce="used")


ONE_WRONG = {
    ("any", "refuse_missing_header"): Wrong(lambda *_: None, "DELETE", KEY),
    ("any", "refuse_unfit_scheme"): Wrong(lambda keys, *_: bear(keys), "GET", TOKEN),
    ("Basic", "refuse_wrong_parts"): Wrong(lambda keys, _, sign: sign(keys, "GET", STARTUP) + ":1"),
    ("Basic", "refuse_ambiguous_nonce"): Wrong(lambda keys, _, sign: sign(keys, "GET", STARTUP, nonce="bm9uY2U=")),
    ("Basic", "refuse_foreign_host"): Wrong(lambda keys, _, sign: sign(keys, "GET", STARTUP, host="TEST")),
    ("Basic", "refuse_wrong_key"): Wrong(lambda keys, _, sign: sign(replace(keys, api_key="f" * 32), "GET", STARTUP)),
    ("Basic", "refuse_stale"): Wrong(lambda keys, _, sign: sign(keys, "GET", STARTUP, time_stamp=NOW_S - 301)),
    ("Basic", "refuse_future"): Wrong(lambda keys, _, sign: sign(keys, "GET", STARTUP, time_stamp=NOW_S + 301)),
    ("Basic", "refuse_wrong_signature"): Wrong(lambda keys, _, sign: sign(keys, "GET", TOKEN)),
    ("Basic", "refuse_replay"): Wrong(_replayed),
    ("Bearer", "refuse_wrong_parts"): Wrong(lambda keys, *_: bear(keys) + ":1"),
    ("Bearer", "refuse_host_without_keys"): Wrong(lambda keys, *_: bear(keys, host="NOPE"), "POST", TOKEN),
    ("Bearer", "refuse_foreign_token"): Wrong(lambda keys, *_: bear(keys, host="TEST")),
    ("Bearer", "refuse_wrong_key"): Wrong(lambda keys, *_: bear(keys, apiKey="f" * 32)),
    ("Bearer", "refuse_unsigned_token"): Wrong(lambda keys, *_: bear(replace(STRANGER, api_key=keys.api_key))),
    ("Bearer", "refuse_expired"): Wrong(lambda keys, *_: bear(keys, exp=NOW_S)),
    ("Bearer", "refuse_not_yet_valid"): Wrong(lambda keys, *_: bear(keys, nbf=NOW_S + 1)),
    ("ApiKey", "refuse_wrong_parts"): Wrong(lambda keys, *_: f"ApiKey LIVE:{keys.api_key}:1"),
    ("ApiKey", "refuse_foreign_host"): Wrong(lambda keys, *_: f"ApiKey TEST:{keys.api_key}"),
    ("ApiKey", "refuse_wrong_key"): Wrong(lambda *_: f"ApiKey LIVE:{'f' * 32}"),
}


@pytest.mark.parametrize(("scheme", "name"), ONE_WRONG)
def test_every_check_is_what_keeps_its_header_out(
    emulator: KeyfaxEmulator,
    keys: KeyPair,
    other_keys: KeyPair,
    ask: Ask,
    sign: Sign,
    scheme: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emulator.configure(api_key_method=True)
    assert ask("GET", STARTUP, Authorization=_replayed(keys, other_keys, sign)).status == 200
    wrong = ONE_WRONG[scheme, name]
    header = wrong.header(keys, other_keys, sign)
    expected = 404 if name == "refuse_host_without_keys" else 401
    assert ask(wrong.method, wrong.path, query="", Authorization=header).status == expected
    monkeypatch.setitem(CHECKS, scheme, tuple(check for check in CHECKS[scheme] if check.__name__ != name))
    without = ask(wrong.method, wrong.path, query="", Authorization=header).status
    assert without == {"refuse_missing_header": 304, "refuse_host_without_keys": 401}.get(name, 200)


def test_every_check_is_named_and_tried_by_itself() -> None:
    assert list(ONE_WRONG) == [(scheme, check.__name__) for scheme, checks in CHECKS.items() for check in checks]
    functions = {
        name for name, _ in inspect.getmembers(authorization, inspect.isfunction) if name.startswith("refuse_")
    }
    assert functions == {check.__name__ for check in chain(*CHECKS.values())}


# Nothing leaks, nothing raises


def test_no_refusal_shows_a_secret(
    keys: KeyPair, other_keys: KeyPair, ask: Ask, sign: Sign, emulator: KeyfaxEmulator
) -> None:
    emulator.configure(api_key_method=True)
    for wrong in ONE_WRONG.values():
        header = wrong.header(keys, other_keys, sign)
        body = ask(wrong.method, wrong.path, Authorization=header).body.decode()
        secrets = [keys.api_key, keys.signing_key, other_keys.api_key, *(header or "-").split(":")[1:-1]]
        assert not any(secret in body for secret in secrets if len(secret) > 5)


HEADER = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["Basic", "bearer", "ApiKey", "Digest"]),
        st.sampled_from([" ", "", "  ", "\t"]),
        st.lists(
            st.one_of(
                st.text(max_size=8),
                st.sampled_from(["LIVE", "0123456789abcdef0123456789abcdef", str(NOW_S), "a.b.c", "é"]),
            ),
            max_size=7,
        ).map(":".join),
    ),
)


@given(HEADER)
@settings(max_examples=300, deadline=None)
def test_no_header_raises_or_is_let_in(header: str) -> None:
    emulator = KeyfaxEmulator(random=Random(1))
    emulator.issue_keys("LIVE")
    for method, path in (("POST", KEY), ("GET", TOKEN), ("POST", TOKEN), ("GET", STARTUP)):
        request = Request(method, f"/interview{path}", headers=(("Authorization", header), ("Host", "é:\ud800")))
        assert emulator.handle(request).status in (401, 404)
    assert len(emulator.keys("LIVE")) == 1


def test_a_token_of_an_undamaged_pair_is_what_the_tests_make_themselves(keys: KeyPair, ask: Ask) -> None:
    token = make_token(keys, NOW_S, 24, Random(1))
    assert ask("GET", STARTUP, Authorization=f"Bearer LIVE:{token}").status == 200
