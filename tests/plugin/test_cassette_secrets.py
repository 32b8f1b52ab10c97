"""A recording run among planted secrets: none is anywhere in what the run leaves behind or says."""

import base64
import html
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest

from pytest_keyauth.keystrokes import parse

from .planting import Plants, Talk, talks, typed

TOKEN = "kT-9/+Vq7wZ3&xR%5mB<8sLh'Jd=2yNc4gFe"
API_KEY, SIGNING_KEY = "5f0c1d7be2a94836", "q3/wT0+Zk9vYx2LmN8sBd5RcJh7GfUe1aPoIi4KtXyE="
FEWEST = 200
BEGINNING = 6
REFUSED = [
    f"test_talks/test_{client}_client[known-{what}-header-name]"
    for client, what in (("own", "token"), ("own", "signing-key"))
]
MISMATCHING = ["json-application/problem+json", "form", "cookies", "told-again", "authorization-basic"]

TALKING = """
    import json, logging, os, warnings
    from pathlib import Path

    import pytest
    import urllib3

    TALKS = {talk["name"]: talk for talk in json.loads(Path(os.environ["TALKS"]).read_text("utf-8"))}
    NAMES = list(TALKS)
    SHOWN = [name for name in NAMES if not TALKS[name]["quiet"]]
    pytestmark = pytest.mark.keyauth_cassette

    def headers_of(talk):
        return [("X-Talk", talk["name"]), *map(tuple, talk["headers"])]

    def tell(talk, text, record_property):
        if talk["quiet"]:
            return
        sent = f"{talk['method']} {talk['path']} {talk['headers']} {talk['shown']}"
        logging.getLogger("app").debug("sent %s", sent)
        logging.getLogger("app").warning("answered: %s", {"text": text, "headers": talk["answer_headers"]})
        print(sent, talk["answer_headers"])
        record_property("answer", text)
        return sent

    def send(request, talk):
        client = request.getfixturevalue(talk["client"])
        content = talk["body"].encode("latin-1")
        return client.request(talk["method"], talk["path"], headers=headers_of(talk), content=content).text

    @pytest.mark.parametrize("name", NAMES[::2])
    def test_own_client(request, record_property, name):
        tell(TALKS[name], send(request, TALKS[name]), record_property)

    @pytest.mark.parametrize("name", NAMES[1::2])
    def test_any_client(record_property, name):
        talk = TALKS[name]
        url = os.environ[f"KEYAUTH_{talk['client'].upper()}_URL"] + talk["path"]
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request(talk["method"], url, headers=urllib3.HTTPHeaderDict(headers_of(talk)),
                                  body=talk["body"].encode("latin-1"), redirect=False)
        tell(talk, answer.data.decode("utf-8", "replace"), record_property)

    @pytest.mark.parametrize("first", range(0, len(SHOWN), 10))
    def test_failing(request, record_property, first):
        said = []
        for name in SHOWN[first:first + 10]:
            answer = send(request, TALKS[name])
            said += [tell(TALKS[name], answer, record_property), answer]
        warnings.warn(f"{said}")
        assert first % 50 or said == []
        raise ValueError({"said": said})
"""


class Handler(BaseHTTPRequestHandler):
    """Answers as the talk that a request names; without one there is nothing here."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out as a whole, or each waits for an acknowledgement of its first part

    def __init__(self, *arguments: Any, talks: dict[str, Talk]) -> None:
        self._talks = talks
        super().__init__(*arguments)

    def answer(self) -> None:
        """Answer any method."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        talk = self._talks.get(self.headers.get("X-Talk", ""), Talk("none", status=404))
        self.send_response(talk.status)
        for name, value in talk.answer_headers:
            self.send_header(name, value)
        if talk.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            parts = (talk.answer[:7], talk.answer[7:], b"")
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        else:
            self.send_header("Content-Length", str(len(talk.answer)))
            body = talk.answer
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  # the standard library's names

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def provider(spoken: list[Talk]) -> Iterator[str]:
    """A server on loopback that knows its part."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, talks={talk.name: talk for talk in spoken}))
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Run:
    """What a run of pytest has left behind."""

    folder: Path
    output: str
    plants: Plants

    def left_behind(self) -> Iterator[tuple[str, str]]:
        """All that anybody could read afterwards, by name."""
        yield "output", self.output
        for path in self.folder.rglob("*"):
            if path.is_file():
                text = path.read_text("utf-8", "replace")
                yield path.relative_to(self.folder).as_posix(), html.unescape(text) if path.suffix == ".xml" else text

    def cassettes(self) -> dict[str, str]:
        """The cassettes, and whatever else is beside them."""
        return {name: text for name, text in self.left_behind() if name.startswith("cassettes/")}


def run_pytest(folder: Path, url: str, talks_file: Path, *arguments: str) -> str:
    """Run pytest in a process of its own, with credentials in its environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KEYAUTH_", "PYTEST_"))}
    environment |= {
        "KEYAUTH_KEYTRAC_URL": url,
        "KEYAUTH_KEYTRAC_TOKEN": TOKEN,
        "KEYAUTH_KEYFAX_URL": f"{url}/interview",
        "KEYAUTH_KEYFAX_HOST": "LIVE",
        "KEYAUTH_KEYFAX_API_KEY": API_KEY,
        "KEYAUTH_KEYFAX_SIGNING_KEY": SIGNING_KEY,
        "TALKS": str(talks_file),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # other plugins take their time
    }
    environment.pop("PYTHONPYCACHEPREFIX", None)  # what others have compiled will do
    command = [sys.executable, "-m", "pytest", "-p", "pytest_keyauth", "-vv", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


RECORDING = ("--keyauth-target=live", "--keyauth-record=all", "--showlocals", "-ra")
LOGGED = (
    "--junitxml=junit.xml", "--log-level=DEBUG", "--log-file=run.log", "--log-file-level=DEBUG",
    "-o", "log_cli=true", "--log-cli-level=DEBUG",
    "-o", "junit_logging=all", "-o", "junit_family=xunit1", "-o", "junit_log_passing_tests=true",
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run in which all secrets travel, in tests that pass and tests that fail."""
    folder, plants = tmp_path_factory.mktemp("recording"), Plants(5)
    spoken = [*talks(plants, TOKEN, (API_KEY, SIGNING_KEY)), *(talk for _, _, talk in typed())]
    (folder / "test_talks.py").write_text(dedent(TALKING))
    for test in REFUSED:
        old = folder / "cassettes" / f"{test}.yaml"
        old.parent.mkdir(parents=True, exist_ok=True)
        old.write_text("{}")
    with provider(spoken) as url:
        output = run_pytest(folder, url, write_talks(tmp_path_factory, spoken), *RECORDING, *LOGGED)
    return Run(folder, output, plants)


def write_talks(tmp_path_factory: pytest.TempPathFactory, spoken: list[Talk]) -> Path:
    """Write down what is to be said where no test leaves anything."""
    talks_file = tmp_path_factory.mktemp("talks") / "talks.json"
    talks_file.write_text(json.dumps([talk.data() for talk in spoken]), "utf-8")
    return talks_file


def forms(secret: str) -> Iterator[str]:
    """A secret in all the forms in which it must not be found."""
    data = secret.encode()
    yield from (
        unescaped(secret),
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        quote(secret, safe=""),
        quote_plus(secret),
    )
    yield from (quote(secret, safe="").replace("%2F", "%2f").replace("%2B", "%2b"), quote(secret))
    yield from (data.hex(), data.hex().upper(), html.escape(secret), json.dumps(json.dumps(secret))[3:-3])
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + data).decode()
        core = text[-(-8 * shift // 6) : 8 * (shift + len(data)) // 6]
        yield from (core, core.replace("+", "-").replace("/", "_"))


def unescaped(text: str) -> str:
    """A text without escapes, however often it was escaped; for a secret and for a text that may hold it."""
    text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), unquote(unquote(text)))
    return html.unescape(html.unescape(text.replace("\\", "")))


class Found:
    """Looks for secrets in texts: by their first characters, since there are thousands of forms."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._texts = {name: "\n".join(dict.fromkeys(text.splitlines())) for name, text in texts}
        self._texts |= {f"{name}, unescaped": unescaped(text) for name, text in self._texts.items()}
        self._beginnings = {text[at : at + BEGINNING] for text in self._texts.values() for at in range(len(text))}

    def find(self, secrets: Iterable[str]) -> list[tuple[str, str]]:
        """The places and forms of those that are there."""
        likely = {form for secret in secrets for form in forms(secret) if form[:BEGINNING] in self._beginnings}
        return [(name, form) for form in likely for name, text in self._texts.items() if form in text]


KNOWN = (TOKEN, API_KEY, SIGNING_KEY)


def test_the_search_of_these_tests_finds_each_form_of_a_secret() -> None:
    secret = 'a/B+c"D e=1234567'
    for form in forms(secret):
        assert Found([("here", f"x{form}y")]).find([secret])


def test_none_of_hundreds_of_planted_secrets_is_in_anything_that_a_recording_run_leaves_behind(run: Run) -> None:
    assert len(set(run.plants.secrets)) == len(run.plants.secrets) >= FEWEST
    left = dict(run.left_behind())
    assert {"output", "junit.xml", "run.log"} < left.keys()
    assert "answered: {" in left["run.log"]
    assert left["junit.xml"].count("answered: {") > 100
    assert Found(left.items()).find([*run.plants.secrets, *KNOWN]) == []


def test_no_identifier_is_in_a_cassette(run: Run) -> None:
    cassettes = run.cassettes()
    assert len(cassettes) > 100
    assert Found(cassettes.items()).find(run.plants.identifiers) == []


def test_what_cannot_be_redacted_is_not_kept_and_the_old_cassette_is_gone(run: Run) -> None:
    cassettes = run.cassettes()
    for test in REFUSED:
        place = f"cassettes/{test}.yaml"
        assert place not in cassettes
        [message, *_] = run.output.partition(f"{place} is removed")[0].rpartition("SecretFoundError: ")[2:]
        assert re.search(r"the (token|signing-key), hex(, decoded and in hex)? in the headers of request 1", message)
    assert not [name for name in cassettes if "draft" in name]
    _, told = run.output.split("not recorded, since a secret would have been kept:\n")
    assert {test.replace("test_talks/", "test_talks.py::") for test in REFUSED} <= set(told.split())
    for secret in (TOKEN, SIGNING_KEY):  # nor a piece of it, where local variables are shown in pieces
        assert secret.encode().hex()[:24] not in run.output


def delays(sample: str) -> list[str]:
    """Four delays in a row, each such row."""
    numbers = re.findall(r"\|x?(\d+)[du]", sample)
    return [r"\D+\d*\D+".join(numbers[at : at + 4]) for at in range(len(numbers) - 3)]


def events(sample: str) -> list[str]:
    """Down or up, for each event."""
    return re.findall(r"\|\d+([du])", sample)


@pytest.mark.parametrize(("name", "sample"), [(name, sample) for name, sample, _ in typed()], ids=lambda text: text[:8])
def test_nobodys_typing_is_kept_but_a_sample_of_its_shape(run: Run, name: str, sample: str) -> None:
    [cassette] = [text for place, text in run.cassettes().items() if f"[typed-{name}]" in place]
    interaction = json.loads(cassette)["interactions"][0]
    said = unquote_plus(unquote_plus(f"{interaction['request']['uri']} {interaction['request']['body']}"))
    [kept] = re.findall(r"[a-z]+/[\d.]+#m=\d#[-\d]+ [:\d]+(?:\|[^|\"\\ &,]*)+", said)
    assert events(kept) == events(sample)
    assert kept.count("|") == sample.count("|")
    if name != "broken":
        assert parse(kept).masked == parse(sample).masked
    assert sample not in cassette
    assert not [row for row in delays(sample) if re.search(rf"\|{row}[du]", unquote_plus(unquote_plus(cassette)))]


def test_a_mismatch_of_a_replay_says_no_secret(run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    plants = Plants(6)
    asked = [replace(talk, path=f"{talk.path.partition('?')[0]}/{quote(plants.key(), safe='')}?token={plants.word()}")
             for talk in talks(plants, TOKEN, (API_KEY, SIGNING_KEY)) if talk.name in MISMATCHING]  # fmt: skip
    talks_file = write_talks(tmp_path_factory, asked)
    output = run_pytest(
        run.folder, "http://127.0.0.1:9", talks_file, "--keyauth-target=cassettes", "--tb=line", "-k client"
    )
    assert output.count("CassetteMismatch: ") >= len(MISMATCHING)
    assert "the nearest is number 1" in output
    assert Found([("output", output)]).find([*plants.secrets, *KNOWN]) == []


@pytest.mark.slow
def test_workers_of_xdist_tell_no_secret_either(run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, plants = tmp_path_factory.mktemp("workers"), Plants(7)
    spoken = [talk for talk in talks(plants, TOKEN, (API_KEY, SIGNING_KEY)) if talk.name in MISMATCHING]
    (folder / "test_talks.py").write_text(dedent(TALKING))
    with provider(spoken) as url:
        output = run_pytest(
            folder, url, write_talks(tmp_path_factory, spoken), *RECORDING, *LOGGED[:3], "-p", "xdist", "-n", "2"
        )
    assert " 1 failed, 5 passed" in output
    left = [("output", output), *Run(folder, output, plants).left_behind()]
    assert Found(left).find([*plants.secrets, *KNOWN]) == []


def dedent(text: str) -> str:
    """A text without its margin."""
    return re.sub(r"^    ", "", text, flags=re.MULTILINE)
