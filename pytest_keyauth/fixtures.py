"""The fixtures. Each asks the library for what it gives; what is heavy is imported where it is first needed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

import pytest

from pytest_keyauth.settings import Settings

if TYPE_CHECKING:
    import httpx

    from pytest_keyauth.control import KeytracControl
    from pytest_keyauth.keystrokes.samples import Samples
    from pytest_keyauth.keystrokes.typist import Typist
    from pytest_keyauth.ledger import Traffic
    from pytest_keyauth.live import LiveServer
    from pytest_keyauth.target import KeytracTarget

__all__ = [
    "SETTINGS",
    "TRAFFIC",
    "async_keytrac",
    "keyauth_keytrac_server",
    "keyauth_keytrac_target",
    "keytrac",
    "keytrac_emulator",
    "samples",
    "typist",
    "typists",
]

SETTINGS = pytest.StashKey[Settings]()
TRAFFIC: "pytest.StashKey[Traffic]" = pytest.StashKey()


def _seed(request: pytest.FixtureRequest, purpose: str) -> str:
    """What all made-up data of a test follow from."""
    return f"{request.config.stash[SETTINGS].seed}/{purpose}/{request.node.nodeid}"


def _traffic(request: pytest.FixtureRequest) -> "Traffic":
    from pytest_keyauth.ledger import Traffic

    return cast("Traffic", request.node.stash.setdefault(TRAFFIC, Traffic()))


@pytest.fixture(scope="session")
def keyauth_keytrac_server(pytestconfig: pytest.Config) -> "Iterator[LiveServer]":
    """The live KeyTrac of KEYAUTH_KEYTRAC_URL (internal)."""
    from pytest_keyauth.live import LiveServer

    server = LiveServer(str(pytestconfig.stash[SETTINGS].keytrac_url))
    yield server
    server.close()


@pytest.fixture
def keyauth_keytrac_target(request: pytest.FixtureRequest) -> "Iterator[KeytracTarget]":
    """The KeyTrac that answers this test (internal; override to answer from elsewhere)."""
    from pytest_keyauth.target import EmulatedKeytrac, KeytracTarget, LiveKeytrac

    settings, traffic = request.config.stash[SETTINGS], _traffic(request)
    target: KeytracTarget
    if settings.target == "emulator":
        target = EmulatedKeytrac(_seed(request, "keytrac"), traffic)
    else:
        server = request.getfixturevalue("keyauth_keytrac_server")
        steered = "keytrac_emulator" in request.fixturenames
        target = LiveKeytrac(server, str(settings.keytrac_token), traffic, steered=steered)
    yield target
    target.close()


@pytest.fixture
def keytrac(keyauth_keytrac_target: "KeytracTarget") -> "Iterator[httpx.Client]":
    """An httpx.Client for KeyTrac: base URL and token are set, the target answers."""
    with keyauth_keytrac_target.reach.client() as client:
        yield client


@pytest.fixture
def async_keytrac(keyauth_keytrac_target: "KeytracTarget") -> "httpx.AsyncClient":
    """An httpx.AsyncClient for KeyTrac: base URL and token are set, the target answers."""
    return keyauth_keytrac_target.reach.async_client()


@pytest.fixture
def keytrac_emulator(keyauth_keytrac_target: "KeytracTarget") -> "KeytracControl":
    """The KeyTrac emulator behind `keytrac`, fresh for this test: settings, faults, accounts, clock, requests."""
    control = keyauth_keytrac_target.control
    if control is None:
        pytest.skip("needs a setting, a fault or an empty account, and the live server has no control plane for them")
    return control


@pytest.fixture
def typists(request: pytest.FixtureRequest) -> "Callable[[int], list[Typist]]":
    """A cast of made-up people whose rhythms are well apart: `genuine, impostor = typists(2)` gives two."""
    from pytest_keyauth.keystrokes.casting import cast as cast_typists

    return lambda count: cast_typists(count, _seed(request, "typists"))


@pytest.fixture
def typist(typists: "Callable[[int], list[Typist]]") -> "Typist":
    """One typist; typist.types("Der Text") is a new sample, typist.password("geheim") a masked one."""
    return typists(1)[0]


@pytest.fixture
def samples(request: pytest.FixtureRequest) -> "Samples":
    """Make samples, valid or wrong in one respect: samples.corrupted(index=1), samples.masked.no_length()."""
    from pytest_keyauth.keystrokes.casting import cast as cast_typists
    from pytest_keyauth.keystrokes.samples import Samples

    return Samples(cast_typists(1, _seed(request, "samples"))[0])
