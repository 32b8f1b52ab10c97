"""Recorded outcomes by their names, with any client library."""

from typing import Any

import pytest

from .cassette_runs import LIBRARIES, run
from .counting_provider import counting

OUTCOMES = """
    import asyncio
    import os

    import aiohttp
    import httpx
    import pytest
    from client_libraries import CLIENTS, opened
    from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxCredentials

    KEYTRAC = "https://api.keytrac.net"
    ELSEWHERE = os.environ["ELSEWHERE"]
    TOKEN = {"Authorization": "9b" * 18}
    USER = "0b9a6d1e-2f4c-4d7b-8a53-6e1f0c2d9b87"
    ATTEMPT = {"user_id": USER, "samples": ["whatever was typed"]}

    @pytest.fixture(scope="module")
    def clients():
        made = {library: opened(library) for library in CLIENTS}
        yield {library: manager.__enter__() for library, manager in made.items()}
        for manager in made.values():
            manager.__exit__(None, None, None)

    @pytest.fixture(params=CLIENTS)
    def client(request, clients):  # built before anything is replayed
        return clients[request.param]

    def attempt(client):
        answer = client.post(f"{KEYTRAC}/anytext/authenticate", TOKEN, json=ATTEMPT)
        return answer.status, answer.json()

    NOT_ENROLLED = (404, {"error": "User is not yet enrolled for this authentication type"})

    @pytest.mark.keyauth_replay("authenticateAnytext/404/not-enrolled")
    def test_marked(client):
        assert [attempt(client), attempt(client)] == [NOT_ENROLLED, NOT_ENROLLED]
        shown = client.get(f"{KEYTRAC}/users/{USER}", TOKEN)  # another operation is answered with its success
        assert (shown.status, shown.json().keys() >= {"overview"}) == (200, True)

    def test_called(client, keyauth_replay):
        names = ("500/deserialize-profile", "404/not-enrolled", "2XX/accepted")
        keyauth_replay(*(f"authenticateAnytext/{name}" for name in names))
        statuses = [attempt(client)[0] for _ in range(2)]
        assert statuses == [500, 404]
        assert all(attempt(client)[1]["authenticated"] is True for _ in range(2))
        keyauth_replay("authenticateAnytext/404/not-enrolled")
        assert attempt(client) == NOT_ENROLLED

    @pytest.mark.keyauth_replay("createToken/500/failed")
    def test_keyfax_at_a_host_of_its_own(client, keyauth_replay):
        url = "https://keyfax.customer.example/interview/api/v1/token"
        request = httpx.Request("GET", url)
        KeyfaxBasic(KeyfaxCredentials("OURS", "6f1c2a9d" * 4, "bWFkZS11cA==")).sign(request)
        signed = {"Authorization": request.headers["Authorization"]}
        assert client.get(url, signed).status == 500
        keyauth_replay("createToken/200/token")
        assert client.get(url, signed).json()["token"].count(".") == 2

    @pytest.mark.keyauth_replay("authenticateAnytext/404/not-enrolled")
    def test_fixture_clients(keytrac):
        assert keytrac.post("/anytext/authenticate", json=ATTEMPT).status_code == 404

    def test_aiohttp_with_a_base_url(keyauth_replay):
        keyauth_replay("showStatus/200/overview")

        async def ask():
            async with aiohttp.ClientSession(KEYTRAC) as session, session.get("/status") as answer:
                return await answer.json()

        assert asyncio.run(ask()).keys() == {"overview"}

    @pytest.mark.keyauth_replay("authenticateAnytext/404/not-enrolled")
    def test_aiohttp_with_a_file():
        async def ask():
            form = aiohttp.FormData({"user_id": USER})
            form.add_field("samples", b"whatever was typed", filename="samples.txt")
            async with aiohttp.ClientSession() as session:
                async with session.post(f"{KEYTRAC}/anytext/authenticate", data=form) as answer:
                    return answer.status

        assert asyncio.run(ask()) == 404

    def test_other_hosts_are_left_alone(client, keyauth_replay):
        keyauth_replay("showStatus/200/overview")
        assert client.get(f"{ELSEWHERE}/gzip").json() == {"text": "Grüße, müde Welt"}
"""


def test_named_outcomes_answer_any_client_and_count_as_witnessed(
    consumer: pytest.Pytester, cut_off: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer.makepyfile(OUTCOMES)
    with counting() as elsewhere:
        monkeypatch.setenv("ELSEWHERE", elsewhere.url)
        cut_off(elsewhere.server_port)
        result = run(consumer, "--keyauth-fail-under=4")
        assert elsewhere.count == {"/gzip": len(LIBRARIES)}
    result.assert_outcomes(passed=4 * len(LIBRARIES) + 3)
    assert result.ret == pytest.ExitCode.OK
    # Of KeyTrac not-enrolled, deserialize-profile, accepted, shown and overview; of Keyfax failed and token.
    counted = [line for line in result.stdout.lines if line.startswith(("keytrac ", "keyfax "))]
    assert [line.split(" outcomes")[0] for line in counted] == ["keytrac 5/119", "keyfax 2/26"]


def test_an_outcome_that_is_not_documented_is_refused_at_collection_with_the_nearest(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.keyauth_replay("authenticateAnytext/404/not-enroled")
        def test_it(): pass
        """
    )
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*::test_it: *not-enroled*authenticateAnytext/404/not-enrolled*"])
