"""Which score to demand of each label, so that F1 is best, and whether that holds on other documents."""

from collections.abc import Sequence
from itertools import accumulate
from statistics import fmean

import numpy as np

from .calibration import Judged, JudgedDocument
from .metrics import Counts

FOLDS = 5
# As many times are the documents shared out anew: one partition of a small dev set is chance.
REPEATS = 10

Documents = Sequence[JudgedDocument]


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


def held_out_gain(documents: Documents, label: str, seed: int = 0) -> float:
    """Return the F1 that a threshold for `label` gains on documents other than those it was chosen on.

    The mean over REPEATS cross-validations of FOLDS folds, each with the documents shared out anew; negative
    where thresholds do harm, 0 where there are too few documents to tell.
    """
    if len(documents) < FOLDS:
        return 0.0
    before = counts_above(documents, label, 0.0).f1
    return fmean(_held_out_f1(documents, label, seed + i) for i in range(REPEATS)) - before


def folds(count: int, seed: int = 0) -> list[list[int]]:
    """Return FOLDS sets of the numbers below `count`, disjoint, nearly equal in size and drawn by chance."""
    order = np.random.default_rng(seed).permutation(count)
    return [sorted(part.tolist()) for part in np.array_split(order, FOLDS)]


def _held_out_f1(documents: Documents, label: str, seed: int) -> float:
    """Return the F1 of all documents, each under a threshold that was chosen without it."""
    found = []
    for fold in folds(len(documents), seed):
        held_out = set(fold)
        rest = [document for i, document in enumerate(documents) if i not in held_out]
        threshold = best_threshold(rest, label)
        found.append(counts_above([documents[i] for i in fold], label, threshold))
    return Counts(*(sum(column) for column in zip(*found, strict=True))).f1


def _spans(documents: Documents, label: str) -> list[Judged]:
    return [span for document in documents for span in document.spans if span.label == label]
