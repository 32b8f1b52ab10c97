"""Requests per second of `keyauth serve` over 16 connections, against an empty application behind the same server."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import process
from document_user import METHODS, SAMPLES, enrol
from load import requests_per_second
from measuring import Line, in_turn

SERVE = (str(Path(sys.executable).with_name("keyauth")), "serve", "--port", "0")
BARE = (sys.executable, str(Path(__file__).with_name("bare_server.py")))
SERVE_ANNOUNCES, BARE_ANNOUNCES = "KEYAUTH_KEYFAX_SIGNING_KEY", "BARE_URL"


def measure(quick: bool) -> Iterator[Line]:
    """`GET /status`, and an authentication by each method, with the same bytes sent to both servers."""
    rounds, count = (1, 64) if quick else (15, 3200)
    with (
        process.empty_folder() as byte_code,
        process.serving(SERVE, SERVE_ANNOUNCES, byte_code) as ours,
        process.serving(BARE, BARE_ANNOUNCES, byte_code) as bare,
    ):
        url, token = ours.variables["KEYAUTH_KEYTRAC_URL"], ours.variables["KEYAUTH_KEYTRAC_TOKEN"]
        our_port, bare_port = urlsplit(url).port or 80, urlsplit(bare.variables["BARE_URL"]).port or 80
        for name, request in _requests(url, token).items():
            pairs = in_turn(
                rounds,
                partial(requests_per_second, our_port, request, count),
                partial(requests_per_second, bare_port, request, count),
            )
            aim = "> 0.7x" if name == "status" else "> 0.25x"
            yield Line.of_ratio(f"keyauth serve, {name} : empty app", pairs, aim, "{:.0f} /s")


def _requests(url: str, token: str) -> dict[str, bytes]:
    with httpx.Client(base_url=url, headers={"Authorization": token}, trust_env=False) as client:
        identifier = enrol(client)
    requests = {"status": write_request("GET", "/status", token)}
    for method in METHODS:
        body = json.dumps({"user_id": identifier, "samples": SAMPLES[method][1]}).encode()
        requests[f"{method} authenticate"] = write_request("POST", f"/{method}/authenticate", token, body)
    return requests


def write_request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """One request, with a body in JSON where there is one."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body
