from datetime import UTC, datetime

import pytest

from pytest_keyauth.emulator.keyfax.sessions import CANCELLED, COMPLETED, UNDER_WAY, Session
from pytest_keyauth.emulator.keyfax.startup import StartupData

NOW = datetime(2016, 3, 24, 11, 45, 24, tzinfo=UTC)


def session(return_url: str | None = None, *, company: str = "Abc & Co", user: str = "jane.doe") -> Session:
    return Session("g-1", StartupData("RD", user, "geheim-7", company, "Staff", return_url=return_url))


def test_the_states_have_the_numbers_of_the_providers_page() -> None:
    assert (COMPLETED, CANCELLED, UNDER_WAY) == (1, 2, -2)


def test_a_session_is_launched_then_under_way_then_finished() -> None:
    launched = session()
    assert (launched.status, launched.finished) == (None, False)
    assert "not been launched" in launched.describe()
    opened = launched.opened()
    assert (opened.status, opened.finished, opened.opened()) == (-2, False, opened)
    assert opened.describe() == "the session is launched and under way (status -2)"
    ended = opened.ended(COMPLETED, NOW)
    assert (ended.status, ended.finished, ended.finished_at, ended.opened()) == (1, True, NOW, ended)
    assert ended.describe() == "the session is completed (status 1)"
    assert launched.ended(CANCELLED, NOW).describe() == "the session is cancelled (status 2)"


@pytest.mark.parametrize(
    ("return_url", "target"),
    [
        ("https://c.example/done", "https://c.example/done?status=2&guid=g-1"),
        ("https://c.example/done?x=1", "https://c.example/done?x=1&status=2&guid=g-1"),
        ("https://c.example/done#part", "https://c.example/done?status=2&guid=g-1#part"),
        ("https://c.example/done?s={0}", "https://c.example/done?s=2"),
        ("https://c.example/{2}/{0}/{0}", "https://c.example/g-1/2/2"),
        ("https://c.example/?a={0}&b={1}&c={2}&d={3}", "https://c.example/?a=2&b=Abc%20%26%20Co&c=g-1&d=jane.doe"),
        ("https://c.example/!~?[a]|{0}", "https://c.example/!~?[a]|2"),
        ("https://c.example/{4}", "https://c.example/{4}?status=2&guid=g-1"),
        ("https://c.example/é?q=%C3%A9&s={0}", "https://c.example/%C3%A9?q=%C3%A9&s=2"),
    ],
)
def test_the_return_url_has_its_placeholders_filled_in(return_url: str, target: str) -> None:
    assert session(return_url).ended(CANCELLED, NOW).return_target() == target


def test_a_value_that_looks_like_a_placeholder_or_a_header_stays_a_value() -> None:
    ended = session("https://c.example/?c={1}&u={3}", company="{2}{0}", user="a\r\nX: {1}").ended(COMPLETED, NOW)
    assert ended.return_target() == "https://c.example/?c=%7B2%7D%7B0%7D&u=a%0D%0AX%3A%20%7B1%7D"


def test_without_a_return_url_there_is_no_target() -> None:
    assert session().ended(COMPLETED, NOW).return_target() is None


def test_a_session_shows_no_password() -> None:
    assert "geheim-7" not in repr(session())
