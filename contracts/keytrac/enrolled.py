"""A user with a stored profile, and the question whether that profile accepts somebody."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx

from pytest_keyauth import MaskedSamples, Samples

S = TypeVar("S", Samples, MaskedSamples)


@dataclass(frozen=True)
class EnrolledUser(Generic[S]):
    """A user who was enrolled for `method` with samples of one typist.

    `genuine` makes further samples of that typist, `impostor` samples of another one; both are of the
    kind (masked or not) that `method` wants.
    """

    keytrac: httpx.Client
    method: str
    identifier: str
    genuine: S
    impostor: S

    def accepts(self, samples: list[str]) -> bool:
        """Whether the stored profile is there, can be used, and takes `samples` for its owner's."""
        attempt = {"user_id": self.identifier, "samples": samples}
        response = self.keytrac.post(f"/{self.method}/authenticate", json=attempt)
        return response.is_success and response.json()["authenticated"] is True


AnytextUser = EnrolledUser[Samples]
PasswordUser = EnrolledUser[MaskedSamples]
