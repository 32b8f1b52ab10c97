import json
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

import pytest_keyauth

HEAVY = ("asyncio", "faker", "httpx", "hypothesis", "jwt", "numpy", "schemathesis", "uvicorn", "vcr", "yaml")
LIGHT = (
    "pytest_keyauth",
    "pytest_keyauth.settings",
    "pytest_keyauth.contract_collection",
    "pytest_keyauth.fixtures",
    "pytest_keyauth.plugin",
)


def in_a_fresh_process(program: str) -> Any:
    """Run a program in a new interpreter and read what it prints as JSON."""
    finished = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    return json.loads(finished.stdout)


def test_the_public_names_are_the_ones_that_are_imported_when_they_are_asked_for() -> None:
    lazy = set(pytest_keyauth._HOMES)
    assert set(pytest_keyauth.__all__) == lazy | {"__version__"}
    assert len(pytest_keyauth.__all__) == len(set(pytest_keyauth.__all__))


@pytest.mark.parametrize("name", pytest_keyauth.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(pytest_keyauth, name) is not None


@pytest.mark.parametrize(("name", "home"), pytest_keyauth._HOMES.items())
def test_a_public_name_is_public_at_its_home_and_the_same(name: str, home: str) -> None:
    module = import_module(home)
    assert getattr(pytest_keyauth, name) is getattr(module, name)
    assert name in module.__all__


@pytest.mark.parametrize("name", ["Emulator", "keytrac_emulator", "_Typist", "__path_of_nothing__"])
def test_another_name_is_not_there(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'pytest_keyauth' has no attribute '{name}'"):
        getattr(pytest_keyauth, name)


def test_the_package_names_the_plugin_that_pytest_loads() -> None:
    assert pytest_keyauth.pytest_plugins == ["pytest_keyauth.plugin"]


def test_what_every_run_loads_loads_nothing_heavy() -> None:
    """pytest itself is loaded first: what it loads is not ours."""
    program = (
        "import importlib, json, sys, pytest\n"
        "loaded, before = {}, set(sys.modules)\n"
        f"for name in {LIGHT!r}:\n"
        "    importlib.import_module(name)\n"
        f"    loaded[name] = [heavy for heavy in {HEAVY!r} if heavy in sys.modules and heavy not in before]\n"
        "print(json.dumps(loaded))"
    )
    assert in_a_fresh_process(program) == {name: [] for name in LIGHT}


def test_a_public_name_loads_only_what_it_needs() -> None:
    program = (
        "import json, sys, pytest_keyauth\n"
        "pytest_keyauth.Typist, pytest_keyauth.Samples, pytest_keyauth.KeytracEmulator, pytest_keyauth.KeyauthError\n"
        f"print(json.dumps([heavy for heavy in {HEAVY!r} if heavy in sys.modules]))"
    )
    assert in_a_fresh_process(program) == []
