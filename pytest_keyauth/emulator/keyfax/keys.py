"""The keys of a host: a public API key, a signing key that is a secret, and how long a pair of them lives.

A host has any number of pairs, oldest first. The first one is in use; those after it were made by resets and wait. All
of them work, until one that waits is used for the first time: then the older ones die.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from random import Random

__all__ = ["NOBODY", "DamagedKey", "KeyPair", "make_key_pair", "surviving"]

SIGNING_KEY_BYTES = 32


class DamagedKey(Exception):
    """A stored signing key cannot be read."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An API key (32 hex characters) and a signing key (base64 of 32 bytes; both forms are assumed) of a host."""

    host: str
    api_key: str = field(repr=False)
    signing_key: str = field(repr=False)

    def secret(self) -> bytes:
        """Decode the signing key.

        :raises DamagedKey: where it is not what was stored.
        """
        try:
            return b64decode(self.signing_key, validate=True)
        except ValueError:
            raise DamagedKey(self.host) from None

    def damaged(self) -> "KeyPair":
        """Return the pair with a signing key that cannot be decoded."""
        return replace(self, signing_key=f"!{self.signing_key[1:]}")

    def result(self) -> dict[str, str]:
        """The provider's ``KeyResult`` as JSON members: it is what a web hook gets."""
        return {"hostName": self.host, "apiKey": self.api_key, "signingKey": self.signing_key}


#: Whoever has no keys. It stands in where a pair is looked for and not found, so that the same work is done for all;
#: no header can name it, since a colon separates the parts there.
NOBODY = KeyPair(":", ":", b64encode(bytes(SIGNING_KEY_BYTES)).decode())


def make_key_pair(host: str, random: Random) -> KeyPair:
    """Make a new pair for a host."""
    signing_key = b64encode(random.randbytes(SIGNING_KEY_BYTES)).decode()
    return KeyPair(host, f"{random.getrandbits(128):032x}", signing_key)


def surviving(pairs: tuple[KeyPair, ...], used: KeyPair) -> tuple[KeyPair, ...]:
    """Tell which pairs of a host live on after one was used: that one, and those that were made later."""
    return pairs[pairs.index(used) :] if used in pairs else pairs
