from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.times import read_relative_times, relative_time, relative_unix_time

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
        "2026-01-05T09:00:00+01:00",
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
