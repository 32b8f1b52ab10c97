"""Nothing is sent to a host that is not this machine until three locks are open."""

import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_keyauth.cli import main
from pytest_keyauth.live.run import LiveRun
from pytest_keyauth.settings import read_settings

TOKEN = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"

#: This machine, too, but by a name that nobody calls it by: for the locks it is a host like any other.
ELSEWHERE = "127.0.0.2"

ASKS = "def test_it(keytrac): keytrac.get('/status')"


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server((ELSEWHERE, 0)) as server:
        yield server


@pytest.fixture
def credentials(listening: socket.socket, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    url = f"http://{ELSEWHERE}:{listening.getsockname()[1]}"
    environ = {
        "KEYAUTH_KEYTRAC_URL": url,
        "KEYAUTH_KEYTRAC_TOKEN": TOKEN,
        "KEYAUTH_KEYFAX_URL": f"{url}/interview",
        "KEYAUTH_KEYFAX_HOST": "LIVE",
        "KEYAUTH_KEYFAX_API_KEY": "the key that is sent",
        "KEYAUTH_KEYFAX_SIGNING_KEY": "dGhlIGtleSB0aGF0IGlzIG5ldmVyIHNlbnQ=",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return environ


def is_silent(listening: socket.socket) -> bool:
    return not select.select([listening], [], [], 0.05)[0]


LIVE, ALLOWED = "--keyauth-target=live", f"--keyauth-allow-host={ELSEWHERE}"


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((LIVE,), f"add --keyauth-allow-host={ELSEWHERE}"),
        ((LIVE, "--keyauth-contracts=all"), f"add --keyauth-allow-host={ELSEWHERE}"),
        ((LIVE, "--keyauth-allow-host=127.0.0.3"), f"{ELSEWHERE} is not this machine"),
        ((LIVE, f"--keyauth-allow-host={ELSEWHERE}.example.com"), f"{ELSEWHERE} is not this machine"),
        ((LIVE, "--keyauth-allow-host=*"), f"{ELSEWHERE} is not this machine"),
    ],
    ids=["no-host", "contracts", "another-host", "longer-name", "wildcard"],
)
def test_without_the_host_nothing_is_sent(
    pytester: pytest.Pytester, listening: socket.socket, arguments: tuple[str, ...], said: str
) -> None:
    pytester.makepyfile(ASKS)
    result = pytester.runpytest(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr.str()
    assert is_silent(listening)


@pytest.mark.usefixtures("credentials")
def test_without_the_target_an_emulator_answers(pytester: pytest.Pytester, listening: socket.socket) -> None:
    pytester.makepyfile(ASKS)
    pytester.runpytest(ALLOWED).assert_outcomes(passed=1)
    assert is_silent(listening)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("missing", ["KEYAUTH_KEYTRAC_TOKEN", "KEYAUTH_KEYFAX_API_KEY", "KEYAUTH_KEYFAX_SIGNING_KEY"])
def test_without_credentials_in_the_environment_nothing_is_sent(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, listening: socket.socket, missing: str
) -> None:
    monkeypatch.delenv(missing)
    pytester.makeini(f"[pytest]\n{missing.lower()} = {TOKEN}")  # nor are they read from anywhere else
    pytester.makefile("", **{".env": f"{missing}={TOKEN}", ".netrc": f"machine {ELSEWHERE} login a password {TOKEN}"})
    pytester.makepyfile(ASKS)
    result = pytester.runpytest(LIVE, ALLOWED, "-o", "strict_config=false")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"{missing} not set in the environment" in result.stderr.str()
    assert is_silent(listening)


@pytest.mark.usefixtures("credentials")
def test_to_collect_tests_nothing_is_sent(pytester: pytest.Pytester, listening: socket.socket) -> None:
    pytester.makepyfile(ASKS)
    result = pytester.runpytest(LIVE, ALLOWED, "--keyauth-contracts=keytrac", "--collect-only", "-q")
    assert result.ret == pytest.ExitCode.OK
    assert is_silent(listening)


def test_with_all_three_it_is_sent_and_the_header_says_where_and_as_whom(
    pytester: pytest.Pytester, listening: socket.socket, credentials: dict[str, str]
) -> None:
    pytester.makepyfile(ASKS)
    result = pytester.runpytest(LIVE, ALLOWED, "--keyauth-timeout=0.1", "--keyauth-rate=500")
    assert not is_silent(listening)
    said = result.stdout.str()
    assert "keyauth: target live, seed 0, at most 10000 requests, 500 a second" in said
    assert f"keyauth: requests go to {credentials['KEYAUTH_KEYTRAC_URL']} as token a4c0…" in said
    assert f"keyauth: requests go to {credentials['KEYAUTH_KEYFAX_URL']} as host LIVE, API key the …" in said
    assert TOKEN not in said + result.stderr.str()


def test_code_that_calls_a_real_provider_by_itself_needs_the_host_allowed_too(
    pytester: pytest.Pytester, reaching: dict[str, str]
) -> None:
    pytester.makepyfile(
        """
        import httpx

        def test_it(keytrac):
            assert keytrac.get("/status").is_success
            httpx.get("https://api.keytrac.net/status")
        """
    )
    result = pytester.runpytest(LIVE)
    result.assert_outcomes(failed=1)
    assert "a connection to api.keytrac.net was refused" in result.stdout.str()


def test_a_command_that_cleans_up_has_the_same_locks(
    listening: socket.socket,
    credentials: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = read_settings({"target": "live", "allow_host": ELSEWHERE}, credentials)
    LiveRun.begin(tmp_path / ".keyauth", settings).close()
    monkeypatch.chdir(tmp_path)
    assert main(["clean"]) == 2
    assert f"add --keyauth-allow-host={ELSEWHERE}" in capsys.readouterr().err
    assert is_silent(listening)
