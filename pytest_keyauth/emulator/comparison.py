"""How secrets are compared: in a time that does not tell how much of a guess was right."""

from hmac import compare_digest

__all__ = ["is_same"]


def is_same(expected: str, given: str) -> bool:
    """Whether a secret is the right one, be it a token, a key or a signature."""
    return compare_digest(expected.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass"))
