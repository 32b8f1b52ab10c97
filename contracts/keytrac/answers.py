"""How a contract reads an answer."""

import json
from typing import Any

import httpx


def answer(response: httpx.Response) -> tuple[int, str, Any]:
    """Status, media type without its parameters, and the parsed JSON body of `response`.

    The body is decoded as strict UTF-8, which is all that the provider sends ("handled in UTF8").
    Raises UnicodeDecodeError or json.JSONDecodeError for a body that is something else.
    """
    media_type, _, _ = response.headers.get("content-type", "").partition(";")
    return response.status_code, media_type.strip(), json.loads(response.content.decode("utf-8"))
