"""The ledger of what a run makes at a provider: each thing is written down before the provider is asked to make it.

What is written: that it is going to be made (``intended``); its name, when the provider has told it (``made``); that
it was not made (``void``); that it is gone again (``removed``). What a killed run has left is neither void nor removed.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from pytest_keyauth.live.run_file import RunFile

__all__ = ["KEYS", "USER", "Creation", "Creations", "fingerprint"]

USER, KEYS = "user", "keys"

INTENDED, MADE, VOID, REMOVED = "intended", "made", "void", "removed"


@dataclass(frozen=True, slots=True)
class Creation:
    """One thing that a run makes.

    ``intended_s``: seconds since 1970. ``name``: a user's identifier, or a host; None while it is not known.
    """

    number: int
    account: str
    kind: str
    intended_s: float
    name: str | None
    state: str


def fingerprint(url: str, credential: str) -> str:
    """Tell an account from others without saying its credential, which has too much chance in it to be guessed."""
    return f"{url} {sha256(f'{url} {credential}'.encode()).hexdigest()[:16]}"


class Creations:
    """What one run makes.

    :param clock: seconds since 1970.
    """

    def __init__(self, file: RunFile, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock

    def intend(self, account: str, kind: str, name: str | None = None) -> int:
        """Write down that something is going to be made, and give its number."""
        with self._file.transaction() as rows:
            columns = (account, kind, self._clock(), name, INTENDED)
            insert = "INSERT INTO creations (account, kind, intended, name, state) VALUES (?, ?, ?, ?, ?)"
            return int(rows.execute(insert, columns).lastrowid or 0)

    def make(self, number: int, name: str) -> None:
        """Write down that it was made, and what it is called."""
        with self._file.transaction() as rows:
            rows.execute("UPDATE creations SET state = ?, name = ? WHERE number = ?", (MADE, name, number))

    def void(self, number: int) -> None:
        """Write down that it was not made."""
        self._set(number, VOID)

    def remove(self, number: int) -> None:
        """Write down that it is gone."""
        self._set(number, REMOVED)

    def _set(self, number: int, state: str) -> None:
        with self._file.transaction() as rows:
            rows.execute("UPDATE creations SET state = ? WHERE number = ?", (state, number))

    def remove_named(self, account: str, kind: str, name: str) -> None:
        """Write down that what has a name is gone; of what this run did not make there is nothing to say."""
        with self._file.transaction() as rows:
            update = "UPDATE creations SET state = ? WHERE account = ? AND kind = ? AND name = ? AND state = ?"
            rows.execute(update, (REMOVED, account, kind, name, MADE))

    def remember(self, account: str, kind: str, names: Iterable[str]) -> None:
        """Write down what was there before this run made anything."""
        with self._file.transaction() as rows:
            rows.executemany("INSERT OR IGNORE INTO known VALUES (?, ?, ?)", [(account, kind, name) for name in names])
            self._file.write_number(rows, f"known {kind} {account}", self._clock())

    def knows(self, account: str, kind: str) -> bool:
        """Whether it was written down what was there before."""
        with self._file.transaction() as rows:
            return self._file.read_number(rows, f"known {kind} {account}") > 0

    def known(self, account: str, kind: str) -> frozenset[str]:
        """What was there before this run made anything."""
        with self._file.transaction() as rows:
            found = rows.execute("SELECT name FROM known WHERE account = ? AND kind = ?", (account, kind))
            return frozenset(str(name) for (name,) in found)

    def left(self) -> list[Creation]:
        """What is, or may be, still there."""
        with self._file.transaction() as rows:
            select = "SELECT * FROM creations WHERE state IN (?, ?) ORDER BY number"
            return [Creation(*row) for row in rows.execute(select, (INTENDED, MADE))]

    def named(self, account: str, kind: str) -> frozenset[str]:
        """All that this run has made and knows the name of, removed or not."""
        with self._file.transaction() as rows:
            select = "SELECT name FROM creations WHERE account = ? AND kind = ? AND name IS NOT NULL"
            return frozenset(str(name) for (name,) in rows.execute(select, (account, kind)))
