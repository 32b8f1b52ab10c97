"""Child processes find the emulators by their environment, and do not find the providers without them."""

import shutil

import pytest

from pytest_keyauth.network.guard import ProviderGuard

CALLS = """
    import os
    import subprocess
    import sys

    import pytest

    URL = "https://api.keytrac.net/status"

    NODE = '''
        require("https").get(process.argv[1], {headers: {Authorization: process.argv[2]}}, (answer) => {
            answer.on("data", (data) => process.stdout.write(data));
        });
    '''
    FETCH = "fetch(process.argv[1], {headers: {Authorization: process.argv[2]}})"
    FETCH += ".then((answer) => answer.text()).then(console.log)"

    REQUESTS = "import sys, requests; "
    REQUESTS += "print(requests.get(sys.argv[1], headers={'Authorization': sys.argv[2]}).text)"
    HTTPX = REQUESTS.replace("requests", "httpx")
    URLLIB = "import sys, urllib.request as r; q = r.Request(sys.argv[1], headers={'Authorization': sys.argv[2]}); "
    URLLIB += "print(r.urlopen(q).read().decode())"
    CHILDREN = {
        "curl": ["curl", "--silent", "--show-error", "--header", "Authorization: TOKEN", URL],
        "node": ["node", "-e", NODE, URL, "TOKEN"],
        "fetch": ["node", "-e", FETCH, URL, "TOKEN"],
        **{
            name: [sys.executable, "-W", "error", "-c", program, URL, "TOKEN"]
            for name, program in (("requests", REQUESTS), ("httpx", HTTPX), ("urllib", URLLIB))
        },
    }

    def call(child, token="none", **wishes):
        command = [part.replace("TOKEN", token) for part in CHILDREN[child]]
        return subprocess.run(command, capture_output=True, text=True, **wishes)

    def installed():
        return [name for name, command in CHILDREN.items() if __import__("shutil").which(command[0])]
"""


@pytest.fixture
def calling(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with a module that calls programs which know nothing of tests."""
    pytester.makepyfile(calls=CALLS)
    pytester.syspathinsert()
    return pytester


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest("-p", "pytest_keyauth", "-W", "error", *arguments)


def count_children() -> int:
    return 3 + bool(shutil.which("curl")) + 2 * bool(shutil.which("node"))


def test_children_find_the_emulators_unchanged(calling: pytest.Pytester) -> None:
    calling.makepyfile(
        """
        import pytest
        from calls import call, installed

        @pytest.mark.parametrize("child", installed())
        def test_status(keyauth_network, keytrac_emulator, child):
            if child == "fetch":
                keytrac_emulator.case_sensitive_headers = False  # it lower-cases all names
            done = call(child, keytrac_emulator.token)
            assert '"users_created":0' in done.stdout, done.stderr
            assert not done.stderr
        """
    )
    run(calling).assert_outcomes(passed=count_children())


def test_they_find_the_emulators_of_a_run_within_a_guarded_one(calling: pytest.Pytester) -> None:
    calling.makepyfile(
        """
        from calls import call, installed

        def test_status(keyauth_network, keytrac_emulator):
            for child in {"curl", "node", "urllib"}.intersection(installed()):
                done = call(child, keytrac_emulator.token)
                assert '"users_created":0' in done.stdout, done.stderr
        """
    )
    guard = ProviderGuard({"api.keytrac.net"})
    guard.install()
    try:
        run(calling).assert_outcomes(passed=1)
    finally:
        guard.remove()


def test_without_the_network_they_are_refused_and_say_why(calling: pytest.Pytester) -> None:
    calling.makepyfile(
        """
        import pytest
        from calls import call, installed

        @pytest.mark.parametrize("child", {"curl", "node", "urllib"}.intersection(installed()))
        def test_status(keytrac, child):
            done = call(child)
            assert done.returncode
            said = "use-keyauth_network" if child == "curl" else "a connection to api.keytrac.net was refused"
            assert said in done.stderr
        """
    )
    run(calling).assert_outcomes(passed=1 + bool(shutil.which("curl")) + bool(shutil.which("node")))


def test_other_hosts_are_refused_to_them_on_request_but_for_this_machine(calling: pytest.Pytester) -> None:
    calling.makepyfile(
        """
        import http.server
        import threading

        import calls
        import pytest

        @pytest.fixture
        def other():
            class Answer(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(b"other")

                def log_message(self, *_):
                    pass

            with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
                thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
                thread.start()
                yield f"http://localhost:{server.server_address[1]}"
                server.shutdown()
                thread.join()

        @pytest.mark.keyauth_network(block_others=True)
        def test_others(other, monkeypatch):
            for child in {"curl", "fetch", "urllib"}.intersection(calls.installed()):
                for url, reached in ((other, True), ("http://192.0.2.1/", False)):
                    command = [url if part == calls.URL else part for part in calls.CHILDREN[child]]
                    monkeypatch.setitem(calls.CHILDREN, "other", command)
                    done = calls.call("other", timeout=20)
                    assert ("other" in done.stdout) is reached, (child, done.stderr)
        """
    )
    run(calling).assert_outcomes(passed=1)


def test_what_the_user_has_for_children_is_heeded_too(
    calling: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    calling.mkdir("theirs").joinpath("sitecustomize.py").write_text("import sys\nsys.theirs = True\n")
    calling.path.joinpath("theirs", ".curlrc").write_text('header = "X-Theirs: yes"\n')
    monkeypatch.setenv("PYTHONPATH", str(calling.path / "theirs"))
    monkeypatch.setenv("CURL_HOME", str(calling.path / "theirs"))
    calling.makepyfile(
        """
        import shutil
        import subprocess
        import sys

        import pytest
        from calls import call

        def is_theirs():
            return subprocess.run([sys.executable, "-c", "import sys; sys.theirs"], check=False).returncode == 0

        def test_guarded(keytrac):
            assert is_theirs()

        def test_diverted(keyauth_network, keytrac_emulator):
            assert is_theirs()
            if shutil.which("curl"):
                call("curl", keytrac_emulator.token)
                [exchange] = keytrac_emulator.requests
                assert ("X-Theirs", "yes") in exchange.request.headers
        """
    )
    run(calling).assert_outcomes(passed=2)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_of_multiprocessing_are_diverted(pytester: pytest.Pytester, method: str) -> None:
    pytester.makepyfile(
        work="""
        import urllib.request

        def ask(token):
            request = urllib.request.Request("https://api.keytrac.net/status", headers={"Authorization": token})
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200
        """
    )
    pytester.syspathinsert()
    pytester.makepyfile(
        f"""
        import multiprocessing

        import pytest
        from work import ask

        @pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # of Python 3.12
        def test_status(keyauth_network, keytrac_emulator):
            process = multiprocessing.get_context("{method}").Process(target=ask, args=(keytrac_emulator.token,))
            process.start()
            process.join(30)
            assert process.exitcode == 0
            assert len(keytrac_emulator.requests) == 1
            process.close()
        """
    )
    # In a process of its own: what multiprocessing starts depends on what this one has been.
    pytester.runpytest_subprocess("-p", "pytest_keyauth", "-W", "error").assert_outcomes(passed=1)
