"""How well AnyText scorers tell people apart: the same protocol for every scorer and for any people, real or made up.

Each person is enrolled with the first recordings. Genuine attempts are each of the person's others; an impostor attempt
is one of the others of each other person, which one depends on both. Everything offered is one recording alone.

The equal error rate is where as many genuine attempts are refused as impostors accepted: with a threshold for each
person (averaged), or with one threshold for all, as an API has it.
"""

import argparse
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median

from pytest_keyauth.emulator.keytrac.anytext import Rhythm
from pytest_keyauth.emulator.keytrac.profile import AnytextProfile
from pytest_keyauth.emulator.keytrac.timing import Timing

__all__ = ["SCORERS", "Accuracy", "Scorer", "equal_error_rate", "measure_accuracy"]

Scorer = Callable[[Sequence[Timing]], Callable[[Timing], float]]
"""Enrols recordings, and gives what scores an attempt: the higher, the more like them."""

#: From this score on the emulator accepts.
ACCEPTED_FROM = 50


@dataclass(frozen=True)
class Accuracy:
    """What a protocol measured, as shares; the last four mean something for scores from 0 to 100 only."""

    average_eer: float
    global_eer: float
    false_rejections: float
    false_acceptances: float
    genuine_median: float
    impostor_median: float

    def __str__(self) -> str:
        return (
            f"EER {self.average_eer:6.2%} average {self.global_eer:6.2%} global; at {ACCEPTED_FROM}: "
            f"FRR {self.false_rejections:6.2%} FAR {self.false_acceptances:6.2%}; "
            f"medians {self.genuine_median:.0f} genuine {self.impostor_median:.0f} impostor"
        )


def measure_accuracy(people: Sequence[Sequence[Timing]], scorer: Scorer, enrolled: int) -> Accuracy:
    """Enrol so many recordings of each person, and offer the others one by one."""
    genuine, impostor = [], []
    for number, recordings in enumerate(people):
        score = scorer(recordings[:enrolled])
        genuine.append([score(attempt) for attempt in recordings[enrolled:]])
        impostor.append([score(attempt) for attempt in _impostors(people, number, enrolled)])
    all_genuine = [score for scores in genuine for score in scores]
    all_impostor = [score for scores in impostor for score in scores]
    return Accuracy(
        fmean(map(equal_error_rate, genuine, impostor)),
        equal_error_rate(all_genuine, all_impostor),
        fmean(round(score) < ACCEPTED_FROM for score in all_genuine),
        fmean(round(score) >= ACCEPTED_FROM for score in all_impostor),
        median(all_genuine),
        median(all_impostor),
    )


def _impostors(people: Sequence[Sequence[Timing]], number: int, enrolled: int) -> list[Timing]:
    """One recording of each other person, none of those that they would be enrolled with themselves."""
    return [
        others[enrolled + (number + other) % (len(others) - enrolled)]
        for other, others in enumerate(people)
        if other != number
    ]


def equal_error_rate(genuine: Sequence[float], impostor: Sequence[float]) -> float:
    """Where both error rates are the same; between two thresholds it is interpolated."""
    genuine, impostor = sorted(genuine), sorted(impostor)
    before = (0.0, 1.0)  # nobody is refused: (false rejections, false acceptances)
    for threshold in sorted({*genuine, *impostor}):
        rejected = bisect_left(genuine, threshold) / len(genuine)
        accepted = 1.0 - bisect_left(impostor, threshold) / len(impostor)
        if rejected >= accepted:
            gap_before, gap = before[1] - before[0], rejected - accepted
            return before[0] + (rejected - before[0]) * gap_before / (gap_before + gap)
        before = rejected, accepted
    return (before[0] + 1.0) / 2  # every impostor scores as high as the best genuine attempt, or higher


def score_shipped(enrolled: Sequence[Timing]) -> Callable[[Timing], float]:
    """The emulator's own, through stored bytes as in the emulator."""
    stored = AnytextProfile.enrol([Rhythm.of(timing) for timing in enrolled]).serialize()
    profile = AnytextProfile.deserialize(stored)
    return lambda attempt: profile.score([Rhythm.of(attempt)])


Times = dict[str, list[float]]
"""Dwells in ms by key, and down-down times in ms by digraph."""


def _read_times(timings: Sequence[Timing]) -> Times:
    times: Times = defaultdict(list)
    for timing in timings:
        for key, dwell_ms in timing.dwells:
            if 15 <= dwell_ms <= 800:
                times[key].append(dwell_ms)
        for (first, first_ms), (second, second_ms) in pairwise(timing.downs):
            if 15 <= second_ms - first_ms <= 1500:
                times[f"{first} {second}"].append(second_ms - first_ms)
    return times


def score_scaled_manhattan(enrolled: Sequence[Timing]) -> Callable[[Timing], float]:
    """A control: the mean distance from the enrolled mean of each key and digraph that both have typed.

    Distances are in mean deviations; of few values those are shrunk towards a third of the mean.
    """
    centres = {}
    for slot, seen in _read_times(enrolled).items():
        centre = fmean(seen)
        centres[slot] = centre, (sum(abs(time - centre) for time in seen) + 2 * centre / 3) / (len(seen) + 2)

    def score(attempt: Timing) -> float:
        distances = [
            abs(time - centres[slot][0]) / centres[slot][1]
            for slot, times in _read_times([attempt]).items()
            if slot in centres
            for time in times
        ]
        return -fmean(distances) if distances else -100.0

    return score


def score_itad(enrolled: Sequence[Timing]) -> Callable[[Timing], float]:
    """A control like ITAD (Ayotte and others): how much of the enrolled times lies beyond each, on average."""
    profile = _read_times(enrolled)

    def tail(time: float, seen: Sequence[float]) -> float:
        below = (sum(value < time for value in seen) + sum(value <= time for value in seen) + 1) / (2 * len(seen) + 2)
        return min(below, 1 - below)

    def score(attempt: Timing) -> float:
        areas = [
            tail(time, profile[slot])
            for slot, times in _read_times([attempt]).items()
            if slot in profile
            for time in times
        ]
        return fmean(areas) if areas else 0.0

    return score


SCORERS: dict[str, Scorer] = {
    "shipped": score_shipped,
    "scaled Manhattan": score_scaled_manhattan,
    "ITAD-like": score_itad,
}


def main() -> None:
    from aalto import read_people

    parser = argparse.ArgumentParser(description="Measure AnyText scoring on the Aalto excerpt.")
    parser.add_argument("file", type=Path, help="keystrokes.csv.gz")
    parser.add_argument("--scorer", choices=SCORERS, action="append", help="only this one")
    parser.add_argument("--tuning", action="store_true", help="only the people whom constants may be tuned on")
    arguments = parser.parse_args()
    people = read_people(arguments.file)
    groups = {"tuning": people[0::2], "held out": people[1::2], "all": people}
    for group in ["tuning"] if arguments.tuning else ["held out", "all"]:
        for name in arguments.scorer or SCORERS:
            for enrolled in (2, 5):
                accuracy = measure_accuracy(groups[group], SCORERS[name], enrolled)
                print(f"{group} ({len(groups[group])}) {name} {enrolled}x1: {accuracy}", flush=True)


if __name__ == "__main__":
    main()
