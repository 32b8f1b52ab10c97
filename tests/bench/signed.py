"""A signed Keyfax request: signing, verifying, and the whole of it in this process."""

import time
from collections.abc import Callable, Iterator
from statistics import median

import httpx
from measuring import Line, in_turn

from pytest_keyauth.emulator.message import Request
from pytest_keyauth.keyfax import KeyfaxBasic
from pytest_keyauth.ledger import Traffic
from pytest_keyauth.targets.keyfax import EmulatedKeyfax

PATH = "/api/v1/results"
BODY = b'{"guid": "5f1f2c0e-0000-4000-8000-000000000000", "company": "AbcHousing_Staff_Live"}'


def measure(quick: bool) -> Iterator[Line]:
    """A request with a body, rightly signed, that the emulator verifies and answers with the documented 422."""
    rounds, calls = (2, 2) if quick else (41, 40)
    traffic = Traffic()
    target = EmulatedKeyfax("bench", traffic)
    basic = KeyfaxBasic(target.reach.credentials)
    request = httpx.Request("POST", target.reach.url + PATH, content=BODY)
    yield _rate("requests signed a second", rounds, calls, lambda: basic.sign(request))
    yield _verifying(target, basic, request, rounds, calls)
    with target.reach.client() as client, _bare_client(target) as bare:
        pairs = in_turn(rounds, lambda: _send_us(client, calls, traffic), lambda: _send_us(bare, calls, traffic))
    yield Line.of_ratio("signed request : bare MockTransport", pairs, "< 2.5x", "{:.0f} us")


def _verifying(target: EmulatedKeyfax, basic: KeyfaxBasic, request: httpx.Request, rounds: int, calls: int) -> Line:
    """Each request is verified once: a nonce that comes again is refused before it is of interest."""
    signed = iter([_signed(basic, request) for _ in range(rounds * calls)])
    return _rate("requests verified and answered a second", rounds, calls, lambda: target.control.handle(next(signed)))


def _signed(basic: KeyfaxBasic, request: httpx.Request) -> Request:
    basic.sign(request)
    headers = tuple((name.decode(), value.decode()) for name, value in request.headers.raw)
    return Request("POST", request.url.path, "", headers, BODY)


def _rate(measurement: str, rounds: int, calls: int, act: Callable[[], object]) -> Line:
    rates = []
    for _ in range(rounds):
        started = time.perf_counter()
        for _ in range(calls):
            act()
        rates.append(calls / (time.perf_counter() - started))
    return Line(measurement, f"{median(rates):.0f}/s")


def _bare_client(target: EmulatedKeyfax) -> httpx.Client:
    """A client that signs nothing, on a transport that gives an answer of the same size at once."""
    body = b'{"message":"the session was not launched, completed or cancelled yet"}'
    headers = {"Content-Type": "application/json"}
    transport = httpx.MockTransport(lambda _: httpx.Response(422, headers=headers, content=body))
    return httpx.Client(transport=transport, base_url=target.reach.url, trust_env=False)


def _send_us(client: httpx.Client, calls: int, traffic: Traffic) -> float:
    traffic.observations.clear()
    started = time.perf_counter()
    for _ in range(calls):
        answer = client.post(PATH, content=BODY)
    duration_s = time.perf_counter() - started
    assert answer.status_code == 422
    return duration_s / calls * 1e6
