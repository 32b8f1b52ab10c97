"""What is played from cassettes, and what a run says where cassettes and tests do not fit."""

import re

import pytest

from .cassette_runs import ENROLS, LATER, PLAY, RECORD, STRICT, TWICE, TWO, Play, block_sockets, summary

FITTING = "1 cassette played, recorded from emulator *"


def test_what_was_recorded_is_played_without_a_socket(pytester: pytest.Pytester, play: Play) -> None:
    result = play(TWO, options=STRICT)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.OK
    assert summary(result) == ["2 cassettes played, recorded from emulator *"]
    result.stdout.fnmatch_lines(["keyauth: target cassettes, seed 0", "keytrac 2/119 outcomes"])


UNPLAYED = ('        keytrac.get("/status")', "        pass")
STALE = ("def test_two(keytrac):", "def test_two(keytrac):\n        assert True")


GONE = """
    @pytest.mark.keyauth_cassette
    def test_gone(keytrac):
        assert keytrac.get("/users").json() == []
"""
CHANGED = """
    @pytest.mark.keyauth_cassette
    def test_changed(keytrac):
        keytrac.get("/users")
"""


@pytest.mark.slow
def test_what_was_not_played_is_stale_or_has_no_test_is_named_and_fails_a_strict_run(
    pytester: pytest.Pytester, play: Play
) -> None:
    more = "        keytrac.get('/users')\n"
    changes = [(more, ""), (GONE, ""), ("test_changed(keytrac):", "test_changed(keytrac):\n        assert True")]
    result = play(TWO + more + GONE + CHANGED, *changes)
    result.assert_outcomes(passed=3)
    assert result.ret == pytest.ExitCode.OK
    told = [
        "3 cassettes played, recorded from emulator *",
        "  not played whole:",
        "    test_it.py::test_two: GET https://api.keytrac.net/users",
        "  stale: the test has changed since it was recorded:",
        "    test_it.py::test_changed",
        "    test_it.py::test_two",
        "  orphans: cassettes of no test:",
        "    cassettes/test_it/test_gone.yaml",
    ]
    assert summary(result) == told
    strict = [*told, "FAILED: 4 cassettes not as --keyauth-strict-cassettes wants"]
    for workers in ((), ("-n1",)):
        result = pytester.runpytest(*STRICT, *workers)
        result.assert_outcomes(passed=3)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        assert summary(result) == strict


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        pytest.param([UNPLAYED], "  not played whole:", id="unplayed"),
        pytest.param([STALE], "  stale: the test has changed since it was recorded:", id="stale"),
        pytest.param([("def test_two", "def text_two")], "  orphans: cassettes of no test:", id="orphan"),
    ],
)
def test_each_of_these_alone_fails_a_run_that_an_ini_value_makes_strict(
    pytester: pytest.Pytester, play: Play, edits: list[tuple[str, str]], problem: str
) -> None:
    result = play(TWO, *edits)
    assert result.ret == pytest.ExitCode.OK
    assert problem in summary(result)
    pytester.makeini("[pytest]\nkeyauth_strict_cassettes = true")
    assert pytester.runpytest(PLAY).ret == pytest.ExitCode.TESTS_FAILED
    pytester.makeini("[pytest]\nkeyauth_strict_cassettes = false")
    assert pytester.runpytest(PLAY).ret == pytest.ExitCode.OK


def test_a_change_of_another_test_makes_no_cassette_stale_and_one_of_what_all_share_makes_all(play: Play) -> None:
    assert summary(play(TWO, STALE))[-1] == "    test_it.py::test_two"
    assert summary(play(TWO, ("import pytest\n", "import pytest\n    SHARED = 1\n")))[1:] == [
        "  stale: the test has changed since it was recorded:",
        "    test_it.py::test_one",
        "    test_it.py::test_two",
    ]


@pytest.mark.parametrize(
    "chosen", [("-k", "one"), ("test_it.py::test_one",), ("--deselect", "test_it.py::test_two")], ids=" ".join
)
def test_where_not_all_tests_are_run_nothing_is_called_an_orphan(play: Play, chosen: tuple[str, ...]) -> None:
    gone = TWO[TWO.index("    @pytest") :].replace("test_one", "test_gone").replace("test_two", "test_gone_too")
    result = play(TWO + gone, (gone, ""), options=(*STRICT, *chosen))
    assert summary(result) == [FITTING]
    assert result.ret == pytest.ExitCode.OK


def test_a_file_of_which_all_tests_are_run_has_orphans_beside_one_of_a_longer_path(
    pytester: pytest.Pytester, play: Play
) -> None:
    pytester.makepyfile(test_it_too=TWO)
    gone = TWO[TWO.index("    @pytest") :].replace("test_one", "test_gone").replace("test_two", "test_gone_too")
    result = play(TWO + gone, (gone, ""), options=(PLAY, "test_it.py", "test_it_too.py::test_one"))
    assert summary(result)[1:] == [
        "  orphans: cassettes of no test:",
        "    cassettes/test_it/test_gone.yaml",
        "    cassettes/test_it/test_gone_too.yaml",
    ]
    result = pytester.runpytest(PLAY, "test_it.py::test_one", "test_it_too.py")
    assert summary(result) == ["3 cassettes played, recorded from emulator *"]


def test_a_file_without_tests_of_a_run_has_no_orphans(pytester: pytest.Pytester, play: Play) -> None:
    pytester.makepyfile(test_other=TWO)
    result = play(TWO, options=(*STRICT, "test_it.py"))
    assert summary(result) == ["2 cassettes played, recorded from emulator *"]


def test_a_test_without_a_cassette_is_told_how_to_get_one(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it="def test_it(keytrac): pass")
    result = pytester.runpytest(PLAY)
    result.assert_outcomes(errors=1)
    told = "there is no cassette of test_it.py::test_it: expected cassettes/test_it/test_it.yaml. Record it: "
    how = "--keyauth-record=new with the target emulator or live; "
    mark = "a test of your own has to be marked with keyauth_cassette"
    result.stdout.fnmatch_lines([f"E *CassetteError: {told}{how}{mark}"])


def test_a_test_that_asks_nobody_needs_no_cassette(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it="def test_it(typist): assert typist.types('Der Text')")
    result = pytester.runpytest(*STRICT)
    result.assert_outcomes(passed=1)
    assert summary(result) == []


STEERS = """
    import pytest

    pytestmark = pytest.mark.keyauth_cassette

    def test_account(keytrac, keytrac_emulator):
        keytrac_emulator.configure(minimum_text_length=10)
        token = keytrac_emulator.open_account()
        assert keytrac.get("/users", headers={"Authorization": token}).json() == []
        assert keytrac.get("/users", headers={"Authorization": token[::-1]}).status_code == 401
        user_id = keytrac.post("/users").json()["id"]
        keytrac_emulator.fail_store("delete-user", times=1)
        assert keytrac.delete(f"/users/{user_id}").status_code == 500

    def test_keys(keyfax, keyfax_emulator, keyfax_credentials):
        assert keyfax_emulator.host == keyfax_credentials.host
        assert keyfax.post("/api/v1/key").status_code == 201
        [delivery] = keyfax_emulator.deliveries(keyfax_emulator.host)
        assert delivery
        name = keyfax_emulator.name_host()
        keyfax_emulator.define_host(name, email="anna@example.com")
        keys = keyfax_emulator.issue_keys(name)
        assert keys.host == name
        assert keys.signing_key
        assert keyfax.get("/api/v1/token").status_code == 200
"""


def test_commands_are_played_with_what_they_were_answered(play: Play) -> None:
    result = play(STEERS, options=STRICT)
    result.assert_outcomes(passed=2)
    assert summary(result) == ["2 cassettes played, recorded from emulator *"]


def test_a_command_that_was_not_given_says_which_one_it_is(play: Play) -> None:
    result = play(STEERS, ("minimum_text_length=10", "minimum_text_length=11"))
    result.assert_outcomes(passed=1, failed=1)
    told = "E *cassettes/test_it/test_account.yaml has no answer to the command configure of the keytrac emulator *11*"
    result.stdout.fnmatch_lines([told, "E *record it anew with --keyauth-record=all"])


def test_a_command_that_was_not_given_fails_the_test_also_where_it_is_swallowed(play: Play) -> None:
    source = """
        import contextlib

        import pytest

        @pytest.mark.keyauth_cassette
        def test_account(keytrac, keytrac_emulator):
            with contextlib.suppress(Exception):
                keytrac_emulator.configure(minimum_text_length=10)
            keytrac.get("/users")
    """
    result = play(source, ("minimum_text_length=10", "minimum_text_length=11"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *has no answer to the command configure of the keytrac emulator with *11*"])


@pytest.mark.parametrize("attribute", ["clock.advance(days=1)", "requests", "account"])
def test_what_no_cassette_has_says_so_and_what_there_is(play: Play, attribute: str) -> None:
    result = play(STEERS, ("keytrac_emulator.configure(minimum_text_length=10)", f"keytrac_emulator.{attribute}"))
    result.assert_outcomes(passed=1, failed=1)
    name = attribute.partition(".")[0]
    told = (
        f"E *AttributeError: '{name}' is out of reach where cassettes are played (--keyauth-target=cassettes); there "
    )
    result.stdout.fnmatch_lines([f"{told}are: accept, answer, configure, *fail_store, *open_account*"])


def test_another_seed_plays_the_same_cassettes(play: Play) -> None:
    result = play(ENROLS, options=(*STRICT, "--keyauth-seed=12"))
    result.assert_outcomes(passed=1)
    assert summary(result) == [FITTING]


@pytest.mark.slow
def test_on_another_day_what_follows_from_today_follows(pytester: pytest.Pytester) -> None:
    """Also in a token's claims: the client that renews its tokens would ask for a new one, which was not recorded."""
    pytester.makepyfile(
        later=LATER.format(hours=24 * 100),
        test_it="""
        from datetime import UTC, datetime

        import pytest

        @pytest.mark.keyauth_cassette
        def test_today(keytrac, keyfax_bearer):
            keytrac.post("/users")
            [user] = keytrac.get("/users").json()
            assert user["created_at"][:10] == f"{datetime.now(UTC):%Y-%m-%d}"
            for _ in range(2):
                assert keyfax_bearer.get("/api/v1/startup").status_code == 200
        """,
    )
    assert pytester.runpytest(RECORD).ret == pytest.ExitCode.OK
    result = pytester.runpytest_subprocess(*STRICT, "-p", "later")
    result.assert_outcomes(passed=1)
    assert summary(result) == [FITTING]


@pytest.mark.slow
def test_a_test_that_is_run_again_plays_its_cassette_from_the_beginning(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=TWO)
    pytester.runpytest(RECORD)
    pytester.makeconftest(TWICE)
    result = pytester.runpytest(*STRICT)
    result.assert_outcomes(passed=2)
    assert summary(result) == ["2 cassettes played, recorded from emulator *"]


def test_contracts_are_played_with_the_coverage_that_the_emulator_has(pytester: pytest.Pytester) -> None:
    modules = ("contracts/keytrac/test_create_user.py", "contracts/keyfax/test_create_key.py")
    contracts = ("--keyauth-contracts=all", *modules)
    emulated = pytester.runpytest(*contracts)
    with pytest.MonkeyPatch.context() as context:
        block_sockets(context)
        played = pytester.runpytest(*contracts, *STRICT)
    assert played.parseoutcomes() == emulated.parseoutcomes()
    assert played.parseoutcomes()["passed"] > 10
    assert coverage(played) == coverage(emulated)
    assert len(coverage(played)) > 20
    assert played.ret == pytest.ExitCode.OK


def coverage(result: pytest.RunResult) -> list[str]:
    """All that a run says of outcomes: how many of each provider, and which were not witnessed."""
    lines = result.stdout.lines
    start = next(number for number, line in enumerate(lines) if re.match(r"keytrac \d+/119", line))
    return lines[start:-1]
