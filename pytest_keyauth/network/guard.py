"""No test reaches a real provider by accident: its host is not looked up, nor is TLS spoken with it through a proxy.

It costs nothing until somebody asks for an address, and imports nothing but what every client has imported by then.
"""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from pytest_keyauth.errors import ProviderBlockedError

__all__ = ["ProviderGuard", "read_host", "replaced"]

Change = tuple[Any, str, Any]
"""An object, the name of its attribute, and what that is to be."""


def read_host(host: object) -> str:
    """The name of a host as it is compared, whatever a client library gives: text, bytes, None."""
    if isinstance(host, bytes | bytearray):
        host = bytes(host).decode("ascii", "replace")
    return str(host or "").rstrip(".").lower()


@contextmanager
def replaced(*changes: Change) -> Iterator[None]:
    """Set attributes, and take each back to what it was, be it its own or inherited."""
    before = [(owner, name, name in vars(owner), vars(owner).get(name)) for owner, name, _ in changes]
    for owner, name, value in changes:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, was_own, value in reversed(before):
            if was_own:
                setattr(owner, name, value)
            else:
                delattr(owner, name)


class ProviderGuard:
    """Refuses connections of this process to some hosts, from `install` to `remove`."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts
        self._installed: ExitStack | None = None
        self._guards_tls = False

    def install(self) -> None:
        """Begin to refuse."""
        if self._installed is None:
            self._installed = ExitStack()
            self._installed.enter_context(replaced((socket, "getaddrinfo", self._guarded(socket.getaddrinfo))))

    def remove(self) -> None:
        """Put everything back as it was."""
        if self._installed is not None:
            self._installed.close()
            self._installed, self._guards_tls = None, False

    def check(self, host: object) -> None:
        """Let any other host pass.

        :raises ProviderBlockedError: for one that is guarded.
        """
        name = read_host(host)
        if name in self._hosts:
            raise ProviderBlockedError(name)

    def _guarded(self, resolve: Callable[..., Any]) -> Callable[..., Any]:
        def getaddrinfo_guarded(host: Any, *arguments: Any, **keywords: Any) -> Any:
            self.check(host)
            self.guard_tls()
            return resolve(host, *arguments, **keywords)

        return getaddrinfo_guarded

    def guard_tls(self) -> None:
        """Through a proxy a provider is reached without its address: but not without its name in TLS.

        To be called before anybody else replaces the same functions for a while: who comes last has to go first.
        """
        if self._guards_tls or "ssl" not in sys.modules or self._installed is None:
            return
        self._guards_tls = True
        import ssl

        wrap_socket, wrap_bio = ssl.SSLContext.wrap_socket, ssl.SSLContext.wrap_bio

        @wraps(wrap_socket)
        def wrap_socket_guarded(context: ssl.SSLContext, *arguments: Any, **keywords: Any) -> Any:
            self.check(keywords.get("server_hostname"))
            return wrap_socket(context, *arguments, **keywords)

        @wraps(wrap_bio)
        def wrap_bio_guarded(context: ssl.SSLContext, *arguments: Any, **keywords: Any) -> Any:
            self.check(keywords.get("server_hostname", arguments[3] if len(arguments) > 3 else None))
            return wrap_bio(context, *arguments, **keywords)

        self._installed.enter_context(
            replaced(
                (ssl.SSLContext, "wrap_socket", wrap_socket_guarded), (ssl.SSLContext, "wrap_bio", wrap_bio_guarded)
            )
        )
