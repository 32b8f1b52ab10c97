"""The emulator as a whole: routes, what it can be told, and that it is nobody's but its test's."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Thread

import pytest

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.keyfax import Delivery, HostDefinition, KeyfaxEmulator, KeyPair
from pytest_keyauth.emulator.keyfax.operations import OPERATIONS
from pytest_keyauth.emulator.message import Request, Response

NOW_S = 1_458_819_924
TOKEN, STARTUP, KEY = "/api/v1/token", "/api/v1/startup", "/api/v1/key"

Ask = Callable[..., Response]

#: From the provider's document.
DOCUMENTED = {
    ("GET", "/api/v1/startup"): "exampleStartup",
    ("POST", "/api/v1/startup"): "launchSession",
    ("POST", "/api/v1/results"): "getResults",
    ("GET", "/api/v1/key"): "createKey",
    ("POST", "/api/v1/key"): "resetKey",
    ("DELETE", "/api/v1/key"): "deleteKey",
    ("GET", "/api/v1/token"): "createToken",
    ("POST", "/api/v1/token"): "renewToken",
}


def test_there_are_the_documented_operations_and_two_pages() -> None:
    table = {
        (method, path): operation.name for path, methods in OPERATIONS.items() for method, operation in methods.items()
    }
    assert table == DOCUMENTED | {("GET", "/launch"): None, ("POST", "/launch/finish"): None}


@pytest.mark.parametrize(("method", "path"), DOCUMENTED)
def test_the_journal_has_the_operation_of_each_request(
    emulator: KeyfaxEmulator, ask: Ask, method: str, path: str
) -> None:
    response = ask(method, path)
    exchange = emulator.requests[-1]
    assert (exchange.operation, exchange.response) == (DOCUMENTED[method, path], response)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/interview",
        "/interview/",
        "/interview/api/v1/tokens",
        "/interview/api/v1/token/",
        "/api/v1/token",
        "/interviewapi/v1/token",
        "/INTERVIEW/api/v1/token",
        "/interview/api/v1/%74oken",
        "/interview/interview/api/v1/token",
    ],
)
def test_other_paths_are_not_there(emulator: KeyfaxEmulator, path: str) -> None:
    response = emulator.handle(Request("GET", path))
    assert (response.status, response.json()) == (404, {"message": "there is no such resource"})
    assert emulator.requests[-1].operation is None


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", STARTUP, "GET, POST"),
        ("GET", "/api/v1/results", "POST"),
        ("PATCH", KEY, "GET, POST, DELETE"),
        ("HEAD", TOKEN, "GET, POST"),
        ("get", TOKEN, "GET, POST"),
        ("TRACE", TOKEN, "GET, POST"),
    ],
)
def test_other_methods_are_not_allowed(ask: Ask, method: str, path: str, allow: str) -> None:
    response = ask(method, path)
    assert (response.status, response.json()) == (405, {"message": "the resource does not have this method"})
    assert dict(response.headers)["Allow"] == allow


@pytest.mark.parametrize("root", ["", "/kf", "/a/b"])
def test_the_root_can_be_anywhere(root: str) -> None:
    emulator = KeyfaxEmulator(root=root)
    assert emulator.handle(Request("GET", f"{root}{STARTUP}")).status == 200
    assert emulator.handle(Request("GET", f"/x{root}{STARTUP}")).status == 404


@pytest.mark.parametrize("root", ["interview", "/interview/", "/"])
def test_a_root_that_is_no_path_is_refused(root: str) -> None:
    with pytest.raises(ValueError, match="expected a path such as '/interview', or nothing"):
        KeyfaxEmulator(root=root)


def test_a_host_is_there_from_the_beginning_and_can_be_given_keys() -> None:
    emulator = KeyfaxEmulator()
    assert emulator.keys("LIVE") == []
    pair = emulator.issue_keys("LIVE")
    assert emulator.keys("LIVE") == [pair]


def test_keys_cannot_be_issued_twice_or_for_nobody(emulator: KeyfaxEmulator, keys: KeyPair) -> None:
    with pytest.raises(ValueError, match="no keys for host 'LIVE': the host has keys already"):
        emulator.issue_keys("LIVE")
    with pytest.raises(ValueError, match="no keys for host 'DEV': the host is not defined"):
        emulator.issue_keys("DEV")
    assert emulator.keys("LIVE") == [keys]


def test_a_host_can_be_defined_and_defined_anew(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask) -> None:
    emulator.define_host("DEV", email="dev@consumer.example")
    assert emulator.issue_keys("DEV").host == "DEV"
    emulator.define_host("LIVE", web_hook="http://new.example/")
    assert emulator.keys("LIVE") == [keys]
    send(keys, "POST", KEY)
    assert [delivery.destination for delivery in emulator.web_hook_calls] == ["http://new.example/"]


def test_an_unfit_host_changes_nothing(emulator: KeyfaxEmulator, keys: KeyPair, send: Ask) -> None:
    with pytest.raises(ValueError, match="expected one address"):
        emulator.define_host("LIVE", email="nobody")
    assert send(keys, "POST", KEY).status == 201


def test_settings_can_be_changed_and_an_unfit_change_changes_none(emulator: KeyfaxEmulator) -> None:
    emulator.configure(companies=["A"], time_window_s=10)
    with pytest.raises(ValueError, match="no Keyfax setting 'company'"):
        emulator.configure(time_window_s=20, company="B")
    assert (set(emulator.settings.companies), emulator.settings.time_window_s) == ({"A"}, 10)


def test_a_session_can_be_ended_without_its_page(
    emulator: KeyfaxEmulator, launch: Callable[..., dict[str, str]]
) -> None:
    guid = launch()["guid"]
    with pytest.raises(ValueError, match="status=-2: expected 1"):
        emulator.finish_session(guid, -2)
    with pytest.raises(ValueError, match="no session 'nope'; there are 1"):
        emulator.finish_session("nope")
    assert emulator.sessions[guid].status is None
    emulator.finish_session(guid, 2)
    assert emulator.sessions[guid].status == 2


def test_only_keys_that_are_there_can_be_damaged(emulator: KeyfaxEmulator) -> None:
    with pytest.raises(ValueError, match="host 'LIVE' has no keys; issue_keys\\(\\) makes some"):
        emulator.damage_signing_key("LIVE")


def test_a_reset_leaves_nothing_behind(
    emulator: KeyfaxEmulator,
    keys: KeyPair,
    ask: Ask,
    send: Ask,
    sign: Callable[..., str],
    launch: Callable[..., dict[str, str]],
) -> None:
    emulator.define_host("DEV", email="dev@consumer.example")
    send(keys, "POST", KEY)
    launch()
    emulator.configure(api_key_method=True)
    emulator.fail_store("write-key")
    emulator.clock.advance(days=1)
    emulator.reset()
    assert (emulator.keys("LIVE"), emulator.sessions, len(emulator.requests)) == ([keys], {}, 0)
    assert (len(emulator.outbox), emulator.mailbox, emulator.deliveries("LIVE")) == (0, [], [])
    assert emulator.settings.api_key_method is False
    assert emulator.clock.seconds() == NOW_S
    assert ask("GET", KEY, query="hostName=DEV").status == 400
    assert send(keys, "GET", TOKEN).status == 200  # what was issued for the beginning works again


def test_a_reset_forgets_keys_that_were_issued_to_a_host_defined_since(emulator: KeyfaxEmulator) -> None:
    emulator.define_host("DEV", email="dev@consumer.example")
    emulator.issue_keys("DEV")
    emulator.reset()
    assert emulator.keys("DEV") == []


def test_the_same_seed_gives_the_same_emulator() -> None:
    def first_keys(seed: int) -> KeyPair:
        return KeyfaxEmulator(clock=Clock(lambda: 0.0), random=Random(seed)).issue_keys("LIVE")

    assert first_keys(1) == first_keys(1)
    assert first_keys(1) != first_keys(2)


def test_nothing_that_is_shown_holds_a_secret(
    emulator: KeyfaxEmulator, keys: KeyPair, send: Ask, launch: Callable[..., dict[str, str]]
) -> None:
    send(keys, "POST", KEY)
    token = send(keys, "GET", TOKEN).json()["token"]
    launch(customData={"value": "geheim-8"})
    new = emulator.keys("LIVE")[1]
    shown = repr(
        [
            emulator,
            emulator.requests,
            *emulator.requests,
            emulator.keys("LIVE"),
            emulator.outbox,
            emulator.sessions,
            *emulator.outbox,
            emulator.mailbox,
            emulator.settings,
            *vars(emulator).values(),
            *vars(emulator._store).keys(),
        ]
    )
    for secret in (keys.api_key, keys.signing_key, new.api_key, new.signing_key, token, "geheim-7", "geheim-8"):
        assert secret not in shown


# Deliveries


class Road:
    """A courier whose road can be closed."""

    def __init__(self) -> None:
        self.open = False
        self.arrived: list[Delivery] = []

    def __call__(self, delivery: Delivery) -> None:
        if not self.open:
            raise ConnectionError("closed")
        self.arrived.append(delivery)


def signed_token_request(keys: KeyPair, sign: Callable[..., str]) -> Request:
    headers = (("Host", "localhost:8088"), ("Authorization", sign(keys, "GET", TOKEN)))
    return Request("GET", f"/interview{TOKEN}", headers=headers)


def signed_reset(keys: KeyPair, sign: Callable[..., str]) -> Request:
    headers = (("Host", "localhost:8088"), ("Authorization", sign(keys, "POST", KEY)))
    return Request("POST", f"/interview{KEY}", headers=headers)


def test_a_delivery_that_fails_changes_no_answer_and_arrives_later(sign: Callable[..., str]) -> None:
    road = Road()
    emulator = KeyfaxEmulator(clock=Clock(lambda: float(NOW_S)), courier=road)
    keys = emulator.issue_keys("LIVE")
    assert emulator.handle(signed_reset(keys, sign)).status == 201
    (delivery,) = emulator.outbox
    assert (delivery.attempts, delivery.delivered, delivery.last_error) == (1, False, "ConnectionError: closed")
    assert len(emulator.keys("LIVE")) == 2
    assert emulator.deliveries("LIVE") == []
    road.open = True
    assert emulator.deliver_due() == 0
    emulator.clock.advance(seconds=1)
    assert emulator.deliver_due() == 1
    assert [taken.key for taken in road.arrived] == [emulator.keys("LIVE")[1]]
    assert emulator.handle(signed_token_request(road.arrived[0].key, sign)).status == 200
    assert len(emulator.deliveries("LIVE")) == 1


def test_a_web_hook_may_call_back_with_its_new_keys_before_it_answers(sign: Callable[..., str]) -> None:
    """From another thread, as that of a web server is: no lock may be held while a courier is on its way."""
    statuses = []

    def calling_back(delivery: Delivery) -> None:
        request = signed_token_request(delivery.key, sign)
        thread = Thread(target=lambda: statuses.append(emulator.handle(request).status))
        thread.start()
        thread.join(5)

    hosts = [HostDefinition("LIVE", web_hook="http://hook.example/")]
    emulator = KeyfaxEmulator(hosts, clock=Clock(lambda: float(NOW_S)), courier=calling_back)
    keys = emulator.issue_keys("LIVE")
    assert emulator.handle(signed_reset(keys, sign)).status == 201
    assert statuses == [200]
    assert len(emulator.keys("LIVE")) == 1


# Threads


def test_of_many_threads_with_one_nonce_one_is_let_in(
    keys: KeyPair, emulator: KeyfaxEmulator, sign: Callable[..., str]
) -> None:
    request = signed_token_request(keys, sign)
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: emulator.handle(request).status, range(32)))
    assert statuses == [200] + [401] * 31


def test_of_many_threads_that_ask_for_the_initial_keys_one_gets_them(emulator: KeyfaxEmulator) -> None:
    request = Request("GET", f"/interview{KEY}", "hostName=LIVE")
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: emulator.handle(request).status, range(32)))
    assert statuses == [201] + [400] * 31
    assert len(emulator.keys("LIVE")) == 1
