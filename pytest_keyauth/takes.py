"""One test's take: what it says to the providers is recorded, or comes from a cassette."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pytest_keyauth import __version__
from pytest_keyauth.access import LOOPBACK_HOSTS
from pytest_keyauth.digest import digest_test
from pytest_keyauth.errors import CassetteMismatch
from pytest_keyauth.live.server import LiveServer
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.cassette import Cassette, Origin
from pytest_keyauth.recording.exchange import Request, Response
from pytest_keyauth.recording.library import Library
from pytest_keyauth.recording.player import Player
from pytest_keyauth.recording.recorder import Recorder
from pytest_keyauth.recording.unreadable import why_unreadable
from pytest_keyauth.settings import Settings

__all__ = ["RecordingTake", "ReplayingTake", "TestText", "find_origin"]


@dataclass(frozen=True, slots=True)
class TestText:
    """Which test it is: its node id, its file, the name of its function or class, and the outcomes that it is for."""

    __test__ = False

    node_id: str
    path: Path
    name: str
    claims: Sequence[str] = ()

    def digest(self) -> str | None:
        """A digest of what it says."""
        return digest_test(self.path, self.name)


class RecordingTake:
    """Records a test.

    :param keeps_samples: whether keystroke samples are made up, as they are where an emulator answers.
    :param tell: is told each secret's kind and value as soon as it is met.
    :param secrets: what the run knows by kind, whether a target of the test uses it or not.
    """

    def __init__(
        self,
        test: TestText,
        library: Library,
        addresses: Addresses,
        origin: Origin,
        *,
        keeps_samples: bool,
        tell: Callable[[str, str], None],
        secrets: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._test = test
        self._secrets = tuple(secrets)
        self._library = library
        self._origin = origin
        self.recorder = Recorder(_now(), addresses, "keep" if keeps_samples else "replace", tell, _now)

    def finish(self) -> dict[str, Any]:
        """Keep the cassette of a test that has passed, and say what became of it.

        :raises SecretFoundError: where a secret would have been kept.
        """
        __tracebackhide__ = True  # what went wrong is in the message, and local variables may hold secrets
        if not len(self.recorder):
            return {"test": self._test.node_id, "recorded": None}
        for kind, value in self._secrets:  # after all that was met, which is numbered first
            self.recorder.know(kind, value)
        claims, digest = self._test.claims, self._test.digest()
        cassette = self.recorder.make_cassette(self._test.node_id, self._origin, digest, claims)
        place = self._library.keep(cassette, self.recorder.secrets(), self.recorder.made_up_samples())
        taken = {"test": self._test.node_id, "recorded": place, "origin": str(self._origin)}
        lost = list(_lost_answers(cassette))
        return taken | ({"lost": lost} if lost else {})


class ReplayingTake:
    """Plays a test's cassette, which is opened when it is needed first."""

    def __init__(self, test: TestText, library: Library, addresses: Addresses) -> None:
        self._test = test
        self._library = library
        self._addresses = addresses

    @cached_property
    def player(self) -> Player:
        """The player of this test's cassette.

        :raises CassetteError: where there is none.
        """
        cassette, place = self._library.find_test(self._test.node_id)
        return Player(cassette, place, _now(), self._addresses, _now)

    def answer(self, request: Request) -> Response:
        """Answer a request from the cassette.

        :raises CassetteMismatch: where it has no answer.
        """
        return self.player.answer(request)

    @property
    def mismatch(self) -> CassetteMismatch | None:
        """The first that the cassette had no answer to."""
        return self.player.mismatch if "player" in vars(self) else None

    def check(self) -> None:
        """Raise the mismatch that the code under test has swallowed: what it did after that was not tested."""
        if self.mismatch is not None:
            raise self.mismatch

    def finish(self) -> dict[str, Any] | None:
        """Say how the cassette fitted the test; None where it was not opened."""
        if "player" not in vars(self):
            return None
        cassette = self.player.cassette
        return {
            "test": self._test.node_id,
            "played": self.player.place,
            "origin": str(cassette.origin),
            "unplayed": self.player.unplayed,
            "stale": cassette.contract is not None and cassette.contract != self._test.digest(),
        }


def _lost_answers(cassette: Cassette) -> Iterator[str]:
    """The answers that no replay can give, since their bodies were not kept."""
    for interaction in cassette.interactions:
        why = why_unreadable(interaction.response.body)
        if why is not None:
            yield f"{interaction.request.method} {interaction.request.url}: {why}"


def _now() -> datetime:
    return datetime.now(UTC)


def find_origin(settings: Settings) -> Origin:
    """Who is going to answer, for what will be written beside its answers."""
    if settings.target == "emulator":
        return Origin("emulator", __version__)
    for access in (settings.keytrac, settings.keyfax):
        if access is not None:
            server = LiveServer(access.url)
            try:
                plane = server.control_plane
                if plane is not None:
                    return Origin("emulator", plane.version())
            finally:
                server.close()
            if urlsplit(access.url).hostname in LOOPBACK_HOSTS:
                return Origin("loopback", recorded=f"{_now():%Y-%m-%d}")
    return Origin("live", recorded=f"{_now():%Y-%m-%d}")
