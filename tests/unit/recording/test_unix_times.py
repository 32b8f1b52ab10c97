from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.times import read_relative_number, read_relative_times, time_form
from pytest_keyauth.recording.unix_times import SURE_S, relative_number, unix_form

NOW = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)
SECONDS = 1767603600  # date -u -d '2026-01-05 09:00:00' +%s


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("created_at", SECONDS, "<now+0min:unix number>"),
        ("createdAt", SECONDS * 1000 + 17, "<now+0min:unix-ms number>"),
        ("exp", SECONDS + 3600.25, "<now+60min:unix float>"),
        ("since", str(SECONDS - 86400), "<now-1440min:unix>"),
        ("lastUpdateTime", str((SECONDS + 60) * 1000), "<now+1min:unix-ms>"),
        ("token.expires", SECONDS + 600, "<now+10min:unix number>"),
        ("whatever", SECONDS - 3, "<now+0min:unix number>"),
        ("whatever", str((SECONDS + SURE_S) * 1000), "<now+5min:unix-ms>"),
    ],
)
def test_a_number_is_a_time_by_its_name_or_by_being_now(name: str, value: Any, written: str) -> None:
    assert relative_number(name, value, NOW) == written


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", SECONDS),
        ("userId", SECONDS),
        ("order_number", str(SECONDS)),
        ("created_by_account", SECONDS),
        ("timestampKey", SECONDS),
        ("", SECONDS),
        ("/", str(SECONDS)),
        ("whatever", SECONDS + SURE_S + 1),
        ("whatever", SECONDS + 0.5 + SURE_S),
        ("at", SECONDS + 41 * 86400),
        ("at", SECONDS * 1_000_000),
        ("at", SECONDS * 1000.0),
        ("at", f"0{SECONDS}"),
        ("at", f"{SECONDS}0"),
        ("at", f"{SECONDS}.5"),
        ("at", "١٧٦٧٦٠٣٦٠٠"),
        ("at", True),
        ("at", None),
        ("at", 0),
        ("at", -SECONDS),
        ("at", 10**400),
        ("at", float("nan")),
    ],
)
def test_what_may_be_an_identifier_or_is_another_time_stays_as_it_is(name: str, value: Any) -> None:
    assert relative_number(name, value, NOW) is None


@settings(max_examples=200)
@given(st.integers(0, 10**13), st.sampled_from([int, str]))
def test_hardly_any_number_is_taken_for_a_time_without_the_name_of_one(number: int, kind: type) -> None:
    is_now = any(abs(number / unit - SECONDS) <= SURE_S for unit in (1, 1000))
    assert (relative_number("amountless", kind(number), NOW) is not None) is is_now


MOMENTS = st.datetimes(datetime(1990, 3, 1), datetime(2099, 10, 1), timezones=st.just(UTC))


@settings(max_examples=60)
@given(MOMENTS, st.integers(-39 * 86400, 39 * 86400), MOMENTS, st.sampled_from([1, 1000]), st.sampled_from([int, str]))
def test_a_time_in_numbers_is_as_far_from_any_other_now_and_of_the_same_kind(
    now: datetime, distance_s: int, later: datetime, unit: int, kind: type
) -> None:
    value = kind((int(now.timestamp()) + distance_s) * unit)
    written = relative_number("sent_at", value, now)
    assert written is not None
    assert time_form(written) == unix_form("sent_at", value)
    read = read_relative_number(written, later) if kind is int else read_relative_times(written, later)
    assert type(read) is kind
    assert len(str(read)) in (len(str(value)) - 1, len(str(value)), len(str(value)) + 1)  # 2001 has brought a digit
    assert abs(int(read) / unit - later.timestamp() - distance_s) <= 32
