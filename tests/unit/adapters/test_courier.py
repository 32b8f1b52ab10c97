"""Couriers against real servers: a mail server (aiosmtpd) and a web hook (http.server)."""

import json
import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from pytest_keyauth.adapters.courier import MailServer, NetworkCourier, Postman
from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.keyfax import Delivery, HostDefinition, KeyfaxEmulator, KeyPair
from pytest_keyauth.emulator.keyfax.outbox import Outbox

KEY = KeyPair("LIVE", "0123456789abcdef0123456789abcdef", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
WAIT_S = 10


class WebHook:
    """A web server that notes what is posted to it, and answers with the statuses it is given, then with 200."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, str | None, bytes]] = []
        self.statuses: list[int] = []
        self.taken = Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.posted.append((self.path, self.headers["Content-Type"], body))
                status = hook.statuses.pop(0) if hook.statuses else 200
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
                if status == 200:
                    hook.taken.set()

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys?tenant=1"
        self._thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


class MailHandler:
    """Notes each mail; refuses those to ``nobody@…``."""

    def __init__(self) -> None:
        self.mails: list[tuple[str | None, list[str], Message]] = []
        self.taken = Event()

    async def handle_RCPT(  # noqa: N802  # aiosmtpd looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, message_from_bytes(envelope.content)))
        self.taken.set()
        return "250 OK"


@pytest.fixture
def web_hook() -> Iterator[WebHook]:
    hook = WebHook()
    yield hook
    hook.close()


@pytest.fixture
def mail_handler() -> MailHandler:
    return MailHandler()


@pytest.fixture
def serve_mail(mail_handler: MailHandler) -> Iterator[Callable[..., MailServer]]:
    """Starts a mail server; serve_mail(auth_require_tls=False, …) hands options to aiosmtpd."""
    controllers = []

    def start(**options: Any) -> MailServer:
        controller = Controller(mail_handler, "127.0.0.1", free_port(), **options)
        controller.start()
        controllers.append(controller)
        return MailServer("127.0.0.1", controller.port, "keyfax@provider.example")

    yield start
    for controller in controllers:
        controller.stop()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def to_web_hook(url: str) -> Delivery:
    return Delivery("web-hook", url, KEY)


def to_address(address: str = "keys@consumer.example") -> Delivery:
    return Delivery("email", address, KEY)


# The web hook


def test_a_web_hook_gets_the_key_result_in_json(web_hook: WebHook) -> None:
    NetworkCourier()(to_web_hook(web_hook.url))
    ((path, content_type, body),) = web_hook.posted
    assert (path, content_type) == ("/keys?tenant=1", "application/json")
    assert json.loads(body) == {
        "hostName": "LIVE",
        "apiKey": "0123456789abcdef0123456789abcdef",
        "signingKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    }


@pytest.mark.parametrize("status", [302, 307, 400, 404, 500])
def test_a_web_hook_that_does_not_take_it_is_a_failure(web_hook: WebHook, status: int) -> None:
    web_hook.statuses = [status]
    with pytest.raises(ConnectionError, match=f"the web hook answered with {status}"):
        NetworkCourier()(to_web_hook(web_hook.url))
    assert len(web_hook.posted) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_one(web_hook: WebHook, status: int) -> None:
    web_hook.statuses = [status]
    NetworkCourier()(to_web_hook(web_hook.url))


def test_a_web_hook_that_is_down_is_a_failure() -> None:
    outbox = Outbox(NetworkCourier())
    outbox.put(HostDefinition("LIVE", f"http://127.0.0.1:{free_port()}/"), KEY, 0)
    assert outbox.deliver_due(0) == 0
    (delivery,) = outbox
    assert delivery.last_error is not None
    assert delivery.last_error.startswith("ConnectError: ")
    assert KEY.signing_key not in delivery.last_error


def test_a_web_hook_that_hangs_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outbox = Outbox(NetworkCourier(timeout_s=0.1))
        outbox.put(HostDefinition("LIVE", f"http://127.0.0.1:{silent.getsockname()[1]}/"), KEY, 0)
        assert outbox.deliver_due(0) == 0
        assert outbox.pending[0].last_error == "ReadTimeout: timed out"


# Mail


def test_an_address_gets_the_signing_key(serve_mail: Callable[..., MailServer], mail_handler: MailHandler) -> None:
    NetworkCourier(serve_mail())(to_address())
    ((sender, recipients, mail),) = mail_handler.mails
    assert (sender, recipients) == ("keyfax@provider.example", ["keys@consumer.example"])
    assert (mail["From"], mail["To"]) == ("keyfax@provider.example", "keys@consumer.example")
    assert mail["Subject"] == "New Keyfax Web API keys for LIVE"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().splitlines() == [
        "The Keyfax Web API keys were reset.",
        "",
        "hostName: LIVE",
        "apiKey: 0123456789abcdef0123456789abcdef",
        "signingKey: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd, of its own setting
def test_a_mail_server_can_want_to_know_who_sends(
    serve_mail: Callable[..., MailServer], mail_handler: MailHandler
) -> None:
    def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"keyfax", b"geheim-7"), handled=False)

    server = serve_mail(authenticator=authenticate, auth_required=True, auth_require_tls=False)
    known = MailServer(server.host, server.port, user_name="keyfax", password="geheim-7")
    NetworkCourier(known)(to_address())
    assert len(mail_handler.mails) == 1
    for unknown in (server, MailServer(server.host, server.port, user_name="keyfax", password="geheim-8")):
        with pytest.raises(OSError, match=r"530|535"):
            NetworkCourier(unknown)(to_address())
    assert len(mail_handler.mails) == 1
    assert "geheim-7" not in repr(known)


def test_a_mail_server_that_cannot_encrypt_gets_nothing_where_that_is_wanted(
    serve_mail: Callable[..., MailServer], mail_handler: MailHandler
) -> None:
    server = serve_mail()
    with pytest.raises(OSError, match="STARTTLS"):
        NetworkCourier(MailServer(server.host, server.port, start_tls=True))(to_address())
    assert mail_handler.mails == []


def test_an_address_that_is_refused_is_a_failure(serve_mail: Callable[..., MailServer]) -> None:
    with pytest.raises(OSError, match="no such mailbox"):
        NetworkCourier(serve_mail())(to_address("nobody@consumer.example"))


def test_a_mail_server_that_is_down_or_not_set_is_a_failure() -> None:
    with pytest.raises(ConnectionRefusedError):
        NetworkCourier(MailServer("127.0.0.1", free_port()))(to_address())
    with pytest.raises(ConnectionError, match="no mail server is set"):
        NetworkCourier()(to_address())


# The postman


@pytest.fixture
def emulator(web_hook: WebHook, serve_mail: Callable[..., MailServer]) -> KeyfaxEmulator:
    """An emulator whose host LIVE has a web hook and an address, both of which are really there."""
    hosts = [HostDefinition("LIVE", web_hook.url, "keys@consumer.example")]
    return KeyfaxEmulator(hosts, clock=Clock(lambda: 0.0), courier=NetworkCourier(serve_mail()))


def test_a_postman_delivers_what_is_new(emulator: KeyfaxEmulator, web_hook: WebHook, mail_handler: MailHandler) -> None:
    keys = emulator.issue_keys("LIVE")
    with Postman(emulator.outbox, emulator.clock.seconds):
        emulator.outbox.put(HostDefinition("LIVE", web_hook.url, "keys@consumer.example"), keys, 0)
        emulator.outbox.dispatch(0)
        assert web_hook.taken.wait(WAIT_S)
        assert mail_handler.taken.wait(WAIT_S)
    assert [delivery.delivered for delivery in emulator.outbox] == [True, True]
    assert (len(web_hook.posted), len(mail_handler.mails)) == (1, 1)


def test_a_postman_tries_again_when_the_emulators_clock_says_so(
    emulator: KeyfaxEmulator, web_hook: WebHook, mail_handler: MailHandler
) -> None:
    web_hook.statuses = [503]
    with Postman(emulator.outbox, emulator.clock.seconds):
        emulator.outbox.put(HostDefinition("LIVE", web_hook.url, "keys@consumer.example"), KEY, 0)
        emulator.outbox.dispatch(0)
        assert mail_handler.taken.wait(WAIT_S)
        assert not web_hook.taken.wait(0.3)
        assert emulator.outbox.pending[0].last_error == "ConnectionError: the web hook answered with 503"
        emulator.clock.advance(seconds=1)
        assert web_hook.taken.wait(WAIT_S)
    assert len(web_hook.posted) == 2
    assert emulator.outbox.pending == []


def test_a_postman_that_has_gone_leaves_the_delivering_to_the_emulator(web_hook: WebHook) -> None:
    outbox = Outbox(NetworkCourier())
    with Postman(outbox, lambda: 0.0):
        pass
    assert outbox.announce is None
    outbox.put(HostDefinition("LIVE", web_hook.url), KEY, 0)
    outbox.dispatch(0)
    assert len(web_hook.posted) == 1


def test_a_postman_takes_what_waited_before(web_hook: WebHook) -> None:
    outbox = Outbox(NetworkCourier())
    outbox.put(HostDefinition("LIVE", web_hook.url), KEY, 0)
    with Postman(outbox, lambda: 0.0):
        assert web_hook.taken.wait(WAIT_S)


def test_a_postman_comes_and_goes_quickly_any_number_of_times() -> None:
    outbox = Outbox(NetworkCourier())
    for _ in range(200):
        with Postman(outbox, lambda: 0.0):
            outbox.announce()  # type: ignore[misc]  # a postman is there
