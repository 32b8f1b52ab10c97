"""What the processes of one run share, on disk: so that it holds across workers, and outlives a run that is killed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from pytest_keyauth.errors import CleaningError

__all__ = ["RunFile"]

_TABLES = """
CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known (account TEXT, kind TEXT, name TEXT, PRIMARY KEY (account, kind, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS creations (
    number INTEGER PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, intended REAL NOT NULL,
    name TEXT, state TEXT NOT NULL
);
"""

#: How long one process waits for another; a transaction takes less than a millisecond.
PATIENCE_S = 30.0


class RunFile:
    """One SQLite file that all processes of a run write.

    What is committed stands, whatever becomes of the process: it is handed to the operating system first, which is not
    waited for, since what a power cut loses the provider has lost, too, or `clean` finds it by other ways.

    :param path: the file; it is made where it is not there.
    :raises CleaningError: where it cannot be made, or is none: what it said of things made is lost.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        try:
            self._connection = self._open()
        except sqlite3.Error as error:
            raise CleaningError(
                f"{path} cannot be read ({error}): look for users and keys that a run has left in the provider's "
                "console, then delete the file"
            ) from None

    def _open(self) -> sqlite3.Connection:
        # Clients of one process may be in several threads, and take turns.
        connection = sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
        try:
            connection.executescript(f"PRAGMA synchronous = OFF; PRAGMA journal_mode = TRUNCATE; {_TABLES}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def __repr__(self) -> str:
        return f"<RunFile: {self.path.name}>"

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Read and write, all or nothing, while no other process does."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            finally:  # also where Ctrl-C comes in between: an open transaction would stop all processes of the run
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def read_number(self, connection: sqlite3.Connection, name: str) -> float:
        """A number that was kept; 0 where none was."""
        row = connection.execute("SELECT value FROM numbers WHERE name = ?", (name,)).fetchone()
        return 0.0 if row is None else float(row[0])

    def write_number(self, connection: sqlite3.Connection, name: str, value: float) -> None:
        """Keep a number."""
        connection.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def remove(self) -> None:
        """Close the file and delete it."""
        self.close()
        for suffix in ("", "-journal"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
