"""Cassettes with any client library: what one has recorded each of them plays."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .cassette_runs import LIBRARIES, LIVE, STRICT, run
from .counting_provider import GREETING, counting


@pytest.fixture
def account(reaching: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment reaches a `keyauth serve`: an account and an installation of the test's own."""

    def tell(command: str, **arguments: str) -> Any:
        url = f"{reaching['KEYAUTH_KEYTRAC_URL']}/_keyauth/{command}"
        return httpx.post(url, json=arguments, trust_env=False, verify=False).raise_for_status().json()

    root = tell("installations")["root"]
    tell("hosts", name="OURS", root=root)
    keys = tell("keys", host="OURS", root=root)
    monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", tell("accounts")["token"])
    monkeypatch.setenv("KEYAUTH_KEYFAX_URL", reaching["KEYAUTH_KEYTRAC_URL"] + root)
    monkeypatch.setenv("KEYAUTH_KEYFAX_HOST", "OURS")
    monkeypatch.setenv("KEYAUTH_KEYFAX_API_KEY", keys["apiKey"])
    monkeypatch.setenv("KEYAUTH_KEYFAX_SIGNING_KEY", keys["signingKey"])


def read_cassettes(folder: Path) -> dict[str, dict[str, Any]]:
    """All cassettes below a folder, by name."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.rglob("*.yaml"))}


# Every library against every other

CONVERSATION = """
    import json
    import os
    from itertools import product
    from pathlib import Path

    import httpx
    import pytest
    from client_libraries import CLIENTS, opened
    from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxCredentials

    IS_RECORDED = "KEYAUTH_KEYTRAC_URL" in os.environ
    KEYTRAC = os.environ.get("KEYAUTH_KEYTRAC_URL", "https://api.keytrac.net")
    KEYFAX = os.environ.get("KEYAUTH_KEYFAX_URL", "https://keyfax.customer.example/interview")
    TOKEN = {"Authorization": os.environ.get("KEYAUTH_KEYTRAC_TOKEN", "9b" * 18)}
    KEYS = KeyfaxCredentials(
        host=os.environ.get("KEYAUTH_KEYFAX_HOST", "OURS"),
        api_key=os.environ.get("KEYAUTH_KEYFAX_API_KEY", "6f1c2a9d" * 4),
        signing_key=os.environ.get("KEYAUTH_KEYFAX_SIGNING_KEY", "bWFkZS11cA=="),
    )
    SAMPLES = json.loads(Path("samples.json").read_text(encoding="utf-8"))

    PAIRS = [(name, name) for name in CLIENTS] if IS_RECORDED else list(product(CLIENTS, CLIENTS))

    def sign(method, url):
        request = httpx.Request(method, url)
        KeyfaxBasic(KEYS).sign(request)
        return {"Authorization": request.headers["Authorization"]}

    def submit(client, action, user_id, samples):
        return client.post(f"{KEYTRAC}/anytext/{action}", TOKEN, json={"user_id": user_id, "samples": samples})

    @pytest.mark.keyauth_cassette
    @pytest.mark.parametrize(("recorder", "player"), PAIRS)
    def test_it(recorder, player):
        with opened(recorder if IS_RECORDED else player) as client:
            one, other = (client.post(f"{KEYTRAC}/users", TOKEN).json()["id"] for _ in range(2))
            assert one != other
            assert submit(client, "enrol", one, SAMPLES[:2]).status == 200
            assert submit(client, "authenticate", one, SAMPLES[2:]).json()["authenticated"] is True
            refused = submit(client, "authenticate", other, SAMPLES[2:])
            assert (refused.status, refused.json()["error"][:24]) == (404, "User is not yet enrolled")
            assert client.get(f"{KEYTRAC}/users/{one}?since=today", TOKEN).status == 200
            answer = client.get(f"{KEYFAX}/api/v1/token", sign("GET", f"{KEYFAX}/api/v1/token"))
            token = answer.json()["token"]
            assert answer.headers["content-type"].startswith("application/json")
            bearer = {"Authorization": f"Bearer {KEYS.host}:{token}"}
            assert client.get(f"{KEYFAX}/api/v1/startup", bearer).status == 200
"""


@pytest.mark.slow
def test_what_one_library_records_each_can_replay_and_all_record_the_same(
    consumer: pytest.Pytester, account: None, cut_off: Any
) -> None:
    consumer.makepyfile(CONVERSATION)
    count = len(LIBRARIES)
    run(consumer, *LIVE).assert_outcomes(passed=count)
    recordings = [simplify(cassette) for cassette in read_cassettes(consumer.path / "cassettes").values()]
    assert len(recordings) == count
    assert all(recording == recordings[0] for recording in recordings)
    for recorder in LIBRARIES:
        [recorded] = consumer.path.glob(f"cassettes/*/test_it[[]{recorder}-{recorder}].yaml")
        for player in set(LIBRARIES) - {recorder}:
            shutil.copy(recorded, recorded.with_name(f"test_it[{recorder}-{player}].yaml"))
    cut_off()
    replayed = run(consumer, *STRICT)
    replayed.assert_outcomes(passed=count**2)
    assert f"{count**2} cassettes played, recorded from emulator" in replayed.stdout.str()


def simplify(cassette: dict[str, Any], *left_out: str) -> list[Any]:
    """The interactions of a cassette, with the names of headers in small letters: vcrpy sees httpx's so."""
    return [
        (
            {**request, "headers": {name: values for name, values in fold(request) if name not in left_out}},
            {**response, "headers": dict(fold(response))},
        )
        for request, response in ((pair["request"], pair["response"]) for pair in cassette["interactions"])
    ]


def fold(message: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    return ((name.lower(), values) for name, values in message["headers"].items())


# Bodies, cookies, redirects, and other hosts

ALL_KINDS_OF_BODIES = """
    import gzip
    import json
    import os

    import pytest
    from client_libraries import CLIENTS, opened

    IS_RECORDED = "KEYAUTH_KEYTRAC_URL" in os.environ
    BASE = os.environ.get("KEYAUTH_KEYTRAC_URL", "https://api.keytrac.net")
    ELSEWHERE = os.environ["ELSEWHERE"]
    JSON = {"Content-Type": "application/json"}

    @pytest.mark.keyauth_cassette
    @pytest.mark.parametrize(("recorder", "player"), list(zip(CLIENTS, [*list(CLIENTS)[1:], *CLIENTS])))
    def test_it(recorder, player):
        library = recorder if IS_RECORDED else player
        with opened(library) as client:
            for path in ("gzip", "chunked", "gzip-chunked"):
                assert client.get(f"{BASE}/{path}").json() == {"text": "Grüße, müde Welt"}

            def send(**body):
                return client.post(f"{BASE}/echo", **body).json()["sent"]

            assert json.loads(send(json={"name": "Müller", "list": [1, None]})) == {"name": "Müller", "list": [1, None]}
            assert json.loads(send(json=["one"])) == ["one"]
            form = {"name": "Müller & Söhne", "city": "Köln"}
            assert send(form=form) == "name=M%C3%BCller+%26+S%C3%B6hne&city=K%C3%B6ln"
            packed = gzip.compress('{"packed": "müde"}'.encode(), mtime=0)
            assert json.loads(send(content=packed, headers={**JSON, "Content-Encoding": "gzip"})) == {"packed": "müde"}
            chunks = [b'{"strea', b'med": "m\\xc3', b'\\xbcde"}']
            assert json.loads(send(chunks=chunks, headers=JSON)) == {"streamed": "müde"}
            assert client.get(f"{ELSEWHERE}/gzip").json() == {"text": "Grüße, müde Welt"}
            assert client.post(f"{ELSEWHERE}/echo", json={"token": "elsewhere"}).status == 200
            welcome = client.get(f"{BASE}/log-in")
            assert (welcome.status, welcome.json()["cookie"]) == (200, recorder != "urllib3")
"""


def test_bodies_cookies_and_redirects_of_any_library_are_recorded_readable_and_other_hosts_not_at_all(
    consumer: pytest.Pytester, cut_off: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer.makepyfile(ALL_KINDS_OF_BODIES)
    count = len(LIBRARIES)
    with counting() as elsewhere:
        monkeypatch.setenv("ELSEWHERE", elsewhere.url)
        with counting() as provider:
            monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", provider.url)
            monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", "9b" * 18)
            run(consumer, *LIVE).assert_outcomes(passed=count)
            assert provider.count["/echo"] == 5 * count
            assert elsewhere.count == {"/gzip": count, "/echo": count}
        cut_off(elsewhere.server_port)
        run(consumer, *STRICT).assert_outcomes(passed=count)
        assert elsewhere.count == {"/gzip": 2 * count, "/echo": 2 * count}
    recordings = [simplify(cassette, "cookie") for cassette in read_cassettes(consumer.path / "cassettes").values()]
    assert len(recordings) == count
    for *conversation, welcome in recordings:
        assert conversation == recordings[0][:-1]
        assert welcome[0]["uri"] == "https://api.keytrac.net/welcome?from=log-in"
    said = [(request["body"], response["body"]["string"]) for request, response in recordings[0]]
    greeting = json.dumps(GREETING, ensure_ascii=False)
    assert said[:3] == [(None, greeting)] * 3
    assert [sent for sent, _ in said[3:8]] == [
        '{"name": "Müller", "list": [1, null]}',
        '["one"]',
        "name=M%C3%BCller+%26+S%C3%B6hne&city=K%C3%B6ln",
        '{"packed": "müde"}',
        '{"streamed": "müde"}',
    ]
    assert "Content-Encoding" not in json.dumps(recordings)
    assert "c0ffee" not in json.dumps(recordings)
