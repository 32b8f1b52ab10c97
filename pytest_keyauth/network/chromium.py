"""What Chromium is started with, so that its pages find the emulators: it reads neither hosts nor trust from elsewhere.

The names and certificates of this run are in one variable of the environment, so that whoever starts a browser has
them, in this process or a child, in any language: ``KEYAUTH_CHROMIUM_ARGUMENTS``, one argument a line.
"""

import os
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from pytest_keyauth.errors import KeyauthUsageError

__all__ = ["ARGUMENTS", "chromium_arguments", "describe_chromium"]

ARGUMENTS = "KEYAUTH_CHROMIUM_ARGUMENTS"

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def chromium_arguments() -> list[str]:
    """The arguments with which Chromium, while a test has ``keyauth_network``, takes the emulators for the providers.

    They are good for that test: start the browser in it, with ``playwright.chromium.launch(args=chromium_arguments())``
    or whatever starts yours. Only this run's certificates are trusted beside the usual ones.

    :raises KeyauthUsageError: outside of ``keyauth_network``, where nothing stands in for the providers.
    """
    lines = os.environ.get(ARGUMENTS)
    if not lines:
        raise KeyauthUsageError(
            "there are no arguments for Chromium: expected a test that uses keyauth_network, with the emulators as its "
            "target; ask for that fixture before you start the browser"
        )
    return lines.split("\n")


def describe_chromium(names: Iterable[str], port: int, certificates: Iterable[bytes]) -> dict[str, str]:
    """The variable that has the arguments.

    :param names: the hosts that are diverted, and services of this machine as ``localhost`` and port.
    :param port: the server's, on this machine.
    :param certificates: those that the server shows for these hosts, in PEM.
    """
    rules = [f"MAP {place} 127.0.0.1:{port}" for name in sorted(names) for place in _spellings(name)]
    digests = [_digest(certificate) for certificate in certificates]
    lines = [
        f"--host-resolver-rules={','.join(rules)}",
        f"--ignore-certificate-errors-spki-list={','.join(digests)}",  # takes these public keys, and no other errors
    ]
    return {ARGUMENTS: "\n".join(lines)}


def _spellings(name: str) -> list[str]:
    """How the address of a service may be written: this machine has more than one name."""
    host, colon, port = name.rpartition(":")
    return [f"{place}:{port}" for place in _LOOPBACK] if colon and host == "localhost" else [name]


def _digest(certificate: bytes) -> str:
    """How Chromium names a certificate's public key: base64 of the SHA-256 of its SubjectPublicKeyInfo."""
    public_key = load_pem_x509_certificate(certificate).public_key()
    return b64encode(sha256(public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()
