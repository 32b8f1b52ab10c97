"""What redaction does to any document: no secret is left, everything else is where it was."""

import base64
import json
import string
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus, unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.addresses import Addresses
from pytest_keyauth.recording.cassette import Cassette, Origin
from pytest_keyauth.recording.exchange import Headers, RecordedRequest, RecordedResponse, Request, Response
from pytest_keyauth.recording.player import Materializer, Player
from pytest_keyauth.recording.recorder import Recorder
from pytest_keyauth.recording.redaction import Redactor

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
URL = "https://api.keytrac.net/users"
JSON: Headers = (("Content-Type", "application/json"),)
XML: Headers = (("Content-Type", "text/xml"),)

few = settings(max_examples=40)
secrets = st.text(string.ascii_letters + string.digits + "/+&\"'<>%=;\\ü€", min_size=12, max_size=24).filter(
    lambda text: text[0] != "<"  # so that none is a document
)
secret_names = st.sampled_from(["password", "Api-Key", "client_secret", "token", "signingKey", "pin", "x.access.token"])
plain_names = st.sampled_from(["name", "note", "data", "list", "größe"])
plain_values = st.sampled_from(["hallo", "", "Welt", 7, 1.5, True, None])
numbers = st.integers(10**12, 10**14)
holders = st.dictionaries(secret_names, secrets | numbers | st.lists(secrets, max_size=3), max_size=2)


def _branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    inside = inner.filter(lambda value: isinstance(value, dict | list)).map(json.dumps)
    return st.lists(inner, max_size=3) | st.dictionaries(plain_names, inner | inside, max_size=3)


documents = st.recursive(plain_values | holders, _branches, max_leaves=6).filter(lambda value: isinstance(value, dict))


@st.composite
def xml_documents(draw: st.DrawFn, depth: int = 0) -> ElementTree.Element:
    """Elements and attributes, some with secret names."""
    element = ElementTree.Element(draw(st.sampled_from(["all", "user", "{urn:a}list"])))
    for name, value in draw(st.dictionaries(secret_names, secrets, max_size=2)).items():
        if draw(st.booleans()):
            element.set(draw(st.sampled_from(["", "{urn:b}"])) + name, value)
        else:
            ElementTree.SubElement(element, name).text = value
    if depth < 2:
        element.extend(draw(st.lists(xml_documents(depth + 1), max_size=2)))
    return element


def opened(value: Any) -> Any:
    """The document that a text is, where it is one."""
    try:
        inside = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return inside if isinstance(inside, dict | list) else value


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """All texts and numbers of a document, with the names that they stand under."""
    value = opened(value)
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, name)
    else:
        yield name, str(value)


def structure(value: Any) -> Any:
    """A document without its texts and numbers."""
    value = opened(value)
    if isinstance(value, dict):
        return {key: structure(item) for key, item in value.items()}
    return [structure(item) for item in value] if isinstance(value, list) else ""


def planted(document: Any) -> set[str]:
    """What stands under secret names: what was made for that, and nothing else, is so long."""
    return {text for _, text in leaves(document) if len(text) >= 12}


def request(document: Any) -> Request:
    return Request("POST", URL, JSON, json.dumps(document).encode())


def again(redacted: RecordedRequest) -> Request:
    return Request(redacted.method, redacted.url, redacted.headers, redacted.body.encode())


@few
@given(documents)
def test_nothing_that_stands_under_a_secret_name_survives(document: Any) -> None:
    body = json.loads(Redactor(NOW).redact_request(request(document)).body)
    assert not [text for _, text in leaves(body) if any(secret in text for secret in planted(document))]


@few
@given(documents)
def test_nothing_else_changes(document: Any) -> None:
    body = json.loads(Redactor(NOW).redact_request(request(document)).body)
    assert structure(body) == structure(document)
    pairs = zip(leaves(document), leaves(body), strict=True)
    assert all(old == new for old, new in pairs if old[1] not in planted(document))


@few
@given(xml_documents())
def test_xml_keeps_its_elements_and_attributes_and_none_of_its_secrets(document: ElementTree.Element) -> None:
    body = ElementTree.tostring(document)
    redacted = ElementTree.fromstring(Redactor(NOW).redact_response(Response(200, XML, body)).body)
    pairs = list(zip(document.iter(), redacted.iter(), strict=True))
    assert all((old.tag, list(old.attrib), len(old)) == (new.tag, list(new.attrib), len(new)) for old, new in pairs)
    old = {text for element in document.iter() for text in (element.text, *element.attrib.values()) if text}
    new = [text for element in redacted.iter() for text in (element.text, *element.attrib.values()) if text]
    assert not [text for text in new if any(secret in text for secret in old)]


@few
@given(documents, st.booleans())
def test_redacting_what_is_redacted_changes_nothing(document: Any, learns: bool) -> None:
    redactor = Redactor(NOW)
    redacted = redactor.redact_request(request(document))
    assert redactor.redact_request(again(redacted)) == redacted
    assert Redactor(NOW, learns=learns).redact_request(again(redacted)) == redacted


@few
@given(documents, documents)
def test_the_same_said_twice_is_written_the_same(asked: Any, answered: Any) -> None:
    def redact() -> tuple[RecordedRequest, RecordedResponse]:
        redactor = Redactor(NOW)
        answer = Response(200, JSON, json.dumps(answered).encode())
        return redactor.redact_request(request(asked)), redactor.redact_response(answer)

    assert redact() == redact()


@few
@given(secrets, secrets, secret_names, secret_names)
def test_equal_secrets_have_equal_references_in_requests_and_answers(one: str, other: str, name: str, new: str) -> None:
    redactor = Redactor(NOW)
    asked = json.loads(redactor.redact_request(request({name: one})).body)[name]
    answer = Response(200, JSON, json.dumps({new: [one, other], "note": f"({one})"}).encode())
    answered = json.loads(redactor.redact_response(answer).body)
    assert answered[new][0] == asked
    assert (answered[new][1] == asked) == (one == other)
    assert one not in answered["note"]


def record(asked: Any, answered: Any) -> Cassette:
    """A recording as it comes back from its file."""
    recorder = Recorder(NOW, Addresses(), "keep", lambda kind, value: None)
    for kind in ("token", "host", "api-key", "signing-key"):  # as targets do
        recorder.know(kind, f"the {kind} of a fixture")
    recorder.note(request(asked), Response(201, JSON, json.dumps(answered).encode()))
    return Cassette.read(recorder.make_cassette("test", Origin("emulator"), None, ()).write(), "here")


@few
@given(documents, documents)
def test_what_was_recorded_is_played_to_who_asks_with_the_values_of_the_replay(asked: Any, answered: Any) -> None:
    cassette = record(asked, answered)
    [interaction] = cassette.interactions
    values = Materializer(cassette, NOW, cassette.test)
    url, headers = values.fill(interaction.request.url), values.fill_headers(interaction.request.headers)
    sent = Request("POST", url, headers, values.fill_body(interaction.request.body))
    answer = Player(cassette, "here", NOW, Addresses()).answer(sent)
    assert (answer.status, structure(json.loads(answer.body))) == (201, structure(answered))
    assert answer.body == values.fill_body(interaction.response.body)


@few
@given(documents, documents)
def test_what_was_recorded_is_played_to_who_asks_as_before(asked: Any, answered: Any) -> None:
    answer = Player(record(asked, answered), "here", NOW, Addresses()).answer(request(asked))
    told = [text for text in planted(answered) if text not in planted(asked)]
    assert structure(json.loads(answer.body)) == structure(answered)
    assert not [text for _, text in leaves(json.loads(answer.body)) if text in told]


@pytest.mark.parametrize(
    ("headers", "body", "reading"),
    [
        (JSON, b'{"password": "a\\"b\\\\c<d&e12"}', lambda body: json.loads(body)["password"]),
        (
            JSON,
            b'{"data": "{\\"pin\\": \\"a\\\\\\"b\\\\\\\\c<d&e12\\"}"}',
            lambda body: json.loads(json.loads(body)["data"])["pin"],
        ),
        (XML, b'<a><pin>a"b\\c&lt;d&amp;e12</pin></a>', lambda body: ElementTree.fromstring(body)[0].text),
        (XML, b'<a pin="a&quot;b\\c&lt;d&amp;e12"/>', lambda body: ElementTree.fromstring(body).get("pin")),
    ],
)
def test_what_a_client_says_comes_back_in_the_form_of_the_answer(
    headers: Headers, body: bytes, reading: Callable[[bytes], str]
) -> None:
    said = 'a"b\\c<d&e12'
    recorder = Recorder(NOW, Addresses(), "keep", lambda kind, value: None)
    recorder.note(request({"password": said}), Response(200, headers, body))
    player = Player(recorder.make_cassette("test", Origin("emulator"), None, ()), "here", NOW, Addresses())
    assert reading(player.answer(request({"password": 'new"one\\<&'})).body) == 'new"one\\<&'
    assert reading(body) == said


SECRET = "wQ3kT0pZ9vYx"


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("Set-Cookie", f"sid={SECRET}; Path=/; Expires=Wed, 21 Oct 2065 07:28:00 GMT; HttpOnly",
         "sid=<cookie:1>; Path=/; Expires=Wed, 21 Oct 2065 07:28:00 GMT; HttpOnly"),
        ("Set-Cookie", f"a=1234567; Path=/, sid={SECRET}; Secure", "a=<cookie:1>; <cookie:2>; Secure"),
        ("WWW-Authenticate", f'Digest realm="here", nonce="{SECRET}"', 'Digest realm="here", nonce="<nonce:1>"'),
        ("WWW-Authenticate", 'Bearer error="invalid_token"', 'Bearer error="invalid_token"'),
        ("Location", f"/users;jsessionid={SECRET}/a?b=c", "/users;jsessionid=<secret:1>/a?b=c"),
        ("X-Customer", SECRET, "(not recorded)"),
    ],
)  # fmt: skip
def test_headers_keep_what_is_no_secret(name: str, value: str, written: str) -> None:
    [(_, redacted)] = Redactor(NOW).redact_response(Response(200, ((name, value),))).headers
    assert redacted == written


@pytest.mark.parametrize(
    "value", [f"bearer {SECRET}", f"Token {SECRET}", f"somebody:{SECRET}", f'Digest a="b", response="{SECRET}"']
)
def test_a_secret_inside_of_unknown_credentials_is_told_by_itself_too(value: str) -> None:
    told: list[str] = []
    redactor = Redactor(NOW, tell=lambda kind, secret: told.append(secret))
    redactor.redact_request(Request("GET", URL, (("Authorization", value),)))
    assert SECRET in told
    assert SECRET in redactor.secrets()["inner-secret"]


NAMES_OF_SECRETS = (
    *("pass", "passcode", "pw", "Kennwort", "Passwort", "privKey", "mfa", "salt", "ssn"),
    *("code", "session", "key", "hash"),  # where they look like something that was given out
)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (XML, "<StartUpData><Password><Value>Zx9kQ2vT7mLp</Value></Password></StartUpData>"),
        (XML, "<u><credentials><value>Zx9kQ2vT7mLp</value></credentials></u>"),
        (XML, "<u><pin xmlns='urn:p'><new at='now'><value>Zx9kQ2vT7mLp</value></new></pin></u>"),
        (XML, "<u><password value='Zx9kQ2vT7mLp'/></u>"),
        (XML, "<u><property name='password' value='Zx9kQ2vT7mLp'/></u>"),
        (XML, "<u><property name='password'>Zx9kQ2vT7mLp</property></u>"),
        (JSON, '{"pin": {"new": {"value": "Zx9kQ2vT7mLp"}}}'),
        (JSON, '{"tokens": {"Zx9kQ2vT7mLp": {"active": true}}}'),
        (JSON, '{"settings": [{"name": "password", "value": "Zx9kQ2vT7mLp"}]}'),
        (JSON, '{"settings": [{"value": ["Zx9kQ2vT7mLp"], "key": "api-key"}]}'),
        (JSON, json.dumps({"password": json.dumps({"v": "Zx9kQ2vT7mLp"})})),
        (JSON, json.dumps({"password": json.dumps([["Zx9kQ2vT7mLp"]])})),
        (JSON, json.dumps({"password": "<p><q>Zx9kQ2vT7mLp</q></p>"})),
        (XML, "<u><password>{&quot;v&quot;: &quot;Zx9kQ2vT7mLp&quot;}</password></u>"),
        *((JSON, json.dumps({name: "Zx9kQ2vT7mLp"})) for name in NAMES_OF_SECRETS),
    ],
)
def test_a_secret_is_one_below_its_name_and_beside_it(headers: Headers, body: str) -> None:
    redacted = Redactor(NOW).redact_response(Response(200, headers, body.encode())).body
    assert "Zx9kQ2vT7mLp" not in redacted
    assert Redactor(NOW).redact_response(Response(200, headers, redacted.encode())).body == redacted


def test_what_is_beside_a_plain_name_stays_as_it_is() -> None:
    body = '{"settings": [{"name": "colour", "value": "Zx9kQ2vT7mLp"}]}'
    assert Redactor(NOW).redact_response(Response(200, JSON, body.encode())).body == body


def test_the_namespace_of_a_secret_is_kept() -> None:
    body = b'<pin xmlns="urn:some-long-address.1">1234</pin>'
    assert 'xmlns="urn:some-long-address.1"' in Redactor(NOW).redact_response(Response(200, XML, body)).body


def test_what_is_anywhere_below_a_secrets_name_is_a_secret_but_not_when_it_was() -> None:
    body = {"password": {"value": "hunter-2-hunter", "last_activity": "2026-04-25 09:22:52 UTC", "count": 3}}
    redacted = json.loads(
        Redactor(datetime.now(UTC)).redact_response(Response(200, JSON, json.dumps(body).encode())).body
    )
    assert redacted == {"password": {**body["password"], "value": "<secret:1>"}}


def test_a_plain_word_in_a_secrets_place_is_replaced_there_alone() -> None:
    body = {"password": "example", "text": "an example", "url": "https://consumer.example/"}
    redaction = Redactor(datetime.now(UTC))
    redacted = json.loads(redaction.redact_response(Response(200, JSON, json.dumps(body).encode())).body)
    assert redacted == {**body, "password": "<secret:1>"}
    assert redaction.secrets() == {}


@pytest.mark.parametrize(
    "url",
    [
        "https://api.keytrac.net/reset-password/Zx9kQ2vT7mLp",
        "https://api.keytrac.net/reset/Zx9kQ2vT7mLp/confirm",
        "https://api.keytrac.net/users#code=Zx9kQ2vT7mLp&state=open",
        "https://api.keytrac.net/users?session=Zx9kQ2vT7mLp",
    ],
)
def test_what_a_path_names_is_an_identifier_unless_it_is_a_word(url: str) -> None:
    redactor = Redactor(NOW)
    answer = redactor.redact_response(Response(302, (("Location", url),)))
    assert "Zx9kQ2vT7mLp" not in redactor.redact_url(url) + answer.headers[0][1]
    assert redactor.redact_url("https://api.keytrac.net/anytext/enrol") == "https://api.keytrac.net/anytext/enrol"


@pytest.mark.parametrize("segment", ["2026-04-25", "v1", "anytext", "identification", "1.2.3"])
def test_a_word_or_a_date_of_a_path_stays(segment: str) -> None:
    url = f"https://api.keytrac.net/status/{segment}/all"
    assert segment in Redactor(NOW).redact_url(url)


@pytest.mark.parametrize("attribute", ["Path=/x/Zx9kQ2vT7mLp", "Expires=Zx9kQ2vT7mLp", "Max-Age=Zx9kQ2vT7mLp"])
def test_an_attribute_of_a_cookie_hides_nothing(attribute: str) -> None:
    answer = Response(200, (("Set-Cookie", f"a=b; {attribute}; HttpOnly"),))
    assert "Zx9kQ2vT7mLp" not in Redactor(NOW).redact_response(answer).headers[0][1]


def test_the_attributes_of_a_cookie_stay_as_they_are() -> None:
    attributes = "Path=/; Domain=a.example; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=60; SameSite=Lax; Secure"
    answer = Response(200, (("Set-Cookie", f"a=b; {attributes}"),))
    assert Redactor(NOW).redact_response(answer).headers[0][1] == f"a=<cookie:1>; {attributes}"


SAMPLE = "Mozilla/5.0#m=0#2016-01-29 17:50:51|0d84|95u84|88d82|73u82|99d65|101u65|55d86|77u86|120d69|88u69|66d76|77u76"


@pytest.mark.parametrize(
    "text",
    [
        SAMPLE,
        quote(SAMPLE),
        quote(quote_plus(SAMPLE)),
        f"sample={quote_plus(SAMPLE)}",
        f"/cb?sample={quote(SAMPLE, safe='')}",
        f"https://a.example/cb?token={SECRET}&sample={quote(SAMPLE)}",
        f"https://a.example/cb?token={SECRET}&sample={SAMPLE.replace('#', '%23').replace(' ', '+')}",
        f"token={SECRET} {SAMPLE}, he said",
        base64.b64encode(SAMPLE.encode()).decode(),
    ],
)
@pytest.mark.parametrize("form", [False, True])
def test_somebodys_sample_is_replaced_however_it_is_quoted_and_so_is_what_is_beside_it(text: str, form: bool) -> None:
    body = f"data={quote_plus(text)}" if form else json.dumps({"data": [text]})
    headers = (("Content-Type", "application/x-www-form-urlencoded"),) if form else JSON
    redactor = Redactor(NOW, samples="replace")
    written = redactor.redact_request(Request("POST", URL, headers, body.encode())).body
    assert SECRET not in written
    assert "95u84" not in unquote(unquote(unquote(written)))
    assert redactor.redact_request(Request("POST", URL, headers, written.encode())).body == written


def test_what_is_beside_a_made_up_sample_is_redacted_and_the_sample_stays() -> None:
    text = f"https://a.example/cb?token={SECRET}&sample={quote(SAMPLE)}"
    written = Redactor(NOW).redact_text("note", text)
    assert written == text.replace(SECRET, "<token:1>")
    assert Redactor(NOW).redact_text("note", SAMPLE) == SAMPLE


def test_times_are_relative_to_the_first_exchange_where_a_test_freezes_its_time_after_it_has_begun() -> None:
    later, last = (datetime(year, 5, 6, 7, 8, 9, tzinfo=UTC) for year in (2031, 2035))
    moments = [later]
    recorder = Recorder(NOW, Addresses(), "keep", lambda kind, value: None, lambda: moments[0])
    recorder.note(request({}), Response(200, JSON, b'{"created_at": "2031-05-06T07:18:09Z"}'))
    moments[0] = last  # what comes after the first exchange moves nothing
    recorder.note(request({}), Response(200, JSON, b'{"created_at": "2031-05-06T07:28:09Z"}'))
    cassette = Cassette.read(recorder.make_cassette("test", Origin("emulator"), None, ()).write(), "here")
    assert "2031" not in cassette.write().decode()
    player = Player(cassette, "here", NOW, Addresses(), lambda: last)
    answers = [json.loads(player.answer(request({})).body)["created_at"] for _ in range(2)]
    assert answers == ["2035-05-06T07:18:09Z", "2035-05-06T07:28:09Z"]
