"""Which emulator answers for which address."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.network.detour import LOOPBACK_HOSTS

__all__ = ["find_handlers", "is_loopback_tls"]

KEYTRAC_HOST = "api.keytrac.net"

Handle = Callable[[Request], Response]


def find_handlers(urls: Mapping[str, str], keytrac: Any, keyfax: Any) -> dict[str, Handle]:
    """The handlers of a test's emulators by host, or by ``localhost`` and port on this machine.

    KeyTrac is at its own host, and where the environment says that it is; Keyfax where its target is said to be. Where
    no emulator is behind a target, but a recording, that answers at the client.
    """
    handlers = {}
    if keytrac.control is not None:
        handlers[KEYTRAC_HOST] = keytrac.control.handle
    if keyfax.control is not None:
        handlers[_address(keyfax.reach.url)] = keyfax.control.handle
    if "keytrac" in urls and keytrac.control is not None:
        handlers.setdefault(_address(urls["keytrac"]), keytrac.control.handle)
    return handlers


def is_loopback_tls(*urls: str) -> bool:
    """Whether one of these says that TLS is spoken with this machine."""
    parts = [httpx.URL(url) for url in urls]
    return any(url.scheme == "https" and url.host in LOOPBACK_HOSTS for url in parts)


def _address(url: str) -> str:
    parts = httpx.URL(url)
    if parts.host not in LOOPBACK_HOSTS:
        return parts.host.lower()
    return f"localhost:{parts.port or (443 if parts.scheme == 'https' else 80)}"
