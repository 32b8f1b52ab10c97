from datetime import date

import pytest

from pytest_keyauth.findings import Deviation
from pytest_keyauth.reports.terminal import summarize_report
from pytest_keyauth.verdicts import Verdict

from .made_up import STARTED, a_hostile_night, a_night, outcome

NAME = "enrolAnytext/400/corrupted-sample"


def lines(*verdicts: Verdict, quiet: bool = False) -> list[str]:
    return list(summarize_report(a_night(verdicts=verdicts, details=("Ask them.",)), quiet=quiet))


def test_a_provider_has_one_line_of_what_there_is() -> None:
    told = list(summarize_report(a_night(), quiet=False))
    assert told[0] == "keytrac: 79 confirmed, 2 drifted, 12 unreachable, 1 accepted, 25 not provokable live"
    assert told[1] == "keyfax: 14 confirmed, 1 drifted, 2 unreachable, 6 not provokable live, 3 not asked"


def test_a_drift_is_told_by_place() -> None:
    short = Verdict(outcome(NAME), "drifted", deviations=(Deviation("status", "value", "400", "422"),))
    assert "  drifted  enrolAnytext/400/corrupted-sample  status expected 400, got 422" in lines(short)
    assert "  drifted  enrolAnytext/400/corrupted-sample" in lines(short, quiet=True)


def test_what_was_unreachable_is_grouped_by_reason() -> None:
    names = ("listUsers/200/listed", "listUsers/401/token-missing", "showUser/404/user-not-found")
    told = lines(*(Verdict(outcome(name), "unreachable", reason="no answer") for name in names))
    at = told.index("  unreachable: no answer")
    assert told[at + 1 : at + 3] == ["    listUsers/ 200/listed, 401/token-missing", "    showUser/ 404/user-not-found"]


def test_it_says_how_old_confirmations_are() -> None:
    old = Verdict(outcome("listUsers/200/listed"), "confirmed", confirmed_on=date(2026, 11, 12))
    new = Verdict(outcome("createUser/2XX/created"), "confirmed", confirmed_on=STARTED.date())
    never = Verdict(outcome(NAME), "unchecked")
    assert "  the oldest confirmation is 12 days old; 1 was never confirmed live" in lines(old, new, never)
    assert "  all confirmations are of today" in lines(new)
    assert "  nothing was ever confirmed live" in lines(never)


def test_notes_are_told_unless_it_is_to_be_quiet() -> None:
    noted = Verdict(outcome(NAME), "confirmed", notes=(Deviation("body /server", "added", "", "1"),))
    note = "  note     enrolAnytext/400/corrupted-sample  body /server was added: 1"
    assert note in lines(noted)
    assert note not in lines(noted, quiet=True)


@pytest.mark.parametrize("quiet", [False, True])
def test_strangers_texts_cannot_steer_a_terminal_nor_fill_it(quiet: bool) -> None:
    told = list(summarize_report(a_hostile_night(), quiet=quiet))
    assert all(line.replace("…", "").isprintable() for line in told)
    assert max(len(line) for line in told) <= 100
    assert len(told) < 400


def test_the_last_lines_say_what_it_came_to() -> None:
    assert lines(Verdict(outcome(NAME), "drifted", reason="moody"))[-2:] == [
        "A provider does not do what its document says: 1 of 1 documented outcome is not as documented.",
        "  Ask them.",
    ]
