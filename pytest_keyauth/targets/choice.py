"""Who answers a test: an emulator of its own, a live server, its cassette, or the outcomes that it has named."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pytest_keyauth.answers import DocumentedOutcomes
from pytest_keyauth.errors import SettingsError
from pytest_keyauth.keyfax import RequestSignature
from pytest_keyauth.ledger import Traffic
from pytest_keyauth.live.run import LiveRun
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.library import Library
from pytest_keyauth.recording.outcome_player import OutcomePlayer
from pytest_keyauth.settings import Settings
from pytest_keyauth.takes import RecordingTake, ReplayingTake
from pytest_keyauth.targets.cassettes import CassetteKeyfax, CassetteKeytrac, RecordedKeyfax, RecordedKeytrac, observed
from pytest_keyauth.targets.keyfax import DEFAULT_URL, EmulatedKeyfax, KeyfaxTarget, LiveKeyfax
from pytest_keyauth.targets.keytrac import EmulatedKeytrac, KeytracTarget, LiveKeytrac
from pytest_keyauth.targets.listening import Learn

__all__ = ["Need", "open_keyfax", "open_keytrac"]

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Need:
    """What is known of a test when it asks for a provider.

    ``seed``: what made-up data follow from, by purpose. ``run``: gives the live run. ``library``: the
    recorded outcomes. ``steers``: whether it asks for an emulator to steer. ``keyfax_url``: where an emulated Keyfax is
    said to be; ``keytrac_token``: whom an emulated KeyTrac knows. ``take``: the test's recording or cassette;
    ``outcomes``: what answers by name. ``learn``: is told what is said to a live server, which holds secrets.
    """

    settings: Settings
    traffic: Traffic
    seed: Callable[[str], str] = field(repr=False)
    run: Callable[[], LiveRun] = field(repr=False)
    library: Library
    steers: bool = False
    keyfax_url: str | None = None
    keytrac_token: str | None = field(default=None, repr=False)
    take: RecordingTake | ReplayingTake | None = None
    outcomes: OutcomePlayer | None = None
    learn: Learn = field(default=lambda request, response: None, repr=False)


def open_keytrac(test: Need) -> KeytracTarget:
    """The KeyTrac that answers a test.

    :raises SettingsError: where it should be a live one, and the environment does not say which.
    """
    settings, addresses = test.settings, Addresses(test.settings.urls)
    if test.outcomes is not None:
        answer = observed(test.outcomes.answer, test.traffic, addresses)
        return CassetteKeytrac(answer, test.outcomes.credential, None)
    if isinstance(test.take, ReplayingTake):
        player = test.take.player
        return CassetteKeytrac(observed(test.take.answer, test.traffic, addresses), player.credential, player)
    target: KeytracTarget
    if settings.target != "live":
        documents = DocumentedOutcomes("keytrac", test.library)
        target = EmulatedKeytrac(test.seed("keytrac"), test.traffic, documents, token=test.keytrac_token)
    else:
        access = _given(settings.keytrac, "keytrac")
        target = LiveKeytrac(test.run(), access, test.traffic, test.learn, steered=test.steers)
    return target if test.take is None else RecordedKeytrac(target, test.take.recorder)


def open_keyfax(test: Need, signature: RequestSignature | None) -> KeyfaxTarget:
    """The Keyfax that answers a test.

    :raises SettingsError: where it should be a live one, and the environment does not say which.
    """
    settings, addresses = test.settings, Addresses(test.settings.urls)
    if test.outcomes is not None:
        answer = observed(test.outcomes.answer, test.traffic, addresses)
        return CassetteKeyfax(answer, test.outcomes.credential, None, signature)
    if isinstance(test.take, ReplayingTake):
        player = test.take.player
        answer = observed(test.take.answer, test.traffic, addresses)
        return CassetteKeyfax(answer, player.credential, player, signature)
    target: KeyfaxTarget
    if settings.target != "live":
        documents = DocumentedOutcomes("keyfax", test.library)
        url = test.keyfax_url or DEFAULT_URL
        target = EmulatedKeyfax(test.seed("keyfax"), test.traffic, signature, url, documents)
    else:
        access = _given(settings.keyfax, "keyfax")
        target = LiveKeyfax(test.run(), access, test.traffic, test.learn, steered=test.steers, signature=signature)
    return target if test.take is None else RecordedKeyfax(target, test.take.recorder)


def _given(access: A | None, provider: str) -> A:
    if access is None:
        raise SettingsError(f"this test needs a live {provider}, and its KEYAUTH_{provider.upper()}_… are not set")
    return access
