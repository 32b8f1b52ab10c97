"""Fuzzing finds what is wrong with a provider, and nothing where nothing is."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pytest_keyauth.fuzzing.campaign import Campaign, Tally
from pytest_keyauth.fuzzing.customers import Customer
from pytest_keyauth.ledger import Traffic

from .providers import answer, keyfax_customer, keytrac_customer

CUSTOMERS = {"keytrac": keytrac_customer, "keyfax": keyfax_customer}


def run(phase: str, customer: Customer, cases: int = 32, seed: int = 0) -> Tally:
    return Campaign(phase, cases, seed).run(customer)


def found(tally: Tally) -> set[str]:
    return {f"{failure.check} {failure.operation}" for failure in tally.failures}


@pytest.mark.parametrize("phase", ["examples", "coverage", "fuzzing", "stateful"])
@pytest.mark.parametrize("provider", CUSTOMERS)
def test_nothing_is_found_at_an_emulator(provider: str, phase: str) -> None:
    if (provider, phase) == ("keytrac", "coverage"):
        pytest.skip("takes seconds to make samples for: see the slow one")
    tally = run(phase, CUSTOMERS[provider](), cases=60)
    assert (tally.failures, tally.errors) == ([], [])
    assert tally.cases > 6


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["examples", "coverage", "fuzzing", "stateful"])
@pytest.mark.parametrize("provider", CUSTOMERS)
def test_a_hundred_thousand_cases_find_nothing(
    provider: str, phase: str, record_property: Callable[[str, object], None]
) -> None:
    traffic = Traffic()
    tally = Campaign(phase, 100_000, 0).run(CUSTOMERS[provider](traffic=traffic), traffic.keep_one_of_each)
    record_property("guard", f"fuzzing {provider}, {phase}: {tally.cases} cases in {tally.rounds} rounds from seed 0")
    assert (tally.failures, tally.errors) == ([], [])
    assert tally.cases >= 50_000 or phase in ("examples", "coverage")


def test_a_crash_is_found_with_what_takes_to_see_it_again() -> None:
    def crash(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(500, {"error": "NoMethodError"}, response) if request.url.path == "/status" else response

    tally = run("examples", keytrac_customer(crash))
    assert found(tally) >= {"documented_outcome GET /status", "not_a_server_error GET /status"}
    [failure] = [failure for failure in tally.failures if failure.check == "documented_outcome"]
    assert failure.steps[-1].endswith("'https://api.keytrac.net/status?from=2015-06-01&to=2015-12-01'")
    assert failure.answer == '-> 500 {"error":"NoMethodError"}'


def test_a_documented_error_of_a_fault_is_found_where_nobody_placed_one() -> None:
    def fail(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(500, {"error": "Unable to calculate status"}, response) if request.method == "GET" else response

    tally = run("examples", keytrac_customer(fail))
    assert "documented_outcome GET /users/{user_identifier}" in found(tally)
    messages = [failure.message for failure in tally.failures if failure.check == "documented_outcome"]
    assert any(
        "showUser/500/calculate-status takes a fault in the provider's system" in message for message in messages
    )


def test_a_token_that_nobody_checks_is_found() -> None:
    def accept(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        token = {"company": "", "token": ""}
        opened = response.status_code == 401 and request.url.path.endswith("/token")
        return answer(200, token, response) if opened else response

    assert "ignored_auth GET /api/v1/token" in found(run("coverage", keyfax_customer(accept)))


def test_a_method_that_is_answered_although_there_is_none_is_found() -> None:
    def answer_all(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(200, {}, response) if response.status_code == 405 else response

    checks = found(run("coverage", keyfax_customer(answer_all), cases=160))
    assert any(check.startswith("unsupported_method") for check in checks)


@pytest.mark.slow
def test_a_user_that_lives_on_after_deletion_is_found_by_the_links() -> None:
    shown: dict[str, Any] = {"overview": {"enrolment_count": 0, "authentication_count": 0}, "method": {}}

    def remember(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        gone = response.status_code == 404 and request.method == "GET" and request.url.path.startswith("/users/")
        return answer(200, shown, response) if gone else response

    assert any(check.startswith("use_after_free") for check in found(run("stateful", keytrac_customer(remember), 600)))


def test_good_credentials_that_are_refused_are_found() -> None:
    def refuse(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return answer(401, {"message": "no"}, response) if request.url.path.endswith("/key") else response

    assert "accepted_credentials POST /api/v1/key" in found(run("coverage", keyfax_customer(refuse)))


@pytest.mark.slow
def test_the_same_seed_sends_the_same_and_another_one_something_else() -> None:
    def sent(seed: int) -> list[tuple[str, str, bytes]]:
        seen: list[tuple[str, str, bytes]] = []

        def look(request: httpx.Request, response: httpx.Response) -> httpx.Response:
            seen.append((request.method, str(request.url), request.content))
            return response

        run("fuzzing", keytrac_customer(look), seed=seed)
        return seen

    assert sent(1) == sent(1) != sent(2)


@pytest.mark.slow
def test_stateful_cases_get_deep() -> None:
    traffic = Traffic()
    Campaign("stateful", 600, 3).run(keyfax_customer(traffic=traffic), traffic.keep_one_of_each)
    names = traffic.witnesses()["keyfax"]
    assert {"deleteKey/200/deleted", "createToken/200/token", "launchSession/200/launched"} <= set(names)


@pytest.mark.parametrize("provider", CUSTOMERS)
def test_what_is_found_shows_no_secret(provider: str) -> None:
    """Every answer is wrong, and tells what the customer knows and what it got."""
    told: list[str] = []

    def tell(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.url.path.endswith(("/enrol", "/users")) or response.status_code == 401:
            return response
        sent = request.headers.get("Authorization", "")
        told.extend(part for part in [*sent.split(":")[1:], sent.split(" ")[-1]] if len(part) > 20)
        got = json.loads(response.content) if response.content else {}
        told.extend(got[name] for name in ("apiKey", "signingKey", "token") if isinstance(got, dict) and name in got)
        return answer(418, {**(got if isinstance(got, dict) else {}), "you": sent}, response)

    tally = run("examples", CUSTOMERS[provider](tell), cases=200)
    text = "\n".join(map(str, [*tally.failures, *tally.errors]))
    assert told
    assert tally.failures
    assert "$KEYAUTH_" in text
    assert [secret for secret in told if secret in text] == []
    assert "#m=0#" not in text
