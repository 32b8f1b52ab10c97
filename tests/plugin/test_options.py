"""What a user may ask for, and what a user who asks for something else is told."""

import shutil
from pathlib import Path

import pytest

TOKEN = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"

MAKES_DATA = """
    from pathlib import Path

    def test_data(keytrac, samples, typist, typists):
        user_id = keytrac.post("/users").json()["id"]
        passwords = [person.password("geheim7") for person in typists(2)]
        made_up = [user_id, *samples.valid(), *samples.masked.no_length(), typist.types("Der Text"), *passwords]
        Path("made-up").write_text("\\n".join(made_up))
"""


def is_refused(result: pytest.RunResult, *said: str) -> bool:
    """Whether a run ended as pytest's usage errors do, for one reason, told without a traceback."""
    output = result.stdout.str() + result.stderr.str()
    errors = [line for line in result.stderr.lines if line.startswith("ERROR: ")]
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output
    assert all(text in " ".join(errors) for text in said), errors
    return result.ret == pytest.ExitCode.USAGE_ERROR and len(errors) == 1


def test_the_header_says_who_answers_and_what_the_data_follow_from(pytester: pytest.Pytester) -> None:
    pytester.runpytest().stdout.fnmatch_lines(["keyauth: target emulator, seed 0"])


def test_the_header_says_whose_contracts_are_run(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--keyauth-contracts=keytrac", "--keyauth-seed=12", "-k", "no such contract")
    result.stdout.fnmatch_lines(["keyauth: target emulator, seed 12, contracts keytrac"])


def test_the_header_says_where_the_live_target_is_and_not_its_token(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", TOKEN)
    result = pytester.runpytest("--keyauth-target=live")
    result.stdout.fnmatch_lines(
        ["keyauth: target live, seed 0", f"keyauth: requests go to http://127.0.0.1:1 as token {TOKEN[:4]}…"]
    )
    assert TOKEN not in result.stdout.str()


WRONG = [
    ("target", "nobody", "expected one of emulator, cassettes, live"),
    ("contracts", "keytrack", "expected one of keytrac"),
    ("seed", "many", "expected a whole number"),
    ("seed", "1.5", "expected a whole number"),
    ("fail-under", "most", "expected a percentage from 0 to 100"),
    ("fail-under", "100.1", "expected a percentage from 0 to 100"),
    ("fail-under", "-1", "expected a percentage from 0 to 100"),
    ("fail-under", "nan", "expected a percentage from 0 to 100"),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_wrong_option_is_a_usage_error(pytester: pytest.Pytester, name: str, value: str, expected: str) -> None:
    assert is_refused(pytester.runpytest(f"--keyauth-{name}={value}"), f"--keyauth-{name}={value}", expected)


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_wrong_ini_value_is_a_usage_error(pytester: pytest.Pytester, name: str, value: str, expected: str) -> None:
    pytester.makeini(f"[pytest]\nkeyauth_{name.replace('-', '_')} = {value}")
    assert is_refused(pytester.runpytest(), f"keyauth_{name.replace('-', '_')}={value}", expected)


def test_a_wrong_option_is_told_once_where_workers_would_run_the_tests(pytester: pytest.Pytester) -> None:
    assert is_refused(pytester.runpytest("-n2", "--keyauth-seed=many"), "--keyauth-seed=many")


@pytest.mark.parametrize("name", ["target", "contracts", "seed", "fail-under", "allow-host", "report"])
def test_an_option_without_a_value_is_a_usage_error(pytester: pytest.Pytester, name: str) -> None:
    result = pytester.runpytest(f"--keyauth-{name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--keyauth-{name}: expected one argument"])


HERE = "http://127.0.0.1:1"
WRONG_ENVIRONMENT = [
    pytest.param({"TOKEN": TOKEN}, ["KEYAUTH_KEYTRAC_URL not set", "`keyauth serve` prints"], id="no-url"),
    pytest.param({"URL": HERE}, ["KEYAUTH_KEYTRAC_TOKEN not set", "`keyauth serve`"], id="no-token"),
    pytest.param({}, ["KEYAUTH_KEYTRAC_URL and KEYAUTH_KEYTRAC_TOKEN not set", "`keyauth serve`"], id="neither"),
    pytest.param(
        {"URL": HERE, "TOKEN": ""},
        ["KEYAUTH_KEYTRAC_TOKEN not set", "`keyauth serve`"],
        id="empty-token",
    ),
    pytest.param({"URL": "127.0.0.1:1", "TOKEN": TOKEN}, ["127.0.0.1:1", "a URL such as http://"], id="no-scheme"),
    pytest.param({"URL": "ftp://127.0.0.1", "TOKEN": TOKEN}, ["ftp://127.0.0.1", "a URL such as http://"], id="ftp"),
    pytest.param({"URL": "http://", "TOKEN": TOKEN}, ["a URL such as http://127.0.0.1"], id="no-host"),
    pytest.param({"URL": "http://[::1", "TOKEN": TOKEN}, ["a URL such as http://127.0.0.1"], id="half-a-host"),
    pytest.param({"URL": "http://127.0.0.1:99999", "TOKEN": TOKEN}, ["99999", "a URL such as"], id="no-such-port"),
    pytest.param({"URL": "http://127.0.0.1?a=b", "TOKEN": TOKEN}, ["without credentials", "query"], id="query"),
    pytest.param(
        {"URL": "https://api.keytrac.net", "TOKEN": TOKEN},
        ["api.keytrac.net is not this machine", "--keyauth-allow-host=api.keytrac.net"],
        id="far",
    ),
    pytest.param(
        {"URL": "http://127.0.0.1.example.com", "TOKEN": TOKEN},
        ["127.0.0.1.example.com is not this machine"],
        id="looks-near",
    ),
    pytest.param({"URL": HERE, "TOKEN": TOKEN[:-1]}, ["35 characters", "expected", "36"], id="short-token"),
    pytest.param({"URL": HERE, "TOKEN": f"{TOKEN[:-1]}é"}, ["TOKEN", "ASCII"], id="odd-token"),
]


@pytest.mark.parametrize(("environment", "said"), WRONG_ENVIRONMENT)
def test_a_wrong_environment_is_a_usage_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: list[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"KEYAUTH_KEYTRAC_{name}", value)
    result = pytester.runpytest("--keyauth-target=live")
    assert is_refused(result, *said)
    assert TOKEN[:-1] not in result.stderr.str()


def test_credentials_in_the_url_are_a_usage_error_that_does_not_show_them(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", "http://anna:geheim7@127.0.0.1")
    monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", TOKEN)
    result = pytester.runpytest("--keyauth-target=live")
    assert is_refused(result, "KEYAUTH_KEYTRAC_URL", "without credentials")
    assert "geheim7" not in result.stderr.str()


def test_the_environment_of_the_live_target_is_of_no_concern_to_the_emulator(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", "https://api.keytrac.net")
    pytester.makepyfile("def test_it(keytrac): assert keytrac.get('/users').json() == []")
    pytester.runpytest().assert_outcomes(passed=1)


def test_ini_values_are_defaults_that_options_override(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nkeyauth_seed = 7\nkeyauth_target = emulator\nkeyauth_contracts = keytrac")
    no_contract = ("-k", "no such contract")
    pytester.runpytest(*no_contract).stdout.fnmatch_lines(["keyauth: target emulator, seed 7, contracts keytrac"])
    result = pytester.runpytest("--keyauth-seed=0", *no_contract)
    result.stdout.fnmatch_lines(["keyauth: target emulator, seed 0, contracts keytrac"])


def test_the_gate_is_an_ini_value_too(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nkeyauth_fail_under = 50")
    pytester.makepyfile("def test_it(keytrac): keytrac.get('/users')")
    assert pytester.runpytest().ret == pytest.ExitCode.TESTS_FAILED
    assert pytester.runpytest("--keyauth-fail-under=0.5").ret == pytest.ExitCode.OK


def made_up_data(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    pytester.runpytest(*arguments).assert_outcomes(passed=1)
    return Path("made-up").read_text().splitlines()


def test_the_same_seed_makes_the_same_data_and_another_seed_makes_others(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(MAKES_DATA)
    first = made_up_data(pytester)
    assert made_up_data(pytester, "--keyauth-seed=0") == first
    other = made_up_data(pytester, "--keyauth-seed=1")
    assert made_up_data(pytester, "--keyauth-seed=1") == other
    assert not set(first) & set(other)


@pytest.mark.slow
def test_the_data_are_the_same_in_another_folder_and_in_a_worker(pytester: pytest.Pytester) -> None:
    test_file = pytester.makepyfile(MAKES_DATA)
    first = made_up_data(pytester)
    elsewhere = pytester.mkdir("elsewhere")
    shutil.move(test_file, elsewhere)
    pytester.runpytest("--rootdir=elsewhere", "-n1", "elsewhere").assert_outcomes(passed=1)
    assert Path("made-up").read_text().splitlines() == first


def test_two_tests_of_one_run_have_different_data(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        SEEN = set()

        def test_one(keytrac, samples):
            SEEN.update([keytrac.post("/users").json()["id"], *samples.valid()])

        def test_two(keytrac, samples):
            assert keytrac.post("/users").json()["id"] not in SEEN
            assert not SEEN.intersection(samples.valid())
        """
    )
    pytester.runpytest().assert_outcomes(passed=2)


SEED = "the data of this test follow from --keyauth-seed=12"


@pytest.mark.parametrize("fixture", ["keytrac", "async_keytrac", "keytrac_emulator", "samples", "typist"])
def test_a_failing_test_names_the_seed_of_its_data(pytester: pytest.Pytester, fixture: str) -> None:
    pytester.makepyfile(f"def test_it({fixture}): assert False")
    result = pytester.runpytest("--keyauth-seed=12")
    result.assert_outcomes(failed=1)
    assert SEED in result.stdout.lines


def test_a_test_that_fails_before_it_begins_names_the_seed_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def enrolled(samples): raise LookupError(samples.valid())

        def test_it(enrolled): pass
        """
    )
    result = pytester.runpytest("--keyauth-seed=12")
    result.assert_outcomes(errors=1)
    assert SEED in result.stdout.lines


def test_who_passes_or_has_no_made_up_data_is_not_bothered_with_the_seed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_passes(samples): samples.valid()\ndef test_fails(): assert False")
    result = pytester.runpytest("-rA")
    result.assert_outcomes(passed=1, failed=1)
    assert "--keyauth-seed" not in result.stdout.str()


UNKNOWN = """
    import pytest

    @pytest.mark.keyauth_outcome("showStatus/200/overveiw")
    def test_misspelt(keytrac): keytrac.get("/status")

    @pytest.mark.keyauth_outcome("listUsers/200/listed")
    def test_right(keytrac): keytrac.get("/users")

    @pytest.mark.keyauth_outcome("enrolAnytext/400/unique-samples", "enrolAnytext/400/mixed-devices")
    class TestEnrolment:
        def test_second_is_wrong(self): pass

    @pytest.mark.keyauth_outcome
    def test_nameless(): pass
"""


@pytest.mark.parametrize("arguments", [[], ["--collect-only"], ["-n2"]], ids=["run", "collect-only", "workers"])
def test_markers_of_unknown_outcomes_stop_the_run_all_in_one_error(
    pytester: pytest.Pytester, arguments: list[str]
) -> None:
    pytester.makepyfile(test_it=UNKNOWN)
    result = pytester.runpytest(*arguments)
    assert is_refused(result, "the marker keyauth_outcome names outcomes that are not documented")
    result.stderr.fnmatch_lines(
        [
            "test_it.py::test_misspelt: *'showStatus/200/overveiw'*the nearest are: showStatus/200/overview,*",
            "test_it.py::TestEnrolment::test_second_is_wrong: */mixed-devices'*: enrolAnytext/400/mixed-device-types,*",
            'test_it.py::test_nameless: the marker names none, expected keyauth_outcome("operation/status/name")',
        ],
        consecutive=True,
    )
    assert "test_right" not in result.stderr.str()
    assert "'enrolAnytext/400/unique-samples'" not in result.stderr.str()


def test_a_marked_test_whose_traffic_shows_its_outcome_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.keyauth_outcome("listUsers/200/listed", "showStatus/200/overview")
        def test_two(keytrac):
            keytrac.get("/users")
            keytrac.get("/status")

        @pytest.mark.keyauth_outcome(name="showUser/404/user-not-found")
        def test_by_keyword(keytrac):
            keytrac.get("/users/nobody")

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        @pytest.mark.keyauth_outcome("listUsers/200/listed")
        async def test_async(async_keytrac):
            await async_keytrac.get("/users")
        """
    )
    pytester.runpytest("--strict-markers").assert_outcomes(passed=3)


def test_a_marked_test_whose_traffic_shows_something_else_fails_with_what_was_seen(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.keyauth_outcome("listUsers/200/listed")

        def test_other_outcome(keytrac):
            keytrac.get("/users/nobody")
            keytrac.get("/nowhere")
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*this test is for listUsers/200/listed, but its traffic showed:",
            '*GET /users/nobody -> 404 {"error":"User not found"} (showUser/404/user-not-found)',
            '*GET /nowhere -> 404 {"error":"Entity not found"} (not documented)',
            "*Either the answer is not the documented one, or the marker keyauth_outcome names the wrong outcome.",
        ],
        consecutive=True,
    )
    assert "plugin.py" not in result.stdout.str()  # what the plugin's code looks like is no help


def test_a_test_that_is_marked_for_two_outcomes_and_shows_one_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.keyauth_outcome("listUsers/200/listed", "showStatus/200/overview")
        def test_it(keytrac): keytrac.get("/users")
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*this test is for listUsers/200/listed, showStatus/200/overview, but *"])


def test_a_marked_test_that_asks_nothing_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.keyauth_outcome("listUsers/200/listed")
        def test_it(): pass
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no request at all*"])


def test_a_marked_test_that_fails_by_itself_says_why_and_nothing_of_outcomes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.keyauth_outcome("listUsers/200/listed")
        def test_it(keytrac): assert keytrac.get("/status").status_code == 418
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*assert 200 == 418*"])
    assert "its traffic showed" not in result.stdout.str()


def test_help_and_markers_tell_of_the_plugin(pytester: pytest.Pytester) -> None:
    helped = pytester.runpytest("--help").stdout.str()
    assert all(f"--keyauth-{name}=" in helped for name in ("target", "contracts", "seed", "fail-under"))
    pytester.runpytest("--markers").stdout.fnmatch_lines(["@pytest.mark.keyauth_outcome(name): *"])


def test_the_plugin_can_be_switched_off(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest("-p", "no:pytest_keyauth.plugin", "-p", "no:pytest_keyauth")
    result.assert_outcomes(passed=1)
    assert "keyauth:" not in result.stdout.str()
