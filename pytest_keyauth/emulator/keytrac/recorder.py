"""The recorder script that pages load from the API's host: ``GET /keytrac.js``.

It is no operation of the API: browsers send no token with it, the document does not list it, and no journal has it.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from pytest_keyauth.emulator.message import Request, Response

__all__ = ["SCRIPT_PATH", "answer_script"]

SCRIPT_PATH = "/keytrac.js"


def answer_script(request: Request) -> Response | None:
    """Answer whoever loads the recorder; None for any other request.

    Browsers keep the script and ask each time whether it is still the same, so that nobody tests with an old one. Pages
    of any origin may load it, also with ``crossorigin`` and ``integrity``.
    """
    if request.path != SCRIPT_PATH or request.method not in {"GET", "HEAD"}:
        return None
    script, tag = _read_script()
    headers = (
        ("Content-Type", "text/javascript; charset=utf-8"),
        ("Cache-Control", "no-cache"),
        ("ETag", tag),
        ("Access-Control-Allow-Origin", "*"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("X-Content-Type-Options", "nosniff"),
    )
    if _is_known(tag, request.header("If-None-Match", case_sensitive=False)):
        return Response(304, headers[1:])
    return Response(200, headers, script)  # a server leaves the body out for HEAD


def _is_known(tag: str, known: str | None) -> bool:
    """Whether a browser has the script already, by the tags that it sends (RFC 9110, 13.1.2)."""
    tags = [text.strip().removeprefix("W/") for text in (known or "").split(",")]
    return tag in tags or "*" in tags


@cache
def _read_script() -> tuple[bytes, str]:
    """The script, and the tag that changes with it."""
    script = files(__package__).joinpath("recorder.js").read_bytes()
    return script, f'"{sha256(script).hexdigest()[:32]}"'
