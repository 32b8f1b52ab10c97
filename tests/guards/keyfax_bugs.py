"""Slips that an emulator of Keyfax could have, and which file of tests has to notice each."""

from bugs import Bug

__all__ = ["KEYFAX_BUGS"]

CONTRACTS, UNIT = "contracts/keyfax", "tests/unit/emulator/keyfax"

KEYFAX_BUGS = (
    Bug(
        "the signature check is skipped",
        "signature",
        "keyfax.authorization",
        (("return is_same(self._signature.sign(message, pair.signing_key), signature)", "return True"),),
        f"{CONTRACTS}/test_create_token.py",
    ),
    Bug(
        "only the beginning of a signature is compared",
        "signature",
        "comparison",
        (
            ("return compare_digest(expected.encode(", "return compare_digest(expected[:24].encode("),
            ("given.encode(", "given[:24].encode("),
        ),
        f"{CONTRACTS}/test_create_token.py",
    ),
    Bug(
        "the time stamp is not signed",
        "signature",
        "keyfax.signature",
        (('f"{message.time_stamp}{message.nonce}{', 'f"{message.nonce}{'),),
        f"{CONTRACTS}/test_create_token.py",
    ),
    Bug(
        "the query is not signed",
        "signature",
        "keyfax.signature",
        (('query = f"?{request.query}" if request.query else ""', 'query = ""'),),
        f"{CONTRACTS}/test_delete_key.py",
    ),
    Bug(
        "a token's signature is not checked",
        "signature",
        "keyfax.tokens",
        (
            (
                "algorithms=list(ALGORITHMS), options=_SIGNATURE_ONLY)",
                'algorithms=list(ALGORITHMS), options={"verify_signature": False})',
            ),
        ),
        f"{CONTRACTS}/test_renew_token.py",
    ),
    Bug(
        "a time stamp as old as the window is wide is stale",
        "window",
        "keyfax.authorization",
        (
            (
                "int(evidence.now_s) - evidence.time_stamp > evidence",
                "int(evidence.now_s) - evidence.time_stamp >= evidence",
            ),
        ),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "a time stamp may be a second older than the window is wide",
        "window",
        "keyfax.authorization",
        (
            (
                "int(evidence.now_s) - evidence.time_stamp > evidence",
                "int(evidence.now_s) - evidence.time_stamp - 1 > evidence",
            ),
        ),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "a time stamp as far ahead as the window is wide is too far ahead",
        "window",
        "keyfax.authorization",
        (
            (
                "(evidence.time_stamp or 0) - int(evidence.now_s) > ",
                "(evidence.time_stamp or 0) - int(evidence.now_s) >= ",
            ),
        ),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "the window is a tenth of what it is said to be",
        "window",
        "keyfax.authorization",
        (
            (
                "evidence.time_stamp > evidence.settings.time_window_s:",
                "evidence.time_stamp > evidence.settings.time_window_s / 10:",
            ),
        ),
        f"{CONTRACTS}/test_create_token.py",
    ),
    Bug(
        "nonces are forgotten",
        "nonce",
        "keyfax.authorization",
        (("            self.nonces.remember(", "            (lambda *_: None)("),),
        f"{CONTRACTS}/test_create_token.py",
    ),
    Bug(
        "nonces are remembered by host",
        "nonce",
        "keyfax.authorization",
        (
            ("self.nonces.remember(evidence.api_key,", "self.nonces.remember(evidence.host,"),
            ("self.nonces.objection(api_key,", "self.nonces.objection(host,"),
        ),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "nonces are remembered for all keys together",
        "nonce",
        "keyfax.nonces",
        (('f"{api_key}:{nonce}"', 'f"{nonce}"'),),
        f"{UNIT}/test_nonces.py",
    ),
    Bug(
        "a nonce is forgotten a second too early",
        "nonce",
        "keyfax.nonces",
        (("latest_s >= since_s", "latest_s > since_s"),),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "what can no longer be told is taken",
        "nonce",
        "keyfax.nonces",
        (("if time_stamp <= self._forgotten_s:", "if time_stamp < self._forgotten_s:"),),
        f"{UNIT}/test_nonces.py",
    ),
    Bug(
        "a token's fraction of a second does not count",
        "token",
        "keyfax.emulator",
        (("self.settings, now.timestamp())", "self.settings, int(now.timestamp()))"),),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "a nonce that was refused is used up",
        "nonce",
        "keyfax.authorization",
        (
            ("        self._note(evidence)\n", ""),
            (
                "        try:\n            for check in (*",
                "        self._note(evidence)\n        try:\n            for check in (*",
            ),
        ),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "a token does not end the older keys",
        "keys",
        "keyfax.authorization",
        (('if evidence.scheme in ("Basic", "Bearer"):', 'if evidence.scheme == "Basic":'),),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "the first use of the newest key leaves the one before it",
        "keys",
        "keyfax.keys",
        (("pairs[pairs.index(used) :]", "pairs[max(0, pairs.index(used) - 1) :]"),),
        f"{CONTRACTS}/test_reset_key.py",
    ),
    Bug(
        "the use of a key ends the newer ones, too",
        "keys",
        "keyfax.keys",
        (("pairs[pairs.index(used) :]", "(used,)"),),
        f"{CONTRACTS}/test_reset_key.py",
    ),
    Bug(
        "a reset ends the keys at once",
        "keys",
        "keyfax.store",
        (("self._pairs[pair.host] = (*self.pairs(pair.host), pair)", "self._replace(pair.host, (pair,))"),),
        f"{CONTRACTS}/test_reset_key.py",
    ),
    Bug(
        "a reset answers with the signing key",
        "keys",
        "keyfax.operations",
        (('json_response(201, {"hostName": pair.host, "apiKey": pair.api_key})', "json_response(201, pair.result())"),),
        f"{CONTRACTS}/test_reset_key.py",
    ),
    Bug(
        "the caller's keys are deleted, whoever was named",
        "wrong user",
        "keyfax.operations",
        (("call.store.delete_pairs(name)", "call.store.delete_pairs(call.caller.host)"),),
        f"{CONTRACTS}/test_delete_key.py",
    ),
    Bug(
        "a token is good for any host that has keys",
        "wrong user",
        "keyfax.authorization",
        (
            (
                'evidence.pair.host == evidence.host == evidence.claims.get("hostName")',
                'evidence.pair.host == evidence.claims.get("hostName")',
            ),
        ),
        f"{CONTRACTS}/test_renew_token.py",
    ),
    Bug(
        "a token lives a second longer",
        "token",
        "keyfax.tokens",
        (('"exp": now_s + round(', '"exp": now_s + 1 + round('),),
        f"{CONTRACTS}/test_create_token.py",
    ),
    Bug(
        "a token lives a second less",
        "token",
        "keyfax.tokens",
        (('"exp": now_s + round(', '"exp": now_s - 1 + round('),),
        f"{CONTRACTS}/test_create_token.py",
    ),
    Bug(
        "a token is good in the second of its expiry",
        "token",
        "keyfax.authorization",
        (('"exp") > evidence.now_s', '"exp") >= evidence.now_s'),),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "an expired token is good",
        "token",
        "keyfax.authorization",
        (('"exp") > evidence.now_s', '"exp") > evidence.now_s * 0'),),
        f"{CONTRACTS}/test_renew_token.py",
    ),
    Bug(
        "a token is not good in its first second",
        "token",
        "keyfax.authorization",
        (('"nbf") <= evidence.now_s', '"nbf") < evidence.now_s'),),
        f"{UNIT}/test_authorization.py",
    ),
    Bug(
        "a token is made of the newest keys, which nobody has used yet",
        "token",
        "keyfax.store",
        (("return next(iter(self.pairs(host)), None)", "return next(reversed(self.pairs(host)), None)"),),
        f"{UNIT}/test_operations.py",
    ),
    Bug(
        "keys that could not be stored are there",
        "half written",
        "keyfax.store",
        (
            (
                (
                    '        self._faults.attempt("write-key")\n'
                    "        self._pairs[pair.host] = (*self.pairs(pair.host), pair)"
                ),
                (
                    "        self._pairs[pair.host] = (*self.pairs(pair.host), pair)\n"
                    '        self._faults.attempt("write-key")'
                ),
            ),
        ),
        f"{CONTRACTS}/test_create_key.py",
    ),
    Bug(
        "keys that could not be deleted are gone",
        "half written",
        "keyfax.store",
        (
            (
                '        self._faults.attempt("delete-key")\n        self._replace(host, ())',
                '        self._replace(host, ())\n        self._faults.attempt("delete-key")',
            ),
        ),
        f"{CONTRACTS}/test_delete_key.py",
    ),
    Bug(
        "a session that could not be stored is there",
        "half written",
        "keyfax.store",
        (
            (
                '        self._faults.attempt("write-session")\n        self.set_session(session)',
                '        self.set_session(session)\n        self._faults.attempt("write-session")',
            ),
        ),
        f"{UNIT}/test_operations.py",
    ),
    Bug(
        "a session that is under way has results",
        "session",
        "keyfax.operations",
        (("if not session.finished:", "if session.status is None:"),),
        f"{UNIT}/test_pages.py",
    ),
    Bug(
        "the results are those of the last session",
        "wrong user",
        "keyfax.operations",
        (("session = call.store.read_session(guid)", "session = [*call.store.sessions().values(), None][-2]"),),
        f"{UNIT}/test_operations.py",
    ),
)
