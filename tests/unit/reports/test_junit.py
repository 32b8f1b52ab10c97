from pytest_keyauth.findings import Deviation, Finding
from pytest_keyauth.reports.junit import properties_of

from .made_up import DRIFTS, HOSTILE, a_hostile_night


def test_a_finding_says_outcome_verdict_and_each_deviation() -> None:
    deviations = (Deviation("status", "value", "404", "410"), Deviation("body /error", "missing", '"x"'))
    finding = Finding("showUser/404/user-not-found", "keytrac", "test_x", "drifted", deviations=deviations)
    assert properties_of(finding) == [
        ("keyauth-outcome", "showUser/404/user-not-found"),
        ("keyauth-provider", "keytrac"),
        ("keyauth-verdict", "drifted"),
        ("keyauth-deviation", "status expected 404, got 410"),
        ("keyauth-deviation", "body /error is missing"),
    ]


def test_a_verdict_says_also_when_it_was_last_confirmed() -> None:
    told = properties_of(DRIFTS["enrolAnytext/400/corrupted-sample"])
    assert ("keyauth-verdict", "drifted") in told
    assert told[-1] == ("keyauth-confirmed-on", "2026-11-12")


def test_reason_and_notes_are_told_and_no_value_has_what_xml_cannot_hold() -> None:
    told = [item for verdict in a_hostile_night().verdicts for item in properties_of(verdict)]
    assert {"keyauth-reason", "keyauth-note"} <= {name for name, _ in told}
    assert all(value.isprintable() for _, value in told)
    assert ("keyauth-reason", HOSTILE["script"]) in told
