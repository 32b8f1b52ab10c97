"""What the processes of one run share, on disk: so that it holds across workers, and outlives a run that is killed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

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
    :raises OSError: where it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # Clients of one process may be in several threads, and take turns.
        self._connection = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
        self._lock = RLock()
        self._connection.executescript(f"PRAGMA synchronous = OFF; PRAGMA journal_mode = TRUNCATE; {_TABLES}")

    def __repr__(self) -> str:
        return f"<RunFile: {self.path.name}>"

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Read and write, all or nothing, while no other process does."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

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
