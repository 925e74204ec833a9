"""Span scores on characters: strict, overlap and boundaries, for each label, micro and macro.

- strict: label, start and end are all equal (CoNLL-2003; "strict" of SemEval-2013 task 9).
- overlap: the label is equal and at least one character is shared; spans are paired one to one in text order,
  which is a largest possible pairing where spans are flat.
- boundaries: start and end are equal, whatever the label.

A span counts once: a second prediction of the same span is wrong. A record that covers some labels only
(`Document.labels`) is scored on these; predictions of other labels there are neither right nor wrong.
A quotient with denominator 0 is 0.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ie.document import Document, Entity, Span
from ie.errors import InputError


class Counts(NamedTuple):
    """Right, spurious and missed spans."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def precision(self) -> float:
        """The share of predicted spans that are right."""
        return _quotient(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """The share of gold spans that were found."""
        return _quotient(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _quotient(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form, with the three quotients."""
        quotients = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {**self._asdict(), **{name: round(value, 6) for name, value in quotients.items()}}


class Means(NamedTuple):
    """Unweighted means over the labels that occur in gold or predictions (macro averages)."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class LabelScores:
    """Counts of each label, in the order asked for; micro sums them, macro averages their quotients."""

    labels: Mapping[str, Counts]

    @property
    def micro(self) -> Counts:
        """The counts of all labels together."""
        return Counts(*(sum(column) for column in zip(Counts(), *self.labels.values(), strict=True)))

    @property
    def macro(self) -> Means:
        """The mean of each quotient over the labels that occur; 0 where none does."""
        seen = [counts for counts in self.labels.values() if any(counts)]
        rows = [(counts.precision, counts.recall, counts.f1) for counts in seen] or [(0.0, 0.0, 0.0)]
        return Means(*(fmean(column) for column in zip(*rows, strict=True)))

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form."""
        macro = {name: round(value, 6) for name, value in self.macro._asdict().items()}
        labels = {label: counts.to_record() for label, counts in self.labels.items()}
        return {"labels": labels, "micro": self.micro.to_record(), "macro": macro}


@dataclass(frozen=True, slots=True)
class Scores:
    """The three kinds of score of a corpus."""

    strict: LabelScores
    overlap: LabelScores
    boundaries: Counts

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form."""
        strict, overlap = self.strict.to_record(), self.overlap.to_record()
        return {"strict": strict, "overlap": overlap, "boundaries": self.boundaries.to_record()}


@dataclass(frozen=True, slots=True)
class Tally:
    """TP, FP and FN of each document, from which sums, tables and resamples are made.

    `strict` and `overlap` are [documents, labels, 3], `boundaries` is [documents, 3].
    """

    labels: tuple[str, ...]
    strict: NDArray[np.int64]
    overlap: NDArray[np.int64]
    boundaries: NDArray[np.int64]

    @property
    def scores(self) -> Scores:
        """The scores of all documents together."""
        strict, overlap = self._by_label(self.strict), self._by_label(self.overlap)
        return Scores(strict, overlap, Counts(*self.boundaries.sum(axis=0).tolist()))

    @property
    def micro(self) -> NDArray[np.int64]:
        """The strict counts of each document, all labels together, [documents, 3]."""
        counts: NDArray[np.int64] = self.strict.sum(axis=1)
        return counts

    def _by_label(self, counts: NDArray[np.int64]) -> LabelScores:
        rows = counts.sum(axis=0).tolist()
        return LabelScores({label: Counts(*row) for label, row in zip(self.labels, rows, strict=True)})


def score(gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str]) -> Scores:
    """Return the scores of `predicted` against `gold`, its counterpart document by document, on `labels`.

    Raises `InputError` where the documents are not counterparts, or there are none.
    """
    return tally(gold, predicted, labels).scores


def tally(gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str]) -> Tally:
    """Return the counts of each document; arguments and errors as `score`."""
    check_pairs(gold, predicted)
    pairs = [scored_spans(g, p, labels) for g, p in zip(gold, predicted, strict=True)]
    shape = (len(pairs), len(labels), 3)
    return Tally(
        labels=tuple(labels),
        strict=np.array([_per_label(_strict, g, p, labels) for g, p in pairs], dtype=np.int64).reshape(shape),
        overlap=np.array([_per_label(_overlap, g, p, labels) for g, p in pairs], dtype=np.int64).reshape(
            shape
        ),
        boundaries=np.array([_boundaries(g, p) for g, p in pairs]),
    )


def check_pairs(gold: Sequence[Document], predicted: Sequence[Document]) -> None:
    """Raise `InputError` unless both hold the same texts in the same order, at least one."""
    if not gold:
        raise InputError("There are no documents to score.")
    if len(gold) != len(predicted):
        raise InputError(f"{len(gold)} gold documents cannot be scored with {len(predicted)} predicted ones.")
    for i, (g, p) in enumerate(zip(gold, predicted, strict=True)):
        if g.text != p.text:
            at = _first_difference(g.text, p.text)
            raise InputError(
                f"The gold and predicted texts of document {g.id or i} differ from character {at} on."
            )


def scored_labels(gold: Document, labels: Sequence[str]) -> tuple[str, ...]:
    """Return which of `labels` the gold record covers, so that they can be scored on it."""
    return tuple(label for label in labels if gold.labels is None or label in gold.labels)


def scored_entities(
    gold: Document, predicted: Document, labels: Sequence[str]
) -> tuple[list[Entity], list[Entity]]:
    """Return the gold and the predicted entities of the labels that can be scored, sorted by place."""
    covered = frozenset(scored_labels(gold, labels))
    sides = ((e for e in side.entities if e.label in covered) for side in (gold, predicted))
    ours, theirs = (sorted(side, key=lambda entity: entity.span) for side in sides)
    return ours, theirs


def scored_spans(gold: Document, predicted: Document, labels: Sequence[str]) -> tuple[list[Span], list[Span]]:
    """Return the spans, in characters, of `scored_entities`."""
    ours, theirs = scored_entities(gold, predicted, labels)
    return [entity.span for entity in ours], [entity.span for entity in theirs]


def count_overlaps(gold: Sequence[Span], predicted: Sequence[Span]) -> int:
    """Return how many pairs of overlapping spans are found one to one, labels aside; both are sorted.

    Where no two spans of one side overlap, no pairing has more: the two that come first can be paired
    without loss, as at most one of them has another partner.
    """
    i = j = pairs = 0
    while i < len(gold) and j < len(predicted):
        if gold[i].overlaps(predicted[j]):
            pairs, i, j = pairs + 1, i + 1, j + 1
        elif gold[i].end <= predicted[j].start:
            i += 1
        else:
            j += 1
    return pairs


def _per_label(
    count: Callable[[Sequence[Span], Sequence[Span]], Counts],
    gold: Sequence[Span],
    predicted: Sequence[Span],
    labels: Sequence[str],
) -> list[Counts]:
    return [count([s for s in gold if s.label == x], [s for s in predicted if s.label == x]) for x in labels]


def _strict(gold: Sequence[Span], predicted: Sequence[Span]) -> Counts:
    return _counts(_common(gold, predicted), gold, predicted)


def _overlap(gold: Sequence[Span], predicted: Sequence[Span]) -> Counts:
    return _counts(count_overlaps(gold, predicted), gold, predicted)


def _boundaries(gold: Sequence[Span], predicted: Sequence[Span]) -> Counts:
    ours, theirs = ([(s.start, s.end) for s in side] for side in (gold, predicted))
    return _counts(_common(ours, theirs), gold, predicted)


def _common(gold: Iterable[object], predicted: Iterable[object]) -> int:
    return (Counter(gold) & Counter(predicted)).total()


def _counts(tp: int, gold: Sequence[Span], predicted: Sequence[Span]) -> Counts:
    return Counts(tp, len(predicted) - tp, len(gold) - tp)


def _quotient(numerator: int, denominator: int) -> float:
    return numerator / denominator if denominator else 0.0


def _first_difference(a: str, b: str) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
