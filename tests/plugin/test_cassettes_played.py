"""What is played from cassettes, and what a run says where cassettes and tests do not fit."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

PLAY = ("--keyauth-target=cassettes",)
STRICT = (*PLAY, "--keyauth-strict-cassettes")
RECORD = "--keyauth-record=all"

TWO = """
    import pytest

    @pytest.mark.keyauth_cassette
    def test_one(keytrac):
        assert keytrac.get("/users").json() == []

    @pytest.mark.keyauth_cassette
    def test_two(keytrac):
        keytrac.get("/status")
"""

ENROLS = """
    import pytest

    @pytest.mark.keyauth_cassette
    def test_it(keytrac, typist):
        user_id = keytrac.post("/users").json()["id"]
        texts = ["Jeder Mensch tippt anders, und niemand merkt es sich selbst an."] * 2
        samples = [typist.types(text) for text in texts]
        body = {"user_id": user_id, "samples": samples}
        keytrac.post("/anytext/enrol", json=body)
        keytrac.get("/status", params={"from": "2015-06-01", "to": "2015-12-01"})
"""

#: A plugin that lets a process live a hundred days later.
LATER = """
    import datetime
    import time

    SHIFT_S = 3600 * 24 * 100
    real = time.time

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(real() + SHIFT_S, tz)

    datetime.datetime = Later
    time.time = lambda: real() + SHIFT_S
"""

#: What plugins that run tests again do.
TWICE = """
    import pytest
    from _pytest.runner import runtestprotocol

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(item, nextitem):
        runtestprotocol(item, log=False, nextitem=None)
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        return True
"""

Play = Callable[..., pytest.RunResult]


@pytest.fixture
def play(pytester: pytest.Pytester) -> Play:
    """Record tests, edit them, and play: `play(source, (old, new), …)`."""

    def record_and_play(source: str, *edits: tuple[str, str], options: tuple[str, ...] = PLAY) -> pytest.RunResult:
        pytester.makepyfile(test_it=source)
        assert pytester.runpytest(RECORD).ret == pytest.ExitCode.OK
        for old, new in edits:
            assert old in source
            source = source.replace(old, new)
        pytester.makepyfile(test_it=source)
        with pytest.MonkeyPatch.context() as context:
            block_sockets(context)
            return pytester.runpytest(*options)

    return record_and_play


def block_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    for name in ("connect", "connect_ex", "bind", "listen", "sendto"):
        monkeypatch.setattr(f"socket.socket.{name}", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)


def summary(result: pytest.RunResult) -> list[str]:
    """What a run says of cassettes, line by line, without title, version and indentation."""
    text = result.stdout.str()
    found = re.search(r"-+ keyauth cassettes -+\n(.*?)(?:\n-{3}|\n={3}|\n\n|\Z)", text, re.DOTALL)
    lines = found[1].splitlines() if found else []
    return [re.sub(r"emulator \d+\.\d+\.\d+\S*", "emulator *", line).strip() for line in lines]


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
        "not played whole:",
        "test_it.py::test_two: GET https://api.keytrac.net/users",
        "stale: the test has changed since it was recorded:",
        "test_it.py::test_changed",
        "test_it.py::test_two",
        "orphans: cassettes of no test:",
        "cassettes/test_it/test_gone.yaml",
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
        pytest.param([UNPLAYED], "not played whole:", id="unplayed"),
        pytest.param([STALE], "stale: the test has changed since it was recorded:", id="stale"),
        pytest.param([("def test_two", "def text_two")], "orphans: cassettes of no test:", id="orphan"),
    ],
)
def test_each_of_these_alone_fails_a_run_that_an_ini_value_makes_strict(
    pytester: pytest.Pytester, play: Play, edits: list[tuple[str, str]], problem: str
) -> None:
    result = play(TWO, *edits)
    assert result.ret == pytest.ExitCode.OK
    assert problem in summary(result)
    pytester.makeini("[pytest]\nkeyauth_strict_cassettes = true")
    assert pytester.runpytest(*PLAY).ret == pytest.ExitCode.TESTS_FAILED
    pytester.makeini("[pytest]\nkeyauth_strict_cassettes = false")
    assert pytester.runpytest(*PLAY).ret == pytest.ExitCode.OK


def test_a_change_of_another_test_makes_no_cassette_stale_and_one_of_what_all_share_makes_all(play: Play) -> None:
    assert summary(play(TWO, STALE))[-1] == "test_it.py::test_two"
    assert summary(play(TWO, ("import pytest\n", "import pytest\n    SHARED = 1\n")))[1:] == [
        "stale: the test has changed since it was recorded:",
        "test_it.py::test_one",
        "test_it.py::test_two",
    ]


@pytest.mark.parametrize(
    "chosen", [("-k", "one"), ("test_it.py::test_one",), ("--deselect", "test_it.py::test_two")], ids=" ".join
)
def test_where_not_all_tests_are_run_nothing_is_called_an_orphan(play: Play, chosen: tuple[str, ...]) -> None:
    gone = TWO[TWO.index("    @pytest") :].replace("test_one", "test_gone").replace("test_two", "test_gone_too")
    result = play(TWO + gone, (gone, ""), options=(*STRICT, *chosen))
    assert summary(result) == [FITTING]
    assert result.ret == pytest.ExitCode.OK


def test_a_file_without_tests_of_a_run_has_no_orphans(pytester: pytest.Pytester, play: Play) -> None:
    pytester.makepyfile(test_other=TWO)
    result = play(TWO, options=(*STRICT, "test_it.py"))
    assert summary(result) == ["2 cassettes played, recorded from emulator *"]


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


def test_a_test_without_a_cassette_is_told_how_to_get_one(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it="def test_it(keytrac): pass")
    result = pytester.runpytest(*PLAY)
    result.assert_outcomes(errors=1)
    told = "there is no cassette of test_it.py::test_it: expected cassettes/test_it/test_it.yaml. Mark the test with "
    how = "@pytest.mark.keyauth_cassette, and record it: --keyauth-record=new with the target emulator or live"
    result.stdout.fnmatch_lines([f"E *CassetteError: {told}{how}"])


def test_a_test_that_asks_nobody_needs_no_cassette(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it="def test_it(typist): assert typist.types('Der Text')")
    result = pytester.runpytest(*STRICT)
    result.assert_outcomes(passed=1)
    assert summary(result) == []


#: What is done to a file, and what the error has to name.
BROKEN = {
    "empty": (lambda content: b"", "`interactions`"),
    "cut-short": (lambda content: content[: len(content) // 2], "line 20"),
    "not-json": (lambda content: b"{interactions: [}", "line 1"),
    "no-text": (lambda content: b"\x00\xff\xfe", "#x0000"),
    "a-list": (lambda content: b"[]", "`interactions`"),
    "no-interactions": (lambda content: content.replace(b'"interactions"', b'"others"'), "`interactions`"),
    "interactions-null": (lambda content: b'{"version": 1, "interactions": null}', "`interactions`"),
    "no-request": (lambda content: content.replace(b'"request"', b'"ask"'), "'request'"),
    "no-method": (lambda content: content.replace(b'"method"', b'"how"'), "'method'"),
    "no-status": (lambda content: content.replace(b'"status"', b'"state"'), "'status'"),
    "unknown-origin": (lambda content: content.replace(b'"target"', b'"goal"'), "'goal'"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_cassette_is_named_with_what_is_wrong_and_what_to_do(pytester: pytest.Pytester, kind: str) -> None:
    pytester.makepyfile(test_it=TWO)
    pytester.runpytest(RECORD)
    path = pytester.path / "cassettes/test_it/test_one.yaml"
    spoil, why = BROKEN[kind]
    path.write_bytes(spoil(path.read_bytes()))
    result = pytester.runpytest(*PLAY)
    result.assert_outcomes(passed=1, errors=1)
    [told] = [line for line in result.stdout.lines if re.match(r"E .*CassetteError: ", line)]
    assert "cassettes/test_it/test_one.yaml: this is no cassette (" in told
    assert why in told
    assert told.endswith("expected what vcrpy or --keyauth-record writes. Record it anew")


@pytest.mark.parametrize("suffix", ["as-json", "as-yaml"])
def test_a_cassette_that_vcrpy_has_written_is_played(pytester: pytest.Pytester, suffix: str) -> None:
    from vcr.serializers import jsonserializer, yamlserializer

    request = {"method": "GET", "uri": "https://api.keytrac.net/users", "body": None, "headers": {"Accept": ["*/*"]}}
    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Type": ["application/json"]},
        "body": {"string": "[]"},
    }
    written = {"version": 1, "interactions": [{"request": request, "response": response}]}
    serializer = jsonserializer if suffix == "as-json" else yamlserializer
    path = pytester.path / "cassettes/test_it/test_one.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(serializer.serialize(written), encoding="utf-8")
    pytester.makepyfile(test_it=TWO[: TWO.rindex("    @pytest")])
    result = pytester.runpytest(*STRICT)
    result.assert_outcomes(passed=1)
    assert summary(result) == ["1 cassette played, recorded from unknown"]


def test_a_cassette_of_ours_is_yaml_and_json_alike(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=ENROLS)
    pytester.runpytest(RECORD)
    [path] = pytester.path.rglob("*.yaml")
    content = path.read_bytes()
    assert yaml.safe_load(content) == json.loads(content)


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
    result.stdout.fnmatch_lines([f"{told}are: *configure, *fail_store, open_account*"])


def test_another_seed_plays_the_same_cassettes(play: Play) -> None:
    result = play(ENROLS, options=(*STRICT, "--keyauth-seed=12"))
    result.assert_outcomes(passed=1)
    assert summary(result) == [FITTING]


def test_on_another_day_what_follows_from_today_follows(pytester: pytest.Pytester) -> None:
    """Also in a token's claims: the client that renews its tokens would ask for a new one, which was not recorded."""
    pytester.makepyfile(
        later=LATER,
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
