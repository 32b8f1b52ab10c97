"""No credential, token, signature or sample of a live run is in anything that the run leaves behind."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from .meddling import Passing, meddling

#: Contracts of both providers in whose traffic all kinds of secrets are, and which fail.
CONTRACTS = ("contracts/keytrac/test_authenticate_password.py", "contracts/keyfax/test_create_token.py")


def spoil(passing: Passing) -> Passing:
    """Let contracts fail, and answers be shown: no status is as it was."""
    if passing.path.startswith("/password/authenticate") or passing.path.endswith("/api/v1/token"):
        body = passing.body.replace(b'"authenticated":true', b'"authenticated":"yes"')
        return replace(passing, status=418 if passing.status >= 400 else passing.status, body=body)
    return passing


def secrets_of(passed: list[Passing], environ: dict[str, str]) -> Iterator[str]:
    """All that travelled and nobody else may know."""
    for name in ("KEYAUTH_KEYTRAC_TOKEN", "KEYAUTH_KEYFAX_API_KEY", "KEYAUTH_KEYFAX_SIGNING_KEY"):
        yield environ[name]
    for passing in passed:
        for text in (passing.sent.decode("latin-1"), passing.body.decode("latin-1")):
            yield from re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", text)
            if '"samples"' in text:
                yield from (sample for sample in json.loads(text)["samples"] if isinstance(sample, str))
    for header in (value for passing in passed for name, value in passing.asked if name.lower() == "authorization"):
        yield from (part for part in re.split(r"[ :]", header) if len(part) >= 16)


def forms_of(secret: str) -> Iterator[bytes]:
    data = secret.encode()
    yield from (data, base64.b64encode(data).rstrip(b"="), json.dumps(secret)[1:-1].encode())
    if len(secret) >= 60:  # what is long may have been cut
        yield from (data[:24], data[-24:])


@pytest.mark.parametrize("verbosity", ["-q", pytest.param("-vv", marks=pytest.mark.slow)])
def test_nothing_that_a_failing_live_run_writes_has_a_secret_in_it(
    served: dict[str, str], tmp_path: Path, verbosity: str
) -> None:
    reports = [f"--keyauth-report={form}:{tmp_path / form}" for form in ("html", "md", "json")]
    files = ["--junitxml=junit.xml", "--log-file=log", "--log-file-level=DEBUG", "--keyauth-verified=verified.json"]
    with meddling(served["KEYAUTH_KEYTRAC_URL"], spoil) as meddler:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | served
        environ |= {"KEYAUTH_KEYTRAC_URL": meddler.url, "KEYAUTH_KEYFAX_URL": f"{meddler.url}/interview"}
        command = [sys.executable, "-m", "pytest", "-p", "pytest_keyauth", "-p", "no:cacheprovider", verbosity, "-rA"]
        command += ["--keyauth-target=live", "--keyauth-contracts=all", *reports, *files, *CONTRACTS]
        environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        run = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, timeout=200, check=False)
    left = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    left |= {"standard output": run.stdout, "standard error": run.stderr}
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout[-2000:]
    assert {"html", "md", "json", "junit.xml", "log", "verified.json"} <= left.keys()
    assert b"drifted" in run.stdout

    secrets = {secret for secret in secrets_of(meddler.passed, environ) if len(secret) >= 16}
    assert len(secrets) > 100
    forms = {form for secret in secrets for form in forms_of(secret)}
    found = {(name, form[:12]) for name, content in left.items() for form in forms if form in content}
    assert not found
