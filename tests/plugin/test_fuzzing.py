"""Runs of pytest with --keyauth-fuzz."""

import re

import pytest

#: An emulator whose account has more to say than is documented: the token.
FAULTY = """
    from dataclasses import replace

    import pytest

    from pytest_keyauth.emulator.keytrac import KeytracEmulator


    @pytest.fixture(autouse=True)
    def faulty(monkeypatch):
        handle = KeytracEmulator.handle

        def answer(self, request):
            response = handle(self, request)
            if request.path != "/status" or response.status != 200:
                return response
            return replace(response, status=500, body=b'{"error":"no account %s"}' % self.token.encode())

        monkeypatch.setattr(KeytracEmulator, "handle", answer)
"""


def test_each_phase_of_each_provider_is_a_test_of_its_own(pytester: pytest.Pytester) -> None:
    run = pytester.runpytest("--keyauth-fuzz=8", "--collect-only", "-q", "fuzz")
    run.stdout.fnmatch_lines(
        [f"fuzz/{name}::{phase}" for name in ("keytrac", "keyfax") for phase in ("examples", "coverage", "fuzzing")],
    )
    run.stdout.fnmatch_lines(["8 tests collected *"])


def test_fuzzing_comes_beside_the_tests_that_are_there_and_beside_contracts(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mine(): pass")
    run = pytester.runpytest("--keyauth-fuzz=8", "--keyauth-contracts=keyfax", "--collect-only", "-q")
    run.stdout.fnmatch_lines(["*::test_mine", "contracts/keyfax/*", "fuzz/keyfax::stateful"])
    run.stdout.no_fnmatch_line("fuzz/keytrac*")


@pytest.mark.slow
def test_what_was_sent_is_told_by_phase_with_the_seed(pytester: pytest.Pytester) -> None:
    run = pytester.runpytest("--keyauth-fuzz=16", "--keyauth-seed=5", "fuzz/keyfax", "fuzz/keytrac::examples")
    run.assert_outcomes(passed=5)
    run.stdout.fnmatch_lines(["keyauth: target emulator, seed 5, fuzzing with 16 cases"])
    run.stdout.re_match_lines(
        [
            r"keytrac \d+ cases \(examples \d+\), seed 5",
            r"keyfax \d+ cases \(examples \d+, coverage \d+, fuzzing \d+, stateful \d+\), seed 5",
        ]
    )


def test_a_failure_tells_how_to_get_it_again_and_no_secret(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(FAULTY)
    run = pytester.runpytest("--keyauth-fuzz=8", "--keyauth-seed=3", "fuzz/keytrac::examples")
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(
        [
            "*again: pytest -p pytest_keyauth --keyauth-fuzz=8 --keyauth-seed=3 fuzz/keytrac::examples",
            "*documented_outcome: GET /status",
            '*curl -X GET *"Authorization: $KEYAUTH_KEYTRAC_TOKEN"*/status?from=*',
            '*-> 500 {"error":"no account <token>"}',
        ]
    )
    assert re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", run.stdout.str()) is None


def test_cassettes_have_no_answers_to_what_nobody_has_asked(pytester: pytest.Pytester) -> None:
    run = pytester.runpytest("--keyauth-fuzz=8", "--keyauth-target=cassettes")
    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(["ERROR: --keyauth-fuzz=8: cassettes answer what was recorded*"])


def test_without_schemathesis_the_extra_is_named(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_keyauth.fuzz_collection.find_spec", lambda name: None)
    run = pytester.runpytest("--keyauth-fuzz=8")
    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(['*--keyauth-fuzz=8 needs schemathesis: pip install "pytest-keyauth*fuzz*"'])


@pytest.mark.slow
@pytest.mark.usefixtures("reaching")
def test_a_live_server_with_a_control_plane_is_fuzzed(pytester: pytest.Pytester) -> None:
    run = pytester.runpytest_subprocess("--keyauth-fuzz=60", "--keyauth-target=live", "fuzz")
    run.assert_outcomes(passed=8)
