"""The KeyTrac emulator beside a small model of the document: whatever is asked in whatever order, both agree.

The model keeps users, what they are enrolled with and by whom, counters and faults, and knows the document's texts; of
verdicts it knows whose typing a profile holds. Run with more steps by `make slow`.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.keystrokes import cast

from ..modelling import check

START = datetime(2016, 3, 24, 11, 45, 24, 812_000, UTC)
NOBODY = "b26bdaef-2377-41db-9f73-b3bae1c6fb4a"
PEOPLE, METHODS = st.sampled_from((0, 1)), st.sampled_from(("anytext", "password"))
SENTENCES = (
    "Der Nebel liegt noch auf den Wiesen, als Anna die Fähre am anderen Ufer zum ersten Mal sieht.",
    "Im Keller steht seit Jahren ein Fahrrad, das niemand fährt und von dem sich keiner trennt.",
)
PASSWORD, LONGER = "geheim-27", "geheim-2727"
AT_ONCE = 6

#: What fails when the store does, by what it was asked to do.
FAILURES = {
    "list-users": "Unable to compute user overview",
    "delete-user": "Unable to delete user",
    "read-activity": "Unable to calculate status",
    "write-profile": "Unable to enroll profile for user",
    "scan-profiles": "Unable to identify user",
}


@cache
def typed(person: int, method: str) -> tuple[str, ...]:
    """What each of two people has typed, some recordings of each text."""
    typist = cast(2, "the model")[person]
    if method == "anytext":
        return tuple(typist.types(text) for text in SENTENCES for _ in range(4))
    return tuple(typist.password(PASSWORD if method == "password" else LONGER) for _ in range(8))


def instant(moment: datetime) -> str:
    """A time as the document's list shows it: 2016-03-24T11:45:24.812Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def shown(moment: datetime) -> str:
    """A time as the document's status of a user shows it: 2015-06-29 07:31:01 UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


@dataclass
class User:
    created: datetime
    enrolments: int = 0
    authentications: int = 0
    owners: dict[str, int] = field(default_factory=dict)
    activity: dict[str, datetime] = field(default_factory=dict)

    def last(self) -> datetime:
        return max(self.activity.values())


class Model(RuleBasedStateMachine):
    users = Bundle("users")

    @initialize(target=users, enrolments=st.lists(st.tuples(METHODS, PEOPLE), min_size=3, max_size=3))
    def begin(self, enrolments: list[tuple[str, int]]) -> Any:
        """Most steps need users who are enrolled, so that there are some from the beginning."""
        self.now = START
        self.emulator = KeytracEmulator(Clock(START.timestamp), Random(1))
        self.token, self.stranger = self.emulator.token, self.emulator.open_account()
        self.forget()
        identifiers = [self.create() for _ in range(4)]
        for identifier, (method, person) in zip(identifiers, enrolments, strict=False):
            self.enrol(identifier, method, person)
        return multiple(*identifiers)

    def forget(self) -> None:
        self.known: dict[str, User] = {}
        self.counts: dict[str, list[datetime]] = {"users_created": [], "enrolments": [], "authentications": []}
        self.faults = dict.fromkeys(FAILURES, 0)
        self.verified = True

    def ask(self, method: str, path: str, value: Any = None, *, query: str = "", token: str | None = None) -> Response:
        headers = (("Authorization", token or self.token), ("Content-Type", "application/json"))
        body = b"" if value is None else json.dumps(value).encode()
        return self.emulator.handle(Request(method, path, query, headers, body))

    def expect(self, response: Response, status: int, value: Any) -> None:
        """The answer, unless the account is not verified: that comes first."""
        if not self.verified:
            status, value = 403, {"error": "Account is not verified"}
        assert (response.status, response.json()) == (status, value)

    def fails(self, action: str) -> bool:
        """Whether the store fails now; it does so as often as it was told."""
        if not self.verified or not self.faults[action]:
            return False
        self.faults[action] -= 1
        return True

    # What is asked

    @rule(target=users)
    def create_one(self) -> str:
        return self.create()

    def create(self) -> str:
        response = self.ask("POST", "/users")
        if not self.verified:
            self.expect(response, 403, None)
            return NOBODY
        identifier = str(response.json()["id"])
        assert len(identifier) == 36
        assert identifier not in self.known
        self.known[identifier] = User(self.now)
        self.counts["users_created"].append(self.now)
        return identifier

    @rule(identifier=users)
    def show(self, identifier: str) -> None:
        response, user = self.ask("GET", f"/users/{identifier}"), self.known.get(identifier)
        if user is None:
            self.expect(response, 404, {"error": "User not found"})
        elif self.fails("read-activity"):
            self.expect(response, 500, {"error": FAILURES["read-activity"]})
        else:
            overview = {"enrolment_count": user.enrolments, "authentication_count": user.authentications}
            if user.activity:
                overview["last_activity"] = shown(user.last())
            methods = {method: {"last_activity": shown(moment)} for method, moment in user.activity.items()}
            self.expect(response, 200, {"overview": overview, "method": methods})

    @rule(identifier=users, surely=st.booleans())
    def delete(self, identifier: str, surely: bool) -> None:
        if not surely:
            return
        response = self.ask("DELETE", f"/users/{identifier}")
        if identifier not in self.known:
            self.expect(response, 404, {"error": "User not found"})
        elif self.fails("delete-user"):
            self.expect(response, 500, {"error": FAILURES["delete-user"]})
        else:
            self.expect(response, 200, {"OK": True})
            if self.verified:
                del self.known[identifier]

    @rule()
    def list_all(self) -> None:
        response = self.ask("GET", "/users")
        if self.fails("list-users"):
            self.expect(response, 500, {"error": FAILURES["list-users"]})
            return
        newest_first = [self._listed(name, user) for name, user in reversed(self.known.items())]
        self.expect(response, 200, newest_first)

    def _listed(self, identifier: str, user: User) -> dict[str, str]:
        listed = {"identifier": identifier, "created_at": instant(user.created)}
        return {**listed, "last_activity": instant(user.last()).replace("T", " ")} if user.activity else listed

    @rule(identifier=users, method=METHODS, person=PEOPLE)
    def enrol_somebody(self, identifier: str, method: str, person: int) -> None:
        self.enrol(identifier, method, person)

    def enrol(self, identifier: str, method: str, person: int) -> None:
        samples = typed(person, method)[:: 4 if method == "anytext" else 3]
        response = self.ask("POST", f"/{method}/enrol", {"user_id": identifier, "samples": samples})
        user = self.known.get(identifier)
        if user is None:
            self.expect(response, 404, {"error": "Entity not found"})
        elif self.fails("write-profile"):
            self.expect(response, 500, {"error": FAILURES["write-profile"]})
        else:
            self.expect(response, 200, {"OK": True})
            if self.verified:
                user.owners[method], user.activity[method] = person, self.now
                user.enrolments += 1
                self.counts["enrolments"].append(self.now)

    @rule(identifier=users, method=METHODS, person=PEOPLE, number=st.integers(0, 7))
    def authenticate(self, identifier: str, method: str, person: int, number: int) -> None:
        sample = typed(person, method)[number]
        response = self.ask("POST", f"/{method}/authenticate", {"user_id": identifier, "samples": [sample]})
        user = self.known.get(identifier)
        if user is None:
            self.expect(response, 404, {"error": "Entity not found"})
        elif method not in user.owners:
            self.expect(response, 404, {"error": "User is not yet enrolled for this authentication type"})
        elif user.owners[method] == person and self.fails("write-profile"):
            self.expect(response, 500, {"error": "Unable to adapt profile of user"})
        else:
            self._expect_verdict(response, user, method, accepted=user.owners[method] == person)

    def _expect_verdict(self, response: Response, user: User, method: str, *, accepted: bool) -> None:
        score = response.json().get("score")
        self.expect(response, 200, {"authenticated": accepted, "score": score})
        if self.verified:
            assert 0 <= score <= 100
            user.authentications += 1
            user.activity[method] = self.now
            self.counts["authentications"].append(self.now)

    @rule(identifier=users)
    def authenticate_with_another_password(self, identifier: str) -> None:
        user = self.known.get(identifier)
        if user is not None and "password" in user.owners:
            value = {"user_id": identifier, "samples": [typed(0, "longer")[0]]}
            response = self.ask("POST", "/password/authenticate", value)
            self.expect(response, 400, {"error": "Authentication rejected, mismatch of sample and profile size"})

    @rule(person=PEOPLE, limit=st.none() | st.integers(0, 3))
    def identify(self, person: int, limit: int | None) -> None:
        value = {"samples": typed(person, "anytext")[1:2], **({} if limit is None else {"limit": limit})}
        response = self.ask("POST", "/anytext/identify", value)
        enrolled = {name: user.owners["anytext"] for name, user in self.known.items() if "anytext" in user.owners}
        if self.fails("scan-profiles"):
            self.expect(response, 500, {"error": FAILURES["scan-profiles"]})
        elif not self.verified or not enrolled:
            self.expect(response, 404, {"error": "Unable to execute identification as no user is enrolled"})
        else:
            self._expect_ranking(response, enrolled, person, limit)

    def _expect_ranking(self, response: Response, enrolled: dict[str, int], person: int, limit: int | None) -> None:
        ranking = response.json()
        assert response.status == 200
        assert len(ranking) == (len(enrolled) if limit is None else min(limit, len(enrolled)))
        names, scores = [item["user_id"] for item in ranking], [item["score"] for item in ranking]
        assert len(set(names)) == len(names)
        assert scores == sorted(scores, reverse=True)
        own = [name for name, owner in enrolled.items() if owner == person]
        assert set(names[: len(own)]) <= set(own) or len(names) < len(own)  # the owner's profiles before all others

    @rule(first=st.integers(-3, 3), last=st.integers(-3, 3))
    def status(self, first: int, last: int) -> None:
        days = [(self.now + timedelta(days=offset)).date() for offset in (first, last)]
        response = self.ask("GET", "/status", query=f"from={days[0]}&to={days[1]}")
        if days[1] < days[0]:
            text = "Date window is invalid: Parameter [to] must be greater than or equal to [from]"
            self.expect(response, 400, {"error": text})
        else:
            self._expect_counts(response, lambda moment: days[0] <= moment.date() <= days[1])

    @rule()
    def status_of_all_time(self) -> None:
        self._expect_counts(self.ask("GET", "/status"), lambda _moment: True)

    def _expect_counts(self, response: Response, counts: Callable[[datetime], bool]) -> None:
        if self.fails("read-activity"):
            self.expect(response, 500, {"error": FAILURES["read-activity"]})
        else:
            overview = {name: sum(map(counts, moments)) for name, moments in self.counts.items()}
            self.expect(response, 200, {"overview": overview})

    @rule(
        path=st.sampled_from(("/anytext/enrol", "/password/authenticate")), value=st.sampled_from(({}, [], "text", 7))
    )
    def leave_attributes_out(self, path: str, value: Any) -> None:
        self.expect(self.ask("POST", path, value), 400, {"error": "Attributes missing"})

    @rule()
    def come_with_a_wrong_token(self) -> None:
        response = self.ask("GET", "/users", token=NOBODY)
        assert (response.status, response.json()) == (401, {"error": "Client unauthorized"})

    # What happens beside

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        self.emulator.clock.advance(hours=hours)
        self.now += timedelta(hours=hours)

    @rule(action=st.sampled_from(tuple(FAILURES)), times=st.integers(0, 2))
    def break_the_store(self, action: str, times: int) -> None:
        self.emulator.fail_store(action, times)
        self.faults[action] = times

    @rule(verified=st.sampled_from((True, True, True, False)))
    def verify(self, verified: bool) -> None:
        self.emulator.configure(verified=verified)
        self.verified = verified

    @rule()
    def come_at_once(self) -> None:
        """Callers in threads: no user and no count is lost."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            responses = list(threads.map(lambda _number: self.ask("POST", "/users"), range(AT_ONCE)))
        if self.verified:
            order = [item["identifier"] for item in self._all_users()]
            made = sorted((str(response.json()["id"]) for response in responses), key=order.index, reverse=True)
            assert len(set(made)) == AT_ONCE
            self.known |= {identifier: User(self.now) for identifier in made}
            self.counts["users_created"] += [self.now] * AT_ONCE

    def _all_users(self) -> list[dict[str, str]]:
        self.emulator.fail_store("list-users", 0)
        self.faults["list-users"] = 0
        users: list[dict[str, str]] = self.ask("GET", "/users").json()
        return users

    @rule(surely=st.integers(0, 9))
    def begin_anew(self, surely: int) -> None:
        if surely == 0:
            self.emulator.reset()
            self.now = START
            self.forget()
            self.stranger = self.emulator.open_account()

    @invariant()
    def others_see_nothing(self) -> None:
        if hasattr(self, "emulator"):
            assert self.ask("GET", "/users", token=self.stranger).json() == []


def test_model_and_emulator_agree() -> None:
    assert len(check(Model, "keytrac", 15, 40)) >= 20  # of 33 that the model knows: or it would say nothing


@pytest.mark.slow
def test_model_and_emulator_agree_over_fifty_thousand_steps() -> None:
    seen = check(Model, "keytrac", 1000, 50)
    assert {
        "authenticateAnytext/2XX/accepted",
        "authenticateAnytext/2XX/rejected",
        "authenticateAnytext/404/not-enrolled",
        "authenticatePassword/2XX/accepted",
        "authenticatePassword/2XX/rejected",
        "authenticatePassword/400/profile-size-mismatch",
        "authenticatePassword/500/adapt-profile",
        "deleteUser/500/delete-user",
        "enrolAnytext/500/enroll-profile",
        "identifyAnytext/2XX/identified",
        "identifyAnytext/404/no-user-enrolled",
        "identifyAnytext/500/identify-user",
        "listUsers/500/user-overview",
        "showStatus/400/window-invalid",
        "showUser/500/calculate-status",
    } <= seen
