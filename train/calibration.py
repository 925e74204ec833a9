"""Whether the scores of predicted spans are probabilities of being right."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, NamedTuple

from ie.document import Document

from .metrics import scored_entities


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


class JudgedDocument(NamedTuple):
    """The predicted spans of a document that have a score; how many spans of each label are in truth.

    `unscored` predicted spans have no score.
    """

    spans: tuple[Judged, ...]
    gold: Mapping[str, int]
    unscored: int = 0


def calibration(
    gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str], bins: int = 10
) -> Calibration:
    """Return how scores of predicted spans compare with their strict correctness."""
    return calibration_of(judge(gold, predicted, labels), labels, bins)


def calibration_of(documents: Iterable[JudgedDocument], labels: Sequence[str], bins: int = 10) -> Calibration:
    """Return how scores compare with correctness in documents that were judged."""
    documents = list(documents)
    spans = [span for document in documents for span in document.spans]
    found = _bins(spans, bins)
    by_label = {label: _ece(_bins([s for s in spans if s.label == label], bins)) for label in labels}
    return Calibration(found, _ece(found), by_label, len(spans), sum(d.unscored for d in documents))


def judge(
    gold: Sequence[Document], predicted: Sequence[Document], labels: Sequence[str]
) -> list[JudgedDocument]:
    """Return, for each document, which of the spans that its gold record can judge are right."""
    return [_judged(*pair, labels) for pair in zip(gold, predicted, strict=True)]


def _judged(gold: Document, predicted: Document, labels: Sequence[str]) -> JudgedDocument:
    truth, found = scored_entities(gold, predicted, labels)
    left = Counter(entity.span for entity in truth)
    judged: list[Judged] = []
    for entity in found:
        right = left[entity.span] > 0
        left[entity.span] -= 1
        if entity.score is not None:
            judged.append(Judged(entity.label, entity.score, right))
    return JudgedDocument(tuple(judged), Counter(e.label for e in truth), len(found) - len(judged))


def with_min_score(document: Document, min_score: float) -> Document:
    """Return `document` without the entities that score less; those that nobody scored stay."""
    kept = (e for e in document.entities if e.score is None or e.score >= min_score)
    return replace(document, entities=tuple(kept))


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
