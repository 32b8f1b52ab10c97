"""Beside other plugins: their mocks answer first, and what keeps connections over tests keeps none to an emulator."""

import pytest

MOCKED = """
    import asyncio

    import aiohttp
    import httpx
    import pytest
    import requests
    import responses
    from aioresponses import aioresponses

    URL = "https://api.keytrac.net/status"

    @pytest.fixture(autouse=True)
    def nothing_reaches_the_emulator(keytrac_emulator):
        yield
        assert not keytrac_emulator.requests

    def test_respx(keyauth_network, respx_mock):
        respx_mock.get(URL).respond(418)
        assert httpx.get(URL).status_code == 418

    def test_pytest_httpx(keyauth_network, httpx_mock):
        httpx_mock.add_response(418, url=URL)
        assert httpx.get(URL).status_code == 418

    @responses.activate
    def test_responses(keyauth_network):
        responses.get(URL, status=418)
        assert requests.get(URL).status_code == 418

    def test_aioresponses(keyauth_network):
        async def call():
            with aioresponses() as mocked:
                mocked.get(URL, status=418)
                async with aiohttp.request("GET", URL) as answer:
                    return answer.status

        assert asyncio.run(call()) == 418
"""

OWN = """
    import pytest
    import requests

    @pytest.mark.keyauth_network
    @pytest.mark.keyauth_replay("showStatus/500/calculate-status")
    def test_our_own_recordings():
        assert requests.get("https://api.keytrac.net/status").status_code == 500
"""


def test_mocks_of_client_libraries_answer_first(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mocks=MOCKED, test_own=OWN)
    result = pytester.runpytest(*("-p", "pytest_keyauth", "-p", "respx.plugin", "-p", "pytest_httpx"))
    result.assert_outcomes(passed=5)


STATUS = """
    import httpx
    import pytest

    def status(token):
        return httpx.get("https://api.keytrac.net/status", headers={"Authorization": token}).status_code

    def test_status(keyauth_network, keytrac_emulator):
        assert status(keytrac_emulator.token) == 200

    def test_again(keyauth_network, keytrac_emulator):
        assert status(keytrac_emulator.token) == 200
"""


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1,::1"])
def test_pytest_socket_lets_the_network_be_where_this_machine_is_allowed(
    pytester: pytest.Pytester, allowed: str
) -> None:
    pytester.makepyfile(
        f"""{STATUS}
    def test_the_guard_is_still_there(keytrac):
        with pytest.raises(Exception, match="a connection to api.keytrac.net was refused"):
            status("none")
        """
    )
    result = pytester.runpytest("-p", "pytest_keyauth", "-p", "pytest_socket", f"--allow-hosts={allowed}")
    result.assert_outcomes(passed=3)


def test_without_any_sockets_it_is_said_what_the_network_needs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(STATUS)
    result = pytester.runpytest("-p", "pytest_keyauth", "-p", "pytest_socket", "--disable-socket")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        ["E *SettingsError: keyauth_network needs sockets of this machine*--allow-hosts=127.0.0.1*"]
    )


KEPT = """
    import asyncio

    import aiohttp
    import httpx
    import httpx2
    import pytest
    import requests

    URL = "https://api.keytrac.net/users"
    RUNNER = asyncio.Runner()

    async def open_session():
        return aiohttp.ClientSession()

    SYNC = {"requests": requests.Session(), "httpx": httpx.Client(), "httpx2": httpx2.Client()}
    ASYNC = {"httpx": httpx.AsyncClient(), "httpx2": httpx2.AsyncClient()}
    SESSION = RUNNER.run(open_session())

    def post_sync(name, headers):
        return SYNC[name].post(URL, headers=headers).status_code

    def post_async(name, headers):
        return RUNNER.run(ASYNC[name].post(URL, headers=headers)).status_code

    def post_aiohttp(_, headers):
        async def post():
            async with SESSION.post(URL, headers=headers) as answer:
                return answer.status

        return RUNNER.run(post())

    CALLS = [*((post_sync, name) for name in SYNC), *((post_async, name) for name in ASYNC), (post_aiohttp, "aiohttp")]

    @pytest.mark.parametrize("number", range(3))
    def test_each_test_has_its_own_emulator(keyauth_network, keytrac_emulator, number):
        for post, name in CALLS:
            assert post(name, {"Authorization": keytrac_emulator.token}) // 100 == 2
        assert len(keytrac_emulator.requests) == len(CALLS)

    @pytest.mark.parametrize(("post", "name"), CALLS, ids=[f"{post.__name__}-{name}" for post, name in CALLS])
    def test_nobody_is_left_connected(keytrac, post, name):
        with pytest.raises(Exception, match="a connection to api.keytrac.net was refused"):
            post(name, {})

    def test_close():
        for client in SYNC.values():
            client.close()
        for client in ASYNC.values():
            RUNNER.run(client.aclose())
        RUNNER.run(SESSION.close())
        RUNNER.close()
"""


def test_clients_that_live_longer_than_a_test_keep_no_connection_from_one_to_the_next(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(KEPT)
    pytester.runpytest("-p", "pytest_keyauth", "-W", "error").assert_outcomes(passed=10)


PROXIED = """
    import os
    import socketserver
    import threading

    import httpx
    import pytest
    import urllib3

    SAID = []

    class Proxy(socketserver.BaseRequestHandler):
        def handle(self):
            SAID.append(self.request.recv(1000))
            self.request.sendall(b"HTTP/1.1 204 There\\r\\nContent-Length: 0\\r\\n\\r\\n")

    SERVER = socketserver.TCPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=SERVER.serve_forever, kwargs={"poll_interval": 0.01}).start()
    PROXY = f"http://127.0.0.1:{SERVER.server_address[1]}"
    os.environ |= {"HTTP_PROXY": PROXY, "HTTPS_PROXY": PROXY}
    CLIENT = httpx.Client()  # it has read the environment
    MANAGER = urllib3.ProxyManager(PROXY)

    @pytest.fixture(autouse=True, scope="session")
    def closed():
        yield
        CLIENT.close()
        MANAGER.clear()
        SERVER.shutdown()
        SERVER.server_close()

    def get_httpx(url, token):
        return CLIENT.get(url, headers={"Authorization": token}).status_code

    def get_urllib3(url, token):
        return MANAGER.request("GET", url, headers={"Authorization": token}).status

    def get_with_a_client_that_is_built_now(url, token):
        return httpx.get(url, headers={"Authorization": token}).status_code

    GETS = [get_httpx, get_urllib3, get_with_a_client_that_is_built_now]

    @pytest.mark.parametrize("scheme", ["https", "http"])
    @pytest.mark.parametrize("get", GETS)
    def test_providers_are_not_asked_of_the_proxy(keyauth_network, keytrac_emulator, get, scheme):
        SAID.clear()
        assert get(f"{scheme}://api.keytrac.net/status", keytrac_emulator.token) == 200
        assert not SAID
        assert get("http://elsewhere.example/", "none") == 204
        assert SAID[0].startswith(b"GET http://elsewhere.example/ ")
        assert b"Connection: close\\r\\n" in SAID[0] or get is GETS[2]

    @pytest.mark.keyauth_network(block_others=True)
    def test_others_may_be_refused_there_too():
        SAID.clear()
        answer = CLIENT.get("http://elsewhere.example/")
        assert (answer.status_code, SAID) == (403, [])
        assert "a connection to elsewhere.example was refused" in answer.text
        with pytest.raises(httpx.ProxyError, match="a connection to elsewhere.example was refused"):
            CLIENT.get("https://elsewhere.example/")

    def test_a_tunnel_to_a_provider_is_told_of_before_anything_is_said_in_it(keytrac):
        with pytest.raises(Exception):
            CLIENT.get("https://api.keytrac.net/status")
"""


def test_clients_that_use_a_proxy_are_answered_and_others_still_reached_through_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
        monkeypatch.delenv(name.lower(), raising=False)
    pytester.makepyfile(PROXIED)
    pytester.runpytest("-p", "pytest_keyauth", "-W", "error").assert_outcomes(passed=8)
