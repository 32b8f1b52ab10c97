"""The fixtures in a consumer's own tests."""

import re
from pathlib import Path

import pytest

PUBLIC = {"async_keytrac", "keytrac", "keytrac_emulator", "samples", "typist", "typists"}

CONSUMER = """
    import asyncio

    import httpx
    import pytest

    TEXTS = ["Jeder Mensch tippt anders, und niemand merkt es.", "Wer lange genug tippt, der hat einen Rhythmus."]


    @pytest.fixture
    def anyio_backend():
        return "asyncio"


    def test_a_person_is_told_from_another(keytrac, typists):
        owner, thief = typists(2)
        user_id = keytrac.post("/users").json()["id"]
        enrolment = {"user_id": user_id, "samples": [owner.types(text) for text in TEXTS]}
        assert keytrac.post("/anytext/enrol", json=enrolment).json() == {"OK": True}
        for person, genuine in (owner, True), (thief, False):
            attempt = {"user_id": user_id, "samples": [person.types("Heute schreibe ich etwas ganz anderes.")]}
            assert keytrac.post("/anytext/authenticate", json=attempt).json()["authenticated"] is genuine


    def test_a_typist_repeats_a_password(keytrac, typist):
        user_id = keytrac.post("/users").json()["id"]
        enrolment = {"user_id": user_id, "samples": [typist.password("geheim7"), typist.password("geheim7")]}
        assert keytrac.post("/password/enrol", json=enrolment).is_success
        attempt = {"user_id": user_id, "samples": [typist.password("geheim7")]}
        assert keytrac.post("/password/authenticate", json=attempt).json()["authenticated"] is True


    def test_people_are_made_as_they_are_asked_for(typists):
        people = typists(3, mode="realistic", language="fr", device="mobile", pace=60)
        assert {(person.language, person.device, round(person.words_per_minute)) for person in people} == {
            ("fr", "mobile", 60)
        }
        assert all("#m=1#" in person.types("Où ça ?") for person in people)
        with pytest.raises(ValueError, match="expected 'distinct' or 'realistic'"):
            typists(1, mode="real")


    def test_a_wrong_sample_is_refused(keytrac, samples):
        user_id = keytrac.post("/users").json()["id"]
        response = keytrac.post("/anytext/enrol", json={"user_id": user_id, "samples": samples.corrupted(index=2)})
        assert response.status_code == 400
        assert response.json() == {"error": "Sample #2 is corrupted or format is not valid"}


    def test_the_emulator_is_steered(keytrac, keytrac_emulator):
        keytrac_emulator.configure(verified=False)
        assert keytrac.get("/users").status_code == 403
        assert [exchange.response.status for exchange in keytrac_emulator.requests] == [403]


    def test_the_emulator_alone_is_of_use(keytrac_emulator):
        assert len(keytrac_emulator.token) == len(keytrac_emulator.open_account()) == 36


    def test_the_client_is_plain_httpx(keytrac):
        assert type(keytrac) is httpx.Client
        assert str(keytrac.base_url).rstrip("/") == "https://api.keytrac.net"
        assert keytrac.get("/users", auth=None).status_code == 401


    @pytest.mark.anyio
    async def test_the_async_client_is_plain_httpx_too(async_keytrac):
        assert type(async_keytrac) is httpx.AsyncClient
        answers = await asyncio.gather(*(async_keytrac.post("/users") for _ in range(5)))
        assert len({answer.json()["id"] for answer in answers}) == 5


    @pytest.mark.anyio
    async def test_the_async_client_may_be_closed_as_any(async_keytrac):
        async with async_keytrac as client:
            assert (await client.post("/users")).is_success


    def test_a_sync_test_may_run_the_async_client_itself(async_keytrac):
        assert asyncio.run(async_keytrac.get("/status")).is_success


    @pytest.mark.anyio
    async def test_both_clients_reach_the_same_account(keytrac, async_keytrac):
        user_id = keytrac.post("/users").json()["id"]
        assert user_id in [user["identifier"] for user in (await async_keytrac.get("/users")).json()]
"""


def test_the_tests_of_a_consumer_pass_where_warnings_are_errors(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CONSUMER)
    strict = ("-W", "error", "--strict-markers", "--strict-config")
    pytester.runpytest_subprocess("-p", "pytest_keyauth", *strict).assert_outcomes(passed=11)


def test_the_tests_of_a_consumer_pass_against_a_server_where_warnings_are_errors(
    pytester: pytest.Pytester, reaching: dict[str, str]
) -> None:
    pytester.makepyfile(CONSUMER)
    strict = ("-W", "error", "--strict-markers")
    result = pytester.runpytest_subprocess("--keyauth-target=live", *strict, "-k", "not steered and not plain_httpx")
    result.assert_outcomes(passed=8, deselected=3)


def test_every_test_has_an_emulator_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("turn", range(3))
        def test_it(keytrac, keytrac_emulator, turn):
            assert keytrac.get("/status").json()["overview"]["users_created"] == 0
            assert keytrac.get("/users").json() == []
            assert len(keytrac_emulator.requests) == 2
            assert keytrac_emulator.settings.minimum_text_length == 40
            keytrac.post("/users")
            keytrac_emulator.configure(minimum_text_length=7)
            keytrac_emulator.fail_store("list-users", times=5)
            keytrac_emulator.clock.advance(days=1)
        """
    )
    pytester.runpytest().assert_outcomes(passed=3)


def test_a_fixture_of_a_wider_scope_cannot_share_an_emulator(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="module")
        def user_id(keytrac): return keytrac.post("/users").json()["id"]

        def test_it(user_id): pass
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["ScopeMismatch: *keytrac*"])


def test_every_fixture_that_is_listed_introduces_itself_in_one_line(pytester: pytest.Pytester) -> None:
    listed = pytester.runpytest("--fixtures").stdout.str()
    introductions = dict(
        re.findall(r"^(\w+)\b.* -- \S*pytest_keyauth/fixtures\.py:\d+\n    (.*)$", listed, re.MULTILINE)
    )
    assert set(introductions) >= PUBLIC
    for line in introductions.values():
        assert re.fullmatch(r"[A-Z].{20,110}\.", line)


def test_no_fixture_that_is_listed_is_internal(pytester: pytest.Pytester) -> None:
    listed = pytester.runpytest("--fixtures").stdout.str()
    names = set(re.findall(r"^(\w+)\b.* -- \S*pytest_keyauth/fixtures\.py:\d+$", listed, re.MULTILINE))
    annotated = set(re.findall(r"`(\w+)`", (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")))
    assert names <= annotated


NAMINGS = {
    "usual": "",
    "other": "python_files = check_*.py\npython_functions = check_*\npython_classes = Check*",
    "greedy": "python_files = *.py\npython_functions = *\npython_classes = *",
}


def contracts_among(result: pytest.RunResult) -> list[str]:
    return [line for line in result.stdout.lines if line.startswith("contracts/")]


@pytest.mark.parametrize("naming", NAMINGS)
def test_how_a_consumer_names_tests_neither_hides_contracts_nor_adds_any(
    pytester: pytest.Pytester, naming: str
) -> None:
    pytester.makeini(f"[pytest]\n{NAMINGS[naming]}")
    result = pytester.runpytest("--keyauth-contracts=keytrac", "--collect-only", "-q")
    assert result.ret == pytest.ExitCode.OK
    names = contracts_among(result)
    assert len(names) > 119
    assert all(re.match(r"contracts/keytrac/test_\w+\.py::test_\w+(\[.*\])?$", name) for name in names)
    assert len(set(names)) == len(names)
    result.stdout.fnmatch_lines([f"{len(names)} tests collected*"])


def test_contracts_do_not_change_which_tests_of_a_consumer_are_found(pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\n{NAMINGS['other']}")
    pytester.makepyfile(
        check_mine="""
        def check_it(): pass
        def test_it(): raise AssertionError
        class CheckMore:
            def check_more(self): pass
        """,
        test_mine="def check_it(): raise AssertionError",
    )
    result = pytester.runpytest("--keyauth-contracts=keytrac", "-k", "check_it or check_more or create_user")
    passed = result.parseoutcomes()["passed"]
    assert result.ret == pytest.ExitCode.OK
    alone = pytester.runpytest("--keyauth-contracts=keytrac", "-k", "create_user")
    assert passed - alone.parseoutcomes()["passed"] == 2


def test_fixtures_of_the_same_name_stay_with_the_consumer_and_with_the_contracts(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture
        def user_id(): return "mine"

        @pytest.fixture
        def token(): return "mine"

        @pytest.fixture
        def call(): return "mine"
        """
    )
    pytester.makepyfile("def test_mine(user_id, token, call): assert {user_id, token, call} == {'mine'}")
    chosen = "test_mine or small_letters or show_user"
    result = pytester.runpytest("--keyauth-contracts=keytrac", "-k", chosen)
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes()["passed"] > 10


def test_a_folder_of_the_consumer_named_as_ours_is_the_consumers(pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\n{NAMINGS['other']}")
    folder = pytester.path / "contracts" / "keytrac"
    folder.mkdir(parents=True)
    (folder / "test_mine.py").write_text("def test_it(): raise AssertionError")
    (folder / "check_mine.py").write_text("def check_it(): pass")
    pytester.runpytest().assert_outcomes(passed=1)
