import base64
import hashlib
import html.entities
import json
import pickle
import uuid
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_keyauth.outcomes import load_catalogue
from pytest_keyauth.recording.search import Hit, Search
from pytest_keyauth.recording.words import is_word
from pytest_keyauth.strategies import any_samples

TOKEN = "9f1b0a54-3c1e-4e0c-8f6d-2b7a90e1c3d5"
SIGNING_KEY = "c2lnbmluZyBrZXkgb2Ygb25lIG9mIG91ciB0ZXN0cyE="  # "signing key of one of our tests!"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwODY0MDB9.cN3_RS5XXlI0PzBQHT-7Y2YnV3rH1nmzjcBLMBdJWUw"

# The encoders are written here once more, so that the search is not held against itself.
Encoder = Callable[[str], str]


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def percent_encoded(text: str, form: str = "%{:02X}") -> str:
    return "".join(form.format(byte) for byte in text.encode())


def in_utf16_units(text: str, form: str) -> str:
    data = text.encode("utf-16-be")
    return "".join(form.format(int.from_bytes(data[place : place + 2])) for place in range(0, len(data), 2))


def with_names(text: str) -> str:
    names = html.entities.codepoint2name | {ord("'"): "apos"}
    return "".join(f"&{names[ord(character)]};" if ord(character) in names else character for character in text)


TEXT_FORMS: dict[str, Encoder] = {
    "plain": str,
    "quote": quote,
    "quote without safe characters": lambda text: quote(text, safe=""),
    "quote_plus": quote_plus,
    "all percent-encoded": percent_encoded,
    "all percent-encoded in lower case": lambda text: percent_encoded(text, "%{:02x}"),
    "doubly percent-encoded": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON without ASCII escapes": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON with escaped slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "JSON in JSON in JSON": lambda text: json.dumps(json.dumps(json.dumps(text)))[7:-7],
    "all JSON-escaped": lambda text: in_utf16_units(text, "\\u{:04x}"),
    "all JSON-escaped in upper case, twice": lambda text: in_utf16_units(text, "\\\\u{:04X}"),
    "YAML": lambda text: "".join(f"\\U{ord(character):08x}" for character in text),
    "HTML": lambda text: html.escape(text),
    "HTML by name": with_names,
    "XML by number": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "XML by hex number": lambda text: "".join(f"&#x{ord(character):X};" for character in text),
    "HTML in JSON": lambda text: json.dumps(html.escape(text))[1:-1],
    "URL in HTML": lambda text: html.escape(percent_encoded(text)),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "hex with colons": lambda text: text.encode().hex(":"),
    "base64": lambda text: in_base64(text.encode()),
    "base64 without padding": lambda text: in_base64(text.encode()).rstrip("="),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 in a URL": lambda text: quote(in_base64(text.encode()), safe=""),
    "base64 in lines": lambda text: base64.encodebytes(text.encode() * 4).decode(),
    "base64 of UTF-16": lambda text: in_base64(text.encode("utf-16-le")),
    "base64 of the other UTF-16": lambda text: in_base64(text.encode("utf-16-be")),
}

SECRETS = (
    st.text(st.characters(exclude_categories=["Cs"]), min_size=6, max_size=24)
    | st.text("aB3 +/%&;<\\\"'", min_size=6, max_size=24)
    | st.uuids().map(str)
    | st.binary(min_size=6, max_size=40).map(in_base64)
).filter(lambda text: not is_word(text))
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
# Nothing that could be taken for the beginning or the end of an escape.
CALM_TEXT = st.text("ghijk GHIJK.,{}[]()", max_size=12)


def finds(secret: str, content: bytes) -> bool:
    return any(hit.what.startswith("the token") for hit in Search({"token": [secret]}).find(content))


@pytest.mark.parametrize("encode", TEXT_FORMS.values(), ids=TEXT_FORMS.keys())
@settings(max_examples=25)
@given(secret=SECRETS, before=CALM_TEXT, after=CALM_TEXT)
@example(secret="päss wörd/+%41&amp;\\u0041\U0001f511", before="", after="")
def test_a_secret_is_found_in_every_form_whatever_stands_around(
    encode: Encoder, secret: str, before: str, after: str
) -> None:
    assert finds(secret, f"{before}{encode(secret)}{after}".encode())


@given(secret=SECRETS, before=ANY_TEXT, after=ANY_TEXT)
def test_a_secret_is_found_in_the_midst_of_any_text(secret: str, before: str, after: str) -> None:
    assert finds(secret, f"{before}{secret}{after}".encode())


@given(secret=SECRETS, before=ANY_TEXT, after=ANY_TEXT)
def test_a_secret_is_found_in_the_midst_of_base64(secret: str, before: str, after: str) -> None:
    text = in_base64(f"{before}{secret}{after}".encode())
    assert finds(secret, text.encode())
    assert finds(secret, text.replace("+", "-").replace("/", "_").rstrip("=").encode())
    assert finds(secret, json.dumps({"body": text}).replace("/", "\\/").encode())


@given(secret=SECRETS, before=ANY_TEXT, after=ANY_TEXT)
def test_a_secret_is_found_in_a_string_of_json_in_json(secret: str, before: str, after: str) -> None:
    body = json.dumps({"note": f"{before}{secret}{after}"})
    assert finds(secret, json.dumps({"body": body}).encode())
    assert finds(secret, json.dumps({"body": quote_plus(body)}).encode())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
@given(secret=SECRETS, before=ANY_TEXT, after=ANY_TEXT)
@settings(max_examples=25)
def test_a_secret_is_found_in_utf_16(encoding: str, secret: str, before: str, after: str) -> None:
    assert finds(secret, f"{before}{secret}{after}".encode(encoding))


@given(st.binary(min_size=6, max_size=40).filter(lambda key: not is_word(in_base64(key).rstrip("="))))
def test_a_secret_in_base64_is_found_by_the_bytes_that_it_stands_for(key: bytes) -> None:
    secret, other = in_base64(key), base64.urlsafe_b64encode(key).decode()
    for one, another in ((secret, other), (other, secret), (secret.rstrip("="), other)):
        for form in (another, key.hex(), key.hex(":").upper(), in_base64(b"key=" + key + b";"), in_base64(b"?" + key)):
            assert finds(one, f"({form})".encode())
        assert finds(one, b"(" + key + b")")


@given(st.binary(min_size=8, max_size=32))
def test_a_secret_in_hex_is_found_in_any_case_with_any_separators_and_as_base64(key: bytes) -> None:
    for form in (key.hex().upper(), key.hex(":"), key.hex("-"), in_base64(key), in_base64(key.hex().upper().encode())):
        assert finds(key.hex(), f"({form})".encode())
        assert finds(key.hex().upper(), f"({form})".encode())


def test_a_uuid_is_found_without_its_hyphens_and_in_upper_case() -> None:
    assert finds(TOKEN, TOKEN.replace("-", "").encode())
    assert finds(TOKEN, TOKEN.upper().encode())


def test_an_odd_number_of_hex_digits_is_found_in_any_case() -> None:
    assert finds("abcdef12345", b"(ABCDEF12345)")
    assert finds("ABCDEF12345", b"(abCDef12345)")


def test_a_secret_of_umlauts_is_found_in_latin_1() -> None:
    assert finds("größter Schlüssel", "größter Schlüssel".encode("latin-1"))


def test_a_short_secret_is_not_searched() -> None:
    assert not finds("hallo", b"hallo")
    assert finds("hallo!", b"hallo!")


@given(st.lists(SECRETS, min_size=1, max_size=3), ANY_TEXT)
def test_a_hit_never_shows_the_secret(secrets: list[str], text: str) -> None:
    secrets = [f"{secret}-{uuid.UUID(int=7)}" for secret in secrets]
    search = Search({"token": secrets})
    hits = search.find("".join([text, *secrets]).encode())
    assert hits
    assert not any(secret in f"{search!r}{search}{hits}" for secret in secrets)


def test_a_search_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(Search({"token": [TOKEN]}))


def test_a_hit_says_what_in_which_form_and_where() -> None:
    search = Search({"token": ["geheim-33"], "signing key": ["ganz geheim"]})
    content = b'{\n  "a": "geheim-33",\n  "b": "\\u0067eheim-33",\n "c": "Z2FueiBnZWhlaW0="}'
    assert search.find(content) == [
        Hit("the token", "byte 10 (line 2)"),
        Hit("the signing key, base64", "byte 54 (line 4)"),
        Hit("the token, JSON-escaped", "byte 30 (line 3)"),
    ]


def test_a_place_can_be_said_by_who_asks() -> None:
    content = b"%7B%22x%22%3A geheim-33 %67eheim-33"
    hits = Search({"token": ["geheim-33"]}).find(content, locate=lambda offset: f"<{offset}>")
    assert [(hit.what, hit.place) for hit in hits] == [("the token", "<14>"), ("the token, URL-encoded", "<24>")]


@given(ANY_TEXT, ANY_TEXT)
def test_the_place_of_an_escaped_secret_is_where_its_first_escape_begins(before: str, between: str) -> None:
    start = json.dumps(f"{before}({between})", ensure_ascii=False)[:-1]
    content = f'{start}\\u0067eheim-\\u0033\\u0033"'.encode()
    hits = Search({"token": ["geheim-33"]}).find(content, locate=str)
    assert [hit.place for hit in hits] == [str(len(start.encode()))]


def test_what_begins_within_the_bytes_of_an_escape_is_where_that_begins() -> None:
    key = "ä-key-7".encode()[1:]  # the second byte of ä is its first
    hits = Search({"key": [in_base64(key)]}).find(b'"abc \\u00e4-key-7"', locate=str)
    assert hits == [Hit("the key, decoded, JSON-escaped", "5")]


def looks(text: str, allowed: frozenset[str] = frozenset()) -> set[str]:
    hits = Search({}, allowed).find(text.encode())
    assert all(hit.what.startswith("something that looks like ") for hit in hits)
    return {hit.what.removeprefix("something that looks like ").partition(",")[0] for hit in hits}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"token={JWT}", "a JSON Web Token"),
        ("eyJhbGciOiJub25lIn0.eyJleHAiOjE3fQ.", "a JSON Web Token"),
        (f"/users/{TOKEN}/activity", "a UUID"),
        (TOKEN.upper(), "a UUID"),
        ("a nonce 0123456789abcdef0123456789abcdef", "a key in hex"),
        ("0123456789ABCDEF0123456789ABCDEF01", "a key in hex"),
        ("Authorization: Bearer s3cr3t", "credentials"),
        ("authorization: bearer s3cr3t", "credentials"),
        ('{"Authorization": ["Basic dXNlcjpwYXNz"]}', "credentials"),
        (r'"{\"Authorization\": \"Bearer s3cr3t\"}"', "credentials"),
        ("Bearer%20s3cr3t", "credentials"),
        ("Bearer LIVE:s3cr3t", "credentials"),
        ("Bearer <token>", "credentials"),
        ("Basic LIVE:<api-key:1>:s1gnature:<nonce:1>:1700000000", "credentials"),
        ("Bearer <token:1>:s3cr3t", "credentials"),
        ("Bearer <token:1>s3cr3t", "credentials"),
        (f"key: {SIGNING_KEY}", "a key in base64"),
        (SIGNING_KEY.rstrip("="), "a key in base64"),
        ("-----BEGIN PRIVATE KEY-----\\nMIIB", "a private key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("-----BEGIN EC PRIVATE KEY-----", "a private key"),
    ],
)
def test_what_looks_like_a_secret_is_found(text: str, what: str) -> None:
    assert what in looks(text)


@pytest.mark.parametrize("alphabet", [b"+/", b"-_"])
def test_digests_in_base64_look_like_keys(alphabet: bytes) -> None:
    digests = [hashlib.sha256(str(number).encode()).digest() for number in range(300)]
    keys = [base64.b64encode(digest, alphabet).decode() for digest in digests]
    assert [key for key in keys if "a key in base64" not in looks(f'{{"key": "{key}"}}')] == []


def test_what_only_looks_like_a_secret_can_be_allowed() -> None:
    assert looks(TOKEN, frozenset({TOKEN})) == set()
    assert looks("Bearer s3cr3t", frozenset({"s3cr3t"})) == set()
    assert looks("Bearer s3cr3t", frozenset({"Bearer s3cr3t"})) == set()
    assert looks(f"{TOKEN}{TOKEN[:-1]}0", frozenset({TOKEN})) == {"a UUID"}
    assert finds(TOKEN, TOKEN.encode())
    assert Search({"token": [TOKEN]}, frozenset({TOKEN})).find(TOKEN.encode()) == [Hit("the token", "byte 0 (line 1)")]


HARMLESS = [
    "Bearer <token:1>",
    "Bearer LIVE:<jwt:1>",
    "Basic LIVE:<api-key:1>:<signature:2>:<nonce:3>:1700000000",
    "Basic LIVE:<api-key:1>:<signature:2>:<nonce:3>:2024-01-31T09:30:00Z",
    "Basic <host:1>:<api-key:1>:<signature:2>:<nonce:3>:<time-stamp:1>",
    "Bearer%20%3Ctoken%3A1%3E",
    "Bearer \\u003ctoken:1\\u003e",
    "<p>Bearer <token:1></p>",
    "Bearer &lt;token:1&gt;, and so on",
    'Bearer realm="keytrac"',
    "Basic authentication is needed, or a Bearer token.",
    "Bearer",
    "Bearer ",
    "https://api.keytrac.net/users/<user-id:1>/activity?since=2024-01-31T09%3A30%3A00Z",
    "/interview/api/v1/startup/launchSession/results/anytext/authenticate",
    "/Interview/Api/V1/StartUp/LaunchSession/Results/AnyText/Authenticate",
    '"digest": "0123456789ab"',
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Tue, 26 Apr 2016 09:22:52 GMT",
    "firefox/38.0#m=0#2016-04-25 09:22:52|336dRSHIFT|80d68|64uRSHIFT|32u68|32d73|80u73|8d69|72dSPACE|16u69",
    "firefox/38.0#m=0#2016-04-25 09:27:05|l=7|872dI0|56uI0|64dI1|72uI1|128dI2|104uI2|117dI3|43uI3|72dI4",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_references_samples_and_ordinary_texts_are_no_hits(text: str) -> None:
    assert looks(text) == set()
    assert looks(json.dumps({"body": json.dumps(text)})) == set()


def test_no_documented_refusal_is_a_hit() -> None:
    refusals = [outcome for outcome in load_catalogue("keytrac") if outcome.status[0] in "45"]
    assert len(refusals) > 50
    assert looks(json.dumps([[outcome.name, outcome.example.get("value")] for outcome in refusals])) == set()


REFERENCES = st.builds(
    "<{}:{}>".format,
    st.sampled_from(["token", "user-id", "api-key", "signing-key", "jwt", "nonce", "signature"]),
    st.integers(1, 999),
)
SENTENCES = st.sampled_from(
    [
        "Sample #1 is corrupted or format is not valid",
        "Sample #2 is invalid and can’t be used with this type of enrollment/authentication",
        "Authentication rejected, mismatch of sample and profile size",
        "Insufficient number of submitted samples. At least 3 are needed",
    ]
)


@st.composite
def cassettes(draw: st.DrawFn) -> bytes:
    """A redacted cassette: JSON in JSON, as text or with escapes."""
    reference = draw(REFERENCES)
    exchange = {
        "request": {
            "method": draw(st.sampled_from(["GET", "POST", "DELETE"])),
            "uri": f"https://api.keytrac.net/users/{quote(reference) if draw(st.booleans()) else reference}",
            "headers": {"Authorization": [f"{draw(st.sampled_from(['Bearer ', 'Basic LIVE:']))}{draw(REFERENCES)}"]},
            "body": json.dumps({"user_id": reference, "samples": draw(st.lists(any_samples(), max_size=2))}),
        },
        "response": {
            "headers": {"Content-Type": ["application/json"], "Date": ["Mon, 25 Apr 2016 09:22:52 GMT"]},
            "body": {"string": json.dumps({"error": draw(SENTENCES), "id": draw(REFERENCES)})},
        },
        "digest": f"{draw(st.integers(0, 2**48 - 1)):012x}",
    }
    return json.dumps({"version": 1, "interactions": [exchange]}, indent=1, ensure_ascii=draw(st.booleans())).encode()


@settings(max_examples=30)
@given(cassettes())
def test_a_redacted_cassette_is_no_hit(content: bytes) -> None:
    assert Search({"token": [TOKEN], "signing key": [SIGNING_KEY], "jwt": [JWT]}).find(content) == []


@settings(max_examples=20)
@given(cassettes(), st.sampled_from([TOKEN, SIGNING_KEY, JWT]), st.data())
def test_a_cassette_with_one_secret_in_a_body_is_a_hit(content: bytes, secret: str, data: st.DataObject) -> None:
    cassette = json.loads(content)
    body = cassette["interactions"][0]["response"]["body"]
    body["string"] = body["string"].replace("<", f"{secret}<", 1)
    search = Search({"secret": [secret]}) if data.draw(st.booleans()) else Search({})
    assert search.find(json.dumps(cassette).encode())


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc", b"abcd"])
@pytest.mark.parametrize("behind", [b"", b"z"])
def test_a_secret_in_base32_is_found_wherever_it_begins(before: bytes, behind: bytes) -> None:
    secret = "Zx9kQ2vT7mLp"
    encoded = base64.b32encode(before + secret.encode() + behind).decode()
    for text in (encoded, encoded.lower()):
        hits = Search({"token": [secret]}).find(f"({text})".encode())
        assert "the token, base32" in {hit.what for hit in hits}


@pytest.mark.parametrize("comma", [",", ", "])
def test_a_secret_is_found_as_the_numbers_of_its_bytes(comma: str) -> None:
    secret = "Zx9kQ2vT7mLp"
    content = "[" + comma.join(str(byte) for byte in secret.encode()) + "]"
    assert [hit.what for hit in Search({"token": [secret]}).find(content.encode())] == ["the token, as numbers"]


@pytest.mark.parametrize(
    "said", ["swordfish", "the swordfish.", r"\nswordfish", "%20swordfish", "/p/swordfish/", "a_swordfish"]
)
def test_a_secret_that_is_a_word_is_found_as_a_whole_word(said: str) -> None:
    assert finds("swordfish", said.encode())
    assert finds("swordfish", base64.b64encode(said.encode()))


@pytest.mark.parametrize("said", ["swordfishes", "Swordfish", "2swordfish", "a sword fish"])
def test_a_secret_that_is_a_word_is_not_found_in_another_word(said: str) -> None:
    assert not finds("swordfish", said.encode())


SAMPLE = "Mozilla/5.0#m=0#2016-01-29 17:50:51|0d84|95u84|88d82|73u82"
MADE_UP = "firefox/38.0#m=0#2016-01-29 17:50:51|331d81|69u81|113d65"


@pytest.mark.parametrize(
    "said",
    [
        SAMPLE,
        f"{MADE_UP} {SAMPLE}",
        quote(SAMPLE),
        quote_plus(quote_plus(SAMPLE)),
        SAMPLE.replace("|", "\\u007c"),
        "|12d84|99u84",
    ],
)
def test_what_still_looks_like_somebodys_sample_is_a_hit(said: str) -> None:
    [hit, *_] = Search({}, made_up=frozenset({MADE_UP})).find(said.encode())
    assert hit.what.startswith("something that looks like somebody's keystrokes")
    assert Search({}).find(said.encode()) == []


@pytest.mark.parametrize("said", [MADE_UP, f"a={quote_plus(MADE_UP)}&b=c", json.dumps({"a": MADE_UP}), "12d84 or a|b"])
def test_a_sample_that_was_made_up_is_no_hit(said: str) -> None:
    assert Search({}, made_up=frozenset({MADE_UP})).find(said.encode()) == []
