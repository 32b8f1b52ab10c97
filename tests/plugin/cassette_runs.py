"""Runs of pytest that record and play: how they are asked to, whose tests they run, and what they say."""

import re
from collections.abc import Callable
from typing import Any

import pytest

RECORD = "--keyauth-record=all"
PLAY = "--keyauth-target=cassettes"
LIVE = ("--keyauth-target=live", RECORD)
STRICT = (PLAY, "--keyauth-strict-cassettes")

LIBRARIES = ("requests", "httpx", "httpx-async", "aiohttp", "urllib3", "urllib")

TWO = """
    import pytest

    @pytest.mark.keyauth_cassette
    def test_one(keytrac):
        assert keytrac.get("/users").json() == []

    @pytest.mark.keyauth_cassette
    def test_two(keytrac):
        keytrac.get("/status")
"""

ENROLS = """
    import pytest

    @pytest.mark.keyauth_cassette
    def test_it(keytrac, typist):
        user_id = keytrac.post("/users").json()["id"]
        texts = ["Jeder Mensch tippt anders, und niemand merkt es sich selbst an."] * 2
        samples = [typist.types(text) for text in texts]
        body = {"user_id": user_id, "samples": samples}
        keytrac.post("/anytext/enrol", json=body)
        keytrac.get("/status", params={"from": "2015-06-01", "to": "2015-12-01"})
"""

#: A plugin that lets a process live at another time. The clocks of a process are all that anybody in it can know.
LATER = """
    import datetime
    import time

    SHIFT_S = 3600 * {hours}
    real = time.time

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(real() + SHIFT_S, tz)

    datetime.datetime = Later
    time.time = lambda: real() + SHIFT_S
"""

#: What plugins that run tests again do.
TWICE = """
    import pytest
    from _pytest.runner import runtestprotocol

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(item, nextitem):
        runtestprotocol(item, log=False, nextitem=None)
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        return True
"""

Play = Callable[..., pytest.RunResult]
"""Records tests, edits them, and plays: `play(source, (old, new), …)`."""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest("-W", "error", "--strict-markers", "-p", "no:randomly", *arguments)


def summary(result: pytest.RunResult) -> list[str]:
    """What a run says of cassettes, line by line; the title is left out."""
    lines = result.stdout.lines
    titles = [number for number, line in enumerate(lines) if line.strip("- ") == "keyauth cassettes"]
    if not titles:
        return []
    [title] = titles
    said = []
    for line in lines[title + 1 :]:
        if not line or line.startswith(("---", "===", "keytrac ")):
            break
        said.append(re.sub(r"emulator \d+\.\d+\.\d+\S*", "emulator *", line))
    return said


def block_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody connect."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    for name in ("connect", "connect_ex", "bind", "listen", "sendto"):
        monkeypatch.setattr(f"socket.socket.{name}", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
