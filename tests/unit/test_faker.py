"""Made-up data for Faker. Forms come from the providers' documents; the emulator judges samples and start-up data."""

import json
import re
import subprocess
import sys
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import pytest
from faker import Faker
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.emulator.keyfax.configuration import HostDefinition
from pytest_keyauth.emulator.keyfax.startup import read_startup
from pytest_keyauth.emulator.keytrac.account import AccountSettings
from pytest_keyauth.emulator.keytrac.submission import read_submission
from pytest_keyauth.faker import Provider
from pytest_keyauth.keyfax import KeyfaxBasic
from pytest_keyauth.keystrokes import Typist, parse

METHODS = sorted(name for name in vars(Provider) if not name.startswith("_"))
IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CREATED_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")  # 2016-03-24T11:45:24.812Z
LAST_ACTIVITY = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z")  # 2016-03-24 11:53:07.902Z, with a space
LANGUAGES = {
    "de_DE": "de",
    "de_CH": "de-CH",
    "en_GB": "en-GB",
    "en_US": "en-US",
    "en_AU": "en-US",
    "fr_FR": "fr",
    "pt_BR": "pt",
    "no_NO": "nb",
    "ja_JP": "en-US",  # no layout of ours is for it
}


@cache
def faker_of(locale: str) -> Faker:
    return Faker(locale, includes=["pytest_keyauth.faker"])


@pytest.fixture
def fake() -> Faker:
    fake = faker_of("de_DE")
    fake.seed_instance(20)
    return fake


def make_all(fake: Faker) -> dict[str, Any]:
    """What each method makes, and what the typist then types."""
    values = {name: getattr(fake, name)() for name in METHODS}
    return values | {"typed": values["typist"].types("Guten Tag, Frau Moosgrund."), "name": values["typist"].name}


def test_the_same_seed_makes_the_same_values_and_another_seed_others(fake: Faker) -> None:
    first = make_all(fake)
    fake.seed_instance(20)
    again = make_all(fake)
    fake.seed_instance(21)
    others = make_all(fake)
    assert again == first
    few = ("keyfax_host", "keyfax_company")  # of which there are some hundreds, so that two may be the same
    assert [name for name in first if name not in few and others[name] == first[name]] == []


def test_the_seed_of_all_fakers_counts_too() -> None:
    fake = Faker("en_GB", includes=["pytest_keyauth.faker"])  # a seed of its own would win
    Faker.seed(7)
    first = make_all(fake)
    Faker.seed(7)
    assert make_all(fake) == first


def test_an_added_provider_makes_what_an_included_one_makes(fake: Faker) -> None:
    included = make_all(fake)
    added = Faker("de_DE")
    added.add_provider(Provider)
    added.seed_instance(20)
    assert make_all(added) == included


def test_the_fixture_of_faker_takes_the_provider(faker: Faker) -> None:
    faker.add_provider(Provider)
    first = faker.keytrac_submission()
    faker.seed_instance(0)  # as the fixture says it was seeded
    assert faker.keytrac_submission() == first


@pytest.mark.parametrize(("locale", "language"), LANGUAGES.items())
def test_a_typist_has_the_keyboard_of_the_locale_or_the_us_one(locale: str, language: str) -> None:
    added = Faker(locale)
    added.add_provider(Provider)
    assert added.typist().language == faker_of(locale).typist().language == language


def test_of_several_locales_each_has_its_keyboard() -> None:
    fake = Faker(["pl_PL", "ja_JP"], includes=["pytest_keyauth.faker"])
    assert fake["pl_PL"].typist().language == "pl"
    assert fake["ja_JP"].typist().language == "en-US"


def test_a_typist_is_as_asked_for(fake: Faker) -> None:
    typist = fake.typist(mode="realistic", language="fr-BE", device="mobile")
    assert (typist.population.name, typist.language, typist.device) == ("realistic", "fr", "mobile")
    assert parse(typist.types("Bonjour")).mobile


@given(seed=st.integers(0), locale=st.sampled_from(sorted(LANGUAGES)), count=st.integers(1, 3))
@settings(max_examples=30)
def test_a_submission_is_good_for_whatever_anytext_does(seed: int, locale: str, count: int) -> None:
    fake = faker_of(locale)
    fake.seed_instance(seed)
    body = json.loads(json.dumps(fake.keytrac_submission(count=count)))
    assert sorted(body) == ["samples", "user_id"]
    assert IDENTIFIER.fullmatch(body["user_id"])
    assert len(body["samples"]) == count
    for use in ("enrol", "authenticate", "identify"):
        read_submission(body["samples"], "anytext", use, AccountSettings())


@given(seed=st.integers(0), locale=st.sampled_from(sorted(LANGUAGES)), count=st.integers(1, 3))
@settings(max_examples=30)
def test_a_masked_submission_is_good_for_whatever_passwords_do(seed: int, locale: str, count: int) -> None:
    fake = faker_of(locale)
    fake.seed_instance(seed)
    body = json.loads(json.dumps(fake.masked_keytrac_submission(count=count)))
    assert sorted(body) == ["samples", "user_id"]
    for use in ("enrol", "authenticate"):
        read_submission(body["samples"], "password", use, AccountSettings(minimum_password_samples=count))


def test_a_submission_is_of_the_user_the_typist_and_the_password_that_were_given(fake: Faker) -> None:
    typist, double = (Typist("somebody", clock=lambda: datetime(2026, 1, 5)) for _ in range(2))
    body = fake.masked_keytrac_submission(user_id="u", typist=typist, password="geheim")
    assert body == {"user_id": "u", "samples": [double.password("geheim"), double.password("geheim")]}
    assert fake.keytrac_submission(user_id="u", typist=typist)["user_id"] == "u"


def test_a_sample_is_of_the_text_that_was_given(fake: Faker) -> None:
    recording = parse(fake.keystroke_sample(text="d.d"))
    struck = [key for action, key in zip(recording.actions, recording.keys, strict=True) if action == "d"]
    assert struck == ["68", "190", "68"]  # as in the document's samples: 68 is D, 190 the full stop
    assert parse(fake.masked_keystroke_sample(password="geheim")).length == "6"


def test_a_masked_sample_shows_positions_only(fake: Faker) -> None:
    recording = parse(fake.masked_keystroke_sample())
    assert all(re.fullmatch(r"I\d+", key) for key in recording.keys)


def test_a_made_up_person_enrols_and_is_recognised(keytrac: httpx.Client, fake: Faker) -> None:
    user_id, typist = keytrac.post("/users").json()["id"], fake.typist()
    for method, make in (("anytext", fake.keytrac_submission), ("password", fake.masked_keytrac_submission)):
        password = {"password": "kiesel-27"} if method == "password" else {}
        body = make(user_id, count=3, typist=typist, **password)
        assert keytrac.post(f"/{method}/enrol", json=body).json() == {"OK": True}
        attempt = make(user_id, count=1, typist=typist, **password)
        assert keytrac.post(f"/{method}/authenticate", json=attempt).json()["authenticated"] is True


def test_users_are_as_the_document_lists_them_and_no_two_are_the_same(fake: Faker) -> None:
    users = [fake.keytrac_user() for _ in range(200)]
    assert len({user["identifier"] for user in users}) == 200
    active = [user for user in users if "last_activity" in user]
    assert 0 < len(active) < 200
    for user in users:
        assert list(user) == ["identifier", "created_at", "last_activity"][: len(user)]
        assert IDENTIFIER.fullmatch(user["identifier"])
        assert CREATED_AT.fullmatch(user["created_at"])
    for user in active:
        assert LAST_ACTIVITY.fullmatch(user["last_activity"])
        assert datetime.fromisoformat(user["last_activity"]) > datetime.fromisoformat(user["created_at"])


@pytest.mark.parametrize("method", ["keytrac_user_id", "keytrac_token", "keyfax_session_guid"])
def test_identifiers_have_36_characters_and_no_two_are_the_same(fake: Faker, method: str) -> None:
    values = {getattr(fake, method)() for _ in range(200)}
    assert len(values) == 200
    assert all(IDENTIFIER.fullmatch(value) for value in values)


def test_a_host_is_named_for_its_stage(fake: Faker) -> None:
    hosts = {fake.keyfax_host() for _ in range(200)}
    assert all(re.fullmatch(r"(DEV|LIVE|TEST|TRAINING|UAT)(_\d\d)?", HostDefinition(host).name) for host in hosts)
    assert any("_" in host for host in hosts)
    assert any("_" not in host for host in hosts)


def test_credentials_can_sign_and_show_no_key(fake: Faker) -> None:
    credentials = fake.keyfax_credentials(host="LIVE")
    request = httpx.Request("GET", "https://keyfax.example/interview/api/v1/token")
    signed = next(KeyfaxBasic(credentials).auth_flow(request))
    assert signed.headers["Authorization"].startswith(f"Basic LIVE:{credentials.api_key}:")
    assert credentials.api_key not in repr(credentials)
    assert credentials.signing_key not in repr(credentials)
    assert fake.keyfax_credentials() != credentials


def test_a_company_is_a_configuration_code(fake: Faker) -> None:
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+_[A-Z][a-z]+_(Live|Test)", fake.keyfax_company()) for _ in range(50))


@pytest.mark.parametrize("mode", ["RD", "FL", "ROL", "EOL"])
def test_start_up_data_start_a_session_in_the_mode_and_for_the_company(fake: Faker, mode: str) -> None:
    data = fake.keyfax_start_up_data(mode=mode, company="AbcHousing_Staff_Live")
    startup = read_startup(json.dumps(data).encode(), "application/json")
    assert (startup.mode, startup.company) == (mode, "AbcHousing_Staff_Live")
    assert startup.user_name == data["userName"]["value"]


def test_start_up_data_of_any_mode_come_in_all_modes(fake: Faker) -> None:
    bodies = [json.dumps(fake.keyfax_start_up_data()).encode() for _ in range(60)]
    assert {read_startup(body, "application/json").mode for body in bodies} == {"RD", "FL", "ROL", "EOL"}


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("keytrac_submission", {"count": 0}, "count=0: a submission has at least 1 sample"),
        ("masked_keytrac_submission", {"count": -1}, "count=-1: a submission has at least 1 sample"),
        ("masked_keytrac_submission", {"password": ""}, "expected a text of at least one character"),
        ("keystroke_sample", {"text": ""}, "expected a text of at least one character"),
        ("keyfax_start_up_data", {"mode": "XY"}, "mode='XY': expected one of RD, FL, ROL, EOL"),
        ("typist", {"language": "xx"}, "no keyboard layout for the language 'xx'"),
        ("typist", {"mode": "vague"}, "mode='vague': expected"),
    ],
)
def test_impossible_arguments_are_refused(fake: Faker, method: str, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        getattr(fake, method)(**arguments)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_samples_for_the_documentation_of_faker(method: str) -> None:
    assert ":sample:" in str(getattr(Provider, method).__doc__)


def test_a_provider_hides_no_method_that_faker_has() -> None:
    [generator] = Faker().factories
    # In Faker 30 a provider that was included once is in all that come after, ours too.
    others = [provider for provider in generator.get_providers() if not isinstance(provider, Provider)]
    assert len(others) > 20
    assert [name for name in METHODS if any(hasattr(provider, name) for provider in others)] == []


def test_without_faker_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['faker'] = None; import pytest_keyauth.faker"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1] == (
        'ModuleNotFoundError: pytest_keyauth.faker needs Faker: pip install "pytest-keyauth[faker]"'
    )
