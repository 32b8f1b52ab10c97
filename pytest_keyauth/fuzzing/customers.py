"""Who sends the cases: real credentials, and what a customer does beside the requests to get anywhere."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

import httpx

from pytest_keyauth.control import KeyfaxControl, KeytracControl
from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxBearer, KeyfaxCredentials
from pytest_keyauth.keystrokes.samples import Samples
from pytest_keyauth.targets.keyfax import KeyfaxReach
from pytest_keyauth.targets.keytrac import KeytracReach

__all__ = ["PLACEHOLDER_SIGN", "Credential", "Customer", "KeyfaxCustomer", "KeytracCustomer"]

SUCCESSES = range(200, 300)

#: How many users an account has when a round begins; every other one is enrolled.
USERS = 40

#: Launched sessions end like this, by turns: completed, cancelled, not at all.
ENDINGS = (1, 2, None)


@dataclass(frozen=True, slots=True)
class Credential:
    """What authorizes a request: ``auth`` does it, ``placeholder`` stands for the header wherever one is shown."""

    auth: httpx.Auth | None = field(repr=False)
    placeholder: str = ""


class Customer(Protocol):
    """Who sends to one provider, round after round."""

    provider: str
    url: str

    @property
    def client(self) -> httpx.Client:
        """The client that sends."""

    def choose(self, operation: str | None, request: httpx.Request) -> Credential:
        """Say how a request is authorized."""

    def watch(self, operation: str | None, request: httpx.Request, response: httpx.Response) -> None:
        """Do what an answer calls for."""

    def secrets(self) -> Iterator[tuple[str, str]]:
        """All secrets of this round that are known, by kind. Handle with care."""

    def begin_round(self) -> dict[str, Sequence[str]]:
        """Start anew, with nothing of the round before; tell what there is to be asked for, by string format."""


class KeytracCustomer:
    """An account of KeyTrac."""

    provider = "keytrac"

    def __init__(self, reach: KeytracReach, control: KeytracControl, samples: Samples) -> None:
        self.url = reach.url
        self.client = reach.client()
        self._token = reach.token
        self._control = control
        self._samples = samples
        self._credential = Credential(self.client.auth, "$KEYAUTH_KEYTRAC_TOKEN")

    def choose(self, operation: str | None, request: httpx.Request) -> Credential:
        """The token, always."""
        return self._credential

    def watch(self, operation: str | None, request: httpx.Request, response: httpx.Response) -> None:
        """Nothing: users that are left go with the round."""

    def secrets(self) -> Iterator[tuple[str, str]]:
        """The token."""
        yield "token", self._token

    def begin_round(self) -> dict[str, Sequence[str]]:
        """Forget all users, where the emulator is in this process (else they go with the test), and create some.

        Some are enrolled, so that there is somebody to authenticate, to identify and to delete.
        """
        _reset(self._control)
        identifiers = [self.client.post("/users").raise_for_status().json()["id"] for _ in range(USERS)]
        for identifier in identifiers[::2]:
            self._enrol("anytext", identifier, self._samples.valid())
            self._enrol("password", identifier, self._samples.masked.valid())
        return {"keytrac-user-id": identifiers}

    def _enrol(self, method: str, identifier: str, samples: list[str]) -> None:
        enrolment = {"user_id": identifier, "samples": samples}
        self.client.post(f"/{method}/enrol", json=enrolment).raise_for_status()


#: What every placeholder of credentials has, and no generated header.
PLACEHOLDER_SIGN = "$KEYAUTH_"

BASIC = "Basic $KEYAUTH_KEYFAX_HOST:$KEYAUTH_KEYFAX_API_KEY:<signature>:<nonce>:<time>"
BEARER = "Bearer $KEYAUTH_KEYFAX_HOST:<token>"


class KeyfaxCustomer:
    """A host of Keyfax: it has its keys made, reset and deleted, and goes on with what works then."""

    provider = "keyfax"

    def __init__(self, reach: KeyfaxReach, control: KeyfaxControl) -> None:
        self.url = reach.url
        self.client = reach.client()
        self._reach = reach
        self._control = control
        self._host = reach.credentials.host
        self._secrets: set[tuple[str, str]] = set()
        self._launched = 0
        self._has_keys = True
        self._issued = reach.credentials
        self._use(self._issued)

    def _use(self, credentials: KeyfaxCredentials) -> None:
        """Sign with these keys from now on, and fetch tokens with them."""
        signature = self._reach.signature
        self._basic = Credential(KeyfaxBasic(credentials, signature=signature), BASIC)
        self._bearer = Credential(KeyfaxBearer(credentials, self.url, signature=signature), BEARER)
        self._secrets |= {("api-key", credentials.api_key), ("signing-key", credentials.signing_key)}
        self._has_keys = True

    def choose(self, operation: str | None, request: httpx.Request) -> Credential:
        """What the operation documents; a token, a signature or nothing, by turns, where the token is optional."""
        if not self._has_keys and operation != "createKey":
            keys = self._control.issue_keys(self._host)
            self._issued = KeyfaxCredentials(keys.host, keys.api_key, keys.signing_key)
            self._use(self._issued)
        if operation == "createKey":
            return Credential(None)
        if operation == "renewToken":
            return self._bearer
        if operation in ("exampleStartup", "launchSession", "getResults"):
            turn = sha256(request.url.raw_path + request.content).digest()[0] % 4
            return (self._basic, Credential(None), self._bearer, self._bearer)[turn]
        return self._basic

    def watch(self, operation: str | None, request: httpx.Request, response: httpx.Response) -> None:
        """Take new keys into use, miss deleted ones, and end sessions, as people do in a browser."""
        if response.status_code not in SUCCESSES:
            return
        answer = _members(response)
        self._learn(answer)
        own = request.url.params.get_list("hostName")[-1:] == [self._host]  # of a repeated parameter the last counts
        if operation == "createKey" and own:
            self._use(KeyfaxCredentials(self._host, answer["apiKey"], answer["signingKey"]))
        elif operation == "resetKey":
            delivered = self._control.deliveries(self._host)[-1]
            self._use(KeyfaxCredentials(self._host, delivered["apiKey"], delivered["signingKey"]))
        elif operation == "deleteKey" and own:
            self._has_keys = False
        elif operation == "launchSession":
            self._end_session(str(answer.get("guid")))

    def _end_session(self, guid: str) -> None:
        ending = ENDINGS[self._launched % len(ENDINGS)]
        self._launched += 1
        if ending is not None:
            self._control.finish_session(guid, ending)

    def _learn(self, answer: dict[str, Any]) -> None:
        for name, kind in (("apiKey", "api-key"), ("signingKey", "signing-key"), ("token", "token")):
            if isinstance(answer.get(name), str):
                self._secrets.add((kind, answer[name]))

    def secrets(self) -> Iterator[tuple[str, str]]:
        """The keys and tokens of the round."""
        yield from sorted(self._secrets)

    def begin_round(self) -> dict[str, Sequence[str]]:
        """Forget what was stored, where the emulator is in this process; what was issued to the host works again."""
        if _reset(self._control):
            self._secrets.clear()
            self._use(self._issued)  # these work again
        return {"keyfax-host-name": [self._host]}


def _members(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = json.loads(response.content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _reset(control: object) -> bool:
    """Reset an emulator in this process; one elsewhere has no such command for a single account."""
    reset = getattr(control, "reset", None)
    if reset is None:
        return False
    reset()
    return True
