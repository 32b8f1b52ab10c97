"""Targets that are recorded, and targets that are cassettes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from pytest_keyauth.adapters.origin import Origin
from pytest_keyauth.control import KeyfaxControl, KeytracControl
from pytest_keyauth.keyfax import HmacSha256Signature, KeyfaxCredentials, RequestSignature
from pytest_keyauth.ledger import Observation, Sent, Traffic
from pytest_keyauth.recording.addresses import CANONICAL, Addresses
from pytest_keyauth.recording.commands import ReplayedKeyfax, ReplayedKeytrac, recorded_keyfax, recorded_keytrac
from pytest_keyauth.recording.exchange import Request, Response
from pytest_keyauth.recording.player import Player
from pytest_keyauth.recording.recorder import Recorder
from pytest_keyauth.recording.transport import CassetteTransport, RecordingAsyncTransport, RecordingTransport
from pytest_keyauth.targets.keyfax import KeyfaxReach, KeyfaxTarget, define_spare_host
from pytest_keyauth.targets.keytrac import KeytracReach, KeytracTarget

__all__ = [
    "CassetteKeyfax",
    "CassetteKeytrac",
    "RecordedKeyfax",
    "RecordedKeytrac",
    "noted",
    "observed",
]

Answer = Callable[[Request], Response]
Note = Callable[[Request, Response], None]
Credential = Callable[[str], str]
"""Gives the value of a reference."""


def observed(answer: Answer, traffic: Traffic, addresses: Addresses) -> Answer:
    """Answer, and let the test's traffic see it."""

    def answer_observed(request: Request) -> Response:
        response = answer(request)
        _observe(traffic, addresses, request, response)
        return response

    return answer_observed


def noted(note: Note, traffic: Traffic, addresses: Addresses) -> Note:
    """Note an exchange, and let the test's traffic see it."""

    def note_observed(request: Request, response: Response) -> None:
        note(request, response)
        _observe(traffic, addresses, request, response)

    return note_observed


def _observe(traffic: Traffic, addresses: Addresses, request: Request, response: Response) -> None:
    found = addresses.find(request.url)
    if found is not None:
        sent = Sent(request.url, request.headers, request.body)
        status, body = response.status, response.body
        traffic.observe(Observation(found[0], request.method, found[1], status, body, response.headers, sent))


class CassetteKeytrac:
    """A KeyTrac that answers from a recording.

    :param player: answers commands; None where only requests are answered.
    """

    def __init__(self, answer: Answer, credential: Credential, player: Player | None) -> None:
        url = CANONICAL["keytrac"]
        transport = CassetteTransport(answer, Origin(url).check)
        self.control = ReplayedKeytrac(player) if player is not None else None
        self.reach = KeytracReach(url, credential("<token:1>"), transport, transport)

    def close(self) -> None:
        """Nothing is left behind by values."""


class CassetteKeyfax:
    """A Keyfax that answers from a recording.

    :param player: answers commands; None where only requests are answered.
    """

    def __init__(
        self, answer: Answer, credential: Credential, player: Player | None, signature: RequestSignature | None
    ) -> None:
        url = CANONICAL["keyfax"]
        transport = CassetteTransport(answer, Origin(url).check)
        keys = (credential("<host:1>"), credential("<api-key:1>"), credential("<signing-key:1>"))
        self.control = ReplayedKeyfax(player) if player is not None else None
        self.reach = KeyfaxReach(
            url, KeyfaxCredentials(*keys), transport, transport, signature or HmacSha256Signature()
        )

    @contextmanager
    def spare_host(self) -> Iterator[str | None]:
        """The host that was defined when the test was recorded."""
        yield None if self.control is None else define_spare_host(self.control)

    def close(self) -> None:
        """Nothing is left behind by values."""


class RecordedKeytrac:
    """A KeyTrac whose answers to clients and to commands are recorded."""

    def __init__(self, target: KeytracTarget, recorder: Recorder) -> None:
        self._target = target
        self.control: KeytracControl | None = target.control
        if target.control is not None:
            self.control = recorded_keytrac(target.control, recorder)
        recorder.know("token", target.reach.token)
        recorder.know_url("keytrac", target.reach.url)
        self.reach: KeytracReach = replace(
            target.reach,
            transport=RecordingTransport(target.reach.transport, recorder.note, recorder.hear),
            async_transport=RecordingAsyncTransport(target.reach.async_transport, recorder.note, recorder.hear),
        )

    def close(self) -> None:
        """Close the target."""
        self._target.close()


class RecordedKeyfax:
    """A Keyfax whose answers to clients and to commands are recorded."""

    def __init__(self, target: KeyfaxTarget, recorder: Recorder) -> None:
        self._target = target
        self.control: KeyfaxControl | None = target.control
        if target.control is not None:
            self.control = recorded_keyfax(target.control, recorder)
        credentials = target.reach.credentials
        recorder.know("host", credentials.host)
        recorder.know("api-key", credentials.api_key)
        recorder.know("signing-key", credentials.signing_key)
        recorder.know_url("keyfax", target.reach.url)
        self.reach: KeyfaxReach = replace(
            target.reach,
            transport=RecordingTransport(target.reach.transport, recorder.note, recorder.hear),
            async_transport=RecordingAsyncTransport(target.reach.async_transport, recorder.note, recorder.hear),
        )

    @contextmanager
    def spare_host(self) -> Iterator[str | None]:
        """A host of the target's that has no keys; where it is steered, the commands are recorded."""
        if self.control is not None:
            yield define_spare_host(self.control)
        else:
            with self._target.spare_host() as host:
                yield host

    def close(self) -> None:
        """Close the target."""
        self._target.close()
