"""KeyTrac is fuzzed: ``fuzz/keytrac::stateful``."""

import pytest

from pytest_keyauth.control import KeytracControl
from pytest_keyauth.fuzzing.campaign import Fuzz
from pytest_keyauth.fuzzing.customers import KeytracCustomer
from pytest_keyauth.keystrokes.samples import Samples
from pytest_keyauth.targets.keytrac import KeytracTarget


@pytest.fixture
def customer(_keytrac_target: KeytracTarget, keytrac_emulator: KeytracControl, samples: Samples) -> KeytracCustomer:
    """The account that sends: the test's own, since fuzzing deletes what it finds there."""
    return KeytracCustomer(_keytrac_target.reach, keytrac_emulator, samples)


def examples(_keyauth_fuzz: Fuzz, customer: KeytracCustomer) -> None:
    """The examples of the document."""
    _keyauth_fuzz("examples", customer)


def coverage(_keyauth_fuzz: Fuzz, customer: KeytracCustomer) -> None:
    """Each keyword of each schema, kept and broken; missing and undocumented parts; other methods."""
    _keyauth_fuzz("coverage", customer)


def fuzzing(_keyauth_fuzz: Fuzz, customer: KeytracCustomer) -> None:
    """Whatever the schemas allow and forbid, an operation by itself."""
    _keyauth_fuzz("fuzzing", customer)


def stateful(_keyauth_fuzz: Fuzz, customer: KeytracCustomer) -> None:
    """One operation after another, by the links of the document."""
    _keyauth_fuzz("stateful", customer)
