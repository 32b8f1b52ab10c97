"""Keyfax is fuzzed: ``fuzz/keyfax::stateful``."""

import pytest

from pytest_keyauth.control import KeyfaxControl
from pytest_keyauth.fuzzing.campaign import Fuzz
from pytest_keyauth.fuzzing.customers import KeyfaxCustomer
from pytest_keyauth.targets.keyfax import KeyfaxTarget


@pytest.fixture
def customer(_keyfax_target: KeyfaxTarget, keyfax_emulator: KeyfaxControl) -> KeyfaxCustomer:
    """The host that sends: the test's own, since fuzzing deletes its keys."""
    return KeyfaxCustomer(_keyfax_target.reach, keyfax_emulator)


def examples(_keyauth_fuzz: Fuzz, customer: KeyfaxCustomer) -> None:
    """The examples of the document."""
    _keyauth_fuzz("examples", customer)


def coverage(_keyauth_fuzz: Fuzz, customer: KeyfaxCustomer) -> None:
    """Each keyword of each schema, kept and broken; missing and undocumented parts; other methods."""
    _keyauth_fuzz("coverage", customer)


def fuzzing(_keyauth_fuzz: Fuzz, customer: KeyfaxCustomer) -> None:
    """Whatever the schemas allow and forbid, an operation by itself."""
    _keyauth_fuzz("fuzzing", customer)


def stateful(_keyauth_fuzz: Fuzz, customer: KeyfaxCustomer) -> None:
    """One operation after another, by the links of the document."""
    _keyauth_fuzz("stateful", customer)
