"""A test that nobody has changed plays what it has recorded, whatever it sends."""

import pytest

from .cassette_runs import LIVE, STRICT, run
from .counting_provider import CountingServer

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
    result.stdout.fnmatch_lines(['E *body /note: recorded "it is <anything> ok", sent "it was pw-12345678 / 9 ok"'])
