"""One admitted request, with all that an operation may need to answer it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from pytest_keyauth.emulator.keyfax.configuration import HostDefinition, KeyfaxSettings
from pytest_keyauth.emulator.keyfax.keys import KeyPair
from pytest_keyauth.emulator.keyfax.outbox import Outbox
from pytest_keyauth.emulator.keyfax.store import Store
from pytest_keyauth.emulator.message import Request

__all__ = ["Call"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request: with which keys it was made (nobody's where without), when, and what it works on.

    ``root`` is the path that the application is mounted at.
    """

    request: Request
    caller: KeyPair
    now: datetime
    store: Store
    settings: KeyfaxSettings
    hosts: Mapping[str, HostDefinition]
    outbox: Outbox
    random: Random
    root: str
