from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import pytest

from pytest_keyauth.live.budget import Budget
from pytest_keyauth.live.patience import MOST_TRIES, Patience, is_repeatable, read_retry_after
from pytest_keyauth.live.patient import PatientTransport
from pytest_keyauth.live.run_file import RunFile

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ORIGIN = "https://provider.example"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert read_retry_after(value, NOW) == seconds


BASIC, BEARER = {"Authorization": "Basic LIVE:a:b:c:1"}, {"Authorization": "Bearer LIVE:a.b.c"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "repeatable"),
    [
        ("GET", "/users", {"Authorization": "a" * 36}, True),
        ("GET", "/api/v1/startup", BEARER, True),
        ("GET", "/api/v1/startup", {}, True),
        ("GET", "/api/v1/startup", BASIC, False),  # a nonce counts once
        ("GET", "/api/v1/key", {}, False),  # which makes keys
        ("POST", "/users", {}, False),
        ("DELETE", "/users/7", {}, False),
        ("POST", "/anytext/identify", {}, False),
    ],
)
def test_only_what_does_nothing_twice_is_asked_twice(
    method: str, path: str, headers: dict[str, str], repeatable: bool
) -> None:
    assert is_repeatable(httpx.Request(method, f"{ORIGIN}{path}", headers=headers)) is repeatable


class Provider(httpx.BaseTransport):
    """Answers one thing after the other, or raises it."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("pytest_keyauth.live.patient.time.sleep", lambda seconds: slept.append(seconds))
    return slept


def client(tmp_path: Path, provider: Provider, *, repeats: bool = True) -> httpx.Client:
    budget = Budget(RunFile(tmp_path / "run"), None, None, lambda: NOW.timestamp())
    patience = Patience(budget, ORIGIN, repeats=repeats, random=Random(1), now=lambda: NOW)
    return httpx.Client(base_url=ORIGIN, transport=PatientTransport(provider, patience))


def test_a_gateway_s_answer_is_asked_for_again_with_backoff_and_stands_at_last(
    tmp_path: Path, slept: list[float]
) -> None:
    provider = Provider(*(httpx.Response(503) for _ in range(MOST_TRIES)))
    assert client(tmp_path, provider).get("/users").status_code == 503
    assert provider.asked == MOST_TRIES
    first, second = slept
    assert 0 < first < second < 1


def test_an_answer_that_comes_in_the_end_is_the_answer(tmp_path: Path, slept: list[float]) -> None:
    provider = Provider(httpx.ReadError("gone"), httpx.Response(502), httpx.Response(200))
    assert client(tmp_path, provider).get("/users").status_code == 200


@pytest.mark.parametrize("error", [httpx.ReadTimeout("late"), httpx.RemoteProtocolError("gone")])
def test_what_may_have_been_done_is_not_asked_for_again(
    tmp_path: Path, slept: list[float], error: httpx.TransportError
) -> None:
    provider = Provider(error)
    with pytest.raises(type(error)):
        client(tmp_path, provider).post("/users")
    assert (provider.asked, slept) == (1, [])


def test_what_was_never_sent_is_sent_again_whatever_it_is(tmp_path: Path, slept: list[float]) -> None:
    provider = Provider(httpx.ConnectError("refused"), httpx.Response(200))
    assert client(tmp_path, provider).post("/users", headers=BASIC).status_code == 200


def test_a_documented_error_is_an_answer(tmp_path: Path, slept: list[float]) -> None:
    provider = Provider(httpx.Response(500, json={"error": "Unable to calculate status"}))
    assert client(tmp_path, provider).get("/status").status_code == 500


def test_too_many_requests_were_not_done_and_are_sent_again_when_the_provider_says(
    tmp_path: Path, slept: list[float]
) -> None:
    provider = Provider(httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200))
    asking = client(tmp_path, provider)
    with pytest.raises(RuntimeError, match="awaited"):
        _stop_after(slept, 3, asking)
    assert slept[:2] == [7, 7]  # the pause itself, and the turn that only comes after it: the clock stands still here


def _stop_after(slept: list[float], most: int, asking: httpx.Client) -> None:
    class Enough(list[float]):
        def append(self, seconds: float) -> None:
            slept.append(seconds)
            if len(slept) >= most:
                raise RuntimeError("awaited")

    with pytest.MonkeyPatch.context() as monkeypatch:
        waits = Enough()
        monkeypatch.setattr("pytest_keyauth.live.patient.time.sleep", waits.append)
        asking.post("/users")


def test_where_a_test_provokes_what_goes_wrong_nothing_is_sent_again(tmp_path: Path, slept: list[float]) -> None:
    provider = Provider(httpx.ReadError("reset"))
    with pytest.raises(httpx.ReadError):
        client(tmp_path, provider, repeats=False).get("/users")
    assert provider.asked == 1
