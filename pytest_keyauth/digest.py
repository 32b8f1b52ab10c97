"""What a test says, as a short digest: a cassette that was recorded from another text of the test is stale."""

import ast
from functools import cache
from hashlib import sha256
from pathlib import Path

__all__ = ["digest_test"]

LENGTH = 12


def digest_test(path: Path, name: str) -> str | None:
    """The digest of a test function: its own lines, and those of its module that belong to no other test.

    :param name: the function's, or the class's where it is a method. None where there is no such text.
    """
    try:
        statements = _statements(path.read_text(encoding="utf-8-sig"))
    except (OSError, SyntaxError, ValueError):
        return None
    relevant = [text for other, text in statements if other == name or not other.lower().startswith("test")]
    return sha256("\n".join(relevant).encode()).hexdigest()[:LENGTH]


@cache
def _statements(source: str) -> tuple[tuple[str, str], ...]:
    """The statements of a module as (name, lines); the name is empty for what is neither function nor class."""
    lines = source.split("\n")  # as the parser counts: not at a form feed, nor at U+2028 in a text
    return tuple((getattr(node, "name", ""), _text(node, lines)) for node in ast.parse(source).body)


def _text(node: ast.stmt, lines: list[str]) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(line.rstrip() for line in lines[first - 1 : node.end_lineno])
