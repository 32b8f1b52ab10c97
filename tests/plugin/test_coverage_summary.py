"""What a run says about the documented outcomes that its tests witnessed."""

import re

import pytest

TWO_OUTCOMES = """
    def test_list(keytrac):
        keytrac.get("/users")

    def test_list_again_and_status(keytrac):
        keytrac.get("/users")
        keytrac.get("/status")
"""


def coverage(result: pytest.RunResult) -> list[str]:
    """The lines of a run's summary that count outcomes."""
    return [line for line in result.stdout.lines if re.search(r"\d+/\d+ outcomes", line)]


def missing(result: pytest.RunResult) -> set[str]:
    """The outcomes that a run's summary names as not witnessed."""
    names: set[str] = set()
    operation = ""
    for line in result.stdout.lines:
        if head := re.match(r"    (\w+)/ (.*)", line):
            operation, line = head.groups()
        elif not re.match(r" {10,}\d", line):
            operation = ""
        if operation:
            names.update(f"{operation}/{label}" for label in line.strip(" ,").split(", "))
    return names


def test_the_summary_counts_the_outcomes_that_were_witnessed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TWO_OUTCOMES)
    assert coverage(pytester.runpytest()) == ["keytrac 2/119 outcomes"]


def test_the_summary_names_every_outcome_that_was_not_witnessed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TWO_OUTCOMES)
    unseen = missing(pytester.runpytest())
    assert len(unseen) == 117
    assert not unseen & {"listUsers/200/listed", "showStatus/200/overview"}
    assert unseen >= {"listUsers/500/user-overview", "showStatus/400/only-from", "identifyAnytext/404/no-user-enrolled"}


def test_the_summary_comes_in_quiet_runs_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TWO_OUTCOMES)
    assert coverage(pytester.runpytest("-q")) == ["keytrac 2/119 outcomes"]


def test_an_answer_that_is_not_documented_is_no_outcome(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(keytrac): keytrac.put('/users'); keytrac.get('/nowhere')")
    assert coverage(pytester.runpytest()) == ["keytrac 0/119 outcomes"]


def test_traffic_of_fixtures_counts(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def user_id(keytrac):
            yield keytrac.post("/users").json()["id"]
            keytrac.get("/status")

        def test_it(user_id): pass
        """
    )
    assert coverage(pytester.runpytest()) == ["keytrac 2/119 outcomes"]


@pytest.mark.slow
def test_workers_sum_up_to_what_one_process_counts_and_to_the_same_verdict(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_one="def test_it(keytrac): keytrac.get('/users'); keytrac.post('/users')",
        test_two="def test_it(keytrac): keytrac.get('/users'); keytrac.get('/status')",
        test_three="import pytest\n\ndef test_it(keytrac): keytrac.get('/users', auth=None); pytest.skip('after all')",
    )
    alone = pytester.runpytest("--keyauth-fail-under=2.6")
    shared = pytester.runpytest("--keyauth-fail-under=2.6", "-n2", "--dist=loadfile")
    assert coverage(alone) == coverage(shared) == ["keytrac 3/119 outcomes"]
    assert missing(alone) == missing(shared)
    assert len(missing(alone)) == 116
    assert alone.ret == shared.ret == pytest.ExitCode.TESTS_FAILED
    verdict = "2.5 % witnessed, --keyauth-fail-under=2.6 FAILED: too few outcomes were witnessed"
    assert alone.stdout.lines.count(verdict) == shared.stdout.lines.count(verdict) == 1


NO_WITNESSES = {
    "fails": """
        def test_it(keytrac):
            keytrac.get("/users")
            assert False
    """,
    "skips-itself": """
        def test_it(keytrac):
            keytrac.get("/users")
            pytest.skip("after all")
    """,
    "expected-to-fail": """
        @pytest.mark.xfail
        def test_it(keytrac):
            keytrac.get("/users")
            assert False
    """,
    "passes-unexpectedly": """
        @pytest.mark.xfail(strict=True)
        def test_it(keytrac):
            keytrac.get("/users")
    """,
    "fixture-fails": """
        @pytest.fixture
        def users(keytrac):
            assert keytrac.get("/users").status_code == 418

        def test_it(users): pass
    """,
    "clean-up-fails": """
        @pytest.fixture
        def users(keytrac):
            yield keytrac.get("/users")
            assert False

        def test_it(users): pass
    """,
    "subtest-fails": """
        def test_it(keytrac, subtests):
            keytrac.get("/users")
            with subtests.test("one"):
                assert False
    """,
    "marked-for-another-outcome": """
        @pytest.mark.keyauth_outcome("showStatus/200/overview")
        def test_it(keytrac):
            keytrac.get("/users")
    """,
}


@pytest.mark.parametrize("kind", NO_WITNESSES)
def test_a_test_that_does_not_pass_is_no_witness(pytester: pytest.Pytester, kind: str) -> None:
    passing = "\n        def test_passing(keytrac): keytrac.get('/status')"
    pytester.makepyfile(f"        import pytest\n{NO_WITNESSES[kind]}{passing}")
    result = pytester.runpytest()
    assert coverage(result) == ["keytrac 1/119 outcomes"]
    assert "listUsers/200/listed" in missing(result)


def test_nothing_is_said_where_no_provider_was_talked_to(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(samples, typist): samples.valid()")
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    assert coverage(result) == []
    assert "- keyauth -" not in result.stdout.str()


def test_nothing_is_said_where_all_who_talked_failed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(keytrac): keytrac.get('/users'); assert False")
    assert coverage(pytester.runpytest()) == []


LOOKING_ROUND = ["--collect-only", "--fixtures", "--fixtures-per-test", "--setup-plan", "--setup-only"]


@pytest.mark.parametrize("option", LOOKING_ROUND)
def test_a_run_that_only_looks_round_has_no_summary_and_no_gate(pytester: pytest.Pytester, option: str) -> None:
    pytester.makepyfile(TWO_OUTCOMES)
    result = pytester.runpytest(option, "--keyauth-fail-under=100")
    assert result.ret == pytest.ExitCode.OK
    assert coverage(result) == []


def test_contracts_that_are_only_collected_have_no_summary(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--collect-only", "-q", "--keyauth-contracts=keytrac", "--keyauth-fail-under=100")
    assert result.ret == pytest.ExitCode.OK
    assert coverage(result) == []


def test_a_gate_that_is_reached_lets_the_run_pass(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TWO_OUTCOMES)
    result = pytester.runpytest("--keyauth-fail-under=1.6")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["1.7 % witnessed, --keyauth-fail-under=1.6 reached"])


def test_a_gate_that_is_not_reached_fails_the_run_and_says_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TWO_OUTCOMES)
    result = pytester.runpytest("--keyauth-fail-under=1.7")
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["1.7 % witnessed, --keyauth-fail-under=1.7 FAILED: too few outcomes were witnessed"])


def test_a_gate_counts_the_providers_that_were_talked_to(pytester: pytest.Pytester) -> None:
    """Who uses one of them only has nothing to witness of the other."""
    pytester.makepyfile(TWO_OUTCOMES)
    assert coverage(pytester.runpytest("--keyauth-fail-under=1")) == ["keytrac 2/119 outcomes"]


def test_a_gate_fails_a_run_without_tests(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--keyauth-fail-under=1")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "keytrac 0/119 outcomes" in coverage(result)


def test_a_gate_at_nothing_leaves_a_run_without_tests_as_it_is(pytester: pytest.Pytester) -> None:
    assert pytester.runpytest("--keyauth-fail-under=0").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_gate_that_is_reached_does_not_hide_a_failing_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TWO_OUTCOMES + "\n    def test_fails(): assert False")
    assert pytester.runpytest("--keyauth-fail-under=1").ret == pytest.ExitCode.TESTS_FAILED


def test_a_gate_leaves_an_interrupted_run_interrupted(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): raise KeyboardInterrupt")
    assert pytester.runpytest_subprocess("--keyauth-fail-under=1").ret == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("arguments", "named"), [((), True), (("-q",), False), (("-q", "--keyauth-fail-under=1"), True)]
)
def test_a_quiet_run_counts_and_names_only_where_that_was_asked_for(
    pytester: pytest.Pytester, arguments: tuple[str, ...], named: bool
) -> None:
    pytester.makepyfile("def test_it(keytrac): keytrac.get('/users')")
    result = pytester.runpytest(*arguments)
    result.stdout.fnmatch_lines(["keytrac 1/119 outcomes"])
    assert ("showStatus/ 200/overview" in result.stdout.str()) is named
    assert ("named without -q" in result.stdout.str()) is not named
