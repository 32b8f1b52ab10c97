"""The emulator's password scorer behind the protocols' interface: what is measured is the code that ships."""

import numpy as np

from pytest_keyauth.emulator.keytrac.password import Vector, vectorize
from pytest_keyauth.emulator.keytrac.profile import PasswordProfile
from pytest_keyauth.emulator.keytrac.timing import Timing

from .cmu import Passwords

__all__ = ["EmulatedProfile", "to_vector"]


def to_vector(recording: Passwords) -> Vector:
    """The vector of one recording (a row of times, in seconds), in the whole milliseconds of the wire."""
    down_s = np.concatenate([[0.0], np.cumsum(recording[1::3])])
    downs_ms = np.rint(1000 * down_s).astype(int).tolist()
    ups_ms = np.rint(1000 * (down_s + recording[0::3])).astype(int).tolist()
    keys = [f"I{position}" for position in range(len(downs_ms))]
    dwells_ms = [up_ms - down_ms for up_ms, down_ms in zip(ups_ms, downs_ms, strict=True)]
    return vectorize(Timing(list(zip(keys, downs_ms, strict=True)), list(zip(keys, dwells_ms, strict=True))))


class EmulatedProfile:
    """A person enrolled in the emulator; calling the class enrols."""

    def __init__(self, recordings: Passwords) -> None:
        """Enrol with recordings, the oldest first."""
        vectors = [to_vector(recording) for recording in recordings]
        self.profile = PasswordProfile.enrol((len(vectors[0]) + 2) // 3, vectors)

    def score(self, recording: Passwords) -> float:
        """What the emulator would say of one recording."""
        return self.profile.score([to_vector(recording)])

    def adapt(self, recording: Passwords) -> None:
        """Do as the emulator does with an accepted recording."""
        self.profile.adapt([to_vector(recording)])
