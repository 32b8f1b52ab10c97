import pytest

from pytest_keyauth.errors import KeyauthUsageError
from pytest_keyauth.network.chromium import ARGUMENTS, chromium_arguments, describe_chromium

# Made with `openssl req -x509 -newkey ed25519 -nodes -subj /CN=x -days 1`; the digest with
# `openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64`.
CERTIFICATE = b"""-----BEGIN CERTIFICATE-----
MIIBLDCB36ADAgECAhQmoLqq1ofzQg/Ze8agmBuG2C1sMzAFBgMrZXAwDDEKMAgG
A1UEAwwBeDAeFw0yNjExMjQxNzM0NDRaFw0yNjExMjUxNzM0NDRaMAwxCjAIBgNV
BAMMAXgwKjAFBgMrZXADIQDu0xvvT9MjUP0FGCilBgxAzp8f0KPus4zp5X8fQMzE
vqNTMFEwHQYDVR0OBBYEFCkzN9krh+VMRDWGm0cPK3qTcxWeMB8GA1UdIwQYMBaA
FCkzN9krh+VMRDWGm0cPK3qTcxWeMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA
T9b6yu5rlLwwN73f/cXyif6lXjxGNvodeAsySK4QuOj41fIIQkkPFNXND3xhlEFd
NQvnfqjUScsbD6OHO2lACg==
-----END CERTIFICATE-----
"""
DIGEST = "gN/Pum2fVE2fhAZykra+0ewgMo+nVJ56VJHhlwnVhr8="


def test_hosts_and_services_of_this_machine_go_to_the_server_and_its_keys_are_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [(name, value)] = describe_chromium(["provider.example", "localhost:8088"], 4711, [CERTIFICATE]).items()
    monkeypatch.setenv(name, value)
    rules, trusted = chromium_arguments()
    assert rules == (
        "--host-resolver-rules=MAP localhost:8088 127.0.0.1:4711,MAP 127.0.0.1:8088 127.0.0.1:4711,"
        "MAP [::1]:8088 127.0.0.1:4711,MAP provider.example 127.0.0.1:4711"
    )
    assert trusted == f"--ignore-certificate-errors-spki-list={DIGEST}"


def test_without_keyauth_network_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ARGUMENTS, raising=False)
    with pytest.raises(KeyauthUsageError, match="expected a test that uses keyauth_network"):
        chromium_arguments()
