"""What pytest says of a run that records: no secret, whichever way it came there."""

import html
from collections.abc import Iterator

import pytest

from .cassette_runs import LIVE
from .counting_provider import counting

TOKEN = "0f8e2b44-9a51-4c7e-8b5d-2f0c6d1e7a93"
SENDING = {
    "requests": "requests.post(URL, json=BODY, headers=HEADERS)",
    "httpx": "httpx.post(URL, json=BODY, headers=HEADERS)",
    "urllib3": "urllib3.PoolManager(retries=False).request('POST', URL, json=BODY, headers=HEADERS)",
    "urllib": "urllib.request.urlopen(urllib.request.Request(URL, json.dumps(BODY).encode(), HEADERS))",
    "keytrac": "keytrac.post(URL, json=BODY, headers=HEADERS)",
}


@pytest.fixture(autouse=True)
def _live(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A provider on loopback, with a token."""
    with counting() as server:
        monkeypatch.setenv("KEYAUTH_KEYTRAC_URL", server.url)
        monkeypatch.setenv("KEYAUTH_KEYTRAC_TOKEN", TOKEN)
        yield


def left_by(pytester: pytest.Pytester, *arguments: str) -> str:
    """All that a run says, and its JUnit file."""
    said = pytester.runpytest(*LIVE, "-rA", "-vv", "--junitxml=junit.xml", *arguments)
    return "\n".join([*said.outlines, *said.errlines, html.unescape((pytester.path / "junit.xml").read_text("utf-8"))])


@pytest.mark.parametrize(
    "code",
    [
        'print("loading with", TOKEN); assert TOKEN == "x"',
        'raise RuntimeError("refused " + TOKEN)',
        'pytest.skip("no use with " + TOKEN, allow_module_level=True)',
    ],
)
def test_a_module_that_cannot_be_imported_tells_no_secret(pytester: pytest.Pytester, code: str) -> None:
    pytester.makepyfile(f'import os, pytest\nTOKEN = os.environ["KEYAUTH_KEYTRAC_TOKEN"]\n{code}\n')
    said = left_by(pytester)
    assert "<token>" in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    "code",
    [
        'pytest.xfail("refused " + TOKEN)',
        'request.applymarker(pytest.mark.xfail(reason="refused " + TOKEN)); raise ValueError(TOKEN)',
        'request.applymarker(pytest.mark.xfail(reason="refused " + TOKEN, strict=False))',
        'record_testsuite_property("refused", TOKEN)',
        'record_testsuite_property("refused " + TOKEN, 7)',
        'record_xml_attribute("refused", TOKEN)',
    ],
)
@pytest.mark.filterwarnings("default")  # record_xml_attribute is experimental
def test_what_is_said_beside_a_failure_tells_no_secret(pytester: pytest.Pytester, code: str) -> None:
    pytester.makepyfile(f"""
        import os
        import pytest

        TOKEN = os.environ["KEYAUTH_KEYTRAC_TOKEN"]

        @pytest.mark.keyauth_cassette
        def test_a(request, record_testsuite_property, record_xml_attribute):
            {code}
    """)
    said = left_by(pytester, "-o", "junit_family=xunit1")
    assert "refused" in said
    assert "<token>" in said
    assert TOKEN not in said


def test_what_was_sent_and_never_answered_is_no_secret_that_is_told(pytester: pytest.Pytester) -> None:
    cases = "".join(
        f"""
        @pytest.mark.keyauth_cassette
        def test_{name}(keytrac):
            {call}
        """
        for name, call in SENDING.items()
    )
    pytester.makepyfile(f"""
        import json, os, urllib.request
        import httpx, pytest, requests, urllib3

        PARTS = "Drop1", "Drop2", "Drop3"  # so that no line of this file says what is sent
        URL = os.environ["KEYAUTH_KEYTRAC_URL"] + "/dropped?access_token=" + PARTS[0] + ".Secret-q"
        BODY = {{"password": PARTS[1] + ".Secret-q"}}
        HEADERS = {{"Authorization": "Bearer " + PARTS[2] + ".Secret-q"}}
        {cases}
    """)
    said = left_by(pytester, "--tb=long", "-l")
    assert f"{len(SENDING)} failed" in said
    assert '{"password": "<' in said.replace('\\"', '"')
    assert ".Secret-q" not in said.replace('+ ".Secret-q"', "")
