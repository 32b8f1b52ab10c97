"""Whether an operation was called as a test expects, and how the calls that there were differ."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_keyauth.emulator.journal import Exchange
from pytest_keyauth.emulator.masking import mask

__all__ = ["Expectation", "explain"]

#: So many calls are shown, and so many characters of a value.
SHOWN_CALLS, SHOWN_CHARACTERS = 5, 60


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a test expects of the calls of an operation; what is None is not looked at."""

    operation: str
    times: int | None = None
    json: Any = None
    status: int | None = None
    outcome: str | None = None

    def is_met_by(self, number: int) -> bool:
        """Whether so many fitting calls are as many as expected."""
        return number > 0 if self.times is None else number == self.times

    def differences(self, call: Exchange) -> list[str]:
        """What is not as expected in a call, a line each."""
        found = [] if self.json is None else list(_compare(self.json, call.json, ""))
        if self.status is not None and call.status != self.status:
            found.append(f"status: expected {self.status}, answered {call.status}")
        if self.outcome is not None and call.outcome != self.outcome:
            found.append(f"outcome: expected {self.outcome}, answered {call.outcome or 'none that is documented'}")
        return found

    def __str__(self) -> str:
        often = {None: "to be called", 0: "not to be called", 1: "to be called once"}
        parts = [self.operation, often.get(self.times, f"to be called {self.times} times")]
        if self.json is not None:
            parts.append(f"with {_show(self.json)}")
        if self.status is not None:
            parts.append(f"with status {self.status}")
        if self.outcome is not None:
            parts.append(f"with outcome {self.outcome}")
        return " ".join(parts)


def _compare(expected: Any, sent: Any, pointer: str) -> Iterator[str]:
    """Of an object, the members that are expected; of an array all items."""
    if isinstance(expected, dict) and isinstance(sent, dict):
        for name, value in expected.items():
            if name in sent:
                yield from _compare(value, sent[name], f"{pointer}/{name}")
            else:
                yield f"json {pointer}/{name}: expected {_show_member(name, value)}, sent nothing of that name"
    elif isinstance(expected, list) and isinstance(sent, list) and len(expected) == len(sent):
        for index, (item, value) in enumerate(zip(expected, sent, strict=True)):
            yield from _compare(item, value, f"{pointer}/{index}")
    elif expected != sent:
        name = pointer.rpartition("/")[2]
        yield f"json {pointer or '/'}: expected {_show_member(name, expected)}, sent {_show_member(name, sent)}"


def _show_member(name: str, value: Any) -> str:
    return _show(mask({name: value})[name])


def _show(value: Any) -> str:
    """A value as JSON where it is some (``ANY`` of unittest.mock is none), without secrets and not too long."""
    try:
        text = json.dumps(mask(value), ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}… ({len(text)} characters)"


def explain(expectation: Expectation, calls: Sequence[Exchange], others: Sequence[Exchange]) -> str:
    """Say what was expected and what there was: the calls that come nearest first."""
    fitting = sum(not expectation.differences(call) for call in calls)
    lines = [f"expected {expectation}; it was called {_times(len(calls))}, and so {_times(fitting)}"]
    differing = [(number, call, expectation.differences(call)) for number, call in enumerate(calls, 1)]
    differing.sort(key=lambda item: len(item[2]))
    for number, call, differences in differing[:SHOWN_CALLS]:
        outcome = f" ({call.outcome})" if call.outcome else ""
        lines.append(f"  call {number}: {call.request.method} {call.request.path} -> {call.status}{outcome}")
        lines.extend(f"    {line}" for line in differences)
    if len(calls) > SHOWN_CALLS:
        lines.append(f"  and {len(calls) - SHOWN_CALLS} more")
    names = Counter(call.operation or f"{call.request.method} {call.request.path}" for call in others)
    said = ", ".join(f"{name} {_times(number)}" for name, number in names.items())
    lines.append(f"  other calls: {said or 'none'}")
    return "\n".join(lines)


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")
