"""Tells when certain modules have been imported for the first time.

It imports nothing of this package, and needs no more than Python 3.9: child processes are given it as a file.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # a process that imports none of the modules need not import any more
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

__all__ = ["ImportWatch"]


class ImportWatch:
    """Calls a function after each of some modules has been imported, from `begin` to `end`: a finder of modules."""

    def __init__(self, modules: Iterable[str], tell: Callable[[], None]) -> None:
        self._modules = frozenset(modules)
        self._tell = tell

    def begin(self) -> None:
        """Watch, unless it does already."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def end(self) -> None:
        """Watch no longer."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """What the others find, and where it is one of those modules, with a loader that tells."""
        if fullname not in self._modules or self not in sys.meta_path:
            return None
        below = sys.meta_path[sys.meta_path.index(self) + 1 :]  # those above have been asked; there may be more of us
        others = (finder for finder in below if hasattr(finder, "find_spec"))
        spec = next(filter(None, (finder.find_spec(fullname, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _TellingLoader(spec.loader, self._tell)  # type: ignore[assignment]  # what it needs of one
        return spec


class _TellingLoader:
    def __init__(self, loader: Any, tell: Callable[[], None]) -> None:
        self._loader = loader
        self._tell = tell

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = module.__loader__ = self._loader  # nobody is to see this one afterwards
        self._loader.exec_module(module)
        self._tell()
