"""The fixtures. Each asks the library for what it gives; what is heavy is imported where it is first needed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest

from pytest_keyauth.errors import SettingsError
from pytest_keyauth.guarding import guard_providers, network_wishes
from pytest_keyauth.markers import OUTCOMES, REPLAY, named_outcomes
from pytest_keyauth.matrix import matrix_outcome, matrix_times
from pytest_keyauth.settings import Settings

if TYPE_CHECKING:
    import httpx

    from pytest_keyauth.control import KeyfaxControl, KeytracControl
    from pytest_keyauth.examination import Examiner
    from pytest_keyauth.keyfax import KeyfaxCredentials, RequestSignature
    from pytest_keyauth.keystrokes.casting import Device, Mode
    from pytest_keyauth.keystrokes.samples import Samples
    from pytest_keyauth.keystrokes.typist import Typist
    from pytest_keyauth.ledger import Traffic
    from pytest_keyauth.live.run import LiveRun
    from pytest_keyauth.network.network import Network
    from pytest_keyauth.outcomes import Outcome
    from pytest_keyauth.recording.addresses import Addresses
    from pytest_keyauth.recording.outcome_player import OutcomePlayer
    from pytest_keyauth.takes import RecordingTake, ReplayingTake
    from pytest_keyauth.targets.choice import Need
    from pytest_keyauth.targets.keyfax import KeyfaxTarget
    from pytest_keyauth.targets.keytrac import KeytracTarget

__all__ = [
    "EXAMINER",
    "LIVE_RUN",
    "PLAYER",
    "SEEDED",
    "SETTINGS",
    "TAKE",
    "TRAFFIC",
    "_keyauth_clients",
    "_keyauth_network_server",
    "_keyfax_target",
    "_keytrac_target",
    "async_keyfax",
    "async_keytrac",
    "keyauth_network",
    "keyauth_outcome",
    "keyauth_replay",
    "keyfax",
    "keyfax_bearer",
    "keyfax_credentials",
    "keyfax_emulator",
    "keyfax_signature",
    "keyfax_spare_host",
    "keytrac",
    "keytrac_emulator",
    "samples",
    "typist",
    "typists",
]

UNSTEERED = "needs a setting, a fault or an empty account, and the live server has no control plane for them"

NO_SPARE_HOST = "makes, resets or deletes keys, and KEYAUTH_KEYFAX_SPARE_HOST names no host that is set aside for that"

SETTINGS = pytest.StashKey[Settings]()
SEEDED = pytest.StashKey[bool]()
TRAFFIC: "pytest.StashKey[Traffic]" = pytest.StashKey()
PLAYER: "pytest.StashKey[OutcomePlayer]" = pytest.StashKey()
EXAMINER: "pytest.StashKey[Examiner]" = pytest.StashKey()
LIVE_RUN: "pytest.StashKey[LiveRun]" = pytest.StashKey()
TAKE: "pytest.StashKey[RecordingTake | ReplayingTake]" = pytest.StashKey()


def _seed(request: pytest.FixtureRequest, purpose: str) -> str:
    """What all made-up data of a test follow from; a test that asked for it names the seed where it fails."""
    request.node.stash[SEEDED] = True
    return f"{request.config.stash[SETTINGS].seed}/{purpose}/{request.node.nodeid}"


def _cast(request: pytest.FixtureRequest, purpose: str, count: int, **wishes: Any) -> "list[Typist]":
    """The people are the same in all tests of a run, since choosing them takes time; what they type is not."""
    from pytest_keyauth.keystrokes.casting import cast as cast_typists

    people = f"{request.config.stash[SETTINGS].seed}/{purpose}"
    return cast_typists(count, people, recordings=_seed(request, purpose), **wishes)


def forget_earlier_try(item: pytest.Item, *keys: "pytest.StashKey[Any]") -> None:
    """Take out what an earlier try has left, where another plugin runs a test again."""
    for key in keys:
        if key in item.stash:
            del item.stash[key]


def cassette_folder(config: pytest.Config) -> Path:
    """Where the cassettes of the user's own tests are."""
    return config.rootpath / config.stash[SETTINGS].cassettes


def _traffic(request: pytest.FixtureRequest) -> "Traffic":
    from pytest_keyauth.ledger import Traffic

    return cast("Traffic", request.node.stash.setdefault(TRAFFIC, Traffic()))


def _addresses(request: pytest.FixtureRequest) -> "Addresses":
    from pytest_keyauth.recording.addresses import Addresses

    return Addresses(request.config.stash[SETTINGS].urls)


@pytest.fixture
def _keyauth_clients(request: pytest.FixtureRequest) -> "Iterator[None]":
    """Record what any client library says to the providers, or answer it from the cassette of this test."""
    take = request.node.stash.get(TAKE, None)
    if take is None:  # it has a cassette already, and no more is recorded
        yield
        return
    from pytest_keyauth.recording.vcr_cassette import patched_clients
    from pytest_keyauth.takes import ReplayingTake
    from pytest_keyauth.targets.cassettes import noted, observed

    addresses, traffic = _addresses(request), _traffic(request)
    if isinstance(take, ReplayingTake):
        with patched_clients(addresses, answer=observed(take.answer, traffic, addresses)):
            yield
    else:
        recorder = take.recorder
        with patched_clients(addresses, note=noted(recorder.note, traffic, addresses), hear=recorder.hear):
            yield


@pytest.fixture(scope="session")
def _keyauth_network_server(request: pytest.FixtureRequest) -> "Iterator[Network]":
    """The server that diverted connections end at, once a session."""
    from pytest_keyauth.network.network import Network

    network = Network(guard_providers(request.config, request.config.stash[SETTINGS]))
    yield network
    network.close()


@pytest.fixture
def keyauth_network(request: pytest.FixtureRequest) -> "Iterator[None]":
    """Bring any client of this process that calls the providers' real hosts to the emulators, over verified TLS."""
    settings = request.config.stash[SETTINGS]
    if settings.target == "live":  # the code under test goes where it goes
        yield
        return
    if settings.target == "cassettes":
        request.getfixturevalue("_keyauth_clients")
        yield
        return
    from pytest_keyauth.network.handlers import find_handlers, is_loopback_tls

    keytrac: KeytracTarget = request.getfixturevalue("_keytrac_target")
    keyfax: KeyfaxTarget = request.getfixturevalue("_keyfax_target")
    handlers = find_handlers(settings.urls, keytrac, keyfax)
    network: Network = request.getfixturevalue("_keyauth_network_server")
    block_others = network_wishes(request.node).get("block_others", settings.network == "block-others")
    loopback_tls = is_loopback_tls(keyfax.reach.url, *settings.urls.values())
    with network.open(handlers, block_others=bool(block_others), loopback_tls=loopback_tls):
        yield


def _find_reached(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Where the code of a test that uses the network believes its Keyfax to be, and who it says that it is."""
    if "keyauth_network" not in request.fixturenames:
        return {}
    wishes = network_wishes(request.node)
    keyfax_url = wishes.get("keyfax") or request.config.stash[SETTINGS].urls.get("keyfax")
    return {"keyfax_url": keyfax_url, "keytrac_token": wishes.get("token")}


@pytest.fixture
def keyauth_replay(request: pytest.FixtureRequest) -> "Iterator[Callable[..., None]]":
    """Answer any client with a recorded outcome: call it with "authenticateAnytext/404/not-enrolled", or mark so."""
    from datetime import UTC, datetime

    from pytest_keyauth.recording.library import Library
    from pytest_keyauth.recording.outcome_player import OutcomePlayer
    from pytest_keyauth.recording.vcr_cassette import patched_clients
    from pytest_keyauth.targets.cassettes import observed

    addresses = _addresses(request)
    player = OutcomePlayer(Library(cassette_folder(request.config)), datetime.now(UTC), addresses)
    request.node.stash[PLAYER] = player
    player.play(*named_outcomes(request.node, REPLAY))
    with patched_clients(addresses, answer=observed(player.answer, _traffic(request), addresses)):
        yield player.play


@pytest.fixture
def keyauth_outcome(request: pytest.FixtureRequest) -> "Outcome":
    """The documented outcome that this run of a test marked keyauth_outcomes gets next: operation, status, label."""
    outcome = matrix_outcome(request.node)
    if outcome is None:
        raise SettingsError(f"keyauth_outcome is for tests that are marked so: @pytest.mark.{OUTCOMES}(operation)")
    target = request.config.stash[SETTINGS].target
    if target == "live":
        pytest.skip("a live server does not answer with an outcome on demand (--keyauth-target=live)")
    if target == "cassettes" or request.node.get_closest_marker(REPLAY) is not None:
        request.getfixturevalue("keyauth_replay")(outcome.name)
    else:
        control: KeytracControl | KeyfaxControl = request.getfixturevalue(f"{outcome.provider}_emulator")
        control.answer(outcome.name, times=matrix_times(request.node))
    return outcome


def _refuse_to_steer(request: pytest.FixtureRequest, name: str) -> NoReturn:
    if PLAYER in request.node.stash:
        raise SettingsError(f"{name} has nothing to steer: {REPLAY} answers this test, and no emulator")
    pytest.skip(UNSTEERED)


def _need(request: pytest.FixtureRequest, *steering: str) -> "Need":
    from pytest_keyauth.recording.library import Library
    from pytest_keyauth.targets.choice import Need

    if "keyauth_replay" in request.fixturenames:
        request.getfixturevalue("keyauth_replay")
    examiner = request.node.stash.get(EXAMINER, None)
    learning = {"learn": examiner.learn} if examiner is not None else {}
    return Need(
        settings=request.config.stash[SETTINGS],
        traffic=_traffic(request),
        seed=lambda purpose: _seed(request, purpose),
        run=lambda: request.config.stash[LIVE_RUN],
        library=Library(cassette_folder(request.config)),
        steers=not set(steering).isdisjoint(request.fixturenames),
        take=request.node.stash.get(TAKE, None),
        outcomes=request.node.stash.get(PLAYER, None),
        **learning,
        **_find_reached(request),
    )


def _tell_examiner(request: pytest.FixtureRequest, provider: str, url: str) -> None:
    """A live Keyfax may be at a root of this test's own."""
    if EXAMINER in request.node.stash:
        request.node.stash[EXAMINER].know_url(provider, url)


@pytest.fixture
def _keytrac_target(request: pytest.FixtureRequest) -> "Iterator[KeytracTarget]":
    """The KeyTrac that answers this test."""
    from pytest_keyauth.targets.choice import open_keytrac

    target = open_keytrac(_need(request, "keytrac_emulator"))
    _tell_examiner(request, "keytrac", target.reach.url)
    yield target
    target.close()


@pytest.fixture
def keyfax_signature() -> "RequestSignature | None":
    """Override to use a signature scheme of your own, in the clients and in the emulator; None is the assumed one."""
    return None


@pytest.fixture
def _keyfax_target(
    request: pytest.FixtureRequest, keyfax_signature: "RequestSignature | None"
) -> "Iterator[KeyfaxTarget]":
    """The Keyfax that answers this test."""
    from pytest_keyauth.targets.choice import open_keyfax

    target = open_keyfax(_need(request, "keyfax_emulator", "keyfax_spare_host"), keyfax_signature)
    _tell_examiner(request, "keyfax", target.reach.url)
    yield target
    target.close()


@pytest.fixture
def keyfax_spare_host(_keyfax_target: "KeyfaxTarget") -> "Iterator[str]":
    """The name of a Keyfax host without keys, for tests that make some; live it is KEYAUTH_KEYFAX_SPARE_HOST."""
    with _keyfax_target.spare_host() as host:
        if host is None:
            pytest.skip(NO_SPARE_HOST)
        yield host


@pytest.fixture
def keytrac(_keytrac_target: "KeytracTarget") -> "Iterator[httpx.Client]":
    """An httpx.Client for KeyTrac: base URL and token are set, the target answers."""
    with _keytrac_target.reach.client() as client:
        yield client


@pytest.fixture
def async_keytrac(_keytrac_target: "KeytracTarget") -> "httpx.AsyncClient":
    """An httpx.AsyncClient for KeyTrac: base URL and token are set, the target answers."""
    return _keytrac_target.reach.async_client()


@pytest.fixture
def keytrac_emulator(request: pytest.FixtureRequest, _keytrac_target: "KeytracTarget") -> "KeytracControl":
    """The KeyTrac emulator behind `keytrac`, fresh for this test: settings, faults, accounts, clock, requests."""
    if _keytrac_target.control is None:
        _refuse_to_steer(request, "keytrac_emulator")
    return _keytrac_target.control


@pytest.fixture
def keyfax(_keyfax_target: "KeyfaxTarget") -> "Iterator[httpx.Client]":
    """An httpx.Client for Keyfax that signs every request (Basic); the target answers."""
    with _keyfax_target.reach.client() as client:
        yield client


@pytest.fixture
def async_keyfax(_keyfax_target: "KeyfaxTarget") -> "httpx.AsyncClient":
    """An httpx.AsyncClient for Keyfax that signs every request (Basic); the target answers."""
    return _keyfax_target.reach.async_client()


@pytest.fixture
def keyfax_bearer(_keyfax_target: "KeyfaxTarget") -> "Iterator[httpx.Client]":
    """An httpx.Client for Keyfax with a token (Bearer) that it fetches and renews by itself; the target answers."""
    with _keyfax_target.reach.bearer_client() as client:
        yield client


@pytest.fixture
def keyfax_credentials(_keyfax_target: "KeyfaxTarget") -> "KeyfaxCredentials":
    """The host that `keyfax` signs for, with its API key and signing key."""
    return _keyfax_target.reach.credentials


@pytest.fixture
def keyfax_emulator(request: pytest.FixtureRequest, _keyfax_target: "KeyfaxTarget") -> "KeyfaxControl":
    """The Keyfax emulator behind `keyfax`, fresh for this test: hosts, keys, faults, mailbox, sessions, requests."""
    if _keyfax_target.control is None:
        _refuse_to_steer(request, "keyfax_emulator")
    return _keyfax_target.control


@pytest.fixture
def typists(request: pytest.FixtureRequest) -> "Callable[..., list[Typist]]":
    """Call it for made-up people: two whose rhythms are well apart for 2; mode="realistic" for people as they are."""

    def typists(
        count: int,
        *,
        mode: "Mode" = "distinct",
        language: str = "de",
        device: "Device" = "desktop",
        pace: float | None = None,
    ) -> "list[Typist]":
        return _cast(request, "typists", count, mode=mode, language=language, device=device, pace=pace)

    return typists


@pytest.fixture
def typist(typists: "Callable[..., list[Typist]]") -> "Typist":
    """The first of `typists`; typist.types("Der Text") is a new sample, typist.password("geheim") a masked one."""
    return typists(1)[0]


@pytest.fixture
def samples(request: pytest.FixtureRequest) -> "Samples":
    """Make samples, valid or wrong in one respect: samples.corrupted(index=1), samples.masked.no_length()."""
    from pytest_keyauth.keystrokes.samples import Samples

    return Samples(_cast(request, "samples", 1)[0])
