"""What a run records, and how a recording is kept."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from .cassette_runs import LATER, PLAY, RECORD, TWICE, summary

LIBRARY = Path(__file__).parents[2] / "cassettes"

#: Tests of a consumer: of both providers, with commands, dates, made-up data, two classes, and unusual identifiers.
CONSUMER = """
    import pytest

    pytestmark = pytest.mark.keyauth_cassette

    def test_login(keytrac, typist):
        user_id = keytrac.post("/users").json()["id"]
        text = "Jeder Mensch tippt anders, und niemand merkt es sich selbst an."
        body = {"user_id": user_id, "samples": [typist.types(text), typist.types(text)]}
        keytrac.post("/anytext/enrol", json=body).raise_for_status()
        assert user_id in keytrac.get("/users").text

    def test_two_accounts(keytrac, keytrac_emulator):
        token = keytrac_emulator.open_account()
        assert keytrac.get("/users", headers={"Authorization": token}).json() == []

    def test_keys(keyfax, keyfax_emulator):
        keyfax.post("/api/v1/key").raise_for_status()
        assert keyfax.get("/api/v1/token").status_code == 200
        assert keyfax_emulator.deliveries(keyfax_emulator.host)

    def test_startup(keyfax_bearer):
        start_up = keyfax_bearer.get("/api/v1/startup").json()
        launch = keyfax_bearer.post("/api/v1/startup", json=start_up).raise_for_status().json()
        assert launch["guid"] in launch["launchUrl"]

    @pytest.mark.parametrize("name", ["a/b", "ä ö", "x" * 300, "a::b", "a.b", "..", "con", "[*?]", "A", "a"])
    def test_name(keytrac, name):
        keytrac.get("/users", params={"name": name})

    class TestOne:
        def test_status(self, keytrac):
            keytrac.get("/status")

    class TestTwo:
        def test_status(self, keytrac):
            keytrac.get("/users")
"""

ONE = """
    import pytest

    @pytest.mark.keyauth_cassette
    def test_one(keytrac):
        assert keytrac.get("/users").json() == []
"""


def cassettes(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by their names there."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def interactions(content: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(content)["interactions"]
    return found


@pytest.mark.parametrize("workers", [[], pytest.param(["-n1"], marks=pytest.mark.slow)])
def test_a_subtest_tells_no_secret(pytester: pytest.Pytester, workers: list[str]) -> None:
    pytester.makepyfile("""
        import pathlib
        import pytest

        @pytest.mark.keyauth_cassette
        def test_key(keyfax, keyfax_credentials, subtests):
            secret = keyfax_credentials.signing_key
            pathlib.Path("secret.txt").write_text(secret)
            with subtests.test(msg=f"as {secret}", key=secret):
                print("printed", secret)
                assert not secret
    """)
    said = pytester.runpytest(RECORD, "--junitxml=junit.xml", "-vv", *workers).stdout.str()
    left = said + (pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert "[as <signing-key>] (key=" in said
    assert "printed <signing-key>" in said
    assert (pytester.path / "secret.txt").read_text() not in left
    assert not (pytester.path / "cassettes").exists()


@pytest.mark.slow
def test_recorded_twice_in_other_circumstances_a_cassette_is_the_same_bytes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_consumer=CONSUMER, later=LATER.format(hours=24 * 100 + 1))
    assert summary(pytester.runpytest(RECORD)) == ["16 cassettes recorded from emulator *"]
    first = cassettes(pytester.path / "cassettes")
    assert len(first) == 16  # as many as there are tests: none is in the place of another
    monkeypatch.setenv("PYTHONHASHSEED", "2")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    modules = ("contracts/keytrac/test_show_status.py", "contracts/keyfax/test_create_key.py")
    options = ("-n2", "-p", "later", "--keyauth-contracts=all", RECORD, "--keyauth-cassettes=again")
    result = pytester.runpytest_subprocess(*options, "test_consumer.py", *modules)
    assert result.ret == pytest.ExitCode.OK
    again = cassettes(pytester.path / "again")
    assert {name: again[name] for name in first} == first
    # The contracts were recorded by others, at another time, on another machine.
    contracts = {name: content for name, content in again.items() if name.startswith(("keytrac/", "keyfax/"))}
    assert len(contracts) > 30
    assert contracts == {name: (LIBRARY / name).read_bytes() for name in contracts}
    assert summary(result)[0] == f"{16 + len(contracts)} cassettes recorded from emulator *"


def test_only_what_has_no_cassette_is_recorded_as_new(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=ONE)
    assert summary(pytester.runpytest("--keyauth-record=new")) == ["1 cassette recorded from emulator *"]
    [(name, old)] = cassettes(pytester.path / "cassettes").items()
    pytester.makepyfile(test_it=f"{ONE}        assert keytrac.get('/status')\n\n{ONE.replace('_one', '_two')}")
    assert summary(pytester.runpytest("--keyauth-record=new")) == ["1 cassette recorded from emulator *"]
    kept = cassettes(pytester.path / "cassettes")
    assert set(kept) == {name, "test_it/test_two.yaml"}
    assert kept[name] == old


def test_all_replaces_what_was_recorded(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=ONE)
    pytester.runpytest(RECORD)
    [(name, old)] = cassettes(pytester.path / "cassettes").items()
    pytester.makepyfile(test_it=ONE.replace("/users", "/status").replace("== []", ""))
    pytester.runpytest(RECORD)
    [(same, new)] = cassettes(pytester.path / "cassettes").items()
    assert same == name
    assert [item["request"]["uri"][-6:] for item in interactions(old) + interactions(new)] == ["/users", "status"]


NOT_PASSING = {
    "fails": "assert False",
    "skips-itself": "pytest.skip('after all')",
    "expected-to-fail": "pytest.xfail('some day')",
    "fixture-fails-to-clean-up": "request.addfinalizer(lambda: 1 / 0)",
}


@pytest.mark.parametrize("kind", NOT_PASSING)
def test_a_test_that_does_not_pass_keeps_its_old_cassette_and_makes_no_new_one(
    pytester: pytest.Pytester, kind: str
) -> None:
    source = ONE.replace("(keytrac)", "(keytrac, request)")
    pytester.makepyfile(test_it=source)
    pytester.runpytest(RECORD)
    old = cassettes(pytester.path / "cassettes")
    assert len(old) == 1
    broken = f"{source}        keytrac.get('/status'); {NOT_PASSING[kind]}\n"
    pytester.makepyfile(test_it=f"{broken}\n{broken.replace('_one', '_two')}")
    result = pytester.runpytest(RECORD)
    assert cassettes(pytester.path / "cassettes") == old
    assert summary(result) == [
        "  not recorded, since the test did not pass:",
        "    test_it.py::test_one",
        "    test_it.py::test_two",
    ]


def test_a_test_that_is_not_marked_or_says_nothing_is_not_recorded(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        def test_unmarked(keytrac): keytrac.get("/users")

        @pytest.mark.keyauth_cassette
        def test_silent(keytrac): pass

        @pytest.mark.skip
        @pytest.mark.keyauth_cassette
        def test_skipped(keytrac): keytrac.get("/users")
        """
    )
    result = pytester.runpytest(RECORD)
    result.assert_outcomes(passed=2, skipped=1)
    assert not (pytester.path / "cassettes").exists()


def test_without_being_asked_to_nobody_records(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=ONE)
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.OK
    assert summary(result) == []
    assert not (pytester.path / "cassettes").exists()


@pytest.mark.parametrize("mode", ["new", "all"])
def test_to_record_from_cassettes_is_a_usage_error(pytester: pytest.Pytester, mode: str) -> None:
    pytester.makepyfile(test_it=ONE)
    result = pytester.runpytest(f"--keyauth-record={mode}", PLAY)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --keyauth-record={mode}: cassettes cannot be *--keyauth-target=emulator*"])


def test_a_mode_that_there_is_not_is_a_usage_error(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--keyauth-record=once")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --keyauth-record=once: expected one of none, new, all"])


def test_the_folder_and_the_mode_are_ini_values_that_options_override(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nkeyauth_record = all\nkeyauth_cassettes = recordings/mine")
    pytester.makepyfile(test_it=ONE)
    pytester.mkdir("below")
    pytester.runpytest("--rootdir=.")
    assert set(cassettes(pytester.path / "recordings")) == {"mine/test_it/test_one.yaml"}
    result = pytester.runpytest(f"--keyauth-cassettes={pytester.path / 'below'}")
    result.stdout.fnmatch_lines(["keyauth: target emulator, seed 0, recording all into */below"])
    assert set(cassettes(pytester.path / "below")) == {"test_it/test_one.yaml"}
    assert not (pytester.path / "cassettes").exists()


def test_the_folder_is_below_the_root_wherever_pytest_is_started(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]")
    folder = pytester.mkdir("tests")
    (folder / "test_it.py").write_text(dedent(ONE), encoding="utf-8")
    monkeypatch.chdir(folder)
    pytester.runpytest(RECORD)
    assert set(cassettes(pytester.path / "cassettes")) == {"tests/test_it/test_one.yaml"}


def test_a_folder_of_the_users_own_that_is_called_contracts_is_one_like_any_other(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = --import-mode=importlib")
    pytester.makepyfile(test_it=ONE)
    (pytester.mkdir("contracts") / "test_it.py").write_text(dedent(ONE), encoding="utf-8")
    pytester.runpytest(RECORD).assert_outcomes(passed=2)
    recorded = cassettes(pytester.path / "cassettes")
    assert set(recorded) == {"test_it/test_one.yaml", "contracts/test_it/test_one.yaml"}


def test_a_folder_that_cannot_be_written_fails_the_test_and_says_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=ONE)
    (pytester.path / "cassettes").write_text("a file", encoding="utf-8")
    result = pytester.runpytest(RECORD)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E *CassetteError: cassettes/test_it/test_one.yaml cannot be written: *"])
    assert (pytester.path / "cassettes").read_text(encoding="utf-8") == "a file"


def test_a_test_outside_the_root_is_recorded_inside_the_folder(pytester: pytest.Pytester) -> None:
    root, outside = pytester.mkdir("root"), pytester.mkdir("outside")
    (outside / "test_it.py").write_text(dedent(ONE), encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]", encoding="utf-8")
    result = pytester.runpytest(RECORD, f"--rootdir={root}", str(outside))
    result.assert_outcomes(passed=1)
    assert [path.is_relative_to(root / "cassettes") for path in pytester.path.rglob("*.yaml")] == [True]


def test_a_test_that_is_run_again_is_recorded_as_its_last_try(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(TWICE)
    pytester.makepyfile(
        """
        import pytest

        TRIES = []

        @pytest.mark.keyauth_cassette
        def test_two_tries(keytrac):
            TRIES.append(1)
            keytrac.get("/users" if len(TRIES) == 1 else "/status")
            assert len(TRIES) == 2
        """
    )
    result = pytester.runpytest(RECORD)
    assert summary(result) == ["1 cassette recorded from emulator *"]
    [content] = cassettes(pytester.path / "cassettes").values()
    assert [item["request"]["uri"] for item in interactions(content)] == ["https://api.keytrac.net/status"]


def test_the_summary_counts_what_was_recorded_and_names_what_was_not(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=ONE, test_other=ONE, test_bad=f"{ONE}        assert False\n")
    result = pytester.runpytest(RECORD)
    assert summary(result) == [
        "2 cassettes recorded from emulator *",
        "  not recorded, since the test did not pass:",
        "    test_bad.py::test_one",
    ]
