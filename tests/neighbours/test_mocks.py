"""Neighbours that answer, record or forbid requests: theirs go first where a test asks for them, ours elsewhere."""

from collections.abc import Callable

import pytest
from project import RECORD, REPLAY, REPLAYING, WHOLE, Expected, Project

Make = Callable[..., Project]

MOCKED = """
    import httpx
    import httpx2
    import pytest

    URL = "https://api.keytrac.net/status"

    def test_mocked_beside_the_network(keyauth_network, keytrac_emulator, {fixture}):
        {mock}
        assert {client}.get(URL).status_code == 418
        assert not keytrac_emulator.requests

    def test_mocked_beside_fixtures(keytrac, {fixture}):
        {mock}
        assert {client}.get(URL).status_code == 418

    def test_not_mocked(keyauth_network, keytrac_emulator):
        assert {client}.get(URL, headers={{"Authorization": keytrac_emulator.token}}).status_code == 200

    def test_fixtures_answer_as_ever(keytrac):
        assert keytrac.get("/status").status_code == 200
"""


@pytest.mark.parametrize(
    ("plugin", "fixture", "mock", "client"),
    [
        ("respx", "respx_mock", "respx_mock.get(URL).respond(418)", "httpx"),
        ("pytest_httpx", "httpx_mock", "httpx_mock.add_response(418, url=URL)", "httpx"),
        ("pytest_httpx2", "httpx2_mock", "httpx2_mock.get(URL).respond(418)", "httpx2"),
    ],
)
def test_mocks_answer_in_the_tests_that_ask_for_them_and_nowhere_else(
    project: Make, plugin: str, fixture: str, mock: str, client: str
) -> None:
    consumer = project(plugin)
    consumer.add("test_mocked.py", MOCKED.format(fixture=fixture, mock=mock, client=client))
    ran = consumer.run("test_mocked.py")
    assert ran.outcomes == {"passed": 4}, ran.said
    assert "keytrac 1/119 outcomes" in ran.summary  # what a mock says has witnessed nothing


OTHERS = """
    import http.server
    import threading

    import httpx
    import pytest

    ASKED = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            ASKED.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"hi")

        def log_message(self, *_):
            pass

    @pytest.fixture(scope="module")
    def elsewhere():
        with http.server.ThreadingHTTPServer(("127.0.0.1", {port}), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={{"poll_interval": 0.01}})
            thread.start()
            yield "http://127.0.0.1:{port}/"
            server.shutdown()
            thread.join()

    @pytest.mark.vcr
    def test_theirs(elsewhere):
        assert httpx.get(elsewhere).text == "hi"
        assert len(ASKED) == {asked}

    @pytest.mark.vcr
    def test_theirs_beside_our_fixtures(elsewhere, keytrac):
        assert httpx.get(elsewhere).text == "hi"
        assert keytrac.get("/status").status_code == 200

    @pytest.mark.keyauth_cassette
    def test_recorded_by_us(keytrac):
        assert keytrac.get("/status").status_code == 200
"""


@pytest.mark.parametrize("plugin", ["recording", "cassetter"])
def test_each_recorder_records_its_own_tests(project: Make, plugin: str, free_port: int) -> None:
    consumer = project(plugin)
    consumer.add("test_others.py", OTHERS.format(port=free_port, asked=1))
    folder = "--keyauth-cassettes=ours"
    recorded = consumer.run("test_others.py", RECORD, folder, "--record-mode=once")
    assert recorded.outcomes == {"passed": 3}, recorded.said
    assert recorded.summary[0] == "1 cassette recorded from emulator 0.1.0"
    assert [path.stem for path in (consumer.folder / "ours").rglob("*.yaml")] == ["test_recorded_by_us"]
    consumer.add("test_others.py", OTHERS.format(port=free_port, asked=0))
    replayed = consumer.run("test_others.py::test_theirs", "--record-mode=none")
    assert replayed.outcomes == {"passed": 1}, replayed.said
    ours = consumer.run("test_others.py::test_recorded_by_us", REPLAY[0], folder)
    assert ours.outcomes == {"passed": 1}, ours.said


def test_without_sockets_all_works_that_needs_none_and_the_network_says_what_it_needs(project: Make) -> None:
    consumer = project("pytest_socket")
    ran = consumer.run("--disable-socket", "--allow-unix-socket", RECORD)
    assert ran.outcomes == {"passed": 9, "errors": 1}, ran.said
    assert "keyauth_network needs sockets of this machine" in ran.said
    assert "ERROR test_shop.py::test_the_network" in ran.said
    replayed = consumer.run(*REPLAYING, "--disable-socket")
    assert replayed.passed == 2


def test_all_neighbours_at_once(project: Make, alone: Expected) -> None:
    """Loaded by themselves, as they are where they are installed; pytest-recording and cassetter exclude each other."""
    consumer = project()
    consumer.environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = ""
    consumer.add("pytest.ini", "[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    ran = consumer.run(
        *("-p", "no:cassetter", *WHOLE, RECORD, "--keyauth-fail-under=10", "-n", "2", "--reruns=1", "--timeout=60"),
        *("--cov=shop", "--cov-report=", "--randomly-seed=5", "--allow-hosts=127.0.0.1"),
    )
    assert ran.code == 0, ran.said
    assert ran.passed == alone.recorded.passed, ran.said
