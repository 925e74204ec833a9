"""Percentile bootstrap intervals of scores, resampled over documents (Efron & Tibshirani 1993, chapter 13).

Documents, not spans, are drawn: spans of one article share its topic and names and are not independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .metrics import Tally

Floats = NDArray[np.float64]

QUOTIENTS = ("precision", "recall", "f1")
_CELLS = 4_000_000  # resampling weights held at once, so that big corpora fit into memory


class Interval(NamedTuple):
    """The bounds of a quotient."""

    low: float
    high: float


QuotientIntervals = Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class LabelIntervals:
    """The intervals of precision, recall and F1 for each label, micro and macro."""

    labels: Mapping[str, QuotientIntervals]
    micro: QuotientIntervals
    macro: QuotientIntervals

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form, shaped as that of `LabelScores`."""
        labels = {label: _record(intervals) for label, intervals in self.labels.items()}
        return {"labels": labels, "micro": _record(self.micro), "macro": _record(self.macro)}


@dataclass(frozen=True, slots=True)
class Intervals:
    """The intervals of each of the `Scores` at one level of confidence."""

    strict: LabelIntervals
    overlap: LabelIntervals
    boundaries: QuotientIntervals
    resamples: int
    seed: int
    confidence: float

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form, shaped as that of `Scores`."""
        return {
            "strict": self.strict.to_record(),
            "overlap": self.overlap.to_record(),
            "boundaries": _record(self.boundaries),
            "resamples": self.resamples,
            "seed": self.seed,
            "confidence": self.confidence,
        }


def intervals(tally: Tally, resamples: int = 1000, seed: int = 0, confidence: float = 0.95) -> Intervals:
    """Return the percentile intervals of the scores of `tally` over `resamples` draws of its documents.

    A draw in which a label does not occur says nothing of it and is left out of its interval.
    """
    documents, labels = tally.strict.shape[:2]
    flat = [tally.strict.reshape(documents, -1), tally.overlap.reshape(documents, -1), tally.boundaries]
    sums = _resample(np.concatenate(flat, axis=1), resamples, seed)
    strict, overlap, boundaries = np.split(sums, [labels * 3, labels * 6], axis=1)
    return Intervals(
        strict=_by_label(strict.reshape(resamples, labels, 3), tally.labels, confidence),
        overlap=_by_label(overlap.reshape(resamples, labels, 3), tally.labels, confidence),
        boundaries=_bounds(quotients(boundaries), confidence),
        resamples=resamples,
        seed=seed,
        confidence=confidence,
    )


def micro_difference(
    first: Sequence[NDArray[np.int64]],
    second: Sequence[NDArray[np.int64]],
    resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> tuple[float, Interval]:
    """Return how much higher the micro-F1 of `first` is than that of `second`, and its interval.

    Either is one run or several over the same documents, whose F1 is averaged; a run is the TP, FP and FN of
    each document, [documents, 3] (`Tally.micro`). Each draw of documents is the
    same for all of them (paired bootstrap), so that what is hard for both does not widen the interval.
    """

    def averaged(counts: Sequence[NDArray[np.int64]]) -> tuple[float, Floats]:
        drawn = [quotients(_resample(runs, resamples, seed))[:, 2] for runs in counts]
        whole = [quotients(runs.sum(axis=0))[2] for runs in counts]
        return float(np.mean(whole)), np.mean(drawn, axis=0)

    (one, ones), (two, twos) = averaged(first), averaged(second)
    tail = (1 - confidence) / 2
    return one - two, Interval(*np.nanquantile(ones - twos, [tail, 1 - tail]).tolist())


def points(difference: float, interval: Interval, digits: int = 1) -> str:
    """Return a difference of quotients and its interval in percentage points: `+0.4 (-0.1 to +1.0)`."""
    shown = [f"{100 * value:+.{digits}f}" for value in (difference, *interval)]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"


def quotients(counts: NDArray[np.int64]) -> Floats:
    """Return precision, recall, F1 of TP, FP, FN [..., 3]; 0 where undefined, NaN where all three are 0."""
    tp, fp, fn = np.moveaxis(counts, -1, 0)
    tops = np.stack([tp, tp, 2 * tp], axis=-1)
    bottoms = np.stack([tp + fp, tp + fn, 2 * tp + fp + fn], axis=-1)
    values: Floats = np.divide(tops, bottoms, out=np.zeros(tops.shape), where=bottoms > 0)
    values[counts.sum(axis=-1) == 0] = np.nan
    return values


def _resample(counts: NDArray[np.int64], resamples: int, seed: int) -> NDArray[np.int64]:
    """Return the sums [resamples, columns] of rows of `counts` drawn with replacement."""
    rng = np.random.default_rng(seed)
    documents = len(counts)
    shares = np.full(documents, 1 / documents)
    step = max(1, _CELLS // documents)
    sizes = [min(step, resamples - start) for start in range(0, resamples, step)]
    return np.concatenate([rng.multinomial(documents, shares, size=size) @ counts for size in sizes])


def _by_label(counts: NDArray[np.int64], labels: Sequence[str], confidence: float) -> LabelIntervals:
    values = quotients(counts)
    return LabelIntervals(
        labels={label: _bounds(values[:, i], confidence) for i, label in enumerate(labels)},
        micro=_bounds(quotients(counts.sum(axis=1)), confidence),
        macro=_bounds(_mean_of_labels(values), confidence),
    )


def _mean_of_labels(values: Floats) -> Floats:
    """Return the mean over axis 1 of the labels that occur; NaN where none does."""
    seen = ~np.isnan(values)
    sums, counts = np.where(seen, values, 0).sum(axis=1), seen.sum(axis=1)
    means: Floats = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return means


def _bounds(values: Floats, confidence: float) -> QuotientIntervals:
    """Return the central interval of each quotient of `values` [resamples, 3]; 0 to 0 where all are NaN."""
    defined = values[~np.isnan(values).any(axis=-1)]
    tail = (1 - confidence) / 2
    bounds = np.quantile(defined, [tail, 1 - tail], axis=0) if len(defined) else np.zeros((2, 3))
    return {name: Interval(*column) for name, column in zip(QUOTIENTS, bounds.T.tolist(), strict=True)}


def _record(intervals: QuotientIntervals) -> dict[str, list[float]]:
    return {name: [round(bound, 6) for bound in interval] for name, interval in intervals.items()}
