import re
from collections.abc import Callable

import pytest

from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response

Send = Callable[..., Response]

NOBODY = "8f5a2308-90b5-4afa-8847-ebf2b99f4082"


# Users


def test_a_created_user_has_an_identifier_of_its_own(send: Send) -> None:
    identifiers = [send("POST", "/users").json()["id"] for _ in range(50)]
    uuid = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert all(uuid.fullmatch(identifier) for identifier in identifiers)
    assert len(set(identifiers)) == 50


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b'{"id":"mine"}'])
def test_creating_a_user_takes_no_parameters_and_reads_no_body(
    emulator: KeytracEmulator, token: str, body: bytes
) -> None:
    """The document's own example is `curl -d ''`, which sends a form."""
    headers = (("Authorization", token), ("Content-Type", "application/x-www-form-urlencoded"))
    response = emulator.handle(Request("POST", "/users", headers=headers, body=body))
    assert response.status == 200
    assert list(response.json()) == ["id"]
    assert len(response.json()["id"]) == 36


def test_an_account_without_users_lists_none(send: Send) -> None:
    assert (send("GET", "/users").status, send("GET", "/users").json()) == (200, [])


def test_users_are_listed_with_the_dates_of_the_document(
    send: Send, emulator: KeytracEmulator, anytext_enrolment: list[str]
) -> None:
    first = send("POST", "/users").json()["id"]
    emulator.clock.advance(minutes=7, seconds=43.090)
    second = send("POST", "/users").json()["id"]
    send("POST", "/anytext/enrol", {"user_id": first, "samples": anytext_enrolment})
    assert send("GET", "/users").json() == [
        {"identifier": second, "created_at": "2016-03-24T11:53:07.902Z"},
        {
            "identifier": first,
            "created_at": "2016-03-24T11:45:24.812Z",
            "last_activity": "2016-03-24 11:53:07.902Z",
        },
    ]


def test_the_details_of_a_user_who_was_never_active_hold_no_activity(send: Send, user_id: str) -> None:
    assert send("GET", f"/users/{user_id}").json() == {
        "overview": {"enrolment_count": 0, "authentication_count": 0},
        "method": {},
    }


def test_the_details_of_a_user_count_and_date_each_method(
    send: Send,
    emulator: KeytracEmulator,
    user_id: str,
    anytext_enrolment: list[str],
    anytext_attempt: str,
    password_enrolment: list[str],
    of_somebody_else: Callable[[str], str],
) -> None:
    send("POST", "/anytext/enrol", {"user_id": user_id, "samples": anytext_enrolment})
    emulator.clock.advance(days=1)
    send("POST", "/anytext/authenticate", {"user_id": user_id, "samples": [anytext_attempt]})
    send("POST", "/anytext/authenticate", {"user_id": user_id, "samples": [of_somebody_else("anytext")]})
    emulator.clock.advance(days=1)
    send("POST", "/password/enrol", {"user_id": user_id, "samples": password_enrolment})
    assert send("GET", f"/users/{user_id}").json() == {
        "overview": {
            "enrolment_count": 2,
            "authentication_count": 2,
            "last_activity": "2016-03-26 11:45:24 UTC",
        },
        "method": {
            "anytext": {"last_activity": "2016-03-25 11:45:24 UTC"},
            "password": {"last_activity": "2016-03-26 11:45:24 UTC"},
        },
    }


def test_identification_is_nobodys_activity(
    send: Send, emulator: KeytracEmulator, user_id: str, anytext_enrolment: list[str], anytext_attempt: str
) -> None:
    send("POST", "/anytext/enrol", {"user_id": user_id, "samples": anytext_enrolment})
    before = send("GET", f"/users/{user_id}").json()
    emulator.clock.advance(days=1)
    assert send("POST", "/anytext/identify", {"samples": [anytext_attempt]}).status == 200
    assert send("GET", f"/users/{user_id}").json() == before
    assert send("GET", "/status").json()["overview"]["authentications"] == 0


def test_a_deleted_user_is_not_found_any_more(send: Send, user_id: str) -> None:
    assert send("DELETE", f"/users/{user_id}").json() == {"OK": True}
    for method in ("GET", "DELETE"):
        response = send(method, f"/users/{user_id}")
        assert (response.status, response.json()) == (404, {"error": "User not found"})
    assert send("GET", "/users").json() == []


# The status of the account


def overview(users_created: int, enrolments: int, authentications: int) -> dict[str, dict[str, int]]:
    return {"overview": {"users_created": users_created, "enrolments": enrolments, "authentications": authentications}}


def test_the_status_counts_everything_that_was_done(
    send: Send,
    create_user: Callable[[], str],
    anytext_enrolment: list[str],
    anytext_attempt: str,
    of_somebody_else: Callable[[str], str],
) -> None:
    assert send("GET", "/status").json() == overview(0, 0, 0)
    user_id, _ = create_user(), create_user()
    send("POST", "/anytext/enrol", {"user_id": user_id, "samples": anytext_enrolment})
    send("POST", "/anytext/enrol", {"user_id": user_id, "samples": anytext_enrolment})
    send("POST", "/anytext/authenticate", {"user_id": user_id, "samples": [anytext_attempt]})
    send("POST", "/anytext/authenticate", {"user_id": user_id, "samples": [of_somebody_else("anytext")]})
    assert send("GET", "/status").json() == overview(2, 2, 2)


def test_what_was_refused_is_not_counted(send: Send, user_id: str, anytext_attempt: str) -> None:
    send("POST", "/anytext/enrol", {"user_id": user_id, "samples": ["x"]})
    send("POST", "/anytext/enrol", {"user_id": NOBODY, "samples": [anytext_attempt]})
    send("POST", "/anytext/authenticate", {"user_id": user_id, "samples": [anytext_attempt]})
    assert send("GET", "/status").json() == overview(1, 0, 0)


def test_a_deleted_user_was_created_all_the_same(
    send: Send, user_id: str, anytext_enrolment: list[str], anytext_attempt: str
) -> None:
    send("POST", "/anytext/enrol", {"user_id": user_id, "samples": anytext_enrolment})
    send("POST", "/anytext/authenticate", {"user_id": user_id, "samples": [anytext_attempt]})
    send("DELETE", f"/users/{user_id}")
    assert send("GET", "/status").json() == overview(1, 1, 1)
    assert send("GET", "/status", query="from=2016-03-24&to=2016-03-24").json() == overview(1, 1, 1)


@pytest.fixture
def three_days(send: Send, emulator: KeytracEmulator, anytext_enrolment: list[str], anytext_attempt: str) -> None:
    """24 March: a user is created. 25 March: it is enrolled. 26 March: it is authenticated, and another is created."""
    user_id = send("POST", "/users").json()["id"]
    emulator.clock.advance(days=1)
    send("POST", "/anytext/enrol", {"user_id": user_id, "samples": anytext_enrolment})
    emulator.clock.advance(days=1)
    send("POST", "/anytext/authenticate", {"user_id": user_id, "samples": [anytext_attempt]})
    send("POST", "/users")


@pytest.mark.usefixtures("three_days")
@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2016-03-24", "2016-03-26", (2, 1, 1)),
        ("2016-03-24", "2016-03-24", (1, 0, 0)),
        ("2016-03-25", "2016-03-25", (0, 1, 0)),
        ("2016-03-26", "2016-03-26", (1, 0, 1)),
        ("2016-03-24", "2016-03-25", (1, 1, 0)),
        ("2016-03-25", "2016-03-26", (1, 1, 1)),
        ("2016-03-01", "2016-03-23", (0, 0, 0)),
        ("2016-03-27", "2016-03-31", (0, 0, 0)),
        ("0001-01-01", "9999-12-31", (2, 1, 1)),
    ],
)
def test_a_window_counts_its_days_the_first_and_the_last_included(
    send: Send, first: str, last: str, expected: tuple[int, int, int]
) -> None:
    response = send("GET", "/status", query=f"from={first}&to={last}")
    assert (response.status, response.json()) == (200, overview(*expected))


def test_a_day_ends_at_midnight_utc(send: Send, emulator: KeytracEmulator) -> None:
    emulator.clock.advance(hours=12, minutes=14, seconds=35.187)  # to the last millisecond of the day
    send("POST", "/users")
    emulator.clock.advance(seconds=0.001)
    send("POST", "/users")
    send("POST", "/users")
    assert send("GET", "/status", query="from=2016-03-24&to=2016-03-24").json() == overview(1, 0, 0)
    assert send("GET", "/status", query="from=2016-03-25&to=2016-03-25").json() == overview(2, 0, 0)


ONLY_FROM = "Only parameter [from] given. Require both parameters [from] and [to]"
ONLY_TO = "Only parameter [to] given. Require both parameters [from] and [to]"
FROM_FORMAT = "Format of parameter [from] is invalid: Only accept a format of [YYYY-MM-DD]"
TO_FORMAT = "Format of parameter [to] is invalid: Only accept a format of [YYYY-MM-DD]"
WINDOW = "Date window is invalid: Parameter [to] must be greater than or equal to [from]"


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("from=2015-06-01", ONLY_FROM),
        ("from=", ONLY_FROM),
        ("from", ONLY_FROM),
        ("from=nonsense", ONLY_FROM),
        ("to=2015-06-01", ONLY_TO),
        ("to", ONLY_TO),
        ("from=&to=", FROM_FORMAT),
        ("from=&to=2015-12-01", FROM_FORMAT),
        ("from=2015-06-01&to=", TO_FORMAT),
        ("from&to", FROM_FORMAT),
        ("from=01.06.2015&to=2015-12-01", FROM_FORMAT),
        ("from=2015-06-01&to=01.12.2015", TO_FORMAT),
        ("from=2015-6-1&to=2015-12-01", FROM_FORMAT),
        ("from=2015-06-01&to=20151201", TO_FORMAT),
        ("from=2015-02-30&to=2015-12-01", FROM_FORMAT),
        ("from=2015-01-01&to=2015-02-30", TO_FORMAT),
        ("from=0000-00-00&to=2015-12-01", FROM_FORMAT),
        ("from=2015-06-01&to=0000-00-00", TO_FORMAT),
        ("from=%D9%A2%D9%A0%D9%A1%D9%A5-06-01&to=2015-12-01", FROM_FORMAT),
        ("from=2015-06-01&to=２０１５-12-01", TO_FORMAT),
        ("from=%ff&to=2015-12-01", FROM_FORMAT),
        ("from=+2015-06-01&to=2015-12-01", FROM_FORMAT),
        ("from=x&to=x", FROM_FORMAT),
        ("from=2015-12-01&to=2015-06-01", WINDOW),
        ("from=2015-06-02&to=2015-06-01", WINDOW),
        ("from=2015-06-01&from=nonsense&to=2015-12-01", FROM_FORMAT),
        ("from=2015-06-01&to=2015-12-01&to=2015-05-01", WINDOW),
    ],
)
def test_a_window_that_is_none_is_refused(send: Send, query: str, error: str) -> None:
    response = send("GET", "/status", query=query)
    assert (response.status, response.json()) == (400, {"error": error})


@pytest.mark.parametrize(
    "query",
    [
        "to=2016-03-24&from=2016-03-24",
        "from=nonsense&from=2016-03-24&to=2016-03-24",
        "from=2016%2D03%2D24&to=2016-03-24&other=1",
        "fr%6Fm=2016-03-24&t%6F=2016-03-24",
    ],
)
def test_a_window_may_be_written_in_any_way_a_form_can(send: Send, query: str) -> None:
    send("POST", "/users")
    assert send("GET", "/status", query=query).json() == overview(1, 0, 0)


@pytest.mark.parametrize("query", ["", "FROM=2015-06-01", "limit=3", "&"])
def test_without_from_and_to_the_status_is_of_all_time(send: Send, query: str) -> None:
    send("POST", "/users")
    assert send("GET", "/status", query=query).json() == overview(1, 0, 0)
