import argparse

import pytest

from pytest_keyauth.commands.check import add_arguments, build_command

KEYTRAC = {"KEYAUTH_KEYTRAC_URL": "https://api.keytrac.net", "KEYAUTH_KEYTRAC_TOKEN": "x" * 36}
KEYFAX = {"KEYAUTH_KEYFAX_HOST": "LIVE"}


def command(*arguments: str, environ: dict[str, str] | None = None) -> list[str]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return build_command(parser.parse_args(arguments), KEYTRAC if environ is None else environ)


@pytest.mark.parametrize(
    ("environ", "provider"), [(KEYTRAC, "keytrac"), (KEYFAX, "keyfax"), (KEYTRAC | KEYFAX, "all"), ({}, "all")]
)
def test_those_are_checked_whom_the_environment_names(environ: dict[str, str], provider: str) -> None:
    assert f"--keyauth-contracts={provider}" in command(environ=environ)
    assert "--keyauth-contracts=keyfax" in command("--provider=keyfax", environ=environ)


def test_no_host_is_allowed_unless_it_is_said() -> None:
    assert not [argument for argument in command() if "allow-host" in argument]
    allowed = command("--allow-host=api.keytrac.net", "--allow-host=keyfax.example")
    assert [argument for argument in allowed if "allow-host" in argument] == [
        "--keyauth-allow-host=api.keytrac.net",
        "--keyauth-allow-host=keyfax.example",
    ]


def test_reports_are_written_and_a_ci_s_summary_of_the_step_too() -> None:
    assert "--keyauth-report=keyauth-report.html" in command()
    told = command("--report=a.md", environ=KEYTRAC | {"GITHUB_STEP_SUMMARY": "/tmp/summary"})
    assert [argument for argument in told if "report" in argument] == [
        "--keyauth-report=a.md",
        "--keyauth-report=md:/tmp/summary",
    ]


def test_what_follows_is_pytest_s_and_no_credential_is_an_argument() -> None:
    told = command("--rate=5", "--max-requests=100", "--", "-n", "2", "-k", "show")
    assert told[-5:] == ["-n", "2", "-k", "show", "contracts"]
    assert {"--keyauth-rate=5", "--keyauth-max-requests=100"} <= set(told)
    assert "x" * 36 not in " ".join(told)
