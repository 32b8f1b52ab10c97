"""Servers that others test with, each in a process of its own: `rival_servers.py NAME [ARGUMENT…]`.

Each is started as its documents say, but that none logs, and announces itself as `keyauth serve` does.
"""

import logging
import re
import signal
import socket
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from types import FrameType

READY_S = 60

STATUS = {"overview": {"users_created": 1, "enrolments": 2, "authentications": 3}}


def main() -> None:
    name, *arguments = sys.argv[1:]
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    {"pytest-httpserver": serve_httpserver, "moto": serve_moto, "Prism": serve_prism}[name](*arguments)


def announce(port: int) -> None:
    print(f"export RIVAL_URL=http://127.0.0.1:{port}", flush=True)


def serve_httpserver() -> None:
    """Any request is answered with the same JSON, as an empty application does."""
    from pytest_httpserver import HTTPServer

    with HTTPServer(host="127.0.0.1", port=0) as server:
        server.expect_request(re.compile(".*")).respond_with_json(STATUS)
        announce(server.port)
        signal.pause()


def serve_moto(packages: str) -> None:
    """Moto's server for all of AWS; `packages` has what it needs besides moto."""
    sys.path.append(packages)
    warnings.simplefilter("ignore")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    announce(server.get_host_and_port()[1])
    signal.pause()


def serve_prism(program: str, document: str) -> None:
    """Prism, which mocks our own OpenAPI document."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program, "mock", "--host", "127.0.0.1", "--port", str(port), "--multiprocess", "false"]
    child = subprocess.Popen([*command, "--verboseLevel", "silent", document], stdout=subprocess.DEVNULL)

    def stop(_number: int, _frame: FrameType | None) -> None:
        child.terminate()

    signal.signal(signal.SIGTERM, stop)
    for _ in range(READY_S * 10):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            announce(port)
            break
        time.sleep(0.1)
    child.wait()


if __name__ == "__main__":
    main()
