"""A cassette: interactions in vcrpy's format, and beside them what a replay of ours needs to know.

The file is JSON, which is YAML too: vcrpy and pytest-recording load it as they load their own, and do not look at the
key ``keyauth``; we need not wait for a YAML parser.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pytest_keyauth.errors import CassetteError
from pytest_keyauth.recording.exchange import Headers, Interaction, RecordedRequest, RecordedResponse

__all__ = ["FORMAT", "Cassette", "Command", "Origin"]

FORMAT = 1

#: What YAML does not take as it is, or takes for the end of a line.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who answered when a cassette was recorded.

    ``target``: ``emulator``, in this process or served; ``loopback``, which is a server on this machine that does not
    say what it is; ``live``; or ``unknown``, of a cassette that is not ours. ``version``: the emulator's.
    ``recorded``: the day, where it was no emulator. Only what came from a provider counts as observed.
    """

    target: str
    version: str | None = None
    recorded: str | None = None

    @property
    def is_observed(self) -> bool:
        """Whether a provider has said it, and not an emulator."""
        return self.target == "live"

    def __str__(self) -> str:
        return " ".join(part for part in (self.target, self.version, self.recorded) if part)


@dataclass(frozen=True, slots=True)
class Command:
    """What a test told the emulator beside the requests, and what that answered."""

    provider: str
    name: str
    arguments: Any
    result: Any


@dataclass(frozen=True, slots=True)
class Cassette:
    """One test's recording.

    ``contract``: a digest of the test as it was when it was recorded. ``forms``: of what form the value of a reference
    was, where that does not follow from its kind. ``tokens``: what JSON Web Tokens say, by reference. ``claims``: the
    documented outcomes that the test is for.
    """

    test: str
    origin: Origin
    interactions: tuple[Interaction, ...]
    contract: str | None = None
    claims: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    forms: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def write(self) -> bytes:
        """The file's content: the same for the same cassette, always."""
        beside = {
            "format": FORMAT,
            "test": self.test,
            "origin": _without_nothing(
                {"target": self.origin.target, "version": self.origin.version, "recorded": self.origin.recorded}
            ),
            "contract": self.contract,
            "claims": list(self.claims),
            "forms": dict(self.forms),
            "tokens": dict(self.tokens),
            "commands": [
                {
                    "provider": command.provider,
                    "name": command.name,
                    "arguments": command.arguments,
                    "result": command.result,
                }
                for command in self.commands
            ],
        }
        interactions = [_write_interaction(interaction) for interaction in self.interactions]
        content = {"version": 1, "keyauth": _without_nothing(beside), "interactions": interactions}
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        return _NOT_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode("utf-8")

    @classmethod
    def read(cls, content: bytes, place: str) -> "Cassette":
        """Read a file's content; also one that vcrpy has written, as JSON or as YAML.

        :raises CassetteError: where it is no cassette; names the place.
        """
        try:
            data = _load(content)
            if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
                raise ValueError("a mapping with a list `interactions` is not in it")
            beside = data.get("keyauth", {})
            if beside.get("format", FORMAT) > FORMAT:
                raise ValueError(f"its format {beside['format']} is newer than this version's {FORMAT}")
            return cls(
                test=str(beside.get("test", "")),
                origin=Origin(**beside["origin"]) if "origin" in beside else Origin("unknown"),
                interactions=tuple(map(_read_interaction, data["interactions"])),
                contract=beside.get("contract"),
                claims=tuple(beside.get("claims", ())),
                commands=tuple(Command(**command) for command in beside.get("commands", ())),
                forms=beside.get("forms", {}),
                tokens=beside.get("tokens", {}),
            )
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise CassetteError(
                f"{place}: this is no cassette ({type(error).__name__}: {error}); expected what vcrpy or "
                "--keyauth-record writes. Record it anew"
            ) from None


def _without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [], {})}


def _load(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        import yaml  # a cassette of vcrpy's own

        try:
            return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # a safe loader
        except yaml.YAMLError as error:
            raise ValueError(str(error).replace("\n", " ")) from None


def _write_interaction(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    return {
        "request": {
            "method": request.method,
            "uri": request.url,
            "body": request.body or None,
            "headers": _write_headers(request.headers),
        },
        "response": {
            "status": {"code": response.status, "message": _reason(response.status)},
            "headers": _write_headers(response.headers),
            "body": {"string": response.body},
        },
    }


def _write_headers(headers: Headers) -> dict[str, list[str]]:
    written: dict[str, list[str]] = {}
    for name, value in headers:
        written.setdefault(name, []).append(value)
    return written


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _read_interaction(data: Mapping[str, Any]) -> Interaction:
    request, response = data["request"], data["response"]
    return Interaction(
        RecordedRequest(
            str(request["method"]), str(request["uri"]), _read_headers(request["headers"]), _read_text(request["body"])
        ),
        RecordedResponse(
            int(response["status"]["code"]),
            _read_headers(response["headers"]),
            _read_text(response.get("body", {}).get("string")),
        ),
    )


def _read_headers(headers: Mapping[str, Any]) -> Headers:
    return tuple(
        (name, str(value))
        for name, values in headers.items()
        for value in (values if isinstance(values, list) else [values])
    )


def _read_text(value: Any) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
