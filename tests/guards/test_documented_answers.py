"""Whatever an emulator answers is documented, or on the short list of what is assumed."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest

from pytest_keyauth.emulator.keyfax import KeyfaxEmulator
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxCredentials
from pytest_keyauth.keystrokes.casting import cast
from pytest_keyauth.keystrokes.samples import MaskedSamples, Samples
from pytest_keyauth.outcomes import load_catalogue, load_document

#: What is answered where there is no operation: the general errors of the document, and 405, which is assumed.
WITHOUT_OPERATION = {401, 403, 404, 405}

BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"user_id": 1, "samples": [1]}',
    b'{"user_id": "nobody", "samples": ["x"]}',
    b'{"samples": ["x"], "limit": -1}',
    b'{"user_id": NaN}',
]
QUERIES = [
    "",
    "from=2026-01-01",
    "to=2026-01-01",
    "from=x&to=y",
    "from=2026-01-01&to=x",
    "from=2026-02-01&to=2026-01-01",
]


def _samples() -> Iterator[list[str]]:
    """Every kind of submission that the factory knows, right and wrong."""
    plain = Samples(cast(1, "guard")[0])
    for factory in (plain, plain.masked):
        for name in dir(factory):
            if not name.startswith("_") and name not in ("by", "masked", "typist", "of_length", "of_text_length"):
                yield getattr(factory, name)()
    yield plain.of_text_length(10)
    yield plain.masked.of_length(6)


def _requests(emulator: KeytracEmulator, user_id: str) -> Iterator[Request]:
    """Right and wrong requests for every documented operation, and for none."""
    bodies = [*BODIES, *(json.dumps({"user_id": user_id, "samples": texts}).encode() for texts in _samples())]
    as_json, authorization = ("Content-Type", "application/json"), ("Authorization", emulator.token)
    for operation in load_catalogue("keytrac").operations:
        for path in (operation.path.replace("{user_identifier}", user_id), operation.path + "/x"):
            for headers in ((), (authorization,), (authorization, as_json), (("Authorization", "wrong"), as_json)):
                for body in bodies if as_json in headers else BODIES[:1]:
                    yield Request(operation.method, path, "", headers, body)
        for query in QUERIES:
            yield Request(operation.method, operation.path, query, (authorization, as_json))
        yield Request("PATCH", operation.path, "", (authorization,))


def test_every_answer_of_the_keytrac_emulator_is_documented_or_assumed() -> None:
    emulator, catalogue = KeytracEmulator(), load_catalogue("keytrac")
    created: Response = emulator.handle(Request("POST", "/users", "", (("Authorization", emulator.token),)))
    undocumented = []
    for request in _requests(emulator, created.json()["id"]):
        response = emulator.handle(request)
        known = catalogue.recognize(request.method, request.path, response.status, response.body)
        operation = catalogue.find_operation(request.method, request.path)
        if known is None and not (operation is None and response.status in WITHOUT_OPERATION):
            undocumented.append((request.method, request.path, request.body[:60], response.status, response.body))
    assert undocumented == []
    assert len(emulator.requests) > 500


KEYFAX_BODIES = [
    b"",
    b"{}",
    b"[]",
    b"{",
    b"\xff",
    b"[" * 100_000,
    b"<StartUpData/>",
    b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    b'{"guid": "x"}',
    b'{"guid": 1, "company": []}',
]


def _keyfax_requests(emulator: KeyfaxEmulator) -> Iterator[Request]:
    """Right and wrong requests for every documented operation, and for none."""
    [keys] = emulator.keys(emulator.host)
    sign = KeyfaxBasic(KeyfaxCredentials(keys.host, keys.api_key, keys.signing_key)).sign
    for operation in load_catalogue("keyfax").operations:
        for path in (operation.path, f"{operation.path}?hostName=LIVE", f"{operation.path}?hostName=%00", "/nothing"):
            for body in KEYFAX_BODIES:
                signed = httpx.Request(operation.method, f"http://localhost:8088/interview{path}", content=body)
                sign(signed)
                right = signed.headers["Authorization"]
                for authorization in (None, "", "Basic a:b:c:d:e", "Bearer LIVE:a.b.c", "Nonsense", right, f"{right}x"):
                    headers = [("Host", "localhost:8088"), ("Content-Type", "application/json")]
                    if authorization is not None:
                        headers.append(("Authorization", authorization))
                    target, _, query = f"/interview{path}".partition("?")
                    yield Request(operation.method, target, query, tuple(headers), body)
        yield Request("PATCH", f"/interview{operation.path}")


def test_every_answer_of_the_keyfax_emulator_is_documented_or_assumed() -> None:
    emulator, catalogue = KeyfaxEmulator(random=Random(1)), load_catalogue("keyfax")
    emulator.issue_keys(emulator.host)
    undocumented, seen = [], set()
    for request in list(_keyfax_requests(emulator)):
        response = emulator.handle(request)
        path = request.path.removeprefix("/interview")
        known = catalogue.recognize(request.method, path, response.status, response.body)
        operation = catalogue.find_operation(request.method, path)
        seen.add(known)
        if known is None and not (operation is None and response.status in (404, 405)):
            undocumented.append((request.method, path, request.body[:60], response.status, response.body))
    assert undocumented == []
    assert len(seen) > 12  # right requests and wrong ones were among them


def test_the_guard_sends_every_kind_of_submission() -> None:
    factories = {name for cls in (Samples, MaskedSamples) for name in vars(cls) if not name.startswith("_")}
    assert len(list(_samples())) >= len(factories)


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "contracts").rglob("test_*.py")), ids=lambda path: path.name
)
def test_contracts_type_their_expectations_and_never_read_them_from_the_documents(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for source in ("openapi", "outcomes", "yaml", "emulator."):
        assert f"import {source}" not in text
        assert f"from pytest_keyauth.{source}" not in text


def test_error_texts_of_the_document_are_written_in_each_of_the_three_places() -> None:
    root = Path(__file__).parents[2]
    contracts = "".join(path.read_text(encoding="utf-8") for path in (root / "contracts/keytrac").glob("*.py"))
    examples = load_document("keytrac")["components"]["examples"].values()
    texts = {example["value"]["error"] for example in examples if "error" in example.get("value", {})}
    fixed = {text for text in texts if not any(part in text for part in ("#1", " X "))}
    assert len(fixed) > 5
    assert [text for text in fixed if text not in contracts] == []
