"""`keyauth serve` under load from many connections, each of which knows what it must see, and over time."""

import re
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import SplitResult, urlsplit

import httpx
import pytest

from .conversations import Conversation, Conversations
from .keyfax_load import KeyfaxClient
from .keytrac_load import KeytracClient, Person, enrol_users, gather_people

CONNECTIONS = 64
PEOPLE = 8

#: How much a server may grow once each of its bounds has been met, and users are as many as before.
MOST_GROWTH_KB = 16 * 1024

#: What users are listed in may be kept in the journal up to its bound, 64 MiB, and is made anew each time.
MOST_LISTED_KB = 128 * 1024

#: The most that a user may cost an identification among 100,000.
MOST_PER_USER_US = 5

Serving = tuple[subprocess.Popen[str], dict[str, str]]


@dataclass(frozen=True)
class Server:
    """A `keyauth serve`, and how to reach it."""

    process: subprocess.Popen[str]
    address: SplitResult
    token: str

    @property
    def port(self) -> int:
        return self.address.port or 80

    def client(self) -> httpx.Client:
        headers = {"Authorization": self.token}
        return httpx.Client(base_url=self.address.geturl(), headers=headers, trust_env=False, timeout=60)

    def resident_kb(self) -> int:
        """The memory that the process has now."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            pytest.skip("the memory of another process is read from /proc, which is not there")
        match = re.search(r"^VmRSS:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
        assert match is not None
        return int(match[1])


def mix(keytrac: KeytracClient, keyfax: KeyfaxClient, random: Random) -> Conversation:
    """Talk to both, of ten times eight to KeyTrac."""
    while True:
        yield from keytrac.act() if random.random() < 0.8 else keyfax.act()


@pytest.fixture
def server(start_serving: Callable[..., Serving]) -> Server:
    """A `keyauth serve` of the test's own."""
    process, served = start_serving()
    return Server(process, urlsplit(served["KEYAUTH_KEYTRAC_URL"]), served["KEYAUTH_KEYTRAC_TOKEN"])


# What many clients see


@pytest.mark.parametrize(
    "count", [3_000, pytest.param(1_000_000, marks=pytest.mark.slow)], ids=lambda count: f"{count} requests"
)
def test_nothing_is_lost_and_nothing_grows_under_mixed_load(
    server: Server, count: int, record_property: Callable[[str, object], None]
) -> None:
    people = gather_people(PEOPLE)
    clients = [
        KeytracClient(server.token, people[place % PEOPLE], people[(place + 1) % PEOPLE], Random(place))
        for place in range(CONNECTIONS)
    ]
    mixed = [
        mix(client, KeyfaxClient(server.address.netloc, Random(f"keyfax {place}")), Random(f"mix {place}"))
        for place, client in enumerate(clients)
    ]
    with closing(Conversations(server.port, mixed)) as conversations:
        conversations.go_on(warm_up := count // 5)
        before_kb = server.resident_kb()
        rate = conversations.go_on(count - warm_up)
        after_kb = server.resident_kb()
    told = f"{count} requests, {rate:.0f} a second; {before_kb} kB of memory at a fifth, {after_kb} at the end"
    record_property("guard", told)
    with server.client() as client:
        check_state(client, clients)
    if count >= 100_000:  # before, not each bound has been met
        assert after_kb - before_kb < MOST_GROWTH_KB


def check_state(client: httpx.Client, clients: list[KeytracClient]) -> None:
    """Counters, users and journal are what the answers to all clients say."""
    assert client.get("/status").json()["overview"] == {
        "users_created": sum(each.created for each in clients),
        "enrolments": sum(each.enrolments for each in clients),
        "authentications": sum(each.attempts for each in clients),
    }
    expected = {user_id: user for each in clients for user_id, user in each.users.items()}
    listed = [user["identifier"] for user in client.get("/users").json()]
    assert len(listed) == len(expected)
    assert set(listed) == set(expected)
    for user_id, user in expected.items():
        shown = client.get(f"/users/{user_id}").json()
        assert user.is_shown_by(shown), (user, shown)
    journal = client.get("/_keyauth/requests", params={"provider": "keytrac"}).json()
    assert len(journal) == 1000
    assert [item["path"] for item in journal[-len(expected) :]] == [f"/users/{user_id}" for user_id in expected]


# Many users


@pytest.mark.slow
def test_identification_takes_time_in_proportion_to_the_users_up_to_a_hundred_thousand(
    server: Server, record_property: Callable[[str, object], None]
) -> None:
    people, enrolled = gather_people(PEOPLE), list[str]()
    enrolling = [enrol_users(server.token, people, enrolled) for _ in range(CONNECTIONS)]
    per_user_us = {}
    with closing(Conversations(server.port, enrolling)) as conversations, server.client() as client:
        for users in (1_000, 10_000, 100_000):
            rate = conversations.go_on(2 * (users - len(enrolled)))
            identify = partial(time_identification_s, client, people[0], set(enrolled))
            first_s, *times_s = [identify() for _ in range(12)]
            per_user = per_user_us[users] = median(times_s) / len(enrolled) * 1e6
            told = f"identified among {len(enrolled)} in {median(times_s) * 1e3:.2f} ms, {per_user:.3f} µs a user"
            record_property("guard", f"{told}; at first {first_s:.2f} s; {rate / 2:.0f} enrolled a second")
        before_kb = server.resident_kb()
        for _ in range(30):
            assert len(client.get("/users").json()) >= len(enrolled)
        after_kb = server.resident_kb()
    record_property("guard", f"{before_kb} kB of memory with all users, {after_kb} after they were listed 30 times")
    assert per_user_us[100_000] < 2 * per_user_us[10_000]
    assert per_user_us[100_000] < MOST_PER_USER_US
    assert after_kb - before_kb < MOST_LISTED_KB


def time_identification_s(client: httpx.Client, person: Person, enrolled: set[str]) -> float:
    body = {"limit": 10, "samples": person.text_attempts[:1]}
    started = time.perf_counter()
    answer = client.post("/anytext/identify", json=body)
    duration_s = time.perf_counter() - started
    ranking = answer.raise_for_status().json()
    assert len(ranking) == 10
    assert all(item["score"] >= 50 and item["user_id"] in enrolled for item in ranking)
    return duration_s
