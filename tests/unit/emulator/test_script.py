"""What an emulator was told to answer: which requests a plan is for, when it comes true, and what cannot be planned."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from pytest_keyauth.emulator.disturbance import KINDS, Disturbance
from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.emulator.script import NEVER_CAME, Asked, Scope, Script, Timing

BY_RULES = Response(200, body=b"rules")
NOW = datetime(2016, 3, 24, tzinfo=UTC)


@dataclass
class Planned:
    """An outcome of the operation `showUser` that is answered as its name says."""

    name: str
    operation: str = "showUser"

    @property
    def succeeds(self) -> bool:
        return self.name.startswith("2")

    def fits(self, response: Response) -> bool:
        return response.body == self.name.encode()

    def make(self, request: Request, now: datetime) -> Response:
        assert now == NOW
        return Response(int(self.name), body=request.path.encode())


class Documents:
    def find(self, name: str) -> Planned:
        return Planned(name)

    def recognize(self, operation: str, response: Response) -> str | None:
        return None


@pytest.fixture
def script() -> Script:
    return Script(Documents(), lambda: Random(1))


def ask(
    script: Script,
    operation: str = "showUser",
    *,
    path: str = "/users/anna",
    user: str | None = "anna",
    token: str | None = "token",
    rules: Callable[[], Response] = lambda: BY_RULES,
) -> Response:
    return script.handle(Asked(Request("GET", path), operation, lambda: user, NOW, token), rules)


def statuses(script: Script, number: int) -> list[int]:
    return [ask(script).status for _ in range(number)]


def test_without_a_plan_the_rules_answer(script: Script) -> None:
    assert not script
    assert ask(script) == BY_RULES


def test_a_plan_comes_true_once_after_so_many_requests(script: Script) -> None:
    script.plan_answer("500", Scope(), Timing(after=2))
    assert statuses(script, 5) == [200, 200, 500, 200, 200]
    assert not script  # nothing is left of it


@pytest.mark.parametrize(("times", "expected"), [(2, [500, 500, 200, 200]), (None, [500, 500, 500, 500])])
def test_a_plan_comes_true_as_often_as_it_says(script: Script, times: int | None, expected: list[int]) -> None:
    script.plan_answer("500", Scope(), Timing(times))
    assert statuses(script, 4) == expected


def test_several_plans_come_true_one_after_the_other(script: Script) -> None:
    for name in ("500", "404", "500"):
        script.plan_answer(name, Scope(), Timing())
    assert statuses(script, 4) == [500, 404, 500, 200]


def test_each_plan_counts_all_of_its_requests(script: Script) -> None:
    script.plan_answer("500", Scope(), Timing())
    script.plan_answer("404", Scope(), Timing(after=1))
    assert statuses(script, 3) == [500, 404, 200]


def test_an_answer_is_for_its_own_operation_alone(script: Script) -> None:
    script.plan_answer("500", Scope(), Timing())
    assert ask(script, "deleteUser").status == 200
    assert ask(script, "showUser").status == 500


@pytest.mark.parametrize(
    ("scope", "other"),
    [
        (Scope(user="anna"), {"user": "bert"}),
        (Scope(user="anna"), {"user": None}),
        (Scope(path="/users/anna"), {"path": "/users/bert"}),
        (Scope(token="token"), {"token": "other"}),
        (Scope(token="token"), {"token": None}),
    ],
)
def test_a_plan_is_for_the_requests_that_it_names_and_counts_no_others(
    script: Script, scope: Scope, other: dict[str, Any]
) -> None:
    script.plan_answer("500", scope, Timing(after=1))
    assert [ask(script, **other).status for _ in range(3)] == [200, 200, 200]
    assert statuses(script, 3) == [200, 500, 200]


def test_nothing_is_done_with_an_error_and_a_success_is_done_where_it_can_be(script: Script) -> None:
    done: list[str] = []

    def rules(body: bytes) -> Callable[[], Response]:
        def follow() -> Response:
            done.append("done")
            return Response(200, body=body)

        return follow

    script.plan_answer("500", Scope(), Timing())
    assert ask(script, rules=rules(b"200")).status == 500
    assert done == []
    script.plan_answer("200", Scope(), Timing(2))
    assert ask(script, rules=rules(b"200")) == Response(200, body=b"200")
    assert ask(script, rules=rules(b"refused")) == Response(200, body=b"/users/anna")
    assert done == ["done", "done"]


def test_a_probability_is_drawn_from_the_seed(script: Script) -> None:
    script.plan_answer("500", Scope(), Timing(None, probability=0.3))
    drawn = statuses(script, 400)
    assert 80 < drawn.count(500) < 160
    again = Script(Documents(), lambda: Random(1))
    again.plan_answer("500", Scope(), Timing(None, probability=0.3))
    assert statuses(again, 400) == drawn


@pytest.mark.parametrize("kind", KINDS)
def test_any_answer_can_go_wrong_on_its_way(script: Script, kind: str) -> None:
    seconds = 0.5 if kind in ("latency", "slow-drip") else None
    script.plan_answer("500", Scope(), Timing())
    script.plan_disturbance(kind, Scope(), Timing(2), seconds)
    planned, by_rules, later = ask(script), ask(script), ask(script)
    assert (planned.status, by_rules.status, later) == (500, 200, BY_RULES)
    assert planned.disturbance == by_rules.disturbance
    assert planned.disturbance is not None
    assert (planned.disturbance.kind, planned.disturbance.seconds) == (kind, seconds or 0.0)
    assert planned.is_broken == (kind not in ("latency", "slow-drip"))


def test_a_request_that_is_lost_reaches_no_rule(script: Script) -> None:
    script.plan_disturbance("reset", Scope(), Timing(), lost="request")

    def never() -> Response:
        raise AssertionError("the rules were asked")

    lost = ask(script, rules=never)
    assert lost == Response(NEVER_CAME, disturbance=Disturbance("reset", lost="request"))


def test_delays_are_evenly_distributed_or_log_normal(script: Script) -> None:
    def drawn(seconds: object) -> list[float]:
        script.plan_disturbance("latency", Scope(), Timing(1000), seconds)
        answers = [ask(script).disturbance for _ in range(1000)]
        return sorted(item.seconds for item in answers if item is not None)

    even = drawn((0.1, 0.5))
    assert 0.1 <= even[0] < 0.11
    assert 0.49 < even[-1] <= 0.5
    assert even[500] == pytest.approx(0.3, abs=0.03)
    networks = drawn({"median": 0.2, "sigma": 0.5})
    assert networks[500] == pytest.approx(0.2, rel=0.1)
    assert networks[841] / networks[500] == pytest.approx(1.65, rel=0.15)  # one sigma above: e to the 0.5


@pytest.mark.parametrize(
    ("timing", "message"),
    [
        ({"times": 0}, "times=0: expected 1 or more, or None for all from now on"),
        ({"times": True}, "times=True: expected 1 or more"),
        ({"times": 1.5}, "times=1.5: expected 1 or more"),
        ({"after": -1}, "after=-1: expected 0 or more"),
        ({"probability": 0}, "probability=0: expected above 0, and at most 1"),
        ({"probability": 1.1}, "probability=1.1: expected above 0"),
        ({"probability": True}, "probability=True: expected above 0"),
    ],
)
def test_a_time_that_cannot_be_is_refused(timing: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Timing(**timing)


@pytest.mark.parametrize(
    ("kind", "seconds", "lost", "message"),
    [
        ("lag", None, "answer", "no transport fault 'lag'; there are: latency, slow-drip, "),
        ("latency", None, "answer", "seconds=None: expected a number of them"),
        ("reset", 1, "answer", "seconds=1: expected none with reset"),
        ("latency", -1, "answer", "seconds=-1: expected a number such as 0.2, two such as"),
        ("latency", True, "answer", "seconds=True: expected a number"),
        ("latency", "1", "answer", "seconds='1': expected a number"),
        ("latency", (0.5, 0.1), "answer", "seconds=(0.5, 0.1): expected a number"),
        ("latency", (1, 2, 3), "answer", "seconds=(1, 2, 3): expected a number"),
        ("latency", {"median": 1}, "answer", "seconds={'median': 1}: expected a number"),
        ("latency", 3601, "answer", "each from 0 to 3600"),
        ("reset", None, "both", "lost='both': expected 'answer' or 'request'"),
        ("latency", 1, "request", "lost='request': with latency there is an answer"),
    ],
)
def test_a_disturbance_that_cannot_be_is_refused_and_nothing_is_planned(
    script: Script, kind: str, seconds: object, lost: str, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        script.plan_disturbance(kind, Scope(), Timing(), seconds, lost)
    assert not script
