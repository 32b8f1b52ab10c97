"""What a replay says where a request is not as it was recorded."""

import re

import pytest

from .cassette_runs import ENROLS, LIVE, PLAY, TWO, Play, run, summary
from .counting_provider import CountingServer


def mismatch(result: pytest.RunResult) -> list[str]:
    """What the error of a run says that differs, line by line."""
    lines = result.stdout.lines
    [start] = [number for number, line in enumerate(lines) if re.match(r"E .*CassetteMismatch: ", line)]
    told = []
    for line in lines[start + 1 :]:
        if not line.startswith("E "):
            break
        told.append(line[1:].strip())
    return told


#: What is changed after the recording, and what the error has to say of it.
DIFFERENT = {
    "method": ('post("/anytext/enrol"', 'put("/anytext/enrol"', ["method: recorded POST, sent PUT"]),
    "path": (
        "/anytext/enrol",
        "/anytext/enroll",
        [
            "address: recorded https://api.keytrac.net/anytext/enrol, sent https://api.keytrac.net/anytext/enroll",
        ],
    ),
    "query": ("2015-12-01", "2015-12-31", ["query to: recorded 2015-12-01, sent 2015-12-31"]),
    "no-parameter": (', "to": "2015-12-01"', "", ["query to: recorded 2015-12-01, sent (nothing)"]),
    "field": ("json=body", 'json=body | {"limit": 3}', ["body /limit: recorded (nothing), sent 3"]),
    "missing-field": (
        '"user_id": user_id, ',
        "",
        ['body /user_id: recorded "<user-id:1>", sent (nothing)'],
    ),
    "value": ('"user_id": user_id', '"user_id": 7', ['body /user_id: recorded "<user-id:1>", sent 7']),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_a_request_that_was_not_recorded_says_what_differs(play: Play, what: str) -> None:
    old, new, told = DIFFERENT[what]
    result = play(ENROLS, (old, new))
    result.assert_outcomes(failed=1)
    assert mismatch(result) == [*told, "Mend the test, or record it anew with --keyauth-record=all"]


def test_another_number_of_samples_says_which_one_is_not_recorded(play: Play) -> None:
    more, fewer = play(ENROLS, ("] * 2", "] * 3")), play(ENROLS, ("] * 2", "]"))
    assert [line.partition(", sent")[0] for line in mismatch(more)[:-1]] == ["body /samples/2: recorded (nothing)"]
    assert [line.partition(": ")[0] for line in mismatch(fewer)[:-1]] == ["body /samples/1"]
    assert mismatch(fewer)[0].endswith(", sent (nothing)")


def test_a_request_that_was_not_recorded_names_the_cassette_and_the_nearest_one(play: Play) -> None:
    result = play(ENROLS, ("2015-12-01", "2015-12-31"))
    asked = "GET https://api.keytrac.net/status"
    told = f"cassettes/test_it/test_it.yaml has no answer to {asked}: the nearest is number 3, {asked}:"
    result.stdout.fnmatch_lines([f"E *CassetteMismatch: {told}"])


def test_a_request_that_is_repeated_too_often_says_how_often_it_was_recorded(play: Play) -> None:
    more = "test_two(keytrac):", 'test_two(keytrac):\n        keytrac.get("/status")'
    result = play(TWO, more)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E *GET https://api.keytrac.net/status: it was recorded 1 time and *"])


def test_a_mismatch_that_the_tested_code_swallows_fails_the_test_all_the_same(play: Play) -> None:
    source = ENROLS.replace(
        '        keytrac.get("/status"',
        '        import contextlib\n        with contextlib.suppress(Exception):\n            keytrac.get("/status"',
    )
    result = play(source, ("2015-12-01", "2015-12-31"))
    result.assert_outcomes(failed=1)
    assert mismatch(result)[0] == "query to: recorded 2015-12-01, sent 2015-12-31"


def test_a_test_that_fails_for_a_mismatch_that_was_swallowed_tells_of_it(play: Play) -> None:
    source = """
        import httpx
        import pytest

        def log_in(client):
            try:
                return client.get("/status", params={"from": "2015-06-01", "to": "2015-12-01"}).status_code
            except Exception:
                return "out of order"

        @pytest.mark.keyauth_cassette
        def test_it(keytrac):
            assert log_in(keytrac) == 200
    """
    result = play(source, ("2015-12-01", "2015-12-31"))
    result.assert_outcomes(failed=1)
    asked = "GET https://api.keytrac.net/status"
    result.stdout.fnmatch_lines(
        [
            "E *assert 'out of order' == 200",
            f"cassettes/test_it/test_it.yaml has no answer to {asked}: the nearest is number 1, {asked}:",
            "  query to: recorded 2015-12-01, sent 2015-12-31",
        ]
    )


SENDS = """
    import os

    import pytest
    import requests

    @pytest.mark.keyauth_cassette
    def test_form():
        requests.post(os.environ["KEYAUTH_KEYTRAC_URL"] + "/echo", data={"a": "1", "b": "1"})

    @pytest.mark.keyauth_cassette
    def test_xml():
        requests.post(os.environ["KEYAUTH_KEYTRAC_URL"] + "/echo", data="<r><a>1</a><b>1</b></r>")
"""


def test_forms_and_xml_say_field_by_field_what_differs(
    pytester: pytest.Pytester, reaching_counter: CountingServer
) -> None:
    pytester.makepyfile(test_it=SENDS)
    run(pytester, *LIVE).assert_outcomes(passed=2)
    pytester.makepyfile(test_it=SENDS.replace('"b": "1"', '"b": "2", "c": "3"').replace("<b>1", "<b>2"))
    result = run(pytester, PLAY)
    result.assert_outcomes(failed=2)
    told = [line[1:].strip() for line in result.stdout.lines if re.match(r"E +body", line)]
    assert told == ["body b: recorded 1, sent 2", "body c: recorded (nothing), sent 3", "body /r/b: recorded 1, sent 2"]


UNREADABLE = """
    import os

    import pytest
    import requests

    KEYTRAC = os.environ["KEYAUTH_KEYTRAC_URL"]

    @pytest.mark.keyauth_cassette
    def test_answer():
        try:
            assert requests.get(KEYTRAC + "/plain").text == "pong"
        except AssertionError:
            raise
        except Exception:
            pass

    @pytest.mark.keyauth_cassette
    def test_request():
        requests.post(KEYTRAC + "/echo", data=b"\\x00 plain 1", headers={"Content-Type": "application/octet-stream"})

    @pytest.mark.keyauth_cassette
    def test_parts():  # whose boundary is another one each time
        requests.post(KEYTRAC + "/echo", files={"file": ("name", b"content")})
"""


def test_an_answer_that_cannot_be_parsed_is_told_when_it_is_recorded_and_is_not_made_up_in_a_replay(
    pytester: pytest.Pytester, reaching_counter: CountingServer
) -> None:
    pytester.makepyfile(test_it=UNREADABLE)
    result = run(pytester, *LIVE)
    result.assert_outcomes(passed=3)
    why = "its content type text/plain is none that can be parsed"
    assert summary(result)[1:] == [
        "  answers whose bodies were not kept, so that a replay fails there:",
        f"    test_it.py::test_answer: GET https://api.keytrac.net/plain: {why}",
    ]
    result = run(pytester, PLAY)
    result.assert_outcomes(passed=2, failed=1)
    told = f"cassettes/test_it/test_answer.yaml: answer 1, to GET https://api.keytrac.net/plain, was not kept: {why}"
    result.stdout.fnmatch_lines([f"E *CassetteMismatch: {told}"])


def test_a_request_that_cannot_be_parsed_must_be_the_recorded_one(
    pytester: pytest.Pytester, reaching_counter: CountingServer
) -> None:
    pytester.makepyfile(test_it=UNREADABLE)
    run(pytester, *LIVE)
    pytester.makepyfile(test_it=UNREADABLE.replace("plain 1", "plain 2"))
    result = run(pytester, PLAY, "-k", "test_request")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *body: recorded <unreadable body of 9 bytes, digest *>, sent <*, digest *>"])
