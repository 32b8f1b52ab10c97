import time
from datetime import UTC, datetime, timedelta

import pytest

from pytest_keyauth.emulator.clock import Clock

#: 2016-03-24T11:45:24Z in seconds since the epoch.
SECONDS = 1_458_819_924.0


@pytest.fixture
def clock() -> Clock:
    return Clock(lambda: SECONDS)


def test_a_clock_tells_its_sources_time_in_utc(clock: Clock) -> None:
    assert clock.seconds() == SECONDS
    assert clock.now() == datetime(2016, 3, 24, 11, 45, 24, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_clock_without_a_source_tells_the_real_time() -> None:
    before = time.time()
    assert before <= Clock().seconds() <= time.time()


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        ({"days": 1}, datetime(2016, 3, 25, 11, 45, 24, tzinfo=UTC)),
        ({"hours": 13}, datetime(2016, 3, 25, 0, 45, 24, tzinfo=UTC)),
        ({"minutes": -45}, datetime(2016, 3, 24, 11, 0, 24, tzinfo=UTC)),
        ({"seconds": 0.5}, datetime(2016, 3, 24, 11, 45, 24, 500_000, tzinfo=UTC)),
        ({"days": 1, "hours": -24, "minutes": 1, "seconds": -60}, datetime(2016, 3, 24, 11, 45, 24, tzinfo=UTC)),
    ],
)
def test_a_clock_can_be_moved(clock: Clock, move: dict[str, float], expected: datetime) -> None:
    assert clock.advance(**move) == expected
    assert clock.now() == expected


def test_moves_add_up_until_the_clock_is_reset(clock: Clock) -> None:
    clock.advance(days=1)
    clock.advance(hours=2)
    assert clock.seconds() == SECONDS + 26 * 3600
    clock.reset()
    assert clock.seconds() == SECONDS


def test_moving_one_clock_moves_no_other(clock: Clock) -> None:
    other = Clock(lambda: SECONDS)
    clock.advance(days=365)
    assert other.seconds() == SECONDS


def test_a_moved_clock_goes_on() -> None:
    times = [10.0]
    clock = Clock(lambda: times[-1])
    clock.advance(minutes=1)
    times.append(25.0)
    assert clock.seconds() == 85


@pytest.mark.parametrize("days", [1e308, -1e308, 999_999_999, -800_000, 4_000_000, float("nan"), float("inf")])
def test_a_clock_that_cannot_be_moved_so_far_stays_where_it_is(clock: Clock, days: float) -> None:
    clock.advance(hours=1)
    with pytest.raises(ValueError, match="the clock cannot be moved so far: expected a time in the years"):
        clock.advance(days=days)
    assert clock.now() == datetime(2016, 3, 24, 11, 45, 24, tzinfo=UTC) + timedelta(hours=1)


def test_time_that_is_frozen_after_the_clock_was_made_is_frozen_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: SECONDS)
    assert clock.seconds() == SECONDS
