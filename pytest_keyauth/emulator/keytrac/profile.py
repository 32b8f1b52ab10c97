"""Stored profiles: compact, versioned bytes, so that a damaged one is really damaged.

``KTP``, a version, the method, a CRC-32 of the rest, and the rest. Bytes that are cut short or flipped fail to load
with :class:`DamagedProfile`; a profile that loads can still hold numbers that nobody can compute with.

A profile follows its person, about :data:`ADAPTATION_WINDOW` accepted recordings deep: people grow faster, and a
profile that does not follow them soon refuses its own user.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean
from typing import ClassVar
from zlib import crc32

from pytest_keyauth.emulator.keytrac.anytext import AnytextStatistics, Rhythm, compare_anytext
from pytest_keyauth.emulator.keytrac.password import Vector, compare_password

__all__ = ["AnytextProfile", "DamagedProfile", "PasswordProfile", "distort"]

ADAPTATION_WINDOW = 15

_MAGIC = b"KTP"
_VERSION = 2
_HEADER = struct.Struct(">3sBcI")
_ANYTEXT_SIZES = struct.Struct(">III")  # dwell slots, interval slots, bytes of slot names
_SLOT_SUMS = struct.Struct(">3d")
_PASSWORD_SIZES = struct.Struct(">II")  # keys, vectors


class DamagedProfile(Exception):
    """The stored bytes are not a profile, or no longer one."""


def _seal(method: bytes, payload: bytes) -> bytes:
    return _HEADER.pack(_MAGIC, _VERSION, method, crc32(payload)) + payload


def _open(method: bytes, stored: bytes) -> bytes:
    if len(stored) < _HEADER.size:
        raise DamagedProfile(f"{len(stored)} bytes, shorter than the header of {_HEADER.size}")
    magic, version, stored_method, checksum = _HEADER.unpack_from(stored)
    if (magic, version, stored_method) != (_MAGIC, _VERSION, method):
        raise DamagedProfile(f"header {stored[:5]!r}, expected {_MAGIC + bytes([_VERSION]) + method!r}")
    payload = stored[_HEADER.size :]
    if crc32(payload) != checksum:
        raise DamagedProfile("the checksum does not fit the bytes")
    return payload


@dataclass(slots=True)
class AnytextProfile:
    """One person's rhythm in free text, as running sums; nothing that was typed can be read from it."""

    statistics: AnytextStatistics

    @classmethod
    def enrol(cls, rhythms: Sequence[Rhythm]) -> "AnytextProfile":
        """Learn a new profile."""
        statistics = AnytextStatistics()
        for rhythm in rhythms:
            statistics.add(rhythm)
        return cls(statistics)

    @classmethod
    def deserialize(cls, stored: bytes) -> "AnytextProfile":
        """Load stored bytes.

        :raises DamagedProfile: where they are not such a profile.
        """
        payload = _open(b"a", stored)
        dwell_count, _interval_count, names_size = _ANYTEXT_SIZES.unpack_from(payload)
        names_end = _ANYTEXT_SIZES.size + names_size
        names = payload[_ANYTEXT_SIZES.size : names_end].decode().split("\n")
        sums = list(zip(names, _SLOT_SUMS.iter_unpack(payload[names_end:]), strict=True))
        statistics = AnytextStatistics()
        statistics.dwell.slots = dict(sums[:dwell_count])
        statistics.interval.slots = dict(sums[dwell_count:])
        return cls(statistics)

    def serialize(self) -> bytes:
        """Render the profile as bytes."""
        dwell, interval = self.statistics.dwell.slots, self.statistics.interval.slots
        names = "\n".join([*dwell, *interval]).encode()
        numbers = [*chain.from_iterable(dwell.values()), *chain.from_iterable(interval.values())]
        sizes = _ANYTEXT_SIZES.pack(len(dwell), len(interval), len(names))
        return _seal(b"a", sizes + names + struct.pack(f">{len(numbers)}d", *numbers))

    def score(self, rhythms: Sequence[Rhythm]) -> float:
        """Score recordings against this profile, 0 to 100.

        :raises ValueError, ArithmeticError: where the numbers cannot be computed with.
        """
        return compare_anytext(self.statistics, rhythms)

    def adapt(self, rhythms: Sequence[Rhythm]) -> None:
        """Take accepted recordings in, and let older ones fade."""
        for rhythm in rhythms:
            self.statistics.fade(1.0 - 1.0 / ADAPTATION_WINDOW)
            self.statistics.add(rhythm)


@dataclass(slots=True)
class PasswordProfile:
    """One person's rhythm in one password: the vectors of the last :attr:`WINDOW` recordings, the most recent last.

    Of the password there is nothing in it but its length. Enrolled recordings leave the window as accepted ones come
    in: a person who has learned a password types it otherwise than at first, and only somebody else is still like that.
    """

    WINDOW: ClassVar[int] = 15

    length: int
    vectors: list[Vector]

    @classmethod
    def enrol(cls, length: int, vectors: Sequence[Vector]) -> "PasswordProfile":
        """Learn a new profile of a password of ``length`` keys, from recordings of which the oldest comes first."""
        return cls(length, list(vectors[-cls.WINDOW :]))

    @classmethod
    def deserialize(cls, stored: bytes) -> "PasswordProfile":
        """Load stored bytes.

        :raises DamagedProfile: where they are not such a profile.
        """
        payload = _open(b"p", stored)
        length, count = _PASSWORD_SIZES.unpack_from(payload)
        vector = struct.Struct(f">{3 * length - 2}f")
        vectors = list(vector.iter_unpack(payload[_PASSWORD_SIZES.size :]))
        if len(vectors) != count:
            raise DamagedProfile(f"{len(vectors)} vectors, expected {count}")
        return cls(length, vectors)

    def serialize(self) -> bytes:
        """Render the profile as bytes; seven digits of each time are kept, more than a clock of milliseconds tells."""
        vector = struct.Struct(f">{3 * self.length - 2}f")
        sizes = _PASSWORD_SIZES.pack(self.length, len(self.vectors))
        return _seal(b"p", sizes + b"".join([vector.pack(*values) for values in self.vectors]))

    def score(self, vectors: Sequence[Vector]) -> float:
        """Score recordings against this profile, 0 to 100: the mean of their scores.

        :raises ValueError, ArithmeticError: where the numbers cannot be computed with.
        """
        return fmean([compare_password(self.vectors, vector) for vector in vectors])

    def adapt(self, vectors: Sequence[Vector]) -> None:
        """Take accepted recordings in; the oldest fall out of the window."""
        self.vectors = [*self.vectors, *vectors][-self.WINDOW :]


NOT_A_NUMBER = float("nan")


def distort(stored: bytes) -> bytes:
    """Return a profile that loads and cannot be computed with: its numbers are not numbers, its checksum is right."""
    if stored[4:5] == b"p":
        password = PasswordProfile.deserialize(stored)
        password.vectors = [(NOT_A_NUMBER,) * len(vector) for vector in password.vectors]
        return password.serialize()
    anytext = AnytextProfile.deserialize(stored)
    for sums in (anytext.statistics.dwell, anytext.statistics.interval):
        sums.slots = dict.fromkeys(sums.slots, (NOT_A_NUMBER,) * 3)
    return anytext.serialize()
