"""A pytest plugin for software that talks to KeyTrac or Keyfax: emulators, clients, keystroke samples, contracts."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: What ``pytest -p pytest_keyauth`` and the entry point load.
pytest_plugins = ["pytest_keyauth.plugin"]

if TYPE_CHECKING:
    from pytest_keyauth.control import KeyfaxControl, KeyfaxKeys, KeytracControl
    from pytest_keyauth.emulator.keyfax import KeyfaxEmulator
    from pytest_keyauth.emulator.keytrac import KeytracEmulator
    from pytest_keyauth.errors import KeyauthError
    from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxBearer, KeyfaxCredentials, KeyfaxToken
    from pytest_keyauth.keystrokes.samples import MaskedSamples, Samples
    from pytest_keyauth.keystrokes.typist import Typist
    from pytest_keyauth.keytrac import KeytracToken
    from pytest_keyauth.network.chromium import chromium_arguments

_HOMES = {
    "KeyauthError": "pytest_keyauth.errors",
    "KeyfaxBasic": "pytest_keyauth.keyfax",
    "KeyfaxBearer": "pytest_keyauth.keyfax",
    "KeyfaxControl": "pytest_keyauth.control",
    "KeyfaxCredentials": "pytest_keyauth.keyfax",
    "KeyfaxEmulator": "pytest_keyauth.emulator.keyfax",
    "KeyfaxKeys": "pytest_keyauth.control",
    "KeyfaxToken": "pytest_keyauth.keyfax",
    "KeytracControl": "pytest_keyauth.control",
    "KeytracEmulator": "pytest_keyauth.emulator.keytrac",
    "KeytracToken": "pytest_keyauth.keytrac",
    "MaskedSamples": "pytest_keyauth.keystrokes.samples",
    "Samples": "pytest_keyauth.keystrokes.samples",
    "Typist": "pytest_keyauth.keystrokes.typist",
    "chromium_arguments": "pytest_keyauth.network.chromium",
}

__all__ = [
    "KeyauthError",
    "KeyfaxBasic",
    "KeyfaxBearer",
    "KeyfaxControl",
    "KeyfaxCredentials",
    "KeyfaxEmulator",
    "KeyfaxKeys",
    "KeyfaxToken",
    "KeytracControl",
    "KeytracEmulator",
    "KeytracToken",
    "MaskedSamples",
    "Samples",
    "Typist",
    "__version__",
    "chromium_arguments",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: loading the plugin must cost its user next to nothing.

    For the same reason there is no ``__dir__`` that tells these names: pytest looks at everything that ``dir`` of a
    plugin names, so that each run would import it all.
    """
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
