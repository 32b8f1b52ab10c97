"""The reference of `keyauth serve`: an empty ASGI application behind uvicorn with the same options."""

import socket
from typing import Any

import uvicorn

BODY = b'{"overview":{"users_created":1,"enrolments":2,"authentications":3}}'


async def application(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer whatever comes with the same bytes."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


class Server(uvicorn.Server):
    """Announces itself as `keyauth serve` does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        print(f"export BARE_URL=http://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)


def main() -> None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        application,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
    )
    Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
