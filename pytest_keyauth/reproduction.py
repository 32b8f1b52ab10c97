"""A request as a command that anybody can run who has the credentials."""

import json
from contextlib import suppress
from shlex import quote

from pytest_keyauth.recording.addresses import CANONICAL
from pytest_keyauth.recording.exchange import RecordedRequest

__all__ = ["write_curl"]

#: By provider, the variable that says where it is.
_PLACES = {"keytrac": "KEYAUTH_KEYTRAC_URL", "keyfax": "KEYAUTH_KEYFAX_URL"}
_TOKEN = "$KEYAUTH_KEYTRAC_TOKEN"  # noqa: S105  # the name of a variable

#: Headers that curl sends by itself, or that say how httpx sends.
_LEFT_OUT = frozenset({"host", "connection", "content-length", "accept-encoding", "user-agent"})

#: Bodies are for people to read: a long one is cut, and the command says so.
LONGEST_BODY = 1_500


def write_curl(provider: str, request: RecordedRequest) -> str:
    """Write a redacted request as a curl command: variables of the environment and placeholders stand for secrets.

    A Keyfax signature counts once, so that ``<signature>`` has to be made anew.
    """
    url = request.url.replace(CANONICAL[provider], f"${_PLACES[provider]}", 1)
    parts = [f"curl -X {request.method}"]
    parts += [f'-H "{_write_header(name, value)}"' for name, value in request.headers if name.lower() not in _LEFT_OUT]
    if request.body:
        parts.append(f"-d {quote(_cut(request.body))}")
    return " \\\n  ".join([*parts, f'"{_escape(url)}"'])


def _write_header(name: str, value: str) -> str:
    if name.lower() == "authorization" and value == "<token:1>":
        return f"{name}: {_TOKEN}"
    return f"{name}: {_escape(value, dollar=True)}"


def _escape(text: str, *, dollar: bool = False) -> str:
    """Within double quotes of a shell."""
    for character in ("\\", '"', "`", *(("$",) if dollar else ())):
        text = text.replace(character, f"\\{character}")
    return text


def _cut(body: str) -> str:
    with suppress(ValueError):
        body = json.dumps(json.loads(body), ensure_ascii=False)
    return body if len(body) <= LONGEST_BODY else f"{body[:LONGEST_BODY]}… (cut)"
