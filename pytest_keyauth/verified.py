"""What was confirmed live and when, what has drifted since, and what a human has accepted: a small file to commit.

A drift keeps the day of the last confirmation: the file says what is known of the provider, not what a run came to.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pytest_keyauth.errors import SettingsError
from pytest_keyauth.findings import Deviation
from pytest_keyauth.verdicts import Verdict

__all__ = ["Drift", "Entry", "Verified", "read_verified"]

SCHEMA = 1

Place = tuple[str, str]
"""Where a deviation is, and of which kind: what it said is not compared, since it differs from answer to answer."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How an answer deviates, masked, and since which day that is known, or accepted."""

    since: date
    deviations: tuple[Deviation, ...]

    def covers(self, deviations: Iterable[Deviation]) -> bool:
        """Whether an answer deviates in these places and in no others."""
        found = set(map(_place, deviations))
        return bool(found) and found <= set(map(_place, self.deviations))


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one outcome.

    ``confirmed``: the last day on which a live provider answered as documented, and ``server`` which it was.
    """

    confirmed: date | None = None
    server: str = ""
    drift: Drift | None = None
    accepted: Drift | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What is known of all outcomes, by their full names."""

    entries: Mapping[str, Entry]

    def confirmed_on(self, outcome: str) -> date | None:
        """The last day on which an outcome was confirmed live; None for never."""
        return self.entries.get(outcome, Entry()).confirmed

    def accepts(self, outcome: str, deviations: Iterable[Deviation]) -> date | None:
        """The day on which somebody has accepted that an outcome deviates so; None where nobody has."""
        accepted = self.entries.get(outcome, Entry()).accepted
        return accepted.since if accepted is not None and accepted.covers(deviations) else None

    def update(self, verdicts: Iterable[Verdict], servers: Mapping[str, str], today: date) -> "Verified":
        """Take in what a run has found out; of what it could not ask nothing changes."""
        entries = dict(self.entries)
        for verdict in verdicts:
            name, old = verdict.outcome.name, entries.get(verdict.outcome.name, Entry())
            if verdict.word == "confirmed":
                entries[name] = Entry(today, servers.get(verdict.outcome.provider, ""))
            elif verdict.word == "drifted":
                entries[name] = replace(old, drift=_continue(old.drift, verdict.deviations, today))
        return Verified(entries)

    def accept(self, names: Iterable[str], today: date) -> "Verified":
        """Accept that outcomes deviate as they were last seen to.

        :raises SettingsError: for a name of which no drift is known.
        """
        entries = dict(self.entries)
        for name in names:
            entry = entries.get(name, Entry())
            if entry.drift is None:
                drifted = ", ".join(self.drifted()) or "none"
                raise SettingsError(f"{name}: no drift of it is known; those that are: {drifted}")
            entries[name] = replace(entry, drift=None, accepted=replace(entry.drift, since=today))
        return Verified(entries)

    def drifted(self) -> list[str]:
        """The outcomes that have drifted, and nobody has accepted it."""
        return [name for name, entry in sorted(self.entries.items()) if entry.drift is not None]

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all; the same knowledge gives the same bytes.

        :raises OSError: where it cannot be written.
        """
        entries = {name: _to_plain(entry) for name, entry in sorted(self.entries.items())}
        text = json.dumps({"schema": SCHEMA, "outcomes": entries}, indent=1, ensure_ascii=False) + "\n"
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)


def read_verified(path: Path) -> Verified:
    """Read the file; where there is none, nothing is known.

    :raises SettingsError: where it is another file, or of a later version.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise SettingsError(f"{path} has schema {document['schema']}, expected {SCHEMA}: upgrade pytest-keyauth")
        return Verified({str(name): _from_plain(entry) for name, entry in document["outcomes"].items()})
    except FileNotFoundError:
        return Verified({})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SettingsError(
            f"{path} does not tell what was confirmed ({type(error).__name__}: {error}): put back the version that was "
            "committed, or name another with --keyauth-verified"
        ) from None


def _place(deviation: Deviation) -> Place:
    return deviation.place, deviation.kind


def _continue(known: Drift | None, deviations: tuple[Deviation, ...], today: date) -> Drift:
    """A drift that was seen before keeps its first day."""
    same = known is not None and known.covers(deviations)
    return Drift(known.since if known is not None and same else today, deviations)


def _to_plain(entry: Entry) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    if entry.confirmed is not None:
        plain |= {"confirmed": entry.confirmed.isoformat(), "server": entry.server}
    for name in ("drift", "accepted"):
        drift: Drift | None = getattr(entry, name)
        if drift is not None:
            plain[name] = {"since": drift.since.isoformat(), "deviations": [asdict(item) for item in drift.deviations]}
    return plain


def _from_plain(plain: Mapping[str, Any]) -> Entry:
    drifts = {
        name: Drift(date.fromisoformat(plain[name]["since"]), tuple(Deviation(**i) for i in plain[name]["deviations"]))
        for name in ("drift", "accepted")
        if name in plain
    }
    confirmed = date.fromisoformat(plain["confirmed"]) if "confirmed" in plain else None
    return Entry(confirmed, str(plain.get("server", "")), **drifts)
