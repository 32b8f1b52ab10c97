"""A public consumer, unchanged, by each of its libraries and programs: an answer, a documented error, and a refusal."""

import shutil
from pathlib import Path

import pytest

from .public_consumer import WAYS

HERE = Path(__file__).parent
BARE = ("-p", "pytest_keyauth", "-W", "error")

CONFTEST = """
    import public_consumer
    import pytest

    def pytest_sessionfinish():
        public_consumer.close()

    @pytest.fixture(params=public_consumer.WAYS)
    def way(request):
        missing = {"curl": "curl", "node": "node"}.get(request.param)
        if missing and __import__("shutil").which(missing) is None:
            pytest.skip(f"{missing} is not installed")
        return public_consumer.WAYS[request.param]
"""


@pytest.fixture
def public(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with the consumer, of which no line is changed."""
    for suffix in (".py", ".js"):
        shutil.copy(HERE / f"public_consumer{suffix}", pytester.path)
    pytester.makeconftest(CONFTEST)
    return pytester


def count_ways() -> int:
    """How many can be tried here: curl and Node.js may not be installed."""
    return len(WAYS) - sum(shutil.which(program) is None for program in ("curl", "node"))


def test_each_way_is_answered_and_told_a_documented_error(public: pytest.Pytester) -> None:
    public.makepyfile(
        """
        import public_consumer
        import pytest

        @pytest.mark.keyauth_network(token=public_consumer.TOKEN)
        def test_the_door(way, keytrac_emulator, typist):
            if way is public_consumer.WAYS["urllib"]:
                keytrac_emulator.case_sensitive_headers = False  # it writes Content-type
            status, user = way("POST", "/users")
            assert status // 100 == 2
            said = public_consumer.let_in(way, user["id"], typist.types("Heute nicht."))
            assert said == "not yet: User is not yet enrolled for this authentication type"
            assert [exchange.request.scheme for exchange in keytrac_emulator.requests] == ["https", "https"]
            keytrac_emulator.configure(verified=False)
            assert way("GET", "/status") == (403, {"error": "Account is not verified"})
        """
    )
    result = public.runpytest(*BARE)
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes.get("failed", 0)) == (count_ways(), 0)
    result.stdout.fnmatch_lines(["keytrac 3/119 outcomes"])


def test_without_the_network_each_way_fails_at_once_and_says_why(public: pytest.Pytester) -> None:
    """No address is asked for, and no connection made to anywhere but, by curl, a closed port of this machine."""
    public.makepyfile(
        """
        import sys

        import pytest

        REACHING = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
        HEARD = []
        sys.addaudithook(lambda event, given: HEARD.append((event, given)) if event in REACHING else None)

        def test_the_door(way, keytrac):
            HEARD.clear()
            way("POST", "/users")

        def test_nothing_was_heard():
            REACHING.clear()  # such a hook cannot be taken away
            assert not HEARD
        """
    )
    result = public.runpytest(*BARE, "--tb=short")
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"]) == (1, count_ways())
    text = result.stdout.str()
    assert text.count("a connection to api.keytrac.net was refused, and nothing was sent") >= count_ways() - 1
    assert ("use-keyauth_network.localhost" in text) is (shutil.which("curl") is not None)


def test_a_client_that_swallows_the_refusal_is_told_of_in_the_report(public: pytest.Pytester) -> None:
    public.makepyfile(
        """
        import public_consumer

        def test_the_door(keytrac):
            try:
                public_consumer.with_requests("POST", "/users")
            except Exception:
                opened = False
            assert opened, "the door stays shut"
        """
    )
    public.runpytest("-p", "pytest_keyauth").stdout.fnmatch_lines(
        ["connections of this test to api.keytrac.net were refused, and nothing was sent"]
    )
