"""Whether scores of spans are probabilities of being right, and which score to demand of each label."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from statistics import fmean
from typing import Any, NamedTuple

from ie.document import Document

from .metrics import Counts, scored_entities


class Judged(NamedTuple):
    """A predicted span with a score, and whether label, start and end are right."""

    label: str
    score: float
    right: bool


class Bin(NamedTuple):
    """Spans with `low` <= score < `high` (in the last bin <=): mean score and share of right ones."""

    low: float
    high: float
    spans: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The reliability of scores, and of how many spans.

    `ece` is the expected calibration error: the mean distance of confidence and accuracy over bins of equal
    width, weighted by their counts (Guo et al. 2017); None where no span has a score. `scored` spans have
    one, `unscored` spans have none.
    """

    bins: tuple[Bin, ...]
    ece: float | None
    by_label: Mapping[str, float | None]
    scored: int
    unscored: int

    def to_record(self) -> dict[str, Any]:
        """Return the JSON form; empty bins are left out."""
        return {
            "ece": _rounded(self.ece),
            "ece_by_label": {label: _rounded(ece) for label, ece in self.by_label.items()},
            "bins": [{k: _rounded(v) for k, v in b._asdict().items()} for b in self.bins if b.spans],
            "scored": self.scored,
            "unscored": self.unscored,
        }


def calibration(
    gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str], bins: int = 10
) -> Calibration:
    """Return how scores of predicted spans compare with their strict correctness."""
    spans, unscored = judge(gold, predicted, labels)
    found = _bins(spans, bins)
    by_label = {label: _ece(_bins([s for s in spans if s.label == label], bins)) for label in labels}
    return Calibration(found, _ece(found), by_label, len(spans), unscored)


def judge(
    gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str]
) -> tuple[list[Judged], int]:
    """Return the scored spans that the gold records can judge, and the number of those without a score."""
    judged: list[Judged] = []
    unscored = 0
    for ours, theirs in zip(gold, predicted, strict=True):
        truth, found = scored_entities(ours, theirs, labels)
        left = Counter(entity.span for entity in truth)
        for entity in found:
            right = left[entity.span] > 0
            left[entity.span] -= 1
            if entity.score is None:
                unscored += 1
            else:
                judged.append(Judged(entity.label, entity.score, right))
    return judged, unscored


def best_thresholds(
    gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str]
) -> dict[str, float]:
    """Return for each label the score that, if demanded of its spans, gives the best strict F1.

    It lies half-way between the last span kept and the first one dropped, and is 0 where it is best to keep
    all. Of equally good thresholds the lowest is taken. Spans without a score take no part.
    """
    spans, _ = judge(gold, predicted, labels)
    truth = [e.label for g, p in zip(gold, predicted, strict=True) for e in scored_entities(g, p, labels)[0]]
    total = Counter(truth)
    return {label: _best_threshold([s for s in spans if s.label == label], total[label]) for label in labels}


def with_min_score(document: Document, min_score: float) -> Document:
    """Return `document` without the entities that score less; those that nobody scored stay."""
    kept = (e for e in document.entities if e.score is None or e.score >= min_score)
    return replace(document, entities=tuple(kept))


def _best_threshold(spans: Sequence[Judged], gold: int) -> float:
    """Return the threshold for the spans of one label, of which there are `gold` in truth."""
    ranked = sorted(spans, key=lambda span: -span.score)
    scores = [span.score for span in ranked]
    best_f1, threshold = -1.0, 0.0
    for kept, right in enumerate(accumulate(span.right for span in ranked), start=1):
        following = scores[kept] if kept < len(scores) else None
        if following == scores[kept - 1]:
            continue  # no threshold parts spans of equal score
        f1 = Counts(right, kept - right, gold - right).f1
        if f1 >= best_f1:
            best_f1, threshold = f1, 0.0 if following is None else (scores[kept - 1] + following) / 2
    return threshold


def _bins(spans: Sequence[Judged], count: int) -> tuple[Bin, ...]:
    members: list[list[Judged]] = [[] for _ in range(count)]
    for span in spans:
        members[min(int(span.score * count), count - 1)].append(span)
    return tuple(_bin(i / count, (i + 1) / count, inside) for i, inside in enumerate(members))


def _bin(low: float, high: float, spans: Sequence[Judged]) -> Bin:
    if not spans:
        return Bin(low, high, 0, 0.0, 0.0)
    return Bin(low, high, len(spans), fmean(s.score for s in spans), fmean(s.right for s in spans))


def _ece(bins: Sequence[Bin]) -> float | None:
    total = sum(b.spans for b in bins)
    return sum(b.spans * abs(b.confidence - b.accuracy) for b in bins) / total if total else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
