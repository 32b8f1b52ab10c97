from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from pytest_keyauth.emulator.keyfax import Delivery, HostDefinition, KeyPair
from pytest_keyauth.emulator.keyfax.outbox import InProcessCourier, Outbox

NOW_S = 1_458_819_924.0
KEY = KeyPair("LIVE", "0123456789abcdef0123456789abcdef", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
HOST = HostDefinition("LIVE", "https://consumer.example/keys", "keys@consumer.example")


class UnreliableCourier:
    """Fails as often as it is told to, and notes each try."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.failures = failures
        self.error = error or ConnectionError("no route")
        self.tried: list[str] = []

    def __call__(self, delivery: Delivery) -> None:
        self.tried.append(delivery.kind)
        if len(self.tried) <= self.failures:
            raise self.error


def one_delivery(outbox: Outbox) -> Delivery:
    outbox.put(HostDefinition("LIVE", email="keys@consumer.example"), KEY, NOW_S)
    (delivery,) = outbox
    return delivery


def test_a_pair_goes_to_every_mechanism_of_its_host() -> None:
    outbox = Outbox(InProcessCourier())
    outbox.put(HOST, KEY, NOW_S)
    outbox.put(HostDefinition("TEST"), KEY, NOW_S)
    assert [(delivery.kind, delivery.destination) for delivery in outbox] == [
        ("web-hook", "https://consumer.example/keys"),
        ("email", "keys@consumer.example"),
    ]
    assert all(delivery.key is KEY for delivery in outbox)


def test_what_is_delivered_in_process_is_in_a_list_for_each_kind() -> None:
    courier = InProcessCourier()
    outbox = Outbox(courier)
    outbox.put(HOST, KEY, NOW_S)
    assert outbox.deliver_due(NOW_S) == 2
    assert [delivery.kind for delivery in courier.mailbox] == ["email"]
    assert [delivery.kind for delivery in courier.web_hook_calls] == ["web-hook"]
    courier.clear()
    assert courier.mailbox == courier.web_hook_calls == []


def test_only_the_latest_that_arrived_in_process_are_kept() -> None:
    courier = InProcessCourier()
    deliveries = [Delivery(kind, "", KeyPair("LIVE", "", "")) for _ in range(1_001) for kind in ("email", "web-hook")]
    for delivery in deliveries:
        courier(delivery)
    assert courier.mailbox == deliveries[2::2]
    assert courier.web_hook_calls == deliveries[3::2]


def test_what_arrived_is_not_sent_again() -> None:
    courier = UnreliableCourier(0)
    outbox = Outbox(courier)
    delivery = one_delivery(outbox)
    outbox.deliver_due(NOW_S)
    assert outbox.deliver_due(NOW_S + 1000) == 0
    assert courier.tried == ["email"]
    assert (delivery.delivered, delivery.attempts, delivery.last_error, delivery.failed) == (True, 1, None, False)
    assert list(outbox) == [delivery]
    assert outbox.pending == []


def test_what_failed_is_tried_again_with_growing_pauses() -> None:
    courier = UnreliableCourier(100)
    outbox = Outbox(courier)
    delivery = one_delivery(outbox)
    tried_at = []
    for second in range(400):
        before = delivery.attempts
        outbox.deliver_due(NOW_S + second)
        if delivery.attempts > before:
            tried_at.append(second)
    assert tried_at == [0, 1, 3, 7, 15, 31, 63, 127]
    assert (delivery.attempts, delivery.delivered, delivery.failed) == (8, False, True)
    assert delivery.last_error == "ConnectionError: no route"


def test_what_is_given_up_is_kept() -> None:
    outbox = Outbox(UnreliableCourier(100))
    delivery = one_delivery(outbox)
    for second in (0, 1, 3, 7, 15, 31, 63, 127):
        outbox.deliver_due(NOW_S + second)
    assert list(outbox) == [delivery]
    assert outbox.pending == []
    assert len(outbox) == 1
    assert repr(outbox) == "<Outbox: 0 delivered, 1 not>"


def test_what_failed_can_arrive_later() -> None:
    outbox = Outbox(UnreliableCourier(2))
    delivery = one_delivery(outbox)
    assert [outbox.deliver_due(NOW_S + second) for second in (0, 0.9, 1, 2.9, 3)] == [0, 0, 0, 0, 1]
    assert (delivery.delivered, delivery.attempts, delivery.last_error) == (True, 3, None)


def test_one_that_fails_does_not_keep_the_other_from_arriving() -> None:
    courier = UnreliableCourier(1)
    outbox = Outbox(courier)
    outbox.put(HOST, KEY, NOW_S)
    assert outbox.deliver_due(NOW_S) == 1
    assert [(delivery.kind, delivery.delivered) for delivery in outbox] == [("email", True), ("web-hook", False)]


def test_neither_a_delivery_nor_its_error_shows_a_key() -> None:
    outbox = Outbox(UnreliableCourier(1, ValueError(f"cannot post {KEY.result()}")))
    delivery = one_delivery(outbox)
    outbox.deliver_due(NOW_S)
    assert delivery.last_error == ("ValueError: cannot post {'hostName': 'LIVE', 'apiKey': '…', 'signingKey': '…'}")
    for secret in (KEY.api_key, KEY.signing_key):
        assert secret not in repr(delivery) + repr(outbox)


def test_what_is_new_is_tried_at_once_and_the_rest_when_it_is_due() -> None:
    courier = UnreliableCourier(1)
    outbox = Outbox(courier)
    outbox.dispatch(NOW_S)
    one_delivery(outbox)
    outbox.dispatch(NOW_S)
    outbox.dispatch(NOW_S + 1000)
    assert courier.tried == ["email"]
    outbox.deliver_due(NOW_S + 1)
    assert courier.tried == ["email", "email"]


def test_whoever_does_the_delivering_is_told_of_what_is_new() -> None:
    courier, told = UnreliableCourier(0), []
    outbox = Outbox(courier)
    outbox.announce = lambda: told.append(len(outbox.pending))
    one_delivery(outbox)
    outbox.dispatch(NOW_S)
    outbox.dispatch(NOW_S)
    assert (told, courier.tried) == ([1], [])


def test_only_the_latest_arrived_are_kept_and_none_that_did_not_is_dropped() -> None:
    courier = UnreliableCourier(1)
    outbox = Outbox(courier)
    failed = one_delivery(outbox)
    outbox.deliver_due(NOW_S)
    for _ in range(1_005):
        outbox.put(HostDefinition("LIVE", email="keys@consumer.example"), KEY, NOW_S)
        outbox.deliver_due(NOW_S)
    assert len(outbox) == 1_001
    assert outbox.pending == [failed]


def test_the_outbox_can_be_emptied_while_something_is_on_its_way() -> None:
    outbox: Outbox

    def clearing_courier(_delivery: Delivery) -> None:
        outbox.clear()

    outbox = Outbox(clearing_courier)
    one_delivery(outbox)
    assert outbox.deliver_due(NOW_S) == 1
    assert len(outbox) == 0


@pytest.mark.parametrize("fails", [False, True])
def test_a_delivery_is_in_one_pair_of_hands_at_a_time(fails: bool) -> None:
    """While one thread is at it, another finds nothing to do."""
    inside, leave = Barrier(2), Barrier(2)
    tried: list[str] = []

    def slow_courier(delivery: Delivery) -> None:
        tried.append(delivery.kind)
        inside.wait(5)
        leave.wait(5)
        if fails:
            raise ConnectionError

    outbox = Outbox(slow_courier)
    delivery = one_delivery(outbox)
    thread = Thread(target=outbox.deliver_due, args=(NOW_S,))
    thread.start()
    inside.wait(5)
    assert outbox.deliver_due(NOW_S + 1000) == 0
    leave.wait(5)
    thread.join()
    assert (tried, delivery.delivered, delivery.under_way) == (["email"], not fails, False)


def test_a_courier_may_be_any_callable() -> None:
    seen: list[Delivery] = []
    take: Callable[[Delivery], None] = seen.append
    outbox = Outbox(take)
    delivery = one_delivery(outbox)
    outbox.deliver_due(NOW_S)
    assert seen == [delivery]
