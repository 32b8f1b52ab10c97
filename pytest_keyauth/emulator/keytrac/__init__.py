"""The KeyTrac emulator, in the same few files as any provider: emulator, operations, submission, store, account."""

from pytest_keyauth.emulator.keytrac.account import Account, AccountSettings
from pytest_keyauth.emulator.keytrac.emulator import KeytracEmulator

__all__ = ["Account", "AccountSettings", "KeytracEmulator"]
