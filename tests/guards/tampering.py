"""Runs the contracts against answers that were tampered with, one aspect at a time, and tells what nobody noticed.

A script of its own, since it runs pytest many times over: ``python tampering.py PROVIDER REPORT.json EVERY``. For each
documented outcome, the answer that a contract gets is changed in one aspect (in the emulator's own hands, so that the
ledger cannot see it) and the contracts that witness the outcome run until one of them fails; EVERY is 1 for all such
changes, 12 for every twelfth. Then each authentication check and each rule of the emulator is switched off in turn.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from pytest_keyauth import plugin
from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.fixtures import TRAFFIC
from pytest_keyauth.markers import OUTCOME, named_outcomes
from pytest_keyauth.outcomes import Catalogue, Outcome, load_catalogue

sys.path.insert(0, str(Path(__file__).parent))
import weakening

Spoil = Callable[[Response], Response | None]
"""Changes one aspect of an answer; None where the answer has no such aspect."""


@dataclass(frozen=True)
class Tampering:
    """One change: of an outcome's answer in one aspect, or of the emulator where there is no outcome."""

    outcome: str
    aspect: str
    apply: Spoil


OTHER_STATUS = {200: 202, 201: 200, 304: 404, 400: 422, 401: 403, 403: 401, 404: 410, 422: 400, 500: 503}


def _with_status(outcome: Outcome) -> Spoil:
    """Another status of the same class; where the document leaves the class's member open, another class."""

    def spoil(response: Response) -> Response:
        status = 400 if outcome.status.endswith("XX") else OTHER_STATUS[response.status]
        return replace(response, status=status)

    return spoil


def _with_content_type(content_type: str | None) -> Spoil:
    def spoil(response: Response) -> Response:
        kept = tuple(header for header in response.headers if header[0].lower() != "content-type")
        return replace(response, headers=kept + ((("Content-Type", content_type),) if content_type else ()))

    return spoil


def _places(value: Any, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield pointer, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*pointer, index))


def _parent(body: Any, pointer: tuple[str | int, ...]) -> Any:
    for part in pointer[:-1]:
        body = body[part]
    return body


def _set(pointer: tuple[str | int, ...], change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def edit(body: Any) -> Any:
        if not pointer:
            return change(body)
        parent = _parent(body, pointer)
        parent[pointer[-1]] = change(parent[pointer[-1]])
        return body

    return edit


def _drop(pointer: tuple[str | int, ...]) -> Callable[[Any], Any]:
    def edit(body: Any) -> Any:
        del _parent(body, pointer)[pointer[-1]]
        return body

    return edit


def _rename(pointer: tuple[str | int, ...]) -> Callable[[Any], Any]:
    def edit(body: Any) -> Any:
        parent = _parent(body, pointer)
        parent[f"{pointer[-1]}_"] = parent.pop(pointer[-1])
        return body

    return edit


def _is_open(outcome: Outcome, pointer: tuple[str | int, ...]) -> bool:
    path = "".join(f"/{part}" for part in pointer)
    return path in outcome.example.get("x-keyauth-open", ())


def _may_be_missing(outcome: Outcome, pointer: tuple[str | int, ...]) -> bool:
    path = "".join(f"/{'*' if isinstance(part, int) else part}" for part in pointer)
    return path in outcome.example.get("x-keyauth-optional", ())


def _edits_of_value(pointer: tuple[str | int, ...], value: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """What can be wrong with one value."""
    if isinstance(value, bool):
        yield "flipped", _set(pointer, lambda old: not old)
        yield "bool to text", _set(pointer, lambda old: str(old).lower())
        yield "bool to number", _set(pointer, int)
    elif isinstance(value, int):
        yield "number to text", _set(pointer, str)
        yield "number to float", _set(pointer, lambda old: old + 0.5)
        yield "below its range", _set(pointer, lambda _old: -1)
        if "score" in pointer:
            yield "above its range", _set(pointer, lambda _old: 101)
        else:
            yield "one more", _set(pointer, lambda old: old + 1)
    elif isinstance(value, str):
        yield "last character dropped", _set(pointer, lambda old: old[:-1])
        yield "a character added", _set(pointer, lambda old: old + " ")
        yield "a character altered", _set(pointer, lambda old: f"{old[: len(old) // 2]}¤{old[len(old) // 2 + 1 :]}")
        yield "text to number", _set(pointer, len)
        if "’" in value:
            yield "the apostrophe made plain", _set(pointer, lambda old: old.replace("’", "'"))
    elif isinstance(value, list) and len(value) > 1:
        if "score" in value[0]:  # the document states an order for the ranking, and none for the list of users
            yield "reversed", _set(pointer, lambda old: old[::-1])
        yield "first left out", _set(pointer, lambda old: old[1:])
        yield "first twice", _set(pointer, lambda old: [old[0], *old])
    if not isinstance(value, list | dict):
        yield "null", _set(pointer, lambda _old: None)


def _edits(outcome: Outcome) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """The edits that the documented body allows for, by its places."""
    for pointer, value in _places(outcome.example["value"]):
        where = "".join(f"/{part}" for part in pointer) or "/"
        for name, edit in _edits_of_value(pointer, value):
            yield f"{where} {name}", edit
        if isinstance(value, dict) and not _is_open(outcome, pointer):
            yield f"{where} a key added", _set(pointer, lambda old: {**old, "keyauth": 1})
        if pointer and isinstance(pointer[-1], str):
            yield f"{where} renamed", _rename(pointer)
            if not _may_be_missing(outcome, pointer):
                yield f"{where} dropped", _drop(pointer)


def _on_body(edit: Callable[[Any], Any]) -> Spoil:
    def spoil(response: Response) -> Response | None:
        try:
            body = edit(deepcopy(response.json()))
        except (KeyError, IndexError, TypeError, ValueError):
            return None  # this answer has no such place, as an empty list has no first element
        return replace(response, body=json.dumps(body, ensure_ascii=False).encode())

    return spoil


def list_tamperings(catalogue: Catalogue) -> Iterator[Tampering]:
    """All aspects of all documented answers of a provider."""
    for outcome in catalogue:
        yield Tampering(outcome.name, "status", _with_status(outcome))
        if "value" in outcome.example:
            yield Tampering(outcome.name, "content type", _with_content_type("text/html"))
            yield Tampering(outcome.name, "no content type", _with_content_type(None))
            for name, edit in _edits(outcome):
                yield Tampering(outcome.name, name, _on_body(edit))


class TamperingRun:
    """A pytest plugin that runs the collected contracts again and again, each time with one thing changed."""

    def __init__(self, provider: str, report: Path, every: int) -> None:
        self.catalogue = load_catalogue(provider)
        self.report = report
        self.every = every
        self.active: Tampering | None = None
        self.applied = False
        self.provider = provider

    def intercept(self, emulator: type[Any]) -> None:
        """Put ourselves between an emulator and whoever asks it."""
        handle = emulator.handle

        def tampered(this: Any, request: Request) -> Response:
            response: Response = handle(this, request)
            return self._tamper(request, response)

        emulator.handle = tampered

    def _tamper(self, request: Request, response: Response) -> Response:
        if self.active is None:
            return response
        path = weakening.relative_path(self.provider, request.path)
        outcome = self.catalogue.recognize(request.method, path, response.status, response.body)
        if outcome is None or outcome.name != self.active.outcome:
            return response
        spoilt = self.active.apply(response)
        self.applied = self.applied or spoilt is not None
        return spoilt or response

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of pytest's own loop: a clean run, the tamperings, the weakenings."""
        witnesses, failed = self._run_clean(session.items)
        plugin._check_claims = lambda *_: None  # from now on a contract's own assertions have to notice
        tried, survived, idle = 0, [], []
        for tampering in islice(list_tamperings(self.catalogue), 0, None, self.every):
            self.active, self.applied = tampering, False
            noticed = any(self._fails(item) for item in witnesses.get(tampering.outcome, []))
            self.active = None
            name = f"{tampering.outcome} {tampering.aspect}"
            if not self.applied:
                idle.append(name)
                continue
            tried += 1
            if not noticed:
                survived.append(name)
        for weak in weakening.weakenings(self.provider):
            tried += 1
            if not self._notices(weak, session.items):
                survived.append(weak.name)
        result = {"failed": failed, "tried": tried, "survived": survived, "idle": idle}
        result["unwitnessed"] = [name for name in self.catalogue.names() if name not in witnesses]
        self.report.write_text(json.dumps(result, indent=1))
        return True

    def _run_clean(self, items: list[pytest.Item]) -> tuple[dict[str, list[pytest.Item]], list[str]]:
        """Which contracts witness which outcome, those that are for it first, the quickest of them before the others;
        and the contracts that fail.
        """
        witnesses: dict[str, list[pytest.Item]] = {}
        failed, took_s = [], {}
        for item in items:
            started = time.perf_counter()
            fails = self._fails(item)
            took_s[item] = time.perf_counter() - started
            if fails:
                failed.append(item.nodeid)
                continue
            for name in {name for names in item.stash[TRAFFIC].witnesses().values() for name in names}:
                witnesses.setdefault(name, []).append(item)
        for name, found in witnesses.items():
            found.sort(key=lambda item: (name not in named_outcomes(item, OUTCOME), took_s[item]))
        return witnesses, failed

    def _notices(self, weak: weakening.Weakening, items: list[pytest.Item]) -> bool:
        nearest_first = sorted(items, key=lambda item: weak.module not in item.nodeid)
        with weak.apply():
            return any(self._fails(item) for item in nearest_first)

    def _fails(self, item: pytest.Item) -> bool:
        return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def main(provider: str, report: str, every: str) -> int:
    """Run the contracts of a provider under tampering, and write the report."""
    run = TamperingRun(provider, Path(report), int(every))
    run.intercept(weakening.emulator_class(provider))
    strangers = ("cacheprovider", "faker", "hypothesispytest", "recording", "respx", "pytest_httpx")
    options = [f"--keyauth-contracts={provider}", "--assert=plain", "--tb=no", "-q"]
    options += [argument for name in strangers for argument in ("-p", f"no:{name}")]
    folder = Path(report).parent  # an empty one: only the contracts are collected
    return int(pytest.main([str(folder), f"--rootdir={folder}", *options], plugins=[run]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
