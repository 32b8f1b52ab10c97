import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.keystrokes import Typist, cast

Send = Callable[..., Response]
WithDelays = Callable[[str, Callable[[list[int]], list[int]]], str]

#: The text of the document's own samples.
TEXT = "Die benutzte Methode besteht in der Messung der Luft."
SENTENCES = [
    "Der Nebel liegt noch auf den Wiesen, als Anna die Fähre am anderen Ufer zum ersten Mal sieht.",
    "Im Keller steht seit Jahren ein Fahrrad, das niemand fährt und von dem sich keiner trennt.",
]
NOBODY = "8f5a2308-90b5-4afa-8847-ebf2b99f4082"

each_method = pytest.mark.parametrize("method", ["anytext", "password"])


def types(typist: Typist, method: str, number: int = 0) -> str:
    return typist.types(SENTENCES[number % 2]) if method == "anytext" else typist.password("kiesel-27")


# Enrolment


@each_method
def test_an_unknown_user_cannot_be_enrolled(send: Send, method: str, enrolment: list[str]) -> None:
    response = send("POST", f"/{method}/enrol", {"user_id": NOBODY, "samples": enrolment})
    assert (response.status, response.json()) == (404, {"error": "Entity not found"})


@each_method
def test_an_enrolment_writes_over_the_one_before(
    send: Send, method: str, enrolled_id: str, attempt: str, profile: Callable[[], bytes]
) -> None:
    before = profile()
    typist = cast(1, "re-enrolled")[0]
    own = [types(typist, method, number) for number in range(3)]
    send("POST", f"/{method}/enrol", {"user_id": enrolled_id, "samples": own[:2]})
    assert profile() != before
    attempts = {"user_id": enrolled_id, "samples": [own[2]]}
    assert send("POST", f"/{method}/authenticate", attempts).json()["authenticated"] is True
    former = send("POST", f"/{method}/authenticate", {"user_id": enrolled_id, "samples": [attempt]})
    refused = former.json() == {"error": "Authentication rejected, mismatch of sample and profile size"}
    assert refused if method == "password" else former.json()["authenticated"] is False


@pytest.mark.parametrize(("method", "other"), [("anytext", "password"), ("password", "anytext")])
def test_being_enrolled_for_one_method_is_not_being_enrolled_for_the_other(
    send: Send, method: str, other: str, enrolled_id: str, anytext_attempt: str, password_attempt: str
) -> None:
    sample = {"anytext": anytext_attempt, "password": password_attempt}[other]
    response = send("POST", f"/{other}/authenticate", {"user_id": enrolled_id, "samples": [sample]})
    assert (response.status, response.json()) == (
        404,
        {"error": "User is not yet enrolled for this authentication type"},
    )


# Authentication


@each_method
def test_the_documents_own_attempt_is_accepted(send: Send, method: str, enrolled_id: str, attempt: str) -> None:
    response = send("POST", f"/{method}/authenticate", {"user_id": enrolled_id, "samples": [attempt]})
    assert response.status == 200
    assert list(response.json()) == ["authenticated", "score"]
    assert response.json()["authenticated"] is True
    assert response.json()["score"] >= 50


@each_method
@pytest.mark.parametrize("typist", cast(6, "impostors"), ids=lambda typist: typist.name)
def test_somebody_else_is_rejected_and_changes_no_byte_of_the_profile(
    send: Send, method: str, enrolled_id: str, profile: Callable[[], bytes], typist: Typist
) -> None:
    before = profile()
    sample = typist.types(TEXT) if method == "anytext" else typist.password("geheim7")
    response = send("POST", f"/{method}/authenticate", {"user_id": enrolled_id, "samples": [sample]})
    assert response.status == 200
    assert response.json()["authenticated"] is False
    assert 0 <= response.json()["score"] < 50
    assert profile() == before


@each_method
def test_each_typist_is_accepted_as_nobody_else(send: Send, create_user: Callable[[], str], method: str) -> None:
    typists = cast(4, "each as nobody else")
    users = [create_user() for _ in typists]
    for user_id, typist in zip(users, typists, strict=True):
        own = [types(typist, method, number) for number in range(2)]
        send("POST", f"/{method}/enrol", {"user_id": user_id, "samples": own})
    accepted = [
        [
            send("POST", f"/{method}/authenticate", {"user_id": user_id, "samples": [types(typist, method)]}).json()[
                "authenticated"
            ]
            for user_id in users
        ]
        for typist in typists
    ]
    assert accepted == [
        [True, False, False, False],
        [False, True, False, False],
        [False, False, True, False],
        [False, False, False, True],
    ]


@each_method
def test_an_accepted_attempt_adapts_the_profile(
    send: Send, method: str, enrolled_id: str, attempt: str, profile: Callable[[], bytes]
) -> None:
    before = profile()
    send("POST", f"/{method}/authenticate", {"user_id": enrolled_id, "samples": [attempt]})
    assert profile() != before


@each_method
def test_who_slows_down_little_by_little_stays_accepted_thanks_to_adaptation(
    send: Send,
    create_user: Callable[[], str],
    with_delays: WithDelays,
    method: str,
    enrolled_id: str,
    enrolment: list[str],
    attempt: str,
) -> None:
    """Thirty attempts of the document's typist, each 3 % of the first pace slower: in the end, 1.9 times as slow."""
    left_behind = create_user()
    send("POST", f"/{method}/enrol", {"user_id": left_behind, "samples": enrolment})

    def slower(sample: str, factor: float) -> str:
        return with_delays(sample, lambda delays_ms: [round(factor * delay_ms) for delay_ms in delays_ms])

    typed = [attempt, *enrolment]
    attempts = [slower(typed[step % 3], 1 + 0.03 * step) for step in range(1, 31)]
    verdicts = [
        send("POST", f"/{method}/authenticate", {"user_id": enrolled_id, "samples": [sample]}).json()
        for sample in attempts
    ]
    assert [verdict["authenticated"] for verdict in verdicts] == [True] * 30
    unprepared = send("POST", f"/{method}/authenticate", {"user_id": left_behind, "samples": attempts[-1:]}).json()
    assert unprepared["authenticated"] is False
    assert unprepared["score"] < verdicts[-1]["score"]


def test_a_password_of_another_length_is_a_mismatch(send: Send, user_id: str, password_enrolment: list[str]) -> None:
    """The document's case: enrolled with 6 characters, submitted with 10."""
    typist = cast(1, "another length")[0]
    own = [typist.password("sechse") for _ in range(2)]
    send("POST", "/password/enrol", {"user_id": user_id, "samples": own})
    response = send("POST", "/password/authenticate", {"user_id": user_id, "samples": [typist.password("zehnzehn10")]})
    assert (response.status, response.json()) == (
        400,
        {"error": "Authentication rejected, mismatch of sample and profile size"},
    )


# Identification


@pytest.mark.parametrize("number", range(5))
def test_identification_ranks_the_typist_first_and_the_others_below(
    send: Send, crowd: dict[str, Typist], number: int
) -> None:
    user_id, typist = list(crowd.items())[number]
    ranking = send("POST", "/anytext/identify", {"samples": [typist.types(TEXT)]}).json()
    assert ranking[0]["user_id"] == user_id
    assert ranking[0]["score"] >= 50
    assert {entry["user_id"] for entry in ranking} == set(crowd)
    scores = [entry["score"] for entry in ranking]
    assert scores == sorted(scores, reverse=True)
    assert all(list(entry) == ["user_id", "score"] for entry in ranking)


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (1, 1), (3, 3), (5, 5), (6, 5), (10**30, 5)])
def test_the_limit_says_how_many_of_the_best_are_wanted(
    send: Send, crowd: dict[str, Typist], limit: int, count: int
) -> None:
    samples = [next(iter(crowd.values())).types(TEXT)]
    everybody = send("POST", "/anytext/identify", {"samples": samples}).json()
    response = send("POST", "/anytext/identify", {"limit": limit, "samples": samples})
    assert (response.status, response.json()) == (200, everybody[:count])


@pytest.mark.parametrize("limit", [-1, True, False, 1.0, 3.5, "3", None, [3], {}])
def test_what_is_no_number_of_results_is_no_limit(send: Send, anytext_attempt: str, limit: object) -> None:
    response = send("POST", "/anytext/identify", {"limit": limit, "samples": [anytext_attempt]})
    assert (response.status, response.json()) == (400, {"error": "Attributes missing"})


def test_identification_needs_no_user_id_and_minds_none(send: Send, crowd: dict[str, Typist]) -> None:
    sample = next(iter(crowd.values())).types(TEXT)
    with_one = send("POST", "/anytext/identify", {"user_id": 5, "samples": [sample]})
    assert with_one.json() == send("POST", "/anytext/identify", {"samples": [sample]}).json()


def test_nobody_can_be_identified_where_nobody_is_enrolled_for_anytext(
    send: Send, user_id: str, anytext_attempt: str, password_enrolment: list[str]
) -> None:
    send("POST", "/password/enrol", {"user_id": user_id, "samples": password_enrolment})
    response = send("POST", "/anytext/identify", {"samples": [anytext_attempt]})
    assert (response.status, response.json()) == (
        404,
        {"error": "Unable to execute identification as no user is enrolled"},
    )


def test_a_deleted_user_is_not_identified(send: Send, crowd: dict[str, Typist]) -> None:
    user_id, typist = next(iter(crowd.items()))
    send("DELETE", f"/users/{user_id}")
    ranking = send("POST", "/anytext/identify", {"samples": [typist.types(TEXT)]}).json()
    assert user_id not in {entry["user_id"] for entry in ranking}
    assert len(ranking) == 4


def test_who_is_enrolled_anew_or_adapted_after_an_identification_is_identified_as_he_or_she_is_now(
    send: Send, crowd: dict[str, Typist]
) -> None:
    (former_id, former), (user_id, typist), *_ = crowd.items()

    def identify(by: Typist) -> str:
        return str(send("POST", "/anytext/identify", {"limit": 1, "samples": [by.types(TEXT)]}).json()[0]["user_id"])

    assert (identify(former), identify(typist)) == (former_id, user_id)
    swapped = {"user_id": former_id, "samples": [typist.types(text) for text in SENTENCES]}
    assert send("POST", "/anytext/enrol", swapped).status == 200
    assert send("DELETE", f"/users/{user_id}").status == 200
    assert identify(typist) == former_id
    sample = typist.types(TEXT)
    before = send("POST", "/anytext/identify", {"samples": [sample]}).json()
    adapting = {"user_id": former_id, "samples": [typist.types(text) for text in SENTENCES]}
    assert send("POST", "/anytext/authenticate", adapting).json()["authenticated"] is True
    after = send("POST", "/anytext/identify", {"samples": [sample]}).json()
    verdict = send("POST", "/anytext/authenticate", {"user_id": former_id, "samples": [sample]}).json()
    assert before[0]["user_id"] == after[0]["user_id"] == former_id
    assert after[0]["score"] == verdict["score"]


def test_identification_adapts_nobody(send: Send, emulator: KeytracEmulator, crowd: dict[str, Typist]) -> None:
    before = list(emulator.account.store.scan_profiles("anytext"))
    send("POST", "/anytext/identify", {"samples": [next(iter(crowd.values())).types(TEXT)]})
    assert list(emulator.account.store.scan_profiles("anytext")) == before


# Scores


def test_an_attempt_is_accepted_from_a_score_of_50_on(
    send: Send, user_id: str, password_enrolment: list[str], password_attempt: str, with_delays: WithDelays
) -> None:
    """At a slower and slower pace the score of the document's attempt falls, past 50 among others."""

    def verdict(percentage: float) -> Any:
        send("POST", "/password/enrol", {"user_id": user_id, "samples": password_enrolment})
        slower = with_delays(password_attempt, lambda delays_ms: [int(ms * percentage / 100) for ms in delays_ms])
        return send("POST", "/password/authenticate", {"user_id": user_id, "samples": [slower]}).json()

    verdicts = [verdict(140 + step / 5) for step in range(150)]
    accepted = {verdict["score"]: verdict["authenticated"] for verdict in verdicts}
    assert 50 in accepted
    assert accepted == {score: score >= 50 for score in accepted}


HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"
strokes = st.lists(st.tuples(st.integers(65, 90), st.integers(15, 700), st.integers(0, 700)), min_size=40, max_size=45)


@settings(max_examples=40, deadline=None)
@given(strokes, strokes)
def test_a_score_is_a_whole_percentage_and_accepts_from_50_on(
    enrolled: list[tuple[int, int, int]], attempted: list[tuple[int, int, int]]
) -> None:
    def text(strokes: list[tuple[int, int, int]]) -> str:
        return HEADER + "".join(f"|{pause_ms}d{key}|{dwell_ms}u{key}" for key, dwell_ms, pause_ms in strokes)

    def password(strokes: list[tuple[int, int, int]]) -> str:
        keys = "".join(f"|{pause}dI{place}|{dwell}uI{place}" for place, (_, dwell, pause) in enumerate(strokes[:8]))
        return f"{HEADER}|l=8{keys}"

    emulator = KeytracEmulator()

    def post(path: str, value: dict[str, Any]) -> Any:
        headers = (("Authorization", emulator.token), ("Content-Type", "application/json"))
        response = emulator.handle(Request("POST", path, headers=headers, body=json.dumps(value).encode()))
        assert response.status == 200
        return response.json()

    user_id = post("/users", {})["id"]
    for method, write in (("anytext", text), ("password", password)):
        post(f"/{method}/enrol", {"user_id": user_id, "samples": [write(enrolled)]})
        verdict = post(f"/{method}/authenticate", {"user_id": user_id, "samples": [write(attempted)]})
        assert type(verdict["score"]) is int
        assert 0 <= verdict["score"] <= 100
        assert verdict["authenticated"] is (verdict["score"] >= 50)
    (entry,) = post("/anytext/identify", {"samples": [text(attempted)]})
    assert type(entry["score"]) is int
    assert 0 <= entry["score"] <= 100
