"""No test reaches a real provider by accident: neither from this process nor, by their environment, from its children.

It costs nothing until somebody asks for an address, and imports nothing but what every client has imported by then.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pytest_keyauth.errors import ProviderBlockedError
from pytest_keyauth.network.children import HEEDED, describe_guard, set_environment
from pytest_keyauth.network.detour import Detour
from pytest_keyauth.network.wire import Wire

__all__ = ["ProviderGuard"]


class ProviderGuard:
    """Refuses connections to some hosts, from `install` to `remove`.

    ``wire``: where the connections of this process go; who has a way around may set it there.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = frozenset(hosts)
        self.wire = Wire(set(self._hosts), ProviderBlockedError)
        self._installed: ExitStack | None = None
        self._set: dict[str, str] = {}
        self._before: dict[str, str | None] = {}

    def __repr__(self) -> str:
        return f"<ProviderGuard of {', '.join(sorted(self._hosts))}>"

    def install(self) -> None:
        """Begin to refuse."""
        if self._installed is None:
            self._installed = ExitStack()
            folder = self._installed.enter_context(TemporaryDirectory(prefix="keyauth-guard-"))
            self._set = describe_guard(Path(folder), self._hosts)
            self._before = self._installed.enter_context(set_environment(self._set))
            self._installed.callback(self.wire.remove)
            self.wire.install()

    @contextmanager
    def leading(self, detour: Detour) -> Iterator[None]:
        """Lead to a server what would go to the hosts of a detour."""
        self.wire.install()
        self.wire.take(detour)
        try:
            yield
        finally:
            self.wire.take(None)

    def read_environment(self) -> dict[str, str]:
        """The variables that children heed, without what we have set."""
        current = {name: os.environ.get(name) for name in HEEDED}
        ours = {name: self._before.get(name) for name, value in self._set.items() if current[name] == value}
        return {name: value for name, value in {**current, **ours}.items() if value is not None}

    def add(self, hosts: Iterable[str]) -> None:
        """Guard these hosts, too."""
        more = self._hosts.union(hosts)
        if more != self._hosts and self._installed is not None:
            self._hosts = more
            self.wire.guarded.update(more)
            self.remove()
            self.install()

    def begin_test(self) -> None:
        """See to it that others have left it as it was, and forget what earlier tests were refused."""
        self.wire.install()
        self.wire.refused.clear()

    def remove(self) -> None:
        """Put everything back as it was."""
        if self._installed is not None:
            self._installed.close()
            self._installed, self._set = None, {}
