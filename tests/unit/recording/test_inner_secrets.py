"""What is secret by itself inside of a secret, and is known elsewhere, too."""

import base64
import json
from datetime import UTC, datetime

import pytest

from pytest_keyauth.recording.exchange import Headers, Request
from pytest_keyauth.recording.inner_secrets import inner_secrets
from pytest_keyauth.recording.redaction import Redactor

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def basic(password: str, user: str = "alice") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("password", [f"Tr0ub4dor!{'x' * count}" for count in range(3)] + ["Aa1!bcdefg", "a:b-c:d"])
@pytest.mark.parametrize("user", ["alice", "a", "ab"])
def test_the_password_of_basic_credentials_is_known_whatever_its_padding(password: str, user: str) -> None:
    assert password in inner_secrets("credentials", basic(password, user))
    assert password in inner_secrets("credentials", basic(password, user).removeprefix("Basic "))
    assert password in inner_secrets("secret", basic(password, user))


@pytest.mark.parametrize(
    ("kind", "value", "inside"),
    [
        ("secret", "Bearer Zk4.plmQ9x", ["Zk4.plmQ9x"]),
        ("token", "token correct-horse", ["correct-horse"]),
        ("secret", "my pass 4 you", []),
        ("secret", "correct horse battery 1", []),
        ("credentials", "alice:Secret-q", ["Secret-q"]),
        ("credentials", "alice:Secret%2Fq", ["Secret%2Fq", "alice:Secret/q", "Secret/q"]),
        ("credentials", "alice:short", []),
        ("credentials", "alice:password", []),
        ("credentials", 'Digest realm="members", uri="/status", response="d41d8cd98f00"', ["d41d8cd98f00"]),
        ("cookie", '"s3ss10n-Abc.9"', ["s3ss10n-Abc.9"]),
        ("cookie", "s%3Ahk3Lq9.Zt%2Fw", ["s:hk3Lq9.Zt/w", "hk3Lq9.Zt/w"]),
        ("cookie", "user=alice&tok=hk3Lq9.Ztw", ["hk3Lq9.Ztw"]),
        ("cookie", "lang=en-US|theme=dark-blue|since=2026-03-04", []),
        ("user-id", "Bearer Zk4.plmQ9x", []),
    ],
)
def test_what_is_secret_by_itself_is_found(kind: str, value: str, inside: list[str]) -> None:
    found = inner_secrets(kind, value)
    assert [text for text in inside if text not in found] == []
    assert len(inside) > 0 or found == []


@pytest.mark.parametrize(
    ("headers", "body", "written"),
    [
        ((("Authorization", basic("correct-horse")),), {"note": "it is correct-horse"}, "it is <inner-secret:1>"),
        ((("Authorization", basic("swordfish")),), {"note": "swordfish, not swordfishes"},
         "<inner-secret:1>, not swordfishes"),
        ((("X-Authorization", "Bearer Zk4.plmQ9x"),), {"note": "Zk4.plmQ9x!"}, "<inner-secret:1>!"),
        ((("Cookie", 'sid="s3ss10n-Abc.9"'),), {"note": "session s3ss10n-Abc.9"}, "session <inner-secret:1>"),
        ((("X-Api-Key", "QWERTZUI"),), {"note": "key QWERTZUI"}, "key <secret:1>"),
        ((), {"authorization": "Bearer Zk4.plmQ9x", "note": "(Zk4.plmQ9x)"}, "(<inner-secret:1>)"),
        ((), {"password": "swordfish", "note": "the password swordfish is weak"}, "the password <secret:1> is weak"),
        ((), {"password": "example", "note": "an example"}, "an example"),
        ((), {"password": {"state": "waiting"}, "note": "it is waiting"}, "it is waiting"),
        ((), {"password": "hallo", "note": "hallo"}, "<secret:1>"),
        ((), {"password": "hallo", "note": "hallo, you"}, "hallo, you"),
    ],
)  # fmt: skip
def test_it_is_replaced_in_texts_and_searched_for(headers: Headers, body: dict[str, object], written: str) -> None:
    content = (("Content-Type", "application/json"), *headers)
    request = Request("POST", "https://api.keytrac.net/users", content, json.dumps(body).encode())
    redactor = Redactor(NOW)
    redactor.meet(request)
    assert json.loads(redactor.redact_request(request).body)["note"] == written
    asked = Redactor(NOW, learns=False).redact_question(request).body  # as a replay reads it
    assert json.loads(asked)["note"] == written.replace(":1>", ":*>")
    if written.startswith("<inner"):
        assert len(redactor.secrets()["inner-secret"]) == 1
