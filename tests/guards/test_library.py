"""The library of cassettes is whole, is made of made-up data, and says so."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pytest_keyauth.outcomes import load_catalogue

PROJECT = Path(__file__).parents[2]
LIBRARY = PROJECT / "cassettes"
PROVIDERS = {"keytrac": "https://api.keytrac.net", "keyfax": "http://localhost:8088/interview"}
LARGEST_BYTES = 100_000

#: What would be somebody's, or of the machine that recorded.
TELLTALES = {
    "UUID": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "JSON Web Token": r"eyJ[\w-]{6,}\.[\w-]{6,}\.",
    "long hexadecimal digits": r"[0-9a-fA-F]{32}",
    "folder": r"/(?:home|root|tmp|work|Users|builds?|var)/|[A-Z]:\\\\",
    "address of a machine": r"127\.0\.0\.1:\d|localhost:(?!8088\b)\d",
}

FILES = {path.relative_to(LIBRARY).as_posix(): path.read_bytes() for path in sorted(LIBRARY.rglob("*.yaml"))}
CASSETTES: dict[str, Any] = {name: json.loads(content) for name, content in FILES.items()}
OUTCOMES = [(provider, outcome) for provider in PROVIDERS for outcome in load_catalogue(provider).names()]


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The node ids of all contracts, as pytest collects them in an empty folder."""
    options = ("-p", "pytest_keyauth", "-p", "no:hypothesispytest", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *options, "--keyauth-contracts=all", "--collect-only", "-q"]
    empty = tmp_path_factory.mktemp("empty")
    run = subprocess.run(command, cwd=empty, capture_output=True, encoding="utf-8", check=True)
    return [line for line in run.stdout.splitlines() if line.startswith("contracts/")]


def recorded_tests() -> Counter[str]:
    return Counter(
        cassette["keyauth"]["test"] for name, cassette in CASSETTES.items() if not name.startswith("outcomes/")
    )


def test_every_contract_has_one_cassette_and_every_cassette_a_contract(contracts: list[str]) -> None:
    assert len(contracts) > 1_000
    assert recorded_tests() == Counter(contracts)


def test_all_files_are_of_the_two_providers_or_of_their_outcomes() -> None:
    assert {name.split("/")[0] for name in FILES} == {*PROVIDERS, "outcomes"}
    assert {name.split("/")[1] for name in FILES if name.startswith("outcomes/")} == set(PROVIDERS)
    assert {path.suffix for path in LIBRARY.rglob("*") if path.is_file()} == {".yaml"}


def test_there_are_as_many_outcomes_as_the_documents_have() -> None:
    names = {f"outcomes/{provider}/{outcome}.yaml" for provider, outcome in OUTCOMES}
    assert {name for name in FILES if name.startswith("outcomes/")} == names
    assert Counter(provider for provider, _ in OUTCOMES) == {"keytrac": 119, "keyfax": 26}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_outcome_has_a_cassette_whose_only_answer_is_that_outcome(provider: str) -> None:
    catalogue = load_catalogue(provider)
    wrong = {}
    for outcome in catalogue.names():
        [interaction] = CASSETTES[f"outcomes/{provider}/{outcome}.yaml"]["interactions"]
        request, response = interaction["request"], interaction["response"]
        path = request["uri"].removeprefix(PROVIDERS[provider]).partition("?")[0]
        body = (response["body"]["string"] or "").encode()
        recognized = catalogue.recognize(request["method"], path, response["status"]["code"], body)
        if recognized is None or recognized.name != outcome:
            wrong[outcome] = recognized
    assert wrong == {}


def test_all_that_is_recorded_is_at_the_canonical_addresses() -> None:
    uris = {
        interaction["request"]["uri"] for cassette in CASSETTES.values() for interaction in cassette["interactions"]
    }
    assert [uri for uri in uris if not uri.startswith(tuple(PROVIDERS.values()))] == []
    assert len(uris) > 10


def test_every_cassette_says_that_an_emulator_answered_and_none_that_a_provider_did() -> None:
    origins = Counter(json.dumps(cassette["keyauth"]["origin"], sort_keys=True) for cassette in CASSETTES.values())
    assert [list(json.loads(origin)) for origin in origins] == [["target", "version"]]
    assert [json.loads(origin)["target"] for origin in origins] == ["emulator"]


def test_names_differ_where_a_file_system_does_not_tell_capitals_from_small_letters() -> None:
    folded = Counter(name.casefold() for name in FILES)
    assert [name for name, count in folded.items() if count > 1] == []


def test_names_fit_on_every_file_system() -> None:
    unfit = [name for name in FILES if re.search(r'[^ -~]|[\\:*?"<>|]', name) or len(name) > 200]
    assert unfit == []


def test_no_file_is_large() -> None:
    assert {name: len(content) for name, content in FILES.items() if len(content) > LARGEST_BYTES} == {}


@pytest.mark.parametrize("what", TELLTALES)
def test_no_cassette_holds_what_would_be_of_somebody_or_of_a_machine(what: str) -> None:
    pattern = re.compile(TELLTALES[what])
    holding = {name: found[0] for name, text in FILES.items() if (found := pattern.search(text.decode()))}
    assert holding == {}


def test_no_cassette_names_the_folder_that_it_is_in() -> None:
    folders = {str(PROJECT).encode(), str(Path.home()).encode()} - {b"/"}
    assert [name for name, content in FILES.items() if any(folder in content for folder in folders)] == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("UUID", '"id": "4c8f9a1e-7d05-4d8e-9b1c-0a6d2f3b5e77"'),
        ("JSON Web Token", "Bearer LIVE:eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjB9.c2ln"),
        ("long hexadecimal digits", "3550d47f8e18e39ad4cfcf6b0cab7eba"),
        ("folder", "/home/anna/tests/test_login.py"),
        ("folder", r"C:\\Users\\anna"),
        ("address of a machine", "http://127.0.0.1:38221/users"),
    ],
)
def test_the_guard_sees_what_it_looks_for(what: str, text: str) -> None:
    assert re.search(TELLTALES[what], text)
