"""A consumer's test, run once for each documented outcome of an operation."""

import pytest

from pytest_keyauth.outcomes import load_catalogue

from .cassette_runs import PLAY, block_sockets, run

#: Consumers as they are: they know their provider's address, and nothing of tests.
CONSUMER = """
    import requests

    KEYTRAC = "https://api.keytrac.net"
    HEADERS = {"Authorization": "9b" * 18}
    USER = "0b9a6d1e-2f4c-4d7b-8a53-6e1f0c2d9b87"

    CALLS = {
        "createUser": ("POST", "/users"),
        "listUsers": ("GET", "/users"),
        "showUser": ("GET", f"/users/{USER}"),
        "deleteUser": ("DELETE", f"/users/{USER}"),
        "enrolAnytext": ("POST", "/anytext/enrol"),
        "enrolPassword": ("POST", "/password/enrol"),
        "authenticateAnytext": ("POST", "/anytext/authenticate"),
        "authenticatePassword": ("POST", "/password/authenticate"),
        "identifyAnytext": ("POST", "/anytext/identify"),
        "showStatus": ("GET", "/status"),
    }

    SESSION = requests.Session()

    def call(operation):
        method, path = CALLS[operation]
        return SESSION.request(method, KEYTRAC + path, headers=HEADERS, json={"user_id": USER, "samples": ["…"]})

    def gets_in():
        answer = call("authenticateAnytext")
        return answer.ok and answer.json()["authenticated"]
"""

MATRIX = """
    import consumer
    import pytest

    @pytest.mark.keyauth_outcomes("authenticateAnytext")
    def test_nobody_gets_in_by_an_error(keyauth_outcome):
        assert consumer.gets_in() == (keyauth_outcome.label == "accepted")
"""


@pytest.fixture(autouse=True)
def _consumer(pytester: pytest.Pytester) -> None:
    pytester.syspathinsert()
    pytester.makepyfile(consumer=CONSUMER)
    pytester.makeconftest(
        """
        import consumer
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def closed():
            yield
            consumer.SESSION.close()
        """
    )


def ids(operation: str, provider: str = "keytrac") -> list[str]:
    return [f"{item.status}/{item.label}" for item in load_catalogue(provider) if item.operation == operation]


def test_a_test_is_run_once_for_each_outcome_with_readable_ids(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=MATRIX)
    result = run(pytester, "-v")
    expected = ids("authenticateAnytext")
    result.assert_outcomes(passed=len(expected))
    for name in expected:
        result.stdout.fnmatch_lines([f"test_it.py::test_nobody_gets_in_by_an_error[[]{name}] PASSED*"])
    result.stdout.fnmatch_lines([f"keytrac {len(expected)}/119 outcomes"])


def test_workers_and_another_client_get_the_same(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=MATRIX.replace('("authenticateAnytext")', '("authenticateAnytext", status=404)'),
        test_ours="""
        import pytest

        @pytest.mark.keyauth_outcomes("showStatus", status=500)
        def test_ours(keytrac):
            assert keytrac.get("/status").json() == {"error": "Unable to calculate status"}
        """,
    )
    result = run(pytester, "-n1")
    result.assert_outcomes(passed=2 + 1)


#: Every operation of both providers, called as consumers call them.
EVERYTHING = """
    import consumer
    import pytest
    import requests

    @pytest.mark.keyauth_outcomes(*consumer.CALLS)
    def test_keytrac(keyauth_outcome):
        answer = consumer.call(keyauth_outcome.operation)
        assert keyauth_outcome.has_status(answer.status_code)

    KEYFAX = "http://localhost:8088/interview"
    OPERATIONS = {operations}

    @pytest.mark.keyauth_outcomes(*OPERATIONS)
    def test_keyfax(keyauth_outcome):
        method, path = OPERATIONS[keyauth_outcome.operation]
        with requests.Session() as session:
            answer = session.request(method, KEYFAX + path)
        assert keyauth_outcome.has_status(answer.status_code)
"""


@pytest.mark.slow
def test_every_outcome_of_every_operation_is_seen_by_a_consumer_over_a_socket(pytester: pytest.Pytester) -> None:
    operations = {item.name: (item.method, item.path) for item in load_catalogue("keyfax").operations}
    pytester.makepyfile(test_it=EVERYTHING.replace("{operations}", repr(operations)))
    result = run(pytester, "--keyauth-fail-under=100", "-q")
    result.assert_outcomes(passed=145)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["keytrac 119/119 outcomes", "keyfax 26/26 outcomes"])


def test_the_summary_names_the_outcomes_that_the_code_has_never_seen(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=MATRIX.replace('("authenticateAnytext")', '("authenticateAnytext", status=[404, "5XX"])')
    )
    result = run(pytester, "--keyauth-fail-under=50")
    result.assert_outcomes(passed=6)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["keytrac 6/119 outcomes", "*authenticateAnytext/ 2XX/accepted, 2XX/rejected,*"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('"showUser", status=404', ["404/user-not-found"]),
        (
            '"showUser", status="4xx"',
            ["401/token-missing", "401/client-unauthorized", "403/not-verified", "404/user-not-found"],
        ),
        ('"showUser", status=["200", "5XX"]', ["200/shown", "500/calculate-status"]),
        (
            '"showUser", status="4XX", without=["token-missing", "not-verified"]',
            ["401/client-unauthorized", "404/user-not-found"],
        ),
        ('"deleteUser", "showUser", status=500', ["deleteUser/500/delete-user", "showUser/500/calculate-status"]),
    ],
)
def test_outcomes_are_chosen_by_status_and_label(
    pytester: pytest.Pytester, arguments: str, expected: list[str]
) -> None:
    pytester.makepyfile(
        f"""
        import consumer
        import pytest

        @pytest.mark.keyauth_outcomes({arguments})
        def test_it(): pass
        """
    )
    listed = run(pytester, "--collect-only", "-q").stdout.lines
    assert [line.partition("[")[2].rstrip("]") for line in listed if "::" in line] == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", 'it names no operation: expected keyauth_outcomes("operation", …, status=…, without=…, times=1)'),
        ('"authenticate"', "no operation 'authenticate'; the nearest are: authenticate"),
        ('"showUser", status=418', "showUser has no outcome with status=418: there are 200, 401, 403, 404, 500"),
        ('"showUser", without="gone"', "showUser has no outcome 'gone'; there are: shown, token-missing, "),
        ('"showUser", only="shown"', "there is no only=…: expected keyauth_outcomes("),
    ],
)
def test_a_marker_that_names_no_outcome_stops_the_run(pytester: pytest.Pytester, arguments: str, message: str) -> None:
    pytester.makepyfile(f"import pytest\n\n@pytest.mark.keyauth_outcomes({arguments})\ndef test_it(): pass\n")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert f"::test_it: the marker keyauth_outcomes: {message}" in result.stdout.str()
    result.stdout.no_fnmatch_line("*matrix.py*")


def test_a_method_of_unittest_cannot_be_run_more_than_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import unittest
        import pytest

        class TestIt(unittest.TestCase):
            @pytest.mark.keyauth_outcomes("showUser")
            def test_it(self): pass
        """
    )
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*which methods of unittest.TestCase cannot be:", "*::TestIt::test_it"])


def test_a_test_whose_code_does_not_ask_for_the_outcome_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import consumer
        import pytest

        @pytest.mark.keyauth_outcomes("showUser", status=404)
        def test_silent(): pass

        @pytest.mark.keyauth_outcomes("showUser", status=404)
        def test_other(): consumer.call("showStatus")
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=2)
    told = "E *OutcomeNotAskedFor: this run of the test is for showUser/404/user-not-found, and nobody asked for it: *"
    result.stdout.fnmatch_lines([told, "  *- no request at all", told, "  *- GET /status -> 401 *"])


def test_the_next_call_gets_the_outcome_and_the_others_are_answered_by_the_rules(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import consumer
        import pytest

        @pytest.mark.keyauth_outcomes("showStatus", status=500)
        def test_once(keytrac_emulator):
            assert [consumer.call("showStatus").status_code for _ in range(2)] == [500, 401]

        @pytest.mark.keyauth_outcomes("showStatus", status=500, times=2)
        def test_twice(keytrac_emulator):
            assert [consumer.call("showStatus").status_code for _ in range(3)] == [500, 500, 401]
            keytrac_emulator.requests.assert_called("showStatus", times=2, outcome="showStatus/500/calculate-status")

        @pytest.mark.keyauth_outcomes("showStatus", status=500)
        @pytest.mark.parametrize("number", [1, 2])
        class TestAll:
            def test_more(self, number, keyauth_outcome):
                assert consumer.call("showStatus").status_code == 500
        """
    )
    run(pytester).assert_outcomes(passed=4)


def test_on_cassettes_the_recorded_outcomes_answer(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile(test_it=MATRIX)
    block_sockets(monkeypatch)
    result = run(pytester, PLAY)
    result.assert_outcomes(passed=len(ids("authenticateAnytext")))


def test_a_live_server_is_not_asked_for_outcomes(pytester: pytest.Pytester, reaching: dict[str, str]) -> None:
    pytester.makepyfile(test_it=MATRIX)
    result = run(pytester, "--keyauth-target=live", "-rs")
    result.assert_outcomes(skipped=len(ids("authenticateAnytext")))
    result.stdout.fnmatch_lines(["*a live server does not answer with an outcome on demand*"])


def test_the_fixture_is_for_marked_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(keyauth_outcome): pass")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *SettingsError: keyauth_outcome is for tests that are marked so: *"])
