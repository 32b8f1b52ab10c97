"""Whether a classifier can tell made-up typing from human typing, when it has never seen the typists before.

The figure is the area under the ROC curve: 0.5 is as good as guessing, 1 is always right. Folds are parted by typist,
since anybody is told from anybody by a classifier that knows them. Humans are class 0, made-up people class 1.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from .cmu import Passwords

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

__all__ = ["Matrix", "Model", "compare_groups", "compare_password_typists", "compare_passwords"]

Matrix = NDArray[np.float64]
Model = Literal["forest", "boosting"]

FOLDS = 5
FLOOR_S = 0.005


# scikit-learn takes a second to import, which only those shall wait for who compare somebody.
def _forest(trees: int, seed: int) -> "RandomForestClassifier":
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(trees, min_samples_leaf=2, n_jobs=1, random_state=seed)


def _boosting(trees: int, seed: int) -> "HistGradientBoostingClassifier":
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=trees, random_state=seed)


_MODELS: dict[Model, Callable[[int, int], Any]] = {"forest": _forest, "boosting": _boosting}
_TREES: dict[Model, int] = {"forest": 200, "boosting": 100}


def compare_groups(
    human: list[Matrix], synthetic: list[Matrix], model: Model, *, seed: int = 0, trees: int | None = None
) -> float:
    """The AUC between two lists of typists; each typist is a matrix of rows (recordings) and columns (features).

    Each fold holds out a fifth of the typists, and all of their rows. How many of either list are in a fold is left to
    chance, as in the protocol that the anchors come from: between two groups of human beings it says 0.44 +- 0.11.
    """
    rows = np.concatenate([*human, *synthetic])
    classes = np.repeat([0, 1], [sum(map(len, human)), sum(map(len, synthetic))])
    random = np.random.default_rng(seed)
    folds = random.permutation(len(human) + len(synthetic)) % FOLDS
    fold_of_row = np.repeat(folds, [len(typist) for typist in [*human, *synthetic]])
    guesses = np.zeros(len(rows))
    for fold in range(FOLDS):
        tried = fold_of_row == fold
        with threadpool_limits(1):  # on a shared machine threads that wait for each other take minutes, not seconds
            classifier = _MODELS[model](trees or _TREES[model], seed).fit(rows[~tried], classes[~tried])
        guesses[tried] = classifier.predict_proba(rows[tried])[:, 1]
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(classes, guesses))


def compare_passwords(
    human: Passwords, synthetic: Passwords, model: Model, *, seed: int = 0, each: int = 20, trees: int | None = None
) -> float:
    """The AUC of single passwords: of each person so many, spread evenly over the repetitions."""
    groups = [list(_round_ms(people[:, :: people.shape[1] // each])) for people in (human, synthetic)]
    return compare_groups(*groups, model, seed=seed, trees=trees)


def compare_password_typists(human: Passwords, synthetic: Passwords, *, seed: int = 0, trees: int = 300) -> float:
    """The AUC of typists, described by the statistics of the second half of their repetitions."""
    groups = [[row[None] for row in _describe_typists(_round_ms(people))] for people in (human, synthetic)]
    return compare_groups(*groups, "forest", seed=seed, trees=trees)


def _round_ms(passwords: Passwords) -> Passwords:
    """In seconds, rounded to ms: the public data are finer, and only they."""
    return np.round(passwords, 3)


def _describe_typists(passwords: Passwords) -> Matrix:
    """Persons x statistics of the practised half: of each time, of whole recordings, and of what follows what."""
    late = passwords[:, passwords.shape[1] // 2 :]
    dwells, intervals = (np.log(np.maximum(late[:, :, place::3], FLOOR_S)) for place in (0, 1))
    levels = [dwells.mean(axis=2), intervals.mean(axis=2)]
    whole = [_correlate_neighbours(level) for level in levels] + [level.std(axis=1) for level in levels]
    whole.append((late[:, :, 2::3] < 0).mean(axis=(1, 2)))
    low, middle, high = np.quantile(late, (0.1, 0.5, 0.9), axis=1)
    each = [late.mean(axis=1), late.std(axis=1), middle, high - low, dwells.std(axis=1), intervals.std(axis=1)]
    return np.concatenate([*each, np.column_stack(whole)], axis=1)


def _correlate_neighbours(levels: Matrix) -> Matrix:
    """For each person, the correlation of one repetition's level with the next one's."""
    return np.array([np.corrcoef(person[:-1], person[1:])[0, 1] for person in levels])
