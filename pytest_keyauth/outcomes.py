"""The documented outcomes, as the OpenAPI documents tell them, and which of them an answer is.

The OpenAPI documents are the only table of outcomes; their extensions are explained in the files themselves.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pytest_keyauth.errors import UnknownOutcomeError
from pytest_keyauth.shapes import Difference, Shape

__all__ = ["Catalogue", "Operation", "Outcome", "find_outcome", "load_catalogue", "load_document"]

_METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True)
class Outcome:
    """One documented answer of one operation.

    ``status`` is three digits, or a range such as ``2XX`` where the document does not state it. ``condition`` is the
    document's own sentence. ``needs`` says what an ordinary request cannot provoke: ``fault``, ``setting`` or
    ``empty-account``; None where a request will do. ``example`` is the documented body (``value``) with the extensions
    around it; where it has no ``value``, the document leaves the body open, and any answer of that status is meant.
    ``media_type``: of the body; None where that is left open, too.
    """

    provider: str
    operation: str
    status: str
    label: str
    condition: str = field(repr=False)
    needs: str | None = field(repr=False)
    general: bool = field(repr=False)
    example: Mapping[str, Any] = field(repr=False, compare=False)
    media_type: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The full name: ``operation/status/label``."""
        return f"{self.operation}/{self.status}/{self.label}"

    def has_status(self, status: int) -> bool:
        """Whether this outcome has that status."""
        return self.status == str(status) or self.status == f"{status // 100}XX"

    @property
    def has_open_body(self) -> bool:
        """Whether the document leaves the whole body open."""
        return "value" not in self.example

    def has_body(self, body: Any) -> bool:
        """Whether a parsed body is this outcome's: literally, but for what varies or is left open."""
        return self.has_open_body or self._shape.fits(body)

    def differences(self, body: Any) -> Iterator[Difference]:
        """What a parsed body differs in from the documented one; nothing where that is open."""
        if not self.has_open_body:
            yield from self._shape.differences(body)

    @cached_property
    def _shape(self) -> Shape:
        return Shape(self.example)


@dataclass(frozen=True)
class Operation:
    """One documented operation: its name, method, and path as a template."""

    name: str
    method: str
    path: str

    def takes(self, method: str, path: str) -> bool:
        """Whether a request is one of this operation's."""
        return method == self.method and self._pattern.fullmatch(path) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", self.path)))


@dataclass(frozen=True)
class Catalogue:
    """All documented operations and outcomes of one provider, in the document's order."""

    provider: str
    operations: tuple[Operation, ...]
    outcomes: tuple[Outcome, ...]

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    def __len__(self) -> int:
        return len(self.outcomes)

    def names(self) -> list[str]:
        """The outcomes' full names."""
        return [outcome.name for outcome in self.outcomes]

    @cached_property
    def _by_operation(self) -> Mapping[str, Sequence[Outcome]]:
        outcomes: dict[str, list[Outcome]] = {operation.name: [] for operation in self.operations}
        for outcome in self.outcomes:
            outcomes[outcome.operation].append(outcome)
        return outcomes

    def find_operation(self, method: str, path: str) -> str | None:
        """Name the operation that a request is for; None where it is for none."""
        for operation in self.operations:
            if operation.takes(method, path):
                return operation.name
        return None

    def recognize(self, method: str, path: str, status: int, body: bytes) -> Outcome | None:
        """Tell which documented outcome an answer is; None where it is none of them."""
        operation = self.find_operation(method, path)
        return self.recognize_answer(operation, status, body) if operation is not None else None

    def recognize_answer(self, operation: str, status: int, body: bytes) -> Outcome | None:
        """Tell which documented outcome an operation's answer is; None where it is none of them."""
        candidates = [item for item in self._by_operation[operation] if item.has_status(status)]
        try:
            value = json.loads(body.decode())  # decoded first: given bytes, the parser takes UTF-16 too
        except (ValueError, RecursionError):
            candidates = [item for item in candidates if item.has_open_body]
            value = None
        return next((item for item in candidates if item.has_body(value)), None)


def find_outcome(name: str, catalogues: Iterable[Catalogue]) -> Outcome:
    """Look an outcome up by its full name.

    :raises UnknownOutcomeError: with the nearest names.
    """
    known = {outcome.name: outcome for catalogue in catalogues for outcome in catalogue}
    if name not in known:
        from difflib import get_close_matches

        raise UnknownOutcomeError(name, get_close_matches(name, known, n=3, cutoff=0.5))
    return known[name]


def load_document(provider: str) -> dict[str, Any]:
    """Load a provider's OpenAPI document as plain data."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (Path(__file__).parent / "openapi" / f"{provider}.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  # one of the two safe loaders
    return document


@cache
def load_catalogue(provider: str) -> Catalogue:
    """Read a provider's operations and outcomes; the document is parsed once in a process."""
    document = load_document(provider)
    operations: list[Operation] = []
    outcomes: list[Outcome] = []
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operations.append(Operation(item[method]["operationId"], method.upper(), path))
                outcomes.extend(_read_outcomes(provider, item[method], document))
    return Catalogue(provider, tuple(operations), tuple(outcomes))


def _read_outcomes(provider: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Outcome]:
    for status, reference in operation["responses"].items():
        for label, condition, example, media_type in _read_examples(_resolve(reference, document), document):
            yield Outcome(
                provider=provider,
                operation=operation["operationId"],
                status=str(status),
                label=label,
                condition=condition,
                needs=example.get("x-keyauth-needs"),
                general=bool(example.get("x-keyauth-general")),
                example=example,
                media_type=media_type,
            )


def _read_examples(
    response: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[tuple[str, str, Mapping[str, Any], str | None]]:
    """The outcomes of one response: its named examples, or the response itself.

    Each as label, condition, example and media type.
    """
    if "x-keyauth-outcome" in response:
        needs = {"x-keyauth-needs": response.get("x-keyauth-needs")}
        yield response["x-keyauth-outcome"], response["x-keyauth-condition"], needs, None
    for media_type, content in response.get("content", {}).items():
        for label, reference in content.get("examples", {}).items():
            example = _resolve(reference, document)
            yield label, example.get("summary", ""), example, media_type


def _resolve(value: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a local reference (``#/components/…``)."""
    while "$ref" in value:
        target: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = target
    return value
