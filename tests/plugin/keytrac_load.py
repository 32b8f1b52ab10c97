"""One of many clients that share a KeyTrac account: what it does, and what it must see of its own users."""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from pytest_keyauth.keystrokes.casting import cast

from .conversations import Answer, Conversation, write_request

MOST_USERS = 8

TEXTS = (
    "Jeder Mensch tippt anders, und niemand merkt es sich selbst an.",
    "Wer lange genug tippt, der hat irgendwann einen Rhythmus.",
    "Heute schreibe ich etwas ganz anderes als an jedem Tag davor.",
    "Am Ende des Tages bleibt von allem nur ein langer Text.",
)


@dataclass(frozen=True)
class Person:
    """What somebody has typed: two texts and three passwords to be enrolled with, and attempts of each kind."""

    texts: list[str]
    text_attempts: list[str]
    passwords: list[str]
    password_attempts: list[str]
    other_password: str


def gather_people(count: int) -> list[Person]:
    """People whose rhythms are well apart, always the same."""
    return [
        Person(
            [typist.types(text) for text in TEXTS[:2]],
            [typist.types(text) for text in TEXTS[2:] for _ in range(3)],
            [typist.password("geheim-27") for _ in range(3)],
            [typist.password("geheim-27") for _ in range(6)],
            typist.password("geheim-2027"),
        )
        for typist in cast(count, "load")
    ]


def enrol_users(token: str, people: list[Person], enrolled: list[str]) -> Conversation:
    """Create and enrol one user after the other, by the texts of one person after the other."""
    while True:
        created = yield write_request("POST", "/users", token)
        user_id = created.json()["id"]
        sent = {"user_id": user_id, "samples": people[len(enrolled) % len(people)].texts}
        answer = yield write_request("POST", "/anytext/enrol", token, sent)
        assert (answer.status, answer.json()) == (200, {"OK": True})
        enrolled.append(user_id)


@dataclass
class ExpectedUser:
    """What must have been counted of a user."""

    enrolments: int = 0
    attempts: int = 0
    methods: set[str] = field(default_factory=set)

    def is_shown_by(self, shown: Any) -> bool:
        counts = shown["overview"]["enrolment_count"], shown["overview"]["authentication_count"]
        return counts == (self.enrolments, self.attempts) and set(shown["method"]) == self.methods


class KeytracClient:
    """What is expected follows from the answers alone: each is looked at, and counted, before the next request."""

    def __init__(self, token: str, owner: Person, thief: Person, random: Random) -> None:
        self.users: dict[str, ExpectedUser] = {}
        self.created = self.enrolments = self.attempts = 0
        self._token, self._owner, self._thief, self._random = token, owner, thief, random
        self._gone: deque[str] = deque(["8f5a2308-90b5-4afa-8847-ebf2b99f4082"], maxlen=10)
        self._seen = (0, 0, 0)

    def act(self) -> Conversation:
        """Do one thing."""
        acts = {
            self.create_user: 8,
            self.delete_user: 7,
            self.list_users: 0.3,
            self.show_user: 14,
            self.show_status: 10,
            self.enrol_text: 7,
            self.enrol_password: 8,
            self.attempt_text: 12,
            self.attempt_password: 16,
            self.be_refused: 15,
            self.identify: 2,
        }
        [act] = self._random.choices(list(acts), list(acts.values()))
        return act()

    def _send(self, method: str, path: str, value: object = None) -> Generator[bytes, Answer, Any]:
        answer = yield write_request(method, path, self._token, value)
        assert answer.status == 200, (method, path, answer)
        return answer.json()

    def _be_denied(self, status: int, text: str, *request: Any) -> Conversation:
        answer = yield write_request(*request)
        assert (answer.status, answer.json()) == (status, {"error": text})

    def create_user(self) -> Conversation:
        if len(self.users) < MOST_USERS:
            created = yield from self._send("POST", "/users")
            assert created["id"] not in self.users
            self.users[created["id"]] = ExpectedUser()
            self.created += 1

    def delete_user(self) -> Conversation:
        if self.users:
            user_id = self._random.choice(list(self.users))
            assert (yield from self._send("DELETE", f"/users/{user_id}")) == {"OK": True}
            del self.users[user_id]
            self._gone.append(user_id)
            yield from self._be_denied(404, "User not found", "GET", f"/users/{user_id}", self._token)

    def list_users(self) -> Conversation:
        listed = {user["identifier"] for user in (yield from self._send("GET", "/users"))}
        assert listed.issuperset(self.users)
        assert listed.isdisjoint(self._gone)

    def show_user(self) -> Conversation:
        if self.users:
            user_id = self._random.choice(list(self.users))
            shown = yield from self._send("GET", f"/users/{user_id}")
            assert self.users[user_id].is_shown_by(shown), (self.users[user_id], shown)

    def show_status(self) -> Conversation:
        """Others count, too, but never down."""
        overview = (yield from self._send("GET", "/status"))["overview"]
        seen = overview["users_created"], overview["enrolments"], overview["authentications"]
        least = zip(self._seen, (self.created, self.enrolments, self.attempts), strict=True)
        assert all(now >= max(before) for now, before in zip(seen, least, strict=True)), (seen, self._seen)
        self._seen = seen

    def enrol_text(self) -> Conversation:
        yield from self._enrol("anytext", self._owner.texts)

    def enrol_password(self) -> Conversation:
        yield from self._enrol("password", self._owner.passwords)

    def _enrol(self, method: str, samples: list[str]) -> Conversation:
        if self.users:
            user_id = self._random.choice(list(self.users))
            sent = {"user_id": user_id, "samples": samples}
            assert (yield from self._send("POST", f"/{method}/enrol", sent)) == {"OK": True}
            self.users[user_id].enrolments += 1
            self.users[user_id].methods.add(method)
            self.enrolments += 1

    def attempt_text(self) -> Conversation:
        yield from self._attempt("anytext", self._owner.text_attempts, self._thief.text_attempts)

    def attempt_password(self) -> Conversation:
        yield from self._attempt("password", self._owner.password_attempts, self._thief.password_attempts)

    def _attempt(self, method: str, own: list[str], stolen: list[str]) -> Conversation:
        enrolled = [user_id for user_id, user in self.users.items() if method in user.methods]
        if enrolled:
            user_id, genuine = self._random.choice(enrolled), self._random.random() < 0.6
            sent = {"user_id": user_id, "samples": [self._random.choice(own if genuine else stolen)]}
            decided = yield from self._send("POST", f"/{method}/authenticate", sent)
            assert decided["authenticated"] is genuine, (method, decided)
            self.users[user_id].attempts += 1
            self.attempts += 1

    def be_refused(self) -> Conversation:
        """What is refused counts for nothing."""
        text, password = [self._owner.text_attempts[0]], [self._owner.password_attempts[0]]
        gone = {"user_id": self._random.choice(self._gone), "samples": text}
        attempts = [(404, "Entity not found", "anytext", gone)]
        for user_id, user in self.users.items():
            if "anytext" not in user.methods:
                sent = {"user_id": user_id, "samples": text}
                attempts.append((404, "User is not yet enrolled for this authentication type", "anytext", sent))
            else:
                sent = {"user_id": user_id, "samples": password}
                error = "Sample #1 is invalid and can’t be used with this type of enrollment/authentication"
                attempts.append((400, error, "anytext", sent))
            if "password" in user.methods:
                sent = {"user_id": user_id, "samples": [self._owner.other_password]}
                error = "Authentication rejected, mismatch of sample and profile size"
                attempts.append((400, error, "password", sent))
        status, error, method, sent = self._random.choice(attempts)
        yield from self._be_denied(status, error, "POST", f"/{method}/authenticate", self._token, sent)
        yield from self._be_denied(401, "Client unauthorized", "POST", "/users", self._token[::-1])

    def identify(self) -> Conversation:
        """All users are ranked, those of others too; own ones are known by their owner's typing."""
        enrolled = {user_id for user_id, user in self.users.items() if "anytext" in user.methods}
        if enrolled:
            sample = self._random.choice(self._owner.text_attempts)
            limit = {} if self._random.random() < 0.3 else {"limit": 1}
            ranking = yield from self._send("POST", "/anytext/identify", {**limit, "samples": [sample]})
            scores = [item["score"] for item in ranking]
            assert scores == sorted(scores, reverse=True)
            assert scores[0] >= 50
            if limit:
                assert len(ranking) == 1
                return
            by_user = {item["user_id"]: item["score"] for item in ranking}
            assert len(by_user) == len(ranking)
            assert all(by_user[user_id] >= 50 for user_id in enrolled), by_user
            assert by_user.keys().isdisjoint(self._gone)
            assert by_user.keys().isdisjoint(self.users.keys() - enrolled)
