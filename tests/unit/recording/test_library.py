from pathlib import Path
from typing import Any

import pytest

from pytest_keyauth.errors import CassetteError, SecretFoundError
from pytest_keyauth.outcomes import load_catalogue
from pytest_keyauth.recording.cassette import Cassette, Command, Origin
from pytest_keyauth.recording.exchange import Interaction, RecordedRequest, RecordedResponse
from pytest_keyauth.recording.library import Library, write_outcomes
from pytest_keyauth.recording.shelf import Folder, cassette_name, outcome_name

TEST = "tests/test_login.py::test_a"
NAME = "tests/test_login/test_a.yaml"
SECRET = "the secret of one test"
NOT_ENROLLED = "authenticateAnytext/404/not-enrolled"


def not_enrolled(path: str = "/anytext/authenticate", user: str = "<user-id:1>") -> Interaction:
    return Interaction(
        RecordedRequest("POST", f"https://api.keytrac.net{path}", (), f'{{"user_id": "{user}"}}'),
        RecordedResponse(404, (), '{"error": "User is not yet enrolled for this authentication type"}'),
    )


def cassette(test: str = TEST, *interactions: Interaction, **changes: Any) -> Cassette:
    return Cassette(test, Origin("emulator", "0.1.0"), interactions or (not_enrolled(),), **changes)


def keep(folder: Path, *cassettes: Cassette) -> Library:
    library = Library(folder)
    for item in cassettes:
        library.keep(item, {})
    return library


def test_a_cassette_that_was_kept_is_found_by_its_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    library = Library(tmp_path / "cassettes")
    assert not library.has_own(TEST)
    assert library.keep(cassette(), {"token": [SECRET]}) == f"cassettes/{NAME}"
    assert library.has_own(TEST)
    assert library.find_test(TEST) == (cassette(), f"cassettes/{NAME}")


def test_a_test_without_a_cassette_is_told_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(CassetteError) as caught:
        Library(tmp_path).find_test(TEST)
    message = str(caught.value)
    assert message.startswith(f"there is no cassette of {TEST}: expected ")
    assert NAME in message
    assert "--keyauth-record=new" in message


def test_what_the_package_ships_is_found_where_the_user_has_none_of_it(tmp_path: Path) -> None:
    library = Library(tmp_path)
    shipped, place = library.find_outcome("keytrac", NOT_ENROLLED)
    assert shipped.interactions[0].response.status == 404
    own = tmp_path / outcome_name("keytrac", NOT_ENROLLED)
    own.parent.mkdir(parents=True)
    own.write_bytes(cassette("mine").write())
    found, own_place = library.find_outcome("keytrac", NOT_ENROLLED)
    assert found.test == "mine"
    assert own_place != place


def test_an_outcome_that_was_never_recorded_is_told_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(CassetteError) as caught:
        Library(tmp_path).find_outcome("keytrac", "a/200/b")
    assert str(caught.value).startswith("a/200/b was never recorded: expected ")
    assert "--keyauth-contracts=all --keyauth-record=all" in str(caught.value)


def test_a_cassette_with_a_secret_in_it_is_not_kept_and_the_old_one_is_gone(tmp_path: Path) -> None:
    library = keep(tmp_path, cassette())
    leaking = cassette(TEST, Interaction(RecordedRequest("GET", "/", (), SECRET), RecordedResponse(200, (), "")))
    with pytest.raises(SecretFoundError) as caught:
        library.keep(leaking, {"token": [SECRET]})
    message = str(caught.value)
    assert message.startswith(f"the recording of {TEST} was not kept: after redaction there still was\n")
    assert "\n  the token in the body of request 1\n" in message
    assert SECRET not in message
    assert not library.has_own(TEST)


# Outcomes


def outcomes(folder: Path) -> list[str]:
    return [*Folder(folder / "outcomes").names()]


def test_each_outcome_that_a_contract_shows_gets_a_cassette_of_its_own(tmp_path: Path) -> None:
    test = "contracts/keytrac/test_a.py::test_a"
    command = Command("keytrac", "open_account", {}, "<token:2>")
    forms = {"<user-id:1>": "hex:32", "<user-id:2>": "hex:32"}
    status = Interaction(
        RecordedRequest("GET", "https://example.org/", (), "<user-id:2>"), RecordedResponse(200, (), "")
    )
    library = keep(
        tmp_path, cassette(test, status, not_enrolled(), not_enrolled(user="x"), commands=(command,), forms=forms)
    )
    missing = write_outcomes(library.folder, ["keytrac"])
    assert outcomes(tmp_path) == [f"keytrac/{NOT_ENROLLED}.yaml"]
    assert sorted([*missing, NOT_ENROLLED]) == sorted(load_catalogue("keytrac").names())
    alone, _ = library.find_outcome("keytrac", NOT_ENROLLED)
    expected = cassette(test, not_enrolled(), claims=(NOT_ENROLLED,), forms={"<user-id:1>": "hex:32"})
    assert alone == expected


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_recordings_that_of_the_test_for_it_is_taken_and_then_the_shortest(
    tmp_path: Path, order: int
) -> None:
    def recorded(name: str, count: int, *claims: str) -> Cassette:
        test = f"contracts/keytrac/test_{name}.py::test_a"
        return cassette(test, *[not_enrolled(user=name)] * count, claims=claims)

    cassettes = [recorded("b", 3, NOT_ENROLLED), recorded("a", 1), recorded("c", 2, NOT_ENROLLED, "other/200/x")]
    library = keep(tmp_path, *cassettes[::order])
    write_outcomes(library.folder, ["keytrac"])
    assert library.find_outcome("keytrac", NOT_ENROLLED)[0].test == "contracts/keytrac/test_c.py::test_a"


def test_a_providers_outcomes_come_from_its_own_contracts(tmp_path: Path) -> None:
    library = keep(tmp_path, cassette("contracts/keyfax/test_a.py::test_a"), cassette(TEST))
    assert len(write_outcomes(library.folder, ["keytrac", "keyfax"])) == len(
        [*load_catalogue("keytrac"), *load_catalogue("keyfax")]
    )
    assert outcomes(tmp_path) == []


@pytest.mark.parametrize("provider", ["keytrac", "keyfax"])
def test_every_documented_outcome_is_in_the_library_and_is_what_its_name_says(provider: str, tmp_path: Path) -> None:
    library, catalogue = Library(tmp_path), load_catalogue(provider)
    for outcome in catalogue:
        recorded, _ = library.find_outcome(provider, outcome.name)
        assert recorded.claims == (outcome.name,)
        assert len(recorded.interactions) == 1
        assert outcome.has_status(recorded.interactions[0].response.status)
        assert cassette_name(recorded.test).startswith(f"{provider}/")
