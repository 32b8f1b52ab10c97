"""How well a password scorer tells people apart, by the protocols that its anchors were measured with.

Each takes the passwords of some persons (human or made up) and a way to enrol, and is repeatable: all chance follows
from a seed. Impostors are the other persons of the same array, so that halves of a population stay apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .cmu import PER_SESSION, Passwords

__all__ = [
    "Enrol",
    "ErrorRates",
    "Profile",
    "equal_error_rate",
    "measure_adaptation",
    "measure_few_samples",
    "measure_killourhy_maxion",
    "scaled_manhattan",
]

Scores = NDArray[np.float64]
Trial = tuple[Scores, Scores]
"""The scores of the person's own recordings, and those of impostors."""

DECISION = 50.0


class Profile(Protocol):
    """What a scorer has learnt of one person."""

    def score(self, recording: Passwords) -> float:
        """Score one recording (a row of times, in seconds): the higher, the more it is this person's."""
        ...

    def adapt(self, recording: Passwords) -> None:
        """Take an accepted recording in."""
        ...


Enrol = Callable[[Passwords], Profile]
"""Learns a profile from recordings, the oldest first."""


@dataclass(frozen=True)
class ErrorRates:
    """What came out, each as a share of 1: per person the mean and the standard deviation, and with one threshold.

    The false rejections and acceptances are those at the decision, a score of 50.
    """

    average_eer: float
    sd: float
    global_eer: float
    false_rejections: float
    false_acceptances: float

    @classmethod
    def of(cls, trials: list[Trial]) -> "ErrorRates":
        """Those of trials; each trial counts the same in the average, each score in the rest."""
        rates = [equal_error_rate(*trial) for trial in trials]
        genuine, impostor = (np.concatenate(scores) for scores in zip(*trials, strict=True))
        return cls(
            average_eer=float(np.mean(rates)),
            sd=float(np.std(rates, ddof=1)),
            global_eer=equal_error_rate(genuine, impostor),
            false_rejections=float(np.mean(np.round(genuine) < DECISION)),
            false_acceptances=float(np.mean(np.round(impostor) >= DECISION)),
        )

    def __str__(self) -> str:
        return (
            f"EER {self.average_eer:.4f} (sd {self.sd:.4f}), global {self.global_eer:.4f}, "
            f"at {DECISION:.0f}: FRR {self.false_rejections:.3f}, FAR {self.false_acceptances:.3f}"
        )


def equal_error_rate(genuine: Scores, impostor: Scores) -> float:
    """The rate at which as many are wrongly rejected as accepted; between two thresholds, on the line between them."""
    genuine, impostor = np.sort(genuine), np.sort(impostor)
    thresholds = np.unique(np.concatenate([genuine, impostor, [np.inf]]))
    rejected = np.searchsorted(genuine, thresholds) / len(genuine)
    accepted = 1 - np.searchsorted(impostor, thresholds) / len(impostor)
    after = int(np.argmax(rejected >= accepted))
    gaps = accepted[after - 1] - rejected[after - 1], rejected[after] - accepted[after]
    share = gaps[0] / (gaps[0] + gaps[1])
    return float(rejected[after - 1] + share * (rejected[after] - rejected[after - 1]))


def measure_killourhy_maxion(passwords: Passwords, enrol: Enrol) -> ErrorRates:
    """Enrol the first 200 repetitions, test the others; impostors are the first 5 repetitions of everybody else."""
    trials = []
    for person, own in enumerate(passwords):
        profile = enrol(own[:200])
        others = np.delete(passwords, person, axis=0)[:, :5]
        trials.append(_try(profile, own[200:], _flat(others)))
    return ErrorRates.of(trials)


def measure_few_samples(passwords: Passwords, enrol: Enrol, count: int = 3, seed: int = 0) -> ErrorRates:
    """Enrol `count` consecutive practised repetitions, test all later ones; the impostors are practised, too.

    Three trials a person: enrolled at the beginning of the fifth, sixth and seventh session. Impostors are 5 random
    repetitions from the fifth session on of everybody else.
    """
    random = np.random.default_rng(seed)
    practised = passwords[:, 4 * PER_SESSION : 8 * PER_SESSION]
    trials = []
    for person, own in enumerate(practised):
        others = np.delete(practised, person, axis=0)
        for first in (0, PER_SESSION, 2 * PER_SESSION):
            profile = enrol(own[first : first + count])
            chosen = [other[random.choice(len(other), 5, replace=False)] for other in others]
            trials.append(_try(profile, own[first + count :], np.concatenate(chosen)))
    return ErrorRates.of(trials)


def measure_adaptation(
    passwords: Passwords, enrol: Enrol, count: int = 3, *, first: int = 200, last: int = 400, seed: int = 0
) -> ErrorRates:
    """Enrol the very first repetitions, then let the profile adapt to all that it accepts, and impostors try, too.

    One attempt in four is an impostor's: any repetition of anybody else. Counted are the attempts from repetition
    `first` + 1 to `last`.
    """
    random = np.random.default_rng(seed)
    trials = []
    for person, own in enumerate(passwords):
        others = _flat(np.delete(passwords, person, axis=0))
        trials.append(_stream(enrol(own[:count]), own[count:last], others, first - count, random))
    return ErrorRates.of(trials)


def _stream(profile: Profile, own: Passwords, others: Passwords, skipped: int, random: np.random.Generator) -> Trial:
    genuine: list[float] = []
    impostor: list[float] = []
    for repetition, recording in enumerate(own):
        attempts = [(genuine, recording)]
        while random.random() < 0.25:
            attempts.insert(0, (impostor, others[random.integers(len(others))]))
        for scores, attempt in attempts:
            score = profile.score(attempt)
            if repetition >= skipped:
                scores.append(score)
            if round(score) >= DECISION:
                profile.adapt(attempt)
    return np.array(genuine), np.array(impostor)


def _try(profile: Profile, own: Passwords, others: Passwords) -> Trial:
    return np.array([profile.score(row) for row in own]), np.array([profile.score(row) for row in others])


def _flat(recordings: Passwords) -> Passwords:
    return recordings.reshape(-1, recordings.shape[-1])


@dataclass(frozen=True)
class _ScaledManhattan:
    """The control: the mean of each time, and distances in mean absolute deviations."""

    mean: Passwords
    deviation: Passwords

    def score(self, recording: Passwords) -> float:
        return -float(np.sum(np.abs(recording - self.mean) / self.deviation))

    def adapt(self, recording: Passwords) -> None:
        """Learn nothing more."""


def scaled_manhattan(recordings: Passwords) -> Profile:
    """Enrol for the control. By Killourhy and Maxion's protocol it must come out at 0.0962 (sd 0.0694)."""
    mean = recordings.mean(axis=0)
    return _ScaledManhattan(mean, np.abs(recordings - mean).mean(axis=0))
