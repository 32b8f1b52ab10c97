"""The Keyfax emulator beside a small model of the document: whatever is asked in whatever order, both agree.

The model keeps which key pairs of each host live, oldest first, which headers and tokens there are, how sessions stand.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.keyfax import HostDefinition, KeyfaxEmulator, KeyPair
from pytest_keyauth.emulator.message import Request, Response
from pytest_keyauth.outcomes import load_catalogue

from ..modelling import check
from .signing import NOW_S, write_basic

#: LIVE and TEST are told their new keys, BARE has nowhere to be told, and NOWHERE is not defined.
HOSTS = ("LIVE", "TEST", "BARE", "NOWHERE")
ANY_HOST = st.sampled_from(HOSTS)
WINDOW_S, LIFETIME_S = 300, 24 * 3600
NEAR = st.sampled_from((0, 1, -1, WINDOW_S, -WINDOW_S))
FAR = st.sampled_from((WINDOW_S + 1, -WINDOW_S - 1, 10**6))
#: Which action of the store an operation takes.
ACTIONS = ("write-key", "delete-key", "read-key", "write-session", "read-session")
START_UP = {
    "mode": {"value": "RD"},
    "userName": {"value": "jane.doe"},
    "password": {"value": "geheim-7"},
    "company": {"value": "AbcHousing_Staff_Live"},
    "scriptSet": {"value": "Staff"},
}
AT_ONCE = 4


@dataclass(frozen=True)
class Token:
    host: str
    api_key: str
    text: str
    ends_s: int


class Model(RuleBasedStateMachine):
    pairs, tokens, guids = Bundle("pairs"), Bundle("tokens"), Bundle("guids")

    @initialize(target=pairs)
    def begin(self) -> Any:
        definitions = (
            HostDefinition("LIVE", email="keys@consumer.example"),
            HostDefinition("TEST", web_hook="http://hook.example/"),
            HostDefinition("BARE"),
        )
        self.emulator = KeyfaxEmulator(definitions, clock=Clock(lambda: float(NOW_S)), random=Random(1))
        self.now_s, self.nonces = NOW_S, count(1)
        self.living: dict[str, list[KeyPair]] = {host: [] for host in HOSTS}
        self.faults = dict.fromkeys(ACTIONS, 0)
        self.sessions: dict[str, int] = {}
        self.sent: list[tuple[str, str, str, str]] = []
        return multiple(*(self.create(host) for host in HOSTS[:2]))

    def ask(self, method: str, path: str, query: str = "", header: str | None = None, value: Any = None) -> Response:
        headers = [("Host", "localhost:8088"), ("Content-Type", "application/json")]
        headers += [("Authorization", header)] if header is not None else []
        body = b"" if value is None else json.dumps(value).encode()
        return self.emulator.handle(Request(method, f"/interview{path}", query, tuple(headers), body))

    def fails(self, action: str) -> bool:
        """Whether the store fails now; it does so as often as it was told."""
        failing = self.faults[action] > 0
        self.faults[action] -= failing
        return failing

    def lives(self, pair: KeyPair) -> bool:
        return pair in self.living[pair.host]

    def use(self, pair: KeyPair) -> None:
        """Existing keys work until a new one is used for the first time."""
        pairs = self.living[pair.host]
        del pairs[: pairs.index(pair)]

    def signed(self, pair: KeyPair, method: str, path: str, query: str = "", age_s: int = 0) -> Response:
        header = write_basic(pair, method, path, f"{next(self.nonces):x}", query=query, time_stamp=self.now_s - age_s)
        if self.lives(pair) and abs(age_s) <= WINDOW_S:
            self.use(pair)
            self.sent.append((method, path, query, header))
        return self.ask(method, path, query, header)

    # Keys

    @rule(target=pairs, host=ANY_HOST)
    def create_somebodys(self, host: str) -> Any:
        pair = self.create(host)
        return multiple() if pair is None else pair

    def create(self, host: str) -> KeyPair | None:
        response = self.ask("GET", "/api/v1/key", f"hostName={host}")
        if host == "NOWHERE" or self.living[host]:
            assert response.status == 400
        elif self.fails("write-key"):
            assert response.status == 500
        else:
            assert response.status == 201
            keys = response.json()
            assert keys["hostName"] == host
            pair = KeyPair(host, keys["apiKey"], keys["signingKey"])
            self.living[host].append(pair)
            return pair
        return None

    @rule(target=pairs, pair=pairs, age_s=NEAR)
    def reset(self, pair: KeyPair, age_s: int) -> Any:
        response = self.signed(pair, "POST", "/api/v1/key", age_s=age_s)
        if not self.lives(pair):
            assert response.status == 401
        elif pair.host == "BARE" or self.fails("write-key"):
            assert response.status == 500
        else:
            assert response.status == 201
            assert set(response.json()) == {"hostName", "apiKey"}  # the signing key goes another way
            delivered = self.emulator.deliveries(pair.host)[-1]
            assert delivered["apiKey"] == response.json()["apiKey"]
            new = KeyPair(pair.host, delivered["apiKey"], delivered["signingKey"])
            self.living[pair.host].append(new)
            return new
        return multiple()

    @rule(pair=pairs, host=ANY_HOST)
    def delete(self, pair: KeyPair, host: str) -> None:
        response = self.signed(pair, "DELETE", "/api/v1/key", f"hostName={host}")
        if not self.lives(pair):
            assert response.status == 401
        elif not self.living[host]:
            assert (response.status, response.body) == (304, b"")
        elif self.fails("delete-key"):
            assert response.status == 500
        else:
            assert (response.status, response.json()) == (200, {})
            self.living[host].clear()

    # Tokens

    @rule(target=tokens, pair=pairs, age_s=NEAR)
    def make_token(self, pair: KeyPair, age_s: int) -> Any:
        response = self.signed(pair, "GET", "/api/v1/token", age_s=age_s)
        return self._expect_token(response, pair.host) if self.lives(pair) else self._refused(response)

    @rule(target=tokens, token=tokens)
    def renew(self, token: Token) -> Any:
        response = self.ask("POST", "/api/v1/token", header=f"Bearer {token.host}:{token.text}")
        if not self.living[token.host]:
            assert response.status == 404
            return multiple()
        return self._expect_token(response, token.host) if self._bears(token) else self._refused(response)

    def _bears(self, token: Token) -> bool:
        """Whether a token is good; where it is, older keys than its own die."""
        [*pair] = [pair for pair in self.living[token.host] if pair.api_key == token.api_key]
        if not pair or self.now_s >= token.ends_s:
            return False
        self.use(pair[0])
        return True

    def _expect_token(self, response: Response, host: str) -> Any:
        if self.fails("read-key"):
            assert response.status == 500
            return multiple()
        assert response.status == 200
        return Token(host, self.living[host][0].api_key, response.json()["token"], self.now_s + LIFETIME_S)

    def _refused(self, response: Response) -> Any:
        assert response.status == 401
        return multiple()

    # Wrong headers

    @rule(pair=pairs, age_s=FAR)
    def come_too_late_or_too_early(self, pair: KeyPair, age_s: int) -> None:
        assert self.signed(pair, "GET", "/api/v1/token", age_s=age_s).status == 401

    @rule(number=st.integers(0, 1000))
    def send_again(self, number: int) -> None:
        if self.sent:
            method, path, query, header = self.sent[number % len(self.sent)]
            assert self.ask(method, path, query, header).status == 401

    @rule(pair=pairs, other=ANY_HOST)
    def sign_for_another_host(self, pair: KeyPair, other: str) -> None:
        if other != pair.host:
            header = write_basic(pair, "GET", "/api/v1/token", "f", host=other, time_stamp=self.now_s)
            assert self.ask("GET", "/api/v1/token", header=header).status == 401

    @rule(pair=pairs)
    def sign_something_else(self, pair: KeyPair) -> None:
        header = write_basic(pair, "GET", "/api/v1/token", f"{next(self.nonces):x}", time_stamp=self.now_s)
        assert self.ask("POST", "/api/v1/key", header=header).status == 401

    @rule()
    def come_without_a_header(self) -> None:
        assert self.ask("POST", "/api/v1/key").status == 401
        assert self.ask("GET", "/api/v1/startup").status == 200

    # Sessions

    @rule(target=guids, token=st.none() | tokens)
    def launch(self, token: Token | None) -> Any:
        header = None if token is None else f"Bearer {token.host}:{token.text}"
        response = self.ask("POST", "/api/v1/startup", header=header, value=START_UP)
        if token is not None and not self._bears(token):
            return self._refused(response)
        if self.fails("write-session"):
            assert response.status == 500
            return multiple()
        assert response.status == 200
        guid = str(response.json()["guid"])
        assert guid not in self.sessions
        self.sessions[guid] = -2
        return guid

    @rule(guid=guids | st.just("3f2b8a52-0d3f-4b52-9f7b-0c6b1a6f0f11"), status=st.sampled_from((None, 1, 2)))
    def ask_for_results(self, guid: str, status: int | None) -> None:
        if status is not None and self.sessions.get(guid) == -2:
            self.emulator.finish_session(guid, status)
            self.sessions[guid] = status
        response = self.ask("POST", "/api/v1/results", value={"guid": guid})
        if self.fails("read-session"):
            assert response.status == 500
        elif self.sessions.get(guid) in (1, 2):
            assert response.status == 200
            assert response.json()["status"] == self.sessions[guid]
        else:
            assert response.status == 422

    # What happens beside

    @rule(seconds=st.sampled_from((1, WINDOW_S, WINDOW_S + 1, 3600, LIFETIME_S - 1, LIFETIME_S)))
    def wait(self, seconds: int) -> None:
        self.emulator.clock.advance(seconds=seconds)
        self.now_s += seconds

    @rule(action=st.sampled_from(ACTIONS), times=st.integers(0, 2))
    def break_the_store(self, action: str, times: int) -> None:
        self.emulator.fail_store(action, times)
        self.faults[action] = times

    @rule(pair=pairs)
    def send_the_same_at_once(self, pair: KeyPair) -> None:
        """Callers in threads: of one header that is sent by all of them, one is let in."""
        if self.lives(pair):
            self.emulator.fail_store("read-key", 0)
            self.faults["read-key"] = 0
            header = write_basic(pair, "GET", "/api/v1/token", f"{next(self.nonces):x}", time_stamp=self.now_s)
            with ThreadPoolExecutor(AT_ONCE) as threads:
                answers = threads.map(lambda _: self.ask("GET", "/api/v1/token", header=header).status, range(AT_ONCE))
            assert sorted(answers) == [200, *[401] * (AT_ONCE - 1)]
            self.use(pair)


def test_model_and_emulator_agree() -> None:
    assert len(check(Model, "keyfax", 15, 40)) >= 15  # of 25 that the model knows: or it would say nothing


@pytest.mark.slow
def test_model_and_emulator_agree_over_fifty_thousand_steps() -> None:
    every = set(load_catalogue("keyfax").names())
    assert every - check(Model, "keyfax", 1000, 50) == {
        "exampleStartup/401/unauthorized",
        "getResults/401/unauthorized",
    }
