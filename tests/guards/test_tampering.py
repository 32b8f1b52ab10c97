"""No answer can be tampered with, and no check be switched off, without a contract noticing."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_keyauth.settings import PROVIDERS

SCRIPT = Path(__file__).with_name("tampering.py")

#: Keyfax leaves most bodies open, so there is little to change but statuses and checks.
FEWEST = {("keytrac", 1): 1400, ("keytrac", 36): 45, ("keyfax", 1): 60, ("keyfax", 3): 20}


@pytest.mark.parametrize(
    ("provider", "every"),
    [
        pytest.param("keytrac", 1, marks=pytest.mark.slow),
        ("keytrac", 36),
        pytest.param("keyfax", 1, marks=pytest.mark.slow),
        ("keyfax", 3),
    ],
)
def test_every_tampering_with_an_answer_or_a_check_fails_a_contract(
    provider: str, every: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, str(SCRIPT), provider, str(report), str(every)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=tmp_path)
    assert {provider for provider, _ in FEWEST} == set(PROVIDERS)
    assert report.exists(), run.stdout + run.stderr
    result = json.loads(report.read_text())
    assert result["failed"] == []  # the contracts pass while nothing is tampered with
    assert result["unwitnessed"] == []  # every documented outcome is seen by a passing contract
    assert result["idle"] == []  # every tampering was really applied
    assert result["survived"] == []
    assert result["tried"] >= FEWEST[provider, every]
    record_property("guard", f"{provider}: {result['tried']} tamperings tried, {len(result['survived'])} survived")
