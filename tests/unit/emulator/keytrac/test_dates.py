from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pytest_keyauth.emulator.keytrac.dates import (
    format_created,
    format_listed_activity,
    format_shown_activity,
    parse_day,
)


def test_the_creation_of_a_listed_user_is_written_as_in_the_document() -> None:
    assert format_created(datetime(2016, 3, 24, 11, 45, 24, 812_000, UTC)) == "2016-03-24T11:45:24.812Z"


def test_the_last_activity_of_a_listed_user_is_written_as_in_the_document() -> None:
    assert format_listed_activity(datetime(2016, 3, 24, 11, 53, 7, 902_000, UTC)) == "2016-03-24 11:53:07.902Z"


def test_the_last_activity_in_a_users_details_is_written_as_in_the_document() -> None:
    assert format_shown_activity(datetime(2015, 6, 29, 7, 31, 1, 0, UTC)) == "2015-06-29 07:31:01 UTC"


def test_milliseconds_have_three_digits_and_are_cut_not_rounded() -> None:
    assert format_created(datetime(2016, 3, 4, 1, 5, 9, 7_999, UTC)) == "2016-03-04T01:05:09.007Z"
    assert format_listed_activity(datetime(2016, 3, 4, 1, 5, 9, 0, UTC)) == "2016-03-04 01:05:09.000Z"
    assert format_shown_activity(datetime(2016, 3, 4, 1, 5, 9, 999_999, UTC)) == "2016-03-04 01:05:09 UTC"


def test_times_of_another_zone_are_converted() -> None:
    moment = datetime(2016, 1, 1, 1, 30, 0, 5_000, timezone(timedelta(hours=2)))
    assert format_created(moment) == "2015-12-31T23:30:00.005Z"
    assert format_listed_activity(moment) == "2015-12-31 23:30:00.005Z"
    assert format_shown_activity(moment) == "2015-12-31 23:30:00 UTC"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2015-06-01", date(2015, 6, 1)),
        ("2016-02-29", date(2016, 2, 29)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_a_day_is_read(text: str, day: date) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2015-6-1",
        "20150601",
        "2015-W23-1",
        "2015-152",
        "01.06.2015",
        "06/01/2015",
        "2015/06/01",
        "2015-06-01T00:00:00Z",
        "2015-06-01 ",
        " 2015-06-01",
        "2015-06-01\n",
        "15-06-01",
        "12015-06-01",
        "-015-06-01",
        "2015-02-29",
        "2015-02-30",
        "2015-13-01",
        "2015-00-01",
        "2015-06-00",
        "0000-00-00",
        "0000-01-01",
        "２０１５-06-01",
        "٢٠١٥-٠٦-٠١",
        "2015–06–01",
        "today",
        "\ud800",
    ],
)
def test_anything_else_is_no_day(text: str) -> None:
    assert parse_day(text) is None
