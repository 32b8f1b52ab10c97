from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.times import (
    read_relative_number,
    read_relative_times,
    relative_time,
    relative_unix_time,
    time_form,
)

NOW = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)

#: The forms written by hand, each with a moment's text: the documents of both providers show them.
FORMS = {
    "2026-01-05T09:10:00.000Z": "<now+10min:YYYY-MM-DDThh:mm:ss.sssZ>",
    "2026-01-05 08:59:00.000Z": "<now-1min:YYYY-MM-DD hh:mm:ss.sssZ>",
    "2026-01-05T09:00:29Z": "<now+0min:YYYY-MM-DDThh:mm:ssZ>",
    "2026-01-06T09:00:00": "<now+1440min:YYYY-MM-DDThh:mm:ss>",
    "2026-01-05 09:00:31": "<now+1min:YYYY-MM-DD hh:mm:ss>",
    "2026-01-05 07:00:00 UTC": "<now-120min:YYYY-MM-DD hh:mm:ss UTC>",
    "05/01/2026 09:01:00": "<now+1min:DD/MM/YYYY hh:mm:ss>",
    "2026-01-05T09:00:00.123456Z": "<now+0min:YYYY-MM-DDThh:mm:ss.ssssssZ>",
    "2026-01-05T09:01:00.12345678+00:00": "<now+1min:YYYY-MM-DDThh:mm:ss.ssssss+00:00>",
    "2026-01-05T11:01:00+02:00": "<now+1min:YYYY-MM-DDThh:mm:ss+02:00>",
    "2026-01-05 03:30:00.000-0530": "<now+0min:YYYY-MM-DD hh:mm:ss.sss-0530>",
    "20260105T085800Z": "<now-2min:YYYYMMDDThhmmssZ>",
    "20260105T085800": "<now-2min:YYYYMMDDThhmmss>",
    "Mon, 05 Jan 2026 09:10:00 GMT": "<now+10min:IMF-fixdate>",
    "2026-01-04": "<today-1day:YYYY-MM-DD>",
    "2026-01-05": "<today+0day:YYYY-MM-DD>",
    "08/01/2026": "<today+3day:DD/MM/YYYY>",
}
STRFTIME = (
    "%Y-%m-%dT%H:%M:%S.000Z",
    "%Y-%m-%d %H:%M:%S.000Z",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S UTC",
    "%d/%m/%Y %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.000000Z",
    "%Y-%m-%dT%H:%M:%S+00:00",
    "%Y-%m-%d %H:%M:%S.000+00:00",
    "%Y%m%dT%H%M%SZ",
    "%a, %d %b %Y %H:%M:%S GMT",
)
MOMENTS = st.datetimes(datetime(1970, 1, 3), datetime(2200, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(("text", "written"), FORMS.items())
def test_a_time_near_now_is_written_relative_to_it(text: str, written: str) -> None:
    assert relative_time(text, NOW) == written


@settings(max_examples=40)
@given(
    MOMENTS,
    st.timedeltas(timedelta(days=-40), timedelta(days=40)),
    MOMENTS,
    st.sampled_from(STRFTIME),
)
def test_a_time_is_as_far_from_any_other_now_to_the_minute(
    now: datetime, distance: timedelta, later: datetime, form: str
) -> None:
    moment = (now + distance).replace(microsecond=0)
    if abs(moment - now) > timedelta(days=40):
        moment = now.replace(microsecond=0)
    written = relative_time(moment.strftime(form), now)
    assert written is not None
    read = datetime.strptime(read_relative_times(written, later), form).replace(tzinfo=UTC)
    assert abs((read - later) - (moment - now)) <= timedelta(seconds=31)


@settings(max_examples=60)
@given(
    MOMENTS,
    st.timedeltas(timedelta(days=-39), timedelta(days=39)),
    MOMENTS,
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_a_time_in_any_zone_is_read_in_the_same_form_and_zone(
    now: datetime, distance: timedelta, later: datetime, offset: int, digits: str
) -> None:
    there = timezone(timedelta(minutes=offset))
    text = (now + distance).astimezone(there).isoformat(timespec=digits)
    written = relative_time(text, now)
    assert written is not None
    read = read_relative_times(written, later)
    assert len(read) == len(text)
    assert read[-6:] == text[-6:]
    assert abs((datetime.fromisoformat(read) - later) - distance) <= timedelta(seconds=32)
    assert time_form(read) == time_form(text) == time_form(written)


def test_the_form_of_a_local_time_is_the_same_in_summer() -> None:
    assert time_form("2026-07-05T09:00:00+02:00") == time_form("2026-01-05T09:00:00+01:00")
    assert time_form("2026-07-05T09:00:00+02:00") != time_form("2026-07-05T09:00:00Z")


@settings(max_examples=25)
@given(MOMENTS, st.integers(-3, 3), MOMENTS, st.sampled_from(["%Y-%m-%d", "%d/%m/%Y"]))
def test_a_day_is_as_many_days_from_any_other_today(now: datetime, days: int, later: datetime, form: str) -> None:
    written = relative_time((now + timedelta(days=days)).strftime(form), now)
    assert written is not None
    assert read_relative_times(written, later) == (later + timedelta(days=days)).strftime(form)


@settings(max_examples=25)
@given(MOMENTS, st.floats(-40 * 86400, 40 * 86400), MOMENTS)
def test_seconds_since_the_epoch_are_as_far_from_any_other_now(
    now: datetime, distance_s: float, later: datetime
) -> None:
    seconds = now.timestamp() + distance_s * 0.999
    written = relative_unix_time(seconds, now)
    assert written is not None
    read_s = int(read_relative_times(written, later))
    assert abs((read_s - later.timestamp()) - (seconds - now.timestamp())) <= 31


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-15T09:00:01Z",
        "2025-11-26T08:59:59Z",
        "2026-01-09",
        "2026-01-01",
        "1999-12-31",
        "2026-02-30",
        "2026-01-05T24:00:00Z",
        "2026-01-05T09:60:00Z",
        "0000-01-01",
        "٢٠٢٦-٠١-٠٥",
        "2026-01-05T09:00:00+15:00",
        "2026-01-05T09:00:00.",
        "2026-01-05T09:00:00.0123456789Z",
        "2026-03-05T09:00:00+01:00",
        "Tue, 05 Jan 2026 09:10:00 GMT",
        "Mon, 05 jan 2026 09:10:00 GMT",
        "20260105T0900Z",
        "20260105090000",
        " 2026-01-05",
        "2026-01-05\n",
        "20260105",
        "2026-1-5",
        "",
        "a text",
    ],
)
def test_what_is_far_away_or_no_time_stays_as_it_is(text: str) -> None:
    assert relative_time(text, NOW) is None


@pytest.mark.parametrize("seconds", [0, -1, 1e11, 10**400, float("inf"), float("-inf"), float("nan")])
def test_a_number_far_from_now_is_no_time(seconds: float) -> None:
    assert relative_unix_time(seconds, NOW) is None


def test_forty_days_are_near_and_a_second_more_is_not() -> None:
    assert relative_unix_time(NOW.timestamp() + 40 * 86400, NOW) == "<now+57600min:unix>"
    assert relative_unix_time(NOW.timestamp() + 40 * 86400 + 1, NOW) is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("from <now+1min:unix> on", "from 1767603660 on"),  # date -u -d '2026-01-05 09:01:00' +%s
        ('{"at": "<now+1min:unix number>"}', '{"at": 1767603660}'),
        ('{"at": "<now+1min:unix-ms number>"}', '{"at": 1767603660000}'),
        ('{"at": "<now+1min:unix float>"}', '{"at": 1767603660.0}'),
        ('"{\\"at\\": \\"<now+1min:unix number>\\"}"', '"{\\"at\\": 1767603660}"'),
        ("<now+1min:unix-ms>", "1767603660000"),
        ("<now+1min:unix number> after noon", "1767603660 after noon"),
        ("&lt;today-5day:DD/MM/YYYY&gt;", "31/12/2025"),
        ("<now+1min:YYYY-MM-DD hh:mm:ss UTC><today+0day:YYYY-MM-DD>", "2026-01-05 09:01:00 UTC2026-01-05"),
    ],
)
def test_relative_times_are_read_wherever_they_stand(text: str, read: str) -> None:
    assert read_relative_times(text, NOW) == read


@pytest.mark.parametrize(
    "text",
    [
        "<now+1min:hello>",
        "<now+1min:%Y>",
        "<now+99999999999999999999min:unix>",
        "<now+1:unix>",
        "<now+١min:unix>",
        "<now 1min:unix>",
        "<user-id:1>",
    ],
)
def test_what_only_looks_like_a_relative_time_stays_as_it_is(text: str) -> None:
    assert read_relative_times(text, NOW) == text


def test_a_number_that_is_named_alone_is_read_as_one() -> None:
    assert read_relative_number("<now+1min:unix number>", NOW) == 1767603660
    assert repr(read_relative_number("<now+1min:unix float>", NOW)) == "1767603660.0"
    assert read_relative_number("<now+1min:unix>", NOW) is None
    assert read_relative_number("at <now+1min:unix number>", NOW) is None
