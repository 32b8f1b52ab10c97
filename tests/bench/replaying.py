"""Cassettes: replaying against plain vcrpy; a replaying test, and the contracts, against the same in process."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import copytree
from uuid import UUID

import httpx
import process
import vcr
import yaml
from measuring import Line, Pairs, done_in_turn, in_turn

from pytest_keyauth.recording.addresses import CANONICAL, Addresses
from pytest_keyauth.recording.cassette import Cassette, Origin
from pytest_keyauth.recording.exchange import Request, Response
from pytest_keyauth.recording.player import Player
from pytest_keyauth.recording.recorder import Recorder
from pytest_keyauth.recording.transport import CassetteTransport

USERS = f"{CANONICAL['keytrac']}/users"
JSON = (("Content-Type", "application/json"),)

TESTS = 150
IN_PROCESS = "def test_{0}(keytrac):\n    assert keytrac.get('/status').status_code == 200\n"
MARKED = "import pytest\npytestmark = pytest.mark.keyauth_cassette\n"
REPLAYED = """
@pytest.mark.keyauth_replay("showStatus/200/overview")
def test_{0}(client):
    assert client.get('https://api.keytrac.net/status').status_code == 200
"""
RECORDING = """
@pytest.mark.vcr
def test_{0}(client):
    assert client.get('https://api.keytrac.net/status').status_code == 200
"""
CLIENT = """
import httpx, pytest

@pytest.fixture(scope="module")
def client():
    with httpx.Client() as client:
        yield client
"""
PYTEST = (*process.PYTEST, "-p", "pytest_keyauth")
CONTRACTS = (*PYTEST, "--keyauth-contracts=all")


def measure(quick: bool) -> Iterator[Line]:
    """All lines."""
    with process.empty_folder() as folder:
        for count, rounds in ((1, 1 if quick else 21), (100, 1 if quick else 5), (100 if quick else 1000, 1)):
            yield _measure_replay(folder, count, rounds)
        yield from _measure_tests(folder, 1 if quick else 9)
        yield _measure_contracts(folder, 1 if quick else 5)


def _measure_replay(folder: Path, count: int, rounds: int) -> Line:
    """So many interactions, loaded and played, with ours and with plain vcrpy."""
    identifiers = [str(UUID(int=number, version=4)) for number in range(1, count + 1)]
    exchanges = list(_exchanges(identifiers))
    ours, plain = folder / f"ours-{count}.yaml", folder / f"plain-{count}.yaml"
    ours.write_bytes(_record(exchanges).write())
    plain.write_text(yaml.safe_dump({"version": 1, "interactions": [_plain(*item) for item in exchanges]}))
    pairs = in_turn(rounds, partial(_replay_ms, ours, count), partial(_replay_plain_ms, plain, count, identifiers))
    return Line.of_ratio(
        f"replay of {count}, a request : plain vcrpy", pairs, "< 0.02x" if count > 100 else "", "{:.2f} ms"
    )


def _exchanges(identifiers: list[str]) -> Iterator[tuple[Request, Response]]:
    listed = ", ".join(f'{{"identifier": "{identifier}"}}' for identifier in identifiers)
    yield Request("GET", USERS), Response(200, JSON, f"[{listed}]".encode())
    for identifier in identifiers[1:]:
        yield Request("GET", f"{USERS}/{identifier}"), Response(200, JSON, f'{{"id": "{identifier}"}}'.encode())


def _record(exchanges: list[tuple[Request, Response]]) -> Cassette:
    recorder = Recorder(datetime.now(UTC), Addresses(), "keep", lambda kind, value: None)
    for request, response in exchanges:
        recorder.note(request, response)
    return recorder.make_cassette("bench", Origin("emulator"), None, ())


def _plain(request: Request, response: Response) -> dict[str, object]:
    return {
        "request": {"method": request.method, "uri": request.url, "body": None, "headers": {}},
        "response": {
            "status": {"code": response.status, "message": "OK"},
            "headers": {name: [value] for name, value in response.headers},
            "body": {"string": response.body.decode()},
        },
    }


def _replay_ms(path: Path, count: int) -> float:
    started = time.perf_counter()
    cassette = Cassette.read(path.read_bytes(), str(path))
    player = Player(cassette, str(path), datetime.now(UTC), Addresses())
    with httpx.Client(transport=CassetteTransport(player.answer, lambda _: None)) as client:
        identifiers = [user["identifier"] for user in client.get(USERS).json()]
        for identifier in identifiers[1:]:
            client.get(f"{USERS}/{identifier}")
    assert not player.unplayed
    return (time.perf_counter() - started) * 1000 / count


def _replay_plain_ms(path: Path, count: int, identifiers: list[str]) -> float:
    with httpx.Client() as client:  # its TLS context is not what is measured
        started = time.perf_counter()
        with vcr.use_cassette(str(path), record_mode="none"):
            client.get(USERS)
            for identifier in identifiers[1:]:
                client.get(f"{USERS}/{identifier}")
        return (time.perf_counter() - started) * 1000 / count


def _measure_tests(folder: Path, rounds: int) -> Iterator[Line]:
    """Modules of one-request tests: what each costs above the same in process."""
    byte_code, plain = folder / "byte-code", "".join(IN_PROCESS.format(number) for number in range(TESTS))
    marked = _write(folder / "marked", MARKED + plain)
    process.run((*PYTEST, "--keyauth-record=all"), marked, byte_code)
    in_process = _write(folder / "in-process", plain)
    copytree(marked / "cassettes", in_process / "cassettes")
    replayed = _write(folder / "replayed", CLIENT + "".join(REPLAYED.format(number) for number in range(TESTS)))
    recording = _write(folder / "recording", CLIENT + "".join(RECORDING.format(number) for number in range(TESTS)))
    _write_plain_cassettes(recording / "cassettes" / "test_bench")
    for name, command, where, aim in (
        ("a replaying test above one in process", (*PYTEST, "--keyauth-target=cassettes"), in_process, "< 1.5 ms"),
        ("  of keyauth_cassette, through vcrpy", (*PYTEST, "--keyauth-target=cassettes"), marked, ""),
        ("  of keyauth_replay, through vcrpy", PYTEST, replayed, ""),
        ("  of pytest-recording", process.pytest_with("recording"), recording, ""),
    ):
        runs = done_in_turn(
            rounds,
            partial(process.run, command, where, byte_code),
            partial(process.run, PYTEST, in_process, byte_code),
        )
        yield Line.of_difference(name, Pairs.of(runs, lambda run: run.wall_ms / TESTS), aim, "{:.2f} ms")


def _write(folder: Path, source: str) -> Path:
    folder.mkdir()
    (folder / "test_bench.py").write_text(source)
    return folder


def _write_plain_cassettes(folder: Path) -> None:
    folder.mkdir(parents=True)
    body = b'{"overview": {"users_created": 0, "enrolments": 0, "authentications": 0}}'
    interaction = _plain(Request("GET", f"{CANONICAL['keytrac']}/status"), Response(200, JSON, body))
    for number in range(TESTS):
        (folder / f"test_{number}.yaml").write_text(yaml.safe_dump({"version": 1, "interactions": [interaction]}))


def _measure_contracts(folder: Path, rounds: int) -> Line:
    byte_code, empty = folder / "byte-code", folder / "contracts"
    empty.mkdir()
    runs = done_in_turn(
        rounds,
        lambda: process.run((*CONTRACTS, "--keyauth-target=cassettes"), empty, byte_code),
        lambda: process.run(CONTRACTS, empty, byte_code),
    )
    return Line.of_ratio(
        "all contracts on cassettes : on the emulators", Pairs.of(runs, lambda run: run.wall_ms / 1000), "", "{:.1f} s"
    )
