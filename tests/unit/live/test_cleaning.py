"""Whatever happens, nobody is deleted whom the run did not make; and where that can be told, all are whom it did."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_keyauth.adapters.in_process import EmulatorTransport
from pytest_keyauth.adapters.origin import Origin
from pytest_keyauth.emulator.keyfax import HostDefinition, KeyfaxEmulator
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxCredentials
from pytest_keyauth.keytrac import KeytracToken
from pytest_keyauth.live.cleaning import Cleaner
from pytest_keyauth.live.creations import KEYS, USER, Creations, fingerprint
from pytest_keyauth.live.keyring import KeyfaxKeyring
from pytest_keyauth.live.made import MadeUsers
from pytest_keyauth.live.run_file import RunFile
from pytest_keyauth.live.users import KeytracUsers

URL, KEYFAX_URL = "https://api.keytrac.net", "http://localhost:8088/interview"


class Night:
    """A provider with some users, and a run that makes more of them."""

    def __init__(self, folder: Path) -> None:
        self.emulator = KeytracEmulator(random=Random(1))
        self._client = httpx.Client(
            base_url=URL,
            auth=KeytracToken(self.emulator.token),
            transport=EmulatorTransport(self.emulator.handle, Origin(URL)),
        )
        self.account = fingerprint(URL, self.emulator.token)
        self.creations = Creations(RunFile(folder / "night.run"), self.now)
        self.users = KeytracUsers(self._client)
        self.before = {self.create() for _ in range(3)}
        self.foreign: set[str] = set()
        self.made = MadeUsers(self.creations, self.account, lambda: None)
        self.creations.remember(self.account, USER, self.before)

    def now(self) -> float:
        return self.emulator.clock.now().timestamp()

    def create(self) -> str:
        return str(self._client.post("/users").json()["id"])

    def there(self) -> set[str]:
        return {user.identifier for user in self.users.find_all()}

    def ask(self, *, arrives: bool, is_heard: bool) -> None:
        """Let the run ask for a user: the request may not arrive, and its answer not come back."""
        request = httpx.Request("POST", f"{URL}/users")
        self.made.ask("/users", request)
        if arrives:
            response = httpx.Response(200, json={"id": self.create()})
            if is_heard:
                self.made.hear("/users", request, response)

    def remove_one(self) -> None:
        """Let a test delete the user that it made last."""
        if self.made.identifiers:
            identifier = self.made.identifiers[-1]
            request = httpx.Request("DELETE", f"{URL}/users/{identifier}")
            self.made.hear(f"/users/{identifier}", request, self._client.delete(f"/users/{identifier}"))

    def interfere(self) -> None:
        """Let somebody else create a user."""
        self.foreign.add(self.create())

    def clean(self) -> list[str]:
        return Cleaner(self.creations, {self.account: self.users}, {}).clean().left


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


STEPS: dict[str, Callable[[Night], None]] = {
    "made": lambda night: night.ask(arrives=True, is_heard=True),
    "unheard": lambda night: night.ask(arrives=True, is_heard=False),
    "unsent": lambda night: night.ask(arrives=False, is_heard=False),
    "removed": Night.remove_one,
    "foreign": Night.interfere,
    "later": lambda night: night.emulator.clock.advance(minutes=10),
    "cleaned": lambda night: night.clean() and None,
}


@given(st.lists(st.sampled_from([name for name in STEPS if name != "foreign"]), max_size=12))
def test_where_nobody_else_creates_users_all_of_ours_are_gone_in_the_end(steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        night = Night(Path(folder))
        for step in steps:
            STEPS[step](night)
        assert night.clean() == []
        assert night.there() == night.before


@given(st.lists(st.sampled_from(list(STEPS)), max_size=12))
def test_who_was_there_before_is_never_deleted_and_of_others_only_who_cannot_be_told_from_ours(
    steps: list[str],
) -> None:
    with TemporaryDirectory() as folder:
        night = Night(Path(folder))
        for step in steps:
            STEPS[step](night)
        night.clean()
        assert night.before <= night.there()
        lost = len(night.foreign - night.there())
        assert lost <= steps.count("unsent")  # one created in the very moment in which ours did not arrive


def test_a_user_created_long_after_we_asked_is_somebody_else_s(night: Night) -> None:
    night.ask(arrives=False, is_heard=False)
    night.emulator.clock.advance(minutes=10)
    night.interfere()
    assert "nobody was touched" in night.clean()[0]
    assert night.foreign <= night.there()


def test_where_somebody_else_creates_users_what_is_unnamed_is_left_and_named(night: Night) -> None:
    night.interfere()
    night.emulator.clock.advance(minutes=10)
    night.ask(arrives=True, is_heard=False)
    ours = night.there() - night.before - night.foreign
    [left] = night.clean()
    assert all(identifier in left for identifier in ours | night.foreign)
    assert night.there() == night.before | night.foreign | ours


def test_without_knowing_who_was_there_nobody_is_deleted(tmp_path: Path) -> None:
    night = Night(tmp_path)
    night.creations = Creations(RunFile(tmp_path / "other.run"), night.now)
    night.made = MadeUsers(night.creations, night.account, lambda: None)
    night.ask(arrives=True, is_heard=False)
    there = night.there()
    assert night.clean() == ["1 users may have been made, and it is not known who was there before"]
    assert night.there() == there


def test_what_the_provider_does_not_delete_now_is_deleted_later(night: Night) -> None:
    night.ask(arrives=True, is_heard=True)
    night.emulator.fail_store("delete-user")
    [left] = night.clean()
    assert left.endswith("was answered with 500")
    assert night.clean() == []
    assert night.there() == night.before


def test_another_account_s_creations_are_left_to_its_credentials(night: Night) -> None:
    night.creations.intend(fingerprint(URL, "another token"), USER)
    assert night.clean() == [f"1 made as another account at {URL}: set its credentials"]


def test_a_ledger_tells_accounts_apart_and_no_credential() -> None:
    secret = "2283404c-7bfa-41ef-85ab-b9ce6d72bad8"
    told = fingerprint(URL, secret)
    assert told != fingerprint(URL, secret[::-1])
    assert told != fingerprint(f"{URL}/", secret)
    assert not any(secret[at : at + 6] in told for at in range(30))


@contextmanager
def keyfax_with_spare_host() -> Iterator[tuple[KeyfaxEmulator, KeyfaxKeyring]]:
    emulator = KeyfaxEmulator(
        [HostDefinition("LIVE", email="a@b.example"), HostDefinition("SPARE", email="a@b.example")]
    )
    keys = emulator.issue_keys("LIVE")
    auth = KeyfaxBasic(KeyfaxCredentials(keys.host, keys.api_key, keys.signing_key))
    transport = EmulatorTransport(emulator.handle, Origin(KEYFAX_URL))
    with httpx.Client(base_url=KEYFAX_URL, auth=auth, transport=transport) as client:
        yield emulator, KeyfaxKeyring(client)


def test_whether_a_host_has_keys_is_asked_without_making_any_and_they_are_deleted(tmp_path: Path) -> None:
    with keyfax_with_spare_host() as (emulator, keyring):
        assert not keyring.has_keys("SPARE")
        assert not keyring.has_keys("SPARE")
        emulator.issue_keys("SPARE")
        assert keyring.has_keys("SPARE")
        creations = Creations(RunFile(tmp_path / "run"))
        creations.intend("account", KEYS, "SPARE")
        cleaned = Cleaner(creations, {}, {"account": keyring}).clean()
        assert (cleaned.removed, cleaned.left) == (1, [])
        assert not keyring.has_keys("SPARE")
        assert keyring.has_keys("LIVE")


def test_times_of_users_are_read_in_all_forms_that_the_document_allows() -> None:
    from pytest_keyauth.live.users import _read_time

    moment = datetime(2015, 6, 29, 7, 31, 1, tzinfo=UTC)
    for text in ("2015-06-29 07:31:01 UTC", "2015-06-29T07:31:01Z", "2015-06-29 07:31:01Z"):
        assert _read_time(text) == moment.timestamp()
    assert (
        _read_time("2016-03-24T11:45:24.812Z")
        == (datetime(2016, 3, 24, 11, 45, 24, 812000, tzinfo=UTC) + timedelta()).timestamp()
    )
    assert _read_time("last summer") is None
