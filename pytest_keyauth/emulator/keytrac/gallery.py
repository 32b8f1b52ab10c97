"""Identification: one recording against everybody's profile, in one pass over columns of numbers.

For each slot there is a column of those users who have typed it. A column does not hold their counts and totals but
what follows from them: minus twice the log likelihood of some values is linear in their number, their sum and the sum
of their squares, so that three coefficients say how a user's own slot changes it from what the user's class expects.
What the class expects is kept for every user, so that who never typed a slot costs nothing there.

This is the arithmetic of ``anytext``, with the same constants. A column's coefficients take four bytes each; a score
that is too near to where rounding turns it is worked out again from the stored profile, so that both give the same
whole number.

It is the one module of the emulator that needs numpy, and is imported with the first identification.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy
from numpy.typing import NDArray

from pytest_keyauth.emulator.keytrac.anytext import (
    INTERCEPT,
    NOISE_PSEUDO_COUNT,
    SLOPE,
    Residuals,
    Rhythm,
    anybody,
    join_kinds,
)
from pytest_keyauth.emulator.keytrac.profile import AnytextProfile, DamagedProfile, PackedSums
from pytest_keyauth.emulator.keytrac.slots import CLASS_SHIFT, CLASSES, KINDS

__all__ = ["Gallery"]

Floats = NDArray[numpy.floating[Any]]
Numbers = NDArray[numpy.integer[Any]]

#: Scores that are so near to where rounding turns are worked out again; the columns' own error is far below.
NEAR = 0.001
#: Users whose numbers are worked out together: enough for numpy, and few enough for the memory.
BATCH = 2048
#: Rows that are out of use are swept out once they are more than the others, and more than this.
FEWEST_SWEPT = 64

_KIND = numpy.array([each.kind for each in CLASSES])
_PERSON_VARIANCE = numpy.array([each.person_variance for each in CLASSES])
_SLOT_VARIANCE = numpy.array([each.slot_variance for each in CLASSES])
_NOISE_VARIANCE = numpy.array([each.noise_variance for each in CLASSES])
_LEVEL_VARIANCE = numpy.array([kind.person_variance for kind in KINDS])


class Growing:
    """Numbers of one type that get more along their last axis, with room to spare."""

    def __init__(self, shape: tuple[int, ...], dtype: type) -> None:
        self._numbers: NDArray[Any] = numpy.empty((*shape, 0), dtype)
        self._length = 0

    def extend(self, numbers: NDArray[Any]) -> None:
        """Append."""
        length = self._length + numbers.shape[-1]
        if length > self._numbers.shape[-1]:
            room = max(length, self._length * 3 // 2)
            grown = numpy.empty((*self._numbers.shape[:-1], room), self._numbers.dtype)
            grown[..., : self._length] = self.view
            self._numbers = grown
        self._numbers[..., self._length : length] = numbers
        self._length = length

    @property
    def view(self) -> NDArray[Any]:
        """What is there."""
        return self._numbers[..., : self._length]

    @property
    def nbytes(self) -> int:
        """Memory, with the room to spare."""
        return self._numbers.nbytes


class Column:
    """Who has typed a slot: their rows, and the three coefficients of each."""

    __slots__ = ("coefficients", "rows")

    def __init__(self) -> None:
        self.rows = Growing((), numpy.intp)  # numpy converts others before each use
        self.coefficients = Growing((3,), numpy.float32)


class Gallery:
    """The AnyText profiles of an account, derived from the stored ones and brought up to date before each use.

    A user whose profile changes gets a new row. Memory is 20 bytes for each slot that a user has typed and 600 for
    each user (some 3 kB where two sentences are enrolled), up to half as much again for room to grow, and up to twice
    that for rows that are out of use.
    """

    def __init__(self) -> None:
        self._damaged: dict[str, DamagedProfile] = {}
        self._clear()

    def _clear(self) -> None:
        self._rows: dict[str, int] = {}
        self._identifiers: list[str] = []
        self._stored: list[bytes] = []
        self._columns: dict[int, Column] = {}
        self._classes = Growing((3, len(CLASSES)), numpy.float32)

    def __len__(self) -> int:
        """The number of enrolled users, those with a damaged profile included."""
        return len(self._rows) + len(self._damaged)

    @property
    def nbytes(self) -> int:
        """What the numbers take in memory."""
        columns = sum(each.rows.nbytes + each.coefficients.nbytes for each in self._columns.values())
        return columns + self._classes.nbytes

    def update(self, changes: Iterable[tuple[str, bytes | None]]) -> None:
        """Take changed profiles in: (user identifier, stored bytes), None where a profile is gone."""
        fresh: list[tuple[str, bytes, PackedSums]] = []
        for identifier, stored in changes:
            self._damaged.pop(identifier, None)
            row = self._rows.pop(identifier, None)
            if row is not None:
                self._stored[row] = b""
            if stored is not None:
                try:
                    fresh.append((identifier, stored, PackedSums.load(stored)))
                except DamagedProfile as damage:
                    self._damaged[identifier] = damage
            if len(fresh) == BATCH:
                self._append(fresh)
                fresh = []
        if fresh:
            self._append(fresh)
        if len(self._identifiers) > max(2 * len(self._rows), len(self._rows) + FEWEST_SWEPT):
            self._sweep()

    def _sweep(self) -> None:
        """Begin anew with the rows that are in use."""
        kept = [(identifier, self._stored[row]) for identifier, row in self._rows.items()]
        self._clear()
        self.update(kept)

    def _append(self, fresh: Sequence[tuple[str, bytes, PackedSums]]) -> None:
        first = len(self._identifiers)
        for row, (identifier, stored, _) in enumerate(fresh, start=first):
            self._rows[identifier] = row
            self._identifiers.append(identifier)
            self._stored.append(stored)
        slots, owners, coefficients, classes = _work_out([packed for *_, packed in fresh])
        self._classes.extend(classes)
        order = numpy.argsort(slots, kind="stable")
        slots, rows, coefficients = slots[order], (owners + first)[order], coefficients[:, order]
        bounds = [0, *(numpy.flatnonzero(numpy.diff(slots)) + 1).tolist(), len(slots)]
        for start, end in pairwise(bounds):
            if start < end:
                column = self._columns.setdefault(int(slots[start]), Column())
                column.rows.extend(rows[start:end])
                column.coefficients.extend(coefficients[:, start:end])

    def rank(self, rhythms: Sequence[Rhythm], limit: int | None = None) -> list[tuple[str, int]]:
        """Score recordings against everybody: (user identifier, score from 0 to 100), the best first.

        Users of the same score are in the order of the likelihoods behind it, and where these are the same, too, of
        their identifiers.

        :param limit: how many are wanted; all where it is None.
        :raises DamagedProfile: where somebody's profile could not be loaded.
        :raises ValueError: where somebody's holds no usable numbers.
        """
        for damage in self._damaged.values():
            raise damage
        rows = numpy.fromiter(self._rows.values(), numpy.int64, len(self._rows))
        similarities = self._compare(rhythms)[rows]
        if not numpy.isfinite(similarities).all():
            raise ValueError("a profile holds values that are not finite numbers")
        if limit is not None and 0 < limit < len(rows):
            least = numpy.partition(similarities, len(rows) - limit)[len(rows) - limit]
            best = similarities >= least - NEAR  # a score that is worked out again may move past its neighbours
            rows, similarities = rows[best], similarities[best]
        return self._order(rows, similarities, rhythms)[:limit]

    def _order(self, rows: Numbers, similarities: Floats, rhythms: Sequence[Rhythm]) -> list[tuple[str, int]]:
        exact = 100.0 / (1.0 + numpy.exp(-numpy.clip(SLOPE * similarities + INTERCEPT, -50.0, 50.0)))
        scores = numpy.rint(exact).astype(int)
        for place in numpy.flatnonzero(abs(exact % 1.0 - 0.5) < NEAR).tolist():
            scores[place] = round(AnytextProfile.deserialize(self._stored[rows[place]]).score(rhythms))
        # Presorted by numbers, the list of tuples is sorted in no time.
        order = numpy.lexsort((-similarities, -scores))
        names = [self._identifiers[row] for row in rows[order].tolist()]
        ranked = sorted(zip((-scores[order]).tolist(), (-similarities[order]).tolist(), names, strict=True))
        return [(name, -score) for score, _, name in ranked]

    def _compare(self, rhythms: Sequence[Rhythm]) -> Floats:
        """The similarity of recordings to the user of each row, as in :func:`compare_anytext`."""
        similarities = numpy.zeros(len(self._identifiers))
        for kind, residuals in enumerate(join_kinds(rhythms)):
            misfits = numpy.zeros(len(self._identifiers))
            slots, classes = _add_up(residuals)
            for number, moments in classes.items():
                misfits += _combine(moments, self._classes.view[:, number])
            for slot, moments in slots.items():
                column = self._columns.get(slot)
                if column is not None:
                    misfits[column.rows.view] += _combine(moments, column.coefficients.view)
            similarities += 0.5 * (anybody(kind, residuals) - misfits) / sqrt(len(residuals))
        return similarities


Moments = dict[int, list[float]]
"""Number, sum, and sum of squares of some values, by slot or by class."""


def _add_up(residuals: Residuals) -> tuple[Moments, Moments]:
    """By slot, and by class."""
    slots: Moments = {}
    classes: Moments = {}
    for slot, value in residuals:
        number = slot >> CLASS_SHIFT
        for moments in (slots.setdefault(slot, [0.0, 0.0, 0.0]), classes.setdefault(number, [0.0, 0.0, 0.0])):
            moments[0] += 1.0
            moments[1] += value
            moments[2] += value * value
    return slots, classes


def _combine(moments: Sequence[float], coefficients: Floats) -> Floats:
    """By element and not by a matrix product, so that the same profile has the same score in every row."""
    count, total, squares = moments
    combined: Floats = count * coefficients[0] + total * coefficients[1] + squares * coefficients[2]
    return combined


def _work_out(people: Sequence[PackedSums]) -> tuple[Numbers, Numbers, Floats, Floats]:
    """Work the columns' numbers out for some people, by the steps of ``anytext``.

    :return: for all their slots the slot's number, the place of its owner, and three coefficients (3 x slots); for all
        classes three coefficients (3 x classes x people).
    """
    sizes = [len(packed.numbers) // 4 for packed in people]
    owners = numpy.repeat(numpy.arange(len(people)), sizes)
    weights = numpy.array([packed.weight for packed in people])
    unevenness = numpy.array([packed.unevenness for packed in people]) / weights[:, None, None]
    # Each people x classes, as all that follows for them.
    noise = ((NOISE_PSEUDO_COUNT + unevenness[..., 0]) / (NOISE_PSEUDO_COUNT + unevenness[..., 1]))[:, _KIND]
    noise = noise * _NOISE_VARIANCE
    slots = numpy.frombuffer(b"".join([packed.numbers for packed in people]), "<u4").astype(numpy.int64)
    counts, totals = (
        numpy.frombuffer(b"".join(column), "<f4") / weights[owners]
        for column in ([packed.counts for packed in people], [packed.totals for packed in people])
    )
    numbers = slots >> CLASS_SHIFT
    means, variances = _estimate(len(people), owners, numbers, counts, totals)
    unseen = _coefficients(means, variances + _SLOT_VARIANCE + noise)
    slot_variance, noise_variance = _SLOT_VARIANCE[numbers], _NOISE_VARIANCE[numbers]
    rest = noise_variance / (noise_variance + counts * slot_variance)
    mean = means[owners, numbers] * rest + totals * slot_variance / (noise_variance + counts * slot_variance)
    variance = slot_variance * rest + variances[owners, numbers] * rest * rest + noise[owners, numbers]
    return slots, owners, _coefficients(mean, variance) - unseen[:, owners, numbers], unseen.swapaxes(1, 2)


def _coefficients(mean: Floats, variance: Floats) -> Floats:
    """What number, sum and sum of squares are multiplied by, for minus twice the log likelihood of normal values."""
    return numpy.stack((numpy.log(variance) + mean * mean / variance, -2.0 * mean / variance, 1.0 / variance))


def _estimate(people: int, owners: Numbers, numbers: Numbers, counts: Floats, totals: Floats) -> tuple[Floats, Floats]:
    """The mean of each person's classes, and the variance of that (each people x classes)."""
    share = 1.0 / (counts * _SLOT_VARIANCE[numbers] + _NOISE_VARIANCE[numbers])
    places = owners * len(CLASSES) + numbers

    def add_up(values: Floats) -> Floats:
        added: NDArray[Any] = numpy.bincount(places, values, people * len(CLASSES))
        return added.reshape(people, len(CLASSES))

    weights, sums = add_up(counts * share), add_up(totals * share)
    rest = 1.0 / (_PERSON_VARIANCE * weights + 1.0)
    member = _KIND[:, None] == numpy.arange(len(KINDS))
    level_variance = 1.0 / (1.0 / _LEVEL_VARIANCE + (weights * rest) @ member)
    level = level_variance * ((sums * rest) @ member)
    means = (level[:, _KIND] + _PERSON_VARIANCE * sums) * rest
    return means, (_PERSON_VARIANCE + level_variance[:, _KIND] * rest) * rest
