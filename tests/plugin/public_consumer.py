"""A consumer as public ones are: address and token in constants, certificates verified, clients built at its import.

It lets people into a building by their typing, with one of ten client libraries and programs, and knows of no test.
Tests copy this file beside theirs, and change no line of it.
"""

import asyncio
import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import httpx2
import requests
import urllib3

ADDRESS = "https://api.keytrac.net"
TOKEN = "0c1f7f4e-5d0a-4a64-9f0b-6f7d2f3f8b11"
HEADERS = {"Authorization": TOKEN, "Content-Type": "application/json"}

SESSION = requests.Session()
HTTPX = httpx.Client(base_url=ADDRESS, headers=HEADERS)
HTTPX2 = httpx2.Client(base_url=ADDRESS, headers=HEADERS)
POOL = urllib3.PoolManager()

Answer = tuple[int, Any]
"""Status, and what the JSON said."""


def with_requests(method: str, path: str, body: Any = None) -> Answer:
    answer = SESSION.request(method, f"{ADDRESS}{path}", json=body, headers=HEADERS, timeout=10)
    return answer.status_code, answer.json()


def with_httpx(method: str, path: str, body: Any = None) -> Answer:
    answer = HTTPX.request(method, path, json=body)
    return answer.status_code, answer.json()


def with_httpx2(method: str, path: str, body: Any = None) -> Answer:
    answer = HTTPX2.request(method, path, json=body)
    return answer.status_code, answer.json()


def with_httpx_async(method: str, path: str, body: Any = None) -> Answer:
    async def call() -> Answer:
        async with httpx.AsyncClient(base_url=ADDRESS, headers=HEADERS) as client:
            answer = await client.request(method, path, json=body)
            return answer.status_code, answer.json()

    return asyncio.run(call())


def with_httpx2_async(method: str, path: str, body: Any = None) -> Answer:
    async def call() -> Answer:
        async with httpx2.AsyncClient(base_url=ADDRESS, headers=HEADERS) as client:
            answer = await client.request(method, path, json=body)
            return answer.status_code, answer.json()

    return asyncio.run(call())


def with_aiohttp(method: str, path: str, body: Any = None) -> Answer:
    async def call() -> Answer:
        async with (
            aiohttp.ClientSession(ADDRESS, headers=HEADERS) as session,
            session.request(method, path, json=body) as answer,
        ):
            return answer.status, await answer.json()

    return asyncio.run(call())


def with_urllib3(method: str, path: str, body: Any = None) -> Answer:
    answer = POOL.request(method, f"{ADDRESS}{path}", body=encode(body), headers=HEADERS)
    return answer.status, answer.json()


def with_urllib(method: str, path: str, body: Any = None) -> Answer:
    request = urllib.request.Request(f"{ADDRESS}{path}", (encode(body) or "").encode() or None, HEADERS, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def with_curl(method: str, path: str, body: Any = None) -> Answer:
    headers = [argument for name, value in HEADERS.items() for argument in ("--header", f"{name}: {value}")]
    command = ["curl", "--silent", "--show-error", "--request", method, "--write-out", "\n%{http_code}", *headers]
    data = [] if body is None else ["--data", encode(body)]
    return read(subprocess.run([*command, *data, f"{ADDRESS}{path}"], capture_output=True, text=True, check=False))


def with_node(method: str, path: str, body: Any = None) -> Answer:
    script = Path(__file__).with_suffix(".js")
    given = json.dumps({"url": f"{ADDRESS}{path}", "method": method, "headers": HEADERS, "body": encode(body)})
    return read(subprocess.run(["node", script, given], capture_output=True, text=True, check=False))


def encode(body: Any) -> str | None:
    return None if body is None else json.dumps(body)


def read(done: "subprocess.CompletedProcess[str]") -> Answer:
    if done.returncode:
        raise RuntimeError(done.stderr)
    text, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(text)


WAYS = {
    name.removeprefix("with_").replace("_", "-"): way for name, way in list(globals().items()) if name[:5] == "with_"
}


def let_in(way: Any, user_id: str, sample: str) -> str:
    """What the door says to somebody who has typed something."""
    status, said = way("POST", "/anytext/authenticate", {"user_id": user_id, "samples": [sample]})
    if status == 404:
        return f"not yet: {said['error']}"
    if status != 200:
        raise RuntimeError(f"{status} {said}")
    return "welcome" if said["authenticated"] else "go away"


def close() -> None:
    SESSION.close()
    HTTPX.close()
    HTTPX2.close()
    POOL.clear()
