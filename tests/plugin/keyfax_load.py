"""A client of Keyfax with installations of its own, one after the other: keys, tokens, sessions, time."""

import time
from collections.abc import Generator
from dataclasses import dataclass
from random import Random
from typing import Any

from pytest_keyauth.keyfax.signature import HmacSha256Signature, SignedRequest

from .conversations import Answer, Conversation, write_request

HOST = "LIVE"
#: Longer than the time window twice over (a time stamp may be ahead), so that all nonces before are too old.
MINUTES = 11
#: So often something is done at one installation.
ACTS = 60

SIGNATURE = HmacSha256Signature()


@dataclass
class Installation:
    """Where it is, which keys it has, by how much its clock is ahead, and the last token."""

    root: str
    api_key: str
    signing_key: str
    ahead_s: int = 0
    token: str = ""
    acts: int = 0


class KeyfaxClient:
    """Each answer is looked at before the next request."""

    def __init__(self, address: str, random: Random) -> None:
        self._address, self._random = address, random
        self._at: Installation | None = None

    def act(self) -> Conversation:
        """Do one thing, at a new installation where there is none, or the old one has been used for long enough."""
        at = self._at
        if at is None:
            yield from self._begin()
        elif at.acts == ACTS:
            yield from self._steer("installations", remove=at.root)
            self._at = None
        else:
            at.acts += 1
            acts = {
                self.fetch_token: 6,
                self.be_refused: 2,
                self.renew_token: 6,
                self.run_session: 2,
                self.reset_keys: 1,
                self.let_time_pass: 1,
            }
            [act] = self._random.choices(list(acts), list(acts.values()))
            yield from act(at)

    def _begin(self) -> Conversation:
        root = (yield from self._steer("installations"))["root"]
        keys = yield from self._steer("keys", root=root, host=HOST)
        at = Installation(root, keys["apiKey"], keys["signingKey"])
        yield from self.fetch_token(at)
        self._at = at

    def _steer(self, command: str, **arguments: object) -> Generator[bytes, Answer, Any]:
        answer = yield write_request("POST", f"/_keyauth/{command}", "", {"provider": "keyfax", **arguments})
        assert answer.status == 200, (command, answer)
        return answer.json()

    def _sign(self, at: Installation, method: str, path: str) -> bytes:
        url, now_s = f"http://{self._address}{at.root}{path}", int(time.time()) + at.ahead_s
        nonce = f"{self._random.getrandbits(128):032x}"
        signature = SIGNATURE.sign(SignedRequest(method, url, b"", at.api_key, now_s, nonce), at.signing_key)
        authorization = f"Basic {HOST}:{at.api_key}:{signature}:{nonce}:{now_s}"
        return write_request(method, f"{at.root}{path}", authorization, host=self._address)

    def _bear(
        self, at: Installation, method: str, path: str, status: int, value: object = None
    ) -> Generator[bytes, Answer, Any]:
        answer = yield write_request(method, f"{at.root}{path}", f"Bearer {HOST}:{at.token}", value, self._address)
        assert answer.status == status, (method, path, answer)
        return answer.json()

    def fetch_token(self, at: Installation) -> Conversation:
        answer = yield self._sign(at, "GET", "/api/v1/token")
        assert answer.status == 200, answer
        at.token = answer.json()["token"]

    def be_refused(self, at: Installation) -> Conversation:
        """The same nonce again, and no signature at all."""
        request = self._sign(at, "GET", "/api/v1/token")
        for expected in (200, 401):
            answer = yield request
            assert answer.status == expected, answer
        answer = yield write_request("GET", f"{at.root}/api/v1/token", host=self._address)
        assert answer.status == 401, answer

    def renew_token(self, at: Installation) -> Conversation:
        renewed = yield from self._bear(at, "POST", "/api/v1/token", 200)
        assert renewed["token"] != at.token
        at.token = renewed["token"]

    def run_session(self, at: Installation) -> Conversation:
        startup = yield from self._bear(at, "GET", "/api/v1/startup", 200)
        guid = (yield from self._bear(at, "POST", "/api/v1/startup", 200, startup))["guid"]
        yield from self._bear(at, "POST", "/api/v1/results", 422, {"guid": guid})
        yield from self._steer("sessions", root=at.root, guid=guid, status=1)
        results = yield from self._bear(at, "POST", "/api/v1/results", 200, {"guid": guid})
        assert (results["guid"], results["status"]) == (guid, 1)

    def reset_keys(self, at: Installation) -> Conversation:
        """The old keys work until the new ones are used, and the new ones are delivered."""
        answer = yield self._sign(at, "POST", "/api/v1/key")
        assert answer.status == 201, answer
        api_key = answer.json()["apiKey"]
        delivered = (yield from self._steer("deliveries", root=at.root, host=HOST))["deliveries"]
        [signing_key] = [item["signingKey"] for item in delivered if item["apiKey"] == api_key]
        yield from self.fetch_token(at)
        old = Installation(at.root, at.api_key, at.signing_key, at.ahead_s)
        at.api_key, at.signing_key = api_key, signing_key
        yield from self.fetch_token(at)
        answer = yield self._sign(old, "GET", "/api/v1/token")
        assert answer.status == 401, answer

    def let_time_pass(self, at: Installation) -> Conversation:
        yield from self._steer("clock", root=at.root, minutes=MINUTES)
        at.ahead_s += MINUTES * 60
        yield from self.fetch_token(at)
