"""What tests are marked with: the outcomes that they are for, or are answered with; and whether they are recorded."""

from collections.abc import Iterable, Sequence
from itertools import combinations

import pytest

from pytest_keyauth.errors import UnknownOutcomeError

__all__ = ["CASSETTE", "NETWORK", "OUTCOME", "OUTCOMES", "REPLAY", "check_markers", "check_recorders", "named_outcomes"]

OUTCOME = "keyauth_outcome"
OUTCOMES = "keyauth_outcomes"
REPLAY = "keyauth_replay"
CASSETTE = "keyauth_cassette"
NETWORK = "keyauth_network"


def named_outcomes(item: pytest.Item, marker: str) -> list[str]:
    """The outcomes that a test's markers name; an empty name stands for a marker that names none."""
    marks = item.iter_markers(marker)
    return [str(name) for mark in marks for name in (*mark.args, *mark.kwargs.values()) or ("",)]


def check_markers(items: Sequence[pytest.Item], marker: str, providers: Iterable[str]) -> None:
    """Refuse markers that name no documented outcome: all offenders in one error.

    :raises pytest.UsageError: names each test with its wrong outcome, and the nearest right ones.
    """
    claims = [(item, name) for item in items for name in named_outcomes(item, marker)]
    if not claims:
        return
    from pytest_keyauth.outcomes import find_outcome, load_catalogue

    catalogues = [load_catalogue(provider) for provider in providers]
    known = {outcome.name for catalogue in catalogues for outcome in catalogue}
    offenders = []
    for item, name in claims:
        if not name:
            offenders.append(f'{item.nodeid}: the marker names none, expected {marker}("operation/status/name")')
        elif name not in known:
            try:
                find_outcome(name, catalogues)
            except UnknownOutcomeError as error:
                offenders.append(f"{item.nodeid}: {error}")
    if offenders:
        raise pytest.UsageError("\n".join([f"the marker {marker} names outcomes that are not documented:", *offenders]))


def check_recorders(items: Sequence[pytest.Item]) -> None:
    """Refuse tests with two of vcrpy's marker and ours, which record or answer the same requests.

    Of two only the one that begins last is asked, and what vcrpy would write is not redacted.

    :raises pytest.UsageError: names each of them.
    """
    pairs = combinations(("vcr", CASSETTE, REPLAY), 2)
    offenders = [
        f"{item.nodeid}: {one} and {other}"
        for one, other in pairs
        for item in items
        if item.get_closest_marker(one) is not None and item.get_closest_marker(other) is not None
    ]
    if offenders:
        reason = "tests are marked for two recorders, of which one would see nothing; leave one of the markers out:"
        raise pytest.UsageError("\n".join([reason, *offenders]))
