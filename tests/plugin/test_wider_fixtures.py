"""Fixtures that live longer than a test: what they ask is asked once, so that no one test's cassette may have it."""

import pytest

from .cassette_runs import LIVE, RECORD, STRICT, summary
from .counting_provider import counting

ASKING = """
    import os
    import unittest
    import urllib.request

    import pytest

    pytestmark = pytest.mark.keyauth_cassette

    def ask(path="/gzip"):
        with urllib.request.urlopen(os.environ["KEYAUTH_KEYTRAC_URL"] + path) as answer:
            return answer.read()
"""

SCOPED = """
    @pytest.fixture(scope="{scope}")
    def settled():
        ask()

    class TestAll:
        def test_one(self, settled): pass
        def test_two(self, settled): pass

    def test_without(): ask()
"""

UNITTEST = """
    class TestAll(unittest.TestCase):
        @classmethod
        def setUpClass(cls): ask()
        def test_one(self): pass
        def test_two(self): pass

    def test_without(): ask()
"""

WIDER = {scope: SCOPED.format(scope=scope) for scope in ("class", "module", "package", "session")}


@pytest.mark.parametrize("kind", [*WIDER, "unittest"])
def test_a_wider_fixture_that_asks_a_provider_is_refused_in_each_test_that_uses_it(
    pytester: pytest.Pytester, reaching_counter: None, kind: str
) -> None:
    pytester.makepyfile(test_it=ASKING + WIDER.get(kind, UNITTEST))
    result = pytester.runpytest(*LIVE)
    result.assert_outcomes(passed=1, errors=2)
    scope = "class" if kind == "unittest" else kind
    name = "_unittest_setUpClass_fixture_TestAll" if kind == "unittest" else "settled"
    told = f"E *CassetteError: the fixture {name} has the scope {scope} and sent a request while a test was recorded: *"
    result.stdout.fnmatch_lines([told, told])
    assert summary(result)[0].startswith("1 cassette recorded from loopback ")
    assert summary(result)[1:] == [
        "  not recorded, since the test did not pass:",
        "    test_it.py::TestAll::test_one",
        "    test_it.py::TestAll::test_two",
    ]
    assert [path.name for path in pytester.path.rglob("cassettes/**/*.yaml")] == ["test_without.yaml"]


def test_a_fixture_of_one_test_may_ask_and_a_wider_one_may_ask_others(
    pytester: pytest.Pytester, reaching_counter: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        @pytest.fixture
        def settled(): ask()

        @pytest.fixture(scope="session")
        def elsewhere():
            with urllib.request.urlopen(os.environ["ELSEWHERE"] + "/gzip") as answer:
                return answer.read()

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(settled, elsewhere, number): assert elsewhere
    """
    pytester.makepyfile(test_it=ASKING + source.replace("\n    ", "\n"))
    with counting() as elsewhere:
        monkeypatch.setenv("ELSEWHERE", elsewhere.url)
        result = pytester.runpytest(*LIVE)
        result.assert_outcomes(passed=2)
        assert len(list(pytester.path.rglob("cassettes/**/*.yaml"))) == 2
        for number in ("[1]", "[2]"):
            pytester.runpytest(*STRICT, f"test_it.py::test_it{number}").assert_outcomes(passed=1)


def test_our_own_fixtures_of_the_session_are_not_meant(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        import requests

        pytestmark = [pytest.mark.keyauth_cassette, pytest.mark.usefixtures("keyauth_network")]

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(keytrac, number):
            keytrac.get("/users")
        """
    )
    result = pytester.runpytest(RECORD)
    result.assert_outcomes(passed=2)
    assert summary(result) == ["2 cassettes recorded from emulator *"]


def test_a_fixture_that_fails_while_a_test_is_recorded_shows_nothing_of_ours(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="module")
        def broken(): raise ValueError("of its own")

        @pytest.mark.keyauth_cassette
        def test_it(broken): pass
        """
    )
    result = pytester.runpytest(RECORD)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *ValueError: of its own"])
    result.stdout.no_fnmatch_line("*pytest_keyauth*")


def test_a_secret_that_an_earlier_test_has_met_is_scrubbed_in_what_a_later_prints(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import pytest

        KEPT = {}

        @pytest.mark.keyauth_cassette
        def test_first(keyfax, keyfax_credentials):
            KEPT["key"] = keyfax_credentials.signing_key

        def test_later():
            print("printed", KEPT["key"], "here")
            assert False
        """
    )
    result = pytester.runpytest(RECORD)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["printed <signing-key> here"])
