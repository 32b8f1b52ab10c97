"""What became of the cassettes of a run: recorded, played; not played whole, stale, orphaned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_keyauth.errors import CassetteError
from pytest_keyauth.recording.library import Library
from pytest_keyauth.recording.shelf import cassette_name
from pytest_keyauth.settings import PROVIDERS

__all__ = ["CassetteTally", "find_orphans"]

SHOWN = 20


@dataclass(slots=True)
class CassetteTally:
    """The sum of what tests say of their cassettes; plain data, since they come from other processes."""

    recorded: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lost: dict[str, list[str]] = field(default_factory=dict)
    played: int = 0
    origins: set[str] = field(default_factory=set)
    unplayed: dict[str, list[str]] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)
    orphans: set[str] = field(default_factory=set)
    missing_outcomes: list[str] = field(default_factory=list)

    def add(self, taken: Mapping[str, Any]) -> None:
        """Add what one test says; of one that another plugin has run again, its last try counts."""
        self._forget_earlier_try(taken["test"])
        if taken.get("failed"):
            self.failed.append(taken["test"])
        if taken.get("refused"):
            self.refused.append(taken["test"])
        if taken.get("recorded"):
            self.recorded.append(taken["recorded"])
        if taken.get("lost"):
            self.lost[taken["test"]] = taken["lost"]
        if "origin" in taken:
            self.origins.add(taken["origin"])
        if "played" in taken:
            self.played += 1
            if taken["unplayed"]:
                self.unplayed[taken["test"]] = taken["unplayed"]
            if taken["stale"]:
                self.stale.append(taken["test"])

    def _forget_earlier_try(self, test: str) -> None:
        for earlier in (self.failed, self.refused):
            if test in earlier:
                earlier.remove(test)

    @property
    def problems(self) -> int:
        """How many cassettes do not fit."""
        return len(self.unplayed) + len(self.stale) + len(self.orphans)

    def summarize(self, *, strict: bool) -> Iterator[str]:
        """The summary's lines; none where there were no cassettes."""
        origins = ", ".join(sorted(self.origins))
        if self.recorded:
            yield f"{_count(len(self.recorded), 'cassette')} recorded from {origins}"
        if self.failed:
            yield from _list("not recorded, since the test did not pass", self.failed)
        yield from _list("not recorded, since a secret would have been kept", self.refused)
        lost = [f"{test}: {', '.join(answers)}" for test, answers in self.lost.items()]
        yield from _list("answers whose bodies were not kept, so that a replay fails there", lost)
        if self.missing_outcomes:
            yield from _list("outcomes that no cassette shows", self.missing_outcomes)
        if self.played:
            yield f"{_count(self.played, 'cassette')} played, recorded from {origins}"
        unplayed = [f"{test}: {', '.join(requests)}" for test, requests in sorted(self.unplayed.items())]
        yield from _list("not played whole", unplayed)
        yield from _list("stale: the test has changed since it was recorded", self.stale)
        yield from _list("orphans: cassettes of no test", self.orphans)
        if strict and self.problems:
            yield f"FAILED: {_count(self.problems, 'cassette')} not as --keyauth-strict-cassettes wants"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _list(title: str, items: Any) -> Iterator[str]:
    items = sorted(items)
    if items:
        yield f"  {title}:"
        yield from (f"    {item}" for item in items[:SHOWN])
        if len(items) > SHOWN:
            yield f"    and {len(items) - SHOWN} more"


def find_orphans(library: Library, tests: Mapping[str, bool], contracts: Mapping[str, Path], root: Path) -> list[str]:
    """Cassettes of tests that are not there any more.

    :param tests: the collected tests' node ids, and whether all tests of their file were collected: where not, nobody
        knows which of its cassettes are orphans.
    :param contracts: by provider, the folders of contracts that are collected.
    :param root: where node ids start.
    """
    names = {cassette_name(test) for test in tests}
    whole = {_folder(cassette_name(test)) for test, is_whole in tests.items() if is_whole}
    return [
        library.folder.place(name)
        for name in library.folder.names()
        if name not in names
        and (_folder(name) in whole or _is_of_no_module(name, contracts) or _is_of_no_file(library, name, root))
    ]


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _is_of_no_file(library: Library, name: str, root: Path) -> bool:
    """Whether the file of a user's own test is gone. Recorded contracts and outcomes are not looked into."""
    if name.partition("/")[0] in (*PROVIDERS, "outcomes"):
        return False
    try:
        test = library.read(name).test
    except CassetteError:  # whoever plays it will hear of that
        return False
    return bool(test) and not (root / test.partition("::")[0]).is_file()


def _is_of_no_module(name: str, contracts: Mapping[str, Path]) -> bool:
    provider, _, rest = name.partition("/")
    return provider in contracts and not (contracts[provider] / f"{rest.partition('/')[0]}.py").is_file()
