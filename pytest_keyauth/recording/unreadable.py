"""What stands in a cassette for a body that cannot be parsed, and is not kept: a secret may be in it.

Of a request its length is told, and one byte of a digest: that tells a changed one in 255 of 256 cases, and is too
little to try out secrets with. An answer of that kind cannot be played.
"""

import re
from hashlib import blake2b

from pytest_keyauth.recording.biometrics import replace_in_text, shape
from pytest_keyauth.recording.bodies import UnreadableBodyError, read_body
from pytest_keyauth.recording.exchange import Headers, header

__all__ = ["describe_answer", "describe_request", "generalize_unreadable", "why_unreadable"]

_START = "<unreadable body of "
_DESCRIPTION = re.compile(rf"{_START}\d+ bytes(?P<digest>, digest [0-9a-f]{{2}})?: (?P<why>.*)>", re.DOTALL)
_UTF_16 = ("\xff\xfe", "\xfe\xff")
_BOUNDARY = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE)

#: Identifiers and tokens that a server gives out are others in a replay; so may keystroke samples be.
_GIVEN_OUT = re.compile(
    r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|eyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*|[0-9a-f]{16,}"
    r"|[A-Za-z0-9+/_-]{40,}={0,2}",
    re.ASCII,
)


def describe_request(body: bytes, headers: Headers, why: str) -> str:
    """What stands for the body of a request."""
    try:
        text = read_body(body, headers).decode("latin-1")
    except UnreadableBodyError:
        text = body.decode("latin-1")
    boundary = _BOUNDARY.search(header(headers, "content-type"))
    if boundary is not None:  # drawn anew for each request
        text = text.replace(boundary[1].strip(), "boundary")
    if text.startswith(_UTF_16):
        text = text.replace("\0", "")
    text = _GIVEN_OUT.sub("*", replace_in_text(text, shape))
    digest = blake2b(text.encode(), digest_size=1).hexdigest()
    return f"{_START}{len(text)} bytes, digest {digest}: {why}>"


def describe_answer(body: bytes, why: str) -> str:
    """What stands for the body of an answer."""
    return f"{_START}{len(body)} bytes: {why}>"


def why_unreadable(body: str) -> str | None:
    """Why a recorded body was not kept; None where it was."""
    described = _DESCRIPTION.fullmatch(body) if body.startswith(_START) else None
    return described["why"] if described is not None else None


def generalize_unreadable(body: str, anything: str) -> str:
    """A description as it is compared: without a digest, as earlier versions wrote it, any of them fits."""
    described = _DESCRIPTION.fullmatch(body)
    return f"{_START}{anything}>" if described is not None and described["digest"] is None else body
