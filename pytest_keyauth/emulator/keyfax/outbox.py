"""Where new keys wait until they are delivered. What fails is tried again and never lost."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from pytest_keyauth.emulator.keyfax.configuration import HostDefinition
from pytest_keyauth.emulator.keyfax.keys import KeyPair

__all__ = ["Courier", "Delivery", "InProcessCourier", "Outbox"]

MOST_ATTEMPTS = 8

#: How many deliveries that arrived are kept for looking into. Those that did not arrive are all kept.
MOST_DELIVERED = 1_000


@dataclass(slots=True, eq=False)
class Delivery:
    """One pair of keys on its way to one destination: a web hook's URL or an e-mail address."""

    kind: Literal["web-hook", "email"]
    destination: str
    key: KeyPair
    attempts: int = 0
    delivered: bool = False
    last_error: str | None = None
    due_s: float = field(default=0.0, repr=False)
    under_way: bool = field(default=False, repr=False)

    @property
    def failed(self) -> bool:
        """Whether it was given up after the last attempt."""
        return not self.delivered and self.attempts >= MOST_ATTEMPTS

    def is_due(self, now_s: float) -> bool:
        """Whether it is to be tried at that time."""
        return self.due_s <= now_s and not (self.under_way or self.delivered or self.failed)


Courier = Callable[[Delivery], None]
"""Takes a delivery to its destination, or raises."""


class InProcessCourier:
    """Delivers into two lists of this process, which keep the latest."""

    def __init__(self) -> None:
        self.mailbox: list[Delivery] = []
        self.web_hook_calls: list[Delivery] = []

    def __call__(self, delivery: Delivery) -> None:
        """Deliver, which cannot fail."""
        arrived = self.mailbox if delivery.kind == "email" else self.web_hook_calls
        arrived.append(delivery)
        del arrived[:-MOST_DELIVERED]

    def clear(self) -> None:
        """Forget what was delivered."""
        self.mailbox.clear()
        self.web_hook_calls.clear()


class Outbox:
    """All deliveries. Nothing is sent while a lock is held, so a web hook may call back.

    ``announce``: called when something new waits, where somebody else (a thread of a server) does the delivering;
    None: it is tried at once, by whoever answers the request.

    :param courier: what takes deliveries to where they go.
    """

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.announce: Callable[[], None] | None = None
        self._waiting: list[Delivery] = []
        self._delivered: deque[Delivery] = deque(maxlen=MOST_DELIVERED)
        self._has_new = False
        self._lock = Lock()

    def __iter__(self) -> Iterator[Delivery]:
        """Those that arrived, then those that did not, each oldest first."""
        with self._lock:
            return iter((*self._delivered, *self._waiting))

    def __len__(self) -> int:
        return len(self._delivered) + len(self._waiting)

    def __repr__(self) -> str:
        return f"<Outbox: {len(self._delivered)} delivered, {len(self._waiting)} not>"

    @property
    def pending(self) -> list[Delivery]:
        """What waits for its first or its next attempt."""
        with self._lock:
            return [delivery for delivery in self._waiting if not delivery.failed]

    def put(self, definition: HostDefinition, key: KeyPair, now_s: float) -> None:
        """Take a new pair in, once for each mechanism of its host."""
        with self._lock:
            if definition.web_hook is not None:
                self._waiting.append(Delivery("web-hook", definition.web_hook, key, due_s=now_s))
            if definition.email is not None:
                self._waiting.append(Delivery("email", definition.email, key, due_s=now_s))
            self._has_new = True

    def dispatch(self, now_s: float) -> None:
        """See to what is new: try it at once, or tell whoever does the delivering."""
        if not self._has_new:
            return
        self._has_new = False
        if self.announce is not None:
            self.announce()
        else:
            self.deliver_due(now_s)

    def deliver_due(self, now_s: float) -> int:
        """Try what is due at that time (Unix seconds by the emulator's clock); tell how many arrived.

        After attempt *n* failed, the next one is due 2^(n-1) seconds later; after the eighth there is none.
        """
        return sum(self._deliver(delivery, now_s) for delivery in self._take_due(now_s))

    def _take_due(self, now_s: float) -> list[Delivery]:
        """What is due and not in other hands already."""
        with self._lock:
            due = [delivery for delivery in self._waiting if delivery.is_due(now_s)]
            for delivery in due:
                delivery.under_way = True
        return due

    def _deliver(self, delivery: Delivery, now_s: float) -> bool:
        error = self._try(delivery)
        with self._lock:
            delivery.attempts += 1
            delivery.under_way = False
            delivery.delivered, delivery.last_error = error is None, error
            delivery.due_s = now_s + 2 ** (delivery.attempts - 1)
            if delivery.delivered and delivery in self._waiting:
                self._waiting.remove(delivery)
                self._delivered.append(delivery)
        return delivery.delivered

    def _try(self, delivery: Delivery) -> str | None:
        try:
            self.courier(delivery)
        except Exception as error:  # noqa: BLE001  # a courier is anybody's code, and no failure of it may lose keys
            return _describe(error, delivery.key)
        return None

    def clear(self) -> None:
        """Forget all deliveries."""
        with self._lock:
            self._waiting.clear()
            self._delivered.clear()


def _describe(error: Exception, key: KeyPair) -> str:
    """Say what went wrong; a courier's message may quote what it sent."""
    text = f"{type(error).__name__}: {error}"
    return text.replace(key.signing_key, "…").replace(key.api_key, "…")
