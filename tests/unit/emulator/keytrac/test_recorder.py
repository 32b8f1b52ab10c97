"""The script that pages load, as a browser gets it; what it does is tested in one."""

import pytest

from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request


def test_anybody_gets_the_recorder_and_no_journal_has_it() -> None:
    emulator = KeytracEmulator()
    response = emulator.handle(Request("GET", "/keytrac.js"))
    headers = dict(response.headers)
    assert response.status == 200
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert b"configure" in response.body
    assert len(emulator.requests) == 0


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_a_browser_that_has_the_script_is_not_sent_it_again(known: str) -> None:
    emulator = KeytracEmulator()
    tag = dict(emulator.handle(Request("GET", "/keytrac.js")).headers)["ETag"]
    request = Request("GET", "/keytrac.js", "", (("if-none-match", known.format(tag)),))
    response = emulator.handle(request)
    assert (response.status, response.body, dict(response.headers)["ETag"]) == (304, b"", tag)
    assert emulator.handle(Request("GET", "/keytrac.js", "", (("If-None-Match", '"other"'),))).status == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "/keytrac.js"), ("GET", "/keytrac.js/x"), ("GET", "/keytrac")])
def test_other_requests_are_for_the_api(method: str, path: str) -> None:
    emulator = KeytracEmulator()
    response = emulator.handle(Request(method, path))
    assert (response.status, response.json()) == (401, {"error": "Authentication token missing"})
    assert len(emulator.requests) == 1
