"""The cassettes of a run: the user's own first, then those that the package ships; and the outcomes among them."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_keyauth.errors import CassetteError, SecretFoundError
from pytest_keyauth.outcomes import load_catalogue
from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.cassette import Cassette
from pytest_keyauth.recording.exchange import Interaction
from pytest_keyauth.recording.recorder import without_unused
from pytest_keyauth.recording.shelf import Folder, Shelf, cassette_name, outcome_name, shipped_shelf

__all__ = ["Library", "write_outcomes"]


class Library:
    """Finds the cassettes of tests and of outcomes, and keeps new ones.

    :param folder: the user's own cassettes; there may be none yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Folder(folder)
        self._shelves: Sequence[Shelf] = (self.folder, shipped_shelf())

    def has_own(self, test: str) -> bool:
        """Whether the user's folder has a cassette of a test."""
        return self.folder.find(cassette_name(test)) is not None

    def find_test(self, test: str) -> tuple[Cassette, str]:
        """The cassette of a test, and where it is.

        :raises CassetteError: where there is none.
        """
        name = cassette_name(test)
        found = self._find(name)
        if found is None:
            raise CassetteError(
                f"there is no cassette of {test}: expected {self.folder.place(name)}. Record it: --keyauth-record=new "
                "with the target emulator or live; a test of your own has to be marked with keyauth_cassette"
            )
        return found

    def find_outcome(self, provider: str, outcome: str) -> tuple[Cassette, str]:
        """The recording of a documented outcome, and where it is.

        :raises CassetteError: where there is none.
        """
        found = self._find(outcome_name(provider, outcome))
        if found is None:
            raise CassetteError(
                f"{outcome} was never recorded: expected {self.folder.place(outcome_name(provider, outcome))}. "
                "Record the contracts: --keyauth-contracts=all --keyauth-record=all"
            )
        return found

    def _find(self, name: str) -> tuple[Cassette, str] | None:
        for shelf in self._shelves:
            content = shelf.find(name)
            if content is not None:
                return Cassette.read(content, shelf.place(name)), shelf.place(name)
        return None

    def read(self, name: str) -> Cassette:
        """A cassette of the user's own folder.

        :raises CassetteError: where it is none.
        """
        return Cassette.read(self.folder.find(name) or b"", self.folder.place(name))

    def keep(
        self, cassette: Cassette, secrets: dict[str, list[str]], made_up_samples: frozenset[str] | None = None
    ) -> str:
        """Keep a test's cassette, if no secret is in it, and tell where.

        :param made_up_samples: the keystroke samples that nobody typed; None where all are.

        :raises SecretFoundError: says what was found, and where; nothing is written, and an older one is gone.
        """
        __tracebackhide__ = True  # who shows local variables would show the secret
        from pytest_keyauth.recording.search import Search  # a replay has nothing to search

        name = cassette_name(cassette.test)
        content = cassette.write()
        hits = Search(secrets, made_up=made_up_samples).find(content, lambda offset: _describe_place(content, offset))
        if hits:
            (self.folder.path / name).unlink(missing_ok=True)
            found = "\n".join(f"  {hit.what} in {hit.place}" for hit in hits)
            raise SecretFoundError(
                f"the recording of {cassette.test} was not kept: after redaction there still was\n{found}\n"
                f"{self.folder.place(name)} is removed. Send no secret in that place, or tell us of it"
            )
        self.folder.save(name, content)
        return self.folder.place(name)


_PARTS = re.compile(rb'^ {2,4}"(request|response|status|method|uri|headers|body)": ', re.MULTILINE)


def _describe_place(content: bytes, offset: int) -> str:
    """Which part of a cassette holds a byte. Line ends are escaped in texts, so that no body looks like a part."""
    start = content.find(b'\n "interactions": [')
    if offset <= start:
        return "what is kept beside the interactions"
    parts = [match[1].decode() for match in _PARTS.finditer(content, start, offset)]
    message = [part for part in parts if part in ("request", "response")]
    piece = {"uri": "URL", "method": "method", "status": "status", "headers": "headers", "body": "body"}
    place = piece.get(parts[-1], "rest") if parts else "rest"
    return f"the {place} of {message[-1] if message else 'request'} {message.count('request')}"


def write_outcomes(folder: Folder, providers: Sequence[str]) -> list[str]:
    """Write a cassette for each documented outcome that is in the cassettes of contracts, and name those that are not.

    Of several recordings the one is taken whose test is for that outcome, whose answer says most, and which has least
    to do with anything else.
    """
    missing = []
    for provider in providers:
        found = _find_outcomes(folder, provider)
        for outcome in load_catalogue(provider).names():
            if outcome in found:
                folder.save(outcome_name(provider, outcome), found[outcome].write())
            else:
                missing.append(outcome)
    return missing


def _find_outcomes(folder: Folder, provider: str) -> dict[str, Cassette]:
    ranked: dict[str, tuple[tuple[bool, int, int, str], Cassette, Interaction]] = {}
    for name in Folder(folder.path / provider).names():
        place = f"{provider}/{name}"
        content = folder.find(place)
        cassette = Cassette.read(content or b"", folder.place(place))
        for outcome, interaction in _outcomes(cassette, provider):
            said = _count_names(interaction.response.body)
            rank = (outcome not in cassette.claims, -said, len(cassette.interactions), cassette.test)
            if outcome not in ranked or rank < ranked[outcome][0]:
                ranked[outcome] = (rank, cassette, interaction)
    return {outcome: _alone(outcome, cassette, interaction) for outcome, (_, cassette, interaction) in ranked.items()}


def _count_names(body: str) -> int:
    """How many different things a JSON body tells."""

    def paths(path: str, value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, item in value.items():
                yield from paths(f"{path}/{name}", item)
        elif isinstance(value, list):
            for item in value:
                yield from paths(f"{path}/*", item)
        yield path

    try:
        return len(set(paths("", json.loads(body))))
    except ValueError:
        return 0


def _alone(outcome: str, cassette: Cassette, interaction: Interaction) -> Cassette:
    return without_unused(replace(cassette, interactions=(interaction,), commands=(), claims=(outcome,), contract=None))


def _outcomes(cassette: Cassette, provider: str) -> Iterator[tuple[str, Interaction]]:
    """The documented outcomes in a cassette; of one that occurs several times the first."""
    addresses, catalogue, seen = Addresses(), load_catalogue(provider), set()
    for interaction in cassette.interactions:
        request, response = interaction.request, interaction.response
        found = addresses.find(request.url)
        if found is None or found[0] != provider:
            continue
        outcome = catalogue.recognize(request.method, found[1], response.status, response.body.encode())
        if outcome is not None and outcome.name not in seen:
            seen.add(outcome.name)
            yield outcome.name, interaction
