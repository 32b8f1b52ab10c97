"""Stored profiles: compact, versioned bytes, so that a damaged one is really damaged.

``KTP``, a version, the method, a CRC-32 of the rest, and the rest. Bytes that are cut short or flipped fail to load
with :class:`DamagedProfile`; a profile that loads can still hold numbers that nobody can compute with.

A version that is not the present one is damage, too: nobody knows what its numbers meant, and who is enrolled again has
a profile of the present version.

A profile follows its person, about :data:`ADAPTATION_WINDOW` accepted recordings deep: people grow faster, and a
profile that does not follow them soon refuses its own user. Only accepted recordings enter it.
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

__all__ = ["AnytextProfile", "DamagedProfile", "PackedSums", "PasswordProfile", "distort"]

ADAPTATION_WINDOW = 15

_MAGIC = b"KTP"
_VERSIONS = {b"a": 2, b"p": 2}
_HEADER = struct.Struct(">3sBcI")
_ANYTEXT_SUMS = struct.Struct("<I5d")  # slots, weight, unevenness of dwells and of intervals
_PASSWORD_SIZES = struct.Struct(">II")  # keys, vectors


class DamagedProfile(Exception):
    """The stored bytes are not a profile, or no longer one."""


def _seal(method: bytes, payload: bytes) -> bytes:
    return _HEADER.pack(_MAGIC, _VERSIONS[method], method, crc32(payload)) + payload


def _open(method: bytes, stored: bytes) -> bytes:
    if len(stored) < _HEADER.size:
        raise DamagedProfile(f"{len(stored)} bytes, shorter than the header of {_HEADER.size}")
    magic, version, stored_method, checksum = _HEADER.unpack_from(stored)
    if (magic, stored_method) != (_MAGIC, method):
        raise DamagedProfile(f"header {stored[:5]!r}, expected {_MAGIC!r}, a version, and {method!r}")
    if version != _VERSIONS[method]:
        raise DamagedProfile(f"version {version}, expected {_VERSIONS[method]}: enrol the user again")
    payload = stored[_HEADER.size :]
    if crc32(payload) != checksum:
        raise DamagedProfile("the checksum does not fit the bytes")
    return payload


@dataclass(frozen=True, slots=True)
class PackedSums:
    """A loaded AnyText profile whose columns are still bytes: for each slot its number, its count and its total.

    ``numbers`` are unsigned integers and ``counts`` and ``totals`` floats, of 4 bytes each, the lowest byte first.
    """

    weight: float
    unevenness: tuple[tuple[float, float], tuple[float, float]]
    numbers: bytes
    counts: bytes
    totals: bytes

    @classmethod
    def load(cls, stored: bytes) -> "PackedSums":
        """Load stored bytes.

        :raises DamagedProfile: where they are not an AnyText profile.
        """
        payload = _open(b"a", stored)
        if len(payload) < _ANYTEXT_SUMS.size:
            raise DamagedProfile(f"{len(payload)} bytes of sums, expected {_ANYTEXT_SUMS.size} or more")
        count, weight, *unevenness = _ANYTEXT_SUMS.unpack_from(payload)
        start, width = _ANYTEXT_SUMS.size, 4 * count
        if len(payload) != start + 3 * width:
            raise DamagedProfile(f"{len(payload)} bytes for {count} slots, expected {start + 3 * width}")
        columns = [payload[start + place * width : start + (place + 1) * width] for place in range(3)]
        return cls(weight, ((unevenness[0], unevenness[1]), (unevenness[2], unevenness[3])), *columns)


@dataclass(slots=True)
class AnytextProfile:
    """One person's rhythm in free text, as running sums.

    Which keys and digraphs were typed how often can be read from it, and in which order they were typed cannot.
    """

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
        packed = PackedSums.load(stored)
        count = len(packed.numbers) // 4
        floats = struct.Struct(f"<{count}f")
        sums = zip(floats.unpack(packed.counts), floats.unpack(packed.totals), strict=True)
        slots = dict(zip(struct.unpack(f"<{count}I", packed.numbers), sums, strict=True))
        return cls(AnytextStatistics(slots, list(packed.unevenness), packed.weight))

    def serialize(self) -> bytes:
        """Render the profile as bytes, its slots in the order of their numbers: that of typing would tell the text."""
        slots = self.statistics.slots
        numbers = sorted(slots)
        columns = chain(numbers, *zip(*map(slots.__getitem__, numbers), strict=True))
        unevenness = chain.from_iterable(self.statistics.unevenness)
        sums = _ANYTEXT_SUMS.pack(len(numbers), self.statistics.weight, *unevenness)
        return _seal(b"a", sums + struct.pack(f"<{len(numbers)}I{2 * len(numbers)}f", *columns))

    def score(self, rhythms: Sequence[Rhythm]) -> float:
        """Score recordings against this profile, 0 to 100.

        :raises ValueError, ArithmeticError: where the numbers cannot be computed with.
        """
        return compare_anytext(self.statistics, rhythms)

    def adapt(self, rhythms: Sequence[Rhythm]) -> None:
        """Take accepted recordings in, and let older ones fade.

        Sums cannot give a single old recording back, as a window would have to; fading needs no recordings to be kept.
        """
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
    anytext.statistics.slots = dict.fromkeys(anytext.statistics.slots, (NOT_A_NUMBER,) * 2)
    return anytext.serialize()
