import pytest

from pytest_keyauth.ledger import Coverage, Ledger, Observation, Traffic, percentage
from pytest_keyauth.outcomes import Outcome, load_catalogue

USER = "8f5a2308-90b5-4afa-8847-ebf2b99f4082"
CREATED = Observation("keytrac", "POST", "/users", 201, b'{"id":"%s"}' % USER.encode())
NOT_FOUND = Observation("keytrac", "GET", f"/users/{USER}", 404, b'{"error":"User not found"}')
STRANGE = Observation("keytrac", "GET", "/status", 418, b"short and stout")


def coverage(total: int, missing: int) -> Coverage:
    outcomes = [Outcome("keytrac", "op", "400", str(number), "", None, False, {}) for number in range(missing)]
    return Coverage("keytrac", total, tuple(outcomes))


# Observing


def test_an_observation_is_the_outcome_that_the_document_tells() -> None:
    outcome = NOT_FOUND.outcome()
    assert outcome is not None
    assert outcome.name == "showUser/404/user-not-found"
    assert STRANGE.outcome() is None


def test_an_observation_describes_itself_in_one_line() -> None:
    described = NOT_FOUND.describe()
    assert described == f'GET /users/{USER} -> 404 {{"error":"User not found"}} (showUser/404/user-not-found)'
    assert STRANGE.describe() == "GET /status -> 418 short and stout (not documented)"


def test_a_long_body_is_cut_and_a_strange_one_is_made_readable() -> None:
    exactly = Observation("keytrac", "GET", "/status", 200, b"a" * 120)
    assert exactly.describe() == f"GET /status -> 200 {'a' * 120} (not documented)"
    longer = Observation("keytrac", "GET", "/status", 200, b"a" * 121)
    assert longer.describe() == f"GET /status -> 200 {'a' * 120}… (not documented)"
    assert "\ufffd" in Observation("keytrac", "GET", "/status", 200, b"\xff").describe()


def test_the_body_does_not_show_in_the_representation_of_an_observation() -> None:
    assert USER not in repr(CREATED)


def test_traffic_witnesses_each_documented_outcome_once_and_in_order() -> None:
    traffic = Traffic()
    for observation in (NOT_FOUND, CREATED, STRANGE, NOT_FOUND, CREATED):
        traffic.observe(observation)
    assert traffic.witnesses() == {"keytrac": ["showUser/404/user-not-found", "createUser/2XX/created"]}


def test_traffic_without_a_documented_outcome_still_names_the_provider() -> None:
    traffic = Traffic()
    assert traffic.witnesses() == {}
    traffic.observe(STRANGE)
    assert traffic.witnesses() == {"keytrac": []}


# Covering


def test_the_ledger_of_a_run_without_traffic_knows_no_provider_and_misses_all_outcomes() -> None:
    ledger = Ledger()
    assert ledger.providers == ()
    assert ledger.coverage("keytrac").witnessed == 0
    assert len(ledger.coverage("keytrac").missing) == 119


def test_an_outcome_that_several_tests_witness_counts_once() -> None:
    ledger = Ledger()
    ledger.add({"keytrac": ["showUser/404/user-not-found", "createUser/2XX/created"]})
    ledger.add({"keytrac": ["createUser/2XX/created"]})
    ledger.add({"keytrac": []})
    covered = ledger.coverage("keytrac")
    assert ledger.providers == ("keytrac",)
    assert (covered.witnessed, covered.total) == (2, 119)
    assert str(covered) == "keytrac 2/119 outcomes"
    names = [outcome.name for outcome in covered.missing]
    assert "createUser/2XX/created" not in names
    assert "createUser/401/token-missing" in names


def test_what_is_missing_stands_in_the_documents_order() -> None:
    names = load_catalogue("keytrac").names()
    ledger = Ledger()
    ledger.add({"keytrac": names[::2]})
    assert [outcome.name for outcome in ledger.coverage("keytrac").missing] == names[1::2]


def test_a_name_that_no_document_has_covers_nothing() -> None:
    ledger = Ledger()
    ledger.add({"keytrac": ["createUser/201/created"]})
    assert ledger.coverage("keytrac").witnessed == 0


def test_everything_can_be_covered() -> None:
    ledger = Ledger()
    ledger.add({"keytrac": load_catalogue("keytrac").names()})
    assert ledger.coverage("keytrac").missing == ()
    assert percentage([ledger.coverage("keytrac")]) == 100


@pytest.mark.parametrize(
    ("coverages", "expected"),
    [
        ([], 100),
        ([coverage(4, 0)], 100),
        ([coverage(4, 1)], 75),
        ([coverage(4, 4)], 0),
        ([coverage(4, 1), coverage(12, 7)], 50),
        ([coverage(0, 0)], 100),
    ],
)
def test_the_percentage_is_of_all_outcomes_together(coverages: list[Coverage], expected: float) -> None:
    assert percentage(coverages) == expected
    assert percentage(iter(coverages)) == expected
