"""What an emulator was told to answer, or to let happen to its answers, beside what its rules say."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from pytest_keyauth.emulator.comparison import is_same
from pytest_keyauth.emulator.disturbance import Delay, Disturbance, Kind, Loss, read_delay, read_kind
from pytest_keyauth.emulator.documents import DocumentedAnswer, Documents
from pytest_keyauth.emulator.message import Request, Response

__all__ = ["NEVER_CAME", "Asked", "Scope", "Script", "Timing"]

#: Stands for the answer to a request that was lost: there is none.
NEVER_CAME = 0

Rules = Callable[[], Response]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as plans look at it: the operation that it is for, the user that it names, and who sends it."""

    request: Request
    operation: str | None
    find_user: Callable[[], str | None]
    now: datetime
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which requests a plan is for; what is None is not looked at. ``path`` is percent-encoded, as it was sent."""

    operation: str | None = None
    user: str | None = None
    path: str | None = None
    token: str | None = field(default=None, repr=False)

    def covers(self, asked: Asked) -> bool:
        """Whether a request is one of them."""
        return (
            self.operation in (None, asked.operation)
            and self.path in (None, asked.request.path)
            and (self.token is None or is_same(self.token, asked.token or ""))
            and (self.user is None or self.user == asked.find_user())
        )


@dataclass(frozen=True, slots=True)
class Timing:
    """When a plan comes true: ``after`` so many requests, ``times`` times (None: for good), each with a probability.

    :raises ValueError: for numbers that cannot be.
    """

    times: int | None = 1
    after: int = 0
    probability: float = 1.0

    def __post_init__(self) -> None:
        if self.times is not None and not _is_count(self.times, 1):
            raise ValueError(f"times={self.times!r}: expected 1 or more, or None for all from now on")
        if not _is_count(self.after, 0):
            raise ValueError(f"after={self.after!r}: expected 0 or more")
        if isinstance(self.probability, bool) or not 0 < self.probability <= 1:
            raise ValueError(f"probability={self.probability!r}: expected above 0, and at most 1")


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


@dataclass(slots=True)
class _Plan:
    scope: Scope
    timing: Timing
    answer: DocumentedAnswer | None = None
    disturb: Callable[[Random], Disturbance] | None = None
    _seen: int = 0
    _done: int = 0

    @property
    def is_over(self) -> bool:
        return self.timing.times is not None and self._done >= self.timing.times

    def see(self) -> None:
        """Count one of its requests."""
        self._seen += 1

    def comes_true(self, random: Random) -> bool:
        """Whether the plan comes true now, which counts."""
        if self._seen <= self.timing.after:
            return False
        if self.timing.probability < 1 and random.random() >= self.timing.probability:
            return False
        self._done += 1
        return True


class Script:
    """The plans of one emulator. Not safe to call from threads: the emulator's lock is held.

    :param make_random: gives what probabilities and delays are drawn from; called once it is needed.
    """

    def __init__(self, documents: Documents, make_random: Callable[[], Random]) -> None:
        self._documents = documents
        self._make_random = make_random
        self._random: Random | None = None
        self._plans: list[_Plan] = []

    def __bool__(self) -> bool:
        return bool(self._plans)

    def clear(self) -> None:
        """Forget all plans."""
        self._plans.clear()

    def forget(self, token: str) -> None:
        """Forget the plans for one token, which would be looked at in vain with each request."""
        self._plans = [plan for plan in self._plans if not is_same(plan.scope.token or "", token)]

    def plan_answer(self, name: str, scope: Scope, timing: Timing) -> None:
        """Answer with a documented outcome, by its name.

        :raises UnknownOutcomeError: where no outcome has that name.
        """
        answer = self._documents.find(name)
        self._plans.append(_Plan(replace(scope, operation=answer.operation), timing, answer=answer))

    def plan_disturbance(
        self, kind: str, scope: Scope, timing: Timing, seconds: object = None, lost: str = "answer"
    ) -> None:
        """Let something go wrong with answers on their way.

        :raises ValueError: for what cannot be; says what was expected.
        """
        known, delay, loss = read_kind(kind, seconds), read_delay(seconds), _read_loss(kind, lost)
        draw = _drawing(known, delay, loss)
        self._plans.append(_Plan(scope, timing, disturb=draw))

    def handle(self, asked: Asked, follow_rules: Rules) -> Response:
        """Answer a request as planned, or by the rules. The status `NEVER_CAME` says that the request was lost."""
        plans = [plan for plan in self._plans if plan.scope.covers(asked)]
        for plan in plans:
            plan.see()
        random = self._random = self._random or self._make_random()
        answer = next((plan.answer for plan in plans if plan.answer and plan.comes_true(random)), None)
        disturb = next((plan.disturb for plan in plans if plan.disturb and plan.comes_true(random)), None)
        self._plans = [plan for plan in self._plans if not plan.is_over]
        disturbance = disturb(random) if disturb is not None else None
        if disturbance is not None and disturbance.lost == "request":
            return Response(NEVER_CAME, disturbance=disturbance)
        response = follow_rules() if answer is None else _give(answer, asked, follow_rules)
        return response if disturbance is None else replace(response, disturbance=disturbance)


def _give(answer: DocumentedAnswer, asked: Asked, follow_rules: Rules) -> Response:
    """What was asked for happens where success is planned and the rules allow it; nothing happens with an error."""
    if answer.succeeds:
        response = follow_rules()
        if answer.fits(response):
            return response
    return answer.make(asked.request, asked.now)


def _read_loss(kind: str, lost: str) -> Loss:
    if lost == "answer":
        return "answer"
    if lost == "request" and kind in ("garbage", "reset", "timeout"):
        return "request"
    if lost == "request":
        raise ValueError(f"lost='request': with {kind} there is an answer; expected garbage, reset or timeout")
    raise ValueError(f"lost={lost!r}: expected 'answer' or 'request'")


def _drawing(kind: Kind, delay: Delay, lost: Loss) -> Callable[[Random], Disturbance]:
    return lambda random: Disturbance(kind, delay(random), lost)
