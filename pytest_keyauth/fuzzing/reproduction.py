"""Tells failures so that somebody can reproduce them, and nobody learns a secret."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemathesis.engine import Status, events
from schemathesis.engine.recorder import Interaction, ScenarioRecorder

from pytest_keyauth.fuzzing.customers import PLACEHOLDER_SIGN
from pytest_keyauth.recording.biometrics import replace_in_text
from pytest_keyauth.recording.scrubbing import Scrubber

__all__ = ["FoundFailure", "Storyteller"]

#: Of a long answer, so many characters are shown.
LONGEST_ANSWER = 600

#: Keys, signatures, nonces and tokens have at least so many characters; times have fewer.
SHORTEST_PART = 16

#: Headers that every client makes by itself.
_UNTOLD = frozenset({"host", "content-length", "user-agent", "accept-encoding", "x-schemathesis-testcaseid"})


@dataclass(frozen=True, slots=True)
class FoundFailure:
    """An answer that a check refuses. ``steps``: the requests that lead to it, as curl commands without secrets."""

    check: str
    operation: str
    message: str
    steps: tuple[str, ...]
    answer: str

    def __str__(self) -> str:
        lines = [f"{self.check}: {self.operation}", *self.message.splitlines(), *self.steps, self.answer]
        return "\n".join(f"    {line}" if at else line for at, line in enumerate(lines))


class Storyteller:
    """Hears the events of an engine, and keeps what it takes to tell its failures, one of a kind."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], tuple[ScenarioRecorder, str, str]] = {}
        self._errors: dict[str, None] = {}

    def hear(self, event: events.EngineEvent) -> None:
        """Take note of what went wrong."""
        if isinstance(event, events.ScenarioFinished):
            for case, checks in event.recorder.checks.items():
                for check in checks:
                    if check.status == Status.FAILURE and check.failure_info is not None:
                        failure = check.failure_info.failure
                        message = f"{failure.title}\n{failure.message}".strip()
                        kind = (check.name, failure.operation or "", failure.title)
                        self._found.setdefault(kind, (event.recorder, case, message))
        elif isinstance(event, events.NonFatalError):
            self._errors.setdefault(f"{event.label}: {type(event.value).__name__}: {event.value}")
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.Interrupted):
            raise KeyboardInterrupt  # the engine keeps it to itself

    def errors(self, scrubber: Scrubber) -> Iterator[str]:
        """What kept the engine from testing something."""
        return (_without_samples(scrubber.scrub(error)) for error in self._errors)

    def failures(self, scrubber: Scrubber, authorizations: Mapping[str, str]) -> Iterator[FoundFailure]:
        """What was found.

        :param authorizations: the real headers, by case; the scrubber learns those of the cases that are told.
        """
        for (check, operation, _), (recorder, case, message) in self._found.items():
            parts = [part.id for part in recorder.iter_chain_cases(case_id=case)]
            for part in parts:
                _learn(scrubber, authorizations.get(part, ""))
            chain = [recorder.interactions[part] for part in parts]
            yield FoundFailure(
                check,
                operation,
                _without_samples(scrubber.scrub(message)),
                tuple(_without_samples(scrubber.scrub(_curl(interaction))) for interaction in chain),
                _without_samples(scrubber.scrub(_answer(chain[-1])))[:LONGEST_ANSWER],
            )


def _learn(scrubber: Scrubber, authorization: str) -> None:
    """Learn a header, which an answer may repeat, and of its parts those that are no names and times."""
    scrubber.add("authorization", authorization)
    for part in authorization.split(":")[1:]:
        if len(part) >= SHORTEST_PART:
            scrubber.add("signature", part)


def _without_samples(text: str) -> str:
    """How somebody types is nobody's business, made up or not: the seed makes the samples again."""
    return replace_in_text(text, lambda _: "<sample>")


def _curl(interaction: Interaction) -> str:
    request = interaction.request
    parts = ["curl", "-X", request.method]
    for name, values in request.headers.items():
        if name.lower() not in _UNTOLD:
            parts += ["-H", _quoted(f"{name}: {_decoded(values[0])}")]
    if request.body:
        parts += ["--data-binary", _quoted_bytes(request.body)]
    return " ".join([*parts, shlex.quote(request.uri)])


def _quoted(text: str) -> str:
    """Quoted so that a shell puts in the variables of our placeholders."""
    return f'"{text}"' if PLACEHOLDER_SIGN in text else shlex.quote(text)


def _quoted_bytes(body: bytes) -> str:
    """Quoted for a shell; what is no printable text as bash writes bytes."""
    text = body.decode("utf-8", "backslashreplace")
    if text.isprintable() and "\\x" not in text:
        return shlex.quote(text)
    escaped = "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in "\\'" else f"\\x{byte:02x}" for byte in body)
    return f"$'{escaped}'"


def _decoded(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _answer(interaction: Interaction) -> str:
    if (response := interaction.response) is None:
        return "no answer"
    return f"-> {response.status_code} {response.content.decode('utf-8', 'backslashreplace')}"
