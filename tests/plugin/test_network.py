"""What `keyauth_network` diverts, what it leaves alone, and what it refuses; options and markers."""

import os

import pytest


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest("-p", "pytest_keyauth", "-W", "error", *arguments)


def test_a_certificate_is_of_the_host_and_no_other_is_trusted(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import socket
        import ssl

        import pytest

        def handshake(name):
            context = ssl.create_default_context()
            with socket.create_connection(("api.keytrac.net", 443)) as connection:
                with context.wrap_socket(connection, server_hostname=name) as encrypted:
                    return encrypted.getpeercert()

        def test_names(keyauth_network):
            assert handshake("api.keytrac.net")["subjectAltName"] == (("DNS", "api.keytrac.net"),)
            with pytest.raises(ssl.SSLCertVerificationError):
                handshake("other.example")
        """
    )
    run(pytester).assert_outcomes(passed=1)


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

        @pytest.mark.keyauth_network(keyfax="https://localhost:8443/interview")
        @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
        def test_on_this_machine_over_tls(keyfax_credentials, host):
            assert token(f"https://{host}:8443/interview", keyfax_credentials) == 200

        @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
        def test_on_this_machine_at_the_port_of_the_document(keyauth_network, keyfax_credentials, host):
            assert token(f"http://{host}:8088/interview", keyfax_credentials) == 200
        """
    )
    run(pytester).assert_outcomes(passed=8)


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


def test_a_run_that_uses_nothing_of_ours_is_left_as_it_is(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        import os
        import sys

        def test_it():
            assert "pytest_keyauth.network" not in sys.modules
            assert "keyauth-guard" not in os.environ["PYTHONPATH"].replace({os.environ.get("PYTHONPATH", "-")!r}, "")
        """
    )
    pytester.runpytest_subprocess("-p", "pytest_keyauth", "-W", "error").assert_outcomes(passed=1)


USES_NOTHING = """
    import socket

    import pytest
    import urllib3

    def ask(url):
        with urllib3.PoolManager() as pool:
            return pool.request("GET", url, retries=False).status

    def test_one():
        assert ask("https://api.keytrac.net/status") == 401

    class TestOfAClass:
        def test_two(self):
            assert ask("http://localhost:8088/interview/api/v1/startup") == 200
"""


def test_every_test_of_a_run_may_have_the_network(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nkeyauth_network = on")
    pytester.makepyfile(USES_NOTHING)
    result = run(pytester)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["keyauth: target emulator, seed 0, network on"])


def test_the_network_of_a_run_refuses_others_on_request_but_for_the_tests_that_say_no(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        f"""{USES_NOTHING}
    def test_refused():
        with pytest.raises(Exception, match="a connection to 192.0.2.1 was refused"):
            socket.create_connection(("192.0.2.1", 80), timeout=0.01)

    @pytest.mark.keyauth_network(block_others=False)
    def test_let_pass():
        with pytest.raises(OSError):
            socket.create_connection(("192.0.2.1", 80), timeout=0.01)
        """
    )
    run(pytester, "--keyauth-network=block-others").assert_outcomes(passed=4)


def test_code_that_is_imported_is_guarded_where_the_run_says_that_it_is_about_providers(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("import socket\n\nsocket.create_connection(('api.keytrac.net', 443))")
    result = run(pytester, "--keyauth-network=on")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *ProviderBlockedError: a connection to api.keytrac.net was refused*"])


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("(block_other=True)", "block_other is not known"),
        ("('https://keyfax.example')", "'https://keyfax.example' is not known"),
        ("(keyfax='keyfax.example')", "keyfax='keyfax.example' is no URL of a web server"),
        ("(keyfax='https://keyfax.example/api/v1')", "expected the URL that ends before /api/v1"),
        ("(token=b'token')", "token is no text"),
    ],
)
def test_a_marker_that_says_what_nobody_understands_is_refused(
    pytester: pytest.Pytester, marker: str, said: str
) -> None:
    pytester.makepyfile(f"import pytest\n\n@pytest.mark.keyauth_network{marker}\ndef test_it():\n    pass")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*test_it: *{said.replace('[', '[[]')}*"])


def test_a_keyfax_that_one_test_names_is_a_providers_host_to_all_others(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import socket

        import pytest

        @pytest.mark.keyauth_network(keyfax="https://keyfax.customer.example")
        def test_one():
            socket.create_connection(("keyfax.customer.example", 443)).close()

        def test_another():
            with pytest.raises(Exception, match="a connection to keyfax.customer.example was refused"):
                socket.create_connection(("keyfax.customer.example", 443))
        """
    )
    run(pytester).assert_outcomes(passed=2)
