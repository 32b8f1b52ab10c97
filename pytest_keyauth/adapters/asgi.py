"""The emulators as one ASGI application."""

from collections.abc import Awaitable, Callable
from typing import Any

from pytest_keyauth.adapters.delivery import deliver
from pytest_keyauth.emulator.control import PREFIX, ControlPlane
from pytest_keyauth.emulator.keyfax.installations import Installations
from pytest_keyauth.emulator.keyfax.steering import KeyfaxSteering
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.keytrac.steering import KeytracSteering
from pytest_keyauth.emulator.message import Request, Response

__all__ = ["EmulatorApplication", "read_body", "read_request"]

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class EmulatorApplication:
    """KeyTrac at the root, Keyfax installations each below a root of its own, the control plane below ``/_keyauth/``.

    Written to the ASGI interface directly: a framework would cost more than the emulator does. Header names keep their
    case only behind a server that hands them on as they were sent (see ``server``).
    """

    def __init__(self, keytrac: KeytracEmulator, keyfax: Installations) -> None:
        self._keytrac = keytrac
        self._keyfax = keyfax
        self._control = ControlPlane({"keytrac": KeytracSteering(keytrac), "keyfax": KeyfaxSteering(keyfax)})

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the emulators speak HTTP only, not {scope['type']}")
        body = await read_body(receive)
        if body is None:
            return
        await deliver(self._answer(read_request(scope, body)), scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(PREFIX) or request.path == PREFIX[:-1]:
            return self._control.handle(request)
        keyfax = self._keyfax.find(request.path)
        return self._keytrac.handle(request) if keyfax is None else keyfax.handle(request)


async def read_body(receive: Receive) -> bytes | None:
    """Read the whole body; None where the client went away before it was complete."""
    message = await receive()
    chunks = [message.get("body", b"")]
    while message.get("more_body"):
        message = await receive()
        chunks.append(message.get("body", b""))
    return None if message["type"] == "http.disconnect" else b"".join(chunks)


def read_request(scope: dict[str, Any], body: bytes) -> Request:
    """The request of an ASGI scope."""
    headers = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]])
    path = scope["raw_path"].decode("latin-1")
    return Request(scope["method"], path, scope["query_string"].decode("latin-1"), headers, body, scope["scheme"])
