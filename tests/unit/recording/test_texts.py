"""Secrets inside of texts: in URLs, queries, documents, and behind a name in prose."""

import base64
import json
from datetime import UTC, datetime

import pytest

from pytest_keyauth.recording.exchange import Headers, Response
from pytest_keyauth.recording.redaction import Redactor
from pytest_keyauth.recording.texts import is_url

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
JSON: Headers = (("Content-Type", "application/json"),)
XML: Headers = (("Content-Type", "text/xml"),)
S = "Hunter2x.Qq"


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def redact(headers: Headers, body: str) -> str:
    return Redactor(NOW).redact_response(Response(200, headers, body.encode())).body


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"/reset?token={S}", "/reset?token=<token:1>"),
        (f"reset?step=2&token={S}", "reset?step=2&token=<token:1>"),
        (f"see https://x.example/reset?token={S} now", "see https://x.example/reset?token=<token:1> now"),
        (f"see /reset?token={S}.", "see /reset?token=<token:1>."),
        (f"(https://x.example/a?token={S})", "(https://x.example/a?token=<token:1>)"),
        (f"postgres://alice:{S}@db/x", "postgres://<credentials:1>@db/x"),
        (f"at postgres://alice:{S}@db/x!", "at postgres://<credentials:1>@db/x!"),
        (f"user=a&password={S}", "user=a&password=<secret:1>"),
        (f"password={S}", "password=<secret:1>"),
        (f"sent password={S}, and more", "sent password=<secret:1>, and more"),
        (f"Authorization: Bearer {S}", "Authorization: Bearer <secret:1>"),
        (f'got {{"password": "{S}"}}', 'got {"password": "<secret:1>"}'),
        (f'got {{"a": [{{"pin": "{S}"}}]}} twice', 'got {"a": [{"pin": "<secret:1>"}]} twice'),
        (f"got {{'password': '{S}'}}", "got {'password': '<secret:1>'}"),
        (f'cut {{"password": "{S}", "a', 'cut {"password": "<secret:1>", "a'),
        (f"got <password>{S}</password>", "got <password><secret:1></password>"),
        (in_base64(json.dumps({"password": S})), "<secret:2>"),
        (in_base64('{"pin":"482913"}'), "<secret:2>"),
        ("see " + in_base64('{"pin":"482913"}') + ".", "see <secret:2>."),
        (in_base64(f"user=a&password={S}"), "<secret:2>"),
        ("next=%2Fcb%3Ftoken%3D" + S, "next=%2Fcb%3Ftoken%3D<token:1>"),
        (f"said %2Fcb%3Ftoken%3D{S} once", "said %2Fcb%3Ftoken%3D<token:1> once"),
    ],
)
def test_a_secret_inside_of_a_text_is_known_by_its_name_there(text: str, written: str) -> None:
    redacted = redact(JSON, json.dumps({"note": text}, ensure_ascii=False))
    assert json.loads(redacted)["note"] == written
    assert redact(JSON, redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "the password: wrong, or the token: missing",
        "Unable to parse data: {broken",
        "a = b, c: d; is it so? 7 = 7",
        'an object {"a": [1, 2.50]}, in prose',
        "{} and {{}} and {'a': 1}",
        "https://x.example/a?page=1&sort=up#top",
        "/anytext/enrol",
        "aGVsbG8gd29ybGQh",  # hello world!
        "100% of 7 %20 a%zz",
        "it is <secret:1:hex> and &lt;token:2:url&gt; or <token:3>=<token:4>",
        "<inner-secret:1>&password=<secret:*>",
    ],
)
def test_a_text_that_holds_none_stays_as_it_is(text: str) -> None:
    assert Redactor(NOW).redact_text("note", text) == text


@pytest.mark.parametrize("text", ["a=" * 5000, "%25" * 5000, "/?" * 5000, '{"a":' * 5000, "a?b=c?d=" * 2000])
def test_a_text_that_nests_without_end_is_read_to_a_depth(text: str) -> None:
    assert isinstance(Redactor(NOW).redact_text("note", text), str)


@pytest.mark.parametrize(
    "body",
    [
        f'<html><a href="/reset?token={S}">x</a></html>',
        f"<params><param><name>password</name><value>{S}</value></param></params>",
        f"<params><name>user</name><value>a</value><name>password</name><value>{S}</value></params>",
        f"<param><value>{S}</value><name>password</name></param>",
        f"<struct><member><name>password</name><value><string>{S}</string></value></member></struct>",
        f"<dict><key>user</key><string>a</string><key>password</key><string>{S}</string></dict>",
    ],
)
def test_a_secret_in_xml_is_known_by_the_name_beside_it(body: str) -> None:
    redacted = redact(XML, body)
    assert S not in redacted
    assert redacted.count(":1&gt;") == 1  # and nothing else is one
    assert redact(XML, redacted) == redacted


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://a.example/", True),
        ("a?b=c", True),
        ("/a/<user-id:1>?b=<token:1:url>", True),
        ("is it? a=b", False),
        ("/a/b", False),
        ("1 + 1 = 2", False),
    ],
)
def test_a_url_is_absolute_or_has_a_query(text: str, is_one: bool) -> None:
    assert is_url(text) == is_one


def test_what_is_nested_too_deep_leaves_nothing_unread_that_comes_later() -> None:
    redactor = Redactor(NOW)
    for _ in range(8):
        redactor.redact_response(
            Response(200, JSON, json.dumps({"note": "x " + '{"a":' * 400 + "1" + "}" * 400}).encode())
        )
    assert redactor.redact_text("note", f"see /reset?token={S} now") == "see /reset?token=<token:1> now"
