from typing import Any

import pytest

from pytest_keyauth.emulator.keyfax import HostDefinition, KeyfaxSettings, read_configuration

CONFIGURATION = """<?xml version="1.0" encoding="utf-16"?>
<KfServerConfig xmlns="urn:keyfax">
  <Database name="x"/>
  <WebApi>
    <KeyGen name="LIVE" webHookUrl="https://consumer.example/keys?a=1&amp;b=2" email="keys@consumer.example"/>
    <KeyGen name="TEST" email=""/>
  </WebApi>
  <KeyGen name="NOT THIS ONE"/>
</KfServerConfig>"""


def test_hosts_are_read_from_the_web_api_elements() -> None:
    assert read_configuration(CONFIGURATION) == (
        HostDefinition("LIVE", "https://consumer.example/keys?a=1&b=2", "keys@consumer.example"),
        HostDefinition("TEST"),
    )


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("", "not well-formed"),
        ("<WebApi><KeyGen></WebApi>", "not well-formed"),
        ("<C><WebApi><KeyGen/></WebApi></C>", "host name ''"),
        ("<C><WebApi><KeyGen name='A'/><KeyGen name='A'/></WebApi></C>", "host 'A' is defined twice"),
        (
            "<C><WebApi><KeyGen name='A' webHookUrl='keys'/></WebApi></C>",
            "web hook of host 'A': expected an absolute URL",
        ),
        ("<!DOCTYPE C [<!ENTITY e 'x'>]><C><WebApi><KeyGen name='&e;'/></WebApi></C>", "document type declaration"),
    ],
)
def test_a_configuration_that_defines_no_hosts_is_refused(xml: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_configuration(xml)


def test_a_configuration_may_define_nothing() -> None:
    assert read_configuration("<KfServerConfig/>") == ()


@pytest.mark.parametrize("name", ["LIVE", "a", "A b", "LIVE-2 (staff)", "x" * 100])
def test_a_host_may_have_any_name_that_fits_into_a_header(name: str) -> None:
    assert HostDefinition(name).name == name


@pytest.mark.parametrize("name", ["", " ", " LIVE", "LIVE ", "a:b", "é", "a\nb", "a\tb", None, 7])
def test_a_name_that_does_not_is_refused(name: Any) -> None:
    with pytest.raises(ValueError, match="expected printable ASCII without a colon"):
        HostDefinition(name)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "keys",
        "//host/keys",
        "ftp://host/",
        "http://",
        "http://[",
        "http://h:x/",
        "http://h/ x",
        "http://h/\r\nX: y",
        "http://é/",
        7,
    ],
)
def test_a_web_hook_is_an_absolute_url(url: Any) -> None:
    with pytest.raises(ValueError, match="expected an absolute URL with http or https"):
        HostDefinition("LIVE", url)


@pytest.mark.parametrize("email", ["", "keys", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>", "a@b, c@d", 7])
def test_an_email_is_one_address(email: Any) -> None:
    with pytest.raises(ValueError, match="expected one address"):
        HostDefinition("LIVE", email=email)


def test_settings_are_as_documented_until_they_are_changed() -> None:
    settings = KeyfaxSettings()
    assert settings.companies == {"AbcHousing_Staff_Live"}
    assert (settings.api_key_method, settings.time_window_s, settings.token_lifetime_h) == (False, 300, 24)


def test_a_change_of_settings_makes_new_ones() -> None:
    before = KeyfaxSettings()
    after = before.changed(
        {"companies": ["B", "A", "A"], "api_key_method": True, "time_window_s": 0, "token_lifetime_h": 0.5}
    )
    assert after == KeyfaxSettings(frozenset({"A", "B"}), True, 0, 0.5)
    assert before == KeyfaxSettings()
    assert after.changed({}) == after


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"company": "A"}, "no Keyfax setting 'company'; there are: api_key_method, companies, "),
        ({"companies": "AbcHousing"}, "expected configuration codes"),
        ({"companies": [""]}, "expected configuration codes"),
        ({"companies": [7]}, "expected configuration codes"),
        ({"companies": None}, "expected configuration codes"),
        ({"api_key_method": 1}, "api_key_method=1: expected True or False"),
        ({"time_window_s": -1}, "expected whole seconds, 0 or more"),
        ({"time_window_s": True}, "expected whole seconds, 0 or more"),
        ({"time_window_s": 1.5}, "expected whole seconds, 0 or more"),
        ({"token_lifetime_h": 0}, "expected hours, a second at least"),
        ({"token_lifetime_h": 1 / 3601}, "expected hours, a second at least"),
        ({"token_lifetime_h": "24"}, "expected hours, a second at least"),
        ({"token_lifetime_h": float("inf")}, "expected hours, a second at least"),
        ({"token_lifetime_h": float("nan")}, "expected hours, a second at least"),
    ],
)
def test_an_unfit_change_is_refused_and_says_what_was_expected(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        KeyfaxSettings().changed(change)
