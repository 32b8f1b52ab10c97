"""Who is calling: the Authorization header, verified over the raw bytes of the request.

All that can be found out about a header, right or wrong, is found out first (:class:`Evidence`), so that a wrong host
costs as much time as a wrong signature. Then the checks look at it, one by one and in the order of :data:`CHECKS`; the
first that is broken answers, with 401 where it does not say otherwise. What a verified request changes comes last.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Any

from pytest_keyauth.emulator.comparison import is_same
from pytest_keyauth.emulator.keyfax.configuration import KeyfaxSettings
from pytest_keyauth.emulator.keyfax.keys import NOBODY, DamagedKey, KeyPair
from pytest_keyauth.emulator.keyfax.nonces import NonceMemory
from pytest_keyauth.emulator.keyfax.refusal import Refusal
from pytest_keyauth.emulator.keyfax.signature import SignatureScheme, SignedMessage, absolute_url
from pytest_keyauth.emulator.keyfax.store import Store
from pytest_keyauth.emulator.keyfax.tokens import is_signed, read_claims
from pytest_keyauth.emulator.message import Request

__all__ = ["CHECKS", "Authorizer", "Check", "Evidence", "Policy"]

#: Schemes by their lower-case names (RFC 9110, 11.1: the name is case-insensitive).
_SCHEMES = {"basic": "Basic", "bearer": "Bearer", "apikey": "ApiKey"}

#: The form of each scheme. The first two are documented; the third has a name there, and nothing else.
FORMS = {
    "Basic": "Basic {hostName}:{apiKey}:{requestSignature}:{nonce}:{timeStamp}",
    "Bearer": "Bearer {hostName}:{jsonWebToken}",
    "ApiKey": "ApiKey {hostName}:{apiKey}",
}

#: No time of a token is as far away as this: infinity is none.
FAR_FUTURE_S = 1e15

_TIME_STAMP = re.compile(r"0|[1-9][0-9]{0,11}")


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operation asks of the header: the schemes it takes, and whether it can do without.

    ``missing_key_status``: the status where the host has no keys at all; None where that is just a wrong header.
    ``damaged_key_status``: the status where the stored key cannot be read, which is nobody's fault outside.
    """

    schemes: tuple[str, ...]
    required: bool = True
    missing_key_status: int | None = None
    damaged_key_status: int = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a header says, and what is known about it.

    ``scheme``: one of ``Basic``, ``Bearer``, ``ApiKey``, ``unknown``, ``absent``. ``pair``: the living pair of the API
    key that is named; else the one in use of the host that is named; else nobody's. ``genuine``: whether what must be
    signed is signed with that pair's signing key, None where the stored key cannot be read. ``objection``: what speaks
    against the nonce, None where nothing does. ``time_stamp``: Unix seconds, None where it is not written as such.
    """

    policy: Policy
    settings: KeyfaxSettings
    now_s: float
    scheme: str = "absent"
    parts: tuple[str, ...] = field(default=(), repr=False)
    host: str = ""
    host_has_keys: bool = False
    api_key: str = field(default="", repr=False)
    pair: KeyPair = NOBODY
    genuine: bool | None = False
    nonce: str = ""
    objection: str | None = None
    time_stamp: int | None = None
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)


Check = Callable[[Evidence], None]
"""Looks at one thing and raises :class:`Refusal` where it is wrong."""


def _unauthorized(text: str) -> Refusal:
    return Refusal(401, text)


def refuse_missing_header(evidence: Evidence) -> None:
    """The header is there where the operation requires it."""
    if evidence.scheme == "absent" and evidence.policy.required:
        raise _unauthorized(f"the Authorization header is missing: expected {FORMS[evidence.policy.schemes[0]]}")


def refuse_unfit_scheme(evidence: Evidence) -> None:
    """The scheme is one that the operation takes; the API Key method must also be turned on."""
    schemes = evidence.policy.schemes
    if evidence.scheme != "absent" and evidence.scheme not in schemes:
        raise _unauthorized(f"the authorization scheme is not accepted here: expected {FORMS[schemes[0]]}")
    if evidence.scheme == "ApiKey" and not evidence.settings.api_key_method:
        raise _unauthorized("the API Key method is not turned on")


def refuse_wrong_parts(evidence: Evidence) -> None:
    """As many parts as the scheme's form has, divided by colons, in plain text, and none of them empty."""
    form = FORMS[evidence.scheme]
    if len(evidence.parts) != form.count(":") + 1 or not all(evidence.parts):
        filled = sum(map(bool, evidence.parts))
        raise _unauthorized(f"the Authorization header has {filled} parts that are not empty: expected {form}")


def refuse_host_without_keys(evidence: Evidence) -> None:
    """The host has keys, where the document has a status of its own for that."""
    if evidence.policy.missing_key_status is not None and not evidence.host_has_keys:
        raise Refusal(evidence.policy.missing_key_status, "the host has no active key: generate one first")


def refuse_ambiguous_nonce(evidence: Evidence) -> None:
    """The nonce holds no equals sign: it could be a nonce and a body's digest, which stand side by side when signed."""
    if "=" in evidence.nonce:
        raise _unauthorized("the nonce holds an equals sign")


def refuse_foreign_host(evidence: Evidence) -> None:
    """The keys are those of the host that the header names."""
    if evidence.pair.host != evidence.host:
        raise _unauthorized("the host is not known, or the API key is another host's")


def refuse_foreign_token(evidence: Evidence) -> None:
    """The header, the token's claim and the key that it names agree about the host."""
    if not evidence.pair.host == evidence.host == evidence.claims.get("hostName"):
        unread = "the token cannot be read: expected a JSON Web Token"
        raise _unauthorized("the token is not one of the host that the header names" if evidence.claims else unread)


def refuse_wrong_key(evidence: Evidence) -> None:
    """The API key is a living one."""
    if not is_same(evidence.pair.api_key, evidence.api_key):
        raise _unauthorized("the API key is not one of the host's, or no longer")


def refuse_stale(evidence: Evidence) -> None:
    """The time stamp is readable and not too old; exactly as old as the window is wide is still good."""
    if evidence.time_stamp is None:
        raise _unauthorized("the time stamp cannot be read: expected Unix time in whole seconds")
    if int(evidence.now_s) - evidence.time_stamp > evidence.settings.time_window_s:
        raise _unauthorized(f"the time stamp is more than {evidence.settings.time_window_s} seconds old")


def refuse_future(evidence: Evidence) -> None:
    """The time stamp is not too far ahead."""
    if (evidence.time_stamp or 0) - int(evidence.now_s) > evidence.settings.time_window_s:
        raise _unauthorized(f"the time stamp is more than {evidence.settings.time_window_s} seconds ahead")


def refuse_wrong_signature(evidence: Evidence) -> None:
    """The request is signed with the signing key that belongs to the API key."""
    if evidence.genuine is None:
        raise DamagedKey(evidence.host)
    if not evidence.genuine:
        raise _unauthorized("the signature does not match the request")


def refuse_replay(evidence: Evidence) -> None:
    """The nonce was not used before with this API key."""
    if evidence.objection is not None:
        raise _unauthorized(evidence.objection)


def refuse_unsigned_token(evidence: Evidence) -> None:
    """The token is signed with the signing key that belongs to its API key, by an algorithm that is accepted."""
    if evidence.genuine is None:
        raise DamagedKey(evidence.host)
    if not evidence.genuine:
        raise _unauthorized("the token is not signed by the host's signing key with HS256")


def refuse_expired(evidence: Evidence) -> None:
    """The token says until when it is good, and is still."""
    if not _read_time(evidence.claims, "exp") > evidence.now_s:
        raise _unauthorized("the token has expired")


def refuse_not_yet_valid(evidence: Evidence) -> None:
    """The token is good already; one that does not say from when on it is good is."""
    if "nbf" in evidence.claims and not _read_time(evidence.claims, "nbf") <= evidence.now_s:
        raise _unauthorized("the token is not valid yet")


#: All checks in the order in which they are applied: those of any header, then those of its scheme.
CHECKS: dict[str, tuple[Check, ...]] = {
    "any": (refuse_missing_header, refuse_unfit_scheme),
    "Basic": (
        refuse_wrong_parts,
        refuse_ambiguous_nonce,
        refuse_foreign_host,
        refuse_wrong_key,
        refuse_stale,
        refuse_future,
        refuse_wrong_signature,
        refuse_replay,
    ),
    "Bearer": (
        refuse_wrong_parts,
        refuse_host_without_keys,
        refuse_foreign_token,
        refuse_wrong_key,
        refuse_unsigned_token,
        refuse_expired,
        refuse_not_yet_valid,
    ),
    "ApiKey": (refuse_wrong_parts, refuse_foreign_host, refuse_wrong_key),
}


def _read_time(claims: Mapping[str, Any], name: str) -> float:
    """A time of a token in Unix seconds; not a number, which is neither before nor after any, for what is none."""
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < FAR_FUTURE_S:
        return nan
    return float(value)


class Authorizer:
    """Verifies requests against the keys of a store; remembers nonces, and retires keys when newer ones are used."""

    def __init__(self, store: Store, signature: SignatureScheme) -> None:
        self._store = store
        self._signature = signature
        self.nonces = NonceMemory()

    def authorize(self, request: Request, policy: Policy, settings: KeyfaxSettings, now_s: float) -> KeyPair:
        """Verify one request and tell with which pair it was made; nobody's where it came without a header.

        :raises Refusal: for a wrong header; nothing was changed then.
        """
        evidence = self._examine(request, policy, settings, now_s)
        try:
            for check in (*CHECKS["any"], *CHECKS.get(evidence.scheme, ())):
                check(evidence)
        except DamagedKey:
            status = policy.damaged_key_status
            raise Refusal(status, "the header cannot be verified: the stored signing key is damaged") from None
        self._note(evidence)
        return evidence.pair

    def _note(self, evidence: Evidence) -> None:
        """What a verified request changes. An API key by itself does not prove that its signing key has arrived."""
        if evidence.scheme == "Basic":
            self.nonces.remember(evidence.api_key, evidence.nonce, evidence.time_stamp or 0)
        if evidence.scheme in ("Basic", "Bearer"):
            self._store.use_pair(evidence.pair)

    def _examine(self, request: Request, policy: Policy, settings: KeyfaxSettings, now_s: float) -> Evidence:
        header = request.header("Authorization", case_sensitive=False)
        if header is None:
            return Evidence(policy, settings, now_s)
        name, _, rest = header.partition(" ")
        scheme, parts = _SCHEMES.get(name.lower(), "unknown"), tuple(rest.split(":"))
        known: dict[str, Any] = {}
        if scheme == "Basic":
            known = self._examine_basic(request, parts, int(now_s) - settings.time_window_s)
        elif scheme == "Bearer":
            known = self._examine_bearer(parts)
        elif scheme == "ApiKey":
            host, api_key = (*parts, "")[:2]
            known = {"api_key": api_key, "pair": self._find_pair(host, api_key)}
        host_has_keys = self._store.active(parts[0]) is not None
        return Evidence(policy, settings, now_s, scheme, parts, parts[0], host_has_keys, **known)

    def _examine_basic(self, request: Request, parts: tuple[str, ...], since_s: int) -> dict[str, Any]:
        host, api_key, signature, nonce, time_text = (*parts, "", "", "", "")[:5]
        time_stamp = int(time_text) if _TIME_STAMP.fullmatch(time_text) else None
        message = SignedMessage(request.method, absolute_url(request), request.body, api_key, time_stamp or 0, nonce)
        pair = self._find_pair(host, api_key)
        return {
            "api_key": api_key,
            "pair": pair,
            "genuine": self._is_signed(message, pair, signature),
            "nonce": nonce,
            "objection": self.nonces.objection(api_key, nonce, time_stamp or 0, since_s),
            "time_stamp": time_stamp,
        }

    def _is_signed(self, message: SignedMessage, pair: KeyPair, signature: str) -> bool | None:
        try:
            pair.secret()
        except DamagedKey:
            return None
        return is_same(self._signature.sign(message, pair.signing_key), signature)

    def _examine_bearer(self, parts: tuple[str, ...]) -> dict[str, Any]:
        host, token = (*parts, "")[:2]
        claims = read_claims(token)
        claimed = claims.get("apiKey")
        api_key = claimed if isinstance(claimed, str) else ""
        pair = self._find_pair(host, api_key)
        try:
            genuine: bool | None = is_signed(token, pair.secret())
        except DamagedKey:
            genuine = None
        return {"api_key": api_key, "pair": pair, "genuine": genuine, "claims": claims}

    def _find_pair(self, host: str, api_key: str) -> KeyPair:
        return self._store.find_pair(api_key) or self._store.active(host) or NOBODY
