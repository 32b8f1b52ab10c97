"""Code that calls the providers' real hosts, with whatever client library, is answered by the emulators."""

import shutil
import socket
import ssl
import threading
from pathlib import Path

import pytest

CONSUMER = '''
    """A consumer as they are: the address and the token in constants, certificates verified, clients built early."""

    import asyncio
    import urllib.request

    import aiohttp
    import httpx
    import requests
    import urllib3

    ADDRESS = "https://api.keytrac.net"
    SESSION = requests.Session()
    CLIENT = httpx.Client()
    POOL = urllib3.PoolManager()


    def with_requests(token):
        return SESSION.get(f"{ADDRESS}/status", headers={"Authorization": token}).status_code


    def with_httpx(token):
        return CLIENT.get(f"{ADDRESS}/status", headers={"Authorization": token}).status_code


    def with_httpx_async(token):
        async def call():
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{ADDRESS}/status", headers={"Authorization": token})).status_code

        return asyncio.run(call())


    def with_aiohttp(token):
        async def call():
            async with aiohttp.ClientSession() as session:
                async with session.get(f"{ADDRESS}/status", headers={"Authorization": token}) as answer:
                    return answer.status

        return asyncio.run(call())


    def with_urllib3(token):
        return POOL.request("GET", f"{ADDRESS}/status", headers={"Authorization": token}).status


    def with_urllib(token):
        request = urllib.request.Request(f"{ADDRESS}/status", headers={"Authorization": token})
        with urllib.request.urlopen(request) as answer:
            return answer.status


    WAYS = [with_requests, with_httpx, with_httpx_async, with_aiohttp, with_urllib3, with_urllib]


    def close():
        SESSION.close()
        CLIENT.close()
        POOL.clear()
'''


@pytest.fixture
def consumer(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(consumer=CONSUMER)
    pytester.makeconftest(
        """
        import pytest

        import consumer

        @pytest.fixture(scope="session", autouse=True)
        def closed():
            yield
            consumer.close()
        """
    )
    return pytester


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "pytest_keyauth", "-W", "error", *arguments)


def test_any_client_that_calls_the_real_host_is_answered_over_verified_tls(consumer: pytest.Pytester) -> None:
    consumer.makepyfile(
        """
        import ssl

        import consumer
        import pytest

        @pytest.mark.parametrize("way", consumer.WAYS)
        @pytest.mark.parametrize("time", ["first", "again"])
        def test_status(keyauth_network, keytrac_emulator, way, time):
            assert way(keytrac_emulator.token) == 200
            [exchange] = keytrac_emulator.requests
            assert exchange.request.scheme == "https"

        def test_a_wrong_token_is_refused(keyauth_network):
            assert consumer.with_httpx("2c7e1d40-93b5-4f6a-8d02-51c9e6b7a8f3") == 401

        def test_another_name_than_the_certificates_is_not_trusted(keyauth_network):
            import socket

            context = ssl.create_default_context()
            context.load_default_certs()
            with socket.create_connection(("api.keytrac.net", 443)) as connection:
                with pytest.raises(ssl.SSLCertVerificationError):
                    context.wrap_socket(connection, server_hostname="other.example")
        """
    )
    result = run(consumer, "--keyauth-fail-under=1")
    result.assert_outcomes(passed=14)
    result.stdout.fnmatch_lines(["keytrac 2/119 outcomes"])


def test_a_keyfax_is_wherever_the_code_believes_it_to_be(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import httpx
        import pytest
        from pytest_keyauth import KeyfaxBasic

        def token(address, credentials):
            return httpx.get(f"{address}/api/v1/token", auth=KeyfaxBasic(credentials)).status_code

        @pytest.mark.keyauth_network(keyfax="https://keyfax.customer.example/answers")
        def test_at_the_customers(keyfax_credentials, keyfax):
            assert token("https://keyfax.customer.example/answers", keyfax_credentials) == 200
            assert keyfax.get("/api/v1/token").status_code == 200

        @pytest.mark.keyauth_network(keyfax="http://keyfax.customer.example:8088")
        def test_without_tls_and_at_the_root(keyfax_credentials):
            assert token("http://keyfax.customer.example:8088", keyfax_credentials) == 200

        @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
        def test_on_this_machine_at_the_port_of_the_document(keyauth_network, keyfax_credentials, host):
            assert token(f"http://{host}:8088/interview", keyfax_credentials) == 200
        """
    )
    run(pytester).assert_outcomes(passed=4)


def test_children_that_run_curl_or_node_find_the_emulators_unchanged(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os
        import shutil
        import subprocess

        import pytest

        URL = "https://api.keytrac.net/status"
        SCRIPT = '''
            require("https").get(process.argv[1], {headers: {Authorization: process.argv[2]}}, (answer) => {
                answer.on("data", (data) => process.stdout.write(data));
            });
        '''
        FETCH = "fetch(process.argv[1], {headers: {Authorization: process.argv[2]}})"
        FETCH += ".then((answer) => answer.text()).then(console.log)"

        def curl(token):
            return ["curl", "--silent", "--show-error", "--header", f"Authorization: {token}", URL]

        def node(token):
            return ["node", "-e", SCRIPT, URL, token]

        def node_s_fetch(token):
            return ["node", "-e", FETCH, URL, token]

        @pytest.mark.parametrize("child", [curl, node, node_s_fetch])
        def test_status(keyauth_network, keytrac_emulator, child):
            command = child(keytrac_emulator.token)
            if shutil.which(command[0]) is None:
                pytest.skip(f"{command[0]} is not installed")
            if child is node_s_fetch:
                keytrac_emulator.case_sensitive_headers = False  # it lower-cases all names
            done = subprocess.run(command, capture_output=True, text=True)
            assert '"users_created":0' in done.stdout, done.stderr

        def test_after(keytrac):
            assert not [name for name, value in os.environ.items() if "keyauth-network" in value]
        """
    )
    outcomes = run(pytester).parseoutcomes()
    assert "failed" not in outcomes
    assert outcomes["passed"] >= 1 + bool(shutil.which("curl")) + 2 * bool(shutil.which("node"))


OTHERS = """
    import socket
    import socketserver
    import threading
    import time

    import httpx
    import pytest
    import requests
    from pytest_keyauth.errors import HostBlockedError, ProviderBlockedError

    class Answer(socketserver.StreamRequestHandler):
        def handle(self):
            self.rfile.readline()
            self.wfile.write(b"HTTP/1.0 204 other\\r\\n\\r\\n")

    @pytest.fixture
    def other():
        with socketserver.TCPServer(("127.0.0.1", 0), Answer) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield f"http://localhost:{server.server_address[1]}"
            server.shutdown()
            thread.join()

    def test_other_services_are_left_alone(keyauth_network, other):
        assert httpx.get(other).status_code == 204

    @pytest.mark.keyauth_network(block_others=True)
    def test_others_are_refused_on_request_but_for_this_machine(other):
        assert httpx.get(other).status_code == 204
        with pytest.raises(HostBlockedError, match="a connection to elsewhere.example was refused"):
            requests.get("https://elsewhere.example/")

    def test_nobody_reaches_a_provider_by_accident(keytrac):
        for get in (httpx.get, requests.get):
            started = time.monotonic()
            with pytest.raises(ProviderBlockedError, match="a connection to api.keytrac.net was refused") as caught:
                get("https://api.keytrac.net/status")
            assert time.monotonic() - started < 5
        assert "keyauth_network" in str(caught.value)

    def test_nor_through_a_proxy(keytrac, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as proxy:
            port = proxy.getsockname()[1]

            def tunnel():
                connection, _ = proxy.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
                    said.append(connection.recv(1000))

            said = []
            thread = threading.Thread(target=tunnel)
            thread.start()
            with httpx.Client(proxy=f"http://localhost:{port}") as client:
                with pytest.raises(ProviderBlockedError):
                    client.get("https://api.keytrac.net/status")
            thread.join()
            assert said == [b""]

    def test_a_proxy_of_the_environment_is_passed_by(keyauth_network, keytrac_emulator, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        answer = requests.get("https://api.keytrac.net/status", headers={"Authorization": keytrac_emulator.token})
        assert answer.status_code == 200
"""


def test_other_hosts_and_real_providers_are_kept_apart(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(OTHERS)
    run(pytester).assert_outcomes(passed=5)


def test_nothing_is_left_behind(consumer: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    functions = (socket.getaddrinfo, socket.socket.connect, ssl.SSLContext.wrap_socket, ssl.SSLContext.wrap_bio)
    threads, files = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    monkeypatch.delenv("no_proxy", raising=False)
    consumer.makepyfile(
        """
        import os

        import consumer
        import pytest

        @pytest.mark.parametrize("number", range(20))
        def test_status(keyauth_network, keytrac_emulator, number):
            assert consumer.with_httpx(keytrac_emulator.token) == 200
            assert "api.keytrac.net" in os.environ["no_proxy"]

        def test_after(keytrac):
            assert "no_proxy" not in os.environ
        """
    )
    consumer.runpytest("-p", "pytest_keyauth").assert_outcomes(passed=21)
    assert functions == (
        socket.getaddrinfo,
        socket.socket.connect,
        ssl.SSLContext.wrap_socket,
        ssl.SSLContext.wrap_bio,
    )
    assert not {"connect", "connect_ex"} & set(vars(socket.socket))
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == (threads, files)


def test_a_run_that_uses_nothing_of_ours_is_left_as_it_is(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import socket
        import sys

        def test_it():
            assert socket.getaddrinfo.__module__ == "socket"
            assert "pytest_keyauth.network" not in sys.modules
        """
    )
    run(pytester).assert_outcomes(passed=1)
