from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_keyauth.recording.urls import rewrite_query, rewrite_url, split_url

# RFC 3986: what a path, a query and a fragment are made of
UNRESERVED = "abcXYZ019-._~"
ENCODED = st.builds("%{:02X}".format, st.integers(0, 255)) | st.builds("%{:02x}".format, st.integers(0, 255))
PATH_TEXT = st.lists(st.sampled_from(UNRESERVED + "!$&'()*+,;=:@") | ENCODED, max_size=6).map("".join)
QUERY_TEXT = st.lists(st.sampled_from(UNRESERVED + "!$&'()*+,;=:@/?") | ENCODED, max_size=12).map("".join)
AUTHORITIES = st.sampled_from(["localhost", "api.keytrac.net:443", "user:pass@host", "user@[::1]:80", "[2001:db8::1]"])
PATHS = st.lists(PATH_TEXT, max_size=4).map(lambda segments: "".join(f"/{segment}" for segment in segments))
URLS = st.builds(
    "{}{}{}{}".format,
    st.builds("{}://{}".format, st.sampled_from(["http", "https", "HTTP", "web+app"]), AUTHORITIES) | st.just(""),
    PATHS,
    st.builds("?{}".format, QUERY_TEXT) | st.just(""),
    st.builds("#{}".format, QUERY_TEXT) | st.just(""),
)


def keep(_name: str, text: str) -> str:
    return text


def mark(name: str, text: str) -> str:
    return "<token:1>" if name in ("token", "credentials") else text.replace("secret", "<token:1>")


@settings(max_examples=40)
@given(URLS)
def test_a_url_in_which_nothing_is_replaced_stays_as_it_was_written(url: str) -> None:
    assert rewrite_url(url, keep) == url


@settings(max_examples=40)
@given(QUERY_TEXT)
def test_a_query_in_which_nothing_is_replaced_stays_as_it_was_written(query: str) -> None:
    assert rewrite_query(query, keep) == query


@settings(max_examples=40)
@given(URLS)
def test_the_parts_of_a_url_put_together_are_the_url_and_are_those_of_the_standard_library(url: str) -> None:
    origin, path, query, fragment = split_url(url)
    assert origin + path + query + fragment == url
    parts = urlsplit(url)
    if not url.startswith("//"):  # a path's, or an authority's: see below
        assert (path, query[1:], fragment[1:]) == (parts.path, parts.query, parts.fragment)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://host", ("http://host", "", "", "")),
        ("http://host?a=/b://c", ("http://host", "", "?a=/b://c", "")),
        ("http://host#a?b", ("http://host", "", "", "#a?b")),
        ("/a/http://x/y", ("", "/a/http://x/y", "", "")),
        ("//host/a", ("//host", "/a", "", "")),
        ("http://host//a", ("http://host", "//a", "", "")),
        ("a?", ("", "a", "?", "")),
        ("", ("", "", "", "")),
    ],
)
def test_a_url_has_an_origin_where_rfc_3986_sees_one(url: str, parts: tuple[str, str, str, str]) -> None:
    assert split_url(url) == parts


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("http://h/users/secret", "http://h/users/<token:1>"),
        ("http://h/%73ecret", "http://h/<token:1>"),
        ("http://h/a?token=x%2Fy&b=c+d", "http://h/a?token=<token:1>&b=c+d"),
        ("http://h/a?b=my%20secret", "http://h/a?b=my+<token:1>"),
        ("http://h/a?secret", "http://h/a?<token:1>"),
        ("http://h/a#token=x", "http://h/a#token=<token:1>"),
        ("http://user:pw@h/a", "http://<token:1>@h/a"),
        ("//user:pw@h/a", "//<token:1>@h/a"),
        ("/secret/http://h/a", "/<token:1>/http://h/a"),
        ("secret", "<token:1>"),
        ("http://h/a?token=1&token=2", "http://h/a?token=<token:1>&token=<token:1>"),
    ],
)
def test_each_part_of_a_url_is_looked_at(url: str, written: str) -> None:
    assert rewrite_url(url, mark) == written


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=["Cs"])).filter(bool))
def test_what_stands_beside_a_reference_in_a_path_is_read_again_as_it_was(text: str) -> None:
    written = rewrite_url(f"http://h/{quote(text, safe='')}secret/end", mark)
    _, path, query, fragment = split_url(written)
    assert (query, fragment) == ("", "")
    assert [unquote(segment) for segment in path.split("/")] == ["", mark("", text + "secret"), "end"]


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["<a&b=c>", "<x:1&y>", "<a+b>", "<a#b>"]))
def test_what_stands_beside_a_reference_in_a_query_is_read_again_as_it_was(text: str) -> None:
    written = rewrite_url(f"http://h/?a={quote(text, safe='')}secret&b=c", mark)
    assert parse_qsl(split_url(written)[2][1:]) == [("a", mark("", text + "secret")), ("b", "c")]


def test_a_parameter_is_looked_at_under_its_decoded_name() -> None:
    assert rewrite_query("%74oken=x", mark) == "%74oken=<token:1>"
