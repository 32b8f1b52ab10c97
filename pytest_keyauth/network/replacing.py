"""Functions of others, replaced by ours for a while.

It imports nothing of this package, and needs no more than Python 3.9: child processes are given it as a file.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

__all__ = ["Replacements", "find_innermost"]

Function = Callable[..., Any]


class Replacements:
    """Remembers what each of our functions has replaced, also where others have replaced some in between."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: Of each function of ours: whether its owner had one of its own, or inherited it; and which.
        self._before: WeakKeyDictionary[Function, tuple[bool, Any]] = WeakKeyDictionary()

    def put(self, owner: Any, name: str, make: Callable[[Function], Function]) -> None:
        """Replace a function by what is made of it, unless the one that is there is ours.

        Other plugins put back what they have found before us; so this is to be called again from time to time.
        """
        with self._lock:
            current = getattr(owner, name)
            if current in self._before:
                return
            ours = wraps(current)(make(current))
            self._before[ours] = (name in vars(owner), current)
            setattr(owner, name, ours)

    def put_back(self, owner: Any, name: str) -> None:
        """Take ours away. What others have laid over it is theirs, and stays."""
        with self._lock:
            while (current := vars(owner).get(name)) in self._before:
                was_own, before = self._before.pop(current)
                if was_own:
                    setattr(owner, name, before)
                else:
                    delattr(owner, name)


def find_innermost(function: Function) -> Function:
    """The function below all that have been wrapped around it, also by a run around this one."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function
