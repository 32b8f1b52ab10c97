"""What is shown of bodies that may hold secrets."""

import json
from typing import Any

__all__ = ["MASK", "mask", "mask_body"]

#: What is left of a secret.
MASK = "…"

#: Members of a JSON object, in lower case, whose values are secrets whatever they are.
_SECRET_MEMBERS = frozenset({"apikey", "signingkey", "token", "password", "startupxml", "launchurl"})


def mask(value: Any) -> Any:
    """A JSON value with the secrets in it masked."""
    if isinstance(value, dict):
        return {key: MASK if str(key).lower() in _SECRET_MEMBERS else mask(item) for key, item in value.items()}
    return [mask(item) for item in value] if isinstance(value, list) else value


def mask_body(body: bytes) -> str:
    """A JSON body with the secrets in it masked. What cannot be looked through is not shown."""
    try:
        value = json.loads(body.decode())
    except (ValueError, RecursionError):
        return f"({len(body)} bytes that are no JSON)" if body else ""
    return json.dumps(mask(value), ensure_ascii=False)
