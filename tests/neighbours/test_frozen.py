"""Frozen and moved time: what a test freezes is the time of its clients and of its emulators alike."""

from collections.abc import Callable

import pytest
from project import RECORD, REPLAY, Project

Make = Callable[..., Project]

TESTS = """
    import asyncio
    import datetime as dt

    import httpx
    import pytest
    import shop
    {imports}

    def frozen(moment):
        return {frozen}

    def test_in_process(keytrac, keyfax, keyfax_bearer, keytrac_emulator):
        with frozen("2031-05-06T07:08:09+00:00"):
            keytrac.post("/users")
            assert keytrac.get("/users").json()[0]["created_at"].startswith("2031-05-06T07:08:09")
            assert keyfax.get("/api/v1/token").status_code == 200
            assert keyfax_bearer.get("/api/v1/startup").status_code == 200
            keytrac_emulator.clock.advance(days=1)
            keytrac.post("/users")
            assert keytrac.get("/users").json()[0]["created_at"].startswith("2031-05-07T07:08:09")
        with frozen("2019-01-02T00:00:00+00:00"):
            assert keyfax.get("/api/v1/token").status_code == 200
        assert keyfax.get("/api/v1/token").status_code == 200

    def test_async_clients_do_not_hang(async_keytrac, async_keyfax, keytrac):
        async def ask():
            keytrac.post("/users")
            assert await shop.count_users(async_keytrac) == 1
            return (await async_keyfax.get("/api/v1/token")).status_code

        with frozen("2031-05-06T07:08:09+00:00"):
            assert asyncio.run(asyncio.wait_for(ask(), 10)) == 200

    def test_the_network(keyauth_network, keytrac_emulator):
        async def ask():
            async with httpx.AsyncClient() as client:
                url, headers = "https://api.keytrac.net/users", {{"Authorization": keytrac_emulator.token}}
                assert (await client.post(url, headers=headers)).is_success
                return (await client.get(url, headers=headers)).json()[0]["created_at"]

        with frozen("2031-05-06T07:08:09+00:00"):
            assert shop.status(keytrac_emulator.token) == 200
            assert asyncio.run(ask()).startswith("2031-05-06T07:08:09")

    @pytest.fixture
    def moment():
        with frozen({moment!r}):
            yield

    @pytest.mark.keyauth_cassette
    def test_recorded_in_a_frozen_fixture(moment, keytrac, keyfax, keyfax_bearer):
        keytrac.post("/users")
        today = dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%d")
        assert keytrac.get("/users").json()[0]["created_at"].startswith(today)
        assert keyfax.get("/api/v1/token").status_code == 200
        assert keyfax_bearer.get("/api/v1/startup").status_code == 200
        assert keyfax_bearer.get("/api/v1/startup").status_code == 200

    @pytest.mark.keyauth_cassette
    def test_recorded_in_frozen_lines(keytrac, keyfax, keyfax_bearer):
        with frozen({moment!r}):
            keytrac.post("/users")
            today = dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%d")
            assert keytrac.get("/users").json()[0]["created_at"].startswith(today)
            assert keyfax.get("/api/v1/token").status_code == 200
            assert keyfax_bearer.get("/api/v1/startup").status_code == 200
            assert keyfax_bearer.get("/api/v1/startup").status_code == 200
"""

FREEZERS = {
    "freezegun": ((), "from freezegun import freeze_time", "freeze_time(moment)"),
    "time-machine": (
        ("time_machine",),
        "import time_machine",
        "time_machine.travel(dt.datetime.fromisoformat(moment), tick=False)",
    ),
}
RECORDED, PLAYED = "2031-05-06T12:00:00+00:00", "2035-01-02T12:00:00+00:00"


@pytest.mark.parametrize("freezer", FREEZERS)
def test_time_that_is_frozen_is_frozen_for_clients_and_emulators_and_cassettes_play_at_another(
    project: Make, freezer: str
) -> None:
    plugins, imports, frozen = FREEZERS[freezer]
    consumer = project(*plugins)
    consumer.add("test_frozen.py", TESTS.format(imports=imports, frozen=frozen, moment=RECORDED))
    recorded = consumer.run("test_frozen.py", RECORD)
    assert recorded.outcomes == {"passed": 5}, recorded.said
    assert len(consumer.cassettes()) == 2
    assert not [name for name, text in consumer.cassettes().items() if "2031" in text]
    consumer.add("test_frozen.py", TESTS.format(imports=imports, frozen=frozen, moment=PLAYED))
    replayed = consumer.run("test_frozen.py", "-k", "recorded", REPLAY[0])
    assert replayed.outcomes == {"passed": 2, "deselected": 3}, replayed.said
