"""Which emulator answers for which address."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.network.wire import LOOPBACK_HOSTS

__all__ = ["find_handlers"]

KEYTRAC_HOST = "api.keytrac.net"

Handle = Callable[[Request], Response]


def find_handlers(urls: Mapping[str, str], keytrac: Any, keyfax: Any) -> dict[str, Handle]:
    """The handlers of a test's emulators by host, or by ``localhost`` and port on this machine.

    KeyTrac is at its own host, and where the environment says that it is; Keyfax where its target is said to be.
    """
    handlers = {KEYTRAC_HOST: keytrac.control.handle, _address(keyfax.reach.url): keyfax.control.handle}
    if "keytrac" in urls:
        handlers.setdefault(_address(urls["keytrac"]), keytrac.control.handle)
    return handlers


def _address(url: str) -> str:
    parts = httpx.URL(url)
    if parts.host not in LOOPBACK_HOSTS:
        return parts.host.lower()
    return f"localhost:{parts.port or (443 if parts.scheme == 'https' else 80)}"
