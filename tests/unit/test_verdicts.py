from datetime import date
from pathlib import Path

import pytest

from pytest_keyauth.errors import SettingsError
from pytest_keyauth.findings import Deviation, Finding
from pytest_keyauth.outcomes import load_catalogue
from pytest_keyauth.verdicts import Verdict, conclude, doubt, judge
from pytest_keyauth.verified import read_verified

OUTCOMES = list(load_catalogue("keytrac"))
FIRST = OUTCOMES[0]
CHANGED = Deviation("body /error", "value", '"a"', '"b"')


def found(result: str, **more: object) -> Finding:
    return Finding(FIRST.name, FIRST.provider, "test", result, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("results", "word"),
    [
        ([], "unchecked"),
        (["unprovokable"], "unprovokable"),
        (["unprovokable", "unreachable"], "unreachable"),
        (["unprovokable", "unreachable", "confirmed"], "confirmed"),
        (["confirmed", "confirmed", "drifted"], "drifted"),
    ],
)
def test_of_all_tests_for_an_outcome_the_one_that_has_seen_most_decides(results: list[str], word: str) -> None:
    assert judge(FIRST, [found(result) for result in results]).word == word


def test_a_verdict_shows_where_it_has_drifted_and_notes_each_place_once() -> None:
    note = Deviation("body /more", "added", actual="1")
    findings = [found("drifted"), found("drifted", deviations=(CHANGED,)), found("confirmed", notes=(note, note))]
    verdict = judge(FIRST, findings, date(2026, 11, 12))
    assert (verdict.deviations, verdict.notes, verdict.confirmed_on) == ((CHANGED,), (note,), date(2026, 11, 12))


def verdicts(*words: str) -> list[Verdict]:
    return [Verdict(outcome, word) for outcome, word in zip(OUTCOMES, words, strict=False)]  # type: ignore[arg-type]


def test_where_everything_fails_nobody_has_drifted() -> None:
    assert {verdict.word for verdict in doubt(verdicts(*["drifted"] * 8, *["unreachable"] * 2))} == {"unreachable"}


@pytest.mark.parametrize("words", [["drifted"] * 9, ["drifted"] * 30 + ["confirmed"], ["drifted"] * 12 + ["accepted"]])
def test_where_something_is_as_ever_drift_is_drift(words: list[str]) -> None:
    assert [verdict.word for verdict in doubt(verdicts(*words))] == words


@pytest.mark.parametrize(
    ("words", "causes", "conclusion"),
    [
        (["confirmed", "unprovokable"], [], "confirmed"),
        (["accepted", "confirmed"], [], "confirmed"),
        (["confirmed", "drifted", "unreachable"], ["trouble", "budget"], "drift"),
        (["confirmed", "unreachable"], ["trouble"], "outage"),
        (["confirmed", "unreachable"], ["budget", "trouble"], "incomplete"),
        (["unprovokable", "unchecked"], [], "incomplete"),
        ([], [], "incomplete"),
    ],
)
def test_a_run_comes_to_one_conclusion(words: list[str], causes: list[str], conclusion: str) -> None:
    assert conclude(verdicts(*words), causes) == conclusion  # type: ignore[arg-type]


# The file of what was confirmed

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)
SERVERS = {"keytrac": "https://api.keytrac.net"}


def test_a_drift_keeps_the_last_confirmation_and_its_own_first_day_until_it_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "keyauth-verified.json"
    confirmed = Verdict(FIRST, "confirmed")
    drifted = Verdict(FIRST, "drifted", deviations=(CHANGED,))
    read_verified(path).update([confirmed], SERVERS, MONDAY).write(path)
    read_verified(path).update([drifted], SERVERS, TUESDAY).write(path)
    read_verified(path).update([drifted, Verdict(OUTCOMES[1], "unreachable")], SERVERS, FRIDAY).write(path)
    known = read_verified(path)
    entry = known.entries[FIRST.name]
    assert (entry.confirmed, entry.server, known.drifted()) == (MONDAY, SERVERS["keytrac"], [FIRST.name])
    assert entry.drift is not None
    assert entry.drift.since == TUESDAY
    assert OUTCOMES[1].name not in known.entries

    known.accept([FIRST.name], FRIDAY).write(path)
    accepted = read_verified(path)
    other_text = Deviation("body /error", "value", '"a"', '"c"')
    assert accepted.accepts(FIRST.name, [other_text]) == FRIDAY
    assert accepted.accepts(FIRST.name, [CHANGED, Deviation("status", "value", "404", "410")]) is None
    assert accepted.accepts(FIRST.name, []) is None
    assert (accepted.drifted(), accepted.confirmed_on(FIRST.name)) == ([], MONDAY)


def test_what_is_confirmed_again_is_neither_drifted_nor_accepted_any_more() -> None:
    known = read_verified(Path("/nowhere")).update([Verdict(FIRST, "drifted", deviations=(CHANGED,))], {}, MONDAY)
    again = known.accept([FIRST.name], MONDAY).update([Verdict(FIRST, "confirmed")], SERVERS, FRIDAY)
    assert again.accepts(FIRST.name, [CHANGED]) is None
    assert again.confirmed_on(FIRST.name) == FRIDAY


def test_what_has_not_drifted_cannot_be_accepted() -> None:
    with pytest.raises(SettingsError, match="no drift of it is known; those that are: none"):
        read_verified(Path("/nowhere")).accept([FIRST.name], MONDAY)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "outcomes": {"a": {"confirmed": "x"}}}']
)
def test_a_file_that_is_another_is_refused_and_stays_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keyauth-verified.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"keyauth-verified\.json"):
        read_verified(path)
    assert path.read_text() == text
