"""An authenticate call in this process, against a transport that answers so many bytes and does nothing else."""

import time
from collections.abc import Callable, Iterator
from functools import partial

import httpx
from document_user import METHODS, authenticate, enrol
from measuring import Line, in_turn

from pytest_keyauth.ledger import Traffic
from pytest_keyauth.targets.keytrac import EmulatedKeytrac, KeytracReach

#: So many accepted attempts fill a profile's window; from then on it grows no further, and scoring costs the most.
ATTEMPTS_BEFORE = 20


def measure(quick: bool) -> Iterator[Line]:
    """Both methods, with profiles as large as they get."""
    rounds, calls = (2, 2) if quick else (41, 40)
    traffic = Traffic()
    target = EmulatedKeytrac("bench", traffic)
    with target.reach.client() as client:
        identifier = enrol(client)
        for method in METHODS:
            answers = [authenticate(client, method, identifier) for _ in range(ATTEMPTS_BEFORE)]
            with _bare(target.reach, answers[-1]).client() as bare:
                pairs = in_turn(
                    rounds,
                    partial(_time_us, calls, partial(authenticate, client, method, identifier), traffic),
                    partial(_time_us, calls, partial(authenticate, bare, method, identifier), traffic),
                )
            yield Line.of_ratio(f"{method} authenticate : bare MockTransport", pairs, "< 3x", "{:.0f} us")


def _bare(reach: KeytracReach, answer: httpx.Response) -> KeytracReach:
    """The same client on a transport that gives the same answer without looking at the request."""
    body, headers = answer.content, {"Content-Type": "application/json"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=body))
    return KeytracReach(reach.url, reach.token, transport, transport)


def _time_us(calls: int, call: Callable[[], httpx.Response], traffic: Traffic) -> float:
    """The mean of so many calls, in microseconds."""
    traffic.observations.clear()
    started = time.perf_counter()
    for _ in range(calls):
        answer = call()
    duration_s = time.perf_counter() - started
    assert answer.json()["authenticated"] is True
    return duration_s / calls * 1e6
