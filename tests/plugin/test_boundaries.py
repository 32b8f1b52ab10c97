"""What clients of the fixtures do not reach, what a test sends is what is sent, and contracts by themselves."""

import json
import socket
from collections.abc import Callable

import httpx
import pytest

from pytest_keyauth.emulator.control import ControlPlane
from pytest_keyauth.emulator.keyfax import KeyfaxEmulator
from pytest_keyauth.emulator.keyfax.installations import Installations
from pytest_keyauth.emulator.keyfax.steering import KeyfaxSteering
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.keytrac.steering import KeytracSteering
from pytest_keyauth.emulator.message import Request

FOREIGN = """
    import pytest
    from pytest_keyauth.errors import ForeignHostError

    @pytest.mark.parametrize("url", ["https://shop.example/status?token=secret", "http://127.0.0.1:{port}/status"])
    def test_sync(keytrac, url):
        with pytest.raises(ForeignHostError, match="a request to .*/status was not sent"):
            keytrac.get(url)

    @pytest.mark.anyio
    @pytest.mark.parametrize("anyio_backend", ["asyncio"])
    async def test_async(async_keytrac):
        with pytest.raises(ForeignHostError):
            await async_keytrac.get("http://127.0.0.1:{port}/status")
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "pytest_keyauth", *arguments)


def listening() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    return listener


@pytest.mark.slow
def test_a_client_reaches_no_host_but_its_own(pytester: pytest.Pytester) -> None:
    with listening() as listener:
        pytester.makepyfile(FOREIGN.replace("{port}", str(listener.getsockname()[1])))
        run(pytester).assert_outcomes(passed=3)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_live_client_hands_its_token_to_no_other_host(
    pytester: pytest.Pytester, served: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    with listening() as listener:
        pytester.makepyfile(FOREIGN.replace("{port}", str(listener.getsockname()[1])))
        run(pytester, "--keyauth-target=live").assert_outcomes(passed=3)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_an_authorization_that_a_test_gives_is_what_is_sent(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_token(keytrac):
            assert keytrac.get("/status", headers={"Authorization": "wrong"}).json() == {"error": "Client unauthorized"}
            keytrac.headers["Authorization"] = "wrong too"
            assert keytrac.get("/status").status_code == 401

        def test_signature(keyfax, keyfax_bearer):
            assert keyfax.get("/api/v1/token", headers={"Authorization": "Basic x"}).status_code == 401
            assert keyfax_bearer.post("/api/v1/token", headers={"Authorization": "Bearer LIVE:x"}).status_code == 401
            assert keyfax.get("/api/v1/token").status_code == 200
        """
    )
    run(pytester).assert_outcomes(passed=2)


MODULE = "contracts/keytrac/test_create_user.py"
CONTRACT = f"{MODULE}::test_every_created_user_gets_an_identifier_of_its_own"
OWN = "test_it.py::test_of_ours"


def collected(pytester: pytest.Pytester, *arguments: str) -> set[str]:
    """The node ids of what would run."""
    result = run(pytester, "--keyauth-contracts=keytrac", "--collect-only", "-q", *arguments)
    return {line for line in result.outlines if "::" in line}


@pytest.mark.slow
def test_contracts_run_beside_the_tests_of_the_user_alone_or_by_their_names(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it="def test_of_ours(): pass")
    everything = collected(pytester)
    assert {OWN, CONTRACT} < everything
    assert collected(pytester, "contracts") == everything - {OWN}
    assert collected(pytester, MODULE) == {name for name in everything if name.startswith(MODULE)}
    assert collected(pytester, CONTRACT) == {CONTRACT}
    assert collected(pytester, CONTRACT, "test_it.py") == {CONTRACT, OWN}


def test_a_folder_of_the_user_s_own_is_not_taken_for_the_contracts(pytester: pytest.Pytester) -> None:
    pytester.mkdir("contracts").joinpath("test_it.py").write_text("def test_of_ours(): pass")
    assert {"contracts/test_it.py::test_of_ours", CONTRACT} < collected(pytester, "contracts")


@pytest.fixture
def plane() -> ControlPlane:
    keyfax = KeyfaxEmulator()
    keyfax.issue_keys(keyfax.host)
    installations = Installations(keyfax, lambda root: KeyfaxEmulator(root=root))
    return ControlPlane({"keytrac": KeytracSteering(KeytracEmulator()), "keyfax": KeyfaxSteering(installations)})


@pytest.fixture
def command(plane: ControlPlane) -> Callable[..., tuple[int, object]]:
    def post(name: str, **arguments: object) -> tuple[int, object]:
        headers = (("Content-Type", "application/json"),)
        response = plane.handle(
            Request("POST", f"/_keyauth/{name}", headers=headers, body=json.dumps(arguments).encode())
        )
        return response.status, response.json()

    return post


def test_a_command_for_an_installation_that_is_not_there_changes_nothing(
    command: Callable[..., tuple[int, object]],
) -> None:
    before = command("clock", seconds=0)
    for name in ("reset", "clock"):
        assert command(name, root="/nope", **({"days": 3} if name == "clock" else {}))[0] == 400
    after = command("clock", seconds=0)
    assert [str(value)[:40] for value in (before[0], after[0])] == ["200", "200"]
    assert str(before[1])[:28] == str(after[1])[:28]  # the same day


def test_a_move_that_one_clock_cannot_make_moves_none(command: Callable[..., tuple[int, object]]) -> None:
    assert command("clock", provider="keyfax", days=2_400_000)[0] == 200
    before = command("clock", provider="keytrac", seconds=0)[1]
    assert command("clock", days=300_000)[0] == 400
    after = command("clock", provider="keytrac", seconds=0)[1]
    assert str(before)[:26] == str(after)[:26]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example:8480"}],
    ids=["origin", "fetch-site", "rebound-name"],
)
def test_a_web_page_reads_no_journal(plane: ControlPlane, headers: dict[str, str]) -> None:
    assert plane.handle(Request("GET", "/_keyauth/requests", headers=tuple(headers.items()))).status == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8480", "localhost", "[::1]:8480", "keyauth:8480", ""])
def test_whoever_names_this_machine_is_answered(plane: ControlPlane, host: str) -> None:
    assert plane.handle(Request("GET", "/_keyauth/requests", headers=(("Host", host),))).status == 200


@pytest.mark.parametrize(
    "body",
    [
        '{"password": {"attributes": [{"key": "a", "value": "b"}], "value": "TOPSECRET"}}',
        '{"Password": "TOPSECRET"}',
        '{"startUpXml": "<StartUpData><Password x=\'1\'>TOPSECRET</Password>"}',
        "<StartUpData><a:Password>TOPSECRET</a:Password></StartUpData>",
        '{"password": {"value": "TOPSECRET"',
        '[{"signingKey": "TOPSECRET"}]',
    ],
)
def test_the_journal_shows_no_password_however_it_is_written(plane: ControlPlane, body: str) -> None:
    client = httpx.Request("POST", "http://localhost:8088/interview/api/v1/startup", content=body)
    keyfax = plane._providers["keyfax"]._installations.first  # the emulator behind it
    keyfax.handle(Request("POST", client.url.path, "", (("Content-Type", "application/json"),), client.content))
    response = plane.handle(Request("GET", "/_keyauth/requests"))
    assert len(response.json()) == 1
    assert b"TOPSECRET" not in response.body


def test_users_that_are_cleaned_up_after_a_live_test_are_no_witnesses_of_a_deletion(
    pytester: pytest.Pytester, served: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    pytester.makepyfile("def test_it(keytrac): keytrac.post('/users').raise_for_status()")
    result = run(pytester, "--keyauth-target=live")
    result.stdout.fnmatch_lines(["keytrac 1/119 outcomes"])
    url, headers = served["KEYAUTH_KEYTRAC_URL"], {"Authorization": served["KEYAUTH_KEYTRAC_TOKEN"]}
    assert httpx.get(f"{url}/users", headers=headers, trust_env=False).json() == []


def test_a_test_that_is_run_again_has_seen_only_what_its_last_try_saw(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest
        from _pytest.runner import runtestprotocol

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            runtestprotocol(item, log=False, nextitem=None)  # a first try that nobody is told of
            for report in runtestprotocol(item, log=False, nextitem=nextitem):
                item.ihook.pytest_runtest_logreport(report=report)
            return True
        """
    )
    pytester.makepyfile(
        """
        import pytest

        TRIES = []

        def test_two_tries(keytrac):
            TRIES.append(1)
            keytrac.get("/users" if len(TRIES) == 1 else "/status")

        @pytest.mark.keyauth_outcome("listUsers/200/listed")
        def test_claims_what_only_the_first_try_saw(keytrac):
            TRIES.append(1)
            keytrac.get("/users" if len(TRIES) == 3 else "/status")
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*OutcomeNotWitnessed*", "keytrac 1/119 outcomes"])
    assert "showStatus/ 200/overview" not in result.stdout.str()  # it is what was witnessed
