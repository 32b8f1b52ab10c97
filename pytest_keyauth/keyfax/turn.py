"""Whose turn it is to fetch a token, among the tasks of one event loop."""

from weakref import WeakKeyDictionary

from anyio import Lock
from anyio.lowlevel import RunVar

__all__ = ["turn_of"]

_turns: RunVar[WeakKeyDictionary[object, Lock] | None] = RunVar("keyfax_turns", None)


def turn_of(owner: object) -> Lock:
    """Give the lock of an owner in the event loop that is running, asyncio's or trio's: a lock is of one loop only."""
    turns = _turns.get()
    if turns is None:
        turns = WeakKeyDictionary()
        _turns.set(turns)
    return turns.setdefault(owner, Lock())
