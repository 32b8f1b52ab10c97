"""A test that nobody has changed plays what it has recorded, whatever it sends."""

import json

import pytest

from .cassette_runs import LIVE, STRICT, run
from .counting_provider import HEADERS, CountingServer

TELLS_SECRETS = """
    import base64
    import os
    from urllib.parse import quote

    import pytest
    import requests

    KEYTRAC = os.environ["KEYAUTH_KEYTRAC_URL"]
    SECRET = "pw-12345678 / 9"
    PLAIN = "pw-87654321"
    NOTES = [
        SECRET,
        f"it is {SECRET} ok",
        f"it is {quote(SECRET, safe='')} ok",
        f"it is {base64.b64encode(SECRET.encode()).decode()} ok",
        f"it is {SECRET.encode().hex()}, that is {SECRET}",
        base64.b64encode(f"it is {SECRET}".encode()).decode(),
    ]

    def send(headers={}, **body):
        assert requests.post(KEYTRAC + "/echo", headers=headers, **body).ok

    @pytest.mark.keyauth_cassette
    def test_in_one_request():
        for note in NOTES:
            send(json={"password": SECRET, "note": note, "list": [note, 1]})
        for note in (PLAIN, f"it is {PLAIN} ok"):
            send(data={"password": PLAIN, "note": note})
            send(data=f"<r><password>{PLAIN}</password><note a='{note}'>{note}</note></r>")

    @pytest.mark.keyauth_cassette
    def test_known_by_a_later_request():
        for note in NOTES:
            send(json={"note": note})
            requests.get(KEYTRAC + "/welcome", params={"note": note})
        send(json={"password": SECRET})

    @pytest.mark.keyauth_cassette
    def test_known_by_a_header():
        send({"X-Api-Key": SECRET}, json={"note": NOTES[1]})
"""


def test_a_secret_that_is_sent_within_texts_too_is_played(
    pytester: pytest.Pytester, reaching_counter: CountingServer
) -> None:
    pytester.makepyfile(test_it=TELLS_SECRETS)
    run(pytester, *LIVE).assert_outcomes(passed=3)
    assert all("12345678" not in path.read_text("utf-8") for path in pytester.path.rglob("*.yaml"))
    run(pytester, *STRICT).assert_outcomes(passed=3)


def test_what_stands_around_a_secret_is_compared(pytester: pytest.Pytester, reaching_counter: CountingServer) -> None:
    pytester.makepyfile(test_it=TELLS_SECRETS)
    run(pytester, *LIVE)
    pytester.makepyfile(test_it=TELLS_SECRETS.replace("it is {SECRET} ok", "it was {SECRET} ok"))
    result = run(pytester, *STRICT, "-k", "test_known_by_a_header")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['E *body /note: recorded "it is <anything> ok", sent "it was <anything> ok"'])


ASKS_FOR_HEADERS = """
    import os
    import urllib.request

    import httpx
    import pytest
    import requests

    @pytest.mark.keyauth_cassette
    @pytest.mark.parametrize("get", [requests.get, urllib.request.urlopen, httpx.get])
    def test_it(get):
        get(os.environ["KEYAUTH_KEYTRAC_URL"] + "/headers").close()
"""


def test_headers_are_recorded_in_the_order_in_which_they_came(
    pytester: pytest.Pytester, reaching_counter: CountingServer
) -> None:
    pytester.makepyfile(test_it=ASKS_FOR_HEADERS)
    run(pytester, *LIVE).assert_outcomes(passed=3)
    cassettes = [json.loads(path.read_bytes()) for path in pytester.path.rglob("*.yaml")]
    recorded = [[*cassette["interactions"][0]["response"]["headers"]] for cassette in cassettes]
    assert [[name.title() for name in names] for names in recorded] == [[*HEADERS, "Content-Type"]] * 3


TELLS_TIME = """
    import os
    import time
    from datetime import UTC, datetime, timedelta
    from email.utils import parsedate_to_datetime

    import pytest
    import requests

    KEYTRAC = os.environ["KEYAUTH_KEYTRAC_URL"]

    @pytest.mark.keyauth_cassette
    def test_it():
        for _ in range(6):  # each has other tokens
            told = requests.get(KEYTRAC + "/now").json()
        times = [datetime.fromisoformat(told[name]) for name in ("iso", "local", "text", "basic")]
        times += [parsedate_to_datetime(told["http"]), datetime.fromtimestamp(int(told["milliseconds"]) / 1000, UTC)]
        times += [datetime.fromtimestamp(told[name], UTC) for name in ("unix", "float")]
        assert (type(told["unix"]), type(told["float"]), told["local"][-6:]) == (int, float, "+02:00")
        assert max(abs(moment - datetime.now(UTC)) for moment in times) < timedelta(minutes=2)
        now = datetime.now(UTC)
        sent = {"at": time.time(), "expires": int(time.time()) + 600, "date": now.isoformat(), "id": 1767603600}
        requests.post(KEYTRAC + "/echo", json=sent, params={"ts": int(time.time() * 1000)})
"""


def test_times_and_tokens_of_any_form_are_recorded_the_same_each_time_and_played(
    pytester: pytest.Pytester, reaching_counter: CountingServer
) -> None:
    pytester.makepyfile(test_it=TELLS_TIME)
    recorded = []
    for _ in range(2):
        run(pytester, *LIVE).assert_outcomes(passed=1)
        [path] = pytester.path.rglob("*.yaml")
        recorded.append(path.read_bytes())
    assert recorded[0] == recorded[1]
    assert b"1767603600" in recorded[0]
    reaching_counter.count.clear()
    run(pytester, *STRICT).assert_outcomes(passed=1)
    assert reaching_counter.count.total() == 0


def test_what_a_fixture_s_client_says_to_a_live_server_is_recorded_once_and_what_cleans_up_not_at_all(
    pytester: pytest.Pytester, reaching: dict[str, str]
) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.keyauth_cassette
        def test_it(keytrac):
            assert keytrac.post("/users").json()["id"]
        """
    )
    pytester.runpytest("--keyauth-target=live", "--keyauth-record=all").assert_outcomes(passed=1)
    [cassette] = pytester.path.rglob("test_it.yaml")
    asked = [item["request"] for item in json.loads(cassette.read_text())["interactions"]]
    assert [(request["method"], request["uri"]) for request in asked] == [("POST", "https://api.keytrac.net/users")]
    result = pytester.runpytest("--keyauth-target=cassettes", "--keyauth-strict-cassettes")
    assert result.ret == pytest.ExitCode.OK
