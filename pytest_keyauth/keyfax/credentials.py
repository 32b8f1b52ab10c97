"""What a host needs to sign its requests, checked before the first one is sent."""

import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import NoReturn, Self

from pytest_keyauth.errors import CredentialsError

__all__ = ["KeyfaxCredentials", "find_fault"]

UNSENDABLE = re.compile(r"[^ -~]|^ | $")


def find_fault(part: str) -> str | None:
    """Say why a text cannot be one part of ``Authorization: Basic a:b:c:d:e``, None if it can.

    It is said and not raised, and the text is not in it: pytest shows the arguments of the function that raises.
    """
    if not part:
        return "is missing"
    if ":" in part:
        return "holds a colon, which separates the parts of the Authorization header"
    if UNSENDABLE.search(part):
        return "holds what a header cannot carry: expected printable ASCII, with no blank or line break around it"
    return None


@dataclass(frozen=True, slots=True, eq=False)
class KeyfaxCredentials:
    """A host's name, its API key, and its signing key in base64, as createKey and resetKey deliver them.

    The keys show in no representation. They cannot be pickled either, so that they end in no cache and on no wire by
    accident.

    :raises CredentialsError: says which part is wrong and why, without showing a key.
    """

    host: str
    api_key: str = field(repr=False)
    signing_key: str = field(repr=False)

    def __post_init__(self) -> None:
        for name, part in (("host", self.host), ("API key", self.api_key)):
            if fault := find_fault(part):
                raise CredentialsError(f"the Keyfax {name} {fault}")
        if not self.signing_key:
            raise CredentialsError("the Keyfax signing key is missing")
        if not _is_base64(self.signing_key):
            raise CredentialsError("the Keyfax signing key is not base64: expected it as Keyfax delivered it")

    # Of our own, since pytest explains the generated comparison of two dataclasses by showing the fields that differ.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyfaxCredentials) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("KeyfaxCredentials are not pickled, since they hold secrets: make them where they are used")

    def _parts(self) -> tuple[str, str, str]:
        return self.host, self.api_key, self.signing_key


def _is_base64(text: str) -> bool:
    try:
        return bool(b64decode(text, validate=True))
    except ValueError:
        return False
