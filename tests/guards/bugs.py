"""A bug that is planted: a few characters of one module of an emulator are others, as a slip would have them.

The changed source is compiled, and the code of each function that came out differently put into the function that is
there: so everybody who holds the function has the bug, and nothing need be imported again.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["Bug", "StaleBugError"]

EMULATOR = "pytest_keyauth.emulator"


class StaleBugError(Exception):
    """A bug can no longer be planted: the source is another one now. Write the bug anew."""


@dataclass(frozen=True)
class Bug:
    """A slip: where, which fragments of the source it changes (each occurs there once), and who ought to notice.

    ``kind``: what sort of slip it is; ``near``: the file of tests, from the project's root, that has to fail.
    """

    name: str
    kind: str
    module: str
    edits: tuple[tuple[str, str], ...]
    near: str

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Plant it, and take it out again.

        :raises StaleBugError: where a fragment does not occur exactly once, or changes nothing that can be planted.
        """
        module = import_module(f"{EMULATOR}.{self.module}")
        source = inspect.getsource(module)
        changes = list(_changes(module, source, self._spoil(source)))
        if not changes:
            raise StaleBugError(f"{self.name}: nothing in {self.module} is changed by it")
        right = [(function, function.__code__) for function, _ in changes]
        try:
            for function, wrong in changes:
                function.__code__ = wrong
            yield
        finally:
            for function, code in right:
                function.__code__ = code

    def _spoil(self, source: str) -> str:
        for old, new in self.edits:
            if source.count(old) != 1:
                raise StaleBugError(f"{self.name}: {old!r} occurs {source.count(old)} times in {self.module}, not once")
            source = source.replace(old, new)
        return source


def _changes(module: ModuleType, right: str, wrong: str) -> Iterator[tuple[FunctionType, CodeType]]:
    """The functions of a module that have other code where its source is the wrong one, and that code."""
    expected = dict(_functions(compile(right, str(module.__file__), "exec", dont_inherit=True)))
    for name, code in _functions(compile(wrong, str(module.__file__), "exec", dont_inherit=True)):
        if _meaning(code) != _meaning(expected[name]):
            yield _find(module, name), code


def _functions(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """The functions of a module and the methods of its classes, by their qualified names; not those inside of them."""
    for part in code.co_consts:
        if isinstance(part, CodeType) and "<" not in part.co_qualname:
            if part.co_flags & inspect.CO_NEWLOCALS:
                yield part.co_qualname, part
            else:
                yield from _functions(part)


def _meaning(code: CodeType) -> Any:
    """What a function does, without the lines where it stands."""
    parts = tuple(_meaning(part) if isinstance(part, CodeType) else (type(part), part) for part in code.co_consts)
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, parts


def _find(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    found = getattr(found, "fget", None) or getattr(found, "func", None) or found
    assert isinstance(found, FunctionType), name
    return found
