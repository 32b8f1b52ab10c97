"""`keyauth serve` beside other servers that tests are run against, under load from 1, 16 and 64 connections.

Beside it are an empty ASGI application behind the same server, moto's server, Prism, and pytest-httpserver. All are put
under load by the same generator, in turn. None of the others does what ours does: Prism checks the same requests by our
own OpenAPI document and answers with the document's examples; moto tells who calls (`GetCallerIdentity`), its cheapest
answer, whatever ours is asked; the other two answer with the same bytes. The reference has these, its p99 beside them.

Moto's server needs Flask, and Prism is a package of npm: both are put into `build/rivals` by the first whole run.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import repeat
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx
import process
from document_user import SAMPLES, enrol
from load import Load, put_load
from measuring import Line, Pairs
from serving import BARE, BARE_ANNOUNCES, SERVE, SERVE_ANNOUNCES, write_request

from pytest_keyauth.keystrokes import cast
from pytest_keyauth.keystrokes.texts import SENTENCES

AT_ONCE = (1, 16, 64)
TYPISTS = 40
INSTALL_S = 300

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "pytest_keyauth" / "openapi" / "keytrac.yaml"
RIVALS = ROOT / "build" / "rivals"
SERVERS = (sys.executable, str(Path(__file__).with_name("rival_servers.py")))

PRISM = "@stoplight/prism-cli@5.14.2"
FLASK = ("flask", "flask-cors")

WHO_CALLS = b"Action=GetCallerIdentity&Version=2011-06-15"
WHO_CALLS_HEAD = (
    "POST / HTTP/1.1\r\nHost: sts.amazonaws.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/sts/aws4_request, "
    f"SignedHeaders=host, Signature=0\r\nContent-Length: {len(WHO_CALLS)}\r\n\r\n"
)


class NotThere(Exception):
    """A server that is not installed, and why it could not be."""


@dataclass(frozen=True)
class Rival:
    """A server beside ours: where it listens, and what it is asked, or None for what ours is asked."""

    name: str
    port: int
    request: bytes | None = None


@dataclass(frozen=True)
class Reach:
    """Our server, and the account that is used."""

    url: str
    token: str

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 80

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": self.token}, trust_env=False, timeout=60)


def measure(quick: bool) -> Iterator[Line]:
    """Requests a second, ours to each other's; p99 is in the line."""
    sizes, rounds, seconds = ((20, 100), 1, 0.01) if quick else ((1_000, 100_000), 3, 0.6)
    with process.empty_folder() as byte_code, ExitStack() as stack:
        ours = stack.enter_context(process.serving(SERVE, SERVE_ANNOUNCES, byte_code))
        reach = Reach(ours.variables["KEYAUTH_KEYTRAC_URL"], ours.variables["KEYAUTH_KEYTRAC_TOKEN"])
        rivals: list[Rival | Line] = []
        for name, start in STARTS.items():
            try:
                rivals.append(start(stack, byte_code, quick))
            except NotThere as reason:
                rivals.append(Line(name, "skipped", "", str(reason)))
        for operation, request in _grow(reach, sizes):
            for at_once in AT_ONCE:
                yield from _compare(
                    f"{operation}, {at_once} at once", reach.port, request, rivals, at_once, rounds, seconds
                )


def _compare(
    name: str, port: int, request: bytes, rivals: list[Rival | Line], at_once: int, rounds: int, seconds: float
) -> Iterator[Line]:
    put = partial(put_load, connections=at_once, seconds=seconds)
    there = [rival for rival in rivals if isinstance(rival, Rival)]
    loads: list[tuple[Load, dict[str, Load]]] = []
    for _ in range(rounds + 1):
        ours = put(port, repeat(request))
        loads.append((ours, {rival.name: put(rival.port, repeat(rival.request or request)) for rival in there}))
    del loads[0]  # it has filled the caches
    for rival in rivals:
        if isinstance(rival, Line):
            yield Line(f"{name} : {rival.measurement}", rival.figure, "", rival.ours)
        else:
            yield _line(
                f"{name} : {rival.name}", [ours for ours, _ in loads], [others[rival.name] for _, others in loads]
            )


def _line(measurement: str, ours: list[Load], reference: list[Load]) -> Line:
    ratio = Pairs([load.rate for load in ours], [load.rate for load in reference]).ratio
    return Line(measurement, f"{ratio:.3f}x" if ratio < 10 else f"{ratio:.1f}x", "", _show(ours), _show(reference))


def _show(loads: list[Load]) -> str:
    return f"{median(load.rate for load in loads):.0f}/s {median(load.p99_ms for load in loads):.1f}ms"


# What ours is asked


def _grow(reach: Reach, sizes: tuple[int, int]) -> Iterator[tuple[str, bytes]]:
    """The requests by their names, with so many users enrolled as each needs."""
    with reach.client() as client:
        identifier = enrol(client)
        texts = [[typist.types(text) for text in SENTENCES[1:3]] for typist in cast(TYPISTS, "bench")]
        [attempt] = SAMPLES["anytext"][1]
        _enrol_up_to(sizes[0], reach, client, texts)
        yield "status", write_request("GET", "/status", reach.token)
        body = json.dumps({"user_id": identifier, "samples": [attempt]}).encode()
        yield "authenticate", write_request("POST", "/anytext/authenticate", reach.token, body)
        body = json.dumps({"limit": 10, "samples": [attempt]}).encode()
        for users in sizes:
            _enrol_up_to(users, reach, client, texts)
            yield f"identify/{users:,}", write_request("POST", "/anytext/identify", reach.token, body)


def _enrol_up_to(users: int, reach: Reach, client: httpx.Client, texts: list[list[str]]) -> None:
    known = len(client.get("/users").json())
    if known >= users:
        return
    put_load(reach.port, repeat(write_request("POST", "/users", reach.token), users - known))
    new = [user["identifier"] for user in client.get("/users").json()][: users - known]  # the newest come first
    put_load(reach.port, (_enrol(reach.token, user, texts[place % TYPISTS]) for place, user in enumerate(new)))


def _enrol(token: str, identifier: str, samples: list[str]) -> bytes:
    return write_request(
        "POST", "/anytext/enrol", token, json.dumps({"user_id": identifier, "samples": samples}).encode()
    )


# Who else is asked


def _start_empty(stack: ExitStack, byte_code: Path, _quick: bool) -> Rival:
    bare = stack.enter_context(process.serving(BARE, BARE_ANNOUNCES, byte_code))
    return Rival("empty app", urlsplit(bare.variables[BARE_ANNOUNCES]).port or 80)


def _start_moto(stack: ExitStack, byte_code: Path, quick: bool) -> Rival:
    if find_spec("moto") is None:
        raise NotThere("not installed")
    folder = RIVALS / "moto"
    if not (folder / "flask_cors").is_dir():
        _install([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), *FLASK], quick)
    port = _start("moto", stack, byte_code, str(folder))
    return Rival("moto", port, WHO_CALLS_HEAD.encode() + WHO_CALLS)


def _start_prism(stack: ExitStack, byte_code: Path, quick: bool) -> Rival:
    folder = RIVALS / "prism"
    program = folder / "node_modules" / ".bin" / "prism"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise NotThere("npm is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        _install([npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", PRISM], quick)
    return Rival("Prism", _start("Prism", stack, byte_code, str(program), str(DOCUMENT)))


def _start_httpserver(stack: ExitStack, byte_code: Path, _quick: bool) -> Rival:
    if find_spec("pytest_httpserver") is None:
        raise NotThere("not installed")
    return Rival("pytest-httpserver", _start("pytest-httpserver", stack, byte_code))


def _start(name: str, stack: ExitStack, byte_code: Path, *arguments: str) -> int:
    server = stack.enter_context(process.serving((*SERVERS, name, *arguments), "RIVAL_URL", byte_code))
    return urlsplit(server.variables["RIVAL_URL"]).port or 80


def _install(command: list[str], quick: bool) -> None:
    if quick:
        raise NotThere("not installed yet; a whole run does")
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_S)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotThere(f"cannot be installed: {type(error).__name__}") from None


STARTS: dict[str, Callable[[ExitStack, Path, bool], Rival]] = {
    "empty app": _start_empty,
    "moto": _start_moto,
    "Prism": _start_prism,
    "pytest-httpserver": _start_httpserver,
}
