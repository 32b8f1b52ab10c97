"""Records one test: keeps what travels in memory, and makes a cassette of it when the test has passed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.cassette import Cassette, Command, Origin
from pytest_keyauth.recording.exchange import Exchange, Interaction, Request, Response
from pytest_keyauth.recording.matching import CALLERS
from pytest_keyauth.recording.redaction import Redactor, SampleTreatment
from pytest_keyauth.recording.references import REFERENCE
from pytest_keyauth.recording.values import form_of

__all__ = ["Recorder", "without_unused"]

#: What the result of a command is, where it is one text.
_RESULTS = {"open_account": "token", "name_host": "hostName"}


class Recorder:
    """Collects exchanges and commands. Nothing of them is shown or written before it is redacted.

    :param now: what times in the recording will be relative to.
    :param clock: asked with the first exchange for what they are relative to instead: a test may have frozen its time.
    :param samples: `keep` made-up ones, `replace` those that may be a human being's.
    :param tell: is told each secret's kind and value as soon as it is met.
    """

    def __init__(
        self,
        now: datetime,
        addresses: Addresses,
        samples: SampleTreatment,
        tell: Callable[[str, str], None],
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._addresses = addresses
        self._clock = clock
        self._redactor = Redactor(now, samples=samples, place=lambda url: self._addresses.canonical(url), tell=tell)
        self._exchanges: list[Exchange] = []
        self._commands: list[Command] = []
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"<Recorder: {len(self._exchanges)} exchanges>"

    def __len__(self) -> int:
        return len(self._exchanges)

    def know(self, kind: str, value: str) -> None:
        """Learn a secret or an identifier before it travels."""
        self._redactor.know(kind, value)

    def know_url(self, provider: str, url: str) -> None:
        """Learn where a provider is for this test."""
        self._addresses = self._addresses.also(provider, url)

    def hear(self, request: Request) -> None:
        """Learn what is in a request that is about to be sent: it may never be answered, and a traceback shows it."""
        with self._lock:
            self._begin()
            self._redactor.meet(request)

    def note(self, request: Request, response: Response) -> None:
        """Note an exchange, and learn what is in it."""
        with self._lock:
            self._begin()
            self._exchanges.append(Exchange(request, response))
            self._redactor.meet(request, response)

    def _begin(self) -> None:
        if self._clock is not None:
            self._redactor.begin(self._clock())
            self._clock = None

    def note_command(self, provider: str, name: str, arguments: Any, result: Any) -> None:
        """Note a command to the emulator, with its result as plain data, and learn what is in it."""
        with self._lock:
            command = Command(provider, name, arguments, result)
            self._commands.append(command)
            self._redact_command(command)

    def secrets(self) -> dict[str, list[str]]:
        """All secrets that were met. Handle with care."""
        return self._redactor.secrets()

    def made_up_samples(self) -> frozenset[str] | None:
        """What was put in the place of people's samples; None where those that travel are made up."""
        return self._redactor.made_up_samples()

    def make_cassette(self, test: str, origin: Origin, contract: str | None, claims: Sequence[str]) -> Cassette:
        """Make the cassette of a test.

        A secret may be known by its place only after it has travelled: so nothing is redacted before all is met.
        """
        cassette = Cassette(
            test=test,
            origin=origin,
            interactions=tuple(map(self._redact, self._exchanges)),
            contract=contract,
            claims=tuple(claims),
            commands=tuple(map(self._redact_command, self._commands)),
            forms=dict(self._unusual_forms()),
            tokens=self._redactor.tokens,
        )
        return without_unused(cassette)

    def _redact(self, exchange: Exchange) -> Interaction:
        request = self._redactor.redact_request(exchange.request)
        return Interaction(request, self._redactor.redact_response(exchange.response))

    def _redact_command(self, command: Command) -> Command:
        result = self._redactor.redact_value(_RESULTS.get(command.name, ""), command.result)
        return replace(command, arguments=self._redactor.redact_value("", command.arguments), result=result)

    def _unusual_forms(self) -> Iterator[tuple[str, str]]:
        for reference, kind, value in self._redactor.numbered():
            form = form_of(kind, value)
            if form is not None:
                yield reference, form


def without_unused(cassette: Cassette) -> Cassette:
    """Leave out what is said of references that do not occur in a cassette."""
    bare = replace(cassette, forms={}, tokens={}).write().decode()
    used = _references(bare)
    tokens: Mapping[str, Mapping[str, Any]] = {
        reference: token for reference, token in cassette.tokens.items() if reference in used
    }
    used |= _references(replace(cassette, interactions=(), commands=(), forms={}, tokens=tokens).write().decode())
    used |= set(CALLERS)
    forms = {reference: form for reference, form in cassette.forms.items() if reference in used}
    return replace(cassette, forms=forms, tokens=tokens)


def _references(text: str) -> set[str]:
    return {f"<{match[1]}:{match[2]}>" for match in REFERENCE.finditer(text)}
