"""Couriers that really deliver new keys: to a web hook by HTTP, to an address by SMTP. And a thread to do it in."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from threading import Event, Thread
from typing import Self

import httpx

from pytest_keyauth.emulator.keyfax.outbox import Delivery, Outbox

__all__ = ["MailServer", "NetworkCourier", "Postman"]

TIMEOUT_S = 5.0

#: How often a postman looks for what is due: the emulator's clock can be moved at any time.
ROUND_S = 0.25


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and as whom."""

    host: str = "localhost"
    port: int = 25
    sender: str = "keyfax@localhost"
    start_tls: bool = False
    user_name: str | None = None
    password: str = field(default="", repr=False)


class NetworkCourier:
    """Delivers to the outside; whatever keeps a delivery from arriving is raised, and the outbox tries again.

    :param mail: without one, what goes by e-mail cannot be delivered.
    """

    def __init__(self, mail: MailServer | None = None, *, timeout_s: float = TIMEOUT_S) -> None:
        self._mail = mail
        self._timeout_s = timeout_s

    def __call__(self, delivery: Delivery) -> None:
        """Deliver, and return once the other side has taken it."""
        if delivery.kind == "web-hook":
            self._post(delivery)
        else:
            self._send_mail(delivery)

    def _post(self, delivery: Delivery) -> None:
        """POST the key result in JSON. Only a 2xx has taken it; keys follow no redirect."""
        answer = httpx.post(delivery.destination, json=delivery.key.result(), timeout=self._timeout_s)
        if not answer.is_success:
            raise ConnectionError(f"the web hook answered with {answer.status_code}")

    def _send_mail(self, delivery: Delivery) -> None:
        if self._mail is None:
            raise ConnectionError("no mail server is set")
        with smtplib.SMTP(self._mail.host, self._mail.port, timeout=self._timeout_s) as server:
            if self._mail.start_tls:
                server.starttls()
            if self._mail.user_name is not None:
                server.login(self._mail.user_name, self._mail.password)
            server.send_message(_write_mail(delivery, self._mail.sender))


def _write_mail(delivery: Delivery, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, delivery.destination
    mail["Subject"] = f"New Keyfax Web API keys for {delivery.key.host}"
    lines = (f"{name}: {value}" for name, value in delivery.key.result().items())
    mail.set_content("\n".join(("The Keyfax Web API keys were reset.", "", *lines, "")))
    return mail


class Postman:
    """A thread that delivers what is due, so that no request waits for a web hook or a mail server.

    Works from ``with`` to its end. What is on its way then is still delivered; the rest stays in the outbox.

    :param now_s: tells the emulator's time in Unix seconds.
    """

    def __init__(self, outbox: Outbox, now_s: Callable[[], float]) -> None:
        self._outbox = outbox
        self._now_s = now_s
        self._wake = Event()
        self._ended = False
        self._thread = Thread(target=self._work, name="keyfax-postman", daemon=True)

    def __enter__(self) -> Self:
        self._outbox.announce = self._wake.set
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._outbox.announce = None
        self._ended = True
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended:
            self._outbox.deliver_due(self._now_s())
            self._wake.wait(ROUND_S if self._outbox.pending else None)
            self._wake.clear()  # before the look at what woke us: what comes after is not lost
