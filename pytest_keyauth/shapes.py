"""What a documented body and an actual one differ in, place by place, as the OpenAPI documents' extensions say."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Difference", "Shape"]

Kind = Literal["missing", "added", "type", "value", "length"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which an actual body is not the documented one.

    ``pointer``: the place as a JSON pointer (RFC 6901), empty for the whole body. ``kind``: a member is ``missing`` or
    was ``added``, a ``type`` or a ``value`` is another, an array has another ``length``. ``allowed``: the document
    leaves it open. Values may be secrets.
    """

    pointer: str
    kind: Kind
    expected: Any = field(default=None, repr=False)
    actual: Any = field(default=None, repr=False)
    allowed: bool = False


class Shape:
    """A documented body with what may vary, be missing, be added, and what its placeholders stand for.

    :param example: an example of the OpenAPI document: its ``value``, and the extensions around it.
    """

    def __init__(self, example: Mapping[str, Any]) -> None:
        self._value = example["value"]
        self._varies = _any_of(example.get("x-keyauth-varies", ()))
        self._optional = _any_of(example.get("x-keyauth-optional", ()))
        self._open = _any_of(example.get("x-keyauth-open", ()))
        self._any_length = _any_of(
            pointer[: pointer.index("/*")] for pointer in example.get("x-keyauth-varies", ()) if "/*" in pointer
        )
        self._placeholders: Mapping[str, str] = example.get("x-keyauth-placeholders", {})
        self._texts: dict[str, re.Pattern[str]] = {}  # those that were compared so far

    def fits(self, actual: Any) -> bool:
        """Whether a body is the documented one, but for what is left open."""
        return all(difference.allowed for difference in self.differences(actual))

    def differences(self, actual: Any) -> Iterator[Difference]:
        """What is not as documented, in the order of the document."""
        return self._compare(self._value, actual, "", "")

    def _compare(self, expected: Any, actual: Any, pointer: str, documented: str) -> Iterator[Difference]:
        """Compare at a place of the actual body, which in the document may have another index."""
        if type(expected) is not type(actual):
            yield Difference(pointer, "type", expected, actual)
        elif isinstance(expected, dict):
            yield from self._compare_objects(expected, actual, pointer, documented)
        elif isinstance(expected, list):
            yield from self._compare_arrays(expected, actual, pointer, documented)
        elif not self._varies(documented) and not self._is_same(expected, actual):
            yield Difference(pointer, "value", expected, actual)

    def _compare_objects(
        self, expected: dict[str, Any], actual: dict[str, Any], pointer: str, documented: str
    ) -> Iterator[Difference]:
        for key, value in expected.items():
            below, there = f"{pointer}/{_escape(key)}", f"{documented}/{key}"
            if key in actual:
                yield from self._compare(value, actual[key], below, there)
            else:
                yield Difference(below, "missing", value, allowed=bool(self._optional(there)))
        for key, value in actual.items():
            if key not in expected:
                allowed = bool(self._open(documented))
                yield Difference(f"{pointer}/{_escape(key)}", "added", actual=value, allowed=allowed)

    def _compare_arrays(
        self, expected: list[Any], actual: list[Any], pointer: str, documented: str
    ) -> Iterator[Difference]:
        if self._any_length(documented):
            for index, value in enumerate(actual):
                yield from self._nearest(expected, value, f"{pointer}/{index}", f"{documented}/0")
            return
        if len(expected) != len(actual):
            yield Difference(pointer, "length", expected, actual)
        for index, (item, value) in enumerate(zip(expected, actual, strict=False)):
            yield from self._compare(item, value, f"{pointer}/{index}", f"{documented}/{index}")

    def _nearest(self, expected: list[Any], value: Any, pointer: str, documented: str) -> list[Difference]:
        """What an item differs in from the documented one that it is most like."""
        least: list[Difference] | None = None
        for item in expected:
            found = list(self._compare(item, value, pointer, documented))
            if least is None or _weight(found) < _weight(least):
                least = found
            if not found:
                break
        return least or []

    def _is_same(self, expected: Any, actual: Any) -> bool:
        if isinstance(expected, str) and self._placeholders:
            pattern = self._texts.get(expected)
            if pattern is None:
                pattern = self._texts[expected] = self._text_pattern(expected)
            return pattern.fullmatch(actual) is not None
        return bool(expected == actual)

    def _text_pattern(self, expected: str) -> re.Pattern[str]:
        pattern = re.escape(expected)
        for literal, expression in self._placeholders.items():
            pattern = pattern.replace(re.escape(literal), expression, 1)
        return re.compile(pattern)


def _weight(differences: Sequence[Difference]) -> tuple[int, int]:
    return sum(not difference.allowed for difference in differences), len(differences)


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _any_of(pointers: Iterable[str]) -> Callable[[str], object]:
    """A predicate that tells whether a JSON pointer is one of these, where ``*`` is any index or key."""
    alternatives = [re.escape(pointer).replace(r"\*", "[^/]+") for pointer in pointers]
    if not alternatives:
        return lambda _pointer: False
    return re.compile("|".join(alternatives)).fullmatch
