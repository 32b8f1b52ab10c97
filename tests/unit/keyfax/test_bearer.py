import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from pytest_keyauth.errors import TokenError
from pytest_keyauth.keyfax import KeyfaxBearer, KeyfaxCredentials, KeyfaxToken, SignedRequest

FETCH = "GET /interview/api/v1/token"
RENEW = "POST /interview/api/v1/token"
START = "GET /interview/api/v1/startup"
ASK = ("GET", "/api/v1/startup")
DAY_S = 86_400


@pytest.fixture
def bearer(credentials: KeyfaxCredentials, root: str, giver: Any) -> KeyfaxBearer:
    """A bearer whose clock is the giver's."""
    return KeyfaxBearer(credentials, root, clock=giver.clock)


def at_once(count: int, call: Callable[[], None]) -> None:
    """Run a call in so many threads that begin together, and raise what one of them raised."""
    barrier = threading.Barrier(count)
    errors: list[BaseException] = []

    def run() -> None:
        barrier.wait(10)
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not errors, errors
    assert not any(thread.is_alive() for thread in threads)


def get(line: Any, bearer: KeyfaxBearer, root: str) -> int:
    with httpx.Client(transport=line, auth=bearer) as client:
        return client.get(f"{root}/api/v1/startup").status_code


def test_a_token_is_fetched_with_a_signature_at_first_use_and_borne_from_then_on(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, verifies: Any
) -> None:
    line = wire(giver.answer)
    answers = ask(line, bearer, ASK, ("POST", "/api/v1/results", {"json": {}}))
    assert [answer.json()["path"] for answer in answers] == ["/interview/api/v1/startup", "/interview/api/v1/results"]
    assert line.lines == [FETCH, START, "POST /interview/api/v1/results"]
    assert verifies(line.sent[0])
    assert line.sent[1].authorization == line.sent[2].authorization == f"Bearer LIVE:{giver.given[0]}"


def test_no_token_is_fetched_before_it_is_needed(bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any) -> None:
    line = wire(giver.answer)
    ask(line, bearer, ("GET", "/api/v1/startup", {"auth": None}))
    assert line.lines == [START]
    assert line.sent[0].authorization is None


def test_a_token_is_renewed_five_minutes_before_it_expires(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    line = wire(giver.answer)
    ask(line, bearer, ASK)
    giver.now = now + DAY_S - 301
    ask(line, bearer, ASK)
    assert line.lines == [FETCH, START, START]
    giver.now = now + DAY_S - 300
    ask(line, bearer, ASK, ASK)
    assert line.lines[3:] == [RENEW, START, START]
    assert line.sent[3].authorization == f"Bearer LIVE:{giver.given[0]}"
    assert line.sent[3].body == b""
    assert line.sent[4].authorization == line.sent[5].authorization == f"Bearer LIVE:{giver.given[1]}"


def test_a_renewed_token_is_renewed_in_its_turn(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    line = wire(giver.answer)
    for days in range(4):
        giver.now = now + days * (DAY_S - 300)
        ask(line, bearer, ASK)
    assert line.lines == [FETCH, START, RENEW, START, RENEW, START, RENEW, START]


def test_the_margin_can_be_chosen(
    credentials: KeyfaxCredentials, root: str, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    bearer = KeyfaxBearer(credentials, root, clock=giver.clock, margin_s=3600)
    line = wire(giver.answer)
    for before_end_s in (DAY_S, 3601, 3600):
        giver.now = now + DAY_S - before_end_s
        ask(line, bearer, ASK)
    assert line.lines == [FETCH, START, START, RENEW, START]


def test_an_expired_token_is_not_renewed_but_fetched_anew(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    line = wire(giver.answer)
    ask(line, bearer, ASK)
    giver.now = now + DAY_S
    ask(line, bearer, ASK)
    assert line.lines == [FETCH, START, FETCH, START]


def test_a_token_that_lives_no_longer_than_the_margin_is_renewed_at_half_of_its_time(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    giver.lifetime_s = 100
    line = wire(giver.answer)
    for later_s in (0, 49, 50):
        giver.now = now + later_s
        ask(line, bearer, ASK)
    assert line.lines == [FETCH, START, START, RENEW, START]


def test_a_token_without_an_end_is_never_renewed(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    giver.lifetime_s = None
    line = wire(giver.answer)
    ask(line, bearer, ASK)
    giver.now = now * 2
    ask(line, bearer, ASK)
    assert line.lines == [FETCH, START, START]


def test_with_a_clock_that_is_days_ahead_each_request_fetches_a_token_and_none_hangs(
    credentials: KeyfaxCredentials, root: str, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    bearer = KeyfaxBearer(credentials, root, clock=lambda: now + 3 * DAY_S)
    line = wire(giver.answer)
    assert [answer.status_code for answer in ask(line, bearer, ASK, ASK)] == [200, 200]
    assert line.lines == [FETCH, START, FETCH, START]


def test_a_refused_token_is_replaced_and_the_request_sent_once_more(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, verifies: Any
) -> None:
    line = wire(giver.answer)
    ask(line, bearer, ASK)
    giver.alive.clear()
    [answer] = ask(line, bearer, ("POST", "/api/v1/startup", {"content": b"start-up data"}))
    assert answer.status_code == 200
    assert line.lines[2:] == ["POST /interview/api/v1/startup", FETCH, "POST /interview/api/v1/startup"]
    assert line.sent[2].body == line.sent[4].body == b"start-up data"
    assert verifies(line.sent[3])
    assert line.sent[4].authorization == f"Bearer LIVE:{giver.given[1]}"


def test_a_second_refusal_is_the_callers(bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any) -> None:
    giver.failures["other"] = httpx.Response(401, json={"message": "not you"})
    line = wire(giver.answer)
    [answer] = ask(line, bearer, ASK)
    assert (answer.status_code, answer.json()) == (401, {"message": "not you"})
    assert line.lines == [FETCH, START, FETCH, START]


def test_other_answers_are_the_callers_at_once(bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any) -> None:
    giver.failures["other"] = httpx.Response(500, json={"message": "broken"})
    line = wire(giver.answer)
    [answer] = ask(line, bearer, ASK)
    assert answer.status_code == 500
    assert line.lines == [FETCH, START]


def test_a_streamed_body_is_sent_again_after_a_refusal(bearer: KeyfaxBearer, giver: Any, wire: Any, root: str) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"one, "
        yield b"two"

    async def async_chunks() -> AsyncIterator[bytes]:
        for chunk in chunks():
            yield chunk

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=line, auth=bearer) as client:
            return await client.post(f"{root}/api/v1/startup", content=async_chunks())

    line = wire(giver.answer)
    get(line, bearer, root)
    giver.alive.clear()
    with httpx.Client(transport=line, auth=bearer) as client:
        assert client.post(f"{root}/api/v1/startup", content=chunks()).status_code == 200
    giver.alive.clear()
    assert asyncio.run(send()).status_code == 200
    assert [sent.body for sent in line.sent if sent.target.endswith("startup")][1:] == [b"one, two"] * 4


def test_an_answer_that_is_streamed_is_not_read_ahead(bearer: KeyfaxBearer, giver: Any, root: str) -> None:
    class Body(httpx.SyncByteStream):
        was_read = False

        def __iter__(self) -> Iterator[bytes]:
            Body.was_read = True
            yield b"results"

    class Streaming(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("token"):
                token = giver.give().json()["token"]
                return httpx.Response(200, json={"company": "c", "token": token})
            return httpx.Response(200, stream=Body())

    with httpx.Client(transport=Streaming(), auth=bearer) as client:
        answer = client.send(client.build_request("GET", f"{root}/api/v1/startup"), stream=True)
        assert not Body.was_read
        assert answer.read() == b"results"


def test_a_refusal_by_another_origin_costs_no_token(bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any) -> None:
    def answer(sent: Any) -> httpx.Response:
        if sent.host == "elsewhere.example":
            return httpx.Response(401)
        if sent.path.endswith("startup"):
            return httpx.Response(307, headers={"Location": "http://elsewhere.example/"})
        return giver.answer(sent)

    line = wire(answer)
    [refusal] = ask(line, bearer, ASK, follow_redirects=True)
    assert refusal.status_code == 401
    assert line.lines == [FETCH, START, "GET /"]
    assert line.sent[2].authorization is None


def test_a_token_request_may_be_redirected(credentials: KeyfaxCredentials, giver: Any, wire: Any, ask: Any) -> None:
    def answer(sent: Any) -> httpx.Response:
        if sent.scheme == "http":
            return httpx.Response(308, headers={"Location": sent.url.replace("http:", "https:").replace(":8088", "")})
        return giver.answer(sent)

    bearer = KeyfaxBearer(credentials, "http://keyfax.example/interview", clock=giver.clock)
    line = wire(answer)
    [response] = ask(line, bearer, ("GET", "https://keyfax.example/interview/api/v1/startup"), follow_redirects=True)
    assert response.status_code == 200
    assert [sent.scheme for sent in line.sent] == ["http", "https", "https", "https"]


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_token_that_cannot_be_fetched_is_an_error_that_shows_no_secret(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, credentials: KeyfaxCredentials, status: int
) -> None:
    giver.failures["GET token"] = httpx.Response(status, text=f"no: {credentials.api_key}")
    line = wire(giver.answer)
    with pytest.raises(TokenError) as caught:
        ask(line, bearer, ASK)
    assert str(caught.value) == (
        f"GET http://localhost:8088/interview/api/v1/token answered {status}, expected 200 with a token"
    )
    assert (caught.value.status, caught.value.body) == (status, f"no: {credentials.api_key}")
    assert credentials.api_key not in repr(caught.value)
    assert line.lines == [FETCH]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200),
        httpx.Response(200, text="<token/>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json="a.b.c"),
        httpx.Response(200, json={"company": "c"}),
        httpx.Response(200, json={"token": None}),
        httpx.Response(200, json={"token": "secret"}),
        httpx.Response(200, json={"token": "secret.e30"}),
        httpx.Response(200, json={"token": "secret.e30.x\r\nX-Other: 1"}),
        httpx.Response(200, json={"token": "secret.e.x"}),
        httpx.Response(200, json={"token": "secret.bm8.x"}),
        httpx.Response(200, json={"token": "secret.W10.x"}),
        httpx.Response(200, json={"token": "secret.eyJleHAiOiJubyJ9.x"}),
        httpx.Response(200, json={"token": "secret.eyJleHAiOk5hTn0.x"}),
    ],
    ids=[
        "nothing",
        "xml",
        "list",
        "text",
        "no token",
        "null",
        "no parts",
        "two parts",
        "line break",
        "no base64",
        "no json",
        "no object",
        "exp is a word",
        "exp is not a number",
    ],
)
def test_an_answer_without_a_readable_token_is_an_error_that_does_not_show_it(
    bearer: KeyfaxBearer, giver: Any, wire: Any, root: str, answer: httpx.Response
) -> None:
    giver.failures["GET token"] = answer
    with pytest.raises(TokenError) as caught:
        get(wire(giver.answer), bearer, root)
    assert str(caught.value) == (
        "GET http://localhost:8088/interview/api/v1/token answered 200, but not with a JSON Web Token, "
        'expected {"company": "…", "token": "…"}'
    )


def test_after_a_failed_fetch_the_next_request_tries_again(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any
) -> None:
    giver.failures["GET token"] = httpx.Response(500)
    line = wire(giver.answer)
    with pytest.raises(TokenError):
        ask(line, bearer, ASK)
    giver.failures.clear()
    assert ask(line, bearer, ASK)[0].status_code == 200


def test_after_a_broken_connection_the_next_request_tries_again(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any
) -> None:
    def broken(sent: Any) -> httpx.Response:
        raise httpx.ConnectError("no route", request=sent.request)

    with pytest.raises(httpx.ConnectError):
        ask(wire(broken), bearer, ASK)
    assert ask(wire(giver.answer), bearer, ASK)[0].status_code == 200


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_token_that_cannot_be_renewed_is_used_until_it_expires(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, now: int, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    line = wire(giver.answer)
    ask(line, bearer, ASK)
    giver.failures["POST token"] = httpx.Response(status, text=giver.given[0])
    with caplog.at_level(logging.DEBUG, "pytest_keyauth"):
        for before_end_s in (300, 151, 150, 76, 75, 0):
            giver.now = now + DAY_S - before_end_s
            assert ask(line, bearer, ASK)[0].status_code == 200
    # Tried again when half of the rest has passed, not with each request; and fetched anew in the end.
    assert line.lines[2:] == [RENEW, START, START, RENEW, START, START, RENEW, START, FETCH, START]
    answered = f"POST http://localhost:8088/interview/api/v1/token answered {status}, expected 200 with a token"
    assert caplog.messages == [f"{answered}; the token held is used until it expires or is refused"] * 3


def test_a_renewal_whose_connection_breaks_is_put_off_too(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    def answer(sent: Any) -> httpx.Response:
        if f"{sent.method} {sent.path}" == RENEW:
            raise httpx.ReadTimeout("no answer", request=sent.request)
        return giver.answer(sent)

    line = wire(answer)
    ask(line, bearer, ASK)
    giver.now = now + DAY_S - 300
    with pytest.raises(httpx.ReadTimeout):
        ask(line, bearer, ASK)
    assert ask(line, bearer, ASK)[0].status_code == 200
    assert line.lines == [FETCH, START, RENEW, START]


def test_a_token_from_elsewhere_is_borne_and_renewed_without_keys(
    root: str, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    bearer = KeyfaxBearer(KeyfaxToken("LIVE", giver.give().json()["token"]), root, clock=giver.clock)
    line = wire(giver.answer)
    ask(line, bearer, ASK)
    giver.now = now + DAY_S - 300
    ask(line, bearer, ASK)
    assert line.lines == [START, RENEW, START]
    assert line.sent[2].authorization == f"Bearer LIVE:{giver.given[1]}"


def test_a_token_from_elsewhere_cannot_be_replaced_so_its_refusal_is_the_callers(
    root: str, giver: Any, wire: Any, ask: Any
) -> None:
    bearer = KeyfaxBearer(KeyfaxToken("LIVE", giver.give().json()["token"]), root, clock=giver.clock)
    giver.alive.clear()
    line = wire(giver.answer)
    assert ask(line, bearer, ASK)[0].status_code == 401
    assert line.lines == [START]


def test_a_token_from_elsewhere_that_expired_and_is_not_renewed_is_an_error(
    root: str, giver: Any, wire: Any, ask: Any, now: int
) -> None:
    bearer = KeyfaxBearer(KeyfaxToken("LIVE", giver.give().json()["token"]), root, clock=giver.clock)
    giver.alive.clear()
    giver.now = now + DAY_S
    line = wire(giver.answer)
    with pytest.raises(TokenError, match=r"POST .*/token answered 401, expected 200 with a token"):
        ask(line, bearer, ASK)
    assert line.lines == [RENEW]


def test_a_token_request_waits_no_longer_than_the_request_that_needs_it(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any
) -> None:
    line = wire(giver.answer)
    ask(line, bearer, ("GET", "/api/v1/startup", {"timeout": 1.5}), headers={"User-Agent": "consumer/1"})
    fetch = line.sent[0].request
    assert fetch.extensions["timeout"] == {"connect": 1.5, "read": 1.5, "write": 1.5, "pool": 1.5}
    assert fetch.headers["User-Agent"] == "consumer/1"
    assert fetch.headers["Accept"] == "application/json"


def test_a_root_may_end_with_a_slash_and_may_be_of_another_server(
    credentials: KeyfaxCredentials, giver: Any, wire: Any, ask: Any
) -> None:
    bearer = KeyfaxBearer(credentials, "https://tokens.example/interview/", clock=giver.clock)
    line = wire(giver.answer)
    ask(line, bearer, ASK)
    assert line.sent[0].url == "https://tokens.example/interview/api/v1/token"


def test_signature_scheme_nonce_and_clock_are_those_of_the_token_request(
    credentials: KeyfaxCredentials, root: str, giver: Any, wire: Any, ask: Any
) -> None:
    class Plain:
        def sign(self, request: SignedRequest, signing_key: str) -> str:
            return f"{request.method}-{request.nonce}-{len(signing_key)}"

    line = wire(lambda sent: giver.give() if sent.path.endswith("token") else httpx.Response(200))
    ask(line, KeyfaxBearer(credentials, root, signature=Plain(), nonce=lambda: "n", clock=lambda: 7.0), ASK)
    assert line.sent[0].authorization == f"Basic LIVE:{credentials.api_key}:GET-n-44:n:7"


def test_threads_that_begin_together_fetch_one_token(bearer: KeyfaxBearer, giver: Any, wire: Any, root: str) -> None:
    line = wire(giver.answer, pause_s=0.02)
    at_once(12, lambda: get(line, bearer, root))
    assert line.lines == [FETCH] + [START] * 12
    assert len(giver.given) == 1


def test_threads_renew_a_token_once_and_go_on_with_the_old_one_meanwhile(
    bearer: KeyfaxBearer, giver: Any, wire: Any, root: str, now: int
) -> None:
    renewing, done = threading.Event(), threading.Event()

    def answer(sent: Any) -> httpx.Response:
        if f"{sent.method} {sent.path}" == RENEW:
            renewing.set()
            assert done.wait(10)
        return giver.answer(sent)

    line = wire(answer)
    get(line, bearer, root)
    giver.now = now + DAY_S - 300
    first = threading.Thread(target=get, args=(line, bearer, root))
    first.start()
    assert renewing.wait(10)
    at_once(8, lambda: get(line, bearer, root))  # comes back although the renewal does not
    done.set()
    first.join(10)
    assert line.lines.count(RENEW) == 1
    assert {sent.authorization for sent in line.sent[3:-1]} == {f"Bearer LIVE:{giver.given[0]}"}
    assert line.sent[-1].authorization == f"Bearer LIVE:{giver.given[1]}"


def test_threads_whose_token_is_refused_together_fetch_one(
    bearer: KeyfaxBearer, giver: Any, wire: Any, root: str
) -> None:
    line = wire(giver.answer, pause_s=0.02)
    get(line, bearer, root)
    giver.alive.clear()
    statuses: list[int] = []
    at_once(12, lambda: statuses.append(get(line, bearer, root)))
    assert statuses == [200] * 12
    assert len(giver.given) == 2


def test_an_event_hook_may_send_a_request_while_a_token_is_fetched(
    bearer: KeyfaxBearer, giver: Any, wire: Any, root: str
) -> None:
    asked: list[int] = []

    def hook(response: httpx.Response) -> None:
        if response.request.url.path.endswith("token") and not asked:
            asked.append(0)
            asked.append(client.get(f"{root}/api/v1/startup").status_code)

    with httpx.Client(transport=wire(giver.answer), auth=bearer, event_hooks={"response": [hook]}) as client:
        assert client.get(f"{root}/api/v1/startup").status_code == 200
    assert asked == [0, 200]


async def get_together(line: Any, bearer: KeyfaxBearer, root: str, count: int) -> list[int]:
    async with httpx.AsyncClient(transport=line, auth=bearer) as client:
        answers = await asyncio.gather(*(client.get(f"{root}/api/v1/startup") for _ in range(count)))
    return [answer.status_code for answer in answers]


def test_tasks_that_begin_together_fetch_one_token(bearer: KeyfaxBearer, giver: Any, wire: Any, root: str) -> None:
    line = wire(giver.answer, pause_s=0.01)
    assert asyncio.run(get_together(line, bearer, root, 20)) == [200] * 20
    assert line.lines == [FETCH] + [START] * 20


def test_tasks_renew_a_token_once(bearer: KeyfaxBearer, giver: Any, wire: Any, root: str, now: int) -> None:
    line = wire(giver.answer, pause_s=0.01)
    get(line, bearer, root)
    giver.now = now + DAY_S - 300
    assert asyncio.run(get_together(line, bearer, root, 20)) == [200] * 20
    assert line.lines.count(RENEW) == 1
    assert line.lines.count(FETCH) == 1


def test_tasks_whose_token_is_refused_together_fetch_one(
    bearer: KeyfaxBearer, giver: Any, wire: Any, root: str
) -> None:
    line = wire(giver.answer, pause_s=0.01)
    get(line, bearer, root)
    giver.alive.clear()
    assert asyncio.run(get_together(line, bearer, root, 20)) == [200] * 20
    assert len(giver.given) == 2


def test_one_bearer_serves_one_event_loop_after_the_other(
    bearer: KeyfaxBearer, giver: Any, wire: Any, root: str
) -> None:
    line = wire(giver.answer, pause_s=0.005)
    for _ in range(3):
        giver.alive.clear()
        assert asyncio.run(get_together(line, bearer, root, 5)) == [200] * 5
    assert len(giver.given) == 3


def test_one_bearer_serves_threads_and_event_loops_at_the_same_time(
    bearer: KeyfaxBearer, giver: Any, wire: Any, root: str, now: int
) -> None:
    line = wire(giver.answer, pause_s=0.01)
    loops = iter([True, False] * 4)

    def use() -> None:
        if next(loops):
            assert asyncio.run(get_together(line, bearer, root, 5)) == [200] * 5
        else:
            assert get(line, bearer, root) == 200

    at_once(8, use)
    # Each of the four loops, and the threads together, may have fetched a token.
    assert 1 <= len(giver.given) <= 5
    giver.now = now + DAY_S - 300
    loops = iter([True, False] * 4)
    at_once(8, use)
    assert line.lines.count(RENEW) == 1


def test_a_cancelled_fetch_leaves_the_turn_to_the_next_task(
    bearer: KeyfaxBearer, giver: Any, wire: Any, root: str
) -> None:
    line = wire(giver.answer, pause_s=60)

    async def cancel_the_first() -> list[int]:
        async with httpx.AsyncClient(transport=line, auth=bearer) as client:
            first = asyncio.create_task(client.get(f"{root}/api/v1/startup"))
            while not line.sent:
                await asyncio.sleep(0)
            line.pause_s = 0
            others = [asyncio.create_task(client.get(f"{root}/api/v1/startup")) for _ in range(3)]
            await asyncio.sleep(0.01)
            first.cancel()
            answers = await asyncio.wait_for(asyncio.gather(*others), 10)
            with pytest.raises(asyncio.CancelledError):
                await first
        return [answer.status_code for answer in answers]

    assert asyncio.run(cancel_the_first()) == [200] * 3
    assert line.lines == [FETCH, FETCH, START, START, START]


def test_an_answer_does_not_wait_for_a_fetch_of_others(bearer: KeyfaxBearer, giver: Any, wire: Any, root: str) -> None:
    fetching, done = threading.Event(), threading.Event()

    def answer(sent: Any) -> httpx.Response:
        if sent.path.endswith("results"):
            return httpx.Response(401 if sent.authorization == f"Bearer LIVE:{giver.given[0]}" else 200)
        if sent.path.endswith("token") and giver.given:
            fetching.set()
            assert done.wait(10)
        return giver.answer(sent)

    line = wire(answer)
    get(line, bearer, root)
    with httpx.Client(transport=line, auth=bearer) as client:
        refused = threading.Thread(target=lambda: client.post(f"{root}/api/v1/results"))
        refused.start()
        assert fetching.wait(10)
        assert get(line, bearer, root) == 200
        done.set()
        refused.join(10)
    assert not refused.is_alive()


def test_an_answer_does_not_wait_for_a_fetch_of_other_tasks(
    bearer: KeyfaxBearer, giver: Any, wire: Any, root: str
) -> None:
    def answer(sent: Any) -> httpx.Response:
        if sent.path.endswith("results"):
            return httpx.Response(401 if sent.authorization == f"Bearer LIVE:{giver.given[0]}" else 200)
        return giver.answer(sent)

    async def ask_both() -> None:
        async with httpx.AsyncClient(transport=line, auth=bearer) as client:
            await client.get(f"{root}/api/v1/startup")
            refused = asyncio.create_task(client.post(f"{root}/api/v1/results"))
            while len(line.sent) < 4:  # the fourth is the fetch, and hangs
                line.pause_s = 60 if len(line.sent) == 3 else 0
                await asyncio.sleep(0)
            line.pause_s = 0
            other = await asyncio.wait_for(client.get(f"{root}/api/v1/startup"), 10)
            assert other.status_code == 200
            refused.cancel()

    line = wire(answer)
    asyncio.run(ask_both())
    assert line.lines == [FETCH, START, "POST /interview/api/v1/results", FETCH, START]


@pytest.mark.parametrize("moment", range(1, 5))
def test_a_renewal_that_comes_between_is_noticed(
    credentials: KeyfaxCredentials, root: str, giver: Any, wire: Any, now: int, moment: int
) -> None:
    """Another thread's request at each moment at which this one looks at the clock, played in one thread."""
    looks = 0

    def clock() -> float:
        nonlocal looks
        looks += 1
        if looks == moment and giver.now > now:
            assert get(line, bearer, root) == 200
        return giver.now

    line = wire(giver.answer)
    bearer = KeyfaxBearer(credentials, root, clock=clock)
    get(line, bearer, root)
    giver.now, looks = now + DAY_S - 300, 0
    assert get(line, bearer, root) == 200
    assert looks > moment
    assert line.lines.count(RENEW) == 1


def test_the_generator_alone_can_be_driven_by_others(bearer: KeyfaxBearer, giver: Any, wire: Any, root: str) -> None:
    class Both(httpx.Auth):
        requires_request_body = bearer.requires_request_body
        requires_response_body = bearer.requires_response_body

        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers["X-Gateway"] = "key"
            yield from bearer.auth_flow(request)

    line = wire(giver.answer)
    with httpx.Client(transport=line, auth=Both()) as client:
        assert client.get(f"{root}/api/v1/startup").status_code == 200
    assert line.lines == [FETCH, START]


def test_nothing_that_is_logged_shows_a_secret(
    bearer: KeyfaxBearer, giver: Any, wire: Any, ask: Any, credentials: KeyfaxCredentials, now: int,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    with caplog.at_level(logging.DEBUG):
        line = wire(giver.answer)
        ask(line, bearer, ASK)
        giver.failures["POST token"] = httpx.Response(500, text=credentials.signing_key)
        giver.now = now + DAY_S - 300
        ask(line, bearer, ASK)
        giver.alive.clear()
        ask(line, bearer, ASK)
    assert len(caplog.messages) > 3
    for secret in (credentials.api_key, credentials.signing_key, *giver.given):
        assert secret not in caplog.text
    assert not any(token in repr(vars(bearer)) for token in giver.given)
