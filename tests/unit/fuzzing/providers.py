"""Providers to fuzz: emulators as they are, and such that go wrong in one deliberate respect."""

from collections.abc import Callable
from dataclasses import replace

import httpx

from pytest_keyauth.fuzzing.customers import KeyfaxCustomer, KeytracCustomer
from pytest_keyauth.keystrokes.casting import cast
from pytest_keyauth.keystrokes.samples import Samples
from pytest_keyauth.ledger import Traffic
from pytest_keyauth.targets.keyfax import EmulatedKeyfax
from pytest_keyauth.targets.keytrac import EmulatedKeytrac

Fault = Callable[[httpx.Request, httpx.Response], httpx.Response]
"""Makes another answer of an answer."""


class FaultyTransport(httpx.BaseTransport):
    """Sends through another transport, and spoils what comes back."""

    def __init__(self, transport: httpx.BaseTransport, fault: Fault) -> None:
        self._transport = transport
        self._fault = fault

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._transport.handle_request(request)
        response.read()
        return self._fault(request, response)


def no_fault(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    return response


def keytrac_customer(fault: Fault = no_fault, traffic: Traffic | None = None) -> KeytracCustomer:
    target = EmulatedKeytrac("fuzzing", traffic or Traffic())
    reach = replace(target.reach, transport=FaultyTransport(target.reach.transport, fault))
    return KeytracCustomer(reach, target.control, Samples(cast(1, "fuzzing")[0]))


def keyfax_customer(fault: Fault = no_fault, traffic: Traffic | None = None) -> KeyfaxCustomer:
    target = EmulatedKeyfax("fuzzing", traffic or Traffic())
    reach = replace(target.reach, transport=FaultyTransport(target.reach.transport, fault))
    return KeyfaxCustomer(reach, target.control)


def answer(status: int, body: object, like: httpx.Response) -> httpx.Response:
    """Another answer with the same media type."""
    return httpx.Response(status, json=body, headers={"Content-Type": like.headers.get("Content-Type", "text/plain")})
