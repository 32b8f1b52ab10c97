"""Where Keyfax keeps keys and sessions, and where it can really fail."""

from hashlib import sha256
from typing import Literal, get_args

from pytest_keyauth.emulator.faults import Faults
from pytest_keyauth.emulator.keyfax.keys import KeyPair, surviving
from pytest_keyauth.emulator.keyfax.sessions import Session

__all__ = ["MOST_SESSIONS", "Action", "Store"]

Action = Literal["write-key", "delete-key", "read-key", "write-session", "read-session"]


#: How many sessions are kept: nothing ever deletes one.
MOST_SESSIONS = 10_000


class Store:
    """Keys by host and sessions by guid, in memory. What fails (see :meth:`fail`) has changed nothing.

    The oldest sessions are forgotten where there are more than :data:`MOST_SESSIONS`.

    Verifying a request and steering the emulator do not count as actions: only operations fail.
    """

    def __init__(self) -> None:
        self._pairs: dict[str, tuple[KeyPair, ...]] = {}
        self._by_api_key: dict[bytes, KeyPair] = {}
        self._sessions: dict[str, Session] = {}
        self.has_forgotten = False
        self._faults = Faults(get_args(Action))

    def fail(self, action: str, times: int = 1) -> None:
        """Let the next ``times`` calls of one action fail; 0 mends it.

        :raises ValueError: for an unknown action, or a number below 0.
        """
        self._faults.place(action, times)

    def pairs(self, host: str) -> tuple[KeyPair, ...]:
        """All living pairs of a host, oldest first."""
        return self._pairs.get(host, ())

    def active(self, host: str) -> KeyPair | None:
        """The pair of a host that is in use."""
        return next(iter(self.pairs(host)), None)

    def find_pair(self, api_key: str) -> KeyPair | None:
        """Look a pair up by the digest of its API key, so that no comparison tells how much of a guess was right."""
        return self._by_api_key.get(_digest(api_key))

    def read_active(self, host: str) -> KeyPair | None:
        """The same as :meth:`active`, for an operation that needs it."""
        self._faults.attempt("read-key")
        return self.active(host)

    def add_pair(self, pair: KeyPair) -> None:
        """Keep a new pair beside those that its host has."""
        self._faults.attempt("write-key")
        self._pairs[pair.host] = (*self.pairs(pair.host), pair)
        self._by_api_key[_digest(pair.api_key)] = pair

    def delete_pairs(self, host: str) -> None:
        """Delete all pairs of a host."""
        self._faults.attempt("delete-key")
        self._replace(host, ())

    def use_pair(self, pair: KeyPair) -> None:
        """Let the older pairs of the host die, since this one was used."""
        pairs = self.pairs(pair.host)
        if pairs and pairs[0] is not pair:
            self._replace(pair.host, surviving(pairs, pair))

    def damage_pairs(self, host: str) -> None:
        """Spoil the signing keys of a host."""
        self._replace(host, tuple(pair.damaged() for pair in self.pairs(host)))

    def _replace(self, host: str, pairs: tuple[KeyPair, ...]) -> None:
        for pair in self._pairs.pop(host, ()):
            del self._by_api_key[_digest(pair.api_key)]
        if pairs:
            self._pairs[host] = pairs
            self._by_api_key.update({_digest(pair.api_key): pair for pair in pairs})

    def sessions(self) -> dict[str, Session]:
        """All sessions by guid, the oldest first; a copy."""
        return dict(self._sessions)

    def find_session(self, guid: str) -> Session | None:
        """Look one session up."""
        return self._sessions.get(guid)

    def read_session(self, guid: str) -> Session | None:
        """The same as :meth:`find_session`, for an operation that needs it."""
        self._faults.attempt("read-session")
        return self._sessions.get(guid)

    def write_session(self, session: Session) -> None:
        """Keep a new session, or a new state of one."""
        self._faults.attempt("write-session")
        self.set_session(session)

    def set_session(self, session: Session) -> None:
        """The same as :meth:`write_session`, for who steers the emulator."""
        self._sessions[session.guid] = session
        if len(self._sessions) > MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
            self.has_forgotten = True


def _digest(api_key: str) -> bytes:
    return sha256(api_key.encode("utf-8", "surrogatepass")).digest()
