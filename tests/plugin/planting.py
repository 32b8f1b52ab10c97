"""Planted secrets: what a made-up provider and its clients say to each other in a test of recordings.

Each secret is used once, so that wherever it is found, it is known where it came from.
"""

import base64
import gzip
import json
import random
import string
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

from pytest_keyauth.keystrokes.typist import Typist

Headers = list[tuple[str, str]]
Message = tuple[Headers, bytes]

JSON = ("Content-Type", "application/json; charset=utf-8")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


@dataclass
class Talk:
    """One request, and the answer to it.

    ``quiet``: no name and no form gives its secrets away, so that nobody can
    tell them from other texts where a test shows them; but they must not be kept.
    """

    name: str
    method: str = "POST"
    path: str = "/users"
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    status: int = 200
    answer_headers: Headers = field(default_factory=list)
    answer: bytes = b""
    chunked: bool = False
    client: str = "keytrac"
    quiet: bool = False

    def data(self) -> dict[str, Any]:
        """Plain data, for a file."""
        body = {"body": self.body.decode("latin-1"), "shown": self.body.decode("utf-8", "replace")}
        return vars(self) | body | {"answer": self.answer.decode("latin-1")}


class Plants:
    """Makes secrets, and remembers them."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.secrets: list[str] = []
        self.identifiers: list[str] = []

    def _keep(self, secret: str) -> str:
        self.secrets.append(secret)
        return secret

    def _draw(self, length: int, characters: str = string.ascii_letters + string.digits) -> str:
        return "".join(self._random.choices(characters, k=length))

    def word(self) -> str:
        """Letters and digits, too few to look like a secret."""
        return self._keep(self._draw(20))

    def plain_word(self) -> str:
        """What could be a word of some language."""
        return self._keep(self._draw(10, string.ascii_lowercase))

    def odd(self) -> str:
        """With characters that each encoding has to escape."""
        marks = list("/+&=\"'<>%;:\\ü€")
        self._random.shuffle(marks)
        return self._keep("".join(self._draw(2) + mark for mark in marks) + self._draw(2))

    def sign(self) -> str:
        """With all that a header may say and a URL may not."""
        return self._keep("".join(self._draw(3) + mark for mark in "/+&<%_") + self._draw(3))

    def number(self) -> int:
        """Digits."""
        return int(self._keep(str(self._random.randrange(10**14, 10**15))))

    def mixed(self) -> str:
        """What a good password looks like."""
        return self._keep(f"{self._draw(5)}.{self._draw(1, string.digits)}{self._draw(5)}")

    def digits(self) -> str:
        """A one-time code."""
        return self._keep(self._draw(8, string.digits))

    def hexadecimal(self) -> str:
        """What an API key looks like."""
        return self._keep(self._random.randbytes(16).hex())

    def key(self) -> str:
        """What a signing key looks like."""
        return self._keep(base64.b64encode(self._random.randbytes(32)).decode())

    def uuid(self) -> str:
        """What a token looks like."""
        return self._keep(str(uuid.UUID(bytes=self._random.randbytes(16), version=4)))

    def identifier(self) -> str:
        """What a user's identifier looks like: it must not be kept, but who tests may see it."""
        self.identifiers.append(str(uuid.UUID(bytes=self._random.randbytes(16), version=4)))
        return self.identifiers[-1]

    def jwt(self) -> str:
        """A token that has more secrets inside."""
        parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "somebody", "apiKey": self.word()})
        text = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        signature = base64.urlsafe_b64encode(self._random.randbytes(32)).decode().rstrip("=")
        return self._keep(".".join([*text, signature]))


def encoded(text: str) -> str:
    """Base64."""
    return base64.b64encode(text.encode()).decode()


def talks(plants: Plants, token: str, keys: tuple[str, str]) -> list[Talk]:
    """All talks, given also the credentials that the run has."""
    return [
        *_headers(plants),
        *_urls(plants),
        *_bodies(plants),
        *_answers(plants),
        *_known(token, keys),
        *_texts(plants),
        *_inside(plants),
        *_named(plants),
        *_quiet(plants),
    ]


AUTHORIZATIONS: dict[str, Callable[[Plants], str]] = {
    "bare": lambda plants: plants.uuid(),
    "bare-word": lambda plants: plants.sign(),
    "bearer": lambda plants: f"Bearer {plants.jwt()}",
    "bearer-opaque": lambda plants: f"Bearer {plants.sign()}",
    "bearer-lower": lambda plants: f"bearer {plants.word()}",
    "bearer-blanks": lambda plants: f"Bearer   {plants.word()}",
    "bearer-many": lambda plants: f"Bearer LIVE:{plants.word()}:{plants.word()}",
    "basic": lambda plants: f"Basic {encoded(f'somebody:{plants.odd()}')}",
    "basic-keyfax": lambda plants: (
        f"Basic LIVE:{plants.hexadecimal()}:{plants.key()}:{plants.hexadecimal()}:1700000000"
    ),
    "basic-no-nonce": lambda plants: f"Basic LIVE:{plants.hexadecimal()}:{plants.key()}",
    "basic-odd-time": lambda plants: f"Basic LIVE:{plants.word()}:{plants.key()}:{plants.word()}:yesterday",
    "api-key": lambda plants: f"ApiKey LIVE:{plants.hexadecimal()}",
    "api-key-only": lambda plants: f"ApiKey {plants.word()}",
    "digest": lambda plants: f'Digest username="somebody", nonce="{plants.word()}", response="{plants.hexadecimal()}"',
    "no-scheme": lambda plants: f"{plants.word()}:{plants.word()}",
    "unknown-scheme": lambda plants: f"Hawk id={plants.word()}, mac={plants.word()}",
}
SECRET_HEADERS = ["X-Api-Key", "X-Auth-Token", "X-Session-Id", "X-CSRF-TOKEN", "Client-Secret", "X-Signature", "PIN"]


def _headers(plants: Plants) -> Iterator[Talk]:
    for name, make in AUTHORIZATIONS.items():
        yield Talk(f"authorization-{name}", "GET", "/status", [("Authorization", make(plants))])
    yield Talk("proxy", "GET", "/status", [("Proxy-Authorization", f"Basic {encoded(f'me:{plants.word()}')}")])
    for name in SECRET_HEADERS:
        yield Talk(f"header-{name}", "GET", "/status", [(name, plants.sign())], answer_headers=[(name, plants.sign())])
    cookie = f"sid={plants.word()}; theme={plants.word()}; {plants.word()}"
    set_cookies = [
        ("Set-Cookie", f"sid={plants.word()}; Path=/; HttpOnly; Expires=Wed, 21 Oct 2065 07:28:00 GMT"),
        ("Set-Cookie", f"other={plants.key()}; Secure"),
        ("Set-Cookie", f"one={plants.word()}; Path=/, two={plants.word()}; Path=/"),  # folded by a proxy
    ]
    yield Talk("cookies", "GET", "/status", [("Cookie", cookie)], answer_headers=set_cookies)
    challenge = f'Digest realm="here", nonce="{plants.word()}", opaque="{plants.hexadecimal()}"'
    yield Talk("challenge", "GET", "/status", status=401, answer_headers=[("WWW-Authenticate", challenge)])
    location = (
        f"https://me:{plants.word()}@elsewhere.example/cb?code=7&token={plants.word()}#access_token={plants.word()}"
    )
    yield Talk("location", "GET", "/status", [("Referer", f"https://x.example/?sid={plants.word()}")], status=302,
               answer_headers=[("Location", location)])  # fmt: skip


def _urls(plants: Plants) -> Iterator[Talk]:
    yield Talk("path-uuid", "GET", f"/users/{plants.identifier()}/{plants.hexadecimal()}")
    yield Talk("path-jwt", "DELETE", f"/confirm/{plants.jwt()}")
    yield Talk("path-key", "GET", f"/confirm/{quote(plants.key(), safe='')}")
    yield Talk("path-parameter", "GET", f"/users;jsessionid={plants.word()}?page=1")
    for name in ("token", "api_key", "access_token", "password", "X-Amz-Signature", "session[id]", "sid", "otp"):
        yield Talk(f"query-{name}", "GET", f"/status?page=1&{quote(name)}={quote_plus(plants.odd())}&sort=up")
    yield Talk("query-json", "GET", f"/status?filter={quote(json.dumps({'a': {'secret': plants.odd()}}))}")
    yield Talk("query-alone", "GET", f"/status?{plants.identifier()}")
    url = f"http://me:{plants.word()}@x.example/a?token={plants.word()}"
    yield Talk("url-in-json", body=json.dumps({"callback": url}).encode(), headers=[JSON])


def _json(plants: Plants) -> Any:
    return {
        "user": {"name": "somebody", "password": plants.odd(), "pin": plants.number()},
        "list": [{"api-key": plants.hexadecimal()}, [{"Signing_Key": plants.key()}]],
        "tokens": [plants.word(), plants.odd()],
        "inside": json.dumps({"deeper": json.dumps({"client_secret": plants.word()})}),
        "xml": f"<a><password>{plants.word()}</password></a>",
        plants.identifier(): "under a key",
        "says": f"see {plants.jwt()} and {plants.identifier()}",
    }


def _xml(plants: Plants) -> str:
    return (
        f'<a:all xmlns:a="urn:a" xmlns="urn:b"><a:password>{escape(plants.odd())}</a:password>'
        f'<user name="somebody" apiKey={quoteattr(plants.odd())} a:signing-key="{plants.key()}"/>'
        f"<token><![CDATA[{plants.odd()}]]></token><secret>{plants.word()}<b/>{plants.word()}</secret>"
        f"<says>{plants.identifier()} {plants.jwt()}</says>"
        f'<json>{{"pin": {plants.number()}, "pwd": "{plants.word()}"}}</json></a:all>'
    )


def _forms(plants: Plants) -> str:
    inside = quote_plus(json.dumps({"passphrase": plants.odd()}))
    return (
        f"name=somebody&password={quote_plus(plants.odd())}&token={plants.word()}&data={inside}&{plants.identifier()}=1"
    )


def _bodies(plants: Plants) -> Iterator[Talk]:
    def both(name: str, method: str, headers: Headers, make: Callable[[Plants], bytes], **more: Any) -> Talk:
        return Talk(name, method, "/users", headers, make(plants), 200, headers, make(plants), **more)

    def as_json(plants: Plants) -> bytes:
        return json.dumps(_json(plants)).encode()

    def as_xml(plants: Plants) -> bytes:
        return _xml(plants).encode()

    json_types = ("application/json; charset=utf-8", "application/problem+json", "text/html", "application/xml")
    for method, media_type in zip(("POST", "PUT", "PATCH", "DELETE"), json_types, strict=True):
        yield both(f"json-{media_type}", method, [("Content-Type", media_type)], as_json)
    yield both("json-unicode", "PUT", [JSON], lambda plants: json.dumps(_json(plants), ensure_ascii=False).encode())
    yield both("json-untyped", "POST", [], as_json)
    for media_type in ("text/xml", "application/soap+xml; charset=utf-8", "application/json"):
        yield both(f"xml-{media_type}", "POST", [("Content-Type", media_type)], as_xml)
    yield both("form", "POST", [FORM], lambda plants: _forms(plants).encode())
    squeezed: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
    for name, squeeze in squeezed.items():
        headers = [JSON, ("Content-Encoding", name)]
        yield both(name, "POST", headers, lambda plants, squeeze=squeeze: squeeze(as_json(plants)))
        yield both(
            f"{name}-chunked", "PUT", headers, lambda plants, squeeze=squeeze: squeeze(as_xml(plants)), chunked=True
        )
    yield both("chunked", "PATCH", [JSON], as_json, chunked=True)


def _answers(plants: Plants) -> Iterator[Talk]:
    error = {"error": "Invalid", "details": {"token": plants.word(), "password": [plants.odd()]}}
    for status in (400, 401, 404, 500, 503):
        yield Talk(f"error-{status}", status=status, answer_headers=[JSON], answer=json.dumps(error).encode())
    secret = plants.word()  # whoever is told the password tells it in the wrong place
    told = json.dumps({"error": f"{secret} is wrong", "again": [encoded(secret), secret.encode().hex(), f"x{secret}y"]})
    sent = json.dumps({"password": secret}).encode()
    yield Talk("told-again", headers=[JSON], body=sent, status=400, answer_headers=[JSON], answer=told.encode())
    issued = {"hostName": "LIVE", "apiKey": plants.hexadecimal(), "signingKey": plants.key()}
    yield Talk("keys", path="/api/v1/key", client="keyfax", status=201, answer_headers=[JSON],
               answer=json.dumps(issued).encode())  # fmt: skip
    issued = {"company": "Here", "token": plants.jwt()}
    yield Talk("token", "GET", "/api/v1/token", client="keyfax", answer_headers=[JSON],
               answer=json.dumps(issued).encode())  # fmt: skip


TEXTS: dict[str, Callable[[Plants], str]] = {
    "relative": lambda plants: f"/reset?token={plants.word()}",
    "in-prose": lambda plants: f"see https://x.example/reset?token={plants.word()} now",
    "data-source": lambda plants: f"postgres://alice:{plants.word()}@db/x",
    "form": lambda plants: f"user=a&password={plants.word()}",
    "pair": lambda plants: f"sent password={plants.word()}, and pin: {plants.word()}.",
    "json-in-prose": lambda plants: f'got {{"password": {json.dumps(plants.odd())}}}',
    "xml-in-prose": lambda plants: f"got <password>{plants.word()}</password>",
    "base64": lambda plants: encoded(json.dumps({"password": plants.odd()})),
    "base64-short": lambda plants: encoded(f'{{"pin":"{plants.digits()}"}}'),
    "quoted": lambda plants: quote(f"/cb?token={plants.word()}", safe=""),
}


def _texts(plants: Plants) -> Iterator[Talk]:
    """Where only what is inside of a text has a name."""
    for name, make in TEXTS.items():
        said = json.dumps({"note": make(plants), "more": [make(plants)]}).encode()
        yield Talk(f"text-{name}", headers=[JSON], body=said, answer_headers=[JSON], answer=said)
        yield Talk(f"text-{name}-query", "GET", f"/status?note={quote_plus(make(plants))}")
    for name, xml in {
        "siblings": f"<a><name>password</name><value>{plants.word()}</value></a>",
        "member": f"<member><name>password</name><value><string>{plants.word()}</string></value></member>",
        "link": f'<p><a href="/reset?token={plants.word()}">x</a></p>',
    }.items():
        yield Talk(f"xml-{name}", headers=[("Content-Type", "text/xml")], body=xml.encode())


INSIDE: dict[str, Callable[[str], tuple[str, str]]] = {
    "basic": lambda secret: ("Authorization", f"Basic {encoded(f'alice:{secret}')}"),
    "scheme": lambda secret: ("X-Authorization", f"Bearer {secret}"),
    "cookie": lambda secret: ("Cookie", f'sid="{secret}"'),
    "cookie-pairs": lambda secret: ("Cookie", f"sess=user=alice&tok={secret}"),
    "cookie-quoted": lambda secret: ("Cookie", f"sid=s%3A{secret}"),
    "key": lambda secret: ("X-Api-Key", secret),
}


def _inside(plants: Plants) -> Iterator[Talk]:
    """A secret that is part of another one, or a word, and stands in prose, too."""
    for name, make in INSIDE.items():
        for secret in (plants.mixed(), *([plants.plain_word()] if name in ("basic", "scheme", "key") else [])):
            said = json.dumps({"note": f"it is {secret}, he said", "link": f"/p/{secret}"}).encode()
            yield Talk(f"inside-{name}-{len(secret)}", "POST", f"/status?q=key+{secret}", [JSON, make(secret)], said,
                       answer_headers=[JSON], answer=said)  # fmt: skip
    secret = plants.plain_word()
    said = json.dumps({"password": secret, "note": f"the password is {secret}"}).encode()
    yield Talk("word", headers=[JSON], body=said, answer_headers=[JSON], answer=said)
    secret = plants.mixed()
    said = json.dumps({"id": secret, "token": secret, "note": f"it is {secret}"}).encode()
    yield Talk("identifier", "GET", "/status", answer_headers=[JSON], answer=said)


NAMES = (
    *("user_pin", "newPin", "user[pin]", "pincode", "sms_otp", "otp_code", "totp", "mfa_code", "db_pwd", "login_pass"),
    *("auth_code", "verification_code", "recovery_codes", "passkey", "security_answer", "authkey", "sharedKey"),
    *("master_key", "encryptionKey", "resetKey", "csrf", "sessid", "assertion", "tan"),
)


def _named(plants: Plants) -> Iterator[Talk]:
    said = json.dumps({name: plants.mixed() for name in NAMES} | {"deep": {"code": plants.digits()}}).encode()
    yield Talk("names", headers=[JSON], body=said)
    form = "&".join(f"{quote(name)}={plants.mixed()}" for name in NAMES)
    yield Talk("names-form", headers=[FORM], body=form.encode())


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "in-text": lambda text: f"it is {text}, he said",
    "url": lambda text: quote(text, safe=""),
    "base64": encoded,
    "base64-1": lambda text: encoded(f"u:{text}"),
    "base64-2": lambda text: f"see {encoded(f'u::{text}!')}",
    "base64url": lambda text: base64.urlsafe_b64encode(f"user:{text}".encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "json": lambda text: json.dumps({"a": text}),
}


def _known(token: str, keys: tuple[str, str]) -> Iterator[Talk]:
    """What the run knows, where nothing gives it away. Whether it is kept without it or not at all is left open."""
    for name, encode in ENCODINGS.items():
        for what, secret in (("token", token), ("api-key", keys[0]), ("signing-key", keys[1])):
            said = json.dumps({"note": encode(secret)}).encode()
            yield Talk(f"known-{what}-{name}", headers=[JSON], body=said, answer_headers=[JSON], answer=said)
    for what, secret in (("token", token), ("signing-key", keys[1])):
        where = quote(secret, safe="")
        yield Talk(f"known-{what}-path", "GET", f"/users/{where}?note={where}", [("X-Note", secret)])
        xml = f"<note a={quoteattr(secret)}>{escape(secret)}<!-- {secret} --><![CDATA[{secret}]]></note>".encode()
        yield Talk(f"known-{what}-xml", headers=[("Content-Type", "text/xml")], body=xml)
        yield Talk(f"known-{what}-text", headers=[("Content-Type", "text/plain")], body=f"note {secret}".encode())
        yield Talk(f"known-{what}-key", headers=[JSON], body=json.dumps({secret: 1}).encode())
        yield Talk(f"known-{what}-type", headers=[("Content-Type", f"text/{secret}")], body=b"note")
        yield Talk(f"known-{what}-header-name", "GET", "/status", [(f"X-{secret.encode().hex()}", "1")])


#: Typed in from the provider's document.
DOCUMENTED = (
    "firefox/38.0#m=0#2016-04-25 09:22:52|336dRSHIFT|80d68|64uRSHIFT|32u68|32d73|80u73|8d69|72dSPACE|16u69|88uSPACE"
    "|64d66|72u66|64d69|80d78|18u69|62u78|104d85|72u85|32d84|64d90|8u84|88u90|8d84|48d69|48u84|72u69|8dSPACE|88uSPACE"
)


def typed() -> Iterator[tuple[str, str, Talk]]:
    """Somebody's keystrokes: what the talk is called, the recording, and the talk."""
    person = Typist("a human being")
    texts = ("Jeder Mensch tippt anders.", "Und niemand merkt es sich.", "Also schreiben wir weiter.")
    one, two, three = map(person.types, texts)
    masked = person.password("geheim-27")
    broken = three.replace("|", "|x", 3)[:-7]
    for name, sample in {"document": DOCUMENTED, "json": one, "masked": masked, "broken": broken}.items():
        body = json.dumps({"user_id": "7", "samples": [sample]}).encode()
        yield name, sample, Talk(f"typed-{name}", headers=[JSON], body=body, quiet=True)
    nested = json.dumps({"data": json.dumps({"deep": [{"said": two}]})}).encode()
    yield (
        "nested",
        two,
        Talk("typed-nested", headers=[JSON], body=nested, answer_headers=[JSON], answer=nested, quiet=True),
    )
    quoted = json.dumps({"samples": [quote(one, safe="")]}).encode()
    yield "quoted", one, Talk("typed-quoted", headers=[JSON], body=quoted, quiet=True)
    doubly = f"data={quote_plus(f'sample={quote_plus(two)}')}".encode()
    yield "doubly", two, Talk("typed-doubly", headers=[FORM], body=doubly, quiet=True)
    where = quote_plus(f"/cb?token={'x' * 12}&sample={quote(three, safe='')}")
    yield "link", three, Talk("typed-link", "GET", f"/status?next={where}", quiet=True)
    form = f"name=me&said={quote_plus(one)}".encode()
    yield "form", one, Talk("typed-form", headers=[FORM], body=form, quiet=True)
    yield "query", three, Talk("typed-query", "GET", f"/status?said={quote_plus(three)}", quiet=True)
    text = json.dumps({"log": f"he typed {two}, and left"}).encode()
    yield "text", two, Talk("typed-text", headers=[JSON], body=text, quiet=True)


def _quiet(plants: Plants) -> Iterator[Talk]:
    """What only its not being recorded keeps away."""
    for name, body in {
        "no-json": f'{{"password": "{plants.word()}"',
        "no-xml": f"<password>{plants.word()}",
        "text": f"password {plants.word()}",
        "doctype": f'<!DOCTYPE a [<!ENTITY b "{plants.word()}">]><password>&b;</password>',
    }.items():
        yield Talk(f"unreadable-{name}", body=body.encode(), answer=body.encode(), quiet=True)
    yield Talk("unreadable-gzip", headers=[("Content-Encoding", "br")], body=plants.word().encode(), quiet=True)
    comment = f"<a><!-- {plants.word()} --><?pi {plants.word()}?></a>".encode()
    yield Talk("xml-comment", headers=[("Content-Type", "text/xml")], body=comment, quiet=True)
    split = f"<a><otp>{plants.word()}<![CDATA[{plants.word()}]]></otp></a>".encode()
    yield Talk("xml-split-text", headers=[("Content-Type", "text/xml")], body=split, answer=split, quiet=True)
    repeated = f'{{"password": "{plants.word()}", "password": "b"}}'.encode()
    yield Talk("json-repeated-key", headers=[JSON], body=repeated, answer=repeated, quiet=True)
    unknown = [("X-Customer", plants.word()), ("ETag", f'"{plants.word()}"'), ("X-Trace", plants.word())]
    yield Talk("unknown-headers", "GET", "/status", unknown[:1], answer_headers=unknown[1:], quiet=True)
