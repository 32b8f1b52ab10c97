"""The package as it is shipped: built, installed where the checkout is out of sight, and run in an empty folder."""

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable
from email.parser import HeaderParser
from importlib.metadata import packages_distributions
from io import BytesIO
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

import pytest

PROJECT = Path(__file__).parents[2]
CONTRACTS = ("-p", "pytest_keyauth", "--keyauth-contracts=keytrac", "-p", "no:cacheprovider")
SOME = ("-k", "create_user or show_status")

ALL_CONTRACTS = ("-p", "pytest_keyauth", "--keyauth-contracts=all", "-p", "no:cacheprovider")
PLAYED = ("--keyauth-target=cassettes", "--keyauth-strict-cassettes", "--keyauth-fail-under=100")

#: A plugin with which no socket can be made, and no name looked up, but the pair that an event loop wakes itself with.
NO_SOCKETS = """
import socket


def refuse(*_, **__):
    raise AssertionError("a socket was asked for")


for name in ("connect", "connect_ex", "bind", "listen", "sendto", "sendmsg"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = socket.create_server = refuse
"""
TRIES_A_SOCKET = "import no_sockets, socket; socket.socket().connect(('127.0.0.1', 9))"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def build(folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, PROJECT]
    subprocess.run(command, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


def install(wheel: Path, folder: Path) -> None:
    options = ["--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", "--target", folder]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *options, wheel], check=True)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel."""
    folder = tmp_path_factory.mktemp("installed")
    install(wheel, folder)
    return folder


def run_with(site: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python in a folder, with the wheel from `site`, and all else from where the tests have it.

    Without `site` (-S) nobody reads the file that makes the checkout importable, nor is the current folder (-P).
    """
    search_path = os.pathsep.join([str(site), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    command = [sys.executable, "-S", "-P", *arguments]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": search_path}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Run Python with the installed wheel, in an empty folder."""
    return lambda *arguments: run_with(installed, tmp_path, *arguments)


def names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_has_all_that_the_checkout_has(wheel: Path) -> None:
    expected = {
        *(f"pytest_keyauth/{path.relative_to(PROJECT / 'pytest_keyauth')}" for path in sources("pytest_keyauth")),
        *(f"pytest_keyauth/contracts/{path.relative_to(PROJECT / 'contracts')}" for path in sources("contracts")),
        "pytest_keyauth/cassettes.zip",
    }
    assert {name for name in names(wheel) if ".dist-info/" not in name} == expected
    assert expected >= {
        "pytest_keyauth/py.typed",
        "pytest_keyauth/openapi/keytrac.yaml",
        "pytest_keyauth/contracts/keytrac/conftest.py",
        "pytest_keyauth/contracts/keytrac/test_create_user.py",
    }


def sources(folder: str) -> list[Path]:
    files = (path for path in (PROJECT / folder).rglob("*") if path.is_file())
    return [path for path in files if "__pycache__" not in path.parts]


def test_the_cassettes_of_the_checkout_are_one_file_of_the_wheel(wheel: Path) -> None:
    with ZipFile(wheel) as archive, ZipFile(BytesIO(archive.read("pytest_keyauth/cassettes.zip"))) as cassettes:
        packed = {name: cassettes.read(name) for name in cassettes.namelist()}
    assert packed == {str(path.relative_to(PROJECT / "cassettes")): path.read_bytes() for path in sources("cassettes")}
    assert len(packed) > 1_000
    assert [name for name in names(wheel) if name.endswith(".yaml") and "/openapi/" not in name] == []


@pytest.mark.slow
def test_built_again_the_wheel_is_the_same(wheel: Path, tmp_path: Path) -> None:
    assert build(tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheel_has_no_tests_of_ours_and_nothing_at_the_top_but_the_package(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}
    assert {re.sub(r"-[\d.]+\.dist-info$", ".dist-info", top) for top in tops} == {
        "pytest_keyauth",
        "pytest_keyauth.dist-info",
    }
    assert not [name for name in names(wheel) if "tests/" in name]


def test_the_metadata_declare_what_the_project_declares(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        headers = HeaderParser().parsestr(archive.read(metadata).decode())
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    always = [requirement for requirement in headers.get_all("Requires-Dist") if "extra ==" not in requirement]
    assert sorted(map(canonical, always)) == sorted(map(canonical, project["dependencies"]))
    assert sorted(headers.get_all("Provides-Extra", [])) == sorted(project["optional-dependencies"])
    assert headers["Requires-Python"] == project["requires-python"]
    assert "Framework :: Pytest" in headers.get_all("Classifier")


def canonical(requirement: str) -> str:
    return requirement.lower().replace(" ", "")


def test_the_package_imports_nothing_that_is_not_declared(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        code = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")]
    imported = {name for text in code for name in imported_packages(text)} - {
        *sys.stdlib_module_names,
        "pytest_keyauth",
        "aiohttp",  # whose calls are encoded for vcrpy where somebody has it
    }
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    declared = {re.match(r"[\w-]+", canonical(requirement))[0] for requirement in requirements}
    providers = packages_distributions()
    undeclared = {name for name in imported if declared.isdisjoint(map(canonical, providers.get(name, [])))}
    assert undeclared == set()
    assert imported >= {"pytest", "httpx", "yaml", "uvicorn"}


def imported_packages(text: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(text)))
    modules = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
    modules += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return {module.partition(".")[0] for module in modules}


def test_what_is_installed_is_what_is_imported(run: Run, installed: Path) -> None:
    said = run("-c", "import pytest_keyauth; print(pytest_keyauth.__file__)")
    assert Path(said.stdout.strip()) == installed / "pytest_keyauth" / "__init__.py"
    assert run("-c", "import contracts").returncode != 0  # the checkout is out of sight


def test_the_installed_contracts_are_found_and_pass(run: Run, installed: Path, tmp_path: Path) -> None:
    result = run("-m", "pytest", *CONTRACTS, *SOME, "-W", "error", "--strict-markers", "-v")
    outcomes = pytest.RunResult.parse_summary_nouns(result.stdout.splitlines())
    assert set(outcomes) == {"passed", "deselected"}, result.stdout
    assert outcomes["passed"] > 20
    assert "contracts/keytrac/test_create_user.py::" in result.stdout
    assert str(PROJECT / "contracts") not in result.stdout
    assert not list(tmp_path.iterdir())


def test_the_installed_contracts_are_the_ones_of_the_checkout(run: Run, pytester: pytest.Pytester) -> None:
    def collected(lines: list[str]) -> list[str]:
        return [line for line in lines if line.startswith("contracts/")]

    here = collected(pytester.runpytest("--keyauth-contracts=keytrac", "--collect-only", "-q").stdout.lines)
    installed = run("-m", "pytest", *CONTRACTS, "--collect-only", "-q")
    assert collected(installed.stdout.splitlines()) == here
    assert len(here) > 119


@pytest.mark.slow
def test_the_installed_contracts_pass_where_plugins_are_not_loaded_by_themselves(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = run("-m", "pytest", *CONTRACTS, *SOME, "-W", "error")
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_all_installed_contracts_pass_and_witness_everything(run: Run) -> None:
    result = run("-m", "pytest", *CONTRACTS, "--keyauth-fail-under=100", "-W", "error", "-n2")
    assert result.returncode == 0, result.stdout
    assert "keytrac 119/119 outcomes" in result.stdout


NO_SOCKETS_PLUGIN = ("-p", "no_sockets")


def without_sockets(folders: pytest.TempPathFactory) -> str:
    """A program that runs pytest where the plugin without sockets can be found."""
    blocker = folders.mktemp("blocker")
    (blocker / "no_sockets.py").write_text(NO_SOCKETS, encoding="utf-8")
    return f"import sys; sys.path.insert(0, {str(blocker)!r}); import pytest; sys.exit(pytest.main())"


def test_installed_contracts_pass_with_the_installed_cassettes_and_no_socket(
    run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bootstrap = without_sockets(tmp_path_factory)
    result = run("-c", bootstrap, *NO_SOCKETS_PLUGIN, *ALL_CONTRACTS, *PLAYED[:2], *SOME, "-W", "error", "contracts")
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"^\d\d cassettes played", result.stdout, re.MULTILINE)


@pytest.mark.slow
def test_all_installed_contracts_pass_with_the_installed_cassettes_and_no_socket(
    run: Run, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    bootstrap = without_sockets(tmp_path_factory)
    result = run("-c", bootstrap, *NO_SOCKETS_PLUGIN, *ALL_CONTRACTS, *PLAYED, "-W", "error", "-q", "contracts")
    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    outcomes = pytest.RunResult.parse_summary_nouns(lines)
    assert set(outcomes) == {"passed"}
    assert outcomes["passed"] > 1_000
    assert {"keytrac 119/119 outcomes", "keyfax 26/26 outcomes"} <= set(lines)
    assert any(line.startswith(f"{outcomes['passed']} cassettes played, recorded from emulator ") for line in lines)
    assert not list(tmp_path.iterdir())
    # And what blocks them does.
    tried = run("-c", bootstrap.replace("import pytest; sys.exit(pytest.main())", TRIES_A_SOCKET))
    assert "a socket was asked for" in tried.stderr


@pytest.mark.slow
def test_contracts_are_found_in_a_virtual_environment_within_the_project_of_the_consumer(
    wheel: Path, tmp_path: Path
) -> None:
    """pytest leaves virtual environments out, and folders whose names begin with a full stop."""
    site = tmp_path / ".venv" / "lib" / "site-packages"
    install(wheel, site)
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    (tmp_path / "test_mine.py").write_text("def test_create_user_of_mine(keytrac): keytrac.post('/users')")
    result = run_with(site, tmp_path, "-m", "pytest", *CONTRACTS, "-k", "create_user", "-v", ".")
    assert result.returncode == 0, result.stdout
    assert "test_mine.py::test_create_user_of_mine PASSED" in result.stdout
    assert "contracts/keytrac/test_create_user.py::" in result.stdout


def test_the_installed_contracts_explain_a_failure_whatever_the_names_of_test_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_files = check_*.py")
    (tmp_path / "conftest.py").write_text(
        "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef unverified(keytrac_emulator):\n"
        "    keytrac_emulator.configure(verified=False)\n"
    )
    result = run("-m", "pytest", *CONTRACTS, "-k", "an_account_without_users_has_an_empty_list")
    assert result.returncode == 1
    assert "assert (403, " in result.stdout


def test_the_command_is_installed(installed: Path, run: Run) -> None:
    scripts = {path.name for path in (installed / "bin").iterdir()} if (installed / "bin").exists() else set()
    assert "keyauth" in scripts or os.name == "nt"
    said = run("-c", "from pytest_keyauth.cli import main; main(['serve', '--help'])").stdout
    assert "--keytrac-token" in said
