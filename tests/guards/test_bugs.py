"""No bug can be planted in an emulator without a test noticing."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("bug_run.py")
sys.path.insert(0, str(SCRIPT.parent))
from bugs import Bug, StaleBugError  # noqa: E402

#: The kinds that have to be among the bugs that are caught.
KINDS = {"signature", "window", "nonce", "not rolled back", "counter", "wrong user"}


@pytest.mark.parametrize(
    ("which", "fewest"), [pytest.param("all", 66, marks=pytest.mark.slow), ("handful", len(KINDS))]
)
def test_every_planted_bug_is_caught(
    which: str, fewest: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    report = tmp_path / "report.json"
    project = SCRIPT.parents[2]
    command = [sys.executable, str(SCRIPT), str(report), which]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=project)
    assert report.exists(), run.stdout + run.stderr
    result = json.loads(report.read_text())
    assert result["failed"] == []  # the tests pass while nothing is planted
    assert result["stale"] == []  # every bug could be planted
    assert result["survived"] == []
    assert set(result["kinds"]) >= KINDS
    assert len(result["caught"]) >= fewest
    record_property("guard", f"{len(result['caught'])} bugs planted ({which}), {len(result['caught'])} caught")


@pytest.mark.parametrize("name", ["keyfax_bugs", "keytrac_bugs"])
def test_every_bug_can_still_be_planted(name: str) -> None:
    for each in getattr(import_module(name), name.upper()):
        with each.planted():  # or it is stale: its source is another one now
            pass


def bug(*edits: tuple[str, str], module: str = "keyfax.keys") -> Bug:
    return Bug("a bug of this test", "test", module, edits, "nowhere")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("this is nowhere", "x"), "occurs 0 times"),
        (("pair", "x"), "times in keyfax.keys, not once"),
        (("Whoever has no keys.", "Whoever has keys."), "nothing in keyfax.keys is changed"),
    ],
)
def test_a_bug_that_cannot_be_planted_any_more_says_so(edit: tuple[str, str], said: str) -> None:
    with pytest.raises(StaleBugError, match=said), bug(edit).planted():
        pass


def test_a_bug_is_there_while_it_is_planted_and_for_everybody_who_holds_the_function() -> None:
    from pytest_keyauth.emulator.keyfax.keys import NOBODY, KeyPair, surviving

    first, second = (KeyPair("LIVE", name, "") for name in ("first", "second"))
    shown = NOBODY.result()
    with bug(("pairs[pairs.index(used) :]", "()"), ('"apiKey": self.api_key,', "")).planted():
        assert surviving((first, second), second) == ()
        assert "apiKey" not in NOBODY.result()
    assert surviving((first, second), second) == (second,)
    assert NOBODY.result() == shown
