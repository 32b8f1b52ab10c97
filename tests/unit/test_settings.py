from typing import Any

import pytest

from pytest_keyauth.access import KeyfaxAccess, KeytracAccess
from pytest_keyauth.errors import SettingsError
from pytest_keyauth.settings import Settings, read_settings

TOKEN = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"
URL = "http://127.0.0.1:8480"
KEYFAX_URL = "http://127.0.0.1:8480/interview"
LIVE = {"target": "live"}
KEYFAX = {
    "KEYAUTH_KEYFAX_URL": KEYFAX_URL,
    "KEYAUTH_KEYFAX_HOST": "LIVE",
    "KEYAUTH_KEYFAX_API_KEY": "the key that is sent",
    "KEYAUTH_KEYFAX_SIGNING_KEY": "the key that is never sent",
}


def environment(url: str = URL, token: str = TOKEN) -> dict[str, str]:
    return {"KEYAUTH_KEYTRAC_URL": url, "KEYAUTH_KEYTRAC_TOKEN": token}


def refusal(values: dict[str, Any], environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(values, environ or {})
    return str(caught.value)


# Options and ini values


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_options_an_emulator_answers_and_nothing_is_gated(nothing: str | None) -> None:
    names = ("target", "contracts", "seed", "fail_under")
    expected = Settings(target="emulator", contracts=(), seed=0, fail_under=None)
    assert read_settings(dict.fromkeys(names, nothing), {}) == expected
    assert read_settings({}, {}) == expected


@pytest.mark.parametrize(
    ("contracts", "providers"), [("keytrac", ("keytrac",)), ("keyfax", ("keyfax",)), ("all", ("keytrac", "keyfax"))]
)
def test_contracts_are_named_by_provider(contracts: str, providers: tuple[str, ...]) -> None:
    assert read_settings({"contracts": contracts}, {}).contracts == providers


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"target": "mock"}, "--keyauth-target=mock: expected one of emulator, "),
        ({"target": "Emulator"}, "--keyauth-target=Emulator: expected one of emulator, "),
        ({"contracts": "keytrack"}, "--keyauth-contracts=keytrack: expected one of keytrac, "),
        ({"seed": "one"}, "--keyauth-seed=one: expected a whole number"),
        ({"seed": "1.5"}, "--keyauth-seed=1.5: expected a whole number"),
        ({"fail_under": "all"}, "--keyauth-fail-under=all: expected a percentage from 0 to 100"),
        ({"fail_under": "-1"}, "--keyauth-fail-under=-1: expected a percentage from 0 to 100"),
        ({"fail_under": "100.1"}, "--keyauth-fail-under=100.1: expected a percentage from 0 to 100"),
        ({"fail_under": "nan"}, "--keyauth-fail-under=nan: expected a percentage from 0 to 100"),
        ({"fail_under": "inf"}, "--keyauth-fail-under=inf: expected a percentage from 0 to 100"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_what_was_expected(values: dict[str, Any], message: str) -> None:
    assert refusal(values).startswith(message)


@pytest.mark.parametrize(("text", "seed"), [("0", 0), ("42", 42), ("-7", -7)])
def test_a_seed_is_a_whole_number(text: str, seed: int) -> None:
    assert read_settings({"seed": text}, {}).seed == seed


@pytest.mark.parametrize(("text", "percentage"), [("0", 0), ("100", 100), ("99.5", 99.5)])
def test_a_gate_is_a_percentage_and_zero_is_one(text: str, percentage: float) -> None:
    assert read_settings({"fail_under": text}, {}).fail_under == percentage


# Cassettes


def test_without_options_nothing_is_recorded_and_cassettes_are_in_the_folder_of_that_name() -> None:
    settings = read_settings(dict.fromkeys(("record", "cassettes", "strict_cassettes"), ""), {})
    assert (settings.record, settings.cassettes, settings.strict_cassettes) == ("none", "cassettes", False)


@pytest.mark.parametrize("mode", ["none", "new", "all"])
def test_a_recording_is_of_none_of_new_or_of_all_tests(mode: str) -> None:
    assert read_settings({"record": mode, "cassettes": "tests/said"}, {}) == Settings(
        record=mode, cassettes="tests/said"
    )


@pytest.mark.parametrize("strict", [True, "true", "TRUE", "1", "yes", "on"])
def test_cassettes_can_be_strict(strict: object) -> None:
    assert read_settings({"strict_cassettes": strict}, {}).strict_cassettes is True


@pytest.mark.parametrize("lenient", [False, "false", "0", "no", "OFF", None, ""])
def test_cassettes_can_be_lenient(lenient: object) -> None:
    assert read_settings({"strict_cassettes": lenient}, {}).strict_cassettes is False


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"record": "once"}, "--keyauth-record=once: expected one of none, new, all"),
        ({"strict_cassettes": "maybe"}, "--keyauth-strict-cassettes=maybe: expected true or false"),
    ],
)
def test_what_cannot_be_done_with_cassettes_is_refused(values: dict[str, Any], message: str) -> None:
    assert refusal(values) == message


def test_cassettes_cannot_be_recorded_from_cassettes() -> None:
    message = refusal({"record": "new", "target": "cassettes"})
    assert message.startswith("--keyauth-record=new: cassettes cannot be recorded from cassettes; expected ")


def test_an_option_of_cassettes_is_named_as_it_was_given() -> None:
    with pytest.raises(SettingsError, match=r"^keyauth_record \(ini\)=once: "):
        read_settings({"record": "once"}, {}, {"record": "keyauth_record (ini)"})


def test_where_providers_are_is_known_for_cassettes_of_any_target() -> None:
    environ = environment(f"{URL}/") | KEYFAX
    settings = read_settings({"target": "cassettes"}, environ)
    assert settings.urls == {"keytrac": URL, "keyfax": KEYFAX_URL}
    assert (settings.keytrac, settings.keyfax) == (None, None)
    assert read_settings({}, {"KEYAUTH_KEYTRAC_URL": ""}).urls == {}


def test_the_header_tells_what_is_recorded() -> None:
    settings = Settings(record="new", cassettes="said")
    assert settings.describe() == "keyauth: target emulator, seed 0, recording new into said"
    assert Settings(target="cassettes").describe() == "keyauth: target cassettes, seed 0"


# The live target


def test_of_the_environment_nothing_but_urls_is_read_unless_the_target_is_live() -> None:
    urls = {"keytrac": URL, "keyfax": KEYFAX_URL}
    assert read_settings({"target": "emulator"}, environment() | KEYFAX) == Settings(urls=urls)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("http://127.0.0.1:8480", "http://127.0.0.1:8480"),
        ("http://127.0.0.1:8480/", "http://127.0.0.1:8480"),
        ("http://localhost", "http://localhost"),
        ("https://LOCALHOST:443", "https://LOCALHOST:443"),
        ("http://[::1]:8480", "http://[::1]:8480"),
        ("http://127.0.0.1:8480/keytrac/", "http://127.0.0.1:8480/keytrac"),
    ],
)
def test_a_live_server_is_on_this_machine(url: str, read: str) -> None:
    settings = read_settings(LIVE, environment(url))
    assert settings == Settings(target="live", urls={"keytrac": read}, keytrac=KeytracAccess(read, TOKEN))


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, "KEYAUTH_KEYTRAC_URL and KEYAUTH_KEYTRAC_TOKEN not set"),
        ({"KEYAUTH_KEYTRAC_URL": URL}, "KEYAUTH_KEYTRAC_TOKEN not set"),
        ({"KEYAUTH_KEYTRAC_TOKEN": TOKEN}, "KEYAUTH_KEYTRAC_URL not set"),
        (environment(url=""), "KEYAUTH_KEYTRAC_URL not set"),
        (environment(token=""), "KEYAUTH_KEYTRAC_TOKEN not set"),
    ],
)
def test_a_live_target_without_its_environment_says_what_is_missing(environ: dict[str, str], missing: str) -> None:
    message = refusal(LIVE, environ)
    assert message.startswith(f"--keyauth-target=live: {missing} in the environment")
    assert "keyauth serve" in message


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8480",
        "localhost",
        "ftp://127.0.0.1",
        "http://",
        "http:///users",
        "http://[::1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:port",
        "nonsense",
    ],
)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    expected = f"KEYAUTH_KEYTRAC_URL={url}: expected a URL such as http://127.0.0.1:8080"
    assert refusal(LIVE, environment(url)) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://api.keytrac.net",
        "http://10.0.0.1",
        "http://0.0.0.0:8480",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
    ],
)
def test_a_host_that_is_not_this_machine_is_refused(url: str) -> None:
    host = url.split("/")[2].partition(":")[0]
    message = refusal(LIVE, environment(url))
    assert f"{host} is not this machine" in message
    assert message.endswith(f"add --keyauth-allow-host={host}")


@pytest.mark.parametrize(
    "url",
    [
        "http://somebody:geheim@127.0.0.1",
        "ftp://somebody:geheim@127.0.0.1",
        "somebody:geheim@127.0.0.1",
        "http://geheim@api.keytrac.net",
        "http://127.0.0.1/?token=geheim",
        "https://api.keytrac.net?token=geheim",
        "http://127.0.0.1/#geheim",
    ],
)
def test_a_url_with_a_secret_in_it_is_refused_and_not_repeated(url: str) -> None:
    message = refusal(LIVE, environment(url))
    assert message == "KEYAUTH_KEYTRAC_URL: expected a URL without credentials, query and fragment"


@pytest.mark.parametrize("token", [TOKEN[:-1], TOKEN + "0", f"Bearer {TOKEN}", TOKEN + "\n", "ä" * 36, "\x00" * 36])
def test_a_token_that_is_none_is_refused_and_not_repeated(token: str) -> None:
    message = refusal(LIVE, environment(token=token))
    assert message.startswith(f"KEYAUTH_KEYTRAC_TOKEN has {len(token)} characters: expected 36")
    assert token not in message


def test_a_live_keyfax_is_reached_with_a_hosts_keys() -> None:
    settings = read_settings(LIVE, KEYFAX)
    access = KeyfaxAccess(KEYFAX_URL, "LIVE", "the key that is sent", "the key that is never sent")
    assert settings == Settings(target="live", urls={"keyfax": KEYFAX_URL}, keyfax=access)


def test_several_providers_can_be_live_together() -> None:
    settings = read_settings({"target": "live", "contracts": "all"}, environment() | KEYFAX)
    assert settings.keytrac is not None
    assert settings.keyfax is not None


@pytest.mark.parametrize("missing", KEYFAX)
def test_a_provider_that_is_set_in_part_is_missing_the_rest(missing: str) -> None:
    message = refusal(LIVE, environment() | KEYFAX | {missing: ""})
    assert message.startswith(f"--keyauth-target=live: {missing} not set in the environment")


def test_the_contracts_of_a_provider_need_its_environment() -> None:
    message = refusal({"target": "live", "contracts": "all"}, environment())
    assert message.startswith("--keyauth-target=live: KEYAUTH_KEYFAX_URL and KEYAUTH_KEYFAX_HOST and ")


def test_the_url_of_keyfax_ends_before_the_version() -> None:
    url = f"{KEYFAX_URL}/api/v1"
    expected = f"KEYAUTH_KEYFAX_URL={url}: expected the URL that ends before /api/v1"
    assert refusal(LIVE, KEYFAX | {"KEYAUTH_KEYFAX_URL": url}) == expected


# What is shown of them


def test_the_header_tells_who_answers() -> None:
    assert Settings().describe() == "keyauth: target emulator, seed 0"
    settings = Settings(seed=42, contracts=("keytrac",))
    assert settings.describe() == "keyauth: target emulator, seed 42, contracts keytrac"
    live = read_settings(LIVE, environment())
    assert live.describe() == f"keyauth: target live, seed 0\nkeyauth: requests go to {URL} as token {TOKEN[:4]}…"


def test_no_secret_shows_anywhere() -> None:
    settings = read_settings(LIVE, environment() | KEYFAX)
    shown = f"{settings!r} {settings.describe()}"
    assert "LIVE" in shown
    assert all(secret not in shown for secret in (TOKEN, "the key that is"))


def test_fuzzing_takes_a_number_of_cases() -> None:
    assert read_settings({"fuzz": "300"}, {}).fuzz == 300
    assert refusal({"fuzz": "many"}) == "--keyauth-fuzz=many: expected a whole number of cases, 0 for none"
