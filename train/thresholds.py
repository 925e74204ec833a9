"""Which score to demand of each label, so that F1 is best, and whether that holds on other documents."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .calibration import Judged, JudgedDocument
from .metrics import Counts

FOLDS = 5
# As many times are the documents shared out anew: one partition of a small dev set is chance.
REPEATS = 10
RESAMPLES = 1000

Documents = Sequence[JudgedDocument]
Floats = NDArray[np.float64]


class Gain(NamedTuple):
    """The strict F1 that thresholds gain on documents that they were not chosen on.

    `sure` is the share of resamples of the documents in which they gain anything, `least` what they gain in
    the corpus where that is least; negative where they do harm.
    """

    f1: float
    sure: float
    least: float


def best_threshold(documents: Documents, label: str) -> float:
    """Return the score that, if demanded of the spans of `label`, gives the best strict F1.

    It lies half-way between the last span kept and the first one dropped, and is 0 where it is best to keep
    all. Of equally good thresholds the lowest is taken.
    """
    ranked = sorted(_spans(documents, label), key=lambda span: -span.score)
    scores = [span.score for span in ranked]
    gold = sum(document.gold.get(label, 0) for document in documents)
    best_f1, threshold = -1.0, 0.0
    for kept, right in enumerate(accumulate(span.right for span in ranked), start=1):
        following = scores[kept] if kept < len(scores) else None
        if following == scores[kept - 1]:
            continue  # no threshold parts spans of equal score
        f1 = Counts(right, kept - right, gold - right).f1
        if f1 >= best_f1:
            best_f1, threshold = f1, 0.0 if following is None else (scores[kept - 1] + following) / 2
    return threshold


def counts_above(documents: Documents, label: str, threshold: float) -> Counts:
    """Return the strict counts of `label` where spans below `threshold` are dropped."""
    kept = [span.right for span in _spans(documents, label) if span.score >= threshold]
    gold = sum(document.gold.get(label, 0) for document in documents)
    return Counts(sum(kept), len(kept) - sum(kept), gold - sum(kept))


def held_out_gain(corpora: Sequence[Documents], label: str, seed: int = 0) -> Gain:
    """Return what a threshold for `label` gains on documents other than those it was chosen on.

    It is chosen on all corpora together, in REPEATS cross-validations of FOLDS folds, each with the documents
    shared out anew; counts are means of these. Nothing is gained where there are fewer documents than folds.
    """
    documents = [document for corpus in corpora for document in corpus]
    if len(documents) < FOLDS:
        return Gain(0.0, 0.0, 0.0)
    before = np.array([counts_above([document], label, 0.0) for document in documents], dtype=float)
    after = np.mean([_held_out(documents, label, seed + i) for i in range(REPEATS)], axis=0)
    drawn = np.random.default_rng(seed).integers(0, len(documents), (RESAMPLES, len(documents)))
    resampled = _f1(after[drawn].sum(axis=1)) - _f1(before[drawn].sum(axis=1))
    cuts = np.cumsum([0, *map(len, corpora)])
    parts = [_f1(after[i:j].sum(axis=0)) - _f1(before[i:j].sum(axis=0)) for i, j in pairwise(cuts)]
    gained = _f1(after.sum(axis=0)) - _f1(before.sum(axis=0))
    return Gain(float(gained), float((resampled > 0).mean()), float(min(parts)))


def folds(count: int, seed: int = 0) -> list[list[int]]:
    """Return FOLDS sets of the numbers below `count`, disjoint, nearly equal in size and drawn by chance."""
    order = np.random.default_rng(seed).permutation(count)
    return [sorted(part.tolist()) for part in np.array_split(order, FOLDS)]


def _held_out(documents: Documents, label: str, seed: int) -> Floats:
    """Return the counts of each document, [documents, 3], under a threshold that was chosen without it."""
    found = np.empty((len(documents), 3))
    for fold in folds(len(documents), seed):
        held_out = set(fold)
        rest = [document for i, document in enumerate(documents) if i not in held_out]
        threshold = best_threshold(rest, label)
        found[fold] = [counts_above([documents[i]], label, threshold) for i in fold]
    return found


def _f1(counts: Floats) -> Floats:
    """Return the F1 of counts [..., 3] of right, spurious and missed spans; 0 where there are none."""
    tp, wrong = counts[..., 0], counts[..., 1] + counts[..., 2]
    return np.asarray(2 * tp / np.maximum(2 * tp + wrong, np.finfo(float).tiny))


def _spans(documents: Documents, label: str) -> list[Judged]:
    return [span for document in documents for span in document.spans if span.label == label]
