"""Outcomes, transport faults and verdicts on demand: the same from an emulator in this process and from a server."""

import pytest

from .cassette_runs import RECORD, STRICT, run

TESTS = """
    import httpx
    import pytest

    USER = "0b9a6d1e-2f4c-4d7b-8a53-6e1f0c2d9b87"
    TEXT = "Der Nebel liegt noch auf den Wiesen, als Anna die Fähre am anderen Ufer sieht."

    @pytest.fixture
    def enrolled(keytrac, typist):
        user_id = keytrac.post("/users").json()["id"]
        samples = [typist.types(TEXT), typist.types(TEXT)]
        assert keytrac.post("/anytext/enrol", json={"user_id": user_id, "samples": samples}).is_success
        return user_id

    def authenticate(keytrac, user_id, typist):
        return keytrac.post("/anytext/authenticate", json={"user_id": user_id, "samples": [typist.types(TEXT)]}).json()

    @pytest.mark.keyauth_cassette
    def test_outcomes(keytrac, keytrac_emulator, enrolled, typist):
        keytrac_emulator.answer("authenticateAnytext/500/adapt-profile", after=1, times=2)
        answers = [authenticate(keytrac, enrolled, typist) for _ in range(4)]
        assert [answer.get("error") for answer in answers] == [None, *["Unable to adapt profile of user"] * 2, None]
        keytrac_emulator.answer("showUser/404/user-not-found", user=enrolled)
        assert keytrac.get(f"/users/{USER}").status_code == 404
        assert keytrac.get(f"/users/{enrolled}").status_code == 404
        assert keytrac.get(f"/users/{enrolled}").status_code == 200

    @pytest.mark.keyauth_cassette
    def test_verdicts(keytrac, keytrac_emulator, enrolled, typists):
        owner, other = typists(2)
        keytrac_emulator.decide(enrolled, score=42)
        assert authenticate(keytrac, enrolled, owner) == {"authenticated": False, "score": 42}
        keytrac_emulator.accept()
        assert authenticate(keytrac, enrolled, owner)["score"] == 42  # a user's own goes before everybody's
        keytrac_emulator.decide(enrolled, score=None)
        assert authenticate(keytrac, enrolled, other) == {"authenticated": True, "score": 100}
        keytrac_emulator.reject(enrolled)
        assert authenticate(keytrac, enrolled, owner) == {"authenticated": False, "score": 0}

    def test_faults(keytrac, keytrac_emulator):
        keytrac_emulator.fail_transport("latency", seconds=(0.0, 0.01), operation="listUsers")
        keytrac_emulator.fail_transport("reset", operation="createUser")
        keytrac_emulator.fail_transport("truncated-body", operation="listUsers", after=1)
        with pytest.raises(httpx.ReadError):
            keytrac.post("/users")
        assert len(keytrac.get("/users").json()) == 1  # it was made, and nobody was told
        with pytest.raises(httpx.RemoteProtocolError):
            keytrac.get("/users")
        keytrac_emulator.fail_transport("reset", operation="createUser", lost="request")
        with pytest.raises(httpx.ReadError):
            keytrac.post("/users")
        assert len(keytrac.get("/users").json()) == 1

    @pytest.mark.keyauth_cassette
    def test_keyfax(keyfax, keyfax_emulator):
        keyfax_emulator.answer("createToken/500/failed")
        assert [keyfax.get("/api/v1/token").status_code for _ in range(2)] == [500, 200]

    def test_keyfax_faults(keyfax, keyfax_emulator):
        keyfax_emulator.fail_transport("garbage", operation="createToken")
        with pytest.raises(httpx.RemoteProtocolError):
            keyfax.get("/api/v1/token")
        assert keyfax.get("/api/v1/token").status_code == 200

    def test_what_cannot_be(keytrac_emulator):
        for wrong in ({"outcome": "showUser/404/gone"}, {"outcome": "showUser/404/user-not-found", "times": 0}):
            with pytest.raises(Exception, match="no documented outcome is named|times=0: expected 1 or more"):
                keytrac_emulator.answer(**wrong)
        with pytest.raises(Exception, match="no transport fault 'lag'; there are: latency"):
            keytrac_emulator.fail_transport("lag")
"""


def test_in_this_process(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    run(pytester).assert_outcomes(passed=6)


def test_through_the_control_plane(pytester: pytest.Pytester, reaching: dict[str, str]) -> None:
    pytester.makepyfile(TESTS)
    run(pytester, "--keyauth-target=live").assert_outcomes(passed=6)


def test_what_was_recorded_of_it_is_played(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    run(pytester, RECORD, "-k", "outcomes or verdicts or test_keyfax and not faults").assert_outcomes(
        passed=3, deselected=3
    )
    result = run(pytester, *STRICT, "-k", "outcomes or verdicts or test_keyfax and not faults")
    result.assert_outcomes(passed=3, deselected=3)


def test_plans_are_for_the_account_that_made_them(pytester: pytest.Pytester, reaching: dict[str, str]) -> None:
    pytester.makepyfile(
        """
        import httpx

        def test_it(keytrac, keytrac_emulator):
            keytrac_emulator.answer("showStatus/500/calculate-status", times=None)
            keytrac_emulator.fail_transport("reset", times=None, operation="listUsers")
            other = {"Authorization": keytrac_emulator.open_account()}
            assert keytrac.get("/status", headers=other).status_code == 200
            assert keytrac.get("/users", headers=other).status_code == 200
            assert keytrac.get("/status").status_code == 500
        """
    )
    run(pytester, "--keyauth-target=live").assert_outcomes(passed=1)


def test_an_answer_that_never_came_was_not_witnessed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import contextlib

        def test_it(keytrac, keytrac_emulator):
            keytrac_emulator.fail_transport("truncated-body")
            with contextlib.suppress(Exception):
                keytrac.get("/status")
            keytrac.get("/users")
        """
    )
    run(pytester).stdout.fnmatch_lines(["keytrac 1/119 outcomes"])


def test_the_journal_explains_what_differs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(keytrac, keytrac_emulator):
            keytrac.post("/anytext/enrol", json={"user_id": "anna", "samples": ["one"]})
            [call] = keytrac_emulator.requests.assert_called("enrolAnytext", json={"user_id": "anna"}, status=404)
            assert (call.json["samples"], call.outcome) == (["one"], "enrolAnytext/404/entity-not-found")
            keytrac_emulator.requests.assert_called("enrolAnytext", json={"user_id": "bert"})
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            'E * expected enrolAnytext to be called with {"user_id": "bert"}; it was called once, and so never',
            "E *call 1: POST /anytext/enrol -> 404 (enrolAnytext/404/entity-not-found)",
            'E *json /user_id: expected "bert", sent "anna"',
        ]
    )
    result.stdout.no_fnmatch_line("*journal.py*")
