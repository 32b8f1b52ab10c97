"""How a contract reads an answer: the body may be JSON, XML, or nothing."""

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import httpx


def media_type(response: httpx.Response) -> str:
    """The media type without its parameters; empty where the answer names none."""
    name, _, _ = response.headers.get("content-type", "").partition(";")
    return str(name).strip()


def answer(response: httpx.Response) -> tuple[int, str, Any]:
    """Status, media type, and the body: parsed JSON, an element of XML, None for no body.

    Raises json.JSONDecodeError or ElementTree.ParseError for a body that is not what its media type says.
    """
    return response.status_code, media_type(response), _body(response)


def _body(response: httpx.Response) -> Any:
    if not response.content:
        return None
    if media_type(response) in ("application/xml", "text/xml"):
        return ElementTree.fromstring(response.content)  # noqa: S314  # of the provider that is tested, not of a stranger
    return json.loads(response.content.decode("utf-8"))


def explanation(response: httpx.Response) -> str:
    """The words of an answer, unescaped: the document promises "further information … within the response body".

    Of JSON all its texts, of anything else the body as it is. Empty where nothing is said.
    """
    try:
        return "\n".join(_texts(json.loads(response.content.decode("utf-8")))).strip()
    except ValueError:
        return response.text.strip()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def shows(response: httpx.Response, secret: str) -> bool:
    """Whether a secret stands anywhere in an answer: its headers, its body, or a text of its body, unescaped."""
    headers = "\n".join(response.headers.values())
    return any(secret in place for place in (headers, response.text, explanation(response)))
