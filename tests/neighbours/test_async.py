"""Async tests of a consumer: by pytest-asyncio, strict and auto, and by anyio on trio and asyncio."""

from collections.abc import Callable

import pytest
from project import LOOP, RECORD, REPLAY, Project

TESTS = """
    import httpx
    import pytest
    import shop

    {mark}

    async def test_fixtures(async_keytrac, async_keyfax, keytrac_emulator):
        await async_keytrac.post("/users")
        assert await shop.count_users(async_keytrac) == 1
        assert (await async_keyfax.get("/api/v1/token")).status_code == 200
        assert len(keytrac_emulator.requests) == 2

    async def test_the_network(keyauth_network, keytrac_emulator):
        async with httpx.AsyncClient(headers={{"Authorization": keytrac_emulator.token}}) as client:
            for number in (1, 2):
                assert (await client.post("https://api.keytrac.net/users")).is_success
                assert len(keytrac_emulator.requests) == number

    async def test_an_outcome(keyauth_replay):
        keyauth_replay("showStatus/500/calculate-status")
        async with httpx.AsyncClient() as client:
            assert (await client.get("https://api.keytrac.net/status")).status_code == 500

    @pytest.mark.keyauth_cassette
    async def test_recorded(async_keytrac, async_keyfax):
        await async_keytrac.post("/users")
        assert await shop.count_users(async_keytrac) == 1
        assert (await async_keyfax.get("/api/v1/token")).status_code == 200

    @pytest.mark.keyauth_outcomes("showUser", status=404)
    async def test_outcomes_on_demand(async_keytrac, keyauth_outcome):
        assert keyauth_outcome.has_status((await async_keytrac.get("/users/x")).status_code)
"""

TRIO = """
    pytestmark = pytest.mark.anyio

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(request):
        return request.param
"""


@pytest.mark.parametrize(
    ("plugin", "options", "mark", "each"),
    [
        pytest.param("asyncio", ("--asyncio-mode=strict", LOOP), "pytestmark = pytest.mark.asyncio", 1, id="strict"),
        pytest.param("asyncio", ("--asyncio-mode=auto", LOOP), "", 1, id="auto"),
        pytest.param("anyio", (), TRIO, 2, id="anyio"),
    ],
)
def test_async_tests_have_all_fixtures(
    project: Callable[..., Project], plugin: str, options: tuple[str, ...], mark: str, each: int
) -> None:
    consumer = project(plugin)
    consumer.add("test_async.py", TESTS.format(mark=mark.strip()))
    recorded = consumer.run("test_async.py", *options, RECORD)
    assert recorded.outcomes == {"passed": 5 * each}, recorded.said
    assert len(consumer.cassettes()) == each
    assert recorded.summary[0] == f"{each} cassette{'s' * (each > 1)} recorded from emulator 0.1.0"
    assert "keytrac 4/119 outcomes" in recorded.summary
    replayed = consumer.run("test_async.py", "-k", "recorded", *options, *REPLAY)
    assert replayed.outcomes == {"passed": each, "deselected": 4 * each}, replayed.said
