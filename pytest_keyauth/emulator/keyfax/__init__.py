"""The Keyfax emulator, in the same few files as any provider: emulator, operations, authorization, store, startup."""

from pytest_keyauth.emulator.keyfax.configuration import HostDefinition, KeyfaxSettings, read_configuration
from pytest_keyauth.emulator.keyfax.emulator import KeyfaxEmulator
from pytest_keyauth.emulator.keyfax.keys import KeyPair
from pytest_keyauth.emulator.keyfax.outbox import Courier, Delivery
from pytest_keyauth.emulator.keyfax.signature import HmacSha256Scheme, SignatureScheme, SignedMessage

__all__ = [
    "Courier",
    "Delivery",
    "HmacSha256Scheme",
    "HostDefinition",
    "KeyPair",
    "KeyfaxEmulator",
    "KeyfaxSettings",
    "SignatureScheme",
    "SignedMessage",
    "read_configuration",
]
