"""Answers on their way through a socket: whole and at once, or as they were told to go wrong."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from http.client import responses
from typing import Any

from pytest_keyauth.emulator.disturbance import Disturbance
from pytest_keyauth.emulator.message import Response

__all__ = ["CONNECTION", "deliver"]

#: The extension of an ASGI scope under which a server of ours gives its transport (see ``server``).
CONNECTION = "keyauth.connection"

GARBAGE = b"\x00\xff<<this is no HTTP>>\r\n\r\n"

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def deliver(response: Response, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Send an answer, or let it go wrong on its way.

    :raises RuntimeError: where the server does not give its connections, without which nothing can go wrong with them.
    """
    disturbance = response.disturbance
    if disturbance is None:
        await _send_whole(response, send)
    elif not disturbance.breaks:
        await _send_late(response, disturbance, receive, send)
    else:
        transport = scope.get("extensions", {}).get(CONNECTION)
        if transport is None:
            raise RuntimeError(f"this server does not give its connections, so that {disturbance.kind} cannot be had")
        _break(response, disturbance, transport)
        while (await receive())["type"] != "http.disconnect":
            pass  # the client is waited for: it has to notice by itself


async def _send_whole(response: Response, send: Send) -> None:
    await send(_start(response))
    await send({"type": "http.response.body", "body": response.body})


async def _send_late(response: Response, disturbance: Disturbance, receive: Receive, send: Send) -> None:
    if disturbance.kind == "latency":
        if await _is_still_there(disturbance.seconds, receive):
            await _send_whole(response, send)
        return
    await send(_start(response))
    pause_s = disturbance.seconds / max(len(response.body), 1)
    for index in range(len(response.body)):
        if not await _is_still_there(pause_s, receive):
            return
        await send({"type": "http.response.body", "body": response.body[index : index + 1], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _is_still_there(seconds: float, receive: Receive) -> bool:
    """Wait, and tell whether the client has done so, too: nobody else keeps an answer waiting, or a run its end."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return True
    return False


def _start(response: Response) -> dict[str, Any]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    headers.append((b"content-length", b"%d" % len(response.body)))
    return {"type": "http.response.start", "status": response.status, "headers": headers}


def _break(response: Response, disturbance: Disturbance, transport: asyncio.Transport) -> None:
    if disturbance.kind == "reset":
        _reset(transport)
    elif disturbance.kind != "timeout":
        transport.write(b"".join(_write_broken(response, disturbance)))
        transport.close()


def _reset(transport: asyncio.Transport) -> None:
    """Close without a farewell: what is not read yet is lost, and the other end is told so (RST)."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _write_broken(response: Response, disturbance: Disturbance) -> Iterator[bytes]:
    """The bytes of an answer that no client can take for a whole one."""
    if disturbance.kind == "garbage":
        yield GARBAGE
        return
    yield f"HTTP/1.1 {response.status} {responses.get(response.status, '')}\r\n".encode()
    yield from (f"{name}: {value}\r\n".encode("latin-1") for name, value in response.headers)
    half = response.body[: len(response.body) // 2]
    if disturbance.kind == "truncated-body":
        yield b"Content-Length: %d\r\n\r\n%b" % (max(len(response.body), 1), half)
    else:
        yield b"Transfer-Encoding: chunked\r\n\r\n"
        yield b"%x\r\n%b\r\nno number\r\n" % (len(half), half) if half else b"no number\r\n"
