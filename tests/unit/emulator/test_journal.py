from collections.abc import Callable

import pytest

from pytest_keyauth.emulator.journal import Exchange, Journal
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response


def exchange(number: int) -> Exchange:
    return Exchange(Request("GET", f"/{number}"), Response(200), None)


def paths(journal: Journal) -> list[str]:
    return [each.request.path for each in journal]


def test_exchanges_are_kept_in_order() -> None:
    journal = Journal()
    for number in range(3):
        journal.record(exchange(number))
    assert paths(journal) == ["/0", "/1", "/2"]
    assert len(journal) == 3
    assert journal[0].request.path == "/0"
    assert journal[-1].request.path == "/2"


def test_the_oldest_exchanges_are_dropped_where_the_journal_is_full() -> None:
    journal = Journal(limit=2)
    for number in range(5):
        journal.record(exchange(number))
    assert paths(journal) == ["/3", "/4"]


def test_the_oldest_exchanges_are_dropped_where_their_bodies_are_more_than_is_kept() -> None:
    journal = Journal(most_bytes=10)
    sizes = [(0, 4), (4, 2), (1, 2), (0, 0)]
    for number, (sent, answered) in enumerate(sizes):
        journal.record(
            Exchange(Request("GET", f"/{number}", body=b"." * sent), Response(200, body=b"." * answered), None)
        )
    assert paths(journal) == ["/1", "/2", "/3"]
    journal.record(Exchange(Request("GET", "/large"), Response(200, body=b"." * 11), None))
    assert paths(journal) == ["/large"]  # the last one can be looked at in any case
    journal.clear()
    for number in range(3):
        journal.record(Exchange(Request("GET", f"/{number}"), Response(200, body=b"." * 5), None))
    assert paths(journal) == ["/1", "/2"]


def test_a_journal_keeps_64_mebibytes_of_bodies() -> None:
    journal, body = Journal(), bytes(1 << 20)
    for number in range(66):
        journal.record(Exchange(Request("GET", f"/{number}"), Response(200, body=body), None))
    assert (len(journal), journal[0].request.path) == (64, "/2")


def test_a_journal_without_a_limit_of_its_own_keeps_a_thousand() -> None:
    journal = Journal()
    for number in range(1001):
        journal.record(exchange(number))
    assert len(journal) == 1000
    assert journal[0].request.path == "/1"


def test_a_cleared_journal_is_empty_and_goes_on() -> None:
    journal = Journal()
    journal.record(exchange(1))
    journal.clear()
    assert paths(journal) == []
    journal.record(exchange(2))
    assert paths(journal) == ["/2"]


def test_the_observer_is_told_of_each_exchange_once() -> None:
    journal, seen = Journal(), []
    journal.record(exchange(0))
    journal.observer = seen.append
    journal.record(exchange(1))
    journal.record(exchange(2))
    assert [each.request.path for each in seen] == ["/1", "/2"]


def test_a_journal_can_be_recorded_into_while_it_is_read() -> None:
    journal = Journal()
    journal.record(exchange(1))
    for each in journal:
        journal.record(each)
    assert len(journal) == 2


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", "/users", "createUser"),
        ("GET", "/users", "listUsers"),
        ("GET", "/users/8f5a2308-90b5-4afa-8847-ebf2b99f4082", "showUser"),
        ("DELETE", "/users/8f5a2308-90b5-4afa-8847-ebf2b99f4082", "deleteUser"),
        ("POST", "/anytext/enrol", "enrolAnytext"),
        ("POST", "/password/enrol", "enrolPassword"),
        ("POST", "/anytext/authenticate", "authenticateAnytext"),
        ("POST", "/password/authenticate", "authenticatePassword"),
        ("POST", "/anytext/identify", "identifyAnytext"),
        ("GET", "/status", "showStatus"),
        ("PUT", "/status", None),
        ("GET", "/nowhere", None),
    ],
)
def test_the_emulators_journal_names_the_operation_whatever_the_answer(
    emulator: KeytracEmulator, send: Callable[..., Response], method: str, path: str, operation: str | None
) -> None:
    response = send(method, path)
    assert emulator.requests[-1].operation == operation
    assert emulator.requests[-1].request.path == path
    assert emulator.requests[-1].response == response


def test_no_token_shows_in_the_representation_of_a_journal_or_an_exchange(
    emulator: KeytracEmulator, send: Callable[..., Response], token: str
) -> None:
    send("GET", "/status")
    assert repr(emulator.requests) == "<Journal: 1 exchanges>"
    assert token not in repr(emulator.requests[0])
