"""Cassettes beside other plugins that record or answer requests, and in plain vcrpy."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import vcr

from .cassette_runs import LIVE, STRICT, run
from .counting_provider import counting

SHIPPED = Path(__file__).parents[2] / "cassettes/outcomes/keytrac/showStatus/200/overview.yaml"

NEIGHBOURS = """
    import os

    import httpx
    import pytest
    import requests

    BASE = os.environ.get("KEYAUTH_KEYTRAC_URL", "https://api.keytrac.net")
    ELSEWHERE = os.environ["ELSEWHERE"]
    SHIPPED = os.environ["SHIPPED"]
    MODES = {"record_mode": os.environ["MODE"]}

    @pytest.mark.keyauth_cassette
    def test_ours():
        assert requests.get(f"{BASE}/gzip").json()["text"].startswith("Gr")

    @pytest.mark.vcr(**MODES)
    def test_of_pytest_recording():
        assert requests.get(f"{ELSEWHERE}/gzip").json()["text"].startswith("Gr")

    @pytest.mark.vcr(SHIPPED)
    def test_of_pytest_recording_with_a_cassette_of_ours():
        assert "users_created" in httpx.get("https://api.keytrac.net/status").json()["overview"]

    def test_of_respx(respx_mock):
        respx_mock.get("https://api.keytrac.net/users").respond(json=["respx"])
        assert httpx.get("https://api.keytrac.net/users").json() == ["respx"]

    def test_of_pytest_httpx(httpx_mock):
        httpx_mock.add_response(url="https://api.keytrac.net/users", json=["pytest-httpx"])
        assert httpx.get("https://api.keytrac.net/users").json() == ["pytest-httpx"]
"""


@pytest.mark.slow
def test_marked_tests_run_beside_pytest_recording_respx_and_pytest_httpx(
    consumer: pytest.Pytester, all_plugins: None, cut_off: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer.makepyfile(test_neighbours=NEIGHBOURS)
    monkeypatch.setenv("SHIPPED", str(SHIPPED))
    ours = consumer.path / "ours"
    with counting() as elsewhere, counting() as provider:
        monkeypatch.setenv("ELSEWHERE", elsewhere.url)
        monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", provider.url)
        monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", "9b" * 18)
        monkeypatch.setenv("MODE", "all")
        run(consumer, *LIVE, f"--keyauth-cassettes={ours}").assert_outcomes(passed=5)
        assert (provider.count["/gzip"], elsewhere.count["/gzip"]) == (1, 1)
    assert [path.stem for path in ours.rglob("*.yaml")] == ["test_ours"]
    assert [path.stem for path in (consumer.path / "cassettes").rglob("*.yaml")] == ["test_of_pytest_recording"]
    cut_off()
    monkeypatch.setenv("MODE", "none")
    replayed = run(consumer, *STRICT, f"--keyauth-cassettes={ours}")
    replayed.assert_outcomes(passed=5)
    assert "1 cassette played, recorded from loopback" in replayed.stdout.str()
    monkeypatch.setenv("SHIPPED", str(ours / "test_neighbours/test_ours.yaml"))
    consumer.makepyfile(test_neighbours=OF_A_CONSUMER)
    run(consumer).assert_outcomes(passed=2)


OF_A_CONSUMER = """
    import os

    import pytest
    import requests
    import vcr

    SHIPPED = os.environ["SHIPPED"]

    @pytest.mark.vcr(SHIPPED)
    def test_in_pytest_recording():
        assert requests.get("https://api.keytrac.net/gzip").json() == {"text": "Grüße, müde Welt"}

    def test_in_vcrpy():
        for serializer in ("yaml", "json"):
            with vcr.use_cassette(SHIPPED, record_mode="none", serializer=serializer):
                assert requests.get("https://api.keytrac.net/gzip").json() == {"text": "Grüße, müde Welt"}
"""


def test_a_test_that_is_marked_for_two_recorders_is_refused_at_collection(
    pytester: pytest.Pytester, all_plugins: None
) -> None:
    pytester.makepyfile(
        test_vcr="""
        import pytest

        pytestmark = pytest.mark.vcr

        @pytest.mark.keyauth_cassette
        def test_recorded(): pass

        @pytest.mark.keyauth_replay("showStatus/200/overview")
        def test_replayed(): pass
        """,
        test_ours="""
        import pytest

        @pytest.mark.keyauth_cassette
        @pytest.mark.keyauth_replay("showStatus/200/overview")
        def test_both(): pass

        def test_left_alone(): pass
        """,
    )
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = result.stderr.str()
    assert "leave one of the markers out" in said
    assert "::test_recorded: vcr and keyauth_cassette" in said
    assert "::test_replayed: vcr and keyauth_replay" in said
    assert "::test_both: keyauth_cassette and keyauth_replay" in said
    assert "test_left_alone" not in said


@pytest.mark.parametrize("serializer", ["yaml", "json"])
def test_cassettes_load_and_play_in_plain_vcrpy(serializer: str) -> None:
    with (
        vcr.use_cassette(str(SHIPPED), record_mode="none", serializer=serializer) as cassette,
        httpx.Client(verify=False, trust_env=False) as client,
    ):
        status = client.get("https://api.keytrac.net/status")
    assert (status.status_code, cassette.all_played) == (200, True)
    assert status.json()["overview"].keys() == {"users_created", "enrolments", "authentications"}
