"""URLs, queries and forms, rewritten part by part. What is left alone stays as it was written."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from pytest_keyauth.recording.names import SEGMENT, name_beside

__all__ = ["parse_query", "quote_around_references", "rewrite_query", "rewrite_url", "split_url"]

#: References and relative times: nothing else in brackets, since it could hold what parts URLs.
_REFERENCES = re.compile(
    r"(<[a-z][a-z-]*:(?:[0-9]+|\*)(?::[a-z0-9]+)?>|<(?:now|today)[+-][0-9]+(?:min|day):[A-Za-z0-9/:. +-]+>)"
)
_ORIGIN = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*")

Rewrite = Callable[[str, str], object]
"""Given the name of a parameter and its text: what to write. A segment of a path has the name `SEGMENT`."""


def split_url(url: str) -> tuple[str, str, str, str]:
    """Scheme with authority, path, query and fragment, each with the sign before it: put together, they are the URL."""
    rest, hash_sign, fragment = url.partition("#")
    rest, question_mark, query = rest.partition("?")
    origin = _ORIGIN.match(rest)  # a path may have a whole URL further on
    start = origin.end() if origin else 0
    return rest[:start], rest[start:], question_mark + query, hash_sign + fragment


def rewrite_url(url: str, rewrite: Rewrite) -> str:
    """Rewrite the user information, each segment of the path, each parameter, and the fragment."""
    origin, path, query, fragment = split_url(url)
    scheme, separator, authority = origin.rpartition("//")
    userinfo, at, host = authority.rpartition("@")
    if at:
        origin = f"{scheme}{separator}{rewrite('credentials', userinfo)}@{host}"
    path = "/".join(_rewrite_segment(segment, rewrite) for segment in path.split("/"))
    return (
        origin
        + path
        + query[:1]
        + rewrite_query(query[1:], rewrite)
        + fragment[:1]
        + rewrite_query(fragment[1:], rewrite)
    )


def _rewrite_segment(raw: str, rewrite: Rewrite) -> str:
    name, *parameters = raw.split(";")  # users;jsessionid=…
    return ";".join([_rewrite_name(name, rewrite), *(_rewrite_parameter(item, rewrite) for item in parameters)])


def _rewrite_name(raw: str, rewrite: Rewrite) -> str:
    segment = unquote(raw)
    rewritten = rewrite(SEGMENT, segment) if segment else segment
    return (
        raw if rewritten == segment else quote_around_references(str(rewritten), partial(quote, safe=""))
    )  # a plus is a plus there


def rewrite_query(query: str, rewrite: Rewrite) -> str:
    """Rewrite a query or a form."""
    names = [name for name, _ in parse_query(query)]
    return "&".join(_rewrite_parameter(parameter, rewrite, names) for parameter in query.split("&")) if query else query


def _rewrite_parameter(parameter: str, rewrite: Rewrite, names: Iterable[str] = ()) -> str:
    raw_name, equals, raw_value = parameter.partition("=")
    name, value = _unquote(raw_name), _unquote(raw_value)
    new_name, new_value = rewrite("", name), rewrite(name_beside(name, value, names), value)
    return (
        (raw_name if new_name == name else quote_around_references(str(new_name), quote_plus))
        + equals
        + (raw_value if new_value == value else quote_around_references(str(new_value), quote_plus))
    )


def parse_query(query: str) -> list[tuple[str, str]]:
    """The parameters of a query, by name and value, in order."""
    pairs = (parameter.partition("=") for parameter in query.split("&") if parameter)
    return [(_unquote(name), _unquote(value)) for name, _, value in pairs]


def _unquote(text: str) -> str:
    """Unquote a text, but for the references in it, which are not quoted: a plus in them is a plus."""
    parts = _REFERENCES.split(text)
    return "".join(part if index % 2 else unquote_plus(part) for index, part in enumerate(parts))


def quote_around_references(text: str, quote_part: Callable[[str], str]) -> str:
    """Quote a text, but for the references in it, which people are to read."""
    parts = _REFERENCES.split(text)
    return "".join(part if index % 2 else quote_part(part) for index, part in enumerate(parts))
